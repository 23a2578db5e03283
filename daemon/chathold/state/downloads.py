"""Which downloads were looked at, and which still want something.

Of a download that is done with, or is no export, only a mark stays: a hash that recognises it and says nothing.
What waits, is tried again or failed is kept with its path and the reason, until it is done or gone.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable
from enum import StrEnum
from hashlib import blake2b
from pathlib import Path

from msgspec import Struct

_KEPT_DAYS = 400
_REFRESHED_AFTER_DAYS = 7
_DAY = 86_400


class Stage(StrEnum):
    """Where a download stands that is not done with."""

    WAITING = "waiting"
    """It is not whole yet, as far as anybody can tell."""
    RETRYING = "retrying"
    """Something stood in the way that may pass: another program, a full disk, an unplugged one."""
    FAILED = "failed"
    """It cannot be imported; told once."""


class Pending(Struct, frozen=True):
    """A download that wants something. Times are Unix seconds in UTC; no `next_try`: not before it changes.

    `needed` is the room in bytes that the archive's disk must have first, 0 where that is not what it waits for;
    `crashes` are those of its tries that ended in a bug.
    """

    path: Path
    mark: bytes
    stage: Stage
    reason: str
    advice: str
    since: float
    tries: int = 0
    next_try: float | None = None
    needed: int = 0
    crashes: int = 0


def mark(path: Path, fingerprint: object, readers: str) -> bytes:
    """A hash by which this state of this download is recognised, by readers of these versions."""
    said = os.fsencode(path) + f"\0{fingerprint!r}\0{readers}".encode()
    return blake2b(said, digest_size=16).digest()


class Downloads:
    """The tables `looked_at` and `pending`."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def looked_at(self, seen: bytes, now: float) -> bool:
        """Whether the download of this mark is done with, or was no export."""
        row = self._database.execute("SELECT day FROM looked_at WHERE mark = ?", (seen,)).fetchone()
        if row is None:
            return False
        if row[0] < now // _DAY - _REFRESHED_AFTER_DAYS:
            self._note(seen, now)
        return True

    def done(self, path: Path, seen: bytes, now: float) -> None:
        """Never look at this download again, as long as it stays as it is."""
        self._note(seen, now)
        self.drop(path)
        self._database.execute("DELETE FROM looked_at WHERE day < ?", (int(now // _DAY) - _KEPT_DAYS,))

    def undo(self) -> None:
        """Look at every download again, whatever came of it."""
        self._database.execute("DELETE FROM looked_at")

    def _note(self, seen: bytes, now: float) -> None:
        self._database.execute("INSERT OR REPLACE INTO looked_at VALUES (?, ?)", (seen, int(now // _DAY)))

    def put(self, pending: Pending) -> None:
        """Remember what a download wants, in place of what it wanted before."""
        self._database.execute(
            "INSERT OR REPLACE INTO pending VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                os.fsencode(pending.path),
                pending.mark,
                pending.stage.value,
                _storable(pending.reason),
                _storable(pending.advice),
                pending.since,
                pending.tries,
                pending.next_try,
                pending.needed,
                pending.crashes,
            ),
        )

    def drop(self, path: Path) -> None:
        """Forget what a download wanted: it is done, or gone."""
        self._database.execute("DELETE FROM pending WHERE path = ?", (os.fsencode(path),))

    def pending(self) -> list[Pending]:
        """All that want something, those first that have waited longest."""
        rows = self._database.execute("SELECT * FROM pending ORDER BY since, path")
        return [
            Pending(Path(os.fsdecode(path)), seen, Stage(stage), *rest) for path, seen, stage, *rest in rows
        ]

    def tell_once(self, cause: str, targets: Iterable[str], day: str) -> bool:
        """Note a notice; whether it is the first of its cause and target on this day (ISO)."""
        before = self._database.total_changes
        self._database.executemany(
            "INSERT OR IGNORE INTO notice VALUES (?, ?, ?)",
            [(cause, _storable(target), day) for target in targets],
        )
        return self._database.total_changes > before


def _storable(words: str) -> str:
    """Words as SQLite takes them: a path in them may hold bytes that are no text."""
    return words.encode("utf-8", "backslashreplace").decode()
