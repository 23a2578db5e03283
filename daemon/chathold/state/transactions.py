"""Several statements that happen together, or not at all."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator


@contextlib.contextmanager
def at_once(database: sqlite3.Connection) -> Iterator[None]:
    """Commit what is done inside, or take it back if that raises."""
    database.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        database.execute("ROLLBACK")
        raise
    database.execute("COMMIT")
