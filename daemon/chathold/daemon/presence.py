"""One daemon an archive: a lock that the system lets go of when the process ends, however it ends."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from chathold.core.errors import ChatholdError
from chathold.core.texts import _

if TYPE_CHECKING:
    from filelock import BaseFileLock

LOCK = "daemon.lock"
_PATIENCE = 2.0
"""So long a daemon that starts waits for one that ends, or for somebody who only looks."""


def _lock(archive: Path) -> BaseFileLock:
    from filelock import FileLock  # noqa: PLC0415 - `status` looks only where a daemon has been

    return FileLock(archive / LOCK, thread_local=False, mode=0o600)


def hold(archive: Path) -> BaseFileLock:
    """Be the one daemon of the archive in this folder. Raises `ChatholdError` if there is one, or cannot be."""
    from filelock import Timeout  # noqa: PLC0415

    from chathold.archive.explaining import explained  # noqa: PLC0415

    lock = _lock(archive)
    with explained(archive):
        try:
            lock.acquire(timeout=_PATIENCE, poll_interval=0.1)
        except Timeout:
            raise ChatholdError(
                _("Chathold is running already, and watches for this archive."),
                place=str(archive),
                advice=_('"chathold status" says what it does.'),
            ) from None
    return lock


def is_held(archive: Path) -> bool:
    """Whether a daemon runs for the archive in this folder."""
    from filelock import Timeout  # noqa: PLC0415

    if not os.path.exists(archive / LOCK):  # noqa: PTH110 - `Path.exists` may raise
        return False
    try:
        with _lock(archive).acquire(timeout=0):
            return False
    except Timeout:
        return True
    except OSError:
        return False
