"""The application: the pages behind the guard, and every error in words.

This is the edge of a request: what is expected becomes a page that says what to do, what is not becomes a report
without any chat text, as on the command line.
"""

from __future__ import annotations

import contextlib
from http import HTTPStatus
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from chathold.bugs import report
from chathold.core.errors import Busy, ChatholdError
from chathold.core.texts import _
from chathold.reader.checks import Checks
from chathold.reader.copying import Copyist
from chathold.reader.guard import Guard
from chathold.reader.leftovers import Leaving
from chathold.reader.opening import Reader, reader_of
from chathold.reader.pages import routes
from chathold.reader.receiving import imports_of, uploads_of
from chathold.reader.showing import page

_STATIC = Path(__file__).parent / "static"


def application(reader: Reader) -> ASGIApp:
    """The reader as an ASGI application."""
    inside = [*routes(), Mount("/static", StaticFiles(directory=_STATIC), name="static")]
    app = Starlette(
        routes=[Mount(f"/{reader.session.address.prefix}", routes=inside)],
        exception_handlers={
            ChatholdError: _expected,
            HTTPException: _refused,
            Exception: _bug,
        },
    )
    app.state.reader = reader
    app.state.uploads = uploads_of(reader)
    app.state.imports = imports_of(reader)
    app.state.checks = Checks()
    app.state.copyist = Copyist()
    app.state.leaving = Leaving()
    return Guard(_Quiet(app), reader.session, reader.attendance, reader.steady)


class _Quiet:
    """The application, once an error has been answered: Starlette raises it again, for servers that log it."""

    def __init__(self, app: Starlette) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with contextlib.suppress(Exception):  # `_bug` has reported it, and what it says may be chat text
            await self._app(scope, receive, send)


def _expected(request: Request, error: Exception) -> Response:
    """An error that says what a person can do."""
    assert isinstance(error, ChatholdError)  # noqa: S101 - Starlette calls by kind
    status = HTTPStatus.SERVICE_UNAVAILABLE if isinstance(error, Busy) else HTTPStatus.CONFLICT
    return page(request, "error.html", error=error, status_code=status)


def _refused(request: Request, error: Exception) -> Response:
    """Starlette's: there is no such page, or it does not take this."""
    assert isinstance(error, HTTPException)  # noqa: S101 - Starlette calls by kind
    title = (
        _("There is no such page.") if error.status_code == HTTPStatus.NOT_FOUND else _("That did not work.")
    )
    return page(request, "error.html", error=ChatholdError(title), status_code=error.status_code)


def _bug(request: Request, error: Exception) -> Response:
    """A bug: a report is written, and named."""
    path = report(error, reader_of(request).home.logs)
    advice = _("What happened, without any chat text, stands in {path}.").format(path=path)
    told = ChatholdError(_("This is a bug in Chathold."), advice=advice)
    return page(request, "error.html", error=told, status_code=HTTPStatus.INTERNAL_SERVER_ERROR)
