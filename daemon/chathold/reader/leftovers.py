"""Downloads that are in the archive and still lie where they were downloaded to: into the trash, or left.

Only what lies directly in a watched folder is offered, and it goes only if its bytes are still those that were
imported: all of it is read for that, in the background.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from chathold.configuration.settings import TRASH
from chathold.core.errors import ChatholdError
from chathold.core.texts import _
from chathold.daemon.putting_away import Imported, put_away
from chathold.trash import can_write, data_home, trash_of


class Leftover(Struct, frozen=True):
    """A download that is no longer needed. `size` in bytes, 0 of a folder; `movable` if this process may move it.

    `moving` while that is being done; `fault` is why it could not be.
    """

    path: Path
    size: int
    movable: bool = True
    moving: bool = False
    fault: ChatholdError | None = None


def leftover(places: Sequence[Path], watched: Sequence[Path]) -> Leftover | None:
    """The first of these places that lies in a watched folder and is still there; no link counts."""
    folders = {os.path.realpath(each) for each in watched}
    for path in places:
        if os.path.realpath(path.parent) not in folders:
            continue
        try:
            state = path.lstat()
        except (OSError, ValueError):
            continue
        if not path.is_symlink():
            size = 0 if path.is_dir() else state.st_size
            return Leftover(path, size, _may_move(path.parent))
    return None


def _may_move(folder: Path) -> bool:
    """Whether this process can put what lies in a folder into the trash: a confined service cannot."""
    if not can_write(folder):
        return False
    return sys.platform == "win32" or trash_of(folder, data_home(), os.getuid()) is not None


class Leaving:
    """Downloads that are being put into the trash, or could not be, by their SHA-256."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[str, ChatholdError | None] = {}

    def begin(self, digest: str) -> bool:
        """Note that a download is to go; whether nobody sees to that already."""
        with self._lock:
            if digest in self._known and self._known[digest] is None:
                return False
            self._known[digest] = None
            return True

    def known(self) -> Mapping[str, ChatholdError | None]:
        """What is under way, and the error of what could not be."""
        with self._lock:
            return dict(self._known)

    def run(self, path: Path, digest: str) -> None:
        """Put a download into the trash, if it is still what was imported."""
        try:
            put_away(path, TRASH, "", Imported(digest))
        except ChatholdError as error:
            with self._lock:
                self._known[digest] = error
        except BaseException:
            with self._lock:
                self._known[digest] = ChatholdError(_("This is a bug in Chathold."))
            raise
        else:
            with self._lock:
                del self._known[digest]
