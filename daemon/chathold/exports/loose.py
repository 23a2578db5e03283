"""Exports that are no ZIP: a single JSON file, or a folder that somebody unpacked."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct

from chathold.core.errors import ExportError, Incomplete
from chathold.core.texts import N_, _
from chathold.exports.members import Download, Member
from chathold.exports.names import is_junk, plain
from chathold.exports.spans import Span, unreadable

DEEPEST = 8
MOST_FILES = 200_000

_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_BINARY", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
)


class SpanSource:
    """Bytes that stand in an open file as they are."""

    __slots__ = ("_download", "_name", "_span")

    def __init__(self, span: Span, name: str, download: Download) -> None:
        self._span = span
        self._name = name
        self._download = download

    def chunks(self) -> Iterator[bytes]:
        """See `Member.chunks`."""
        size = 0
        for piece in self._span.steps():
            size += len(piece)
            yield piece
        if size < self._span.size:
            raise _changed(self._download.place(self._name))

    def in_place(self) -> Span | None:
        """See `Source.in_place`."""
        return self._span


class FileSource:
    """A file in a folder, opened whenever it is read: a folder may hold more than may be open at a time."""

    __slots__ = ("_download", "_name", "_path", "_size")

    def __init__(self, path: Path, size: int, name: str, download: Download) -> None:
        self._path = path
        self._size = size
        self._name = name
        self._download = download

    def chunks(self) -> Iterator[bytes]:
        """See `Member.chunks`."""
        place = self._download.place(self._name)
        with _opened(self._path, place) as file:
            yield from SpanSource(Span(file, self._size, name=place), self._name, self._download).chunks()

    def in_place(self) -> Span | None:
        """See `Source.in_place`; the file stays open as long as the export."""
        place = self._download.place(self._name)
        file = self._download.closing.enter_context(_opened(self._path, place))
        return Span(file, self._size, name=place)


class Found(Struct, frozen=True):
    """A file below a folder: its path, its plain name within the folder, its size."""

    path: Path
    name: str
    size: int


def file_member(span: Span, download: Download) -> Member:
    """The one member of a loose JSON file, called as the file is."""
    name = plain(download.name)
    return Member(name, span.size, span.size, 0, None, "", SpanSource(span, name, download))


def folder_members(found: list[Found], download: Download) -> Iterator[Member]:
    """The files of a folder as members."""
    for file in found:
        source = FileSource(file.path, file.size, file.name, download)
        yield Member(file.name, file.size, file.size, 0, None, "", source)


def files_below(folder: Path, download: Download) -> list[Found]:
    """All regular files below `folder`, by name; links, devices and junk are left out.

    Folders that are too deep, or may not be read, are reported to `download`. Raises `ExportError` where
    `folder` itself cannot be read or holds too much to be one export.
    """
    found: list[Found] = []
    waiting: list[tuple[str, int]] = [("", 0)]
    seen = 0
    while waiting:
        inside, depth = waiting.pop()
        try:
            listed = _listed(folder, inside)
        except OSError as error:
            if not inside:
                raise unreadable(download.name, error) from error
            download.report(plain(_legible(inside)), N_("This folder could not be read."))
            continue
        for relative, state in listed:
            if stat.S_ISREG(state.st_mode):
                found.append(Found(folder / relative, plain(_legible(relative)), state.st_size))
            elif stat.S_ISDIR(state.st_mode) and depth < DEEPEST:
                waiting.append((relative, depth + 1))
            elif stat.S_ISDIR(state.st_mode):
                download.report(
                    plain(_legible(relative)), N_("Folders below this depth were not looked into.")
                )
        seen += len(listed)
        if seen > MOST_FILES:
            raise _too_many(download)
    return sorted(found, key=lambda file: (file.name, os.fspath(file.path)))


def _listed(folder: Path, inside: str) -> list[tuple[str, os.stat_result]]:
    """What lies directly in a folder below `folder`: (path from `folder`, state), junk left out."""
    listed = []
    with os.scandir(folder / inside) as entries:
        for entry in entries:
            relative = f"{inside}/{entry.name}" if inside else entry.name
            if is_junk(relative) or entry.name == "__MACOSX":
                continue
            try:
                listed.append((relative, entry.stat(follow_symlinks=False)))
            except FileNotFoundError:  # gone since it was listed
                continue
            if len(listed) > MOST_FILES:
                break
    return listed


def _legible(name: str) -> str:
    """A file system's name with U+FFFD for bytes that are no text."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


@contextmanager
def _opened(path: Path, place: str) -> Iterator[BinaryIO]:
    """A regular file opened for reading: never through a link, never waiting for a pipe."""
    try:
        file = os.fdopen(os.open(path, _FLAGS), "rb", buffering=0)
    except OSError as error:
        raise unreadable(place, error) from error
    with file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise _changed(place)
        yield file


def _changed(place: str) -> Incomplete:
    return Incomplete(
        _("The file was changed while it was read."),
        place=place,
        advice=_("Wait until nothing writes to it any more, then try again."),
    )


def _too_many(download: Download) -> ExportError:
    return ExportError(
        _("This folder holds too many files to be one export."),
        place=download.name,
        advice=_("Import the folder into which the export was unpacked, or the ZIP itself."),
    )
