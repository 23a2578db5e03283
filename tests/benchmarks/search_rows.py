"""The rows of search: what the index costs and weighs beside FTS5 alone, and how long queries take."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.floors import python
from benchmarks.processes import measure
from benchmarks.program import ProgramFailed, fresh_home
from benchmarks.rows import Bench, Row, compared, judged, megabytes, seconds

SEARCHABLE, INDEX = 2.0, 0.5
TYPICAL_MS, SLOW_MS, SNIPPETS_MS = 15.0, 100.0, 30.0
HERE = Path(__file__).resolve().parent
VERY_COMMON, VERY_COMMON_TOO = "a very common word", "as common"
"""What has no target, whatever it was asked as."""


def told(script: str, *arguments: str) -> Any:
    """What a script of this folder prints. Raises ProgramFailed if it fails."""
    cost = measure([python(), str(HERE / script), *arguments])
    if cost.status:
        raise ProgramFailed(
            f"{script} ended with {cost.status}: {cost.errors.decode(errors='replace')[-300:]}"
        )
    return json.loads(cost.output)


def searchable(bench: Bench) -> list[Row]:
    """The first import until all of it is searchable, and the index on disk."""
    runs = []
    for _ in range(bench.repeat):
        with fresh_home(bench.scratch) as home:
            runs.append(home.import_export(Path(bench.base.path)).cost.cpu)
    floor = told("inserting.py", str(bench.home.folder))
    size = sum(path.stat().st_size for path in (bench.home.folder / "archive").glob("search.db*"))
    text = megabytes(floor["text"])
    row = compared("first import until all is searchable", min(runs), floor["cpu"], SEARCHABLE, "")
    alone = f"FTS5 alone: {floor['size'] / floor['text']:.2f}×"
    return [
        Row(
            row.work,
            row.measured,
            f"FTS5 alone {seconds(floor['cpu'])}",
            row.ratio,
            row.target,
            row.reached,
            row.note,
        ),
        judged(
            "the search index on disk", megabytes(size), f"text {text}", size / floor["text"], INDEX, alone
        ),
    ]


def queries(bench: Bench) -> list[Row]:
    """Searches, kind by kind: until the results are known, and how much longer their snippets take."""
    found: dict[str, dict[str, float]] = told("querying.py", str(bench.home.folder))
    return [row for kind, figures in found.items() for row in _of_kind(kind, figures)]


def _of_kind(kind: str, figures: dict[str, float]) -> Sequence[Row]:
    matches = f"{figures['matches']:.0f} messages match, {figures['queries']} queries"
    shown = f"{figures['p50']:.1f} / {figures['p95']:.1f} ms"
    more = f"{figures['snippets p50']:.1f} / {figures['snippets p95']:.1f} ms"
    if kind == VERY_COMMON or kind.endswith(VERY_COMMON_TOO):
        return [Row(f"search: {kind}", shown, note=matches), Row("… its snippets", more)]
    worst = max(figures["p50"] / TYPICAL_MS, figures["p95"] / SLOW_MS)
    limit = f"{TYPICAL_MS:.0f} / {SLOW_MS:.0f} ms"
    return [
        judged(f"search: {kind}", shown, limit, worst, 1.0, matches),
        judged("… its snippets", more, f"{SNIPPETS_MS:.0f} ms", figures["snippets p50"] / SNIPPETS_MS, 1.0),
    ]


ROWS: tuple[Callable[[Bench], list[Row]], ...] = (searchable, queries)
