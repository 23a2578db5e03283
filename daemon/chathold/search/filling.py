"""A batch of records that become searchable together, in one transaction.

Of a record that is in the index already, entries that are the same stay as they are.
"""

from __future__ import annotations

from chathold.archive.contents import Contents
from chathold.queries.words import prepared
from chathold.search.entries import Entry, entries_of
from chathold.search.index import Index, Kind
from chathold.search.packing import Held, packed

_NEVER = float("-inf")


class Batch:
    """Collects records, and writes them. `size` is the number of characters that are new."""

    def __init__(self, index: Index) -> None:
        self.size = 0
        self._index = index
        self._marks: dict[int, bytes] = {}
        self._providers: dict[int, str] = {}
        self._updated: dict[int, float] = {}
        self._held: dict[int, list[Held]] = {}
        self._new: dict[int, list[tuple[Entry, bytes]]] = {}
        self._gone: list[int] = []
        self._passed_over: dict[int, bytes] = {}

    def take(self, record: int, mark: bytes, contents: Contents) -> None:
        """Compare a record with its entries in the index. `mark` is its fingerprint."""
        known: dict[bytes, list[Held]] = {}
        for held in self._index.held(record):
            known.setdefault(held.key, []).append(held)
        kept: list[Held] = []
        new: list[tuple[Entry, bytes]] = []
        for entry in entries_of(contents):
            key = entry.key
            same = known.get(key)
            if same:
                kept.append(same.pop())
            else:
                new.append((entry, key))
                self.size += sum(map(len, entry.columns))
        self._new[record] = new
        self._gone += [held.number for same in known.values() for held in same]
        self._held[record] = kept
        self._marks[record] = mark
        self._providers[record] = contents.provider
        self._updated[record] = _NEVER if contents.updated is None else contents.updated

    def pass_over(self, record: int, stored: bytes) -> None:
        """Note that a record is damaged, as it is `stored`. What is in the index of it stays, and is not found."""
        self._passed_over[record] = stored

    def write(self) -> None:
        """Make them searchable. The newest record gets the lowest numbers, and in it the last message."""
        if self._marks or self._passed_over:
            self._write()
            self._index.gather()

    def _write(self) -> None:
        index = self._index
        with index.transaction("a batch of the index"):
            database = index.database
            database.executemany("INSERT OR REPLACE INTO done VALUES (?, ?)", self._passed_over.items())
            if not self._marks:
                return
            database.executemany("DELETE FROM entry WHERE id = ?", ((each,) for each in self._gone))
            index.note("ghosts", int(index.about("ghosts") or 0) + len(self._gone))
            self._insert()
            database.executemany("INSERT OR REPLACE INTO done VALUES (?, ?)", self._marks.items())
            database.executemany("DELETE FROM held WHERE record = ?", ((record,) for record in self._held))
            database.executemany(
                "INSERT INTO held VALUES (?, ?, ?, ?)",
                ((record, *row) for record, held in self._held.items() for row in packed(held)),
            )

    def _insert(self) -> None:
        database = self._index.database
        order = sorted(self._new, key=lambda record: (self._updated[record], record), reverse=True)
        new = [(record, *each) for record in order for each in reversed(self._new[record])]
        numbers = self._index.numbers(len(new), older=self._is_older())
        kinds: dict[Kind, int] = {}
        rows = []
        for number, (record, entry, key) in zip(numbers, new, strict=True):
            kind = (self._providers[record], entry.model, entry.role, int(entry.marks))
            if kind not in kinds:
                kinds[kind] = self._index.kind(kind)
            rows.append((number, record, kinds[kind], entry.time))
            self._held[record].append(Held(number, key, entry.slice))
        database.executemany(
            "INSERT INTO text (rowid, said, aside, title, files) VALUES (?, ?, ?, ?, ?)",
            (
                (number, *map(prepared, entry.columns))
                for number, (_record, entry, _key) in zip(numbers, new, strict=True)
            ),
        )
        database.executemany("INSERT INTO entry VALUES (?, ?, ?, ?)", rows)

    def _is_older(self) -> bool:
        """Whether all in this batch is older than what is in the index."""
        oldest = self._index.about("oldest")
        newest = max(self._updated.values())
        if oldest is not None and newest > float(oldest):
            return False
        self._index.note("oldest", min(self._updated.values()))
        return True
