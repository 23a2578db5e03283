"""How far the index is behind the archive. No text is read for it, so that `status` may ask."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from chathold.archive.freshness import fingerprints, records, underived
from chathold.archive.store import Archive
from chathold.search.index import Index


@dataclass(frozen=True, slots=True)
class Indexed:
    """How many records (chats and documents) are searchable as they are now, and how many are not yet.

    `unread` of the latter wait to be derived first. `differs`: there is something to do for `catch_up`.
    """

    indexed: int
    pending: int
    unread: int = 0
    differs: bool = False


def standing(archive: Archive) -> Indexed:
    """How far the index is; what has not been derived yet is not searchable either."""
    with archive.reading():
        there, waiting = fingerprints(archive.database), underived(archive.database)
        held = records(archive.database)
    done = _done(archive)
    behind = {number for number, mark in there.items() if done.get(number) != mark}
    pending = len(behind | waiting)
    indexed = len(there.keys() - behind - waiting)
    return Indexed(indexed, pending, len(waiting), differs=bool(behind) or not done.keys() <= held)


def _done(archive: Archive) -> dict[int, bytes]:
    index = Index.open(archive)
    if index is None:
        return {}
    with index:
        try:
            return index.done()
        except sqlite3.DatabaseError:
            return {}
