"""A real desktop on a screen that nobody sees: Xvfb, a session bus, Xfce's panel and its notification server."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from PIL import Image

PATIENCE = 30.0
_TOOLS = ("Xvfb", "dbus-daemon", "xfce4-panel", "xdotool", "import", "openbox")
_PANEL = """<?xml version="1.0" encoding="UTF-8"?>
<channel name="xfce4-panel" version="1.0">
  <property name="configver" type="int" value="2"/>
  <property name="panels" type="array">
    <value type="int" value="1"/>
    <property name="dark-mode" type="bool" value="{dark}"/>
    <property name="panel-1" type="empty">
      <property name="position" type="string" value="p=6;x=0;y=0"/>
      <property name="length" type="uint" value="100"/>
      <property name="position-locked" type="bool" value="true"/>
      <property name="size" type="uint" value="{size}"/>
      <property name="icon-size" type="uint" value="16"/>
      <property name="plugin-ids" type="array"><value type="int" value="1"/></property>
    </property>
  </property>
  <property name="plugins" type="empty">
    <property name="plugin-1" type="string" value="systray"/>
  </property>
</channel>
"""
HEIGHT = 26


@dataclass
class Screen:
    """The desktop; `environment` is that of the programs on it."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    def start(self, *command: str) -> subprocess.Popen[bytes]:
        """Start a program on it."""
        return subprocess.Popen(
            command, env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def shot(self, name: str) -> Image.Image:
        """What is on the screen; also kept as a file of this name."""
        path = self.folder / f"{name}.png"
        subprocess.run(["import", "-window", "root", path], env=self.environment, check=True)
        with Image.open(path) as image:
            return image.convert("RGB")

    def find(self, colour: str, area: tuple[int, int, int, int] | None = None) -> tuple[int, int] | None:
        """Where on the screen, or in part of it, there is much of a colour: the middle of it."""
        image = self.shot("found")
        left, top, *_rest = area or (0, 0)
        image = image.crop(area) if area else image
        wanted, data = bytes.fromhex(colour.removeprefix("#")), image.tobytes()
        hits = [divmod(at // 3, image.width) for at in range(0, len(data), 3) if data[at : at + 3] == wanted]
        if len(hits) < 40:
            return None
        rows, columns = zip(*hits, strict=True)
        return left + (min(columns) + max(columns)) // 2, top + (min(rows) + max(rows)) // 2

    def wait(self, what: Callable[[], object]) -> None:
        """Wait for something to become true."""
        end = time.monotonic() + PATIENCE
        while not what():
            assert time.monotonic() < end, "it was never seen"
            time.sleep(0.2)

    def do(self, *words: str) -> str:
        """Move the mouse, press keys: xdotool's words."""
        done = subprocess.run(
            ["xdotool", *words], env=self.environment, check=True, capture_output=True, text=True
        )
        return done.stdout

    def click(self, where: tuple[int, int], button: int = 1) -> None:
        """Click somewhere."""
        self.do("mousemove", str(where[0]), str(where[1]), "click", str(button))


@contextmanager
def screen(folder: Path, *, dark: bool = False) -> Iterator[Screen]:
    """The desktop, for as long as it is used; skips where one of its programs is absent."""
    missing = [each for each in _TOOLS if shutil.which(each) is None]
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")
    settings = Path(os.environ["HOME"]) / ".config/xfce4/xfconf/xfce-perchannel-xml"
    settings.mkdir(parents=True)
    (settings / "xfce4-panel.xml").write_text(_PANEL.format(dark=str(dark).lower(), size=HEIGHT))
    runtime = folder / "runtime"
    runtime.mkdir(mode=0o700)
    environment = {**os.environ, "XDG_RUNTIME_DIR": os.fspath(runtime), "NO_AT_BRIDGE": "1"}
    with ExitStack() as stack:
        number = started(
            stack, ["Xvfb", "-displayfd", "1", "-screen", "0", "640x480x24", "-nolisten", "tcp"], environment
        )
        environment["DISPLAY"] = f":{number}"
        address = started(stack, ["dbus-daemon", "--session", "--nofork", "--print-address"], environment)
        environment["DBUS_SESSION_BUS_ADDRESS"] = address
        found = Screen(folder, environment)
        for command in (["openbox"], ["xfce4-panel", "--disable-wm-check"]):
            stack.callback(end, found.start(*command))
        found.wait(lambda: _owned(found, "org.kde.StatusNotifierWatcher"))
        yield found


def started(stack: ExitStack, command: list[str], environment: dict[str, str]) -> str:
    """Start a program; its first line."""
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    stack.callback(end, process)
    assert process.stdout is not None
    stack.enter_context(process.stdout)
    return process.stdout.readline().strip()


def end(process: subprocess.Popen[bytes] | subprocess.Popen[str]) -> None:
    """End a program, and wait until it has ended."""
    process.terminate()
    process.wait(PATIENCE)


def _owned(screen: Screen, name: str) -> bool:
    done = subprocess.run(
        [
            "dbus-send",
            "--session",
            "--print-reply",
            "--dest=org.freedesktop.DBus",
            "/",
            "org.freedesktop.DBus.NameHasOwner",
            f"string:{name}",
        ],
        env=screen.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return "boolean true" in done.stdout
