"""What a request needs of the rest: the archive and the state, opened for it alone, in its own thread."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from msgspec import Struct, field
from starlette.requests import Request

from chathold.archive.explaining import explained_damage
from chathold.archive.folder import DATABASE
from chathold.archive.store import Archive
from chathold.home import Home
from chathold.reader.attendance import Attendance
from chathold.reader.forms import Form
from chathold.reader.recent import Recent, stamp_of
from chathold.reader.session import Session
from chathold.state import State


class Reader(Struct, frozen=True):
    """The running reader, as pages know it. `trying` says that nothing here is kept (`chathold try`)."""

    home: Home
    session: Session
    attendance: Attendance
    wall: Callable[[], float] = time.time
    steady: Callable[[], float] = time.monotonic
    trying: bool = False
    recent: Recent = field(default_factory=Recent)
    searches: dict[str, Form] = field(default_factory=dict)
    told: deque[tuple[str, bool]] = field(default_factory=lambda: deque(maxlen=8))


def reader_of(request: Request) -> Reader:
    """The reader that answers this request."""
    found: Reader = request.app.state.reader
    return found


@contextmanager
def archive_of(request: Request) -> Iterator[Archive | None]:
    """The archive as of one moment, or none if there is none yet. Raises `ChatholdError` if it is damaged.

    It is read beside whoever writes; `request.state.stamp` is what it was like before (`reader.recent`). What an
    import has not derived yet is not seen (`archive.views`).
    """
    folder = reader_of(request).home.archive
    request.state.stamp = stamp_of(folder)
    archive = Archive.open(folder)
    if archive is None:
        yield None
        return
    try:
        with explained_damage(folder / DATABASE), archive.reading():
            yield archive
    finally:
        archive.close()


@contextmanager
def state_of(request: Request) -> Iterator[State]:
    """The state database. Raises `ChatholdError` where nothing can be kept there."""
    state = State.open(reader_of(request).home.state)
    try:
        yield state
    finally:
        state.close()
