"""Filling the index: whatever differs between it and the archive, the newest first, a batch at a time.

It may be stopped or killed at any moment: a batch is in the index whole or not at all, and what is missing is
found again by comparing fingerprints. One process fills; others only look.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from chathold.archive.contents import contents
from chathold.archive.folder import SEARCH_LOCK
from chathold.archive.freshness import fingerprint, fingerprints
from chathold.archive.store import Archive
from chathold.core.collecting import without_collection
from chathold.providers import PROVIDERS
from chathold.search.completeness import Indexed, standing
from chathold.search.entries import Entry, entries_of
from chathold.search.index import Index, explained, spans_of, unwritable
from chathold.search.words import prepared

Progress = Callable[[int, int], None]

_BATCH = 8 << 20
"""Characters after which a batch is committed."""

_GHOSTS_PER_ENTRY = 0.2
_FEW_GHOSTS = 1_000
"""Entries that were taken out leave their words behind; with more than this the index is made anew."""


def catch_up(
    archive: Archive,
    *,
    progress: Progress | None = None,
    stop: Callable[[], bool] = lambda: False,
    anew: bool = False,
) -> Indexed:
    """Bring the index up to the archive; how far it is then. `stop` is asked after every batch.

    With `anew` it is emptied first, so that no word of it is left in the file. `progress` is told records done, of
    how many. Does nothing while another process fills the index, or if there is nothing to do. Raises
    `ArchiveError` if it cannot be written. With `anew` it waits until the other is done.
    """
    before = standing(archive)
    if not (anew or before.differs or _read_otherwise(archive)):
        return before
    if not archive.writable:
        raise unwritable(archive)
    with explained(archive), without_collection(), _alone(archive, wait=anew) as held:
        if held:
            try:
                _fill(archive, progress, stop, anew=anew)
            except sqlite3.DatabaseError as error:
                if isinstance(error, sqlite3.OperationalError):
                    raise
                Index.make(archive).close()
                _fill(archive, progress, stop, anew=False)
    return standing(archive)


def readers() -> str:
    """The versions of what reads records."""
    return " ".join(f"{each.NAME}:{each.READER}" for each in PROVIDERS)


def _read_otherwise(archive: Archive) -> bool:
    """Whether what is in the index was read by other readers than today's."""
    index = Index.open(archive)
    if index is None:
        return False
    with index:
        return index.about("readers") != readers()


@contextmanager
def _alone(archive: Archive, *, wait: bool) -> Iterator[bool]:
    """Be the one who fills the index, unless somebody is already; with `wait`, as soon as nobody is."""
    from filelock import FileLock, Timeout  # noqa: PLC0415 - needed by those who fill only

    lock = FileLock(archive.folder / SEARCH_LOCK, thread_local=False, mode=0o600)
    try:
        lock.acquire(timeout=-1 if wait else 0)
    except Timeout:
        yield False
        return
    try:
        yield True
    finally:
        lock.release()


def _fill(archive: Archive, progress: Progress | None, stop: Callable[[], bool], *, anew: bool) -> None:
    with Index.open(archive) or Index.make(archive) as index:
        index.settle_in()
        with archive.reading():
            there = fingerprints(archive.database)
        done = index.done() if index.about("readers") == readers() else {}
        if anew or not done.keys() <= there.keys() or _haunted(index):
            index.erase(archive)
            done = {}
        pending = [number for number, mark in there.items() if done.get(number) != mark]
        with index.transaction("the readers' versions"):
            index.database.executemany(
                "UPDATE done SET fingerprint = x'' WHERE record = ?", ((each,) for each in pending)
            )
            index.note("readers", readers())
        for finished in _batches(archive, index, pending):
            if progress:
                progress(finished, len(pending))
            if stop():
                break
        index.shrink()
        index.checkpoint()


def _haunted(index: Index) -> bool:
    """Whether so many entries were taken out that it is better made anew."""
    count: int = index.database.execute("SELECT count(*) FROM entry").fetchone()[0]
    ghosts = int(index.about("ghosts") or 0)
    return ghosts > max(_FEW_GHOSTS, count * _GHOSTS_PER_ENTRY)


@dataclass(frozen=True, slots=True)
class New:
    """An entry that is to be added, with its record and key."""

    record: int
    key: int
    entry: Entry


@dataclass(slots=True)
class _Batch:
    """Records that become searchable together."""

    done: dict[int, bytes] = field(default_factory=dict)
    kept: dict[int, list[int]] = field(default_factory=dict)
    new: list[New] = field(default_factory=list)
    gone: list[int] = field(default_factory=list)
    newest: float | None = None
    size: int = 0


def _batches(archive: Archive, index: Index, pending: list[int]) -> Iterator[int]:
    """Bring records into the index, a batch at a time; how many have been, after each."""
    rest = iter(pending)
    finished = 0
    while finished < len(pending):
        batch = _Batch()
        with archive.reading():
            for number in rest:
                _read(archive, index, number, batch)
                finished += 1
                if batch.size > _BATCH:
                    break
        _write(index, batch)
        yield finished


def _read(archive: Archive, index: Index, number: int, batch: _Batch) -> None:
    """What of a record differs from its entries in the index."""
    mark = fingerprint(archive.database, number)
    if mark is None:
        return
    known: dict[int, list[int]] = {}
    for identity, key in index.entries(number):
        known.setdefault(key, []).append(identity)
    kept = batch.kept[number] = []
    said = contents(archive.database, number)
    if not batch.done:
        batch.newest = said.updated
    for entry in entries_of(said):
        key = entry.key
        same = known.get(key)
        if same:
            kept.append(same.pop())
            continue
        batch.new.append(New(number, key, entry))
        batch.size += sum(map(len, entry.columns))
    batch.gone += [identity for same in known.values() for identity in same]
    batch.done[number] = mark


def _write(index: Index, batch: _Batch) -> None:
    """Make a batch searchable, in one transaction. The oldest record gets the lowest numbers."""
    with index.transaction("a batch of the index"):
        database = index.database
        database.executemany("DELETE FROM entry WHERE id = ?", ((each,) for each in batch.gone))
        index.note("ghosts", int(index.about("ghosts") or 0) + len(batch.gone))
        numbers = index.numbers(len(batch.new), older=_older(index, batch))
        placed = list(zip(numbers, _ascending(batch), strict=True))
        database.executemany(
            "INSERT INTO text (rowid, said, aside, title, files) VALUES (?, ?, ?, ?, ?)",
            ((number, *map(prepared, each.entry.columns)) for number, each in placed),
        )
        for number, each in placed:
            batch.kept[each.record].append(number)
        models = {name: index.model(name) for name in {each.entry.model for each in batch.new}}
        database.executemany(
            "INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            ((number, *_row(each, models)) for number, each in placed),
        )
        database.executemany(
            "INSERT OR REPLACE INTO done VALUES (?, ?, ?)",
            ((record, mark, spans_of(batch.kept[record])) for record, mark in batch.done.items()),
        )


def _row(new: New, models: dict[str, int]) -> tuple[Any, ...]:
    entry = new.entry
    place = entry.slice
    return (
        new.record,
        entry.role,
        entry.time,
        models[entry.model],
        int(entry.marks),
        new.key,
        *((place.form, place.at, place.size) if place else (None, None, None)),
    )


def _ascending(batch: _Batch) -> list[New]:
    """The new entries, the oldest record's first, each record's in their order."""
    order = {number: place for place, number in enumerate(batch.done)}
    return sorted(batch.new, key=lambda each: -order[each.record])


def _older(index: Index, batch: _Batch) -> bool:
    """Whether a batch is older than all that is in the index."""
    oldest = index.about("oldest")
    newest = batch.newest if batch.newest is not None else 0.0
    if oldest is None or newest <= float(oldest):
        index.note("oldest", newest)
        return True
    return False
