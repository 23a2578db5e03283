"""pystray's own ways to show an icon: Windows, and on Linux GTK or AppIndicator where they are there."""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
from collections.abc import Callable
from types import ModuleType
from typing import Any

from chathold_service.icons import icon
from chathold_service.tray.menus import HAVE_A_MENU, PYSTRAY, imported
from chathold_service.tray.showing import Absence, Look

_LOG = logging.getLogger("chathold.tray")
_SIZE = 64
_PATIENCE = 5.0


def toolkit() -> ModuleType | None:
    """The pystray that shows a menu here; none if there is no such."""
    if sys.platform == "win32":
        return PYSTRAY if PYSTRAY.Icon.HAS_MENU else None
    for backend in HAVE_A_MENU:
        found = imported(backend)
        if found is not None and found.Icon.HAS_MENU:
            return found
    return None


class Toolkit:
    """As the protocol `Tray` says. The icon lives in a thread of its own, in which the menu's actions are called."""

    def __init__(
        self, pystray: ModuleType | None, name: str, menu: Any, changed: Callable[[], None], look: Look
    ) -> None:
        self._pystray = pystray
        self._name = name
        self._menu = menu
        self._changed = changed
        self._look = look
        self._icon: Any = None
        self._thread: threading.Thread | None = None
        self._said: object = None
        self._settled = threading.Event()
        self.absence: Absence | None = Absence.FAILED

    async def start(self) -> None:
        """As the protocol says."""
        if self._pystray is None:
            return
        self._icon = self._pystray.Icon(
            self._name, icon(self._look.mood, _SIZE), self._look.words, self._menu
        )
        self._thread = threading.Thread(target=self._run, name="tray", daemon=True)
        self._thread.start()
        await asyncio.to_thread(self._settled.wait, _PATIENCE)

    def _run(self) -> None:
        try:
            self._icon.run(setup=self._ready)
        except Exception as error:  # noqa: BLE001 - the thread's edge: each toolkit has errors of its own
            _LOG.warning("The icon could not be shown: %s", type(error).__qualname__)
        self.absence = Absence.FAILED
        self._settled.set()
        self._changed()

    def _ready(self, found: Any) -> None:
        found.visible = True
        self.absence = None
        self._settled.set()
        self._changed()

    def update(self, look: Look) -> None:
        """As the protocol says. To make the menu again closes it, so that is done only when it would differ."""
        before, self._look = self._look, look
        if self._icon is None or self.absence is not None:
            return
        if look.mood != before.mood:
            self._icon.icon = icon(look.mood, _SIZE)
        if look.words != before.words:
            self._icon.title = look.words
        said = _said(self._menu)
        if said != self._said:
            self._said = said
            self._icon.update_menu()

    async def stop(self) -> None:
        """As the protocol says."""
        if self._icon is None or self._thread is None or not self._thread.is_alive():
            return
        try:
            self._icon.stop()
        except Exception:  # noqa: BLE001 - GTK's way fails to stop where there is no notification server
            return
        self._thread.join(_PATIENCE)


def _said(menu: Any) -> list[object]:
    """All that a menu shows now."""
    return [
        (each.text, each.checked, each.enabled, each.default, _said(each.submenu) if each.submenu else None)
        for each in menu
    ]
