"""Made-up ChatGPT exports of any size, and what becomes of them month by month.

    python tests/benchmarks/generator.py DIR --mb 100 --seed 1

writes three exports below DIR, each in a folder of its own with its `facts.json`: `base`; `later`, a month
on: 1 % of the conversations changed, 1 % new, 0.5 % deleted, the rest equal byte for byte; and `reordered`, a
month on too: 1 % changed, but the keys of every record in another order and its volatile durations measured
anew. With `--series` it writes twelve monthly exports instead, `month-01` to `month-12`, each 1 % changed and
2 % new (nothing deleted there, so that the last one holds all that the archive must).

Sizes have the heavy tail of real accounts: one conversation of 46 MB, 5 % over 1 MB, the rest small. The one
of 46 MB never changes: it alone would be 5 % of the bytes. Exports are made one conversation at a time and
written as they are made; what this generator has made already with the same size and seed is left as it is.
"""

from __future__ import annotations

import argparse
import functools
import hashlib
import json
import math
import sys
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from statistics import NormalDist
from typing import IO

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.conversations import conversation
from benchmarks.speaker import AS_FIRST_EXPORTED, Change, Talk, Writing

HERE = Path(__file__).resolve().parent
MB = 1_000_000
DAY = 86_400.0
FIRST_TALK = datetime(2023, 1, 10, 9, tzinfo=UTC).timestamp()
FIRST_EXPORT = datetime(2026, 3, 1, 12, 1, 6, tzinfo=UTC).timestamp()
MONTH = 30 * DAY

GIANT = 46 * MB
"""The largest conversation, in exports of at least `GIANT_FROM` MB; in smaller ones in proportion."""

GIANT_FROM = 400
LARGE_SHARE = 0.05
LARGE_FROM = 1.12 * MB
LARGE_UP_TO = 12 * MB
LARGE_EXPONENT = 2.2
SMALL_MEDIAN = 45_000
SMALL_SIGMA = 1.3
SMALL_RANGE = (4_000, 900_000)
LEAST_TALKS = 200
"""So many even in a small export, so that 1 % is something."""

PIECE = 1 << 18
"""Bytes handed to the compressor at a time."""

MONTHS = 12


@dataclass(frozen=True, slots=True)
class Rates:
    """Which share of the conversations changes, comes and goes in a month."""

    changed: float
    new: float
    deleted: float


LATER = Rates(changed=0.01, new=0.01, deleted=0.005)
REORDERED = Rates(changed=0.01, new=0.0, deleted=0.0)
MONTHLY = Rates(changed=0.01, new=0.02, deleted=0.0)


@dataclass(frozen=True, slots=True)
class Edition:
    """An export to be made: what it holds, and the talks, by number, that are other than the month before."""

    name: str
    month: int
    talks: tuple[Talk, ...]
    changed: frozenset[int] = frozenset()
    new: frozenset[int] = frozenset()
    deleted: frozenset[int] = frozenset()
    writing: Writing = AS_FIRST_EXPORTED

    @property
    def exported(self) -> float:
        """When the service made the export."""
        return FIRST_EXPORT + self.month * MONTH


@dataclass(slots=True)
class Facts:
    """What is known of an export that has been made; bytes of JSON are those of conversations.json."""

    made_by: str
    mb: float
    seed: int
    path: str
    conversations: int
    changed: int
    new: int
    deleted: int
    json_bytes: int = 0
    deflated_bytes: int = 0
    largest_bytes: int = 0
    over_1_mb: int = 0
    changed_bytes: int = 0
    changed_deflated_bytes: int = 0


def sizes(count: int, start: float = 0.0) -> list[float]:
    """The sizes of `count` talks at even distances of their distribution: any count has the same mean.

    `start` in 0…1 shifts the distances, for samples too few to show the tail each time.
    """
    return [size_at((at + start) % count / count + 0.5 / count) for at in range(count)]


def size_at(quantile: float) -> float:
    """A log-normal distribution for most talks, a Pareto distribution for the large ones."""
    if quantile > 1 - LARGE_SHARE:
        within = (quantile - 1 + LARGE_SHARE) / LARGE_SHARE
        return float(min(LARGE_FROM / (1 - min(within, 0.999)) ** (1 / LARGE_EXPONENT), LARGE_UP_TO))
    within = max(quantile, 1e-6) / (1 - LARGE_SHARE + 1e-6)
    normal = NormalDist(math.log(SMALL_MEDIAN), SMALL_SIGMA).inv_cdf(within)
    return min(max(math.exp(normal), SMALL_RANGE[0]), SMALL_RANGE[1])


@functools.cache
def mean_size() -> float:
    """The mean size of a talk, the giant one aside."""
    return sum(sizes(2_000)) / 2_000


def giant_size(mb: float) -> int:
    """The size of the largest talk of an export."""
    return int(GIANT * min(1.0, mb / GIANT_FROM))


def first_talks(mb: float, seed: int) -> tuple[Talk, ...]:
    """The talks of the first export: about `mb` megabytes of JSON."""
    random = Random(f"{seed} sizes")
    rest = mb * MB - giant_size(mb)
    count = max(LEAST_TALKS, round(rest / mean_size())) - 1
    drawn = sizes(count)
    random.shuffle(drawn)
    scale = rest / sum(drawn)
    all_sizes = [*drawn, giant_size(mb) / scale]
    all_sizes[-1], all_sizes[count // 2] = all_sizes[count // 2], all_sizes[-1]
    step = (FIRST_EXPORT - 10 * DAY - FIRST_TALK) / len(all_sizes)
    return tuple(
        Talk(seed, number, int(size * scale), FIRST_TALK + (number + random.random()) * step)
        for number, size in enumerate(all_sizes)
    )


def count_of(share: float, total: int) -> int:
    """So many talks are a share, at least one unless the share is none."""
    return max(1, round(share * total)) if share else 0


def changing(talks: Sequence[Talk], count: int, random: Random) -> list[Talk]:
    """The talks that change: at even distances in the order of size, for the bytes to be the same share."""
    by_size = sorted(talks, key=lambda talk: (talk.size, talk.number))[:-1]
    step = len(by_size) / count
    start = random.uniform(0.4, 0.6)
    return [by_size[int((at + start) * step)] for at in range(count)]


def month_later(before: Edition, name: str, rates: Rates, writing: Writing = AS_FIRST_EXPORTED) -> Edition:
    """The export of the month after: some talks changed, some new, some deleted."""
    month, talks = before.month + 1, before.talks
    random = Random(f"{talks[0].seed} month {month}")
    chosen = [talk.number for talk in changing(talks, count_of(rates.changed, len(talks)), random)]
    giant = max(talks, key=lambda talk: talk.size)
    others = [talk.number for talk in talks if talk.number not in chosen and talk is not giant]
    deleted = frozenset(random.sample(others, count_of(rates.deleted, len(talks))))
    changes = {number: change_of(month, at, random) for at, number in enumerate(chosen)}
    kept = [
        replace(talk, changes=(*talk.changes, changes[talk.number])) if talk.number in changes else talk
        for talk in talks
        if talk.number not in deleted
    ]
    new = new_talks(talks, month, count_of(rates.new, len(talks)), random)
    numbers = frozenset(talk.number for talk in new)
    return Edition(name, month, (*kept, *new), frozenset(chosen), numbers, deleted, writing)


def change_of(month: int, at: int, random: Random) -> Change:
    """What happens to the `at`-th talk that changes in a month: every third gets a new title as well."""
    time = FIRST_EXPORT + (month - 1) * MONTH + random.uniform(2 * DAY, MONTH - 2 * DAY)
    return Change(month, time, renamed=at % 3 == 0)


def new_talks(before: Sequence[Talk], month: int, count: int, random: Random) -> list[Talk]:
    """The talks begun in a month."""
    start = FIRST_EXPORT + (month - 1) * MONTH
    number = max(talk.number for talk in before) + 1
    scale = sum(sorted(talk.size for talk in before)[:-1]) / len(before) / mean_size()
    return [
        Talk(before[0].seed, number + at, int(size * scale), start + random.uniform(DAY, MONTH - 3 * DAY))
        for at, size in enumerate(sizes(count, random.random()) if count else [])
    ]


def editions(mb: float, seed: int, *, series: bool = False) -> Iterator[Edition]:
    """The exports of a set, or of a series of twelve months."""
    base = Edition("month-01" if series else "base", 0, first_talks(mb, seed))
    yield base
    if not series:
        yield month_later(base, "later", LATER)
        yield month_later(base, "reordered", REORDERED, Writing(flavour=1))
        return
    for month in range(2, MONTHS + 1):
        base = month_later(base, f"month-{month:02}", MONTHLY)
        yield base


def file_name(edition: Edition, seed: int) -> str:
    """The name a browser saves the export under."""
    digest = hashlib.sha256(f"{seed} {edition.name}".encode()).hexdigest()
    account = hashlib.sha256(f"account {seed}".encode()).hexdigest()
    return f"{account}-{datetime.fromtimestamp(edition.exported, UTC):%Y-%m-%d-%H-%M-%S}-{digest[:32]}.zip"


@functools.cache
def fingerprint() -> str:
    """Changes when the generator does: exports made by another one are made again."""
    sources = sorted(
        HERE / name for name in ("generator.py", "conversations.py", "speaker.py", "vocabulary.py")
    )
    return hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:16]


def write(folder: Path, edition: Edition, mb: float, seed: int) -> Facts:
    """Make an export in `folder`; the facts are written last, and vouch for it."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*"):
        old.unlink()
    path = folder / file_name(edition, seed)
    counts = (len(edition.changed), len(edition.new), len(edition.deleted))
    facts = Facts(fingerprint(), mb, seed, str(path), len(edition.talks), *counts)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        write_conversations(archive, edition, facts)
        for name, text in side_members(seed).items():
            archive.writestr(member(name, edition), text)
        facts.deflated_bytes = archive.getinfo("conversations.json").compress_size
    (folder / "facts.json").write_text(json.dumps(asdict(facts), indent=1) + "\n", encoding="utf-8")
    return facts


def member(name: str, edition: Edition) -> zipfile.ZipInfo:
    """A member of the ZIP, dated as the export is."""
    moment = datetime.fromtimestamp(edition.exported, UTC)
    info = zipfile.ZipInfo(name, moment.timetuple()[:6])
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o600 << 16
    return info


def side_members(seed: int) -> dict[str, str]:
    """What an export holds beside its conversations."""
    user = {
        "id": f"user-{hashlib.sha256(str(seed).encode()).hexdigest()[:24]}",
        "email": f"ada{seed}@example.org",
        "chatgpt_plus_user": True,
        "phone_number": None,
        "birth_year": 1985,
    }
    return {"user.json": json.dumps(user), "message_feedback.json": "[]", "shared_conversations.json": "[]"}


def write_conversations(archive: zipfile.ZipFile, edition: Edition, facts: Facts) -> None:
    """conversations.json, newest talk first, one line."""
    large = facts.mb * MB > 1 << 30
    with archive.open(member("conversations.json", edition), "w", force_zip64=large) as out:
        separator = b"["
        for talk in sorted(edition.talks, key=lambda talk: (-talk.updated, talk.number)):
            out.write(separator)
            record = write_record(out, talk, edition)
            facts.json_bytes += len(separator) + record.size
            facts.largest_bytes = max(facts.largest_bytes, record.size)
            facts.over_1_mb += record.size > MB
            if talk.number in edition.changed | edition.new:
                facts.changed_bytes += record.size
                facts.changed_deflated_bytes += record.deflated
            separator = b", "
        facts.json_bytes += out.write(b"]")


@dataclass(slots=True)
class Record:
    """The size of a record, and what is left of it when it is compressed alone (0 where nobody asks)."""

    size: int = 0
    deflated: int = 0


def write_record(out: IO[bytes], talk: Talk, edition: Edition) -> Record:
    """One conversation, never held as a whole."""
    record = Record()
    alone = zlib.compressobj() if talk.number in edition.changed | edition.new else None
    for piece in in_pieces(conversation(talk, edition.writing)):
        record.size += out.write(piece)
        record.deflated += len(alone.compress(piece)) if alone else 0
    record.deflated += len(alone.flush()) if alone else 0
    return record


def in_pieces(texts: Iterator[str]) -> Iterator[bytes]:
    """The same text in larger pieces."""
    waiting: list[str] = []
    size = 0
    for text in texts:
        waiting.append(text)
        size += len(text)
        if size >= PIECE:
            yield "".join(waiting).encode("ascii")
            waiting.clear()
            size = 0
    yield "".join(waiting).encode("ascii")


def facts_of(folder: Path) -> Facts:
    """The facts of an export made before. Raises FileNotFoundError where there is none."""
    return Facts(**json.loads((folder / "facts.json").read_text(encoding="utf-8")))


def made(folder: Path, mb: float, seed: int) -> bool:
    """Whether this generator has made this export already, whole."""
    if not (folder / "facts.json").exists():
        return False
    facts = facts_of(folder)
    return (facts.made_by, facts.mb, facts.seed) == (fingerprint(), mb, seed) and Path(facts.path).exists()


def generate(
    root: Path, mb: float, seed: int, *, series: bool = False, only: Sequence[str] = ()
) -> list[Facts]:
    """Make the exports of a set, or of a series, that are not there yet; gives the facts of all."""
    result = []
    for edition in editions(mb, seed, series=series):
        if only and edition.name not in only:
            continue
        folder = root / edition.name
        result.append(facts_of(folder) if made(folder, mb, seed) else write(folder, edition, mb, seed))
    return result


def told(facts: Facts) -> str:
    """An export in one line."""
    name, ratio = Path(facts.path).parent.name, facts.json_bytes / facts.deflated_bytes
    return (
        f"{name}: {facts.json_bytes / MB:.1f} MB JSON, {facts.deflated_bytes / MB:.1f} MB deflated "
        f"({ratio:.2f}×), {facts.conversations} conversations, {facts.over_1_mb} over 1 MB, "
        f"largest {facts.largest_bytes / MB:.1f} MB; {facts.changed} changed, {facts.new} new, "
        f"{facts.deleted} deleted ({facts.changed_bytes / facts.json_bytes:.2%} of the bytes)"
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Make ChatGPT exports for the benchmarks.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--mb", type=float, default=100, help="megabytes of JSON in the first export")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--series", action="store_true", help="twelve monthly exports instead of the three")
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="make only this export")
    asked = parser.parse_args(arguments)
    if asked.mb < GIANT_FROM:
        print(f"the conversation of 46 MB has {giant_size(asked.mb) / MB:.1f} MB in an export of this size")
    for facts in generate(asked.folder, asked.mb, asked.seed, series=asked.series, only=asked.only):
        print(told(facts))


if __name__ == "__main__":
    main()
