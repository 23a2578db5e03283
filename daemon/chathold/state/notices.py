"""Notices that nobody has seen yet: in quiet hours, or while no desktop takes them.

One row a kind and target, so that what is told of the same thing adds up, and many are never more than a few. A
row that was claimed, and is still there, may have been seen: it waits for another day.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from chathold.state.transactions import at_once

SCHEMA = """
CREATE TABLE unseen (
    kind TEXT NOT NULL,
    target TEXT NOT NULL,
    facts TEXT NOT NULL,
    since REAL NOT NULL,
    day TEXT NOT NULL,
    PRIMARY KEY (kind, target)
) STRICT, WITHOUT ROWID;
"""


class Unseen(Struct, frozen=True):
    """A notice to be shown: its kind, what it is about, the facts it tells (as JSON has them), since when.

    `day` is the local day on which it was about to be shown; empty before.
    """

    kind: str
    target: str
    facts: dict[str, Any]
    since: float
    day: str = ""


class Notices:
    """The table `unseen`."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def unseen(self) -> list[Unseen]:
        """All that nobody has seen, the oldest first."""
        rows = self._database.execute("SELECT * FROM unseen ORDER BY since, kind, target").fetchall()
        return [
            Unseen(kind, target, json.loads(facts), since, day) for kind, target, facts, since, day in rows
        ]

    def put(self, notice: Unseen) -> None:
        """Remember a notice, in place of what was to be told of the same."""
        self._database.execute(
            "INSERT OR REPLACE INTO unseen VALUES (?, ?, ?, ?, ?)",
            (notice.kind, notice.target, json.dumps(notice.facts), notice.since, notice.day),
        )

    def claim(self, notices: Iterable[Unseen], day: str) -> None:
        """Note, all at once, what is about to be shown on this local day (ISO)."""
        with at_once(self._database):
            self._database.executemany(
                "UPDATE unseen SET day = ? WHERE kind = ? AND target = ?",
                [(day, each.kind, each.target) for each in notices],
            )

    def drop(self, notices: Iterable[Unseen]) -> None:
        """What was seen, or is no longer worth telling. Facts that came meanwhile stay to be told."""
        with at_once(self._database):
            self._database.executemany(
                "DELETE FROM unseen WHERE kind = ? AND target = ? AND facts = ?",
                [(each.kind, each.target, json.dumps(each.facts)) for each in notices],
            )

    def release(self, notices: Iterable[Unseen]) -> None:
        """What was claimed could not be shown."""
        self.claim(notices, "")
