"""How one conversation becomes files, in each format that has a file for each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any

from msgspec import Struct

from chathold.archive import views
from chathold.archive.store import Archive
from chathold.takeout.complete import complete, written
from chathold.takeout.facts import title_of
from chathold.takeout.files import Beside, with_names
from chathold.takeout.markdown import markdown_of
from chathold.takeout.names import Names, safe_stem
from chathold.takeout.page import page_of

Json = dict[str, Any]
Labels = Mapping[tuple[str, str], str]


class Format(StrEnum):
    """How chats are taken out."""

    MARKDOWN = "markdown"
    HTML = "html"
    JSON = "json"
    ORIGINAL = "original"


class Piece(Struct, frozen=True):
    """One conversation as files: its own text, and the archive's files beside it, by hash with their paths."""

    path: str
    text: str
    files: Mapping[str, str]
    messages: int


class Writer:
    """Gives the files of conversations, one after another; no two have the same path.

    `alone`: there is no list of them to lead back to.
    """

    def __init__(self, archive: Archive, form: Format, labels: Labels, *, alone: bool = False) -> None:
        self._alone = alone
        self._archive = archive
        self._form = form
        self._labels = labels
        self._names: dict[str, Names] = {}

    def piece(self, line: Json) -> Piece:
        """A conversation or document, by its line of `list`."""
        folder = f"{line['provider']}/documents" if line.get("kind") else line["provider"]
        if self._form is Format.JSON:
            value = complete(self._archive, line)
            files = {digest: f"assets/{digest}" for digest in _hashes(value)}
            return Piece(f"{folder}/{line['id']}.json", written(value), files, len(value["messages"]))
        shown = with_names(self._archive, views.show(self._archive, line["id"]))
        suffix = ".md" if self._form is Format.MARKDOWN else ".html"
        names = self._names.setdefault(folder, Names())
        stem = names.give(safe_stem(title_of(line)), line["id"][:8], suffix, _FILES)
        beside = Beside(stem + _FILES)
        if self._form is Format.MARKDOWN:
            text = markdown_of(shown, self._labels, beside.link)
        else:
            back = "" if self._alone else "../" * (folder.count("/") + 1) + "index.html"
            text = page_of(shown, self._labels, beside.link, back)
        files = {digest: f"{folder}/{path}" for digest, path in beside.wanted.items()}
        return Piece(f"{folder}/{stem}{suffix}", text, files, len(shown["messages"]))


_FILES = " files"


def _hashes(value: Json) -> Iterator[str]:
    """The files that any version names and the archive has."""
    messages = [
        *value["messages"],
        *(each for version in value["versions"] for each in version["before"]),
    ]
    for message in messages:
        for attachment in message["attachments"]:
            if attachment["sha256"]:
                yield attachment["sha256"]
