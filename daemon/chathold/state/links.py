"""The private links of a manifest, until its files are here: each gives one file, once, for about a day.

They stand nowhere else: not in the archive, no log and no receipt. They go when the set is whole, and two days
after they came at the latest; what goes leaves no trace in the file.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from msgspec import Struct

SCHEMA = """
CREATE TABLE link (
    manifest TEXT NOT NULL,
    part TEXT NOT NULL,
    url TEXT NOT NULL,
    since REAL NOT NULL,
    opened REAL,
    PRIMARY KEY (manifest, part)
) STRICT, WITHOUT ROWID;
"""

KEPT = 2 * 86_400.0
"""Seconds; the links themselves work for about half of that."""


class Link(Struct, frozen=True):
    """One file's link. `opened`: when it was handed to a browser (Unix seconds), if it was."""

    part: str
    url: str
    since: float
    opened: float | None = None

    def __repr__(self) -> str:
        """Without the address, which is private."""
        return f"Link({self.part})"


class Links:
    """The table `link`. A manifest is named by the SHA-256 of its file, in hex."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def keep(self, manifest: str, links: Iterable[tuple[str, str]], now: float) -> None:
        """Keep the links (file name, address) of a manifest; those known already stay as they are."""
        self._database.executemany(
            "INSERT OR IGNORE INTO link VALUES (?, ?, ?, ?, NULL)",
            [(manifest, part, url, now) for part, url in links],
        )

    def of(self, manifest: str, now: float) -> tuple[Link, ...]:
        """The links of a manifest that may still work, by file name."""
        rows = self._database.execute(
            "SELECT part, url, since, opened FROM link WHERE manifest = ? AND since > ? ORDER BY part",
            (manifest, now - KEPT),
        )
        return tuple(Link(*row) for row in rows)

    def open(self, manifest: str, part: str, now: float) -> str:
        """The address of a file's link, noted as opened now; "" if there is none (any more)."""
        row = self._database.execute(
            "UPDATE link SET opened = ? WHERE manifest = ? AND part = ? AND since > ? RETURNING url",
            (now, manifest, part, now - KEPT),
        ).fetchone()
        return str(row[0]) if row else ""

    def drop(self, manifests: Iterable[str]) -> None:
        """Forget the links of sets that are whole."""
        self._remove("manifest = ?", [(each,) for each in manifests])

    def tidy(self, now: float) -> None:
        """Forget the links that have come two days ago or earlier."""
        self._remove("since <= ?", [(now - KEPT,)])

    def _remove(self, condition: str, values: list[tuple[str | float]]) -> None:
        """Nothing is left in the log either, as soon as nobody reads."""
        before = self._database.total_changes
        self._database.executemany(f"DELETE FROM link WHERE {condition}", values)
        if self._database.total_changes > before:
            self._database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
