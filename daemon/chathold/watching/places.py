"""One watched folder: its watch, what was seen in it, and when to look again."""

from __future__ import annotations

import errno
import logging
import os
import threading
from collections.abc import Callable
from math import inf
from pathlib import Path

from msgspec import Struct

from chathold.core.texts import _
from chathold.exports.spans import unreadable
from chathold.watching.downloads import Download, FolderState, FolderStatus, Kind, Sighting, Waiting
from chathold.watching.observing import observe
from chathold.watching.settling import Handed, Settling
from chathold.watching.watches import Watch
from chathold.watching.wholeness import Verdict, judge

_log = logging.getLogger(__name__)

_LOOKED_AT = {FolderStatus.WATCHING, FolderStatus.POLLING}
_LIMITS = {errno.ENOSPC: "fs.inotify.max_user_watches", errno.EMFILE: "fs.inotify.max_user_instances"}
_GAP = 6  # looks in a quiet time, at most, however much is heard
_SHARE = 20  # a look that takes a second is followed by twenty without


class Pace(Struct, frozen=True):
    """How long a download has to be quiet, and how often to look: at all, and where nothing is heard."""

    quiet: float
    look_every: float
    poll_every: float


class Place:
    """A watched folder."""

    def __init__(
        self, folder: Path, pace: Pace, wake: Callable[[], None], clock: Callable[[], float]
    ) -> None:
        self.folder = folder
        self._pace = pace
        self._wake = wake
        self._clock = clock
        self._watch: Watch | None = None
        self._identity: tuple[int, int] | None = None
        self._was_there = False
        self._settling = Settling()
        self._heard = threading.Event()
        self._asked = True
        self._hurry = False
        self._looked = -inf
        self._searched = -inf
        self._took = 0.0
        self._status = FolderStatus.MISSING
        self._reason = ""
        self._repairs = 0

    def supervise(self, *, raises_events: bool) -> None:
        """Make sure that it is watched, if it can be. Where something was amiss, a look is due afterwards."""
        try:
            there = _identity(self.folder)
        except OSError as error:
            self._lose(error)
            return
        blind = self._watch is not None and not self._watch.hears
        replaced = there != self._identity
        if not (blind or replaced or raises_events is (self._watch is None)):
            return
        self._repairs += self._was_there and (blind or replaced)
        self._identity, self._was_there = there, True
        self._stop_watch()
        self._listen(raises_events=raises_events)

    def look(self, handed: Handed) -> list[Download]:
        """Look, and hand out what is whole and was not handed out before."""
        now = self._clock()
        self._heard.clear()
        deep = self._asked or now - self._searched >= self._pace.look_every
        self._asked = self._hurry = False
        self._looked = now
        try:
            found = observe(self.folder, {} if deep else self._settling.settled_folders())
        except OSError as error:
            self._lose(error)
            return []
        if deep:
            self._searched = now
        self._settling.see(found, now, self._quiet())
        handed.keep(self._settling.fingerprints(), now)
        whole = [each for each in self._settling.ripe(now) if self._is_whole(each, handed, now)]
        self._took = self._clock() - now
        return [Download(each.path, each.fingerprint, each.kind is Kind.FOLDER) for each in whole]

    def again(self, path: Path, handed: Handed) -> None:
        """Hand this one out once more, though it is unchanged."""
        if (fingerprint := self._settling.again(path)) is not None:
            handed.forget(fingerprint)
            self._hurry = True

    def all_again(self, handed: Handed) -> None:
        """Hand everything out once more."""
        for fingerprint in self._settling.all_again():
            handed.forget(fingerprint)
        self._asked = True

    def ask(self) -> None:
        """Look at the next occasion, whatever was heard."""
        self._asked = True

    def next(self, now: float) -> float:
        """When the next look is due."""
        if self._status not in _LOOKED_AT:
            return inf
        if self._asked or self._hurry:
            return now
        often = self._status is FolderStatus.POLLING or self._settling.is_lively(now)
        regular = self._looked + (self._pace.poll_every if often else self._pace.look_every)
        gap = self._looked + max(self._pace.quiet / _GAP, self._took * _SHARE)
        return gap if self._heard.is_set() else max(gap, min(regular, self._settling.next(now)))

    def state(self) -> FolderState:
        """How it is watched."""
        return FolderState(self.folder, self._status, self._reason, self._repairs)

    def waiting(self, now: float) -> list[Waiting]:
        """What is under way in it."""
        return self._settling.waiting(now) if self._status in _LOOKED_AT else []

    def runs(self, thread: threading.Thread | None) -> bool:
        """Whether it is one of the threads that listen here."""
        return self._watch is not None and self._watch.runs(thread)

    def stop(self) -> None:
        """Watch no more."""
        self._stop_watch()

    def _is_whole(self, each: Sighting, handed: Handed, now: float) -> bool:
        """Whether it is to be handed out now; takes note of the answer."""
        if not each.promising or each.fingerprint in handed:
            self._settling.handed(each.path)
            return False
        verdict = judge(each)
        if verdict is Verdict.CHANGED:
            self._settling.postpone(each.path, now)
        elif verdict is Verdict.CUT and not self._settling.is_hopeless(each.path, now):
            self._settling.cut(each.path, now)
        else:
            self._settling.handed(each.path)
            handed.add(each.fingerprint, now)
            return True
        return False

    def _quiet(self) -> float:
        """Where nothing is heard, two polls have to agree."""
        polled = self._status is FolderStatus.POLLING
        return max(self._pace.quiet, self._pace.poll_every) if polled else self._pace.quiet

    def _listen(self, *, raises_events: bool) -> None:
        """Watch; where that cannot be, look more often."""
        seconds = round(self._pace.poll_every)
        if not raises_events:
            words = _("This drive does not tell of new files; Chathold looks every {n} seconds.")
            self._set(FolderStatus.POLLING, words.format(n=seconds))
            return
        try:
            self._watch = Watch(self.folder, self._hear)
        except OSError as error:
            self._set(FolderStatus.POLLING, _why_deaf(error, seconds))
            return
        self._asked = True  # for what came before it was watched
        self._set(FolderStatus.WATCHING)

    def _hear(self) -> None:
        """Once is enough until the next look, however much happens."""
        if not self._heard.is_set():
            self._heard.set()
            self._wake()

    def _lose(self, error: OSError) -> None:
        """There is no such folder now, or none that can be read."""
        self._stop_watch()
        self._identity = None
        if isinstance(error, NotADirectoryError):
            self._set(FolderStatus.REFUSED, _("This is not a folder."))
        else:
            missing = isinstance(error, FileNotFoundError)
            status = FolderStatus.MISSING if missing else FolderStatus.UNREADABLE
            self._set(status, unreadable("", error).title)

    def _set(self, status: FolderStatus, reason: str = "") -> None:
        if reason and status is not self._status:
            _log.info("%s: %s", self.folder, reason)
        self._status, self._reason = status, reason

    def _stop_watch(self) -> None:
        if self._watch is not None:
            self._watch.stop()
            self._watch = None


def _identity(folder: Path) -> tuple[int, int]:
    """Which folder stands there, whatever its name. Raises `OSError` if it cannot be listed."""
    os.scandir(folder).close()
    state = folder.stat()
    return state.st_dev, state.st_ino


def _why_deaf(error: OSError, seconds: int) -> str:
    """Why a folder cannot be watched. Linux reports its limits as a full disk, and as too many open files."""
    limit = _LIMITS.get(error.errno or 0)
    if limit:
        words = _("The system's limit {limit} is reached; Chathold looks every {n} seconds.")
        return words.format(limit=limit, n=seconds)
    words = _("The system cannot watch this folder ({reason}); Chathold looks every {n} seconds.")
    return words.format(reason=error.strerror or type(error).__name__, n=seconds)
