"""Rows of facts, added and taken away together with the tally that vouches for them.

The tally of a table is how many rows it has and the sum of their hashes (SHA-256 of the row, modulo 2^256).
It changes in the same transaction as the rows, so a byte or a row lost later shows.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable
from hashlib import sha256
from typing import Any

from chathold.archive.schema import FACTS

_MODULUS = 1 << 256


def row_hash(row: tuple[Any, ...]) -> int:
    """The hash of one row's values, as a number of 256 bits."""
    return int.from_bytes(sha256(repr(row).encode("utf-8", "surrogatepass")).digest(), "big")


class Ledger:
    """Adds and removes facts; `settle` writes the tally, in the transaction that makes them count."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self._rows: defaultdict[str, int] = defaultdict(int)
        self._sums: defaultdict[str, int] = defaultdict(int)

    def add(self, table: str, row: tuple[Any, ...], *beyond: Any) -> None:
        """Insert a row of facts; `beyond` are columns that prove themselves (a record's bytes)."""
        marks = ",".join("?" * (len(row) + len(beyond)))
        self._database.execute(f"INSERT INTO {table} VALUES ({marks})", (*row, *beyond))
        self._count(table, row, 1)

    def add_once(self, table: str, row: tuple[Any, ...]) -> None:
        """Insert a row of facts unless it is there."""
        marks = ",".join("?" * len(row))
        done = self._database.execute(f"INSERT OR IGNORE INTO {table} VALUES ({marks})", row)
        if done.rowcount:
            self._count(table, row, 1)

    def holds(self, table: str, row: tuple[Any, ...]) -> bool:
        """Whether this very row of facts is there."""
        same = " AND ".join(f"{column} IS ?" for column in FACTS[table])
        return self._database.execute(f"SELECT 1 FROM {table} WHERE {same}", row).fetchone() is not None

    def remove(self, table: str, condition: str, values: Iterable[Any]) -> int:
        """Delete the rows that meet an SQL condition; how many went."""
        values = tuple(values)
        columns = ", ".join(FACTS[table])
        rows = self._database.execute(f"SELECT {columns} FROM {table} WHERE {condition}", values).fetchall()
        for row in rows:
            self._count(table, tuple(row), -1)
        self._database.execute(f"DELETE FROM {table} WHERE {condition}", values)
        return len(rows)

    def _count(self, table: str, row: tuple[Any, ...], sign: int) -> None:
        self._rows[table] += sign
        self._sums[table] += sign * row_hash(row)

    def settle(self) -> None:
        """Write what was added and removed since the last time into the tally."""
        for table, number in self._rows.items():
            rows, total = self._tally(table)
            total = (total + self._sums[table]) % _MODULUS
            self._database.execute(
                "INSERT OR REPLACE INTO tally VALUES (?, ?, ?)",
                (table, rows + number, total.to_bytes(32, "big")),
            )
        self._rows.clear()
        self._sums.clear()

    def _tally(self, table: str) -> tuple[int, int]:
        row = self._database.execute("SELECT rows, sum FROM tally WHERE name = ?", (table,)).fetchone()
        return (row[0], int.from_bytes(row[1], "big")) if row else (0, 0)


def counted(database: sqlite3.Connection, table: str) -> tuple[int, int]:
    """A table's tally, counted anew from its rows; marks of what is unfinished are no facts."""
    rows = total = 0
    less = " WHERE name NOT LIKE 'unfinished %'" if table == "meta" else ""
    for row in database.execute(f"SELECT {', '.join(FACTS[table])} FROM {table}{less}"):
        rows += 1
        total += row_hash(tuple(row))
    return rows, total % _MODULUS


def recorded(database: sqlite3.Connection, table: str) -> tuple[int, int]:
    """A table's tally as it was written."""
    return Ledger(database)._tally(table)  # noqa: SLF001 - the same module
