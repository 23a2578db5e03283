"""Where an account stands with its exports, what that is called, and what answers change."""

from __future__ import annotations

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from chathold.archive.exported import LastExport
from chathold.providers import PROVIDERS
from chathold.reminders import Plan, Reminder, Said, Stage, is_quiet, reminders, said, to_show
from chathold.reminders.rules import DAY, HOUR, LAPSE
from chathold.reminders.words import words_of
from chathold.services import BY_NAME
from chathold.state import Marks, Showing

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC).timestamp()
WORK = LastExport("chatgpt", "user-1", "Work", "j•••@gmail.com", NOW - 34 * DAY, NOW - 34 * DAY)
PLAN = Plan()


def local(at: float) -> datetime:
    """Where all this happens it is an hour later than in Greenwich."""
    return datetime.fromtimestamp(at, ZoneInfo("Africa/Lagos")).replace(tzinfo=None)


def standing(
    *exports: LastExport, marks: tuple[Marks, ...] = (), plan: Plan = PLAN, now: float = NOW
) -> list[Reminder]:
    """Where these accounts stand."""
    return reminders(exports, {(each.provider, each.account): each for each in marks}, plan, now, local)


def one(
    export: LastExport = WORK, marks: Marks | None = None, now: float = NOW, plan: Plan = PLAN
) -> Reminder:
    """Where one account stands."""
    (found,) = standing(export, marks=(marks,) if marks else (), now=now, plan=plan)
    return found


def answered(*answers: tuple[Said, float], export: LastExport = WORK) -> Marks:
    """What somebody said, and when."""
    marks = Marks(export.provider, export.account)
    for answer, at in answers:
        marks = said(marks, answer, at)
    return marks


def test_every_provider_has_a_way_to_its_exports() -> None:
    """Its page, how long the link lives, and the name it has everywhere."""
    assert {each.NAME: each.TITLE for each in PROVIDERS} == {
        each.name: each.title for each in BY_NAME.values() if each.page and each.link_hours
    }


# --- due


def test_it_is_due_so_many_days_after_the_exports_own_date() -> None:
    """When it was imported does not count, nor the hour: the whole day will do."""
    young = replace(WORK, exported=NOW - 29 * DAY, imported=NOW)
    assert [one(young, now=NOW + hours * HOUR).stage for hours in (0, 10, 11)] == [
        Stage.FRESH,
        Stage.FRESH,
        Stage.DUE,
    ]
    assert one(young).due == NOW + DAY


def test_a_copy_without_any_date_is_as_old_as_its_import() -> None:
    """It is not younger; and that its date is not known is said."""
    bare = LastExport("claude", "c", "c", exported=None, imported=NOW - DAY)
    found = one(bare)
    assert (found.stage, found.exported, found.due) == (Stage.FRESH, None, NOW + 29 * DAY)
    late = one(bare, now=NOW + 29 * DAY)
    assert late.stage is Stage.DUE
    assert (
        words_of(late, NOW + 29 * DAY, local) == "Your Claude copy has no date; it was imported 30 days ago."
    )


def test_days_are_a_setting_and_a_service_may_have_its_own() -> None:
    """Zero stands for those of all."""
    assert one(plan=Plan(days=40)).stage is Stage.FRESH
    assert one(plan=Plan(days=40, of={"chatgpt": 30})).stage is Stage.DUE
    assert one(plan=Plan(days=40, of={"chatgpt": 0})).stage is Stage.FRESH
    assert one(plan=Plan(on=False)).stage is Stage.OFF


def test_an_export_from_the_future_is_as_old_as_its_import() -> None:
    """A date that is wrong by years silences nothing for years."""
    odd = replace(WORK, exported=NOW + 3650 * DAY, imported=NOW - 31 * DAY)
    assert (one(odd).stage, one(odd).exported) == (Stage.DUE, NOW - 31 * DAY)


def test_a_service_without_an_archive_is_reminded_of_if_somebody_wants_that() -> None:
    """At once, until there is an account of it."""
    wish = Marks("claude", "", since=NOW - HOUR)
    (found,) = standing(marks=(wish,))
    assert (found.provider, found.account, found.stage) == ("claude", "", Stage.DUE)
    there = LastExport("claude", "ada", "ada", "", NOW - DAY, NOW)
    assert [each.account for each in standing(there, marks=(wish,))] == ["ada"]


def test_off_is_off_until_it_is_on() -> None:
    """And one account says nothing of another."""
    other = replace(WORK, account="user-2", label="Home")
    off = answered((Said.OFF, NOW - DAY))
    assert [each.stage for each in standing(WORK, other, marks=(off,))] == [Stage.OFF, Stage.DUE]
    assert one(marks=said(off, Said.ON, NOW)).stage is Stage.DUE


def test_snoozed_it_comes_when_that_is_over() -> None:
    """On that day; a snooze of a clock that ran ahead does not count."""
    marks = answered((Said.SNOOZE, NOW))
    assert [one(marks=marks, now=NOW + days * DAY).stage for days in (0, 2, 3)] == [
        Stage.FRESH,
        Stage.FRESH,
        Stage.DUE,
    ]
    assert one(marks=answered((Said.SNOOZE, NOW + 365 * DAY))).stage is Stage.DUE


# --- asked for, and the link


def test_asking_starts_no_expiry() -> None:
    """It is waited for, and after two weeks without a word it is due again."""
    marks = answered((Said.ASKED, NOW))
    assert one(marks=marks, now=NOW + 6 * DAY).stage is Stage.ASKED
    assert one(marks=marks, now=NOW + LAPSE + 60).stage is Stage.DUE


@pytest.mark.parametrize(("provider", "lives"), [("chatgpt", DAY), ("claude", DAY), ("deepseek", 7 * DAY)])
def test_a_link_lives_as_long_as_its_service_says(provider: str, lives: float) -> None:
    """Counted from when it came; unused, it makes the export due again."""
    export = replace(WORK, provider=provider)
    marks = answered((Said.ASKED, NOW - 2 * DAY), (Said.CAME, NOW), export=export)
    found = one(export, marks, now=NOW + lives - 60)
    assert (found.stage, found.until) == (Stage.LINK, NOW + lives)
    assert one(export, marks, now=NOW + lives + 60).stage is Stage.DUE


@pytest.mark.parametrize("came", [True, False])
def test_the_export_that_was_asked_for_ends_the_wait(*, came: bool) -> None:
    """An older one that is imported meanwhile does not."""
    answers = [(Said.ASKED, NOW - 2 * DAY), (Said.CAME, NOW - HOUR)][: 1 + came]
    marks = answered(*answers)
    waiting = Stage.LINK if came else Stage.ASKED
    old = replace(WORK, exported=NOW - 5 * DAY, imported=NOW - 60)
    assert one(old, marks).stage is waiting
    here = replace(WORK, exported=NOW - 2 * DAY - HOUR, imported=NOW - 60)
    assert one(here, marks).stage is Stage.FRESH
    kept = replace(WORK, exported=NOW - 2 * DAY - HOUR, imported=NOW - 3 * DAY)
    assert one(kept, marks).stage is waiting


def test_a_link_without_asking_is_believed() -> None:
    """Its export was made in the week before."""
    marks = answered((Said.CAME, NOW - HOUR))
    assert one(marks=marks).stage is Stage.LINK
    assert one(replace(WORK, exported=NOW - 6 * DAY, imported=NOW), marks).stage is Stage.FRESH


def test_what_was_asked_before_any_account_was_known_is_waited_for() -> None:
    """An older export that comes first does not end the wait."""
    asked = said(Marks("claude", ""), Said.ASKED, NOW - 2 * DAY)
    old = LastExport("claude", "ada", "ada", "", NOW - 90 * DAY, NOW - HOUR)
    assert [each.stage for each in standing(old, marks=(asked,))] == [Stage.ASKED]


# --- words


@pytest.mark.parametrize(
    ("reminder", "expected"),
    [
        (one(), "Your ChatGPT (Work) copy is 34 days old."),
        (one(replace(WORK, label="user-1")), "Your ChatGPT copy is 34 days old."),
        (standing(marks=(Marks("claude", "", NOW),))[0], "There is no copy of your Claude chats yet."),
        (
            one(marks=answered((Said.ASKED, NOW - 3 * DAY))),
            "ChatGPT (Work): asked 3 days ago. Has the mail or SMS come? Look in spam too.",
        ),
        (
            one(LastExport("claude", "c", "c"), said(Marks("claude", "c"), Said.ASKED, NOW - 2 * DAY)),
            "Claude: asked 2 days ago. Has the mail come? Look in spam too.",
        ),
        (
            one(
                LastExport("deepseek", "d", "d"),
                said(Marks("deepseek", "d"), Said.ASKED, NOW - DAY),
            ),
            "DeepSeek: asked 1 day ago. Is the download ready? No mail is sent: look in the settings there.",
        ),
        (
            one(marks=answered((Said.CAME, NOW - 3 * HOUR))),
            (
                "ChatGPT (Work): the link works about 24 hours."
                " Download before about 10:00 tomorrow, signed in as j•••@gmail.com."
            ),
        ),
        (
            one(LastExport("claude", "c", "c"), said(Marks("claude", "c"), Said.CAME, NOW)),
            (
                "Claude: the link works about 24 hours. Download before about 13:00 tomorrow."
                " It leads to several files: open each link once, and keep all of them."
            ),
        ),
        (
            one(LastExport("deepseek", "d", "d"), said(Marks("deepseek", "d"), Said.CAME, NOW)),
            "DeepSeek: the link works about 7 days. Download before about 13:00 on 2026-11-28.",
        ),
        (one(replace(WORK, exported=NOW)), ""),
    ],
)
def test_a_reminder_is_said_in_plain_words(reminder: Reminder, expected: str) -> None:
    """With the service, the label, and "about"."""
    assert words_of(reminder, NOW, local) == expected


def test_with_two_accounts_it_says_whom_to_sign_in_as() -> None:
    """By the masked address if there is one: nobody signs in with a label."""
    other = LastExport("chatgpt", "user-2", "Home", "", NOW - 40 * DAY, NOW - 40 * DAY)
    assert [words_of(each, NOW, local) for each in standing(WORK, other)] == [
        "Your ChatGPT (Work) copy is 34 days old. Sign in as j•••@gmail.com.",
        "Your ChatGPT (Home) copy is 40 days old.",
    ]


# --- quiet hours


@pytest.mark.parametrize(
    ("begin", "end", "quiet"),
    [
        ("22:00", "08:00", ["23:00", "00:00", "07:59", "22:00"]),
        ("12:00", "13:00", ["12:00", "12:59"]),
        ("08:00", "08:00", []),
    ],
)
def test_quiet_hours_may_pass_midnight(begin: str, end: str, quiet: list[str]) -> None:
    """From the first minute to before the last; the same twice are none."""
    asked = ["00:00", "07:59", "08:00", "12:00", "12:59", "13:00", "21:59", "22:00", "23:00"]
    hours = (time.fromisoformat(begin), time.fromisoformat(end))
    found = [each for each in asked if is_quiet(time.fromisoformat(each), *hours)]
    assert sorted(found) == sorted(quiet)


# --- what is shown


def shown(reminder: Reminder, days: int, step: int = 0, *, proven: bool = True) -> Showing:
    """It was shown so many days ago."""
    at = NOW - days * DAY
    name = f"{reminder.stage.value} {reminder.begun:.0f}"
    day = local(at).date().isoformat()
    return Showing(reminder.provider, reminder.account, name, step, at, day, proven=proven)


@pytest.mark.parametrize(
    ("days", "step"), [(1, None), (6, None), (7, 1), (13, 1), (14, 2), (29, 2), (30, 3), (300, 3)]
)
def test_an_ignored_one_returns_after_7_14_and_30_days(days: int, step: int | None) -> None:
    """Those that were missed meanwhile are one."""
    reminder = one(replace(WORK, exported=NOW - 400 * DAY))
    found = to_show([reminder], [shown(reminder, days)], NOW, local)
    assert [showing.step for _reminder, showing in found] == ([] if step is None else [step])


def test_after_the_last_it_stays_where_one_looks_by_oneself() -> None:
    """It does not come again, and is still due."""
    reminder = one(replace(WORK, exported=NOW - 900 * DAY))
    rows = [shown(reminder, 400), shown(reminder, 370, step=3)]
    assert to_show([reminder], rows, NOW, local) == []


def test_the_reminders_of_a_day_are_one_notice() -> None:
    """All that will be due before midnight come together; afterwards none before tomorrow."""
    evening = replace(WORK, account="user-2", exported=NOW - 30 * DAY + 10 * HOUR)
    both = standing(WORK, evening)
    found = to_show(both, [], NOW, local)
    assert [reminder.account for reminder, _showing in found] == ["user-1", "user-2"]
    rows = [replace(found[0][1], proven=True)]
    assert to_show(both, rows, NOW, local) == []
    assert [each.account for each, _row in to_show(both, rows, NOW + DAY, local)] == ["user-2"]


def test_it_is_asked_after_1_3_and_6_days_whether_it_has_come() -> None:
    """And not before, nor later."""
    steps = []
    rows: list[Showing] = []
    for day in range(13):
        now = NOW + day * DAY
        reminder = one(marks=answered((Said.ASKED, NOW)), now=now)
        for _reminder, row in to_show([reminder], rows, now, local):
            steps.append(day)
            rows.append(replace(row, proven=True))
    assert steps == [1, 3, 6]


def test_a_link_is_told_of_at_half_of_its_life() -> None:
    """Once, whatever else was shown on that day."""
    reminder = one(marks=answered((Said.CAME, NOW)), now=NOW)
    other = one(replace(WORK, account="user-2"))
    rows = [shown(other, 0)]
    times = [NOW + hours * HOUR for hours in (0, 11, 12, 20)]
    found = [to_show([reminder], rows, at, local) for at in times]
    assert list(map(len, found)) == [0, 0, 1, 1]
    rows.append(replace(found[2][0][1], proven=True))
    assert to_show([reminder], rows, times[3], local) == []


def test_what_was_claimed_and_never_proven_waits_for_tomorrow() -> None:
    """For it may have been seen."""
    reminder = one()
    rows = [shown(reminder, 0, proven=False)]
    assert to_show([reminder], rows, NOW, local) == []
    assert len(to_show([reminder], rows, NOW + 12 * HOUR, local)) == 1


def test_what_was_shown_by_a_clock_that_ran_ahead_does_not_count() -> None:
    """When it is right again, the reminder comes at its time."""
    reminder = one()
    ahead = shown(reminder, -365)
    assert len(to_show([reminder], [ahead], NOW, local)) == 1


def test_a_day_that_comes_twice_on_the_way_west_has_one_notice() -> None:
    """Of the two dates the later counts."""
    reminder = one()
    row = replace(shown(one(replace(WORK, account="user-2")), 0), day="2026-11-22")
    assert to_show([reminder], [row], NOW, local) == []
