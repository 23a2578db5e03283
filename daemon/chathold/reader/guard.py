"""Who may ask, and what every answer carries.

Any page of any site can have a browser send requests to this computer, any program here can connect to the port,
and any name can be made to lead to 127.0.0.1 (DNS rebinding). So a request counts only if it names our host and
port exactly, does not come from another site (Fetch Metadata, `Sec-Fetch-Site`; the Origin of what changes
something), and shows the session's secret. Where the system tells whose connection it is, it is the user's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum, auto
from typing import Any

from msgspec import Struct
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chathold.core.texts import _
from chathold.reader.attendance import Attendance
from chathold.reader.outside import Outside
from chathold.reader.peers import is_another_users
from chathold.reader.session import COOKIE, ENTRANCE, Session

SAFE = frozenset({"GET", "HEAD"})

POLICY = (
    "default-src 'none'; img-src 'self'; style-src 'self'; script-src 'self'; connect-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""The Content-Security-Policy of pages: nothing runs or loads that is not a file of the reader's own."""

HEADERS = {
    "content-security-policy": POLICY,
    "cache-control": "no-store",
    "referrer-policy": "same-origin",  # with `no-referrer` browsers hide the Origin of our own forms, too
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "x-robots-tag": "noindex",
}
"""On every answer, unless it has a stricter one of its own."""


class Verdict(Enum):
    """What becomes of a request."""

    WELCOME = auto()
    ENTERING = auto()
    WRONG_HOST = auto()
    FOREIGN = auto()
    NOBODY = auto()


class Asked(Struct, frozen=True):
    """A request, as far as the guard looks at it. `hosts` are all that it names; "" is a header not there."""

    method: str
    path: str
    hosts: tuple[str, ...]
    origin: str = ""
    site: str = ""
    cookies: tuple[str, ...] = ()


def judge(asked: Asked, session: Session) -> Verdict:
    """What becomes of a request. What cannot be told (old browsers send no Fetch Metadata) is no offence."""
    address = session.address
    if asked.hosts != (address.authority,):
        return Verdict.WRONG_HOST
    if asked.site not in ("", "same-origin", "none"):
        return Verdict.FOREIGN
    if asked.method not in SAFE and asked.origin != f"http://{address.authority}":
        return Verdict.FOREIGN
    inside = asked.path.startswith(f"/{address.prefix}/")
    if inside and any(map(session.is_shown, asked.cookies)):
        return Verdict.WELCOME
    if asked.path.startswith(f"/{address.prefix}/{ENTRANCE}/") and asked.method == "GET":
        return Verdict.ENTERING
    return Verdict.NOBODY


def asked_of(scope: Mapping[str, Any]) -> Asked:
    """The request in an ASGI scope."""
    headers: dict[str, list[str]] = {}
    for name, value in scope["headers"]:
        headers.setdefault(name.decode("latin-1").lower(), []).append(value.decode("latin-1"))
    return Asked(
        scope["method"],
        scope["path"],
        tuple(headers.get("host", ())),
        ", ".join(headers.get("origin", ())),
        ", ".join(headers.get("sec-fetch-site", ())),
        tuple(_ours(headers.get("cookie", ()))),
    )


def _ours(lines: list[str] | tuple[str, ...]) -> list[str]:
    """The values of our cookie; other programs on this host may have set others of the same name."""
    found = []
    for each in "; ".join(lines).split(";"):
        name, _equals, value = each.strip().partition("=")
        if name == COOKIE:
            found.append(value)
    return found


class Guard:
    """The application behind the guard, as an ASGI application."""

    def __init__(
        self, app: ASGIApp, session: Session, attendance: Attendance, steady: Callable[[], float]
    ) -> None:
        self._app = app
        self._session = session
        self._attendance = attendance
        self._steady = steady

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        answered = _Answered(send)
        if is_another_users(scope.get("client"), self._session.address.port):
            await Outside(403, _("This reader belongs to somebody else."))(scope, receive, answered)
            return
        match judge(asked_of(scope), self._session):
            case Verdict.WELCOME | Verdict.ENTERING:
                with self._attendance.staying(self._steady):
                    await self._app(scope, receive, answered)
            case Verdict.WRONG_HOST:
                await Outside(421, _("This is not the address of the reader."))(scope, receive, answered)
            case Verdict.FOREIGN:
                await Outside(403, _("Another site has led here."))(scope, receive, answered)
            case Verdict.NOBODY:
                await Outside(403)(scope, receive, answered)


class _Answered:
    """Sends an answer on, with the headers that every answer has."""

    def __init__(self, send: Send) -> None:
        self._send = send

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            there = {name.lower() for name, _value in message["headers"]}
            message["headers"] = [
                *message["headers"],
                *(
                    (name.encode(), value.encode())
                    for name, value in HEADERS.items()
                    if name.encode() not in there
                ),
            ]
        await self._send(message)
