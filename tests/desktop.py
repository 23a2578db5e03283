"""A desktop made of D-Bus alone: a session bus that starts nothing by itself, a panel, a notification server."""

import asyncio
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Self

import pytest
from dbus_fast import BusType, Message, MessageType, PropertyAccess, Variant
from dbus_fast.aio import MessageBus
from dbus_fast.annotations import DBusBool, DBusDict, DBusInt32, DBusSignature, DBusStr, DBusUInt32
from dbus_fast.service import ServiceInterface, dbus_method, dbus_property, dbus_signal

PATIENCE = 30.0
_REACTION = 0.2
"""Nobody presses a button before the program has heard that it is shown."""
Strings = Annotated[list[str], DBusSignature("as")]

_CONFIGURATION = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:dir={folder}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""


@contextmanager
def session_bus(folder: Path) -> Iterator[str]:
    """A bus of its own; its address, which is also in the environment meanwhile."""
    if shutil.which("dbus-daemon") is None:
        pytest.skip("dbus-daemon is not installed")
    configuration = folder / "bus.conf"
    configuration.write_text(_CONFIGURATION.format(folder=folder))
    command = ["dbus-daemon", f"--config-file={configuration}", "--nofork", "--print-address"]
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as bus,
        pytest.MonkeyPatch.context() as patch,
    ):
        assert bus.stdout is not None
        address = bus.stdout.readline().strip()
        patch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        try:
            yield address
        finally:
            bus.terminate()


class Service:
    """A program on the bus that answers to one name."""

    name = ""
    path = ""

    def __init__(self) -> None:
        self.bus: MessageBus

    async def start(self, interface: ServiceInterface) -> None:
        """Appear on the bus."""
        self.bus = await MessageBus(bus_type=BusType.SESSION).connect()
        self.bus.export(self.path, interface)
        await self.bus.request_name(self.name)

    async def call(self, name: str, path: str, method: str, signature: str = "", *body: Any) -> list[Any]:
        """Call a method of another program's. Raises `RuntimeError` with what it says when it refuses."""
        interface, _dot, member = method.rpartition(".")
        answer = await self.bus.call(
            Message(
                destination=name,
                path=path,
                interface=interface,
                member=member,
                signature=signature,
                body=list(body),
            )
        )
        assert answer is not None
        if answer.message_type is MessageType.ERROR:
            raise RuntimeError(answer.error_name, *answer.body)
        return list(answer.body)

    def stop(self) -> None:
        """Vanish from the bus."""
        self.bus.disconnect()

    async def __aenter__(self) -> Self:
        raise NotImplementedError

    async def __aexit__(self, *_details: object) -> None:
        self.stop()


# --- a panel


class _Watcher(ServiceInterface):
    def __init__(self) -> None:
        super().__init__("org.kde.StatusNotifierWatcher")
        self.items: asyncio.Queue[str] = asyncio.Queue()

    @dbus_method(name="RegisterStatusNotifierItem")
    def register(self, service: DBusStr) -> None:
        """An icon comes."""
        self.items.put_nowait(service)

    @dbus_property(PropertyAccess.READ, name="IsStatusNotifierHostRegistered")
    def hosted(self) -> DBusBool:
        """There is a host: ourselves."""
        return True


@dataclass(frozen=True, slots=True)
class Line:
    """An entry of the menu as the panel draws it."""

    number: int
    label: str
    enabled: bool
    checked: bool | None
    separator: bool
    below: tuple["Line", ...]


class Panel(Service):
    """Watches for icons, asks them for their menu, and clicks."""

    name = "org.kde.StatusNotifierWatcher"
    path = "/StatusNotifierWatcher"

    def __init__(self) -> None:
        super().__init__()
        self._watcher = _Watcher()
        self.signals: asyncio.Queue[tuple[str, list[Any]]] = asyncio.Queue()
        self.item = ""

    async def __aenter__(self) -> Self:
        await self.start(self._watcher)
        self.bus.add_message_handler(self._heard)
        rule = "type='signal',interface='com.canonical.dbusmenu'"
        await self.call(*_BUS, "org.freedesktop.DBus.AddMatch", "s", rule)
        rule = "type='signal',interface='org.kde.StatusNotifierItem'"
        await self.call(*_BUS, "org.freedesktop.DBus.AddMatch", "s", rule)
        return self

    def _heard(self, message: Message) -> None:
        if message.message_type is MessageType.SIGNAL and message.interface in (
            "com.canonical.dbusmenu",
            "org.kde.StatusNotifierItem",
        ):
            self.signals.put_nowait((str(message.member), list(message.body)))

    async def icon(self) -> dict[str, Any]:
        """Wait for the next icon that registers; its properties."""
        self.item = await asyncio.wait_for(self._watcher.items.get(), PATIENCE)
        return await self.properties()

    async def properties(self) -> dict[str, Any]:
        """All that the icon says of itself."""
        (said,) = await self.call(
            self.item,
            "/StatusNotifierItem",
            "org.freedesktop.DBus.Properties.GetAll",
            "s",
            "org.kde.StatusNotifierItem",
        )
        return {name: value.value for name, value in said.items()}

    async def menu(self) -> tuple[Line, ...]:
        """The whole menu."""
        await self._menu("AboutToShow", "i", 0)
        _revision, root = await self._menu("GetLayout", "iias", 0, -1, [])
        return _line(root).below

    async def _menu(self, method: str, signature: str, *body: Any) -> list[Any]:
        return await self.call(self.item, "/MenuBar", f"com.canonical.dbusmenu.{method}", signature, *body)

    async def click(self, *labels: str) -> None:
        """Click on an entry, through the menus it is in. Fails where there is none that can be clicked."""
        lines = await self.menu()
        for label in labels:
            found = next(each for each in lines if each.label == label)
            assert found.enabled, label
            lines = found.below
        await self.press(found.number)

    async def press(self, number: int) -> None:
        """Click on an entry by its number."""
        await self._menu("Event", "isvu", number, "clicked", Variant("i", 0), 0)

    async def activate(self) -> None:
        """A left click on the icon."""
        await self.call(self.item, "/StatusNotifierItem", "org.kde.StatusNotifierItem.Activate", "ii", 1, 1)

    async def signal(self, name: str) -> list[Any]:
        """Wait for a signal of this name; what it says."""
        while True:
            found, body = await asyncio.wait_for(self.signals.get(), PATIENCE)
            if found == name:
                return body


_BUS = ("org.freedesktop.DBus", "/org/freedesktop/DBus")


def _line(layout: list[Any]) -> Line:
    number, said, below = layout
    properties = {name: value.value for name, value in said.items()}
    state = properties.get("toggle-state")
    return Line(
        number,
        properties.get("label", "").replace("__", "_"),
        properties.get("enabled", True),
        None if state is None else bool(state),
        properties.get("type") == "separator",
        tuple(_line(each.value) for each in below),
    )


# --- a notification server


@dataclass(frozen=True, slots=True)
class Notice:
    """A notification as it came: `actions` by their label, each with the key to press it."""

    number: int
    title: str
    body: str
    icon: str
    actions: dict[str, str]


class _Notifications(ServiceInterface):
    def __init__(self, capabilities: tuple[str, ...]) -> None:
        super().__init__("org.freedesktop.Notifications")
        self.notices: asyncio.Queue[Notice] = asyncio.Queue()
        self._capabilities = list(capabilities)
        self._number = 0

    @dbus_method(name="Notify")
    def notify(
        self,
        _program: DBusStr,
        _replaces: DBusUInt32,
        icon: DBusStr,
        title: DBusStr,
        body: DBusStr,
        actions: Strings,
        _hints: DBusDict,
        _timeout: DBusInt32,
    ) -> DBusUInt32:
        """A notification comes."""
        self._number += 1
        labels = dict(zip(actions[1::2], actions[::2], strict=True))
        self.notices.put_nowait(Notice(self._number, title, body, icon, labels))
        return self._number

    @dbus_method(name="CloseNotification")
    def close(self, _number: DBusUInt32) -> None:
        """It is to be taken away."""

    @dbus_method(name="GetCapabilities")
    def capabilities(self) -> Strings:
        """What this server can do."""
        return self._capabilities

    @dbus_method(name="GetServerInformation")
    def information(self) -> Annotated[list[str], DBusSignature("ssss")]:
        """Who it is."""
        return ["scripted", "tests", "1", "1.2"]

    @dbus_signal(name="NotificationClosed")
    def closed(self, number: int, reason: int) -> Annotated[list[int], DBusSignature("uu")]:
        """It is gone: 1 by itself, 2 by the user."""
        return [number, reason]

    @dbus_signal(name="ActionInvoked")
    def invoked(self, number: int, key: str) -> Annotated[list[Any], DBusSignature("us")]:
        """A button was pressed."""
        return [number, key]


class Notifications(Service):
    """A notification server that shows nothing and forgets nothing."""

    name = "org.freedesktop.Notifications"
    path = "/org/freedesktop/Notifications"

    def __init__(self, *capabilities: str) -> None:
        super().__init__()
        self._server = _Notifications(capabilities or ("body", "actions", "body-markup"))

    async def __aenter__(self) -> Self:
        await self.start(self._server)
        return self

    async def notice(self, patience: float = PATIENCE) -> Notice:
        """Wait for the next notification."""
        return await asyncio.wait_for(self._server.notices.get(), patience)

    def count(self) -> int:
        """How many have come that nobody has looked at."""
        return self._server.notices.qsize()

    async def press(self, notice: Notice, label: str) -> None:
        """Press a button, as soon as a person could; an empty label stands for the notification itself."""
        await asyncio.sleep(_REACTION)
        self._server.invoked(notice.number, notice.actions[label])
        self._server.closed(notice.number, 2)


# --- a portal


class Portal(Service):
    """The portal's dialog to choose files, in which somebody chooses `files` at once; none cancel it."""

    name = "org.freedesktop.portal.Desktop"

    def __init__(self, files: list[Path]) -> None:
        super().__init__()
        self._files = files
        self.options: dict[str, Any] = {}

    async def __aenter__(self) -> Self:
        self.bus = await MessageBus(bus_type=BusType.SESSION).connect()
        self.bus.add_message_handler(self._called)
        await self.bus.request_name(self.name)
        return self

    def _called(self, message: Message) -> Message | None:
        if message.member != "OpenFile":
            return None
        self.options = {name: value.value for name, value in message.body[2].items()}
        sender = str(message.sender).removeprefix(":").replace(".", "_")
        request = f"/org/freedesktop/portal/desktop/request/{sender}/{self.options['handle_token']}"
        uris = {"uris": Variant("as", [each.as_uri() for each in self._files])} if self._files else {}
        body = [0 if self._files else 1, uris]
        answer = Message.new_signal(request, "org.freedesktop.portal.Request", "Response", "ua{sv}", body)
        asyncio.get_running_loop().call_soon(self.bus.send, answer)
        return Message.new_method_return(message, "o", [request])
