"""A look into exports that leaves nothing behind: a home of its own, read, and removed at the end.

It lies beside the state, private and on the same disk, for an archive can be as large as the export. Where the
process was killed, the next one removes what it left: whoever uses such a home holds its lock.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from chathold import address
from chathold.home import Home
from chathold.reader.serving import serve
from chathold.reader.session import entrance, new_code
from chathold.state import State

_PREFIX = "try-"
_PATIENCE = 3600.0
"""So many seconds without anybody at the pages the program waits: it cannot be started again by a click."""


@contextlib.contextmanager
def passing_home(home: Home) -> Iterator[Home]:
    """A home that is gone afterwards, and with it what others left. `home` is the one that stays."""
    made = [folder for folder in (home.state, *home.state.parents) if not folder.exists()]
    home.state.mkdir(mode=0o700, parents=True, exist_ok=True)
    sweep(home)
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=home.state))
    try:
        passing = Home.find(os.fspath(folder))
        lock = address.hold(passing.state)
        try:
            yield passing
        finally:
            if lock is not None:
                lock.release()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        with contextlib.suppress(OSError):  # something else has found its place there meanwhile
            for each in made:
                each.rmdir()


def sweep(home: Home) -> None:
    """Remove the homes that nobody uses any more."""
    for folder in home.state.glob(f"{_PREFIX}*"):
        left = Home.find(os.fspath(folder))
        if folder.is_dir() and not address.is_held(left.state):
            shutil.rmtree(folder, ignore_errors=True)


def read_here(home: Home, wall: Callable[[], float], say: Callable[[str], None]) -> None:
    """Serve what is under a passing home until nobody reads, or a signal says so; `say` is told where to enter."""
    state = State.open(home.state)
    try:
        there, at = address.listen(state)
        code = new_code(state, wall())
    finally:
        state.close()
    with there:
        say(entrance(at, code))
        serve(home, there, at, patience=_PATIENCE, trying=True)
