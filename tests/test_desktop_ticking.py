"""The tick goes on whatever the clock does, and a bug in it is reported once and stops nothing."""

from __future__ import annotations

import asyncio
import datetime as dt
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chathold.daemon.telling import Event, Kind
from chathold.desktop import running
from chathold.desktop.running import Desktop
from chathold.home import Home
from chathold.state import State

PATIENCE = 20.0


class Clock(dt.datetime):
    """The scheduler's clock, which is set by whoever likes to."""

    ahead = dt.timedelta()

    @classmethod
    def now(cls, tz: dt.tzinfo | None = None) -> Clock:
        """The time, so much ahead."""
        found = dt.datetime.now(tz) + cls.ahead
        return cls.fromtimestamp(found.timestamp(), tz)


@pytest.fixture
def ticks(monkeypatch: pytest.MonkeyPatch) -> threading.Semaphore:
    """Counts the ticks of a desktop that does nothing else, ten a second."""
    counted = threading.Semaphore(0)

    async def tick(_living: object) -> None:
        counted.release()

    monkeypatch.setattr("chathold.desktop.living.Living.tick", tick)
    monkeypatch.setattr(running, "TICK", 0.1)
    return counted


def _desktop(folder: Path) -> Desktop:
    return Desktop(Home.find(str(folder / "home")), lambda _paths: None, lambda: None)


def _wait(ticks: threading.Semaphore, count: int = 2) -> None:
    for _ in range(count):
        assert ticks.acquire(timeout=PATIENCE)


def test_it_ticks_from_the_daemons_first_words_to_the_end(tmp_path: Path, ticks: threading.Semaphore) -> None:
    """Not before, and not afterwards."""
    desktop = _desktop(tmp_path)
    desktop.heard(Event(Kind.PAUSED, ""))
    assert not ticks.acquire(timeout=0.3)
    desktop.heard(Event(Kind.STARTED, ""))
    _wait(ticks)
    desktop.close()
    while ticks.acquire(blocking=False):
        pass
    assert not ticks.acquire(timeout=0.3)


@pytest.mark.spread(2)
@pytest.mark.parametrize("days", [365, -365])
def test_it_ticks_on_when_the_clock_is_set(
    tmp_path: Path, ticks: threading.Semaphore, monkeypatch: pytest.MonkeyPatch, days: int
) -> None:
    """A year ahead and back: the daemon tells of it, and the scheduler no longer waits for what is far away."""
    monkeypatch.setattr("apscheduler.schedulers.base.datetime", Clock)
    monkeypatch.setattr("apscheduler.triggers.interval.datetime", Clock)
    monkeypatch.setattr("chathold.desktop.running.datetime", Clock)
    desktop = _desktop(tmp_path)
    desktop.heard(Event(Kind.STARTED, ""))
    try:
        for ahead in (days, 0):
            _wait(ticks)
            monkeypatch.setattr(Clock, "ahead", dt.timedelta(days=ahead))
            desktop.heard(Event(Kind.CLOCK, ""))
        while ticks.acquire(blocking=False):
            pass
        _wait(ticks, 3)
    finally:
        desktop.close()


@pytest.mark.spread(3)
@pytest.mark.parametrize("where", ["tick", "heard", "later"])
def test_a_bug_is_reported_once_and_stops_nothing(
    tmp_path: Path, ticks: threading.Semaphore, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    """Neither the ticks nor the daemon."""

    async def bad_tick(_living: object) -> None:
        ticks.release()
        raise ZeroDivisionError

    def bad_heard(_living: object, _event: Event) -> None:
        ticks.release()
        raise ZeroDivisionError

    def bad_click(living: object, event: Event) -> None:
        asyncio.get_running_loop().call_soon(bad_heard, living, event)

    bad: dict[str, Callable[..., Any]] = {"tick": bad_tick, "heard": bad_heard, "later": bad_click}
    monkeypatch.setattr(f"chathold.desktop.living.Living.{where.replace('later', 'heard')}", bad[where])
    desktop = _desktop(tmp_path)
    for _ in range(4):
        desktop.heard(Event(Kind.STARTED, ""))
    _wait(ticks, 4)
    desktop.close()
    assert len(list((tmp_path / "home" / "logs").glob("bug-*.txt"))) == 1


def test_an_end_that_comes_before_the_beginning_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What the desktop needs is still being loaded when the session ends; nor is it anything to complain of."""
    begun, closing = threading.Event(), threading.Event()
    opened = State.open

    def slowly(folder: Path) -> State:
        begun.set()
        assert closing.wait(PATIENCE)
        return opened(folder)

    monkeypatch.setattr(State, "open", slowly)
    desktop = _desktop(tmp_path)
    desktop.heard(Event(Kind.STARTED, ""))
    assert begun.wait(PATIENCE)
    monkeypatch.setattr(running, "_PATIENCE", 0.0)
    thread = next(each for each in threading.enumerate() if each.name == "desktop")
    desktop.close()
    closing.set()
    thread.join(PATIENCE)
    assert not thread.is_alive()
    assert not caplog.records


def test_without_a_daemon_there_is_nothing_to_close(tmp_path: Path) -> None:
    """It may not have come to that."""
    _desktop(tmp_path).close()
