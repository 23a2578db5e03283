"""The daemon on a desktop: a real bus, a scripted panel and notification server, no display; every click acts."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from chathold.state import Showing, State
from commands import process
from daemons import EXPORT, Daemon, Place, export_of
from desktop import PATIENCE, Line, Notice, Notifications, Panel, Portal, session_bus

pytestmark = pytest.mark.slow
NEVER_QUIET = "[notices]\nquiet_from = '00:00'\nquiet_until = '00:00'\n"
WORK = "DeepSeek (s•••@example.invalid)"


@dataclass
class Home:
    """A home on a desktop; whatever is opened in the browser is written to a file."""

    place: Place
    opened_in: Path

    def opened(self) -> list[str]:
        """The addresses that were opened."""
        return self.opened_in.read_text().split() if self.opened_in.exists() else []

    def state(self) -> State:
        """The state database, to be closed."""
        return State.open(self.place.home / "state")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    """A session with a bus, and a browser that only notes what it is to open."""
    browser = tmp_path / "bin" / "xdg-open"
    browser.parent.mkdir()
    browser.write_text(f'#!/bin/sh\necho "$1" >> "{tmp_path}/opened"\n')
    browser.chmod(0o755)
    monkeypatch.setenv("PATH", f"{browser.parent}:{os.environ['PATH']}")
    monkeypatch.delenv("INVOCATION_ID", raising=False)
    with session_bus(tmp_path):
        yield Home(
            Place(tmp_path / "place", more="[notices]\nquiet_from = '00:00'\nquiet_until = '00:00'\n"),
            tmp_path / "opened",
        )


async def until(condition: Callable[[], object]) -> None:
    """Wait for something to become true."""
    end = time.monotonic() + 4 * PATIENCE
    while not condition():
        assert time.monotonic() < end, "it never happened"
        await asyncio.sleep(0.05)


@asynccontextmanager
async def living(home: Home, *arguments: str) -> AsyncIterator[tuple[Panel, Notifications, Daemon]]:
    """The daemon, on a desktop with a panel and a notification server; the first notice has been seen."""
    async with Panel() as panel, Notifications() as server:
        with Daemon(home.place, *arguments) as daemon:
            await panel.icon()
            assert (await server.notice()).title == "Chathold is running"
            yield panel, server, daemon


def _holds(home: Home, chats: int) -> bool:
    return bool(home.place.status()["archive"]["conversations"] == chats)


def _opened(home: Home, count: int) -> bool:
    return len(home.opened()) == count


def _stands(home: Home, stage: str) -> bool:
    return _stage(home) == stage


def run(story: Coroutine[Any, Any, None]) -> None:
    """Run a story to its end."""
    asyncio.run(asyncio.wait_for(story, 120))


def drop(home: Home, number: int = 1, chats: int = 3) -> None:
    """An export lands in the Downloads folder."""
    (home.place.downloads / f"deepseek_data-2026-11-{10 + number}.zip").write_bytes(export_of(number, chats))


def labels(lines: tuple[Line, ...]) -> list[str]:
    """What a menu says."""
    return [each.label for each in lines if not each.separator]


def test_the_whole_menu_acts(home: Home) -> None:
    """Every entry is clicked: pages and services are opened, watching is paused, and the program ends."""

    async def story() -> None:
        async with living(home) as (panel, server, daemon):
            assert labels(await panel.menu()) == [
                "No exports yet · how to get the first",
                "ChatGPT · no export yet",
                "Claude · no export yet",
                "DeepSeek · no export yet",
                "Import file…",
                "Open archive",
                "Search…",
                "Pause watching",
                "Reminders…",
                "What needs attention",
                "Quit",
            ]
            doors = {"Open archive": "", "Search…": "?to=search", "Reminders…": "?to=settings"}
            doors |= {"What needs attention": "?to=attention", "No exports yet · how to get the first": ""}
            for count, (label, door) in enumerate(doors.items(), 1):
                await panel.click(label)
                await until(partial(_opened, home, count))
                assert home.opened()[-1].startswith("http://127.0.0.1:")
                assert home.opened()[-1].partition("?")[2] == door.removeprefix("?")
            await panel.activate()
            await until(lambda: len(home.opened()) == 6)
            await panel.click("ChatGPT · no export yet", "Ask for an export…")
            await until(lambda: home.opened()[-1] == "https://chatgpt.com/#settings/DataControls")
            await panel.click("Pause watching")
            await panel.signal("ItemsPropertiesUpdated")
            paused = await panel.menu()
            assert paused[0].label == "Paused · new downloads are not looked at"
            assert [each.checked for each in paused if each.label == "Pause watching"] == [True]
            assert home.place.status()["daemon"]["paused"]
            await panel.click("Pause watching")
            await panel.signal("ItemsPropertiesUpdated")
            drop(home)
            assert (await server.notice()).title == "Added to your archive"
            await panel.click("Quit")
            await until(lambda: daemon.process.poll() == 0)

    run(story())


def test_an_account_can_be_answered_in_the_menu(home: Home) -> None:
    """Asked for, come, later, off and on: the line says how it stands, and `remind` knows."""

    async def story() -> None:
        home.place.more += "[reminders]\ndays = 1\n"
        home.place.configure()
        async with living(home) as (panel, server, _daemon):
            drop(home)
            await server.notice()
            await _line(panel, "time to export")
            steps = [("I asked for it", "asked"), ("It came", "link"), ("I asked for a new one", "asked")]
            for label, stage in steps:
                lines = await panel.menu()
                line = next(each.label for each in lines if each.label.startswith(WORK))
                await panel.click(line, label)
                await until(partial(_stands, home, stage))
            lines = await panel.menu()
            line = next(each.label for each in lines if each.label.startswith(WORK))
            await panel.click(line, "Remind me")
            await until(lambda: _stage(home) == "off")

    run(story())


async def _line(panel: Panel, said: str) -> Line:
    """Wait until the account's line says something."""
    while True:
        for each in await panel.menu():
            if each.label.startswith(WORK) and said in each.label:
                return each
        await asyncio.sleep(0.1)


def _stage(home: Home) -> str:
    return str(process(home.place.home, "remind")["reminders"][0]["stage"])


def test_the_menu_tells_of_an_import_while_it_is_open(home: Home) -> None:
    """Its share, entry by entry, and the icon changes; nothing closes the menu."""

    async def story() -> None:
        async with living(home) as (panel, server, _daemon):
            before = await panel.menu()
            drop(home, chats=16_000)
            shares: list[str] = []
            while len(set(shares)) < 2:
                changed, _gone = await panel.signal("ItemsPropertiesUpdated")
                said = {
                    number: {name: value.value for name, value in what.items()} for number, what in changed
                }
                if "label" in said.get(before[0].number, {}):
                    shares.append(said[before[0].number]["label"])
            assert all(each.startswith("Importing an export · ") for each in shares)
            await _notice(server)
            assert "16,000 chats kept" in (await panel.menu())[0].label

    run(story())


def test_no_place_for_an_icon_is_a_normal_state(home: Home) -> None:
    """All else works, and status says so; a panel that comes, goes and comes back gets the icon."""

    async def story() -> None:
        with Daemon(home.place):
            await until(lambda: "no place" in home.place.status()["tray"]["why"])
            drop(home)
            await until(partial(_holds, home, 3))
            for _ in range(2):
                async with Panel() as panel:
                    await panel.icon()
                    await until(lambda: home.place.status()["tray"] == {"shown": True, "why": ""})
                await until(lambda: not home.place.status()["tray"]["shown"])

    run(story())


def test_without_a_bus_all_else_works(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """And with `--no-tray` there is no icon, but there are notices."""
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")

    async def story() -> None:
        with Daemon(home.place) as daemon:
            await until(lambda: "D-Bus" in home.place.status()["tray"]["why"])
            drop(home)
            await until(partial(_holds, home, 3))
            assert daemon.stop() == 0

    run(story())
    assert "bug" not in home.place.log().lower()


def test_without_a_tray_there_are_notices(home: Home) -> None:
    """If that is wished."""

    async def story() -> None:
        async with Panel() as panel, Notifications() as server:
            with Daemon(home.place, "--no-tray"):
                assert "It is among your applications." in (await server.notice()).body
                assert "without an icon" in home.place.status()["tray"]["why"]
                with pytest.raises(TimeoutError):
                    await asyncio.wait_for(panel.icon(), 0.5)

    run(story())


# --- importing by hand


def test_files_are_chosen_in_the_desktops_dialog(home: Home, tmp_path: Path) -> None:
    """They are imported where they lie, and their end is told, whatever it is; where it is cancelled, nothing."""
    export, other = tmp_path / "old 1.zip", tmp_path / "notes.json"
    export.write_bytes(export_of(1, 3))
    other.write_text("[1, 2]")

    async def story() -> None:
        async with living(home) as (panel, server, _daemon):
            async with Portal([]) as portal:
                await panel.click("Import file…")
                await until(lambda: portal.options)
                assert portal.options["multiple"]
            async with Portal([export, other]):
                await panel.click("Import file…")
                told = {(await server.notice()).title for _ in range(2)}
                assert told == {"Added to your archive", "Needs attention"}
            async with Portal([export]):
                await panel.click("Import file…")
                assert "nothing new" in (await server.notice()).body
            assert export.exists()
            assert home.opened() == []

    run(story())


def test_without_a_dialog_the_readers_page_is_opened(home: Home) -> None:
    """It has a place to drop files."""

    async def story() -> None:
        async with living(home) as (panel, _server, _daemon):
            await panel.click("Import file…")
            await until(home.opened)
            assert home.opened()[-1].endswith("?to=imported")

    run(story())


# --- notices


def test_notices_wait_for_a_server(home: Home) -> None:
    """Absent, late, and gone and back: what happens meanwhile is told once, added up, when there is one."""

    async def story() -> None:
        async with Panel():
            with Daemon(home.place):
                for number in (1, 2):
                    drop(home, number)
                    await until(partial(_holds, home, 3 * number))
                async with Notifications() as server:
                    titles = {(await _notice(server)).title: each for each in range(2)}
                    assert set(titles) == {"Chathold is running", "Added to your archive"}
                drop(home, 3)
                await until(partial(_holds, home, 9))
                async with Notifications() as server:
                    assert (await _notice(server)).body.startswith(f"{WORK}: 3 new chats. Newest: ")

    run(story())


async def _notice(server: Notifications) -> Notice:
    """The next notice, within a tick or two."""
    return await server.notice(70)


def test_a_burst_is_one_notice(home: Home) -> None:
    """Three exports in a row, of one account: one line, added up."""

    async def story() -> None:
        async with living(home) as (_panel, server, _daemon):
            for number in (1, 2, 3):
                drop(home, number)
            assert (await server.notice()).body.startswith(f"{WORK}: 9 new chats. ")
            assert server.count() == 0

    run(story())


def test_what_needs_attention_is_told_once_a_day_for_each_cause(home: Home) -> None:
    """Without the file's name; a click leads to the page."""

    async def story() -> None:
        async with living(home) as (panel, server, _daemon):
            for number in (1, 2):
                page = home.place.downloads / f"deepseek_data-2026-10-0{number}.zip"
                page.write_text("<!DOCTYPE html><html><head><title>expired</title></head></html>")
            found = await server.notice()
            assert found.title == "Needs attention"
            assert "deepseek_data" not in found.body
            assert found.body.startswith("2 times: ")
            await server.press(found, "See why")
            await until(lambda: home.opened() and home.opened()[-1].endswith("?to=attention"))
            lines = await panel.menu()
            assert lines[0].label == "2 downloads could not be read · see why"

    run(story())


def test_a_reminder_is_answered_by_its_buttons(home: Home) -> None:
    """I asked for it; then nothing is due. A second process says that it came, and the link's end is told."""
    home.place.more += "[reminders]\ndays = 1\n"
    home.place.configure()

    async def story() -> None:
        async with living(home) as (_panel, server, _daemon):
            drop(home)
            found = {each.title: each for each in [await _notice(server), await _notice(server)]}
            reminder = found["Time for a new export"]
            assert reminder.body == f"Your {WORK} copy is {_age(home)} days old."
            assert list(reminder.actions) == ["", "Show me how", "I asked for it", "Later"]
            await server.press(reminder, "I asked for it")
            await until(lambda: _stage(home) == "asked")

    run(story())


def _age(home: Home) -> int:
    """The days since the export."""
    last = home.place.status()["accounts"][0]["last_export"]
    return int((time.time() - datetime.fromisoformat(last).timestamp()) // 86_400)


def test_a_reminder_that_was_on_its_way_when_it_was_killed_waits_for_tomorrow(home: Home) -> None:
    """It may have been seen; in the menu it is all the time."""
    home.place.more += "[reminders]\ndays = 1\n"
    home.place.configure()
    process(home.place.home, "import", os.fspath(_export(home)))
    (due,) = process(home.place.home, "remind")["reminders"]

    async def story() -> None:
        begun = datetime.fromisoformat(due["reminder_due"]).timestamp()
        day = datetime.now().date().isoformat()  # noqa: DTZ005 - the local day
        with closing(home.state()) as state:
            state.reminders.claim(
                [Showing("deepseek", due["account"], f"due {begun:.0f}", 0, time.time(), day)]
            )
        async with living(home) as (panel, server, _daemon):
            await _line(panel, "time to export")
            await asyncio.sleep(3)
            assert server.count() == 0

    run(story())


def _export(home: Home) -> Path:
    path = home.place.folder / EXPORT
    path.write_bytes(export_of(1, 3))
    return path
