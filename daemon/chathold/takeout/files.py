"""The user's files that go beside what is written: each where it is named first, under a name every system takes."""

from __future__ import annotations

import mimetypes
from collections import Counter
from pathlib import Path
from typing import Any

from chathold.archive.kept_files import member_of
from chathold.archive.store import Archive
from chathold.rendering.pictures import SNIFFED, SUFFIXES, picture_type
from chathold.takeout.facts import local
from chathold.takeout.names import Names, safe_name, safe_stem

Json = dict[str, Any]


def path_in(archive: Archive, digest: str) -> Path:
    """Where the archive keeps a file, by the SHA-256 of its bytes in hex."""
    return archive.assets / digest[:2] / digest


def with_names(archive: Archive, shown: Json) -> Json:
    """A conversation as `show` gives it, with the type of every picture that the archive has, and names for files.

    A file without a name is called by its id. A name ends as programs know such files by. Pages of a document that
    have one name, as versions of an artifact do, are told apart by their days.
    """
    pages = Counter(each["name"] for message in shown["messages"] for each in _pages(message))
    provider = shown["conversation"]["provider"]
    return shown | {
        "messages": [
            message
            | {
                "attachments": [
                    _named(archive, provider, each, _day(message) if pages[each["name"]] > 1 else "")
                    for each in message["attachments"]
                ]
            }
            for message in shown["messages"]
        ]
    }


def _pages(message: Json) -> list[Json]:
    return list(message["attachments"]) if message["role"] == "document" else []


def _day(message: Json) -> str:
    return local(message["time"])[:10]


def _named(archive: Archive, provider: str, attachment: Json, day: str) -> Json:
    """An attachment with its type, if it is a picture, and its name as a file; as it is, if there are no bytes."""
    digest = attachment["sha256"]
    if digest is None:
        return attachment
    kind = picture_in(archive, digest)
    called = attachment["name"] or attachment["id"]
    stem, suffix = split_name(called) if _KNOWN.guess_type(called, strict=False)[0] else (called, "")
    if not suffix:
        member = member_of(archive, provider, attachment["id"], digest)
        suffix = SUFFIXES[kind] if kind else _ending(member)
        stem = called.removesuffix(suffix)
    if attachment["name"] or suffix:
        attachment = attachment | {"name": " ".join(filter(None, (stem, day))) + suffix}
    return attachment | {"mime": kind} if kind else attachment


_KNOWN = mimetypes.MimeTypes()
"""Endings as Python knows them, the same on every computer."""


def _ending(member: str) -> str:
    """How the name that an export gave a file ends, where that says what the file is."""
    suffix = split_name(safe_name(member.rpartition("/")[2]))[1]
    return "" if suffix.lower() in _SAYS_NOTHING else suffix


_SAYS_NOTHING = (".dat", ".bin")


def picture_in(archive: Archive, digest: str) -> str:
    """The type of a picture that the archive keeps, by its hash; "" of anything else."""
    try:
        with path_in(archive, digest).open("rb") as file:
            return picture_type(file.read(SNIFFED))
    except OSError:
        return ""


def named_by_hash(attachment: Json) -> str:
    """A name for a file that the archive has which no other file gets."""
    stem, suffix = split_name(safe_name(attachment["name"] or attachment["id"]))
    return f"{safe_stem(stem, _MOST)} {attachment['sha256'][:12]}{suffix}"


def split_name(name: str) -> tuple[str, str]:
    """A name's stem, and its ending with the dot; "" if it has none."""
    stem, dot, suffix = name.rpartition(".")
    return (stem, dot + suffix) if stem and dot else (name, "")


_MOST = 90


class Beside:
    """The files of one conversation, in one folder. `wanted` has the path of each by its hash."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._names = Names()
        self.wanted: dict[str, str] = {}

    def link(self, attachment: Json) -> str | None:
        """The path of an attachment, from where the folder lies; none if the archive has no bytes of it."""
        digest = attachment["sha256"]
        if digest is None:
            return None
        if digest not in self.wanted:
            self.wanted[digest] = f"{self._folder}/{self._named(attachment)}"
        return self.wanted[digest]

    def _named(self, attachment: Json) -> str:
        stem, suffix = split_name(safe_name(attachment["name"] or attachment["id"]))
        return self._names.give(stem, "", suffix) + suffix
