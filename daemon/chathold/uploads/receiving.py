"""The private folder into which uploads are written as they come, and out of which they are imported."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Self

from chathold.core.errors import ChatholdError, NoSpace
from chathold.core.plain import clean
from chathold.core.texts import _
from chathold.daemon.putting_away import free_name

RESERVE = 1 << 30
"""Bytes of the disk that uploads leave free: the archive may be on it."""
_LOOKED_AFTER = 64 << 20
"""After so many bytes it is looked again how much room there is."""
_LONGEST = 150
_NO_NAMES = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\.|$)")
_NOT_IN_NAMES = re.compile(r'[<>:"|?*\x00-\x1f\x7f]')


def safe_name(said: str) -> str:
    """The name of an upload as every system takes it: its last step, without what steers or is reserved.

    What tells of an export in it stays, such as its date and its number.
    """
    base = re.split(r"[/\\]", said)[-1]
    name = _NOT_IN_NAMES.sub("", clean(base.encode("utf-8", "replace").decode())).strip(" .")
    stem, suffix = os.path.splitext(name)  # noqa: PTH122 - a name, no path
    suffix = suffix if len(suffix.encode()) <= _LONGEST // 4 else ""
    room = _LONGEST - len(suffix.encode())
    stem = stem.encode()[:room].decode("utf-8", "ignore").rstrip(" .") or "upload"
    return f"_{stem}{suffix}" if _NO_NAMES.match(stem) else stem + suffix


def _free(folder: Path) -> int:
    return shutil.disk_usage(folder).free


class Uploads:
    """The folder, for its owner only. `free` tells how many bytes its disk still has."""

    def __init__(self, folder: Path, free: Callable[[Path], int] = _free, reserve: int = RESERVE) -> None:
        self._folder = folder
        self._free = free
        self._reserve = reserve

    def sweep(self) -> None:
        """Remove what an earlier process left. Only the one who receives may."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def begin(self, said: str) -> Receiving:
        """Receive a file that is called so. Use as a context manager: unless it is finished, nothing is left.

        Raises `ChatholdError` where nothing can be kept.
        """
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if sys.platform != "win32":
                self._folder.chmod(0o700)
            return Receiving(self._folder, safe_name(said), self._room)
        except OSError as error:
            raise _refused(self._folder, error) from error

    def _room(self) -> int:
        """Bytes that may still be written."""
        return self._free(self._folder) - self._reserve


class Receiving:
    """One file being received. `room` tells how many bytes more there may be."""

    def __init__(self, folder: Path, name: str, room: Callable[[], int]) -> None:
        self.name = name
        self.size = 0
        self._room = room
        self._left = 0
        self._finished = False
        self._path = folder / f".receiving-{secrets.token_hex(8)}"
        self._file = os.fdopen(
            os.open(self._path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | _BINARY, 0o600), "wb"
        )

    def write(self, data: bytes) -> None:
        """The next bytes. Raises `NoSpace` before the disk is full, `ChatholdError` if it does not take them."""
        if self._left < len(data):
            room = self._room()
            if room < len(data):
                raise NoSpace(
                    _("There is too little space on this disk for the upload."),
                    place=self.name,
                    advice=_("Make room, or import the file from where it is: it need not be copied then."),
                )
            self._left = min(room, _LOOKED_AFTER + len(data))
        try:
            self._file.write(data)
        except OSError as error:
            raise _refused(self._path.parent, error) from error
        self._left -= len(data)
        self.size += len(data)

    def finish(self) -> Path:
        """It is whole: the file, under its own name or the first free one as browsers count."""
        try:
            self._file.close()
            path = free_name(self._path.parent, self.name)
            self._path.rename(path)
        except OSError as error:
            raise _refused(self._path.parent, error) from error
        self._finished = True
        return path

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_details: object) -> None:
        """Leave nothing, unless it was finished."""
        if not self._finished:
            self._file.close()
            self._path.unlink(missing_ok=True)


_BINARY = getattr(os, "O_BINARY", 0)


def _refused(folder: Path, error: OSError) -> ChatholdError:
    return ChatholdError(
        _("The upload cannot be kept: {reason}").format(reason=error.strerror or error),
        place=str(folder),
        advice=_("Check that the disk has room and that the folder belongs to you."),
    )
