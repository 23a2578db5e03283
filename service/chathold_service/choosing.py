"""The desktop's own dialog to choose files, shown by the portal (org.freedesktop.portal.FileChooser): no toolkit."""

from __future__ import annotations

import asyncio
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from dbus_fast import Message, Variant
from dbus_fast.aio import MessageBus

from chathold_service.session_bus import call

PORTAL = "org.freedesktop.portal.Desktop"
_PATH = "/org/freedesktop/portal/desktop"
_OPEN = "org.freedesktop.portal.FileChooser.OpenFile"
_ADD_MATCH = ("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus.AddMatch")
_REMOVE_MATCH = (*_ADD_MATCH[:2], "org.freedesktop.DBus.RemoveMatch")
_HOUR = 3600.0
_STARTING = 60.0
"""A portal is started when it is first called."""


async def choose_files(bus: MessageBus, title: str, patterns: tuple[str, ...]) -> list[Path] | None:
    """The files that somebody chose, none of them if it was cancelled; `None` where there is no such dialog."""
    token = f"chathold{secrets.token_hex(8)}"
    sender = (bus.unique_name or "").removeprefix(":").replace(".", "_")
    request = f"{_PATH}/request/{sender}/{token}"
    answered: asyncio.Future[list[Any]] = asyncio.get_running_loop().create_future()

    def heard(message: Message) -> None:
        if message.path == request and message.member == "Response" and not answered.done():
            answered.set_result(list(message.body))

    rule = f"type='signal',interface='org.freedesktop.portal.Request',path='{request}'"
    options = {
        "handle_token": Variant("s", token),
        "multiple": Variant("b", True),
        "filters": Variant("a(sa(us))", [[" ".join(patterns), [[0, each] for each in patterns]]]),
    }
    bus.add_message_handler(heard)
    try:
        await call(bus, *_ADD_MATCH, "s", [rule])
        body = ["", title, options]
        if await call(bus, PORTAL, _PATH, _OPEN, "ssa{sv}", body, patience=_STARTING) is None:
            return None
        async with asyncio.timeout(_HOUR):
            code, found = await answered
    except TimeoutError:
        return []
    finally:
        bus.remove_message_handler(heard)
        await call(bus, *_REMOVE_MATCH, "s", [rule])
    uris = found["uris"].value if code == 0 and "uris" in found else []
    return [Path(unquote(urlsplit(each).path)) for each in uris if urlsplit(each).scheme == "file"]
