"""The screen on which Wine shows our icon, and the clicks on it: Xvfb, trayer, and xdotool, all outside Wine."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from PIL import Image, ImageChops

from chathold_service.icons import COLOURS, Mood
from screen import Screen, end, started

OPENED = "opened.txt"
"""In the folder, the pages that were to be shown, a line each: Wine passes them on to `xdg-open`."""
_OPENER = """#!/bin/sh
echo "$1" >> '{opened}'
"""
_TRAYER = ("trayer", "--edge", "top", "--align", "left", "--widthtype", "request", "--height", "32")
_ICONS = (0, 0, 64, 32)
_FROM_BELOW = {"quit": 1, "pause": 4}
"""Where an entry stands in the menu, counted from its end: above it stands what depends on the archive."""
_INK = 96
_MARKS = 14
"""So many pixels wide is the margin in which check marks stand."""


@contextmanager
def desk(folder: Path) -> Iterator[Screen]:
    """The screen, for as long as it is used; its pictures are kept in `folder`."""
    tools = folder / "tools"
    tools.mkdir(exist_ok=True)
    (folder / OPENED).unlink(missing_ok=True)
    (tools / "xdg-open").write_text(_OPENER.format(opened=folder / OPENED))
    (tools / "xdg-open").chmod(0o755)
    environment = os.environ | {"PATH": f"{tools}{os.pathsep}{os.environ['PATH']}"}
    with ExitStack() as stack:
        number = started(
            stack, ["Xvfb", "-displayfd", "1", "-screen", "0", "800x600x24", "-nolisten", "tcp"], environment
        )
        environment["DISPLAY"] = f":{number}"
        found = Screen(folder, environment)
        stack.callback(end, found.start(*_TRAYER))
        yield found


def click(screen: Screen, wanted: str) -> None:
    """Click `open`, on the icon itself, or an entry of its menu: `pause` or `quit`."""
    screen.do("mousemove", "700", "500")
    screen.wait(lambda: _icon(screen))
    icon = _icon(screen)
    assert icon
    if wanted == "open":
        screen.click(icon)
        return
    before = screen.shot("before")
    screen.click(icon, 3)
    entries: list[tuple[int, int]] = []

    def is_open() -> bool:
        entries[:] = _entries(screen, before)
        return len(entries) > max(_FROM_BELOW.values())

    screen.wait(is_open)
    screen.shot(f"menu-{wanted}")
    screen.click(entries[-_FROM_BELOW[wanted]])
    screen.wait(lambda: not _entries(screen, before))


def _icon(screen: Screen) -> tuple[int, int] | None:
    """Where our icon is, in whichever mood."""
    return screen.find(COLOURS[Mood.IDLE], _ICONS) or screen.find(COLOURS[Mood.PAUSED], _ICONS)


def _entries(screen: Screen, before: Image.Image) -> list[tuple[int, int]]:
    """Where the menu's entries stand, from above: rows with ink in them. None while the menu is being drawn."""
    now = screen.shot("now")
    box = ImageChops.difference(now, before).getbbox()
    if box is None or box[3] - box[1] < 100 or ImageChops.difference(screen.shot("again"), now).getbbox():
        return []
    left, top, right, bottom = box[0] + _MARKS, box[1] + 2, box[2] - _MARKS, box[3] - 2
    grey = now.crop((left, top, right, bottom)).convert("L")
    inked = [min(grey.crop((0, y, grey.width, y + 1)).tobytes()) < _INK for y in range(grey.height)]
    begun = [y for y, ink in enumerate(inked) if ink and not inked[y - 1]]
    return [(left + 10, top + y + 5) for y in begun]
