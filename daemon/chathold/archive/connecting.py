"""Opening the archive's database, and telling whether it is one of ours."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

from chathold.archive import schema
from chathold.archive.folder import may_write

OTHERS_WAITED_FOR = 30_000
"""So many milliseconds one waits for another process's transaction."""

_CACHE_KIB = 16_384
_WAL_LIMIT = 64 << 20


def connect(path: Path) -> sqlite3.Connection:
    """Open the database; where nothing can be written, as one that nobody changes."""
    still = not may_write(path) and not path.with_name(f"{path.name}-wal").exists()
    name = f"{path.absolute().as_uri()}?immutable=1" if still else str(path)
    wait = OTHERS_WAITED_FOR / 1000
    return sqlite3.connect(name, isolation_level=None, timeout=wait, check_same_thread=False, uri=still)


def settle_in(database: sqlite3.Connection, path: Path) -> None:
    """Have the database work as an archive's does. Only once it is known to be one, of a format of ours."""
    if may_write(path):
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
        database.execute(f"PRAGMA journal_size_limit = {_WAL_LIMIT}")
        database.execute("PRAGMA secure_delete = ON")
    database.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")


def has_our_tables(path: Path) -> bool:
    """Whether a database has all tables and indexes of today's format, to the letter."""
    query = "SELECT name, sql FROM sqlite_schema"
    with contextlib.closing(sqlite3.connect(":memory:")) as new:
        for step in schema.MIGRATIONS:
            step(new)
        ours = set(new.execute(query).fetchall())
    try:
        with contextlib.closing(connect(path)) as database:
            return ours <= set(database.execute(query).fetchall())
    except sqlite3.DatabaseError:
        return False
