"""A computer with a clock that may be wrong, in a zone that may change, on which reminders are shown for a year.

What ought to be seen is worked out from what was seen, apart from the program: `Year.tick` compares the two each
time. Ticks fall on every moment at which something can become possible: midnight, the ends of quiet hours, half
of a link's life, and whatever happens.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from chathold.archive.exported import LastExport
from chathold.reminders import Plan, Reminder, Said, Stage, is_quiet, reminders, said
from chathold.reminders.delivering import Delivery
from chathold.reminders.rules import DAY
from chathold.state import Marks, State

BEGIN = datetime(2026, 1, 1, 12, tzinfo=UTC).timestamp()
WITHIN = 100.0
"""Seconds after which, at most, a tick notices that something has become possible."""


class Killed(Exception):
    """The program ends here, all of a sudden."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One reminder that somebody saw: of which account, in which stage and round, when by the clock.

    `times` counts the days up to then on which it was to be seen.
    """

    account: str
    stage: Stage
    begun: float
    at: float
    day: date
    times: int
    killed: bool = False


@dataclass(slots=True)
class Year:
    """The computer. `now` is what its clock says; `exports` is what the archive knows."""

    state: State
    exports: list[LastExport]
    zone: str = "Europe/Berlin"
    quiet: tuple[time, time] = (time(22), time(8))
    plan: Plan = field(default_factory=Plan)
    now: float = BEGIN
    desktop: bool = True
    kill: str = ""
    seen: list[Seen] = field(default_factory=list)
    notices: list[list[Seen]] = field(default_factory=list)
    unsure: list[tuple[float, date, bool]] = field(default_factory=list)
    """Kills while a notice was on its way: when, on which day, whether it was the one of the day."""
    _delivery: Delivery | None = None

    def local(self, at: float) -> datetime:
        """The time in the zone where the computer is."""
        return datetime.fromtimestamp(at, ZoneInfo(self.zone)).replace(tzinfo=None)

    @property
    def today(self) -> date:
        """The day that the clock shows."""
        return self.local(self.now).date()

    def standing(self) -> list[Reminder]:
        """Where the accounts stand."""
        return reminders(self.exports, self.state.reminders.marks(), self.plan, self.now, self.local)

    # What happens

    def tick(self) -> None:
        """Let the program look once; what it shows is what ought to be shown."""
        expected = self._expected()
        possible = expected | self._expected(superseded=True)
        before = len(self.seen)
        if self._delivery is None:
            self._delivery = Delivery(self.state.reminders, self._show, self.local)
        try:
            with suppress(StopIteration):
                self._delivery.tick(self.standing(), self.now, self.quiet).send(None)
        except Killed:
            self.restart()
            assert {(each.account, each.stage) for each in self.seen[before:]} <= possible
            return
        shown = {(each.account, each.stage) for each in self.seen[before:]}
        assert expected <= shown <= possible if self.desktop else not shown

    async def _show(self, found: Sequence[Reminder]) -> bool:
        kill, self.kill = self.kill, ""
        if kill:
            grouped = found[0].stage is not Stage.LINK
            self.unsure.append((self.now, self.today, grouped))
        if kill == "before" or (kill and not self.desktop):
            raise Killed
        if not self.desktop:
            return False
        notice = [
            Seen(
                each.account,
                each.stage,
                each.begun,
                self.now,
                self.today,
                self._times(each, self._seen_of(each)),
                killed=bool(kill),
            )
            for each in found
        ]
        self.seen += notice
        self.notices.append(notice)
        if kill:
            raise Killed
        return True

    def restart(self) -> None:
        """Begin again, with nothing but what the database has."""
        self._delivery = None

    def on(self, days: float, late: float = 0.0) -> None:
        """Run for so many days; each tick comes `late` by so many seconds (up to `WITHIN`)."""
        end = self.now + days * DAY
        for at in self._boundaries(end):
            self.now = max(self.now, min(at + late, end))
            self.tick()
        self.now = end
        self.tick()

    def off(self, days: float) -> None:
        """Sleep, or be switched off."""
        self.now += days * DAY

    def say(self, answer: Said, number: int = 0) -> None:
        """Answer the reminders of one account."""
        export = self.exports[number % len(self.exports)]
        marks = self.state.reminders.marks().get((export.provider, export.account))
        marks = said(marks or Marks(export.provider, export.account), answer, self.now)
        self.state.reminders.put(marks)

    def export(self, number: int = 0, hours: float = 1.0) -> None:
        """An export is imported that was made so many hours ago."""
        number %= len(self.exports)
        made = self.now - hours * 3600
        before = self.exports[number]
        if made > (before.exported or 0):
            self.exports[number] = replace(before, exported=made, imported=self.now)

    def _boundaries(self, end: float) -> list[float]:
        """The moments until `end` at which something can become possible."""
        zone = ZoneInfo(self.zone)
        days = range((self.local(end).date() - self.today).days + 1)
        found = [
            datetime.combine(self.today + timedelta(days=day), at, zone).replace(fold=fold).timestamp()
            for day in days
            for at in {time(), *self.quiet}
            for fold in (0, 1)
        ]
        found += [
            (each.begun + each.until) / 2
            for each in self.standing()
            if each.stage is Stage.LINK and each.until
        ]
        return sorted(each for each in found if self.now < each < end)

    # What ought to be seen

    def _expected(self, *, superseded: bool = False) -> set[tuple[str, Stage]]:
        """What is to be seen now; with `superseded`, if what a kill left unsure stands no longer.

        The next claim of the same reminder stands in its place, and is disregarded once the clock goes back behind it
        by more than a day: whether the one before it still counts then is nobody's concern.
        """
        if is_quiet(self.local(self.now).time(), *self.quiet):
            return set()
        known = [each for each in self.seen if each.at <= self.now + DAY]
        unsure = [each for each in self.unsure if each[0] <= self.now + DAY and each[1] >= self.today]
        if superseded:
            unsure = [each for each in unsure if not any(seen.at > each[0] for seen in self.seen)]
        had = any(each.day >= self.today and each.stage is not Stage.LINK for each in known)
        had = had or any(grouped for _at, _day, grouped in unsure)
        link_unsure = any(not grouped for _at, _day, grouped in unsure)
        expected = set()
        for each in self.standing():
            mine = self._seen_of(each)
            blocked = link_unsure if each.stage is Stage.LINK else had
            if not blocked and self._times(each, mine) > max((seen.times for seen in mine), default=0):
                expected.add((each.account, each.stage))
        return expected

    def _seen_of(self, reminder: Reminder) -> list[Seen]:
        """How often this one was seen: what a kill left unsure counts for its day alone."""
        return [
            each
            for each in self.seen
            if (each.account, each.stage, each.begun) == (reminder.account, reminder.stage, reminder.begun)
            and each.at <= self.now + DAY
            and (not each.killed or each.day >= self.today)
        ]

    def _times(self, reminder: Reminder, seen: list[Seen]) -> int:
        """On how many days until now it was to be seen."""
        days = [self.local(each.at).date() for each in seen]
        return sum(wanted <= self.today for wanted in self._wanted(reminder, days))

    def _wanted(self, reminder: Reminder, days: list[date]) -> Iterator[date]:
        begun = self.local(reminder.begun).date()
        match reminder.stage:
            case Stage.DUE:
                assert begun <= self.today
                first = min(days, default=None)
                offsets = [0] if first is None else [0, 7, 14, 30]
                yield from ((first or self.today) + timedelta(days=each) for each in offsets)
            case Stage.ASKED:
                yield from (begun + timedelta(days=each) for each in (1, 3, 6))
            case Stage.LINK if reminder.until and self.now >= (reminder.begun + reminder.until) / 2:
                yield self.today

    def check(self) -> None:
        """Of the notices that share a day there was one a day, unless the clock went back by more than that."""
        shared = [each[0] for each in self.notices if each[0].stage is not Stage.LINK]
        for earlier, later in pairwise(shared):
            assert later.day > earlier.day or later.at < earlier.at - DAY
