"""How near the program is to what is possible.

    python tests/benchmarks/run.py --mb 100 [--work DIR] [--repeat N] [--json]
    python tests/benchmarks/run.py --huge

makes the exports (kept in the work folder and used again), runs floors and program as processes, and prints
one line for each target. `CHATHOLD_PYTHON` names another interpreter to run the program with.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import rows, search_rows
from benchmarks.generator import MONTHS, Edition, Facts, facts_of, first_talks, write
from benchmarks.rows import Bench, Row

GENERATOR = Path(__file__).resolve().with_name("generator.py")
SERIES_SHARE = 0.4
SERIES_MB = 40.0
"""The monthly exports are smaller: 0.4 of the others, and no more than this."""

HUGE_MB = 2_000.0
DEFAULT_WORK = Path(tempfile.gettempdir()) / "chathold-benchmarks"


def made(work: Path, mb: float, seed: int, *options: str) -> Path:
    """The folder of a set of exports, made by another process: the measuring one has to stay small."""
    folder = work / f"{mb:g}mb-seed{seed}"
    command = [sys.executable, str(GENERATOR), str(folder), "--mb", f"{mb:g}", "--seed", str(seed), *options]
    subprocess.run(command, check=True, stdout=sys.stderr)
    return folder


def one_chat(work: Path, seed: int) -> Facts:
    """An export with next to nothing in it, of another account."""
    return write(work / "one-chat", Edition("one-chat", 0, first_talks(1, seed)[:1]), 0, seed)


def bench_of(work: Path, mb: float, seed: int, repeat: int) -> Bench:
    """All that the rows work with."""
    exports = made(work, mb, seed)
    series = made(work, min(SERIES_MB, SERIES_SHARE * mb), seed, "--series")
    base, later, reordered = (facts_of(exports / name) for name in ("base", "later", "reordered"))
    months = [facts_of(series / f"month-{month:02}") for month in range(1, MONTHS + 1)]
    return Bench(base, later, reordered, one_chat(work, seed + 1), months, work / f"homes-{mb:g}mb", repeat)


def all_rows(asked: argparse.Namespace) -> Iterator[Row]:
    """Row after row, as they are measured."""
    if asked.huge:
        facts = huge_facts(asked.work, asked.seed)
        yield from rows.huge_import(facts, asked.work / "homes-huge")
        return
    bench = bench_of(asked.work, asked.mb, asked.seed, asked.repeat)
    for row in (
        (*rows.ROWS, *search_rows.ROWS) if not asked.search else (rows.first_import, *search_rows.ROWS)
    ):
        yield from rows.measured(bench, row)


def huge_facts(work: Path, seed: int) -> Facts:
    """The export of 2 GB."""
    return facts_of(made(work, HUGE_MB, seed, "--only", "base") / "base")


def line(row: Row) -> str:
    """A row of the table."""
    ratio = "" if row.ratio is None else f"{row.ratio:.2f}×"
    target = "" if row.target is None else f"≤ {row.target:g}×"
    verdict = {True: "reached", False: "MISSED", None: ""}[row.reached]
    figures = f"{row.work:43} {row.measured:>14} {row.floor:34} {ratio:>6} {target:>7}"
    return f"{figures} {verdict:8} {row.note}".rstrip()


def machine() -> str:
    """Where this was measured."""
    load = os.getloadavg()[0]
    return (
        f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores, load {load:.1f}"
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Measure the program against its floors.")
    parser.add_argument("--mb", type=float, default=100, help="megabytes of JSON in an export")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--work", type=Path, default=DEFAULT_WORK, help="where exports and homes are kept")
    parser.add_argument(
        "--repeat", type=int, default=3, help="turns of floor and program; the cheapest count"
    )
    parser.add_argument("--huge", action="store_true", help="a conversations.json of 2 GB instead")
    parser.add_argument(
        "--search", action="store_true", help="only the first import, and what is about search"
    )
    parser.add_argument("--json", action="store_true", help="one JSON document on standard output")
    asked = parser.parse_args(arguments)
    found = []
    for row in all_rows(asked):
        found.append(row)
        print(line(row), file=sys.stderr if asked.json else sys.stdout, flush=True)
    if asked.json:
        print(
            json.dumps(
                {"machine": machine(), "rows": [asdict(row) for row in found]}, ensure_ascii=False, indent=1
            )
        )
    else:
        print(machine())


if __name__ == "__main__":
    main()
