"""What people answer to a reminder, and what that changes. Pure: time is passed in (Unix seconds in UTC)."""

from __future__ import annotations

from enum import StrEnum

from msgspec.structs import replace

from chathold.state.reminders import Marks

LATER_DAYS = 3.0
"""For so many days a reminder is put off, unless somebody says otherwise."""


class Said(StrEnum):
    """An answer to a reminder."""

    ON = "on"
    """Remind me; also of a service of which nothing is archived yet."""
    OFF = "off"
    SNOOZE = "snooze"
    ASKED = "asked"
    """I asked for it: the service is making the export."""
    CAME = "came"
    """It came: there is a link to it now."""


def said(marks: Marks, answer: Said, now: float, days: float = LATER_DAYS) -> Marks:
    """The marks after somebody has answered; `days` are for `Said.SNOOZE`."""
    marks = replace(marks, since=marks.since or now)
    match answer:
        case Said.ON:
            return replace(marks, off=False, snoozed=None, snoozed_days=None, asked=None, came=None)
        case Said.OFF:
            return replace(marks, off=True)
        case Said.SNOOZE:
            return replace(marks, snoozed=now, snoozed_days=days)
        case Said.ASKED:
            return replace(marks, off=False, asked=now, came=None, snoozed=None, snoozed_days=None)
        case Said.CAME:
            return replace(marks, off=False, came=now, snoozed=None, snoozed_days=None)
