"""When a download that could not be imported is tried again. Pure: times are Unix seconds, passed in.

What may pass is tried again for as long as the download lies there, at growing intervals; a download that says
it is cut is waited for while it is young, for whatever writes it may only pause.
"""

from __future__ import annotations

from msgspec.structs import replace

from chathold.daemon.answers import Answer, Verdict
from chathold.state import Pending, Stage

MINUTE, HOUR, DAY = 60.0, 3_600.0, 86_400.0

_DELAYS: dict[Verdict, tuple[float, ...]] = {
    Verdict.INCOMPLETE: (20.0, MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR),
    Verdict.UNREADABLE: (5.0, 20.0, MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR),
    Verdict.NO_SPACE: (MINUTE, 5 * MINUTE, 15 * MINUTE),
    Verdict.BUSY: (5.0, 15.0, MINUTE),
    Verdict.ARCHIVE: (15.0, MINUTE, 5 * MINUTE),
    Verdict.TOO_NEW: (HOUR,),
    Verdict.BUG: (MINUTE, 10 * MINUTE, HOUR),
}
_CRASHES_BORNE = 3
LONGEST = max(delay for delays in _DELAYS.values() for delay in delays)
"""No retry is further away than this; a time that is was noted by a clock that went wrong."""


def wanted(before: Pending | None, fresh: Pending, answer: Answer, now: float) -> Pending:
    """What a download wants after an answer that was no success.

    `before` is what the same path wanted so far, if anything; `fresh` holds its path and mark, in which `since`
    is when the download was last changed.
    """
    so_far = before if before is not None and before.mark == fresh.mark else replace(fresh, since=now)
    told = replace(
        fresh,
        reason=answer.title,
        advice=answer.advice,
        since=min(so_far.since, now),
        tries=so_far.tries + 1,
        needed=answer.needed,
        crashes=so_far.crashes + (answer.verdict is Verdict.BUG),
    )
    delays = _DELAYS.get(answer.verdict, ())
    hopeless = (
        not delays
        or (answer.verdict is Verdict.BUG and told.crashes >= _CRASHES_BORNE)
        or (answer.verdict is Verdict.INCOMPLETE and now - max(told.since, fresh.since) >= DAY)
    )
    if hopeless:
        return replace(told, stage=Stage.FAILED, next_try=None)
    stage = Stage.WAITING if answer.verdict is Verdict.INCOMPLETE else Stage.RETRYING
    return replace(told, stage=stage, next_try=now + delays[min(told.tries, len(delays)) - 1])


def due(pending: Pending, now: float, free: int) -> bool:
    """Whether a download is to be tried again now; `free` are the bytes free where the archive is."""
    if pending.next_try is None:
        return False
    if pending.needed and free < pending.needed:
        return False
    return bool(pending.needed) or pending.next_try <= now or pending.next_try > now + LONGEST
