"""The bus of the desktop session (D-Bus): connecting, calling, and hearing who comes and goes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from dbus_fast import BusType, Message, MessageType
from dbus_fast.aio import MessageBus
from dbus_fast.errors import AuthError, DBusError, InvalidAddressError

_PATIENCE = 10.0
_BUS = "org.freedesktop.DBus"
_BUS_PATH = "/org/freedesktop/DBus"


async def connected() -> MessageBus | None:
    """A connection of our own; none where there is no session bus, or it does not answer."""
    try:
        async with asyncio.timeout(_PATIENCE):
            return await MessageBus(bus_type=BusType.SESSION).connect()
    except (OSError, EOFError, KeyError, AuthError, DBusError, InvalidAddressError):
        return None


async def call(
    bus: MessageBus,
    name: str,
    path: str,
    method: str,
    signature: str = "",
    body: Sequence[Any] = (),
    *,
    patience: float = _PATIENCE,
) -> list[Any] | None:
    """What a method of another program's answers, which is named with its interface; none if it does not."""
    interface, _dot, member = method.rpartition(".")
    message = Message(
        destination=name, path=path, interface=interface, member=member, signature=signature, body=list(body)
    )
    try:
        async with asyncio.timeout(patience):
            answer = await bus.call(message)
    except (OSError, EOFError, DBusError):  # a timeout is an OSError
        return None
    if answer is None or answer.message_type is MessageType.ERROR:
        return None
    return list(answer.body)


async def has_owner(bus: MessageBus, name: str) -> bool:
    """Whether some program has this name on the bus."""
    answer = await call(bus, _BUS, _BUS_PATH, f"{_BUS}.NameHasOwner", "s", [name])
    return bool(answer and answer[0])


async def watch_owner(bus: MessageBus, name: str, changed: Callable[[bool], None]) -> None:
    """Have `changed` called whenever a program takes this name (true), or lets go of it."""

    def heard(message: Message) -> None:
        if message.member == "NameOwnerChanged" and message.sender == _BUS and message.body[0] == name:
            changed(bool(message.body[2]))

    bus.add_message_handler(heard)
    rule = f"type='signal',sender='{_BUS}',member='NameOwnerChanged',arg0='{name}'"
    await call(bus, _BUS, _BUS_PATH, f"{_BUS}.AddMatch", "s", [rule])
