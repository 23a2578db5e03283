"""Notifications, as a server gets them: a real bus, a scripted server."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest

from chathold_service.icons import PROGRAM_ICON
from chathold_service.notifying import Notice, Notifier
from chathold_service.session_bus import connected
from desktop import PATIENCE, Notifications, session_bus

Story = Callable[[Notifier], Coroutine[Any, Any, None]]


@pytest.fixture
def play(tmp_path: Path) -> Iterator[Callable[[Story], None]]:
    """Runs a story on a bus of its own."""

    async def told(story: Story) -> None:
        bus = await connected()
        assert bus
        notifier = Notifier("Chathold", PROGRAM_ICON, bus)
        await asyncio.wait_for(story(notifier), PATIENCE)
        if notifier._notifier:
            notifier._notifier._backend.bus.disconnect()  # type: ignore[attr-defined]
        bus.disconnect()

    with session_bus(tmp_path):
        yield lambda story: asyncio.run(told(story))


def test_a_notice_comes_as_it_was_meant(play: Callable[[Story], None]) -> None:
    """Under our icon, with its buttons; what a server would take for markup is escaped."""

    async def story(notifier: Notifier) -> None:
        async with Notifications() as server:
            notice = Notice("Title & more", "<b>9</b> new & 3 old", print, (("Yes", print), ("No", print)))
            assert await notifier.show(notice)
            came = await server.notice()
            assert (came.title, came.body) == ("Title & more", "&lt;b&gt;9&lt;/b&gt; new &amp; 3 old")
            assert came.icon == PROGRAM_ICON.as_uri()
            assert list(came.actions) == ["", "Yes", "No"]

    play(story)


def test_where_there_is_no_markup_nothing_is_escaped(play: Callable[[Story], None]) -> None:
    """It would be seen."""

    async def story(notifier: Notifier) -> None:
        async with Notifications("body", "actions") as server:
            assert await notifier.show(Notice("t", "3 < 4"))
            assert (await server.notice()).body == "3 < 4"

    play(story)


def test_buttons_act(play: Callable[[Story], None]) -> None:
    """Each its own way, and so does a click on the notice itself."""

    async def story(notifier: Notifier) -> None:
        done: asyncio.Queue[str] = asyncio.Queue()

        def doing(name: str) -> Callable[[], None]:
            return lambda: done.put_nowait(name)

        async with Notifications() as server:
            for label in ("", "Yes", "No"):
                buttons = (("Yes", doing("yes")), ("No", doing("no")))
                assert await notifier.show(Notice("t", "b", doing("click"), buttons))
                await server.press(await server.notice(), label)
            assert [await done.get() for _ in range(3)] == ["click", "yes", "no"]

    play(story)


def _open_files() -> int:
    """How many files and connections this process has open; 0 where that cannot be seen."""
    folder = Path("/proc/self/fd")
    return len(list(folder.iterdir())) if folder.is_dir() else 0


def test_without_a_server_nothing_is_said_to_be_shown(play: Callable[[Story], None]) -> None:
    """Nor are connections left behind; when one comes, late or again, it is shown."""

    async def story(notifier: Notifier) -> None:
        before = _open_files()
        for _ in range(5):
            assert not await notifier.show(Notice("t", "b"))
        assert _open_files() == before
        for _ in range(2):
            async with Notifications() as server:
                assert await notifier.show(Notice("t", "b"))
                assert (await server.notice()).title == "t"
            assert not await notifier.show(Notice("t", "b"))

    play(story)


def test_without_a_bus_nothing_is_said_to_be_shown() -> None:
    """And nothing is raised."""
    assert not asyncio.run(Notifier("Chathold", PROGRAM_ICON, None).show(Notice("t", "b")))
