"""The desktop session, as far as it is there: its bus, the icon, notifications, dialogs. Made again when it is lost."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chathold.core.texts import _
from chathold_service.icons import PROGRAM_ICON
from chathold_service.notifying import Notice, Notifier
from chathold_service.tray.showing import Look, Tray, best_tray

if TYPE_CHECKING:
    from dbus_fast.aio import MessageBus

PROGRAM = "Chathold"
OFF = "off"
"""There is to be no icon: `--no-tray`."""
STARTING = "starting"
"""Nobody has looked yet."""
_PATTERNS = ("*.zip", "*.json")


class Session:
    """Call `tend` now and then; all else may be called at any time, and does what can be done.

    `changed` is called, from any thread, when `why` may say something else.
    """

    def __init__(self, menu: Any, changed: Callable[[], None], *, with_tray: bool) -> None:
        self._menu = menu
        self._changed = changed
        self._with_tray = with_tray
        self._bus: MessageBus | None = None
        self._tray: Tray | None = None
        self._notifier: Notifier | None = None

    @property
    def why(self) -> str:
        """Why there is no icon to be seen: `off`, `starting`, or an `Absence`; empty while there is one."""
        if not self._with_tray:
            return OFF
        if self._tray is None:
            return STARTING
        return self._tray.absence.value if self._tray.absence else ""

    async def tend(self, look: Look) -> None:
        """Begin, and begin again where the bus was lost, or was not there yet."""
        if self._notifier is not None and (sys.platform != "linux" or _alive(self._bus)):
            return
        if sys.platform == "linux":
            from chathold_service.session_bus import connected  # noqa: PLC0415 - other systems have no such bus

            self._bus = await connected()
            if self._bus is None and self._notifier is not None:
                return
        if self._tray is not None:
            await self._tray.stop()
        self._notifier = Notifier(PROGRAM, PROGRAM_ICON, self._bus)
        if self._with_tray:
            self._tray = await best_tray(PROGRAM, self._menu, self._bus, self._changed, look)
            await self._tray.start()
        self._changed()

    def update(self, look: Look) -> None:
        """Show how things are."""
        if self._tray is not None:
            self._tray.update(look)

    async def can_show(self) -> bool:
        """Whether the desktop would take a notice now."""
        return self._notifier is not None and await self._notifier.is_possible()

    async def show(self, notice: Notice) -> bool:
        """Show a notice; whether the desktop has taken it."""
        return self._notifier is not None and await self._notifier.show(notice)

    async def choose(self) -> list[Path] | None:
        """Have files chosen in the desktop's dialog; `None` where there is none."""
        if self._bus is None or not _alive(self._bus):
            return None
        from chathold_service.choosing import choose_files  # noqa: PLC0415 - as the bus

        return await choose_files(self._bus, _("Import exports"), _PATTERNS)

    async def close(self) -> None:
        """Take the icon away, and leave the bus."""
        if self._tray is not None:
            await self._tray.stop()
        if self._bus is not None:
            self._bus.disconnect()


def _alive(bus: MessageBus | None) -> bool:
    return bus is not None and bool(bus.connected)
