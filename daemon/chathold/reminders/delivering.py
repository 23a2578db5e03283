"""Showing the reminders that are due, so that none is lost and none is seen twice on one day.

    claimed in the database ──▶ shown ──▶ proven         killed in between: it stands as it is until tomorrow
             ▲                    └── nobody takes it ──▶ released, and tried again at the next tick

A program that is killed between showing and proving cannot know whether it was seen. Then it is shown again on
the next day: at worst twice, never twice a day, and never not at all.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import time

from chathold.reminders.rules import Local, Reminder
from chathold.reminders.showing import is_quiet, to_show
from chathold.state.reminders import Reminders, Showing

Show = Callable[[Sequence[Reminder]], Awaitable[bool]]
"""Shows one notice for these reminders; whether the desktop has taken it."""


class Delivery:
    """Shows what is due whenever its time comes. `tick` may be called as often as one likes."""

    def __init__(self, records: Reminders, show: Show, local: Local) -> None:
        self._records = records
        self._show = show
        self._local = local
        self._showing = False

    async def tick(self, standing: Iterable[Reminder], now: float, quiet: tuple[time, time]) -> None:
        """Show what is due at `now` (Unix seconds), unless these hours are quiet, or a notice is on its way."""
        if self._showing or is_quiet(self._local(now).time(), *quiet):
            return
        found = to_show(standing, self._records.showings(), now, self._local)
        self._showing = True
        try:
            for grouped in (True, False):
                await self._deliver([pair for pair in found if pair[1].grouped is grouped])
        finally:
            self._showing = False

    async def _deliver(self, found: list[tuple[Reminder, Showing]]) -> None:
        if not found:
            return
        rows = [showing for _reminder, showing in found]
        self._records.claim(rows)
        if await self._show([reminder for reminder, _showing in found]):
            self._records.prove(rows)
        else:
            self._records.release(rows)
