"""An icon that is D-Bus objects alone (org.kde.StatusNotifierItem): no toolkit, no display, no thread.

    we ──RegisterStatusNotifierItem──▶ the watcher, which a panel brings with it
    the panel ──asks for icon and menu, calls Activate──▶ us
    the watcher goes, another comes ──NameOwnerChanged──▶ we register again

As freedesktop.org/wiki/Specifications/StatusNotifierItem and KDE's source have it.
"""

import asyncio
import os
from collections.abc import Callable
from typing import Annotated, Any

from dbus_fast import PropertyAccess
from dbus_fast.aio import MessageBus
from dbus_fast.annotations import DBusInt32, DBusSignature, DBusStr
from dbus_fast.service import ServiceInterface, dbus_method, dbus_property, dbus_signal

from chathold_service.icons import Mood, pixmap
from chathold_service.session_bus import call, has_owner, watch_owner
from chathold_service.tray.dbus_menu import DBusMenu
from chathold_service.tray.showing import Absence, Look

WATCHER = "org.kde.StatusNotifierWatcher"
_WATCHER_PATH = "/StatusNotifierWatcher"
_ITEM_PATH = "/StatusNotifierItem"
_MENU_PATH = "/MenuBar"
_SIZES = (16, 22, 24, 32, 48)

Pixmaps = Annotated[list[Any], DBusSignature("a(iiay)")]


async def is_hosted(bus: MessageBus) -> bool:
    """Whether somebody on this bus shows icons."""
    return await has_owner(bus, WATCHER)


def _fixed(attribute: str, name: str, signature: str, value: object) -> Any:
    """A property that never changes; dbus-fast looks for it under the name of its function."""

    def get(_item: object) -> object:
        return value

    get.__name__ = attribute
    get.__annotations__["return"] = Annotated[object, DBusSignature(signature)]
    return dbus_property(PropertyAccess.READ, name=name)(get)


class _Item(ServiceInterface):
    """The icon on the bus. `activate` is called on a left click."""

    category = _fixed("category", "Category", "s", "ApplicationStatus")
    status = _fixed("status", "Status", "s", "Active")
    window = _fixed("window", "WindowId", "i", 0)
    icon_name = _fixed("icon_name", "IconName", "s", "")
    icon_theme_path = _fixed("icon_theme_path", "IconThemePath", "s", "")
    overlay_name = _fixed("overlay_name", "OverlayIconName", "s", "")
    overlay = _fixed("overlay", "OverlayIconPixmap", "a(iiay)", [])
    attention_name = _fixed("attention_name", "AttentionIconName", "s", "")
    attention = _fixed("attention", "AttentionIconPixmap", "a(iiay)", [])
    attention_movie = _fixed("attention_movie", "AttentionMovieName", "s", "")
    is_menu = _fixed("is_menu", "ItemIsMenu", "b", value=False)
    menu = _fixed("menu", "Menu", "o", _MENU_PATH)

    def __init__(self, name: str, look: Look, activate: Callable[[], None]) -> None:
        super().__init__("org.kde.StatusNotifierItem")
        self._name = name
        self.look = look
        self._activate = activate

    @dbus_property(PropertyAccess.READ, name="Id")
    def id(self) -> DBusStr:
        """The program's name, always the same."""
        return self._name.lower()

    @dbus_property(PropertyAccess.READ, name="Title")
    def title(self) -> DBusStr:
        """The program's name for people."""
        return self._name

    @dbus_property(PropertyAccess.READ, name="IconPixmap")
    def icon_pixmap(self) -> Pixmaps:
        """The icon in several sizes."""
        return _pixmaps(self.look.mood)

    @dbus_property(PropertyAccess.READ, name="ToolTip")
    def tool_tip(self) -> Annotated[list[Any], DBusSignature("(sa(iiay)ss)")]:
        """What it says when one points at it; a panel may take it for markup."""
        plain = self.look.words.replace("&", "&amp;").replace("<", "&lt;")
        return ["", [], self._name, plain]

    @dbus_method(name="Activate")
    def activate(self, _x: DBusInt32, _y: DBusInt32) -> None:
        """A left click."""
        self._activate()

    @dbus_method(name="SecondaryActivate")
    def secondary_activate(self, _x: DBusInt32, _y: DBusInt32) -> None:
        """A middle click does the same."""
        self._activate()

    @dbus_method(name="ContextMenu")
    def context_menu(self, _x: DBusInt32, _y: DBusInt32) -> None:
        """The panel draws the menu."""

    @dbus_method(name="Scroll")
    def scroll(self, _delta: DBusInt32, _orientation: DBusStr) -> None:
        """Nothing to scroll."""

    @dbus_signal(name="NewIcon")
    def new_icon(self) -> None:
        """The icon is another."""

    @dbus_signal(name="NewToolTip")
    def new_tool_tip(self) -> None:
        """It says something else."""


def _pixmaps(mood: Mood) -> list[Any]:
    return [[size, size, pixmap(mood, size)] for size in _SIZES]


class StatusNotifier:
    """As the protocol `Tray` says."""

    def __init__(
        self, bus: MessageBus | None, name: str, menu: Any, changed: Callable[[], None], look: Look
    ) -> None:
        self._bus = bus
        self._changed = changed
        self._item = _Item(name, look, lambda: menu(None))
        self._menu = DBusMenu(menu)
        self._registering: set[asyncio.Task[None]] = set()
        self.absence: Absence | None = Absence.NO_BUS if bus is None else Absence.NO_HOST

    async def start(self) -> None:
        """As the protocol says."""
        if self._bus is None:
            return
        self._bus.export(_ITEM_PATH, self._item)
        self._bus.export(_MENU_PATH, self._menu)
        await self._bus.request_name(self._address)
        await watch_owner(self._bus, WATCHER, self._watcher_changed)
        await self._register()

    @property
    def _address(self) -> str:
        return f"org.kde.StatusNotifierItem-{os.getpid()}-1"

    def _watcher_changed(self, there: bool) -> None:  # noqa: FBT001 - as `watch_owner` calls it
        if there:
            task = asyncio.ensure_future(self._register())
            self._registering.add(task)
            task.add_done_callback(self._registering.discard)
        else:
            self._set(Absence.NO_HOST)

    async def _register(self) -> None:
        assert self._bus is not None  # noqa: S101 - `start` has seen to that
        method = f"{WATCHER}.RegisterStatusNotifierItem"
        answer = await call(self._bus, WATCHER, _WATCHER_PATH, method, "s", [self._address])
        self._set(Absence.NO_HOST if answer is None else None)

    def _set(self, absence: Absence | None) -> None:
        if absence != self.absence:
            self.absence = absence
            self._changed()

    def update(self, look: Look) -> None:
        """As the protocol says."""
        before, self._item.look = self._item.look, look
        if look.mood != before.mood:
            self._item.new_icon()
        if look.words != before.words:
            self._item.new_tool_tip()
        self._menu.update()

    async def stop(self) -> None:
        """As the protocol says: the panel sees the name go."""
        if self._bus is not None and self._bus.connected:
            await self._bus.release_name(self._address)
            self._bus.unexport(_ITEM_PATH)
            self._bus.unexport(_MENU_PATH)
