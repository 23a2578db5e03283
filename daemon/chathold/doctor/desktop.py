"""Looking at what the icon and the notices need of the desktop."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Iterator

from msgspec import Struct

from chathold.core.texts import _
from chathold.doctor.findings import Finding, Patient, State


class _Session(Struct, frozen=True):
    """What the session's bus says: whether icons have a place, and whether notices are shown."""

    hosted: bool
    notifies: bool


def desktop(patient: Patient) -> Iterator[Finding]:
    """Whether icon and notices can be shown."""
    del patient
    if sys.platform != "linux":
        yield Finding("desktop", State.OK, _("Icon and notices are shown in the system's own way."))
        return
    if not os.environ.get("DBUS_SESSION_BUS_ADDRESS"):
        what = _("There is no desktop session here; icon and notices need one, all else does not.")
        yield Finding("desktop", State.OK, what)
        return
    session = asyncio.run(_looked_at())
    if session is None:
        what = _("The session's bus (D-Bus) does not answer: no icon and no notices can be shown.")
        fix = _("Look again from a terminal of the desktop itself, not by su, sudo or cron.")
        yield Finding("desktop", State.WARNING, what, fix)
    else:
        yield Finding("desktop", State.OK, _("The session's bus (D-Bus) answers."))
        yield _tray_host(session)
        yield _notification_server(session)


def _tray_host(session: _Session) -> Finding:
    if session.hosted:
        return Finding("desktop", State.OK, _("The desktop has a place for the icon."))
    what = _("The desktop has no place for icons; GNOME has one with the AppIndicator extension.")
    fix = _("Chathold works without; it is among your applications, too.")
    return Finding("desktop", State.WARNING, what, fix)


def _notification_server(session: _Session) -> Finding:
    if session.notifies:
        return Finding("desktop", State.OK, _("The desktop shows notices."))
    what = _("The desktop shows no notices; they wait in the menu and on the page.")
    fix = _("Install a notification server, such as dunst, mako or xfce4-notifyd.")
    return Finding("desktop", State.WARNING, what, fix)


async def _looked_at() -> _Session | None:
    """What is there; none where the bus does not answer."""
    from chathold_service.notifying import capabilities  # noqa: PLC0415 - other systems have no such bus
    from chathold_service.session_bus import connected  # noqa: PLC0415
    from chathold_service.tray.status_notifier import is_hosted  # noqa: PLC0415

    bus = await connected()
    if bus is None:
        return None
    try:
        return _Session(await is_hosted(bus), await capabilities(bus) is not None)
    finally:
        bus.disconnect()
