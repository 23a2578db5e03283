"""Stored records that are damaged: found by reading all back, mended from another copy of the same archive."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from chathold.archive import blobs, damage
from chathold.archive.ledger import counted, recorded
from chathold.archive.schema import FACTS
from chathold.core.errors import ArchiveError


def damaged(database: sqlite3.Connection) -> list[int]:
    """The forms whose stored bytes are not those that were stored, bases before their differences."""
    forms = [number for (number,) in database.execute("SELECT id FROM form ORDER BY id")]
    return [number for number in forms if not _whole(database, number)]


def lacking(database: sqlite3.Connection) -> list[str]:
    """The tables of facts that lack rows, have too many, or changed ones."""
    return [table for table in FACTS if counted(database, table) != recorded(database, table)]


def mend(database: sqlite3.Connection, forms: Iterable[int], other: sqlite3.Connection) -> int:
    """Put the stored bytes of damaged forms in place from another copy; how many are whole then.

    Inside a transaction of the caller's. Facts stay as they are: only the same form is taken, stored the same way.
    """
    mended = 0
    for number in forms:
        before, digest, base = database.execute(
            "SELECT stored, hash, base FROM form WHERE id = ?", (number,)
        ).fetchone()
        row = other.execute(
            "SELECT stored FROM form WHERE id = ? AND hash = ? AND base IS ?", (number, digest, base)
        ).fetchone()
        if row is None:
            continue
        database.execute("UPDATE form SET stored = ? WHERE id = ?", (row[0], number))
        if _whole(database, number):
            damage.forget(database, number)
            mended += 1
        else:
            database.execute("UPDATE form SET stored = ? WHERE id = ?", (before, number))
    return mended


def _whole(database: sqlite3.Connection, form: int) -> bool:
    try:
        blobs.fetch(database, form)
    except ArchiveError:
        return False
    return True
