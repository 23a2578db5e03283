"""The reader without a socket: requests are put to the application as a server would, answers are looked at."""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from chathold.address import Address
from chathold.home import Home
from chathold.reader.app import application
from chathold.reader.attendance import Attendance
from chathold.reader.opening import Reader
from chathold.reader.session import COOKIE, Session

ADDRESS = Address(23456, "a-secret-prefix")
NOW = 1_780_000_000.0


@dataclass(frozen=True, slots=True)
class Answered:
    """What the reader answered. Headers have their names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body."""
        return self.body.decode()


@dataclass(slots=True)
class Clock:
    """A clock that tests set."""

    now: float = NOW

    def __call__(self) -> float:
        """What it shows."""
        return self.now


@dataclass(slots=True)
class Asking:
    """A browser with a session, in front of the reader of a home."""

    home: Path
    clock: Clock = field(default_factory=Clock)
    reader: Reader = field(init=False)
    app: Any = field(init=False)

    def __post_init__(self) -> None:
        places = Home.find(os.fspath(self.home))
        places.state.mkdir(parents=True, exist_ok=True)
        session = Session.of(ADDRESS, places.state)
        attendance = Attendance(self.clock(), 300)
        self.reader = Reader(places, session, attendance, self.clock, self.clock)
        self.app = application(self.reader)

    @property
    def token(self) -> str:
        """What the cookie holds."""
        return self.reader.session.token

    def get(self, path: str = "", **headers: str) -> Answered:
        """The page at `path`, below the prefix; with the headers of somebody who is let in, or these instead."""
        return self.ask("GET", f"/{ADDRESS.prefix}/{path}", headers)

    def post(self, path: str, *fields: tuple[str, str], **headers: str) -> Answered:
        """What a form of ours is answered."""
        kind = {"content_type": "application/x-www-form-urlencoded"}
        return self.ask("POST", f"/{ADDRESS.prefix}/{path}", kind | headers, urlencode(fields).encode())

    def ask(
        self, method: str, path: str, headers: dict[str, str], body: bytes = b"", *, more: bool = False
    ) -> Answered:
        """Put one request; a header that is "" is left out. With `more` of its body to come, the browser goes away."""
        usual = {
            "host": ADDRESS.authority,
            "cookie": f"{COOKIE}={self.token}",
            "sec_fetch_site": "same-origin",
        }
        if method == "POST":
            usual["origin"] = f"http://{ADDRESS.authority}"
        named = {name.replace("_", "-"): value for name, value in (usual | headers).items() if value}
        return asyncio.run(_asked(self.app, method, path, named, body, more=more))


async def _asked(
    app: Any, method: str, path: str, headers: dict[str, str], body: bytes, *, more: bool
) -> Answered:
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path.partition("?")[0],
        "raw_path": path.encode(),
        "query_string": path.partition("?")[2].encode(),
        "root_path": "",
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in headers.items()],
        "client": None,
        "server": ("127.0.0.1", ADDRESS.port),
    }
    sent: list[dict[str, Any]] = []
    asked = [{"type": "http.request", "body": body, "more_body": more}]

    async def receive() -> dict[str, Any]:
        return asked.pop() if asked else {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await app(scope, receive, send)
    start, *rest = sent
    found = {name.decode(): value.decode("latin-1") for name, value in start["headers"]}
    return Answered(start["status"], found, b"".join(each.get("body", b"") for each in rest))
