"""A stretch of an open file, read at any place: a whole download, or a ZIP stored inside another."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Lock
from typing import BinaryIO

from chathold.core.errors import ExportError
from chathold.core.texts import _

_STEP = 1 << 20


def unreadable(place: str, error: OSError) -> ExportError:
    """What to say of a file or folder that the system does not let us read."""
    if isinstance(error, FileNotFoundError):
        return ExportError(
            _("There is no such file or folder."),
            place=place,
            advice=_("Check its name; if it was moved or deleted, download it again."),
        )
    if getattr(error, "winerror", None) in {32, 33}:  # sharing and lock violation
        return ExportError(
            _("Another program still uses this file."),
            place=place,
            advice=_("Wait a moment, then try again."),
        )
    if isinstance(error, PermissionError):
        return ExportError(
            _("Chathold is not allowed to read this."),
            place=place,
            advice=_("Change its permissions, or copy it to a folder of yours."),
        )
    return ExportError(
        _("The system cannot read this: {reason}.").format(reason=error.strerror or type(error).__name__),
        place=place,
        advice=_("Check the disk or the network drive it is on, then try again."),
    )


class Span:
    """`size` bytes of `file` from `start` on.

    Spans of one file may be read in turns and by several threads: each read names its place. `name` is the
    download's, for errors.
    """

    __slots__ = ("_file", "_lock", "_start", "name", "size")

    def __init__(
        self, file: BinaryIO, size: int, *, name: str, start: int = 0, lock: Lock | None = None
    ) -> None:
        self._file = file
        self._start = start
        self._lock = lock or Lock()
        self.size = size
        self.name = name

    def part(self, start: int, size: int) -> Span:
        """The stretch of this one from `start`, as much of `size` as there is."""
        return Span(
            self._file,
            max(0, min(size, self.size - start)),
            name=self.name,
            start=self._start + start,
            lock=self._lock,
        )

    def read(self, place: int, count: int) -> bytes:
        """`count` bytes from `place` on, fewer at the end. Raises `ExportError` where the disk fails."""
        count = min(count, self.size - place)
        if place < 0 or count <= 0:
            return b""
        pieces = []
        try:
            with self._lock:
                self._file.seek(self._start + place)
                while count and (piece := self._file.read(count)):
                    pieces.append(piece)
                    count -= len(piece)
        except OSError as error:
            raise unreadable(self.name, error) from error
        return b"".join(pieces)

    def steps(self, place: int = 0, count: int | None = None, step: int = _STEP) -> Iterator[bytes]:
        """`count` bytes (default: all) from `place` on, in pieces of `step`; fewer where the file ends."""
        end = self.size if count is None else min(self.size, place + count)
        while place < end and (piece := self.read(place, min(step, end - place))):
            place += len(piece)
            yield piece
