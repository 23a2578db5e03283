"""Answering a query: which messages match, the best or the newest first, and a snippet of each.

Every answer is joined with what the archive holds at that moment: what has changed since it was indexed is left
out until it is indexed again, and what is gone is not found.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from chathold.archive.contents import Contents, contents, lines_of, numbers_of
from chathold.archive.freshness import fingerprints
from chathold.archive.store import Archive
from chathold.archive.summary import Filters, Json
from chathold.core.model import Role
from chathold.search.completeness import standing
from chathold.search.entries import ROLES, TITLE, Marks, columns, unpacked
from chathold.search.index import Index, explained
from chathold.search.query import Query, parse
from chathold.search.snippets import Piece, snippet
from chathold.search.wishes import Wish

COMMON = 20_000
"""Of more matches than this, only the newest are looked at: to rank them all would take too long, and say little."""

_NEWEST_RANKED = 2_000
_WEIGHTS = "bm25(1.0, 0.01, 2.0, 0.5)"
"""Of `entries.COLUMNS`: what stands aside counts so little that no number of mentions outranks what was said."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A message that was found; its `message`, `role` and `time` are none for a title, `time` also where unknown.

    `conversation` is the id that `show` takes, `time` in Unix seconds.
    """

    conversation: str
    provider: str
    account: str
    title: str
    message: str | None
    role: Role | None
    time: int | None
    snippet: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """What was found: how many in all, those asked for, and how many chats and documents are not searchable yet."""

    total: int
    results: tuple[Hit, ...]
    pending: int


def find(
    archive: Archive,
    wish: Wish,
    *,
    limit: int = 20,
    offset: int = 0,
    incomplete: bool = False,
    snippets: bool = True,
) -> Found:
    """What a wish finds. With `incomplete` the last word is still being typed.

    Raises `UsageError` if the wish cannot be understood, `ArchiveError` if the archive cannot be read.
    """
    query = parse(wish, incomplete=incomplete)
    with archive.reading(), explained(archive):
        behind = standing(archive)
        index = Index.open(archive)
        if index is None:
            return Found(0, (), behind.pending)
        try:
            with index, index.reading():
                return _Search(archive, index, query).answer(limit, offset, behind.pending, snippets=snippets)
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError:  # a damaged index is as good as none
            return Found(0, (), behind.pending)


@dataclass(slots=True)
class _Search:
    """One query, against one state of the archive and of the index."""

    archive: Archive
    index: Index
    query: Query

    def answer(self, limit: int, offset: int, pending: int, *, snippets: bool) -> Found:
        """The answer."""
        self._note_stale()
        joined, conditions, values = self._conditions()
        total = self._count(joined, conditions, values)
        rows = self._rows(conditions, values, total, (limit, offset)) if limit else []
        return Found(total, self._hits(rows, snippets=snippets), pending)

    def _note_stale(self) -> None:
        """Note which records have changed since they were indexed, or are gone."""
        there = fingerprints(self.archive.database)
        stale = [number for number, mark in self.index.done().items() if there.get(number) != mark]
        self._set("stale", stale)

    def _set(self, name: str, numbers: Sequence[int]) -> None:
        database = self.index.database
        database.execute(f"CREATE TEMP TABLE IF NOT EXISTS {name} (record INTEGER PRIMARY KEY)")
        database.execute(f"DELETE FROM {name}")
        database.executemany(f"INSERT INTO {name} VALUES (?)", ((number,) for number in numbers))

    def _conditions(self) -> tuple[bool, str, list[Any]]:
        """What entries have to be beside matching; whether that is anything at all."""
        query = self.query
        found: list[str] = []
        values: list[Any] = []
        if self.index.database.execute("SELECT 1 FROM stale").fetchone():
            found.append("record NOT IN (SELECT record FROM stale)")
        if query.provider or query.account or query.title:
            wanted = numbers_of(self.archive, Filters(query.provider, query.account, query.title))
            self._set("wanted", sorted(wanted))
            found.append("record IN (SELECT record FROM wanted)")
        if query.role:
            found.append("role = ?")
            values.append(ROLES.index(Role(query.role)))
        for edge, sign in ((query.since, ">="), (query.until, "<")):
            if edge is not None:
                found.append(f"time {sign} ?")
                values.append(edge)
        if query.model:
            found.append("model IN (SELECT id FROM model WHERE instr(lower(name), lower(?)) > 0)")
            values.append(query.model)
        found += [f"marks & {int(Marks[each.upper()])} != 0" for each in sorted(query.has)]
        joined = bool(found) or bool(self.index.about("ghosts"))
        return joined, " AND ".join(["1", *found]), values

    def _count(self, joined: bool, conditions: str, values: list[Any]) -> int:  # noqa: FBT001
        match = self.query.match
        if not match:
            query, bound = f"SELECT count(*) FROM entry WHERE {conditions}", values
        elif joined:
            query = (
                "SELECT count(*) FROM text CROSS JOIN entry ON entry.id = text.rowid"
                f" WHERE text MATCH ? AND {conditions}"
            )
            bound = [match, *values]
        else:
            query, bound = "SELECT count(*) FROM text WHERE text MATCH ?", [match]
        return int(self.index.database.execute(query, bound).fetchone()[0])

    def _rows(self, conditions: str, values: list[Any], total: int, page: tuple[int, int]) -> list[Any]:
        """The entries of one page: number, record, message, role, time."""
        what = "SELECT entry.id, record, message, role, time FROM"
        newest = "ORDER BY time DESC NULLS LAST, entry.id DESC LIMIT ? OFFSET ?"
        joined = f"text CROSS JOIN entry ON entry.id = text.rowid WHERE text MATCH ? AND {conditions}"
        match = self.query.match
        if not match:
            query, bound = f"{what} entry WHERE {conditions} {newest}", values
        elif self.query.newest:
            query, bound = f"{what} {joined} {newest}", [match, *values]
        elif total > COMMON:
            last = max(_NEWEST_RANKED, sum(page))
            inner = f"{what} {joined} ORDER BY text.rowid DESC LIMIT {last}"
            query = f"SELECT * FROM ({inner}) ORDER BY time DESC NULLS LAST, id DESC LIMIT ? OFFSET ?"
            bound = [match, *values]
        else:
            query = f"{what} {joined} AND rank MATCH ? ORDER BY rank LIMIT ? OFFSET ?"
            bound = [match, *values, _WEIGHTS]
        return self.index.database.execute(query, [*bound, *page]).fetchall()

    def _hits(self, rows: list[Any], *, snippets: bool) -> tuple[Hit, ...]:
        lines = lines_of(self.archive, {record for _number, record, *_rest in rows})
        texts = _Texts(self.archive)
        hits = []
        for _number, record, stored, role, time in rows:
            line = lines[record]
            message = unpacked(stored)
            shown = texts.of(record, message, line) if snippets else ()
            hits.append(
                Hit(
                    line["id"],
                    line["provider"],
                    line["account"],
                    line["title"],
                    message,
                    None if role == TITLE else ROLES[role],
                    time,
                    snippet(shown, self.query.phrases) if snippets else (),
                )
            )
        return tuple(hits)


@dataclass(slots=True)
class _Texts:
    """The texts of entries, read again from the archive."""

    archive: Archive
    _number: int = 0
    _contents: Contents | None = None

    def of(self, number: int, message: str | None, line: Json) -> tuple[str, ...]:
        """What was indexed of a message, the best first; of a title, the title."""
        if message is None:
            return (line["title"],)
        if self._contents is None or self._number != number:
            self._number, self._contents = number, contents(self.archive.database, number)
        extras = tuple(text for of, text in self._contents.extras if of == message)
        for each in self._contents.messages:
            if each.id == message:
                said, aside, files = columns(each)
                return said, files, aside, *extras
        return extras
