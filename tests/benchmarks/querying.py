"""How long searches take, by kind of query: in one process, with the archive open, as the page has it.

    python tests/benchmarks/querying.py HOME [--each N]

prints one JSON document: for every kind, CPU-milliseconds until the results are known (median and 95th percentile),
the same with their snippets, how many messages match (median), and how many queries that is of. What is searched for is
drawn from the index. What as many messages match as a very common word is a kind of its own, whatever was asked.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import statistics
import sys
import time
import unittest.mock
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from chathold.archive.contents import contents
from chathold.archive.freshness import fingerprints
from chathold.archive.store import Archive
from chathold.queries.words import words
from chathold.search import Wish, finding
from chathold.search.entries import entries_of

SHOWN = 20
COMMON, USUAL = 50, 2000
"""Words up to this place among the most frequent are called very common; up to that one usual, others rare."""


class Vocabulary:
    """The words of an index, the most frequent first, and running text of its archive."""

    def __init__(self, archive: Archive, rng: Random) -> None:
        self.rng = rng
        with closing(sqlite3.connect(archive.folder / "search.db")) as database:
            database.execute("CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab (main, text, row)")
            held = database.execute(
                "SELECT term, doc FROM temp.vocabulary WHERE doc > 2 ORDER BY doc DESC"
            ).fetchall()
        latin = [term for term, _messages in held if term.isascii() and term.isalpha()]
        self.very_common = dict(held)[latin[:COMMON][-1]]
        self.common, self.usual, self.rare = latin[:COMMON], latin[COMMON:USUAL], latin[USUAL:]
        numbers = list(fingerprints(archive.database))
        said = [
            entry.columns[0]
            for number in rng.sample(numbers, min(len(numbers), 60))
            for entry in entries_of(contents(archive.database, number))
        ]
        self.runs = [run for run in map(words, rng.sample(said, min(len(said), 400))) if len(run) > 6]
        self.foreign = [run for run in self.runs if sum(map(_foreign, run)) > len(run) // 2]

    def word(self, of: list[str]) -> str:
        """A word of a list."""
        return self.rng.choice(of)

    def phrase(self, length: int) -> str:
        """Words that follow each other somewhere."""
        run = self.rng.choice(self.runs)
        at = self.rng.randrange(len(run) - length)
        return f'"{" ".join(run[at : at + length])}"'

    def characters(self, length: int) -> str:
        """Chinese or Japanese characters that follow each other somewhere."""
        for _ in range(1000):
            run = self.rng.choice(self.foreign or self.runs)
            at = self.rng.randrange(len(run) - length)
            found = run[at : at + length]
            if all(map(_foreign, found)):
                return "".join(found)
        return "数" * length


def _foreign(word: str) -> bool:
    return len(word) == 1 and ord(word) > 0x2FFF


VERY_COMMON = "a very common word"
VERY_COMMON_TOO = "as common"

KINDS: dict[str, Callable[[Vocabulary], Wish]] = {
    VERY_COMMON: lambda v: Wish(v.word(v.common)),
    "a usual word": lambda v: Wish(v.word(v.usual)),
    "a rare word": lambda v: Wish(v.word(v.rare)),
    "two words": lambda v: Wish(f"{v.word(v.usual)} {v.word(v.usual)}"),
    "a common and a rare word": lambda v: Wish(f"{v.word(v.common)} {v.word(v.rare)}"),
    "a phrase of 2 to 4 words": lambda v: Wish(v.phrase(v.rng.randint(2, 4))),
    "a beginning of 3 letters": lambda v: Wish(v.word(v.usual)[:3] + "*"),
    "a beginning of 5 letters": lambda v: Wish(v.word(v.usual)[:5] + "*"),
    "1 Chinese character": lambda v: Wish(v.characters(1)),
    "2 Chinese characters": lambda v: Wish(v.characters(2)),
    "3 Chinese characters": lambda v: Wish(v.characters(3)),
    "a usual word, by one role": lambda v: Wish(v.word(v.usual), role="user"),
    "a usual word, of one service": lambda v: Wish(v.word(v.usual), provider="chatgpt"),
    "a usual word, of one year": lambda v: Wish(v.word(v.usual), since="2025", until="2025"),
    "a usual word, the newest": lambda v: Wish(v.word(v.usual), newest=True),
}


@contextmanager
def no_snippets() -> Iterator[None]:
    """Have results without their text."""
    with unittest.mock.patch("chathold.search.finding.read_again", return_value={}):
        yield


def spent(archive: Archive, wish: Wish) -> tuple[float, int]:
    """CPU-milliseconds a search takes, and how many messages match."""
    begun = time.process_time()
    found = finding.find(archive, wish, limit=SHOWN)
    return (time.process_time() - begun) * 1000, found.total


@dataclass(frozen=True, slots=True)
class Asked:
    """One query: CPU-milliseconds without snippets, how many more with them, and how many messages match."""

    time: float
    snippets: float
    matches: int


def asked_all(archive: Archive, wishes: list[Wish]) -> list[Asked]:
    """Each query once without snippets, and once with them."""
    with no_snippets():
        bare = [spent(archive, wish) for wish in wishes]
    whole = [spent(archive, wish)[0] for wish in wishes]
    return [Asked(time, more - time, total) for (time, total), more in zip(bare, whole, strict=True)]


def figures(asked: list[Asked]) -> dict[str, float]:
    """Of two queries or more."""
    times, more = [each.time for each in asked], [each.snippets for each in asked]
    return {
        "p50": statistics.median(times),
        "p95": statistics.quantiles(times, n=20)[-1],
        "snippets p50": statistics.median(more),
        "snippets p95": statistics.quantiles(more, n=20)[-1],
        "matches": statistics.median(each.matches for each in asked),
        "queries": len(asked),
    }


def by_kind(archive: Archive, vocabulary: Vocabulary, each: int) -> Iterator[tuple[str, dict[str, float]]]:
    """The figures of every kind, and of what is very common of each, where there are two such or more."""
    for kind, wish in KINDS.items():
        asked = asked_all(archive, [wish(vocabulary) for _ in range(each)])
        common = [one for one in asked if one.matches >= vocabulary.very_common]
        if kind == VERY_COMMON or len(common) < 2:
            yield kind, figures(asked)
            continue
        rest = [one for one in asked if one not in common]
        if len(rest) > 1:
            yield kind, figures(rest)
        yield f"{kind}, {VERY_COMMON_TOO}", figures(common)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Measure searches.")
    parser.add_argument("home", type=Path)
    parser.add_argument("--each", type=int, default=40, help="queries of each kind")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    archive = Archive.open(asked.home / "archive")
    if archive is None:
        raise SystemExit("there is no archive")
    with closing(archive):
        found = dict(by_kind(archive, Vocabulary(archive, Random(asked.seed)), asked.each))
    print(json.dumps(found))


if __name__ == "__main__":
    main()
