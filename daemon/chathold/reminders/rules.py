"""Where each account stands with its exports: nothing to do, due, asked for, or a link that lives for a while.

    the copy is N days old ──▶ DUE ──I asked for it──▶ ASKED ──It came──▶ LINK ──▶ the export arrives: begin anew
                                ▲                        │                  │
                                └── nothing for a while ─┴── unused ────────┘

A copy of which no date is known, neither its own nor a chat's, is taken to be as old as its import: it is not younger.
Pure: time is passed in (Unix seconds in UTC), and so is what turns it into a local date. A mark that was made in
the future was made by a clock that was wrong, and does not count.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from chathold.archive.exported import LastExport
from chathold.core.identity import UNKNOWN
from chathold.services import BY_NAME
from chathold.state.reminders import Marks

Local = Callable[[float], datetime]
"""Turns a time into the date and hour where the user is."""

HOUR = 3600.0
DAY = 24 * HOUR
LONGEST_WAIT = 7 * DAY
"""So long, at most, an export takes to be made."""
LEEWAY = DAY
"""So far apart two clocks, and so vague a date, may be without one being taken for wrong."""
LAPSE = 2 * LONGEST_WAIT
"""After so long nobody waits any more for an export that was asked for."""


class Stage(StrEnum):
    """Where an account stands with its exports."""

    FRESH = "fresh"
    DUE = "due"
    ASKED = "asked"
    LINK = "link"
    OFF = "off"


class Plan(Struct, frozen=True):
    """After how many days an export is due: by provider, else `days`. Not `on`: never."""

    on: bool = True
    days: float = 30.0
    of: Mapping[str, float] | None = None

    def seconds(self, provider: str) -> float:
        """The age at which a copy of this provider's is due for another export."""
        return DAY * ((self.of or {}).get(provider) or self.days)


class Reminder(Struct, frozen=True):
    """Where one account stands. `due` is when an export is or was due; none if that is off, or not to be said.

    `exported` is its last export; none where a service was never exported, or where nothing tells when: then
    `imported` is when it was added here. `begun` is since when it has stood
    so: when it became due, was asked for, or came. `until` is about when the link ends, or the snooze.
    """

    provider: str
    account: str
    label: str
    signed_in_as: str
    stage: Stage
    exported: float | None
    due: float | None
    begun: float
    until: float | None = None
    several: bool = False
    """Whether the provider has other accounts, so that one has to say which."""
    imported: float | None = None
    dated: bool = False
    """Whether `exported` is the export's own date; it may be that of the newest chat."""

    @property
    def title(self) -> str:
        """The service's name as people know it."""
        return BY_NAME[self.provider].title


def reminders(
    exports: Iterable[LastExport],
    marks: Mapping[tuple[str, str], Marks],
    plan: Plan,
    now: float,
    local: Local,
) -> list[Reminder]:
    """Where every account stands, and every service that is to be reminded of without one."""
    known = [each for each in exports if each.provider in BY_NAME]
    found = {each.provider for each in known}
    lone = [
        LastExport(each.provider, "", BY_NAME[each.provider].title)
        for each in marks.values()
        if not each.account and each.provider in BY_NAME and each.provider not in found
    ]
    counts = [each.provider for each in known if each.account != UNKNOWN]
    return [
        _standing(
            each,
            _believed(_marks_of(each, marks), now),
            plan,
            now,
            local,
            several=counts.count(each.provider) > 1,
        )
        for each in (*known, *lone)
    ]


def _marks_of(export: LastExport, marks: Mapping[tuple[str, str], Marks]) -> Marks:
    """What was said of an account, else what was said of its provider before any account was known."""
    own = (export.provider, export.account)
    return marks.get(own) or marks.get((export.provider, "")) or Marks(*own)


def _believed(marks: Marks, now: float) -> Marks:
    """The marks without those that the future made."""

    def held(at: float | None) -> float | None:
        return at if at is not None and at <= now + LEEWAY else None

    return Marks(
        marks.provider,
        marks.account,
        min(marks.since, now),
        marks.off,
        held(marks.snoozed),
        marks.snoozed_days,
        held(marks.asked),
        held(marks.came),
    )


def _standing(
    export: LastExport, marks: Marks, plan: Plan, now: float, local: Local, *, several: bool
) -> Reminder:
    def stands(stage: Stage, begun: float, due: float | None, until: float | None = None) -> Reminder:
        return Reminder(
            export.provider,
            export.account,
            export.label,
            export.signed_in_as,
            stage,
            exported,
            due,
            begun,
            until,
            several,
            undated,
            export.dated,
        )

    exported = _date(export, now)
    undated = min(export.imported, now) if exported is None and export.imported else None
    if marks.off or not plan.on:
        return stands(Stage.OFF, marks.since, None)
    begun = exported if exported is not None else undated
    due = begun + plan.seconds(export.provider) if begun is not None else marks.since
    wait = _wait(export, marks)
    if wait and now < wait.until:
        return stands(wait.stage, wait.begun, due, wait.until)
    snoozed = _snoozed_until(marks)
    begun = max(due, wait.until if wait else due, snoozed or due)
    stage = Stage.DUE if local(begun).date() <= local(now).date() else Stage.FRESH
    return stands(stage, begun, begun, snoozed if snoozed and snoozed > now else None)


def _date(export: LastExport, now: float) -> float | None:
    """The export's date; one that is still to come is wrong, and then it was made by when it was imported."""
    if export.exported is None or export.exported <= now + LEEWAY:
        return export.exported
    return min(export.exported, export.imported)


class _Wait(Struct, frozen=True):
    """A wait for an export that was asked for, or for its download: since when, and until when at most."""

    stage: Stage
    begun: float
    until: float


def _wait(export: LastExport, marks: Marks) -> _Wait | None:
    """What is or was waited for, unless the export has arrived since."""
    if _arrived(export, marks):
        return None
    if marks.came is not None:
        return _Wait(Stage.LINK, marks.came, marks.came + BY_NAME[export.provider].link_hours * HOUR)
    if marks.asked is not None:
        return _Wait(Stage.ASKED, marks.asked, marks.asked + LAPSE)
    return None


def _arrived(export: LastExport, marks: Marks) -> bool:
    """Whether the export that was asked for is here: imported since, and not made before it was asked for."""
    begun = marks.asked if marks.asked is not None else marks.came
    if begun is None or export.imported < begun:
        return False
    earliest = begun - LEEWAY if marks.asked is not None else begun - LONGEST_WAIT - LEEWAY
    return export.exported is None or export.exported >= earliest


def _snoozed_until(marks: Marks) -> float | None:
    if marks.snoozed is None or marks.snoozed_days is None:
        return None
    return marks.snoozed + marks.snoozed_days * DAY
