"""Keeping the view up to date: what the daemon tells, what the archive holds, what was said to reminders."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from chathold.configuration import Settings, examine
from chathold.daemon.clock import Clock
from chathold.daemon.telling import Event, Kind
from chathold.desktop.notices import line
from chathold.desktop.view import Importing, Kept, View, failures, kept, stamp
from chathold.home import Home
from chathold.places import archive_folder
from chathold.reminders import Reminder, Said, reminders, said
from chathold.reminders.now import local, plan_of
from chathold.state import Marks, State
from chathold.state.memory import PAUSED

_SOON = 60.0


class Doings:
    """What the desktop knows. `view` is how things are; everything here is called in one thread."""

    def __init__(self, home: Home, state: State, clock: Clock) -> None:
        self._home = home
        self._state = state
        self._clock = clock
        self._kept = Kept()
        self._stamp: object = None
        self.settings: Settings = examine(home.configuration)[0]
        self.view = View(clock.wall(), clock.steady())

    @property
    def now(self) -> float:
        """Unix seconds."""
        return self._clock.wall()

    @property
    def today(self) -> str:
        """The local date (ISO)."""
        return local(self.now).date().isoformat()

    def heard(self, event: Event) -> None:
        """Take in what the daemon tells."""
        match event.kind:
            case Kind.IMPORTING:
                importing = self.view.importing or Importing(self._clock.steady())
                importing = replace(importing, share=event.share or 0.0)
                self.view = replace(self.view, importing=importing, steady=self._clock.steady())
                return
            case Kind.SETTINGS:
                self.settings = examine(self._home.configuration)[0]
            case Kind.IMPORTED | Kind.FAILED | Kind.TROUBLE:
                self.view = replace(self.view, importing=None)
            case _:
                pass
        self.refresh()

    def refresh(self) -> None:
        """Look at the state, and at the archive if somebody has written to it."""
        folder = archive_folder(self.settings, self._home)
        if (found := stamp(folder)) != self._stamp:
            read = kept(folder)
            if read is not None:
                self._stamp, self._kept = found, read
        self.view = replace(
            self.view,
            now=self.now,
            steady=self._clock.steady(),
            kept=self._kept,
            reminders=tuple(self._standing()),
            failed=failures(self._state),
            paused=bool(self._state.memory.get(PAUSED)),
            unseen=tuple(self._unseen()),
        )

    def _unseen(self) -> Iterator[str]:
        """What has waited so long to be shown that nobody will show it soon."""
        for each in self._state.notices.unseen():
            if each.since < self.now - _SOON and (told := line(each, self._kept.label)):
                yield told

    def _standing(self) -> list[Reminder]:
        marks = self._state.reminders.marks()
        return reminders(self._kept.exports, marks, plan_of(self.settings), self.now, local)

    def pause(self) -> None:
        """Pause, or go on: the daemon sees it in the state."""
        self._state.memory.set(PAUSED, not self.view.paused)
        self.refresh()

    def answer(self, provider: str, account: str, answer: Said) -> Reminder | None:
        """Remember what somebody said to a reminder; where the account stands now."""
        before = self._state.reminders.marks().get((provider, account)) or Marks(provider, account)
        self._state.reminders.put(said(before, answer, self.now))
        self.refresh()
        mine = (each for each in self.view.reminders if (each.provider, each.account) == (provider, account))
        return next(mine, None)
