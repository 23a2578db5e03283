"""A file of the user's: a picture is shown, everything else is a download that no page can run.

What a file is, its first bytes say: neither its name nor what the export claims. SVG and HTML, which can hold
scripts, are no pictures here.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from chathold.reader.opening import reader_of
from chathold.rendering import STYLE
from chathold.rendering.pictures import SNIFFED, picture_type

Json = dict[str, Any]

_DIGEST = re.compile("[0-9a-f]{64}")
_UNKNOWN = "application/octet-stream"
_SANDBOX = "default-src 'none'; sandbox"


def file(request: Request) -> Response:
    """The bytes with this SHA-256."""
    digest = request.path_params["digest"]
    if not _DIGEST.fullmatch(digest):
        raise HTTPException(404)
    path = reader_of(request).home.archive / "assets" / digest[:2] / digest
    kind = picture_type(_beginning(path))
    answer = FileResponse(path, media_type=kind or _UNKNOWN)
    answer.headers["content-security-policy"] = _SANDBOX
    answer.headers["content-disposition"] = "inline" if kind else "attachment"
    return answer


def with_type(attachment: Json, assets: Path) -> Json:
    """An attachment as `show` gives it, of the type that its bytes have, if they are those of a picture."""
    digest = attachment.get("sha256")
    if not digest:
        return attachment
    try:
        kind = picture_type(_beginning(assets / digest[:2] / digest))
    except HTTPException:
        return attachment
    return attachment | {"mime": kind or attachment["mime"] or _UNKNOWN}


def _beginning(path: Path) -> bytes:
    try:
        with path.open("rb") as opened:
            return opened.read(SNIFFED)
    except OSError as error:
        raise HTTPException(404) from error


def message_style(request: Request) -> Response:
    """The look of message bodies, as `rendering` has it."""
    del request
    return Response(STYLE, media_type="text/css")


ROUTES = [Route("/file/{digest}", file), Route("/message.css", message_style)]
