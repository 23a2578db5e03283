"""The page that installing ends with: what is watched, what was found, where the icon is, who can read all this."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chathold.archive.summary import totals
from chathold.daemon.presence import is_held
from chathold.reader.opening import archive_of, reader_of, state_of
from chathold.reader.showing import page
from chathold.state.memory import TRAY, UNDER_WAY, WATCHING


def installed(request: Request) -> Response:
    """How things are just now; a look a little later may find more."""
    folder = reader_of(request).home.archive
    running = is_held(folder)
    with state_of(request) as state:
        watching = state.memory.get(WATCHING) or []
        under_way = state.memory.get(UNDER_WAY) or []
        absent = state.memory.get(TRAY)
    with archive_of(request) as archive:
        held: dict[str, Any] = totals(archive) if archive else {"conversations": 0, "documents": 0}
    return page(
        request,
        "installed.html",
        running=running,
        watching=watching if running else [],
        under_way=len(under_way) if running else 0,
        icon=running and absent == "",
        held=held["conversations"] + held["documents"],
        folder=str(folder),
    )


ROUTES = [Route("/installed", installed)]
