"""What the daemon is doing and what it wants, as `status` prints it: read from the state, without asking it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from chathold.archive.summary import moment
from chathold.core.saying import sentences
from chathold.core.texts import N_, _
from chathold.home import Home
from chathold.state.store import DATABASE

_ABSENT = {
    "off": N_("It was started without an icon."),
    "starting": N_("Chathold has only just been started."),
    "no_bus": N_("There is no desktop session to show an icon in, or it has no D-Bus."),
    "no_host": N_("The desktop has no place for icons; GNOME has one with the AppIndicator extension."),
    "failed": N_("The desktop's own way to show an icon failed."),
}
"""Why there is no icon: `desktop.session`."""

_NOBODY: dict[str, Any] = {"running": False, "pid": None, "since": None, "paused": False}


def doings_of(home: Home) -> dict[str, Any]:
    """What `status --json` says of the daemon (DESIGN §7), of its icon and of notices; nothing where none has been."""
    empty = {
        "watching": [],
        "downloads": [],
        "daemon": _NOBODY,
        "tray": _tray(None, running=False),
        "notices": [],
    }
    if not os.path.exists(home.state / DATABASE):  # noqa: PTH110 - `Path.exists` may raise
        return empty
    from chathold.daemon.presence import is_held  # noqa: PLC0415 - `status` is to be quick where there is none
    from chathold.state import State  # noqa: PLC0415
    from chathold.state.memory import DAEMON, PAUSED, TRAY, UNDER_WAY, WATCHING  # noqa: PLC0415

    state = State.look(home.state)
    if state is None:
        return empty
    try:
        memory = state.memory
        running = is_held(home.archive)
        wanting = [
            {
                "path": os.fspath(each.path),
                "state": each.stage.value,
                "reason": sentences(each.reason, each.advice),
            }
            for each in state.downloads.pending()
        ]
        under_way = memory.get(UNDER_WAY) or [] if running else []
        held = memory.get(DAEMON) or {}
        daemon = _NOBODY | {"paused": bool(memory.get(PAUSED))}
        if running:
            daemon |= {"running": True, "pid": held.get("pid"), "since": moment(held.get("since"))}
        return {
            "watching": memory.get(WATCHING) or [] if running else [],
            "downloads": _each_once(under_way + wanting),
            "daemon": daemon,
            "tray": _tray(memory.get(TRAY), running=running),
            "notices": [{"kind": each.kind, "since": moment(each.since)} for each in state.notices.unseen()],
        }
    finally:
        state.close()


def _tray(why: str | None, *, running: bool) -> dict[str, Any]:
    """Whether there is an icon to be seen; nothing is remembered of one that has not been looked for yet."""
    if not running:
        return {"shown": False, "why": _("Chathold does not run.")}
    why = "starting" if why is None else why
    return {"shown": not why, "why": _(_ABSENT.get(why, "")) if why else ""}


def _each_once(lines: list[dict[str, str]]) -> list[dict[str, str]]:
    """A line a download, the first that tells of it."""
    told: dict[Path, dict[str, str]] = {}
    for each in lines:
        told.setdefault(Path(each["path"]), each)
    return list(told.values())
