"""The first page: each account, what is new since the last visit, what needs attention; how to begin."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chathold.reader.opening import archive_of
from chathold.reader.showing import page


def home(request: Request) -> Response:
    """The overview."""
    with archive_of(request):
        return page(request, "home.html")


ROUTES = [Route("/", home)]
