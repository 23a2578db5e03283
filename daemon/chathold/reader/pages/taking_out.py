"""One conversation as a download, in each format that `chathold export` has."""

from __future__ import annotations

from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chathold.reader.opening import archive_of
from chathold.takeout.single import one
from chathold.takeout.writing import Format

_SANDBOX = "default-src 'none'; sandbox"


def taken_out(request: Request) -> Response:
    """The conversation of this id in this format; a ZIP where files belong to it. Never shown, only saved."""
    form = request.path_params["form"]
    with archive_of(request) as archive:
        if archive is None or form not in list(Format):
            raise HTTPException(404)
        download = one(archive, request.path_params["id"], Format(form))
    headers = {
        "content-disposition": f"attachment; filename*=UTF-8''{quote(download.name, safe='')}",
        "content-security-policy": _SANDBOX,
    }
    return Response(download.data, media_type=download.mime, headers=headers)


ROUTES = [Route("/chat/{id}/as/{form}", taken_out)]
