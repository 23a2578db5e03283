"""The page that installing ends with: what is watched, what was found, where the icon is, who can read all this."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chathold.archive.summary import totals
from chathold.daemon.presence import is_held
from chathold.reader.opening import archive_of, reader_of, state_of
from chathold.reader.showing import page, part
from chathold.state.memory import DAEMON, TRAY, UNDER_WAY, WATCHING

_BEGINNING = 30.0
"""So many seconds after its start the daemon has looked at what was in the folders already."""


def installed(request: Request) -> Response:
    """How things are; in the beginning a script looks again."""
    return page(request, "installed.html", folder=str(reader_of(request).home.archive), **_values(request))


def installed_now(request: Request) -> Response:
    """What of the page changes in the beginning."""
    return part(request, "installed_now.html", **_values(request))


def _values(request: Request) -> dict[str, Any]:
    reader = reader_of(request)
    running = is_held(reader.home.archive)
    with state_of(request) as state:
        watching = state.memory.get(WATCHING) or []
        under_way = state.memory.get(UNDER_WAY) or []
        absent = state.memory.get(TRAY)
        begun = (state.memory.get(DAEMON) or {}).get("since")
    with archive_of(request) as archive:
        held: dict[str, Any] = totals(archive) if archive else {"conversations": 0, "documents": 0}
    return {
        "running": running,
        "watching": watching if running else [],
        "under_way": len(under_way) if running else 0,
        "icon": running and absent == "",
        "held": held["conversations"] + held["documents"],
        "busy": running and (bool(under_way) or _has_just_begun(begun, reader.wall())),
    }


def _has_just_begun(begun: float | None, now: float) -> bool:
    return begun is not None and abs(now - begun) < _BEGINNING


ROUTES = [Route("/installed", installed), Route("/installed/now", installed_now)]
