"""A second copy of the archive, made from the first page; how far it is."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from chathold.archive.safety import copies
from chathold.reader.copying import Copyist, example
from chathold.reader.forms import Form, posted
from chathold.reader.opening import archive_of, reader_of
from chathold.reader.showing import link, part
from chathold.reader.working import begin

Json = dict[str, Any]

PLACE = "copies"
"""Where on the first page it stands."""


def copies_now(request: Request) -> Response:
    """The copies there are, and the one that is being made, for a script."""
    with archive_of(request) as archive:
        known = copies(archive) if archive else []
    return part(request, "copies_now.html", copies=known, **copying_of(request))


@posted
def make_copy(request: Request, form: Form) -> Response:
    """Make or refresh a copy in a folder; it goes on in the background."""
    reader, copyist, folder = reader_of(request), _copyist(request), form.get("folder")
    if folder and not reader.trying and copyist.begin(folder):
        begin(reader, lambda: copyist.run(reader, folder))
    return copy_place(request)


def copy_place(request: Request) -> Response:
    """Lead to where on the first page it stands."""
    return RedirectResponse(f"{link(request, 'home')}#{PLACE}", 303)


def copying_of(request: Request) -> Json:
    """What the template is told of the copy that is being made."""
    return {
        "copying": _copyist(request).last,
        "example": example(),
        "may_copy": not reader_of(request).trying,
    }


def _copyist(request: Request) -> Copyist:
    found: Copyist = request.app.state.copyist
    return found


ROUTES = [
    Route("/copies", copy_place),
    Route("/copies/now", copies_now),
    Route("/copies/make", make_copy, methods=["POST"]),
]
