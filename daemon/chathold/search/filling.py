"""A batch of records that become searchable together, in one transaction.

Of a record that is in the index already, entries that are the same stay as they are.
"""

from __future__ import annotations

from typing import Any

from chathold.archive.contents import Contents
from chathold.search.entries import Entry, entries_of
from chathold.search.index import Index, spans_of
from chathold.search.words import prepared

_NEVER = float("-inf")


class Batch:
    """Collects records, and writes them. `size` is the number of characters that are new."""

    def __init__(self, index: Index) -> None:
        self.size = 0
        self._index = index
        self._marks: dict[int, bytes] = {}
        self._providers: dict[int, str] = {}
        self._updated: dict[int, float] = {}
        self._numbers: dict[int, list[int]] = {}
        self._new: list[tuple[int, int, Entry]] = []
        self._gone: list[int] = []

    def take(self, record: int, mark: bytes, contents: Contents) -> None:
        """Compare a record with its entries in the index. `mark` is its fingerprint."""
        known: dict[int, list[int]] = {}
        for number, key in self._index.entries(record):
            known.setdefault(key, []).append(number)
        kept: list[int] = []
        for entry in entries_of(contents):
            key = entry.key
            same = known.get(key)
            if same:
                kept.append(same.pop())
            else:
                self._new.append((record, key, entry))
                self.size += sum(map(len, entry.columns))
        self._gone += [number for same in known.values() for number in same]
        self._numbers[record] = kept
        self._marks[record] = mark
        self._providers[record] = contents.provider
        self._updated[record] = _NEVER if contents.updated is None else contents.updated

    def write(self) -> None:
        """Make them searchable. The oldest record gets the lowest numbers."""
        if not self._marks:
            return
        index = self._index
        with index.transaction("a batch of the index"):
            database = index.database
            database.executemany("DELETE FROM entry WHERE id = ?", ((each,) for each in self._gone))
            index.note("ghosts", int(index.about("ghosts") or 0) + len(self._gone))
            self._insert()
            database.executemany(
                "INSERT OR REPLACE INTO done VALUES (?, ?, ?)",
                ((record, mark, spans_of(self._numbers[record])) for record, mark in self._marks.items()),
            )

    def _insert(self) -> None:
        database = self._index.database
        self._new.sort(key=lambda each: (self._updated[each[0]], each[0]))
        numbers = self._index.numbers(len(self._new), older=self._is_older())
        named = {(self._providers[record], entry.model) for record, _key, entry in self._new}
        models = {each: self._index.model(*each) for each in named}
        rows = []
        for number, (record, key, entry) in zip(numbers, self._new, strict=True):
            self._numbers[record].append(number)
            rows.append((number, record, *_row(entry, models[self._providers[record], entry.model], key)))
        database.executemany(
            "INSERT INTO text (rowid, said, aside, title, files) VALUES (?, ?, ?, ?, ?)",
            (
                (row[0], *map(prepared, entry.columns))
                for row, (_record, _key, entry) in zip(rows, self._new, strict=True)
            ),
        )
        database.executemany("INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)

    def _is_older(self) -> bool:
        """Whether all in this batch is older than what is in the index."""
        oldest = self._index.about("oldest")
        newest = max(self._updated.values())
        if oldest is not None and newest > float(oldest):
            return False
        self._index.note("oldest", min(self._updated.values()))
        return True


def _row(entry: Entry, model: int, key: int) -> tuple[Any, ...]:
    place = entry.slice
    where = (place.form, place.at, place.size) if place else (None, None, None)
    return entry.role, entry.time, model, int(entry.marks), key, *where
