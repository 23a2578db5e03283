"""The user's files that go beside what is written: each where it is named first, under a name every system takes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from chathold.archive.store import Archive
from chathold.rendering.pictures import SNIFFED, SUFFIXES, picture_type
from chathold.takeout.names import Names, safe_name, safe_stem

Json = dict[str, Any]


def path_in(archive: Archive, digest: str) -> Path:
    """Where the archive keeps a file, by the SHA-256 of its bytes in hex."""
    return archive.assets / digest[:2] / digest


def with_pictures(archive: Archive, shown: Json) -> Json:
    """A conversation as `show` gives it, with the type of every picture that the archive has.

    One without a name is called by its id, with the ending that programs know pictures by.
    """
    return shown | {
        "messages": [
            message | {"attachments": [_typed(archive, each) for each in message["attachments"]]}
            for message in shown["messages"]
        ]
    }


def picture_in(archive: Archive, digest: str) -> str:
    """The type of a picture that the archive keeps, by its hash; "" of anything else."""
    try:
        with path_in(archive, digest).open("rb") as file:
            return picture_type(file.read(SNIFFED))
    except OSError:
        return ""


def _typed(archive: Archive, attachment: Json) -> Json:
    kind = picture_in(archive, attachment["sha256"] or "")
    if not kind:
        return attachment
    return attachment | {"mime": kind, "name": attachment["name"] or attachment["id"] + SUFFIXES[kind]}


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
            self.wanted[digest] = f"{self._folder}/{self._named(attachment, digest)}"
        return self.wanted[digest]

    def _named(self, attachment: Json, digest: str) -> str:
        stem, suffix = split_name(safe_name(attachment["name"] or attachment["id"]))
        return self._names.give(stem, digest[:8], suffix) + suffix
