"""Where every account of this archive stands, by these settings: what `status`, `remind`, the tray and the page say."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from chathold.archive.exported import last_exports
from chathold.archive.store import Archive
from chathold.archive.summary import accounts, moment
from chathold.home import Home
from chathold.reminders.rules import Plan, Reminder, Stage, reminders
from chathold.reminders.words import words_of
from chathold.state import Marks, State

if TYPE_CHECKING:
    from chathold.configuration import Settings

Json = dict[str, Any]


def local(at: float) -> datetime:
    """A time as the date and hour where the user is now."""
    return datetime.fromtimestamp(at)  # noqa: DTZ006 - local time is what is wanted


def notice_new_zone() -> None:
    """Take over a time zone that was changed while the program ran."""
    if hasattr(time, "tzset"):
        time.tzset()


def plan_of(settings: Settings) -> Plan:
    """When exports are due, as the settings have it."""
    said = settings.reminders
    of = {"chatgpt": said.chatgpt_days, "claude": said.claude_days, "deepseek": said.deepseek_days}
    return Plan(said.on, said.days, of)


def marks_of(state: State | None) -> Mapping[tuple[str, str], Marks]:
    """What was said to reminders; nothing where nothing is remembered."""
    return state.reminders.marks() if state else {}


def reminders_now(
    archive: Archive | None,
    state: State | None,
    plan: Plan,
    now: float,
    known: Iterable[Json] | None = None,
) -> list[Reminder]:
    """Where every account stands now; `known` is what `summary.accounts` said, if that was asked already."""
    exports = [] if archive is None else last_exports(archive, accounts(archive) if known is None else known)
    return reminders(exports, marks_of(state), plan, now, local)


def reminders_at(
    home: Home, archive: Archive | None, now: float, known: Iterable[Json] | None = None
) -> list[Reminder]:
    """The same, for whoever has neither settings nor state at hand."""
    with contextlib.ExitStack() as stack:
        state = State.look(home.state)
        if state:
            stack.callback(state.close)
        return reminders_now(archive, state, _plan(home), now, known)


def _plan(home: Home) -> Plan:
    """When exports are due. Most have no settings, and `status` is to be quick."""
    if not os.path.lexists(home.configuration):
        return Plan()
    from chathold.configuration import examine  # noqa: PLC0415 - as said

    return plan_of(examine(home.configuration)[0])


def with_due(known: Iterable[Json], standing: Iterable[Reminder]) -> list[Json]:
    """What `summary.accounts` said, each with when its next export is due."""
    due = {(each.provider, each.account): moment(each.due) for each in standing}
    return [each | {"reminder_due": due.get((each["provider"], each["account"]))} for each in known]


def as_json(standing: Iterable[Reminder], now: float) -> list[Json]:
    """The reminders as `remind --json` prints them."""
    return [
        {
            "provider": each.provider,
            "account": each.account,
            "label": each.label,
            "stage": each.stage.value,
            "last_export": moment(each.exported),
            "reminder_due": moment(each.due),
            "until": moment(each.until),
            "words": words_of(each, now, local),
        }
        for each in standing
    ]


def calls(standing: Iterable[Reminder]) -> list[Reminder]:
    """Those that want something from somebody now."""
    return [each for each in standing if each.stage in (Stage.DUE, Stage.ASKED, Stage.LINK)]
