"""Notifications of the desktop, each proven to have been taken.

desktop-notifier hides every failure in `send`; only its `on_dispatched` proves that the desktop took one. On Linux a
server is asked for before, because each attempt without one would leave a connection behind.
"""

from __future__ import annotations

import html
import logging
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from dbus_fast.aio import MessageBus
    from desktop_notifier import DesktopNotifier

SERVER = "org.freedesktop.Notifications"
SERVER_PATH = "/org/freedesktop/Notifications"
_RESTARTED_AFTER = 600.0
_LOG = logging.getLogger("chathold.notices")

Action = Callable[[], None]


class Notice(Struct, frozen=True):
    """A notification: `buttons` are labels with what they do, `click` is what a click on the rest does.

    Some desktops have no buttons, some no click: what matters is to be reached by either.
    """

    title: str
    body: str
    click: Action | None = None
    buttons: tuple[tuple[str, Action], ...] = ()


async def capabilities(bus: MessageBus | None) -> list[str] | None:
    """What the notification server of a Linux desktop can do; none if there is no server."""
    if bus is None or not bus.connected:
        return None
    from chathold_service.session_bus import call  # noqa: PLC0415 - other systems have no such bus

    answer = await call(bus, SERVER, SERVER_PATH, f"{SERVER}.GetCapabilities")
    return list(answer[0]) if answer else None


class Notifier:
    """Shows notifications under a name and an icon. All is done in the event loop's thread."""

    def __init__(self, name: str, icon: Path, bus: MessageBus | None) -> None:
        self._name = name
        self._icon = icon
        self._bus = bus
        self._notifier: DesktopNotifier | None = None
        self._not_before = 0.0

    async def is_possible(self) -> bool:
        """Whether the desktop would take a notification now, as far as that can be known beforehand."""
        return sys.platform != "linux" or await self._capabilities() is not None

    async def show(self, notice: Notice) -> bool:
        """Show one; whether the desktop has taken it."""
        body = notice.body
        if sys.platform == "linux":
            can = await self._capabilities()
            if can is None:
                return False
            body = html.escape(body, quote=False) if "body-markup" in can else body
        notifier = self._connected()
        return notifier is not None and await _taken(notifier, notice, body)

    async def _capabilities(self) -> list[str] | None:
        """What the server can do. One that the bus cannot start is not tried to be started again too soon."""
        if self._bus is None or not self._bus.connected:
            return None
        from chathold_service.session_bus import has_owner  # noqa: PLC0415 - other systems have no such bus

        now = time.monotonic()
        if now < self._not_before and not await has_owner(self._bus, SERVER):
            return None
        can = await capabilities(self._bus)
        self._not_before = now + _RESTARTED_AFTER if can is None else 0.0
        return can

    def _connected(self) -> DesktopNotifier | None:
        if self._notifier is None:
            from desktop_notifier import DesktopNotifier, Icon  # noqa: PLC0415 - many a day has no notice

            try:
                self._notifier = DesktopNotifier(self._name, Icon(path=self._icon))
            except Exception as error:  # noqa: BLE001 - Windows' own errors, where notifications are switched off
                _LOG.warning("Nothing can be shown: %s", type(error).__qualname__)
        return self._notifier


async def _taken(notifier: DesktopNotifier, notice: Notice, body: str) -> bool:
    from desktop_notifier import Button  # noqa: PLC0415

    taken: list[bool] = []
    await notifier.send(
        notice.title,
        body,
        buttons=[Button(label, on_pressed=action) for label, action in notice.buttons],
        on_clicked=notice.click,
        on_dispatched=lambda: taken.append(True),
    )
    return bool(taken)
