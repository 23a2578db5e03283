"""A form that carries files (RFC 7578): each is written as it comes, nothing of it is held in memory."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Self

from python_multipart import MultipartParser
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

from chathold.uploads import Receiving

_WRITTEN_AT_ONCE = 1 << 20
_MOST_HEADERS = 16 << 10


class Files:
    """The files of a form. `begin` opens a place for a file of some name, `arrived` is told of each that is whole.

    Use as a context manager: what is not whole in the end leaves nothing.
    """

    def __init__(
        self, boundary: bytes, begin: Callable[[str], Receiving], arrived: Callable[[Path], None]
    ) -> None:
        self._begin = begin
        self._arrived = arrived
        self._upload: Receiving | None = None
        self._name, self._value, self._headers = bytearray(), bytearray(), {b"": b""}
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._part_begin,
                "on_header_field": self._header_field,
                "on_header_value": self._header_value,
                "on_header_end": self._header_end,
                "on_headers_finished": self._headers_finished,
                "on_part_data": self._part_data,
                "on_part_end": self._part_end,
            },
        )

    def feed(self, data: bytes) -> None:
        """The next bytes of the form. Raises `HTTPException` if it is none, `ChatholdError` if it cannot be kept."""
        try:
            self._parser.write(data)
        except FormParserError as error:
            raise HTTPException(400) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *details: object) -> None:
        if self._upload is not None:
            self._upload.__exit__(*details)

    def _part_begin(self) -> None:
        self._headers = {}

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]
        self._check_headers()

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]
        self._check_headers()

    def _check_headers(self) -> None:
        if len(self._name) + len(self._value) > _MOST_HEADERS:
            raise HTTPException(400)

    def _header_end(self) -> None:
        self._headers[bytes(self._name).lower()] = bytes(self._value)
        self._name.clear()
        self._value.clear()

    def _headers_finished(self) -> None:
        _kind, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        name = options.get(b"filename", b"")
        if name:
            self._upload = self._begin(name.decode("utf-8", "replace"))

    def _part_data(self, data: bytes, start: int, end: int) -> None:
        if self._upload is not None:
            self._upload.write(data[start:end])

    def _part_end(self) -> None:
        if self._upload is not None:
            path = self._upload.finish()
            self._upload = None
            self._arrived(path)


async def receive(
    request: Request, begin: Callable[[str], Receiving], arrived: Callable[[Path], None]
) -> None:
    """Receive the files of a form, as far as the browser sends them.

    Raises `HTTPException` if it is no such form, `ChatholdError` if one cannot be kept; those before it are whole.
    """
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    boundary = options.get(b"boundary", b"")
    if kind != b"multipart/form-data" or not boundary:
        raise HTTPException(415)
    with Files(boundary, begin, arrived) as files, contextlib.suppress(ClientDisconnect):
        waiting = bytearray()
        async for chunk in request.stream():
            waiting += chunk
            if len(waiting) >= _WRITTEN_AT_ONCE:
                await run_in_threadpool(files.feed, bytes(waiting))
                waiting.clear()
        await run_in_threadpool(files.feed, bytes(waiting))
