"""One row for each speed or size that is aimed at: how it is measured, and how it is judged.

Floor and program take turns, and of several turns the cheapest counts for both: other work on the machine
only ever adds.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks import floors
from benchmarks.generator import Facts
from benchmarks.processes import MB
from benchmarks.program import Home, Imported, LogWatch, ProgramFailed, copied_home, fresh_home

AGAIN, LATER, REORDERED, FIRST = 1.2, 1.5, 5.0, 6.0
ON_DISK, MONTHS_ON_DISK = 1.2, 1.05
MEMORY_BASE, MEMORY_RECORDS, HUGE_MEMORY = 160 * MB, 4, 300 * MB
STATUS_MS, STATUS_RUNS = 150, 10

RECORD_FACTS = 64
"""Bytes an archive may keep to say that a record was seen once more."""

PAGES = 1 << 17
"""Bytes of half-filled database pages that are nobody's fault."""


@dataclass(frozen=True, slots=True)
class Row:
    """A figure and what it is compared with; `reached` is None where there is no target."""

    work: str
    measured: str
    floor: str = ""
    ratio: float | None = None
    target: float | None = None
    reached: bool | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Bench:
    """What the rows work with: the exports, a folder for homes, and a home that holds the first export.

    `smallest` is an export of one small chat: what importing it costs is the start of any import.
    """

    base: Facts
    later: Facts
    reordered: Facts
    smallest: Facts
    months: Sequence[Facts]
    folder: Path
    repeat: int

    @property
    def home(self) -> Home:
        """The home that holds the first export, from `first_import` on."""
        return Home(self.folder / "home")

    @property
    def scratch(self) -> Path:
        """Where a home stands that lasts as long as one measurement."""
        return self.folder / "scratch"


def judged(work: str, measured: str, floor: str, ratio: float, target: float, note: str = "") -> Row:
    """A row with a target."""
    return Row(work, measured, floor, ratio, target, ratio <= target, note)


def seconds(value: float) -> str:
    """CPU-seconds for a reader."""
    return f"{value:.3f} CPU-s"


def megabytes(value: float) -> str:
    """Bytes for a reader."""
    return f"{value / MB:.2f} MB"


def agreement(done: Imported, facts: Facts, *, first: bool) -> str:
    """What a receipt says otherwise than is known of the export; empty where all is as it should be."""
    expected = {
        "found": facts.conversations,
        "new": facts.conversations if first else facts.new,
        "updated": 0 if first else facts.changed,
        "failed": 0,
    }
    wrong = [
        f"{name} {done.count(name)}, not {count}"
        for name, count in expected.items()
        if done.count(name) != count
    ]
    return "; ".join(wrong)


def compared(work: str, program: float, floor: float, target: float, wrong: str) -> Row:
    """CPU-seconds of the program against those of its floor; a wrong receipt spoils the best time."""
    ratio = program / floor
    return Row(
        work, seconds(program), f"F {seconds(floor)}", ratio, target, ratio <= target and not wrong, wrong
    )


def beside_start(bench: Bench, program: float, floor: float, target: float, wrong: str) -> Row:
    """The same, less the start: what an export of one small chat costs, brought into the same archive."""
    runs = []
    for _ in range(bench.repeat + 2):
        with copied_home(bench.home, bench.scratch) as home:
            runs.append(home.import_export(Path(bench.smallest.path)).derived)
    start = min(runs)
    row = compared("… beside the start of an import", program - start, floor, target, wrong)
    return replace(
        row, note=f"{seconds(start)} for {bench.smallest.json_bytes / 1000:.0f} kB {wrong}".rstrip()
    )


def first_import(bench: Bench) -> list[Row]:
    """The first import, until it is safe on disk; its memory; and the archive that it makes."""
    path = Path(bench.base.path)
    runs, least = [], []
    for turn in range(bench.repeat):
        least.append(floors.inflating(path).cpu)
        with fresh_home(bench.scratch) as home:
            runs.append(home.import_export(path))
            if turn == bench.repeat - 1:
                with fresh_home(bench.home.folder):
                    pass
                home.folder.rename(bench.home.folder)
                home.folder.mkdir()
    wrong = agreement(runs[-1], bench.base, first=True)
    safe = min(run.safe for run in runs)
    return [
        compared("first import until safe on disk", safe, min(least), FIRST, wrong),
        whole_import(bench, runs, min(least)),
        memory(bench.base, max(run.cost.memory for run in runs)),
        on_disk(bench),
    ]


def whole_import(bench: Bench, runs: Sequence[Imported], floor: float) -> Row:
    """The first import with all that is derived, the search index too, for information."""
    cpu = min(run.cost.cpu for run in runs)
    speed = f"{bench.base.json_bytes / MB / cpu:.0f} MB of JSON per CPU-s"
    return Row(
        "first import until all is searchable", seconds(cpu), f"F {seconds(floor)}", cpu / floor, note=speed
    )


def memory(facts: Facts, most: int) -> Row:
    """The most memory an import took."""
    allowed = MEMORY_BASE + MEMORY_RECORDS * facts.largest_bytes
    limit = f"160 MB + 4 × {megabytes(facts.largest_bytes)}"
    return judged("memory while importing", megabytes(most), limit, most / allowed, 1.0)


def on_disk(bench: Bench) -> Row:
    """The archive of the first export."""
    size = bench.home.archive_bytes()
    share = bench.base.deflated_bytes
    return judged("archive on disk", megabytes(size), f"ZIP {megabytes(share)}", size / share, ON_DISK)


def same_again(bench: Bench) -> list[Row]:
    """The same file once more: no more than hashing it, beside the start of the program."""
    path = Path(bench.base.path)
    again, hashed, bare, started = [], [], [], []
    for _ in range(bench.repeat + 2):
        hashed.append(floors.hashing(path).cpu)
        bare.append(floors.starting(floors.NOTHING).cpu)
        started.append(floors.starting(floors.START_PROGRAM).cpu)
        again.append(bench.home.import_export(path, "already_imported").cost.cpu)
    least = max(min(hashed) - min(bare), 0.001)
    ratio = (min(again) - min(started)) / least
    floor = f"SHA-256 {seconds(least)}"
    note = f"beside a start of {seconds(min(started))}"
    return [judged("the same file again", seconds(min(again)), floor, ratio, AGAIN, note)]


def later_export(bench: Bench) -> list[Row]:
    """An export a month later."""
    path = Path(bench.later.path)
    runs, least = [], []
    for _ in range(bench.repeat):
        least.append(floors.inflating(path).cpu)
        with copied_home(bench.home, bench.scratch) as home:
            runs.append(home.import_export(path))
    wrong = agreement(runs[-1], bench.later, first=False)
    cpu = min(run.derived for run in runs)
    return [
        compared("a later export, 1 % changed", cpu, min(least), LATER, wrong),
        beside_start(bench, cpu, min(least), LATER, wrong),
    ]


def reordered_export(bench: Bench) -> list[Row]:
    """An export with every key and duration elsewhere: its cost, and what the archive keeps of it."""
    path = Path(bench.reordered.path)
    runs, least, kept = [], [], []
    before, versions = bench.home.archive_bytes(), int(bench.home.status()["versions"])
    for _ in range(bench.repeat):
        least.append(floors.inflating(path).cpu)
        with copied_home(bench.home, bench.scratch) as home:
            runs.append(home.import_export(path))
            kept.append((home.archive_bytes() - before, int(home.status()["versions"]) - versions))
    wrong = agreement(runs[-1], bench.reordered, first=False)
    cpu = min(run.derived for run in runs)
    return [
        compared("a later export, all reordered, 1 % changed", cpu, min(least), REORDERED, wrong),
        beside_start(bench, cpu, min(least), REORDERED, wrong),
        nothing_kept(bench.reordered, *kept[-1]),
    ]


def nothing_kept(facts: Facts, growth: int, versions: int) -> Row:
    """No version and no bytes for what was only reordered."""
    allowed = ON_DISK * facts.changed_deflated_bytes + RECORD_FACTS * facts.conversations + PAGES
    ratio = growth / allowed
    note = f"{versions} versions more for {facts.changed} changed"
    reached = ratio <= 1.0 and versions == facts.changed
    limit = f"the changed 1 %: {megabytes(allowed)}"
    return Row("… and kept of the reordered 99 %", megabytes(growth), limit, ratio, 1.0, reached, note)


def monthly_exports(bench: Bench) -> list[Row]:
    """Twelve monthly exports, one after the other, against the last alone."""
    with fresh_home(bench.scratch) as home:
        for facts in bench.months:
            home.import_export(Path(facts.path))
        all_months = home.archive_bytes()
    with fresh_home(bench.scratch) as home:
        home.import_export(Path(bench.months[-1].path))
        latest = home.archive_bytes()
    first, last = bench.months[0].json_bytes / MB, bench.months[-1].json_bytes / MB
    note = f"{len(bench.months)} × {first:.0f} to {last:.0f} MB of JSON"
    floor, ratio = f"latest {megabytes(latest)}", all_months / latest
    return [judged("12 monthly exports on disk", megabytes(all_months), floor, ratio, MONTHS_ON_DISK, note)]


def status(bench: Bench) -> list[Row]:
    """`chathold status` from a cold shell."""
    runs = [bench.home.call("status") for _ in range(STATUS_RUNS)]
    walls = [run.wall * 1_000 for run in runs]
    middle = statistics.median(walls)
    limit = f"{STATUS_MS} ms"
    note = (
        f"{min(walls):.0f}–{max(walls):.0f} ms in {STATUS_RUNS} runs; {seconds(min(run.cpu for run in runs))}"
    )
    return [judged("chathold status, wall time", f"{middle:.0f} ms", limit, middle / STATUS_MS, 1.0, note)]


def verify(bench: Bench) -> list[Row]:
    """`chathold verify`, for information."""
    cost = bench.home.call("verify", "--json")
    speed = f"{bench.base.json_bytes / MB / cost.cpu:.0f} MB of JSON per CPU-s, {megabytes(cost.memory)}"
    floor = floors.inflating(Path(bench.base.path)).cpu
    return [Row("verify", seconds(cost.cpu), f"F {seconds(floor)}", cost.cpu / floor, note=speed)]


def huge_import(facts: Facts, folder: Path) -> list[Row]:
    """A conversations.json of 2 GB: memory, the write-ahead log, and the time, once."""
    path = Path(facts.path)
    floor = floors.inflating(path).cpu
    with fresh_home(folder / "scratch") as home, LogWatch(home) as watch:
        done = home.import_export(path)
    wrong = agreement(done, facts, first=True)
    most, cpu = done.cost.memory, done.cost.cpu
    return [
        judged("2 GB: memory while importing", megabytes(most), "300 MB", most / HUGE_MEMORY, 1.0, wrong),
        Row("2 GB: largest write-ahead log", megabytes(watch.largest)),
        compared("2 GB: first import until safe on disk", done.safe, floor, FIRST, wrong),
        Row("2 GB: the whole import", seconds(cpu), f"F {seconds(floor)}", cpu / floor),
    ]


ROWS: tuple[Callable[[Bench], list[Row]], ...] = (
    first_import,
    same_again,
    later_export,
    reordered_export,
    monthly_exports,
    status,
    verify,
)
"""In the order of work: the first makes the home that the others start from."""


def measured(bench: Bench, row: Callable[[Bench], list[Row]]) -> list[Row]:
    """The rows of one measurement; where the program fails, one row that says so."""
    try:
        return row(bench)
    except ProgramFailed as failure:
        return [Row(row.__name__.replace("_", " "), "failed", reached=False, note=str(failure))]
