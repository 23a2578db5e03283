"""The loop: one thread in which everything is decided, in the order in which it happens.

    watched folders ──▶ a download is whole ──▶ looked at before? ──▶ its turn ──▶ a worker imports it
          ▲                                                                              │
          └── tried again when its time has come ◀── what became of it ◀─────────────────┘

Other threads and processes only put messages into the inbox: a file system's event, a worker's words, a signal.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Sequence
from datetime import UTC, datetime
from enum import Enum, auto
from pathlib import Path
from queue import Empty, SimpleQueue
from types import FrameType

from chathold import __version__
from chathold.claiming import promises_export
from chathold.configuration import ConfigurationError, Settings, load
from chathold.core.errors import ChatholdError
from chathold.core.saying import listed, sentences
from chathold.core.texts import _, speak
from chathold.daemon import last_seen, presence
from chathold.daemon.answers import Answer, Ended, Progress, Request, Verdict
from chathold.daemon.asking import request
from chathold.daemon.clock import Clock
from chathold.daemon.door import Door
from chathold.daemon.importing import Importer
from chathold.daemon.messages import Message, Take, Told
from chathold.daemon.queueing import Queue
from chathold.daemon.renewal import Renewal, stamp, stamp_of
from chathold.daemon.telling import Event, Kind, Stream
from chathold.filesystems import file_system_of
from chathold.home import Home
from chathold.logs import set_level
from chathold.places import archive_folder, check_places, closed_folders, watched_folders
from chathold.providers import readers
from chathold.state import State
from chathold.state.memory import DAEMON, PAUSED, STOP, UNDER_WAY, WATCHING
from chathold.watching import FolderStatus, Reason, Watcher
from chathold_service.sockets import handed_in
from chathold_service.systemd import Systemd

_OUTLOOK = 2.0
"""So often the loop looks whether another process has asked for something."""
_SUPERVISED_EVERY = 15.0
_ASLEEP = 30.0
_SHOWN_EVERY = 1.0


class End(Enum):
    """Why the loop ended."""

    STOPPED = auto()
    RENEWED = auto()


class Daemon:
    """The running daemon. `given` are folders named on the command line, in place of the settings'."""

    def __init__(
        self, home: Home, settings: Settings, given: Sequence[Path], *, clock: Clock | None = None
    ) -> None:
        self.home = home
        self.stream = Stream()
        self._archive = home.archive
        self._settings = settings
        self._given = tuple(given)
        self._clock = clock or Clock()
        self._inbox: SimpleQueue[Told] = SimpleQueue()
        self._state = State.open(home.state)
        self._queue = Queue(self._state, self.stream, readers())
        self._importer = Importer(self._archive, home.logs, self._inbox.put)
        self._door = Door(home, handed_in())
        self._systemd = Systemd()
        self._renewal = Renewal(stamp())
        self._watcher = Watcher(
            self._folders,
            wake=lambda: self._inbox.put(Message.LOOK),
            events=lambda folder: self._settings.downloads.events and file_system_of(folder).tells,
            quiet=settings.downloads.quiet_seconds,
            look_every=settings.downloads.scan_minutes * 60,
            clock=self._clock.steady,
        )
        self._configured = stamp_of(home.configuration)
        self._paused = False
        self._asked = 0
        self._behind = False
        self._changes = -1
        self._supervised = self._clock.steady() - _SUPERVISED_EVERY
        self._offset = self._clock.wall() - self._clock.steady()
        self._shown = 0.0
        self._repairs: dict[Path, int] = {}
        self._end: End | None = None

    def run(self) -> End:
        """Watch and import until somebody stops it. Raises `ChatholdError` if another daemon does already."""
        self._state.memory.set(STOP, False)
        try:
            self._await_archive()
            if self._end is None:
                with presence.hold(self._archive):
                    self._begin()
                    try:
                        while self._end is None:
                            self._turn()
                    finally:
                        self._finish()
        finally:
            self._door.close()
            self._state.close()
        return self._end or End.STOPPED

    def _await_archive(self) -> None:
        """Make the archive's folder, or where it was seen before, wait for the disk that it is on."""
        while self._end is None and not os.path.isdir(self._archive):  # noqa: PTH112 - `Path.is_dir` may raise
            if self._may_create():
                self._archive.mkdir(mode=0o700, parents=True, exist_ok=True)
                return
            self._open_door()
            self._systemd.ready()
            words = _("The archive is not where it was, in {folder}.").format(folder=self._archive)
            self._tell_daily("archive", os.fspath(self._archive), words)
            self._systemd.status(words)
            self._systemd.alive()
            if Message.STOP in self._messages(_OUTLOOK) or self._state.memory.get(STOP):
                self._end = End.STOPPED

    def _tell_daily(self, cause: str, target: str, words: str) -> None:
        """Tell of trouble that lasts, once a day."""
        today = datetime.fromtimestamp(self._clock.wall(), UTC).date().isoformat()
        if self._state.downloads.tell_once(cause, [target], today):
            self.stream.tell(Event(Kind.TROUBLE, words))

    def stop(self, _signal: int = 0, _frame: FrameType | None = None) -> None:
        """End after this turn; may be called from a signal or another thread."""
        self._inbox.put(Message.STOP)

    def take(self, paths: Sequence[Path]) -> None:
        """Import files that somebody chose, whatever became of them before; may be called from another thread."""
        self._inbox.put(Take(tuple(paths)))

    def reload(self, _signal: int = 0, _frame: FrameType | None = None) -> None:
        """Read the settings again, and look everywhere."""
        self._inbox.put(Message.RELOAD)

    # Beginning and end

    def _begin(self) -> None:
        now = self._clock.wall()
        self._state.memory.set(DAEMON, {"pid": os.getpid(), "since": now, "version": __version__})
        self._watcher.start()
        self._open_door()
        self._send(Request("", create=self._may_create()))
        self.stream.tell(Event(Kind.STARTED, self._watching()))
        self._tell_closed()
        self._show()
        self._systemd.ready()

    def _open_door(self) -> None:
        if trouble := self._door.open(self._state):
            self._tell_daily("door", "", trouble)

    def _finish(self) -> None:
        self._systemd.stopping()
        self._importer.stop()
        self._watcher.stop()
        self._state.memory.set(UNDER_WAY, [])
        self.stream.tell(Event(Kind.STOPPED, _("Chathold has stopped watching.")))

    # One turn of the loop

    def _turn(self) -> None:
        self._notice_sleep()
        if self._clock.steady() - self._supervised >= _SUPERVISED_EVERY:
            self._supervise()
        self._notice_wishes()
        if not self._paused:
            for download in self._watcher.tick():
                self._queue.add(download, self._clock.wall())
        if not self._paused or self._queue.has_chosen():
            self._import_next()
        if self._clock.steady() - self._shown >= _SHOWN_EVERY:
            self._show()
        self._systemd.alive()
        patience = _OUTLOOK if self._paused else max(0.01, min(_OUTLOOK, self._watcher.due()))
        for message in self._messages(patience):
            self._heed(message)

    def _messages(self, patience: float) -> list[Told]:
        """What is in the inbox, after waiting up to `patience` seconds for something to be."""
        try:
            found = [self._inbox.get(timeout=patience)]
        except Empty:
            return []
        with contextlib.suppress(Empty):
            while True:
                found.append(self._inbox.get_nowait())
        return found

    def _heed(self, message: Told) -> None:
        match message:
            case Message.STOP:
                self._end = End.STOPPED
            case Message.RELOAD:
                self._reload()
                self._watcher.look()
            case Message.LOOK:
                pass
            case Take(paths):
                for path in paths:
                    self._queue.take(path)
            case Progress():
                self._progressed(message)
            case Answer():
                self._asked -= 1
                self._answered(message)
            case Ended():
                self._asked = 0
                self._behind = False
                if self._queue.importing is not None:
                    path = self._queue.importing.path
                    promising = self._queue.share is not None or promises_export(path.name)
                    words = _("The import ended all of a sudden.")
                    self._answered(Answer(os.fspath(path), Verdict.BUG, words, promising=promising))

    def _import_next(self) -> None:
        download = self._queue.next()
        if download is not None:
            self._send(self._request(download.path))
            self._shown = 0.0
        elif not self._asked and self._behind:
            self._send(self._request())
        elif not self._asked:
            self._importer.rest()

    def _send(self, request: Request) -> None:
        self._importer.send(request)
        self._asked += 1

    def _progressed(self, progress: Progress) -> None:
        """An import is under way: what is imported is an export."""
        if self._queue.importing is None:
            return
        if progress.waiting:
            return
        first = self._queue.share is None
        self._queue.share = min(1.0, progress.done / progress.total) if progress.total else 0.0
        words = _("Importing an export.") if first else ""
        self.stream.tell(Event(Kind.IMPORTING, words, self._queue.importing.path, share=self._queue.share))

    def _request(self, path: Path | None = None) -> Request:
        chosen = path is not None and self._queue.is_chosen(path)
        return request(self._settings, self.home.state, path, create=self._may_create(), leave=chosen)

    def _may_create(self) -> bool:
        return last_seen.may_create(self._state, self._archive)

    def _answered(self, answer: Answer) -> None:
        self._behind = answer.behind
        if answer.title and not answer.path:
            self._tell_daily("notes", answer.title, answer.title)
        self._queue.answered(answer, self._clock.wall())
        if answer.archive and last_seen.note_archive(self._state, self._archive, answer.archive):
            self._look_again()
        self._shown = 0.0

    def _look_again(self) -> None:
        """Another archive is there than before: of what was done with, it may hold nothing."""
        self._state.downloads.undo()
        self._watcher.all_again()

    # What other processes, the user and the machine want

    def _notice_sleep(self) -> None:
        """After sleep the clock on the wall is ahead of the steady one: look, for events were missed."""
        offset = self._clock.wall() - self._clock.steady()
        if abs(offset - self._offset) > _ASLEEP:
            self._watcher.look()
            self.stream.tell(Event(Kind.CLOCK, ""))
        self._offset = offset

    def _notice_wishes(self) -> None:
        """End, pause or go on, if another process has asked for it."""
        changes = self._state.changes()
        if changes == self._changes:
            return
        self._changes = changes
        if self._state.memory.get(STOP):
            self._end = End.STOPPED
        paused = bool(self._state.memory.get(PAUSED))
        if paused == self._paused:
            return
        self._paused = paused
        if paused:
            for path in self._queue.clear():
                self._watcher.again(path)
            self.stream.tell(Event(Kind.PAUSED, _("Paused: new downloads are not looked at.")))
        else:
            self._watcher.look()
            self.stream.tell(Event(Kind.RESUMED, _("Watching again.")))
        self._shown = 0.0

    def _supervise(self) -> None:
        """Every few seconds: the settings, what is to be tried again, what has gone, newer code."""
        self._supervised = self._clock.steady()
        configured = stamp_of(self.home.configuration)
        if configured != self._configured:
            self._configured = configured
            self._reload()
        self._open_door()
        self._queue.tidy()
        self._state.links.tidy(self._clock.wall())
        for path in self._queue.due(self._clock.wall(), self._free()):
            self._watcher.again(path)
        for state in self._watcher.folders():
            if state.repairs > self._repairs.get(state.folder, 0):
                self._repairs[state.folder] = state.repairs
                words = _("{folder} is watched again.").format(folder=state.folder)
                self.stream.tell(Event(Kind.REPAIRED, words))
        if self._renewal.due(stamp(), self._clock.steady()) and not len(self._queue):
            self._end = End.RENEWED

    def _free(self) -> int:
        try:
            return shutil.disk_usage(self._archive).free
        except OSError:
            return 0

    def _folders(self) -> Sequence[Path]:
        return self._given or watched_folders(self._settings)

    def _reload(self) -> None:
        """Take new settings, unless something is wrong with them; those that need a new start are named."""
        try:
            settings = load(self.home.configuration)
            check_places(settings, self.home)
        except (ConfigurationError, ChatholdError) as error:
            words = _("The settings were not taken over: {reason}").format(reason=error)
            self.stream.tell(Event(Kind.TROUBLE, words))
            return
        words = _("The settings were read again.")
        if archive_folder(settings, self.home) != self._archive or _pace(settings) != _pace(self._settings):
            more = _("A new archive folder, and how long to wait, count from the next start.")
            words = sentences(words, more)
        self._settings = settings
        set_level(settings.log.level)
        speak(settings.desktop.language)
        self._watcher.look()
        self.stream.tell(Event(Kind.SETTINGS, words))
        self._tell_closed()

    def _tell_closed(self) -> None:
        """Name folders that cannot be written to: a service may write only where it was told to when installed."""
        words = _('{folder} cannot be written to. If that is new, "chathold service install" may mend it.')
        for folder in closed_folders(self._settings, self.home):
            self.stream.tell(Event(Kind.TROUBLE, words.format(folder=folder)))

    # What others may know

    def _show(self) -> None:
        """Note for `status` what is watched and under way."""
        self._shown = self._clock.steady()
        memory = self._state.memory
        folders = [
            {"folder": os.fspath(each.folder), "state": each.state.value, "reason": each.reason}
            for each in self._watcher.folders()
        ]
        memory.set(WATCHING, folders)
        loading = [
            {"path": os.fspath(each.path), "state": "downloading", "reason": each.words}
            for each in self._watcher.waiting()
            if each.reason is not Reason.SETTLING
        ]
        memory.set(UNDER_WAY, self._queue.under_way() + loading)
        self._systemd.status(self._words())

    def _words(self) -> str:
        if self._paused:
            return _("Paused.")
        if self._queue.importing:
            return _("Importing an export.")
        return self._watching()

    def _watching(self) -> str:
        """What is watched; where nothing is, why not."""
        folders = self._watcher.folders()
        watched = [each for each in folders if each.state in (FolderStatus.WATCHING, FolderStatus.POLLING)]
        if not watched:
            return sentences(*(f"{each.folder}: {each.reason}" for each in folders))
        named = listed(os.fspath(each.folder) for each in watched)
        return _("Watching {folders}.").format(folders=named)


def _pace(settings: Settings) -> tuple[float, float]:
    """What the watcher is told once, when it starts."""
    return settings.downloads.quiet_seconds, settings.downloads.scan_minutes
