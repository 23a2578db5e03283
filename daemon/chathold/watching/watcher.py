"""All watched folders. Events only make it look sooner; looking alone finds everything."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from math import inf
from pathlib import Path

from chathold.watching.downloads import Download, FolderState, Waiting
from chathold.watching.places import Pace, Place
from chathold.watching.settling import Handed
from chathold.watching.watches import Deaths, Overflows


class Watcher:
    """Finds the downloads that have become whole.

    `folders` is asked at every supervision: which folders to watch may change. `events` says of a folder
    whether its file system tells of changes. `wake` is called from other threads when `due` may have
    become sooner. All else is called from one thread.
    """

    def __init__(
        self,
        folders: Callable[[], Sequence[Path]],
        *,
        wake: Callable[[], None],
        events: Callable[[Path], bool] = lambda _folder: True,
        quiet: float = 3.0,
        look_every: float = 300.0,
        poll_every: float = 10.0,
        supervise_every: float = 15.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._wanted = folders
        self._wake = wake
        self._events = events
        self._pace = Pace(quiet, look_every, poll_every)
        self._supervise_every = supervise_every
        self._clock = clock
        self._places: dict[Path, Place] = {}
        self._handed = Handed()
        self._supervised = -inf
        self._alarm = threading.Event()
        self._everywhere = threading.Event()
        self._overflows = Overflows(self._lost)
        self._deaths = Deaths(self._runs, self._died)

    def start(self) -> None:
        """Begin to watch; the first tick looks."""
        self._overflows.attach()
        self._deaths.attach()
        self._supervise()

    def stop(self) -> None:
        """Watch no more: every thread is ended, within a second."""
        self._deaths.detach()
        self._overflows.detach()
        for place in self._places.values():
            place.stop()
        self._places.clear()

    def tick(self) -> list[Download]:
        """Do what is due. The downloads that just became whole, oldest first, each only once."""
        if self._alarm.is_set() or self._clock() >= self._supervised + self._supervise_every:
            self._supervise()
        if self._everywhere.is_set():
            self._everywhere.clear()
            for place in self._places.values():
                place.ask()
        found = []
        for place in self._places.values():
            now = self._clock()
            if place.next(now) <= now:
                found += place.look(self._handed)
        return sorted(found, key=lambda each: each.fingerprint.mtime_ns)

    def due(self) -> float:
        """In how many seconds `tick` wants to be called; 0 is now."""
        if self._alarm.is_set() or self._everywhere.is_set():
            return 0.0
        now = self._clock()
        looks = (place.next(now) for place in self._places.values())
        return max(0.0, min(self._supervised + self._supervise_every, *looks, inf) - now)

    def look(self) -> None:
        """Look everywhere at the next tick, and at the folders themselves: the machine was asleep, say."""
        self._alarm.set()
        self._everywhere.set()

    def again(self, path: Path) -> None:
        """Hand this one out again at the next tick, though it is unchanged, if it still is whole."""
        place = self._places.get(path.parent)
        if place is not None:
            place.again(path, self._handed)

    def all_again(self) -> None:
        """Hand out everything that is whole once more."""
        for place in self._places.values():
            place.all_again(self._handed)
        self._everywhere.set()

    def folders(self) -> list[FolderState]:
        """The folders that are to be watched, and how they are."""
        return [place.state() for place in self._places.values()]

    def waiting(self) -> list[Waiting]:
        """The downloads under way that may become exports."""
        now = self._clock()
        return [each for place in self._places.values() for each in place.waiting(now)]

    def _supervise(self) -> None:
        """See which folders there are to watch, and whether they are watched."""
        self._alarm.clear()
        self._supervised = self._clock()
        wanted = dict.fromkeys(self._wanted())
        for folder in self._places.keys() - wanted.keys():
            self._places.pop(folder).stop()
        for folder in wanted:
            if folder not in self._places:
                self._places[folder] = Place(folder, self._pace, self._wake, self._clock)
            self._places[folder].supervise(raises_events=self._events(folder))
        self._handed.tidy(self._supervised)

    def _runs(self, thread: threading.Thread | None) -> bool:
        return any(place.runs(thread) for place in list(self._places.values()))

    def _died(self) -> None:
        self._alarm.set()
        self._wake()

    def _lost(self) -> None:
        self._everywhere.set()
        self._wake()
