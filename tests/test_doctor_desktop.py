"""`doctor` on a desktop: what the icon and the notices need, and what to do without."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path

import pytest

from chathold.doctor import Finding, Patient, State
from chathold.doctor.desktop import desktop
from chathold.home import Home
from desktop import Notifications, Panel, session_bus

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="D-Bus")


def _found(folder: Path) -> list[Finding]:
    patient = Patient.of(Home.find(str(folder / "home")))
    return list(desktop(patient))


@contextmanager
def _desktop(*services: Callable[[], Panel | Notifications]) -> Iterator[None]:
    """These services on the bus, in a thread of their own."""
    ready, over = threading.Event(), threading.Event()

    async def live() -> None:
        async with AsyncExitStack() as stack:
            for each in services:
                await stack.enter_async_context(each())
            ready.set()
            await asyncio.to_thread(over.wait)

    thread = threading.Thread(target=lambda: asyncio.run(live()))
    thread.start()
    try:
        assert ready.wait(10)
        yield
    finally:
        over.set()
        thread.join()


def test_on_a_desktop_with_all_of_it_all_is_well(tmp_path: Path) -> None:
    """A bus, a place for icons, a server that shows notices."""
    with session_bus(tmp_path), _desktop(Panel, Notifications):
        assert [each.state for each in _found(tmp_path)] == [State.OK] * 3


def test_what_a_desktop_lacks_is_told_with_a_way_out(tmp_path: Path) -> None:
    """A bus alone is not enough."""
    with session_bus(tmp_path):
        found = _found(tmp_path)
    assert [each.state for each in found] == [State.OK, State.WARNING, State.WARNING]
    assert all(each.fix for each in found[1:])


def test_a_bus_that_does_not_answer_is_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once, and nothing else is asked of it."""
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path}/nobody")
    assert [each.state for each in _found(tmp_path)] == [State.WARNING]


def test_without_a_session_nothing_is_wrong(tmp_path: Path) -> None:
    """A server has none."""
    assert [each.state for each in _found(tmp_path)] == [State.OK]
