"""What a tray promises, and which one suits this desktop."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

from msgspec import Struct

from chathold_service.icons import Mood

if TYPE_CHECKING:
    from dbus_fast.aio import MessageBus


class Absence(StrEnum):
    """Why there is no icon to be seen."""

    NO_BUS = "no_bus"
    """There is no desktop session here, or none with a bus."""
    NO_HOST = "no_host"
    """The desktop has no place for icons, or not yet."""
    FAILED = "failed"
    """The desktop's own way to show one failed."""


class Look(Struct, frozen=True):
    """How the icon looks, and what it says when one points at it."""

    mood: Mood
    words: str


class Tray(Protocol):
    """An icon with a menu. Its methods are called in the event loop's thread."""

    @property
    def absence(self) -> Absence | None:
        """Why the icon cannot be seen; none while it can, as far as anybody can tell."""

    async def start(self) -> None:
        """Show the icon, now or as soon as there is a place for it."""

    def update(self, look: Look) -> None:
        """Show how things are now; the menu's texts are asked for again, and an open menu stays open."""

    async def stop(self) -> None:
        """Take the icon away."""


async def best_tray(
    name: str, menu: Any, bus: MessageBus | None, changed: Callable[[], None], look: Look
) -> Tray:
    """The tray for this desktop: its `menu` is pystray's; `changed` is called when `absence` does.

    On Linux the icon on the bus is preferred, for it needs nothing. Only where nobody on the bus shows icons, and
    pystray has a way of its own that shows a menu, that is taken; it knows X11 alone. On macOS an icon belongs to
    the main thread, which is not ours: there is none.
    """
    from chathold_service.tray.toolkit import Toolkit, toolkit  # noqa: PLC0415 - each system needs its own way

    if sys.platform != "linux":
        return Toolkit(toolkit() if sys.platform == "win32" else None, name, menu, changed, look)
    from chathold_service.tray.status_notifier import StatusNotifier, is_hosted  # noqa: PLC0415

    if "WAYLAND_DISPLAY" not in os.environ and (bus is None or not await is_hosted(bus)):
        found = toolkit()
        if found is not None:
            return Toolkit(found, name, menu, changed, look)
    return StatusNotifier(bus, name, menu, changed, look)
