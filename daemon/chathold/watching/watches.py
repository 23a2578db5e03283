"""Hearing that something happens in a folder, by watchdog.

Each folder has an observer of its own, so that what goes blind is thrown away and built anew without
touching the others. What is heard is only a hint: that it is time to look.

    InotifyFD thread ──▶ emitter thread ──▶ observer thread ──▶ `heard`

Any of these may die, or live on deaf; `Watch.hears` asks all of them.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from watchdog.events import (
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer

_log = logging.getLogger(__name__)

# Not that a file was opened or read: Chathold does that itself.
_TELLING: list[type[FileSystemEvent]] = [
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
]
_PATIENCE = 0.3


class _Ear(FileSystemEventHandler):
    """Passes on that there was an event. A handler that raises would end the observer's thread."""

    def __init__(self, heard: Callable[[], None]) -> None:
        self._heard = heard

    def dispatch(self, event: FileSystemEvent) -> None:
        """See `FileSystemEventHandler`; which event it is does not matter."""
        del event
        try:
            self._heard()
        except Exception:  # noqa: BLE001 - the edge of a thread that must live on
            _log.exception("What follows an event failed")


class Watch:
    """The watch of one folder, from the moment it is made. Raises `OSError` if there can be none."""

    def __init__(self, folder: Path, heard: Callable[[], None]) -> None:
        real = folder.resolve(strict=True)  # watchdog follows no link
        self._observer = Observer()
        self._observer.schedule(_Ear(heard), str(real), event_filter=_TELLING)
        try:
            self._observer.start()
        except OSError:
            self.stop()
            raise

    @property
    def hears(self) -> bool:
        """Whether all that has to live is alive, and the system still watches."""
        emitters = list(self._observer.emitters)
        return (
            bool(emitters)
            and all(thread.is_alive() for thread in self._threads())
            and all(_is_watched(emitter) for emitter in emitters)
        )

    def runs(self, thread: threading.Thread | None) -> bool:
        """Whether it is one of this watch's threads."""
        return thread in self._threads()

    def stop(self) -> None:
        """End the threads, however they are."""
        threads = self._threads()
        with suppress(Exception):  # whatever broke in them, there will be new ones
            self._observer.stop()
        for thread in threads:
            if thread.is_alive():
                thread.join(_PATIENCE)

    def _threads(self) -> list[threading.Thread]:
        reader = getattr(self._observer, "_inotify_fd", None)
        own = [reader] if isinstance(reader, threading.Thread) else []
        return [self._observer, *self._observer.emitters, *own]


def _is_watched(emitter: object) -> bool:
    """Whether Linux still has the watch: it drops it when the folder is deleted or unmounted, and says nothing.

    Other systems end the emitter.
    """
    group = getattr(emitter, "_inotify", None)
    return bool(getattr(group, "_active_callbacks_by_watch", True))


class Overflows(logging.Handler):
    """Hears watchdog say, in its log only, that events were lost."""

    def __init__(self, lost: Callable[[], None]) -> None:
        super().__init__(logging.WARNING)
        self._lost = lost
        self._source = logging.getLogger("watchdog.observers")

    def emit(self, record: logging.LogRecord) -> None:
        """See `logging.Handler`."""
        if "overflow" in str(record.msg).lower():
            self._lost()

    def attach(self) -> None:
        """Begin to listen."""
        self._source.addHandler(self)

    def detach(self) -> None:
        """Listen no more."""
        self._source.removeHandler(self)


class Deaths:
    """Hears of a thread of ours that ends in an error, at once rather than at the next supervision."""

    def __init__(self, is_ours: Callable[[threading.Thread | None], bool], died: Callable[[], None]) -> None:
        self._is_ours = is_ours
        self._died = died
        self._before = threading.excepthook

    def attach(self) -> None:
        """Begin to listen."""
        self._before = threading.excepthook
        threading.excepthook = self._hook

    def detach(self) -> None:
        """Give way, unless somebody else has taken the place meanwhile."""
        if threading.excepthook == self._hook:
            threading.excepthook = self._before

    def _hook(self, args: threading.ExceptHookArgs) -> None:
        if not self._is_ours(args.thread):
            self._before(args)
            return
        _log.warning("A watching thread ended: %s", args.exc_type.__name__)
        self._died()
