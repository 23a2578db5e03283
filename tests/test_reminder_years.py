"""A simulated year: whatever happens to the computer, no reminder is lost, none is seen twice, each comes in time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chathold.archive.exported import LastExport
from chathold.reminders import Plan, Said, Stage
from chathold.reminders.rules import DAY
from chathold.state import State
from years import BEGIN, WITHIN, Year

WORK = LastExport("chatgpt", "work", "Work", "", BEGIN - 3 * DAY, BEGIN)
HOME = LastExport("chatgpt", "home", "Home", "", BEGIN - 3 * DAY, BEGIN)
CLAUDE = LastExport("claude", "ada", "ada", "", BEGIN - 20 * DAY, BEGIN)
DEEPSEEK = LastExport("deepseek", "bo", "bo", "", BEGIN - 28 * DAY, BEGIN)
ZONES = [
    "Europe/Berlin",
    "America/Los_Angeles",
    "Asia/Tokyo",
    "Australia/Lord_Howe",
    "Pacific/Kiritimati",
    "UTC",
]


@contextmanager
def _year(*exports: LastExport, **settings: Any) -> Iterator[Year]:
    with TemporaryDirectory() as folder, closing(State.open(Path(folder))) as state:
        year = Year(state, list(exports), **settings)
        yield year
        year.check()


def _days(year: Year) -> list[int]:
    """On which days after the beginning something was seen."""
    return [(each[0].day - year.local(BEGIN).date()).days for each in year.notices]


# --- stories


@pytest.mark.spread(4)
@pytest.mark.parametrize("zone", ZONES)
def test_who_exports_every_month_is_reminded_every_month(zone: str) -> None:
    """On the thirtieth day after each export, also where a day has 23 hours; a year has both switches."""
    with _year(WORK, zone=zone) as year:
        for month in range(12):
            due = year.exports[0].exported or 0.0
            year.on(30.6 if month else 27.6, late=WITHIN)
            assert len(year.notices) == month + 1
            assert year.notices[-1][0].day == year.local(due + 30 * DAY).date()
            year.export()


def test_who_never_listens_is_reminded_four_times() -> None:
    """At first, and 7, 14 and 30 days later; then no more, and it is still due."""
    with _year(WORK) as year:
        year.on(365)
        assert _days(year) == [27, 34, 41, 57]
        assert [each.stage for each in year.standing()] == [Stage.DUE]


def test_after_months_in_a_drawer_there_is_one_notice() -> None:
    """For all accounts together; the steps that were missed are not made up for."""
    with _year(WORK, HOME, CLAUDE, DEEPSEEK) as year:
        year.off(200)
        year.on(3)
        assert [len(each) for each in year.notices] == [4]
        year.off(20)
        year.on(1)
        year.off(60)
        year.on(90)
        assert [len(each) for each in year.notices] == [4, 4, 4]


def test_switched_off_for_months_and_on_again() -> None:
    """By the settings: silence, and then one notice."""
    with _year(WORK) as year:
        year.plan = Plan(on=False)
        year.on(100)
        assert year.notices == []
        year.plan = Plan()
        year.on(1)
        assert len(year.notices) == 1


@pytest.mark.spread(3)
@pytest.mark.parametrize("days", [3, 26.9, 28, 33, 50, 90])
def test_a_clock_a_year_ahead_and_back(days: float) -> None:
    """What it shows meanwhile does not count: the reminder comes at its time, and again at its times."""
    with _year(WORK) as year:
        year.on(days)
        before = [each[0].at for each in year.notices]
        year.now += 365 * DAY
        year.on(0.2)
        year.now -= 365 * DAY
        year.on(120 - days)
        right = [each[0] for each in year.notices if each[0].at < BEGIN + 130 * DAY]
        assert [each.at for each in right][: len(before)] == before
        assert [(each.day - year.local(BEGIN).date()).days for each in right] == [27, 34, 41, 57]


def test_a_clock_a_year_behind_and_right_again() -> None:
    """It shows nothing that is not due by its own reckoning, and then all that is."""
    with _year(WORK) as year:
        year.now -= 365 * DAY
        year.on(40)
        assert year.notices == []
        year.now = BEGIN + 40 * DAY
        year.on(1)
        assert len(year.notices) == 1


@pytest.mark.parametrize("how", ["before", "after"])
def test_a_kill_while_it_is_shown(how: str) -> None:
    """Nobody knows whether it was seen: on that day it is not shown again, on the next it is."""
    with _year(WORK) as year:
        year.on(26.5)
        year.kill = how
        year.on(5)
        assert _days(year) == ([28] if how == "before" else [27, 28])
        year.on(60)
        assert _days(year)[-3:] == [35, 42, 58]


def test_a_kill_while_the_end_of_a_link_is_told() -> None:
    """It is not told a second time on that day; on the next the link has ended."""
    with _year(WORK) as year:
        year.on(26.4)
        year.say(Said.CAME)
        year.kill = "after"
        year.on(3)
        assert [each[0].stage for each in year.notices] == [Stage.LINK, Stage.DUE]


def test_without_a_desktop_it_waits() -> None:
    """Until one takes it, within two minutes of that."""
    with _year(WORK) as year:
        year.desktop = False
        year.on(60)
        assert year.notices == []
        year.desktop = True
        year.on(2 / 24)
        assert _days(year) == [60]


def test_asked_for_and_come() -> None:
    """Asked on day 27: questions on the first and third day after, the link's end announced, and then silence."""
    with _year(WORK) as year:
        year.on(27)
        year.say(Said.ASKED)
        year.on(4)
        year.say(Said.CAME)
        year.on(0.9)
        assert [(each[0].stage, day) for each, day in zip(year.notices, _days(year), strict=True)] == [
            (Stage.DUE, 27),
            (Stage.ASKED, 28),
            (Stage.ASKED, 30),
            (Stage.LINK, 32),
        ]
        year.export(hours=5 * 24)
        year.on(20)
        assert len(year.notices) == 4


def test_a_link_that_was_not_used_makes_it_due_again() -> None:
    """On the day it ended."""
    with _year(WORK) as year:
        year.on(27)
        year.say(Said.CAME)
        year.on(3)
        assert [each[0].stage for each in year.notices] == [Stage.DUE, Stage.LINK, Stage.DUE]


# --- whatever happens

_STEPS: st.SearchStrategy[tuple[Any, ...]] = st.one_of(
    st.tuples(st.just("on"), st.floats(0.01, 45), st.floats(0, WITHIN)),
    st.tuples(st.just("on"), st.floats(0.01, 45), st.floats(0, WITHIN)),
    st.tuples(st.just("off"), st.floats(0.01, 150)),
    st.tuples(st.just("restart")),
    st.tuples(st.just("kill"), st.sampled_from(["before", "after"])),
    st.tuples(st.just("zone"), st.sampled_from(ZONES)),
    st.tuples(st.just("clock"), st.sampled_from([-365.0, 365.0, -0.1, 0.1, -2.0, 2.0])),
    st.tuples(st.just("desktop"), st.booleans()),
    st.tuples(st.just("say"), st.sampled_from(Said), st.integers(0, 3)),
    st.tuples(st.just("export"), st.integers(0, 3), st.floats(0.1, 2000)),
    st.tuples(st.just("plan"), st.booleans(), st.sampled_from([7.0, 30.0, 90.0])),
    st.tuples(st.just("quiet"), st.sampled_from([(22, 8), (0, 0), (12, 14), (2, 3), (8, 22)])),
)


def _happen(year: Year, name: str, *rest: Any) -> None:
    match name:
        case "on" | "off" | "restart" | "say" | "export":
            step: Callable[..., None] = getattr(year, name)
            step(*rest)
        case "clock":
            year.now += rest[0] * DAY
        case "plan":
            year.plan = Plan(*rest)
        case "quiet":
            year.quiet = (time(rest[0][0]), time(rest[0][1]))
        case _:
            setattr(year, name, rest[0])


def _live(steps: list[tuple[Any, ...]]) -> None:
    with _year(WORK, HOME, CLAUDE, DEEPSEEK) as year:
        for step in steps:
            _happen(year, *step)
        year.on(2)


_ANY_ORDER = [HealthCheck.too_slow, HealthCheck.data_too_large]


def test_the_clock_goes_back_behind_a_kill_and_the_notice_after_it() -> None:
    """By more than a day, so that the notice after it counts no longer: it may be shown once more."""
    _live(
        [
            ("on", 2.0, 0.0),
            ("off", 8.0),
            ("kill", "before"),
            ("quiet", (12, 14)),
            ("on", 1.0, 0.0),
            ("clock", -2.0),
        ]
    )


@settings(max_examples=12, deadline=None, suppress_health_check=_ANY_ORDER)
@given(st.lists(_STEPS, min_size=3, max_size=14))
def test_whatever_happens(steps: list[tuple[Any, ...]]) -> None:
    """After every tick exactly that was seen which ought to have been."""
    _live(steps)


@pytest.mark.slow
@settings(max_examples=120, deadline=None, suppress_health_check=_ANY_ORDER)
@given(st.lists(_STEPS, min_size=10, max_size=40))
def test_whatever_happens_for_years(steps: list[tuple[Any, ...]]) -> None:
    """The same, longer."""
    _live(steps)
