"""The entrance: a code that is good once is exchanged for the session. And the sign that a page is still open."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import NoMatchFound, Route

from chathold.core.texts import _
from chathold.reader.opening import reader_of, state_of
from chathold.reader.outside import Outside
from chathold.reader.session import COOKIE, DOOR, ENTRANCE, takes_code
from chathold.reader.showing import forward, page

_DOORS = ("search", "imported", "services", "settings", "attention", "installed")
"""The pages, other than the first, that the desktop's menus and installing lead to."""
_KEPT = 400 * 24 * 3600
"""Seconds: the longest that browsers keep a cookie."""


def enter(request: Request) -> Response:
    """Let in who has the code; who is in already needs none.

    The answer is a page that leads on, no redirect: a browser that was led here by another program's page does
    not count a redirect as ours, and would leave out the cookie that it has just been given.
    """
    reader = reader_of(request)
    session = reader.session
    door = _door(request)
    if session.is_shown(request.cookies.get(COOKIE, "")):
        return forward(request, door)
    with state_of(request) as state:
        good = takes_code(state, request.path_params["code"], reader.wall())
    if not good:
        return Outside(403, _("This link was used already, or is older than half a minute."))
    answer = page(request, "enter.html", door=door)
    answer.set_cookie(
        COOKIE,
        session.token,
        max_age=_KEPT,
        path=f"/{session.address.prefix}/",
        httponly=True,
        samesite="strict",
    )
    return answer


def _door(request: Request) -> str:
    """The page that is to be led to: one of those that have a door, if there is such a page."""
    wanted = request.query_params.get(DOOR, "")
    try:
        request.app.url_path_for(wanted if wanted in _DOORS else "home")
    except NoMatchFound:
        return "home"
    return wanted if wanted in _DOORS else "home"


def here(request: Request) -> Response:
    """A page is open: that it asked is all that matters (`attendance`)."""
    del request
    return Response(status_code=204)


ROUTES = [Route(f"/{ENTRANCE}/{{code}}", enter), Route("/here", here)]
