"""What the desktop's thread does: events are taken in, a tick looks for what is due, clicks are followed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any

from chathold.daemon.clock import Clock
from chathold.daemon.telling import Event
from chathold.desktop.acting import Clicks
from chathold.desktop.doings import Doings
from chathold.desktop.menu import menu
from chathold.desktop.notices import notice, of_reminders
from chathold.desktop.session import Session
from chathold.desktop.unseen import Gathering, Topic
from chathold.desktop.words import status
from chathold.home import Home
from chathold.reminders import Reminder, Said, Stage, is_quiet
from chathold.reminders.delivering import Delivery
from chathold.reminders.now import local, notice_new_zone
from chathold.state import State
from chathold.state.memory import TRAY, WELCOMED
from chathold_service.tray.showing import Look

BURST = 3.0
"""So many seconds after an event it is shown, together with what came meanwhile."""


class Living:
    """The desktop's side of a running daemon. Make and use it in the event loop's thread.

    `work` runs in another thread what may take a while; `take` imports files by hand; `end` ends the program.
    """

    def __init__(
        self,
        home: Home,
        state: State,
        clock: Clock,
        work: Callable[[Callable[[], None]], None],
        take: Callable[[Sequence[Path]], None],
        end: Callable[[], None],
        *,
        with_tray: bool,
    ) -> None:
        self._state = state
        self._loop = asyncio.get_running_loop()
        self._doings = Doings(home, state, clock)
        self._gathering = Gathering(state)
        self._delivery = Delivery(state.reminders, self._show_reminders, local)
        self._actions = Clicks(
            home,
            self._loop,
            work,
            self._choose,
            take,
            pausing=self._pause,
            forget=self._forget,
            said=self._said,
            end=end,
        )
        shown = menu(lambda: self._doings.view, self._actions)
        self._session = Session(shown, self._changed_anywhere, with_tray=with_tray)
        self._showing = False
        self._later: list[Event] = []
        self._timer: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._doings.refresh()
        if not state.memory.get(WELCOMED):
            self._gathering.welcome(self._doings.now)
            state.memory.set(WELCOMED, value=True)

    async def tick(self) -> None:
        """Look at the clock, and do what is due."""
        notice_new_zone()
        self._doings.refresh()
        await self._session.tend(self._look())
        self._changed()
        await self._show_due()

    def heard(self, event: Event) -> None:
        """Take in what the daemon tells; notices are shown in a moment, with what comes until then."""
        self._doings.heard(event)
        self._changed()
        self._note(event)

    async def close(self) -> None:
        """Take the icon away."""
        if self._timer is not None:
            self._timer.cancel()
        for each in self._tasks:
            each.cancel()
        await self._session.close()
        self._state.memory.set(TRAY, None)

    # Icon and menu

    def _look(self) -> Look:
        view = self._doings.view
        return Look(view.mood, status(view))

    def _changed(self) -> None:
        self._session.update(self._look())
        self._state.memory.set(TRAY, self._session.why)

    def _changed_anywhere(self) -> None:
        self._loop.call_soon_threadsafe(self._changed)

    def _pause(self) -> None:
        self._doings.pause()
        self._changed()

    def _forget(self) -> None:
        self._state.notices.drop(self._state.notices.unseen())
        self._doings.refresh()
        self._changed()

    async def _choose(self) -> list[Path] | None:
        return await self._session.choose()

    # Notices

    def _note(self, event: Event) -> None:
        """Note what is to be told; what comes while something is being shown, afterwards."""
        if self._showing:
            self._later.append(event)
        elif self._gathering.note(event, self._doings.now, self._doings.today) and self._timer is None:
            self._timer = self._loop.call_later(BURST, self._show_now)

    def _show_now(self) -> None:
        self._timer = None
        self._start(self._show_due())

    async def _show_due(self) -> None:
        """Show what is due, if the desktop would take it: what was claimed and not shown might wait a day."""
        if (
            not (self._doings.view.calls or self._state.notices.unseen())
            or not await self._session.can_show()
        ):
            return
        await self._delivery.tick(self._doings.view.reminders, self._doings.now, self._quiet_hours())
        await self._show_unseen()

    async def _show_unseen(self) -> None:
        if self._showing:
            return
        self._showing = True
        try:
            waiting = self._gathering.waiting(self._doings.settings, self._doings.today)
            quiet = is_quiet(local(self._doings.now).time(), *self._quiet_hours())
            for topic, found in waiting.items():
                if topic is not Topic.WELCOME and quiet:
                    continue  # but who has just installed it is there
                claimed = self._gathering.claim(found, self._doings.today)
                label = self._doings.view.kept.label
                said = notice(topic, claimed, self._actions, label, tray=not self._session.why)
                if await self._session.show(said):
                    self._gathering.shown(claimed)
                else:
                    self._gathering.not_shown(claimed)
        finally:
            self._showing = False
        later, self._later = self._later, []
        for each in later:
            self._note(each)

    def _quiet_hours(self) -> tuple[Any, Any]:
        said = self._doings.settings.notices
        return said.quiet_from, said.quiet_until

    async def _show_reminders(self, found: Sequence[Reminder]) -> bool:
        return await self._session.show(of_reminders(found, self._actions, self._doings.now))

    def _said(self, provider: str, account: str, answer: Said) -> None:
        """Follow an answer to a reminder; of a link it is said at once how long it lives."""
        reminder = self._doings.answer(provider, account, answer)
        self._changed()
        if answer is Said.CAME and reminder is not None and reminder.stage is Stage.LINK:
            self._start(self._show_link(reminder))

    async def _show_link(self, reminder: Reminder) -> None:
        await self._session.show(of_reminders([reminder], self._actions, self._doings.now))

    def _start(self, doing: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(doing)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
