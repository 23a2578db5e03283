"""What a form says: its fields, read and capped. A page that takes files reads the request's stream itself."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable
from urllib.parse import parse_qsl

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

LARGEST = 256 * 1024
"""More bytes than any form of ours has."""
_FIELDS = 1000

Page = Callable[[Request], Awaitable[Response]]


class Form:
    """The fields of a form, by name."""

    def __init__(self, fields: list[tuple[str, str]]) -> None:
        self._fields = fields

    def get(self, name: str, otherwise: str = "") -> str:
        """The field of this name, without space around it; the last, if there are several."""
        return next((value.strip() for key, value in reversed(self._fields) if key == name), otherwise)

    def all(self, name: str) -> list[str]:
        """Every field of this name that is not empty."""
        return [value.strip() for key, value in self._fields if key == name and value.strip()]

    def __contains__(self, name: str) -> bool:
        """Whether there is a field of this name: a box was ticked, a button pressed."""
        return any(key == name for key, _value in self._fields)


async def read(request: Request) -> Form:
    """The form of a request. Raises `HTTPException` if it is too large, or none."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise HTTPException(415)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST:
            raise HTTPException(413)
    try:
        fields = parse_qsl(body.decode("ascii", "replace"), keep_blank_values=True, max_num_fields=_FIELDS)
    except ValueError as error:
        raise HTTPException(400) from error
    return Form(fields)


def posted(answer: Callable[[Request, Form], Response]) -> Page:
    """A page that is given the form that was posted to it; like other pages it has a thread of its own."""

    @functools.wraps(answer)
    async def page(request: Request) -> Response:
        form = await read(request)
        return await run_in_threadpool(answer, request, form)

    return page
