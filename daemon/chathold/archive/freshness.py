"""What changed, told without reading any record: a fingerprint for each, and which wait to be derived."""

from __future__ import annotations

import sqlite3
from hashlib import sha256

from chathold.archive.schema import FACTS

STORED_AS = 8

LAST_FORGETTING = "last forgetting"
"""The entry of `meta` that every forgetting sets to another value."""

_NO_MATTER = frozenset({"receipt", "label", "copy", "meta"})
"""Facts from which no record's contents follow."""


def fingerprints(database: sqlite3.Connection) -> dict[int, bytes]:
    """For every record that is shown, what changes with its contents."""
    return dict(database.execute("SELECT record, digest FROM state").fetchall())


def newest_first(database: sqlite3.Connection) -> list[int]:
    """The records that are shown, the one that changed last first."""
    query = "SELECT record FROM state ORDER BY updated DESC NULLS LAST, record"
    return [number for (number,) in database.execute(query)]


def fingerprint(database: sqlite3.Connection, number: int) -> bytes | None:
    """The same for one record; none if there is no such record."""
    row = database.execute("SELECT digest FROM state WHERE record = ?", (number,)).fetchone()
    return row[0] if row else None


def stored_as(database: sqlite3.Connection, number: int) -> bytes:
    """What changes with a record's stored bytes, be they damaged or mended; eight bytes, shorter than any above."""
    digest = sha256()
    for (stored,) in database.execute("SELECT stored FROM form WHERE record = ? ORDER BY id", (number,)):
        digest.update(stored)
    return digest.digest()[:STORED_AS]


def underived(database: sqlite3.Connection) -> set[int]:
    """The records of which the newest facts have not been derived yet."""
    return {number for (number,) in database.execute("SELECT record FROM stale")}


def marks(database: sqlite3.Connection) -> dict[str, bytes]:
    """The fingerprints by the ids that `list` prints."""
    return dict(database.execute("SELECT id, digest FROM state").fetchall())


def records(database: sqlite3.Connection) -> set[int]:
    """All records there are; what is in none of them was forgotten."""
    return {number for (number,) in database.execute("SELECT id FROM record")}


def last_forgetting(database: sqlite3.Connection) -> str:
    """As long as it is the same, nothing was forgotten; "" if nothing ever was.

    What was made of records has to be made anew if it differs: numbers of records that were forgotten are given again.
    """
    row = database.execute("SELECT value FROM meta WHERE name = ?", (LAST_FORGETTING,)).fetchone()
    return str(row[0]) if row else ""


def marker(database: sqlite3.Connection) -> str:
    """As long as it is the same, so are all fingerprints; "" while anything waits to be derived.

    What is derived follows from facts, and their tallies change with them.
    """
    waiting = database.execute(
        "SELECT 1 FROM stale UNION ALL SELECT 1 FROM file WHERE id NOT IN (SELECT file FROM file_state) LIMIT 1"
    ).fetchone()
    if waiting:
        return ""
    names = ", ".join(f"'{name}'" for name in sorted(FACTS.keys() - _NO_MATTER))
    rows = database.execute(
        f"SELECT name, rows, sum FROM tally WHERE name IN ({names}) ORDER BY name"
    ).fetchall()
    return sha256(repr(rows).encode()).hexdigest()
