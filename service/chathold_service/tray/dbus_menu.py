"""pystray's menu as D-Bus objects (com.canonical.dbusmenu), which the panel draws.

An entry keeps its number for as long as the menu keeps its shape; then what changes is told entry by entry, and an
open menu stays open. When the shape changes, all entries get new numbers: a click on an old one means nothing.
"""

from collections.abc import Iterator
from itertools import count
from typing import Annotated, Any

from dbus_fast import PropertyAccess, Variant
from dbus_fast.annotations import DBusBool, DBusInt32, DBusSignature, DBusStr, DBusUInt32, DBusVariant
from dbus_fast.errors import DBusError
from dbus_fast.service import ServiceInterface, dbus_method, dbus_property, dbus_signal
from msgspec import Struct, field

from chathold_service.tray.menus import Menu

_ROOT = 0
_UNKNOWN = "com.canonical.dbusmenu.Error.UnknownId"

Properties = dict[str, Variant]
Names = Annotated[list[str], DBusSignature("as")]
Numbers = Annotated[list[int], DBusSignature("ai")]


class _Entry(Struct):
    """An item of the menu under its number, with what was last told of it."""

    number: int
    item: Any
    below: list["_Entry"]
    told: Properties = field(default_factory=dict)

    def all(self) -> Iterator["_Entry"]:
        """The entry itself, and all below it."""
        yield self
        for each in self.below:
            yield from each.all()

    def shape(self) -> object:
        """Which items there are, other than what they say."""
        return (self.item is Menu.SEPARATOR, [each.shape() for each in self.below])

    def layout(self, depth: int, names: list[str]) -> list[Any]:
        """As GetLayout has it; -1 is as deep as it goes."""
        below = [
            Variant("(ia{sv}av)", each.layout(depth - 1, names)) for each in (self.below if depth else [])
        ]
        return [self.number, _only(self.told, names), below]


def _only(properties: Properties, names: list[str]) -> Properties:
    return {name: value for name, value in properties.items() if not names or name in names}


def _properties(entry: _Entry) -> Properties:
    """What is to be told of an entry now."""
    item = entry.item
    if item is None:
        return {"children-display": Variant("s", "submenu")}
    if item is Menu.SEPARATOR:
        return {"type": Variant("s", "separator")}
    said = {
        "label": Variant("s", item.text.replace("_", "__")),  # a single one marks a letter to press
        "enabled": Variant("b", bool(item.enabled)),
    }
    if item.checked is not None:
        said["toggle-type"] = Variant("s", "radio" if item.radio else "checkmark")
        said["toggle-state"] = Variant("i", int(item.checked))
    if entry.below:
        said["children-display"] = Variant("s", "submenu")
    return said


class DBusMenu(ServiceInterface):
    """The menu on the bus. `update` tells what has changed since."""

    def __init__(self, menu: Any) -> None:
        super().__init__("com.canonical.dbusmenu")
        self._menu = menu
        self._numbers = count(1)
        self._revision = 0
        self._root = _Entry(_ROOT, None, [])
        self._renew()

    def update(self) -> None:
        """Tell the panel what is different now."""
        fresh = _Entry(_ROOT, None, self._entries(self._menu))
        if fresh.shape() != self._root.shape():
            self._renew()
            self.layout_updated(self._revision, _ROOT)
            return
        changed, gone = [], []
        for entry, newer in zip(self._root.all(), fresh.all(), strict=True):
            entry.item = newer.item
            before, entry.told = entry.told, _properties(entry)
            fewer = [name for name in before if name not in entry.told]
            more = {name: value for name, value in entry.told.items() if before.get(name) != value}
            if more:
                changed.append([entry.number, more])
            if fewer:
                gone.append([entry.number, fewer])
        if changed or gone:
            self.items_properties_updated(changed, gone)

    def _renew(self) -> None:
        self._revision += 1
        self._root = _Entry(_ROOT, None, self._entries(self._menu))
        for each in self._root.all():
            each.told = _properties(each)

    def _entries(self, menu: Any) -> list[_Entry]:
        return [
            _Entry(next(self._numbers), each, self._entries(each.submenu) if each.submenu else [])
            for each in menu
        ]

    def _find(self, number: int) -> _Entry | None:
        return next((each for each in self._root.all() if each.number == number), None)

    def _found(self, number: int) -> _Entry:
        entry = self._find(number)
        if entry is None:
            raise DBusError(_UNKNOWN, str(number))
        return entry

    def _happened(self, number: int, event: str) -> bool:
        """Something was done to an entry; whether there is such an entry."""
        entry = self._find(number)
        if entry is None:
            return False
        if event == "clicked" and entry.item is not None and not entry.below and entry.item.enabled:
            entry.item(None)
        return True

    # The interface, as libdbusmenu documents it

    @dbus_method(name="GetLayout")
    def get_layout(
        self, parent: DBusInt32, depth: DBusInt32, names: Names
    ) -> Annotated[tuple[int, list[Any]], DBusSignature("u(ia{sv}av)")]:
        """The menu from one entry on, to a depth."""
        return self._revision, self._found(parent).layout(depth, names)

    @dbus_method(name="GetGroupProperties")
    def get_group_properties(
        self, numbers: Numbers, names: Names
    ) -> Annotated[list[Any], DBusSignature("a(ia{sv})")]:
        """What is told of several entries; of none that are named, all."""
        entries = [self._find(each) for each in numbers] if numbers else list(self._root.all())
        return [[each.number, _only(each.told, names)] for each in entries if each]

    @dbus_method(name="GetProperty")
    def get_property(self, number: DBusInt32, name: DBusStr) -> DBusVariant:
        """One thing that is told of one entry."""
        told = self._found(number).told
        if name not in told:
            raise DBusError(_UNKNOWN, name)
        return told[name]

    @dbus_method(name="Event")
    def event(self, number: DBusInt32, event: DBusStr, _data: DBusVariant, _at: DBusUInt32) -> None:
        """A click, among others."""
        if not self._happened(number, event):
            raise DBusError(_UNKNOWN, str(number))

    @dbus_method(name="EventGroup")
    def event_group(self, events: Annotated[list[Any], DBusSignature("a(isvu)")]) -> Numbers:
        """Several; those are returned that mean nothing."""
        return [number for number, event, _data, _at in events if not self._happened(number, event)]

    @dbus_method(name="AboutToShow")
    def about_to_show(self, _number: DBusInt32) -> DBusBool:
        """Whether the panel has to ask for the layout again: what is different was told already."""
        return False

    @dbus_method(name="AboutToShowGroup")
    def about_to_show_group(
        self, numbers: Numbers
    ) -> Annotated[tuple[list[int], list[int]], DBusSignature("aiai")]:
        """The same of several, and those that there are not."""
        return [], [each for each in numbers if self._find(each) is None]

    @dbus_signal(name="LayoutUpdated")
    def layout_updated(self, revision: int, parent: int) -> Annotated[list[int], DBusSignature("ui")]:
        """The menu has another shape."""
        return [revision, parent]

    @dbus_signal(name="ItemsPropertiesUpdated")
    def items_properties_updated(
        self, changed: list[Any], gone: list[Any]
    ) -> Annotated[list[Any], DBusSignature("a(ia{sv})a(ias)")]:
        """Some entries say something else."""
        return [changed, gone]

    @dbus_property(PropertyAccess.READ, name="Version")
    def version(self) -> DBusUInt32:
        """Of the interface."""
        return 3

    @dbus_property(PropertyAccess.READ, name="TextDirection")
    def text_direction(self) -> DBusStr:
        """From left to right."""
        return "ltr"

    @dbus_property(PropertyAccess.READ, name="Status")
    def status(self) -> DBusStr:
        """Nothing in it is urgent."""
        return "normal"

    @dbus_property(PropertyAccess.READ, name="IconThemePath")
    def icon_theme_path(self) -> Names:
        """No icons."""
        return []
