"""The thread in which the desktop is spoken to: an event loop, and a tick each half minute.

    the daemon's events ──▶ icon, menu, notices        a click ──▶ the daemon, the browser, the reminders
    a tick ──▶ reminders that are due, notices that nobody took yet

The tick is APScheduler's: one job, that runs however late, and looks at the clock and at our own tables. The daemon
tells of a clock that was set: the scheduler may have been waiting for a time that is now far away.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chathold.bugs import report
from chathold.core.errors import ChatholdError
from chathold.daemon.clock import Clock
from chathold.daemon.telling import Event, Kind
from chathold.home import Home
from chathold.logs import LOG
from chathold.state import State

if TYPE_CHECKING:
    from apscheduler.job import Job

    from chathold.desktop.living import Living

TICK = 30.0
"""Seconds."""
_PATIENCE = 3.0
_BEGINNINGS = (Kind.STARTED, Kind.TROUBLE)


class Desktop:
    """Listens to the daemon, and lives from its first words to `close`. May be made where there is no desktop.

    `take` imports files by hand; `end` ends the program.
    """

    def __init__(
        self,
        home: Home,
        take: Callable[[Sequence[Path]], None],
        end: Callable[[], None],
        *,
        with_tray: bool = True,
        clock: Clock | None = None,
    ) -> None:
        self._home = home
        self._take = take
        self._end = end
        self._with_tray = with_tray
        self._clock = clock or Clock()
        self._early: list[Event] | None = []
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._living: Living | None = None
        self._job: Job | None = None
        self._over: asyncio.Event | None = None
        self._closed = False
        self._reported: set[str] = set()

    def heard(self, event: Event) -> None:
        """Take in what the daemon tells; called in its thread."""
        if self._thread is None:
            if event.kind not in _BEGINNINGS:
                return
            self._thread = threading.Thread(target=self._run, name="desktop", daemon=True)
            self._thread.start()
        with self._lock:
            if self._early is not None:
                self._early.append(event)
            elif self._loop is not None:
                with contextlib.suppress(RuntimeError):  # the loop has ended
                    self._loop.call_soon_threadsafe(self._told, event)

    def close(self) -> None:
        """Take the icon away, and end the thread."""
        if self._thread is None:
            return
        with self._lock:
            self._closed = True
            loop, over = self._loop, self._over
        if loop is not None and over is not None:
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(over.set)
        self._thread.join(_PATIENCE)

    # In the thread

    def _run(self) -> None:
        try:
            asyncio.run(self._live())
        except Exception as error:  # noqa: BLE001 - the thread's edge: without a desktop the daemon lives on
            self._report(error)
        with self._lock:
            self._early, self._loop = None, None

    async def _live(self) -> None:
        from chathold.desktop.living import Living  # noqa: PLC0415 - what a desktop needs loads in this thread

        asyncio.get_running_loop().set_exception_handler(self._unforeseen)
        with closing(State.open(self._home.state)) as state:
            living = Living(
                self._home,
                state,
                self._clock,
                self._work,
                self._take,
                self._end,
                with_tray=self._with_tray,
            )
            over = self._begin(living)
            try:
                await over.wait()
            finally:
                await living.close()

    def _begin(self, living: Living) -> asyncio.Event:
        from apscheduler.schedulers.asyncio import AsyncIOScheduler  # noqa: PLC0415 - as above

        # That a tick was left out, or cut off by the end, is no news; a bug in one is reported by ourselves.
        logging.getLogger("apscheduler").setLevel(logging.CRITICAL)
        scheduler = AsyncIOScheduler(timezone=UTC)
        with self._lock:
            early, self._early = self._early or [], None
            self._loop, self._living, self._over = asyncio.get_running_loop(), living, asyncio.Event()
            if self._closed:  # before it had begun
                self._over.set()
        for event in early:
            self._told(event)
        self._job = scheduler.add_job(
            self._tick,
            "interval",
            seconds=TICK,
            next_run_time=datetime.now(UTC),
            misfire_grace_time=None,
            coalesce=True,
            max_instances=1,
        )
        scheduler.start()
        return self._over

    def _told(self, event: Event) -> None:
        if self._living is None:
            return
        if event.kind is Kind.CLOCK and self._job is not None:
            self._job.modify(next_run_time=datetime.now(UTC))
        try:
            self._living.heard(event)
        except Exception as error:  # noqa: BLE001 - an edge: the next event may do
            self._report(error)

    async def _tick(self) -> None:
        if self._living is None:
            return
        try:
            await self._living.tick()
        except Exception as error:  # noqa: BLE001 - an edge: the next tick may do
            self._report(error)

    def _work(self, doing: Callable[[], None]) -> None:
        """Do what may take a while in a thread of its own."""
        threading.Thread(target=self._guarded, args=(doing,), name="click", daemon=True).start()

    def _guarded(self, doing: Callable[[], None]) -> None:
        try:
            doing()
        except (ChatholdError, OSError) as error:
            LOG.warning("%s", error)
        except Exception as error:  # noqa: BLE001 - the thread's edge
            self._report(error)

    def _unforeseen(self, _loop: asyncio.AbstractEventLoop, said: dict[str, Any]) -> None:
        """An error that nothing else has caught: a click's, or one of the bus's."""
        error = said.get("exception")
        self._report(error if isinstance(error, Exception) else RuntimeError(said["message"]))

    def _report(self, error: Exception) -> None:
        """Write a report of a bug, once for each kind."""
        kind = type(error).__qualname__
        if kind not in self._reported:
            self._reported.add(kind)
            LOG.error("A bug in Chathold's desktop side: %s", report(error, self._home.logs))
