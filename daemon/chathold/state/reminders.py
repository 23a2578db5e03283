"""What people said to reminders, and which reminders were shown.

Of a showing a row is written before it is shown, and proven afterwards. A row that never was proven stands for
the day it was written on: whatever ended the program then, nobody sees that reminder twice on one day; and from
the next day on it counts as not shown, so that it is not lost.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import astuple

from chathold.state.transactions import at_once

SCHEMA = """
CREATE TABLE reminder (
    provider TEXT NOT NULL,
    account TEXT NOT NULL,
    since REAL NOT NULL,
    off INTEGER NOT NULL,
    snoozed REAL,
    snoozed_days REAL,
    asked REAL,
    came REAL,
    PRIMARY KEY (provider, account)
) STRICT, WITHOUT ROWID;
CREATE TABLE showing (
    provider TEXT NOT NULL,
    account TEXT NOT NULL,
    round TEXT NOT NULL,
    step INTEGER NOT NULL,
    at REAL NOT NULL,
    day TEXT NOT NULL,
    grouped INTEGER NOT NULL,
    proven INTEGER NOT NULL,
    PRIMARY KEY (provider, account, round, step)
) STRICT, WITHOUT ROWID;
"""


class Marks(Struct, frozen=True):
    """What somebody said of the reminders of an account. Times are Unix seconds in UTC.

    The account is empty where a provider is to be reminded of that nothing is archived of yet; `since` is when
    the first of these marks was made. `snoozed`, `asked` and `came` are when that was said.
    """

    provider: str
    account: str
    since: float = 0.0
    off: bool = False
    snoozed: float | None = None
    snoozed_days: float | None = None
    asked: float | None = None
    came: float | None = None


class Showing(Struct, frozen=True):
    """One reminder that was, or is about to be, shown: which step of which round, when, on which local day.

    `grouped` are those that share the one notice of a day. `proven` once the desktop has taken it.
    """

    provider: str
    account: str
    round: str
    step: int
    at: float
    day: str
    grouped: bool = True
    proven: bool = False


class Reminders:
    """The tables `reminder` and `showing`."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def marks(self) -> dict[tuple[str, str], Marks]:
        """All marks, by provider and account."""
        rows = self._database.execute("SELECT * FROM reminder").fetchall()
        return {
            (provider, account): Marks(provider, account, since, bool(off), *rest)
            for provider, account, since, off, *rest in rows
        }

    def put(self, marks: Marks) -> None:
        """Remember what was said, in place of what was said before."""
        self._database.execute(
            "INSERT OR REPLACE INTO reminder VALUES (?, ?, ?, ?, ?, ?, ?, ?)", astuple(marks)
        )

    def drop(self, provider: str, account: str) -> None:
        """Forget what was said of an account."""
        self._database.execute("DELETE FROM reminder WHERE provider = ? AND account = ?", (provider, account))

    def showings(self) -> list[Showing]:
        """All that is known to have been shown, or to have been about to be."""
        rows = self._database.execute("SELECT * FROM showing ORDER BY at").fetchall()
        return [
            Showing(provider, account, name, step, at, day, bool(grouped), bool(proven))
            for provider, account, name, step, at, day, grouped, proven in rows
        ]

    def claim(self, showings: Iterable[Showing]) -> None:
        """Note, all at once, what is about to be shown. Nothing is ever dropped: a clock that is wrong must not."""
        rows = [astuple(each) for each in showings]
        with at_once(self._database):
            self._database.executemany("INSERT OR REPLACE INTO showing VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)

    def prove(self, showings: Iterable[Showing]) -> None:
        """What was claimed is on the desktop."""
        with at_once(self._database):
            self._database.executemany(
                "UPDATE showing SET proven = 1 WHERE provider = ? AND account = ? AND round = ? AND step = ?",
                [_key(each) for each in showings],
            )

    def release(self, showings: Iterable[Showing]) -> None:
        """What was claimed could not be shown."""
        with at_once(self._database):
            self._database.executemany(
                "DELETE FROM showing WHERE provider = ? AND account = ? AND round = ? AND step = ?",
                [_key(each) for each in showings],
            )


def _key(showing: Showing) -> tuple[str, str, str, int]:
    return showing.provider, showing.account, showing.round, showing.step
