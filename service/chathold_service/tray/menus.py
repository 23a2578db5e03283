"""pystray's `Menu` and `MenuItem`. The module they come from looks for a display when it is imported.

`PYSTRAY_BACKEND` tells pystray which way to take; its way "dummy" needs nothing, and shows nothing. The classes that
describe a menu are the same in all of them.
"""

from __future__ import annotations

import importlib
import os
import sys
from types import ModuleType
from typing import Any

VARIABLE = "PYSTRAY_BACKEND"
HAVE_A_MENU = ("appindicator", "gtk")
"""The ways on Linux that show a menu. The third, xorg, does not, and is never taken."""


def imported(backend: str) -> ModuleType | None:
    """The module pystray with this backend, unless that cannot be had here; the classes of a menu stay the same."""
    before = os.environ.get(VARIABLE)
    other = sys.modules.pop("pystray", None)
    os.environ[VARIABLE] = backend
    try:
        return importlib.import_module("pystray")
    except Exception:  # noqa: BLE001 - a display that is missing is each toolkit's own kind of error
        if other is not None:
            sys.modules["pystray"] = other
        return None
    finally:
        if before is None:
            del os.environ[VARIABLE]
        else:
            os.environ[VARIABLE] = before


def _own() -> ModuleType:
    """The module with the system's own way to show an icon if it has one, else with none."""
    found = imported("win32") if sys.platform == "win32" else None
    found = found or imported("dummy")
    assert found is not None  # noqa: S101 - it needs nothing but itself
    return found


def literal(item: Any) -> Any:
    """`item`, pystray's class of an entry, with `&` doubled: in a menu of Windows a single one marks a letter to press.

    As Microsoft's "Menus" has it, under "Menu Access Keys"; pystray passes texts on as they are.
    """

    class Literal(item):  # type: ignore[misc]
        """An entry that shows its text as it is."""

        @property
        def text(self) -> str:
            """What Windows is told."""
            return str(super().text).replace("&", "&&")

    return Literal


PYSTRAY = _own()
Menu = PYSTRAY.Menu
MenuItem = literal(PYSTRAY.MenuItem) if sys.platform == "win32" else PYSTRAY.MenuItem
