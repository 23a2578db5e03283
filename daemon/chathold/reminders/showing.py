"""Which reminders are to be shown now: each at its time, again a few times if ignored, one notice a day for all.

A step is a time at which a reminder comes (again); steps that passed while the computer was off are one. Pure, as
`rules` is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import time

from chathold.reminders.rules import LEEWAY, Local, Reminder, Stage
from chathold.state.reminders import Showing

AGAIN = (7, 14, 30)
"""So many days after it was first shown, a reminder that was ignored comes again."""
ASKS = (1, 3, 6)
"""So many days after an export was asked for, it is asked whether it has come."""


def is_quiet(at: time, begin: time, end: time) -> bool:
    """Whether the hours between `begin` and `end`, which may be on the next day, are quiet at this time of day."""
    if begin <= end:
        return begin <= at < end
    return at >= begin or at < end


def to_show(
    reminders: Iterable[Reminder], showings: Iterable[Showing], now: float, local: Local
) -> list[tuple[Reminder, Showing]]:
    """The reminders to show now, each with the row that claims it; quiet hours are for others to heed.

    What waits for an answer, or is due on this local day, shares one notice a day. A link that ends soon is told
    of by itself, for tomorrow is too late.
    """
    today = local(now).date().isoformat()
    known = [each for each in showings if each.at <= now + LEEWAY]
    had = any(each.grouped and each.day >= today for each in known)
    counting = [each for each in known if each.proven or each.day >= today]
    found = []
    for each in reminders:
        grouped = each.stage is not Stage.LINK
        if grouped and had:
            continue
        name = f"{each.stage.value} {each.begun:.0f}"
        mine = [
            shown
            for shown in counting
            if (shown.provider, shown.account, shown.round) == (each.provider, each.account, name)
        ]
        step = _step(each, mine, now, local)
        if step is not None and step > max((shown.step for shown in mine), default=-1):
            found.append((each, Showing(each.provider, each.account, name, step, now, today, grouped)))
    return found


def _step(reminder: Reminder, shown: Sequence[Showing], now: float, local: Local) -> int | None:
    """The last step whose time has come; none before the first."""
    match reminder.stage:
        case Stage.DUE:
            first = min((each.at for each in shown), default=None)
            return 0 if first is None else _passed(first, AGAIN, now, local)
        case Stage.ASKED:
            return _passed(reminder.begun, ASKS, now, local) or None
        case Stage.LINK if reminder.until is not None:
            return 0 if now >= (reminder.begun + reminder.until) / 2 else None
        case _:
            return None


def _passed(begun: float, days: Sequence[int], now: float, local: Local) -> int:
    """How many of these days after `begun` have dawned, by the calendar: a day may have 23 hours, or 25."""
    elapsed = (local(now).date() - local(begun).date()).days
    return sum(each <= elapsed for each in days)
