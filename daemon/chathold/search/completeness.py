"""How far the index is behind the archive. No text is read for it, so that `status` may ask."""

from __future__ import annotations

import contextlib
import sqlite3

from msgspec import Struct

from chathold.archive.freshness import fingerprints, marker, records, stored_as, underived
from chathold.archive.store import Archive
from chathold.search.index import Index


class Indexed(Struct, frozen=True):
    """How many records (chats and documents) are searchable as they are now, and how many are not (yet).

    Of the latter, `unread` wait to be derived first, and `damaged` cannot be read. `differs`: there is something to
    do for `catch_up`.
    """

    indexed: int
    pending: int
    unread: int = 0
    damaged: int = 0
    differs: bool = False


class Compared(Struct, frozen=True):
    """The records of the archive, and what the index has of them, compared.

    `indexed` is how many are searchable as they are now. `behind` are not in the index as they are now, `stale` are
    in it as they no longer are, `unread` have to be derived first. `forgotten`: the index may hold words of what is
    no more in the archive. `noted`: the index knows that it is complete, and nothing had to be compared; what is
    behind all the same is damaged.
    """

    indexed: int
    behind: frozenset[int] = frozenset()
    stale: frozenset[int] = frozenset()
    unread: frozenset[int] = frozenset()
    forgotten: bool = False
    noted: bool = False

    @property
    def differs(self) -> bool:
        """Whether there is something to do for `catch_up`."""
        return not self.noted and (bool(self.behind) or self.forgotten)

    @property
    def standing(self) -> Indexed:
        """In numbers."""
        damaged = len(self.behind) if self.noted else 0
        return Indexed(
            self.indexed, len(self.behind | self.unread), len(self.unread), damaged, differs=self.differs
        )


def compared(archive: Archive, index: Index | None) -> Compared:
    """Compare the archive with its index, if there is one. Raises `sqlite3.DatabaseError` if that is damaged."""
    with archive.reading():
        noted = index.about("marker") if index else None
        outlived = index is not None and index.outlived(archive)
        if index and noted and not outlived and noted == marker(archive.database):
            damaged = {} if index.about("whole") == noted else index.passed_over()
            if all(stored_as(archive.database, number) == then for number, then in damaged.items()):
                left = frozenset(damaged)
                return Compared(index.count() - len(left), left, left, noted=True)
        done = index.done() if index else {}
        there = fingerprints(archive.database)
        unread = frozenset(underived(archive.database))
        gone = not done.keys() <= there.keys() and not done.keys() <= records(archive.database)
    behind = frozenset(number for number, mark in there.items() if done.get(number) != mark)
    stale = frozenset(number for number, mark in done.items() if there.get(number) != mark)
    return Compared(len(there.keys() - behind - unread), behind, stale, unread, forgotten=outlived or gone)


def standing(archive: Archive) -> Indexed:
    """How far the index is; what has not been derived yet is not searchable either."""
    return look(archive).standing


def look(archive: Archive) -> Compared:
    """Compare the archive with its index; a damaged one is none."""
    index = Index.open(archive)
    if index is not None:
        with index, contextlib.suppress(sqlite3.DatabaseError):
            return compared(archive, index)
    return compared(archive, None)
