"""Small things to remember, by name, as JSON: whether watching is paused, what the daemon is doing right now."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

PAUSED = "paused"
"""True while the user wants no new downloads to be looked at."""
STOP = "stop"
"""True once somebody wants the daemon that runs to end."""
ARCHIVE = "archive"
"""The id of the archive that was last seen, and where: one that is missing then is not made anew."""
DAEMON = "daemon"
"""Of the daemon that runs, or ran last: its process id, its version, since when."""
WATCHING = "watching"
"""The watched folders with their state, as `status` prints them."""
UNDER_WAY = "under way"
"""The downloads that are queued, being imported or still being downloaded, as `status` prints them."""
READER = "reader"
"""Where the reader is found: its port, and the first step of its paths."""
READER_CODE = "reader code"
"""The code that opens the reader once: its hash, and until when (Unix seconds)."""
READER_VISITS = "reader visits"
"""When the reader's first page was shown: the visit that lasts, and the one before it (Unix seconds)."""
READER_LEFT = "reader left"
"""The SHA-256 of downloads of which the user said, on the reader's page, that they are to lie where they are."""
TRAY = "tray"
"""Whether the icon is shown, and why not, as `status` prints it; what the notices lack to be shown, too."""
WELCOMED = "welcomed"
"""True once the first notice of all has been asked for."""


class Memory:
    """The table `memory`. A value is written only if it differs from what is there."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def get(self, name: str) -> Any:
        """The value of this name; none if there is none."""
        row = self._database.execute("SELECT value FROM memory WHERE name = ?", (name,)).fetchone()
        return json.loads(row[0]) if row else None

    def set(self, name: str, value: Any) -> None:
        """Remember a value that JSON can hold."""
        self._database.execute(
            "INSERT INTO memory VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = ?2 WHERE value != ?2",
            (name, json.dumps(value)),
        )

    def take(self, name: str) -> Any:
        """The value of this name, which is forgotten at once: of several that ask, one gets it."""
        row = self._database.execute("DELETE FROM memory WHERE name = ? RETURNING value", (name,)).fetchone()
        return json.loads(row[0]) if row else None
