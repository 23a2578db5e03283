"""Noticing that newer code has been installed under a running program's feet.

Half-replaced code must not be started: the files have to lie still for a while first.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import NoReturn

import chathold

_STILL_SECONDS = 10.0
Stamp = tuple[int, int]


def stamp() -> Stamp | None:
    """What an installation changes: when the package's first file was written, and its size."""
    try:
        state = Path(chathold.__file__).stat()
    except OSError:
        return None
    return state.st_mtime_ns, state.st_size


def stamp_of(path: Path) -> tuple[int, int, int] | None:
    """What changes when a file is written."""
    try:
        state = path.stat()
    except OSError:
        return None
    return state.st_mtime_ns, state.st_size, state.st_ino


class Renewal:
    """Compares the installed code with that which runs. Times are monotonic seconds, passed in."""

    def __init__(self, running: Stamp | None) -> None:
        self._running = running
        self._newest = running
        self._since = 0.0

    def due(self, installed: Stamp | None, now: float) -> bool:
        """Whether other code than the running one is installed, and has not changed for a while."""
        if installed != self._newest:
            self._newest, self._since = installed, now
        return installed not in (None, self._running) and now - self._since >= _STILL_SECONDS


def restart() -> NoReturn:
    """Become the newer program, with the same arguments. Call with everything closed."""
    os.execv(sys.executable, [sys.executable, "-m", "chathold", *sys.argv[1:]])  # noqa: S606 - our own
