"""When a download that could not be imported is tried again: laws, over whatever may happen."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from chathold.daemon.answers import Answer, Verdict
from chathold.daemon.retrying import DAY, HOUR, LONGEST, due, wanted
from chathold.state import Pending, Stage

YEAR = 365 * DAY
NOW = 50 * YEAR
PATH = Path("/downloads/export.zip")
ROOM = 10**15

PASSING = (Verdict.UNREADABLE, Verdict.NO_SPACE, Verdict.BUSY, Verdict.ARCHIVE, Verdict.TOO_NEW)
"""What may pass, however often it happened."""
HOPELESS = (Verdict.FAILED, Verdict.EXPIRED)
"""What no second try changes."""
TROUBLES = (*PASSING, *HOPELESS, Verdict.INCOMPLETE, Verdict.BUG)


def _fresh(mark: bytes = b"mark", changed: float = NOW) -> Pending:
    """A download as the queue describes it, last changed at that time."""
    return Pending(PATH, mark, Stage.FAILED, "", "", changed)


def _after(*answers: tuple[Verdict, float], fresh: Pending | None = None) -> list[Pending]:
    """What the download wanted after each of these answers, given at these times."""
    found: list[Pending] = []
    for verdict, now in answers:
        before = found[-1] if found else None
        found.append(wanted(before, fresh or _fresh(), Answer(str(PATH), verdict, "It is so."), now))
    return found


troubles = st.sampled_from(TROUBLES)
moments = st.floats(0, 100 * YEAR)
histories = st.lists(st.tuples(troubles, moments), min_size=1, max_size=12)
marks = st.sampled_from((b"mark", b"another"))


# --- wanted


@given(histories, st.lists(moments, min_size=12, max_size=12), st.lists(marks, min_size=12, max_size=12))
def test_every_retry_is_ahead_and_not_far(
    history: list[tuple[Verdict, float]], changed: list[float], marks: list[bytes]
) -> None:
    """At once would be a loop, later than `LONGEST` would be forgetting; only what failed waits for nothing."""
    before = None
    for (verdict, now), time, mark in zip(history, changed, marks, strict=False):
        before = wanted(before, _fresh(mark, min(time, now)), Answer(str(PATH), verdict), now)
        assert (before.stage is Stage.FAILED) == (before.next_try is None)
        if before.next_try is not None:
            assert 0 < before.next_try - now <= LONGEST + 1e-3


@given(st.sampled_from((*PASSING, Verdict.INCOMPLETE)), moments, st.lists(st.floats(0, HOUR), max_size=12))
def test_the_intervals_grow(verdict: Verdict, begin: float, pauses: list[float]) -> None:
    """What stands in the way of the same download for long is asked about less and less often."""
    times = [begin]
    for pause in pauses:
        times.append(times[-1] + pause)
    fresh = _fresh(changed=begin)
    found = _after(*((verdict, time) for time in times), fresh=fresh)
    delays = [each.next_try - time for each, time in zip(found, times, strict=True) if each.next_try]
    assert len(delays) == len(times)
    assert all(later >= sooner - 1e-3 for sooner, later in pairwise(delays))


@given(histories)
def test_what_may_pass_is_never_given_up(history: list[tuple[Verdict, float]]) -> None:
    """However often it happened, and whatever else had."""
    for (verdict, _now), found in zip(history, _after(*history), strict=True):
        if verdict in PASSING:
            assert found.stage is Stage.RETRYING
        if verdict in HOPELESS:
            assert found.stage is Stage.FAILED


@given(histories)
def test_a_crash_is_borne_twice(history: list[tuple[Verdict, float]]) -> None:
    """The third of one state of a download is the last; other troubles are no crashes."""
    crashes = 0
    for (verdict, _now), found in zip(history, _after(*history), strict=True):
        crashes += verdict is Verdict.BUG
        if verdict is Verdict.BUG:
            assert found.stage is (Stage.FAILED if crashes >= 3 else Stage.RETRYING)


@given(st.floats(0, 3 * DAY), st.floats(0, 3 * DAY))
def test_a_cut_download_is_waited_for_while_it_is_young(since_change: float, since_seen: float) -> None:
    """Whatever writes it may only pause: it fails once it has been cut, and as it is, for a day."""
    first, changed = NOW - since_seen, NOW - since_change
    found = _after((Verdict.INCOMPLETE, first), (Verdict.INCOMPLETE, NOW), fresh=_fresh(changed=changed))[-1]
    waited = NOW - max(first, changed)
    assert found.stage is (Stage.FAILED if waited >= DAY else Stage.WAITING)


@given(histories, troubles, moments)
def test_a_download_that_changed_begins_anew(
    history: list[tuple[Verdict, float]], verdict: Verdict, now: float
) -> None:
    """What its earlier state went through does not count."""
    before = _after(*history)[-1]
    fresh = _fresh(b"another", changed=now)
    answer = Answer(str(PATH), verdict)
    assert wanted(before, fresh, answer, now) == wanted(None, fresh, answer, now)


@given(histories)
def test_it_is_remembered_since_when_and_how_often(history: list[tuple[Verdict, float]]) -> None:
    """Since the first time, or the earliest that the clock knows of."""
    last = _after(*history)[-1]
    assert (last.tries, last.since) == (len(history), min(now for _verdict, now in history))


@given(histories, troubles, st.integers(0, ROOM), moments)
def test_the_newest_words_and_need_are_remembered(
    history: list[tuple[Verdict, float]], verdict: Verdict, needed: int, now: float
) -> None:
    """And whose they are."""
    answer = Answer(str(PATH), verdict, "It is otherwise.", "Do this.", needed=needed)
    found = wanted(_after(*history)[-1], _fresh(), answer, now)
    assert (found.path, found.mark) == (PATH, b"mark")
    assert (found.reason, found.advice, found.needed) == ("It is otherwise.", "Do this.", needed)


def test_these_laws_speak_of_every_trouble() -> None:
    """Of every verdict, that is, after which a download still wants something."""
    assert set(TROUBLES) == set(Verdict) - {Verdict.IMPORTED, Verdict.NOT_AN_EXPORT, Verdict.GONE}


# --- due


@given(histories, st.floats(0, LONGEST))
def test_a_retry_is_due_when_its_time_has_come(history: list[tuple[Verdict, float]], early: float) -> None:
    """Not before, and not never; what failed is never due."""
    pending = _after(*history)[-1]
    if pending.next_try is None:
        assert not due(pending, history[-1][1] + YEAR, ROOM)
        return
    assert due(pending, pending.next_try, ROOM)
    assert not due(pending, pending.next_try - early, ROOM) or early < 1e-3


@given(histories, st.floats(-50 * YEAR, 50 * YEAR))
def test_a_clock_gone_wrong_loses_no_retry(history: list[tuple[Verdict, float]], wrong: float) -> None:
    """However far a retry was put off by a clock that was ahead, it is due at the latest after `LONGEST`."""
    pending = _after(*history)[-1]
    if pending.next_try is not None:
        right = history[-1][1] - wrong
        assert any(due(pending, right + passed, ROOM) for passed in (0.0, LONGEST))


@given(st.floats(DAY, 2 * YEAR))
def test_a_cut_download_noted_by_a_clock_ahead_is_given_up_all_the_same(ahead: float) -> None:
    """A day after the clock was put right, not after it has caught up."""
    answers = [(Verdict.INCOMPLETE, now) for now in (NOW + ahead, NOW, NOW + DAY)]
    stages = [each.stage for each in _after(*answers, fresh=_fresh(changed=NOW))]
    assert stages == [Stage.WAITING, Stage.WAITING, Stage.FAILED]


@given(st.integers(1, ROOM), st.integers(0, 2 * ROOM), moments)
def test_what_waits_for_room_is_due_once_there_is_room(needed: int, free: int, now: float) -> None:
    """At once then, and as long as there is none not at all, however late it is."""
    answer = Answer(str(PATH), Verdict.NO_SPACE, needed=needed)
    pending = wanted(None, _fresh(), answer, NOW)
    assert due(pending, now, free) is (free >= needed)


def test_a_full_disk_that_tells_no_number_is_asked_by_the_clock() -> None:
    """Where what is needed is not known, it is tried."""
    pending = _after((Verdict.NO_SPACE, NOW))[0]
    assert pending.next_try
    assert not due(pending, pending.next_try - 1, 0)
    assert due(pending, pending.next_try, 0)


def test_what_failed_is_not_due_though_there_is_room() -> None:
    """A need that it once had does not matter."""
    failed = replace(_fresh(), next_try=None, needed=1)
    assert not due(failed, NOW, ROOM)
