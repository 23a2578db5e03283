"""The icon on the bus, and its menu, as a panel sees them: a real bus, no display."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from chathold_service.icons import Mood, pixmap
from chathold_service.session_bus import connected
from chathold_service.tray import Look, Menu, MenuItem
from chathold_service.tray.showing import Absence
from chathold_service.tray.status_notifier import StatusNotifier
from desktop import PATIENCE, Panel, session_bus

IDLE = Look(Mood.IDLE, "Idle")


@pytest.fixture
def bus(tmp_path: Path) -> Iterator[str]:
    """A session bus."""
    with session_bus(tmp_path) as address:
        yield address


@dataclass
class App:
    """A program with a menu, and what was done in it."""

    status: str = "0 %"
    accounts: list[str] = field(default_factory=lambda: ["Work_1"])
    paused: bool = False
    done: list[str] = field(default_factory=list)
    changes: asyncio.Queue[Absence | None] = field(default_factory=asyncio.Queue)
    tray: StatusNotifier = field(init=False)

    def menu(self) -> object:
        """Its menu, which says how things are."""

        def lines() -> Iterator[object]:
            yield MenuItem(lambda _item: self.status, None, enabled=False)
            yield Menu.SEPARATOR
            for name in self.accounts:
                yield MenuItem(name, Menu(MenuItem("Ask", self._asking(name))))
            yield MenuItem("Open", lambda: self.done.append("open"), default=True)
            yield MenuItem("Pause", self._pause, checked=lambda _item: self.paused)
            yield MenuItem("Hidden", None, visible=False)

        return Menu(lines)

    def _asking(self, name: str) -> Callable[[], None]:
        return lambda: self.done.append(f"ask {name}")

    def _pause(self) -> None:
        self.paused = not self.paused
        self.done.append("pause")

    def changed(self) -> None:
        """Whether it is seen is different now."""
        self.changes.put_nowait(self.tray.absence)


@asynccontextmanager
async def shown(app: App) -> AsyncIterator[StatusNotifier]:
    """The icon of this program, from start to stop."""
    connection = await connected()
    app.tray = StatusNotifier(connection, "Chathold", app.menu(), app.changed, IDLE)
    await app.tray.start()
    try:
        yield app.tray
    finally:
        await app.tray.stop()
        if connection:
            connection.disconnect()


def played(story: Callable[[App], Coroutine[Any, Any, None]]) -> None:
    """Run a story to its end."""
    asyncio.run(asyncio.wait_for(story(App()), 20))


def test_a_panel_gets_icon_words_and_menu(bus: str) -> None:
    """In ARGB and several sizes; separators, submenus and check marks as they are, and nothing hidden."""
    del bus

    async def story(app: App) -> None:
        async with Panel() as panel, shown(app) as tray:
            icon = await panel.icon()
            assert (icon["Id"], icon["Title"], icon["Status"], icon["ItemIsMenu"]) == (
                "chathold",
                "Chathold",
                "Active",
                False,
            )
            assert list(icon["ToolTip"]) == ["", [], "Chathold", "Idle"]
            assert [(width, height) for width, height, _bytes in icon["IconPixmap"]] == [
                (size, size) for size in (16, 22, 24, 32, 48)
            ]
            assert icon["IconPixmap"][0][2] == pixmap(Mood.IDLE, 16)
            lines = await panel.menu()
            assert [(each.label, each.separator, each.checked, each.enabled) for each in lines] == [
                ("0 %", False, None, False),
                ("", True, None, True),
                ("Work_1", False, None, True),
                ("Open", False, None, True),
                ("Pause", False, False, True),
            ]
            assert [each.label for each in lines[2].below] == ["Ask"]
            assert tray.absence is None

    played(story)


def test_every_click_acts(bus: str) -> None:
    """In submenus, too; a left click is the default entry; what is disabled or unknown does nothing."""
    del bus

    async def story(app: App) -> None:
        async with Panel() as panel, shown(app):
            await panel.icon()
            await panel.click("Work_1", "Ask")
            await panel.click("Open")
            await panel.click("Pause")
            await panel.activate()
            assert app.done == ["ask Work_1", "open", "pause", "open"]
            lines = await panel.menu()
            await panel.press(lines[0].number)
            await panel.press(lines[2].number)
            with pytest.raises(RuntimeError, match="UnknownId"):
                await panel.press(999)
            assert len(app.done) == 4

    played(story)


def test_labels_change_while_the_menu_is_open(bus: str) -> None:
    """Entry by entry, under the same numbers, and the layout stays: so an open menu does, too."""
    del bus

    async def story(app: App) -> None:
        async with Panel() as panel, shown(app) as tray:
            await panel.icon()
            before = await panel.menu()
            app.status, app.paused = "60 %", True
            tray.update(Look(Mood.IMPORTING, "Importing"))
            changed, gone = await panel.signal("ItemsPropertiesUpdated")
            assert gone == []
            assert {
                number: {name: value.value for name, value in said.items()} for number, said in changed
            } == {
                before[0].number: {"label": "60 %"},
                before[4].number: {"toggle-state": 1},
            }
            after = await panel.menu()
            assert [each.number for each in after] == [each.number for each in before]
            assert panel.signals.empty()
            assert (await panel.properties())["IconPixmap"][0][2] == pixmap(Mood.IMPORTING, 16)

    played(story)


def test_nothing_is_told_where_nothing_has_changed(bus: str) -> None:
    """No signal wakes the panel up."""
    del bus

    async def story(app: App) -> None:
        async with Panel() as panel, shown(app) as tray:
            await panel.icon()
            tray.update(IDLE)
            await panel.menu()
            assert panel.signals.empty()

    played(story)


def test_a_menu_of_another_shape_gets_new_numbers(bus: str) -> None:
    """So that a click on what was there before does not hit what is there now."""
    del bus

    async def story(app: App) -> None:
        async with Panel() as panel, shown(app) as tray:
            await panel.icon()
            before = await panel.menu()
            app.accounts.insert(0, "Home")
            tray.update(IDLE)
            await panel.signal("LayoutUpdated")
            with pytest.raises(RuntimeError, match="UnknownId"):
                await panel.press(before[3].number)
            await panel.click("Home", "Ask")
            assert app.done == ["ask Home"]

    played(story)


def test_a_panel_that_comes_later_or_again_gets_the_icon(bus: str) -> None:
    """Without one there is none, and that is known."""
    del bus

    async def story(app: App) -> None:
        async with shown(app) as tray:
            assert tray.absence is Absence.NO_HOST
            for _ in range(2):
                async with Panel() as panel:
                    await panel.icon()
                    assert await asyncio.wait_for(app.changes.get(), PATIENCE) is None
                    await panel.click("Open")
                assert await asyncio.wait_for(app.changes.get(), PATIENCE) is Absence.NO_HOST
            assert (app.done, app.changes.qsize()) == (["open", "open"], 0)

    played(story)


def test_without_a_bus_there_is_no_icon(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Neither where none is named, nor where nobody listens; that is no error."""

    async def story(app: App) -> None:
        async with shown(app) as tray:
            tray.update(IDLE)
            assert tray.absence is Absence.NO_BUS

    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    played(story)
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path}/nobody")
    played(story)
