"""The icon in a real panel, notices from a real server: what is seen on a screen, and what clicks there do."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import ImageChops

from chathold_service.icons import COLOURS, Mood
from commands import process
from daemons import EXPORT, Daemon, Place, export_of
from screen import HEIGHT, Screen, end, screen

pytestmark = pytest.mark.slow
PANEL = (0, 0, 640, HEIGHT)
QUIET = "[notices]\nquiet_from = '00:00'\nquiet_until = '00:00'\nimported = false\n"
_TOOLKIT = """
import sys
sys.path.append(sys.argv[1])
from chathold_service.icons import Mood
from chathold_service.tray import Look, Menu, MenuItem
from chathold_service.tray.menus import imported
from chathold_service.tray.toolkit import Toolkit
import asyncio, os

async def live():
    pystray = imported(sys.argv[2])
    assert pystray is not None and pystray.Icon.HAS_MENU
    over = asyncio.Event()
    loop = asyncio.get_running_loop()
    menu = Menu(MenuItem("Open", lambda: None, default=True),
                MenuItem("Quit", lambda: loop.call_soon_threadsafe(over.set)))
    tray = Toolkit(pystray, "Chathold", menu, lambda: None, Look(Mood.IDLE, "Idle"))
    await tray.start()
    assert tray.absence is None
    tray.update(Look(Mood.ATTENTION, "Look"))
    await over.wait()
    await asyncio.wait_for(tray.stop(), 10)

asyncio.run(live())
"""


@pytest.fixture(params=[False, True], ids=["light", "dark"])
def desktop(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Screen]:
    """A desktop with a light panel, and with a dark one."""
    with screen(tmp_path, dark=request.param) as found:
        yield found


@pytest.fixture
def light(tmp_path: Path) -> Iterator[Screen]:
    """A desktop."""
    with screen(tmp_path) as found:
        yield found


def _bus_only(desktop: Screen) -> dict[str, str]:
    """The environment of a daemon that knows the bus and no display."""
    return {
        "DBUS_SESSION_BUS_ADDRESS": desktop.environment["DBUS_SESSION_BUS_ADDRESS"],
        "DISPLAY": "",
        "HOME": os.environ["HOME"],
    }


def test_the_icon_and_its_menu_in_a_real_panel(desktop: Screen, tmp_path: Path) -> None:
    """It is seen in each mood; a right click opens the menu, and its last entry ends the program."""
    place = Place(tmp_path / "place", more=QUIET)
    with Daemon(place, environment=_bus_only(desktop)) as daemon:
        desktop.wait(lambda: desktop.find(COLOURS[Mood.IDLE], PANEL))
        process(place.home, "pause")
        desktop.wait(lambda: desktop.find(COLOURS[Mood.PAUSED], PANEL))
        process(place.home, "resume")
        (place.downloads / "deepseek_data-2026-10-20.zip").write_text("<!DOCTYPE html><html></html>")
        desktop.wait(lambda: desktop.find(COLOURS[Mood.ATTENTION], PANEL))
        before = desktop.shot("attention")
        where = desktop.find(COLOURS[Mood.ATTENTION], PANEL)
        assert where
        desktop.click(where, 3)
        desktop.wait(lambda: _differs(desktop, before))
        desktop.shot("menu")
        desktop.do("key", "Up", "Return")
        desktop.wait(lambda: daemon.process.poll() == 0)


def _differs(desktop: Screen, before: object) -> bool:
    """Whether much of the screen below the panel is different."""
    found = ImageChops.difference(desktop.shot("after"), before).getbbox()  # type: ignore[arg-type]
    return found is not None and found[3] - found[1] > 100


def test_a_panel_that_is_started_again_gets_the_icon_back(light: Screen, tmp_path: Path) -> None:
    """As after a crash of the panel."""
    place = Place(tmp_path / "place", more=QUIET)
    with Daemon(place, environment=_bus_only(light)):
        light.wait(lambda: light.find(COLOURS[Mood.IDLE], PANEL))
        subprocess.run(["xfce4-panel", "--quit"], env=light.environment, check=True, capture_output=True)
        light.wait(lambda: light.find(COLOURS[Mood.IDLE], PANEL) is None)
        panel = light.start("xfce4-panel", "--disable-wm-check")
        try:
            light.wait(lambda: light.find(COLOURS[Mood.IDLE], PANEL))
        finally:
            end(panel)


def test_a_reminder_is_answered_on_a_real_notification(light: Screen, tmp_path: Path) -> None:
    """Its buttons are drawn by Xfce's server, which the bus starts; the second says that it was asked for."""
    if not Path("/usr/lib/x86_64-linux-gnu/xfce4/notifyd/xfce4-notifyd").exists():
        pytest.skip("not installed: xfce4-notifyd")
    place = Place(tmp_path / "place", more=f"{QUIET}[reminders]\ndays = 1\n")
    export = tmp_path / EXPORT
    export.write_bytes(export_of(1, 3))
    process(place.home, "import", os.fspath(export))
    with Daemon(place, "--no-tray", environment=_bus_only(light)):
        light.wait(lambda: len(_notices(light)) == 2)
        light.shot("notices")
        for window in _notices(light):
            _press_second_button(light, window)
        light.wait(lambda: process(place.home, "remind")["reminders"][0]["stage"] == "asked")


def _notices(desktop: Screen) -> list[str]:
    """The windows of the notification server that are seen."""
    done = subprocess.run(
        ["xdotool", "search", "--onlyvisible", "--class", "xfce4-notifyd"],
        env=desktop.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.split()


def _press_second_button(desktop: Screen, window: str) -> None:
    """Press in the middle of the lowest row, where the second of three buttons is."""
    said = desktop.do("getwindowgeometry", "--shell", window)
    shape = dict(line.split("=") for line in said.split())
    width, height = int(shape["WIDTH"]), int(shape["HEIGHT"])
    desktop.click((int(shape["X"]) + width // 2, int(shape["Y"]) + height - 30))
    time.sleep(0.5)


@pytest.mark.parametrize("backend", ["gtk", "appindicator"])
def test_pystrays_own_way_shows_the_same_menu(light: Screen, tmp_path: Path, backend: str) -> None:
    """Where GTK is there: the icon, its menu, and the end."""
    system = Path("/usr/lib/python3/dist-packages/gi")
    if (
        not system.is_dir()
        or not (
            system / f"_gi.cpython-{sys.version_info[0]}{sys.version_info[1]}-x86_64-linux-gnu.so"
        ).exists()
    ):
        pytest.skip("no GTK for this Python: python3-gi")
    (tmp_path / "packages").mkdir()
    (tmp_path / "packages" / "gi").symlink_to(system)
    log = tmp_path / "toolkit.log"
    with (
        log.open("wb") as out,
        subprocess.Popen(
            [sys.executable, "-c", _TOOLKIT, os.fspath(tmp_path / "packages"), backend],
            env=light.environment,
            stdout=out,
            stderr=out,
        ) as program,
    ):
        try:
            light.wait(lambda: light.find(COLOURS[Mood.ATTENTION], PANEL) or program.poll() is not None)
            assert program.poll() is None, log.read_text()
            before = light.shot("toolkit")
            where = light.find(COLOURS[Mood.ATTENTION], PANEL)
            assert where
            light.click(where, 3)
            light.wait(lambda: _differs_a_little(light, before))
            light.do("key", "Up", "Return")
            light.wait(lambda: program.poll() is not None)
            assert program.returncode == 0, log.read_text()
        finally:
            program.kill()


def _differs_a_little(desktop: Screen, before: object) -> bool:
    found = ImageChops.difference(desktop.shot("after"), before).getbbox()  # type: ignore[arg-type]
    return found is not None and found[3] > HEIGHT + 20
