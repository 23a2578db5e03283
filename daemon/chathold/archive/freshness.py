"""What changed, told without reading any record: a fingerprint for each, and which wait to be derived."""

from __future__ import annotations

import sqlite3


def fingerprints(database: sqlite3.Connection) -> dict[int, bytes]:
    """For every record that is shown, what changes with its contents. The one that changed last comes first."""
    return dict(
        database.execute(
            "SELECT record, digest FROM state ORDER BY updated DESC NULLS LAST, record"
        ).fetchall()
    )


def fingerprint(database: sqlite3.Connection, number: int) -> bytes | None:
    """The same for one record; none if there is no such record."""
    row = database.execute("SELECT digest FROM state WHERE record = ?", (number,)).fetchone()
    return row[0] if row else None


def underived(database: sqlite3.Connection) -> set[int]:
    """The records of which the newest facts have not been derived yet."""
    return {number for (number,) in database.execute("SELECT record FROM stale")}


def records(database: sqlite3.Connection) -> set[int]:
    """All records there are; what is in none of them was forgotten."""
    return {number for (number,) in database.execute("SELECT id FROM record")}
