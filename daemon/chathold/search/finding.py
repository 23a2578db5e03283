"""Answering a query: which messages match, the best or the newest first, and a snippet of each.

Every answer is joined with what the archive holds at that moment: what has changed since it was indexed is left
out until it is indexed again, and what is gone is not found.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Collection
from typing import Any, TypeVar

from msgspec import Struct

from chathold.archive.contents import lines_of, numbers_of
from chathold.archive.store import Archive
from chathold.archive.summary import Filters
from chathold.core.model import Role
from chathold.queries.query import Query, parse
from chathold.queries.wishes import Wish
from chathold.search.completeness import Indexed, compared, standing
from chathold.search.entries import ROLES, TITLE, Entry, Marks
from chathold.search.index import Index, explained
from chathold.search.lines import Line, read_again
from chathold.search.snippets import Piece, snippet

_Answer = TypeVar("_Answer")

COMMON = 20_000
"""Of more matches than this, only the newest are looked at: to rank them all would take too long, and say little."""

COMMON_BEGINNING = 5_000
"""The same where a beginning is sought: it stands for many words, and how often they are said says less."""

_NEWEST_RANKED = 2_000
_NEWEST_PART = 4
"""Where so many match, this part of all entries will hold the newest of them."""

_WEIGHTS = "bm25(1.0, 0.01, 2.0, 0.5)"
"""Of `entries.COLUMNS`: what stands aside counts so little that no number of mentions outranks what was said."""


class Hit(Struct, frozen=True):
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


class Found(Struct, frozen=True):
    """What was found: how many in all, those asked for, and how many chats and documents are not searchable yet.

    `damaged` of those never will be, as they are.
    """

    total: int
    results: tuple[Hit, ...]
    pending: int
    damaged: int = 0


def find(
    archive: Archive,
    wish: Wish,
    *,
    limit: int = 20,
    offset: int = 0,
    incomplete: bool = False,
) -> Found:
    """What a wish finds. With `incomplete` the last word is still being typed.

    Raises `UsageError` if the wish cannot be understood, `ArchiveError` if the archive cannot be read.
    """
    query = parse(wish, incomplete=incomplete)
    with archive.reading(), explained(archive):
        found = _asked(archive, query, lambda search: search.answer(limit, offset))
        return _nothing(standing(archive)) if found is None else found


def _nothing(indexed: Indexed) -> Found:
    """What is found where there is no index."""
    return Found(0, (), indexed.pending, indexed.damaged)


def find_chats(archive: Archive, wish: Wish) -> set[int]:
    """The numbers of all records in which a message, or the title, is what a wish finds.

    Raises as `find` does.
    """
    query = parse(wish)
    with archive.reading(), explained(archive):
        return _asked(archive, query, lambda search: search.records()) or set()


def _asked(archive: Archive, query: Query, ask: Callable[[_Search], _Answer]) -> _Answer | None:
    """What the index answers; none if there is none, or it is damaged: then it is made anew."""
    index = Index.open(archive)
    if index is None:
        return None
    try:
        with index, index.reading():
            return ask(_Search(archive, index, query))
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError:
        index.condemn()
        return None


class _Search(Struct):
    """One query, against one state of the archive and of the index."""

    archive: Archive
    index: Index
    query: Query

    def answer(self, limit: int, offset: int) -> Found:
        """The answer."""
        held = compared(self.archive, self.index)
        joined, conditions, values = self._conditions(held.stale)
        total, newest = self._count(joined, conditions, values)
        rows = self._rows(conditions, values, (total, newest), (limit, offset)) if limit else []
        return Found(total, self._hits(rows), held.standing.pending, held.standing.damaged)

    def records(self) -> set[int]:
        """The records of everything that matches."""
        _joined, conditions, values = self._conditions(compared(self.archive, self.index).stale)
        query, bound = f"SELECT DISTINCT record FROM entry WHERE {conditions}", values
        if self.query.match:
            inner = "SELECT DISTINCT record FROM text CROSS JOIN entry ON entry.id = text.rowid"
            query, bound = f"{inner} WHERE text MATCH ? AND {conditions}", [self.query.match, *values]
        return {number for (number,) in self.index.database.execute(query, bound)}

    def _conditions(self, stale: Collection[int]) -> tuple[bool, str, list[Any]]:
        """What entries have to be beside matching; whether that is anything at all."""
        query = self.query
        found: list[str] = []
        values: list[Any] = []
        if stale:
            found.append("record NOT IN (SELECT value FROM json_each(?))")
            values.append(json.dumps(sorted(stale)))
        if query.account or query.title:
            wanted = numbers_of(self.archive, Filters(query.provider, query.account, query.title))
            found.append("record IN (SELECT value FROM json_each(?))")
            values.append(json.dumps(sorted(wanted)))
        for edge, sign in ((query.since, ">="), (query.until, "<")):
            if edge is not None:
                found.append(f"time {sign} ?")
                values.append(edge)
        kinds, bound = _kinds(query)
        if kinds:
            found.append(f"kind IN (SELECT id FROM kind WHERE {' AND '.join(kinds)})")
            values += bound
        joined = bool(found) or bool(self.index.about("ghosts"))
        return joined, " AND ".join(["1", *found]), values

    def _count(self, joined: bool, conditions: str, values: list[Any]) -> tuple[int, str]:  # noqa: FBT001
        """How many match; and of a beginning, which FTS5 is slow to look up twice, the numbers of the newest."""
        match = self.query.match
        what, first = "count(*), ''", []
        if self._begins():
            what, first = "count(*), group_concat(text.rowid) FILTER (WHERE text.rowid < ?)", [self._edge()]
        if not match:
            query, bound = f"SELECT count(*), '' FROM entry WHERE {conditions}", values
        elif joined:
            query = (
                f"SELECT {what} FROM text CROSS JOIN entry ON entry.id = text.rowid"
                f" WHERE text MATCH ? AND {conditions}"
            )
            bound = [*first, match, *values]
        else:
            query, bound = f"SELECT {what} FROM text WHERE text MATCH ?", [*first, match]
        total, newest = self.index.database.execute(query, bound).fetchone()
        return total, newest or ""

    def _begins(self) -> bool:
        """Whether there are words of which only the beginning is told."""
        return any(phrase.prefix for phrase in self.query.phrases)

    def _edge(self) -> int:
        """Below this are the numbers of a newest part of all entries."""
        lowest, highest = (int(self.index.about(name) or 0) for name in ("lowest", "highest"))
        return lowest + (highest - lowest) // _NEWEST_PART

    def _rows(
        self, conditions: str, values: list[Any], counted: tuple[int, str], page: tuple[int, int]
    ) -> list[Line]:
        """The entries of one page, of what `_count` told."""
        total, numbers = counted
        what = "SELECT entry.id, record, kind, time FROM"
        newest = "ORDER BY time DESC NULLS LAST, record, id LIMIT ? OFFSET ?"
        joined = f"text CROSS JOIN entry ON entry.id = text.rowid WHERE text MATCH ? AND {conditions}"
        match = self.query.match
        if not match:
            query, bound = f"{what} entry WHERE {conditions} {newest}", values
        elif self.query.newest:
            query, bound = f"{what} {joined} {newest}", [match, *values]
        elif total > (COMMON_BEGINNING if self._begins() else COMMON):
            last = max(_NEWEST_RANKED, sum(page))
            known = numbers.split(",", last)[:last]
            if len(known) == last:
                inner, bound = (
                    f"{what} json_each(?) CROSS JOIN entry ON entry.id = value",
                    [f"[{','.join(known)}]"],
                )
            else:
                inner, bound = f"{what} {joined} ORDER BY text.rowid LIMIT {last}", [match, *values]
            query = f"SELECT * FROM ({inner}) {newest}"
        else:
            query = f"{what} {joined} AND rank MATCH ? ORDER BY rank, time DESC NULLS LAST, record, id LIMIT ? OFFSET ?"
            bound = [match, *values, _WEIGHTS]
        return self._lines(self.index.database.execute(query, [*bound, *page]).fetchall())

    def _lines(self, rows: list[tuple[int, int, int, int | None]]) -> list[Line]:
        """Rows of `entry` with what is held of them."""
        roles = dict(self.index.database.execute("SELECT id, role FROM kind"))
        if not {kind for _number, _record, kind, _time in rows} <= roles.keys():
            raise sqlite3.DatabaseError
        return [
            Line(record, roles[kind], time, self.index.held_as(record, number))
            for number, record, kind, time in rows
        ]

    def _hits(self, rows: list[Line]) -> tuple[Hit, ...]:
        lines = lines_of(self.archive, {row.record for row in rows})
        said = read_again(self.archive.database, rows)
        hits = []
        for row in rows:
            line = lines[row.record]
            entry = said.get(row.held.number)
            hits.append(
                Hit(
                    line["id"],
                    line["provider"],
                    line["account"],
                    line["title"],
                    entry.message if entry else None,
                    None if row.role == TITLE else ROLES[row.role],
                    row.time,
                    snippet(_best_first(entry), self.query.phrases) if entry else (),
                )
            )
        return tuple(hits)


def _kinds(query: Query) -> tuple[list[str], list[Any]]:
    """What rows of the table `kind` have to be, if anything."""
    found: list[str] = []
    values: list[Any] = []
    if query.provider:
        found.append("provider = ?")
        values.append(query.provider)
    if query.role:
        found.append("role = ?")
        values.append(ROLES.index(Role(query.role)))
    if query.model:
        found.append("instr(lower(model), lower(?)) > 0")
        values.append(query.model)
    found += [f"marks & {int(Marks[each.upper()])} != 0" for each in sorted(query.has)]
    return found, values


def _best_first(entry: Entry) -> tuple[str, ...]:
    said, aside, title, files = entry.columns
    return said, title, files, aside
