"""The state database: opening it, and beginning anew where it is damaged or was made by a newer Chathold."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import sys
from pathlib import Path

from chathold.core.errors import ChatholdError
from chathold.core.texts import _
from chathold.state import links, notices, reminders
from chathold.state.downloads import Downloads
from chathold.state.links import Links
from chathold.state.memory import Memory
from chathold.state.transactions import at_once

DATABASE = "state.db"
_WAIT_SECONDS = 5.0

_FIRST = """
CREATE TABLE looked_at (mark BLOB PRIMARY KEY, day INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE pending (
    path BLOB PRIMARY KEY,
    mark BLOB NOT NULL,
    stage TEXT NOT NULL,
    reason TEXT NOT NULL,
    advice TEXT NOT NULL,
    since REAL NOT NULL,
    tries INTEGER NOT NULL,
    next_try REAL,
    needed INTEGER NOT NULL,
    crashes INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE memory (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE notice (
    cause TEXT,
    target TEXT,
    day TEXT,
    PRIMARY KEY (cause, target, day)
) STRICT, WITHOUT ROWID;
"""

_STEPS = (_FIRST, links.SCHEMA, reminders.SCHEMA + notices.SCHEMA)
"""Each brings the tables one version further."""
VERSION = len(_STEPS)


class State:
    """The open state database, by its parts; each call is a transaction of its own."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self.downloads = Downloads(database)
        self.links = Links(database)
        self.memory = Memory(database)
        self.reminders = reminders.Reminders(database)
        self.notices = notices.Notices(database)

    @classmethod
    def open(cls, folder: Path) -> State:
        """Open the state in `folder`, made if there is none; a damaged one is put aside, and a new one begun.

        Raises `ChatholdError` where nothing can be kept there.
        """
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            try:
                return cls(_opened(folder / DATABASE))
            except sqlite3.DatabaseError as error:
                if isinstance(error, sqlite3.OperationalError):
                    raise
                _put_aside(folder / DATABASE)
                return cls(_opened(folder / DATABASE))
        except (OSError, sqlite3.Error) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise ChatholdError(
                _("Chathold's own notes cannot be kept: {reason}").format(reason=reason),
                place=str(folder),
                advice=_("Check that the folder exists and belongs to you."),
            ) from error

    @classmethod
    def look(cls, folder: Path) -> State | None:
        """Open the state only to read it; none where there is none, or none that can be read to its end."""
        path = folder / DATABASE
        if not os.path.exists(path):  # noqa: PTH110 - `Path.exists` may raise
            return None
        with contextlib.suppress(sqlite3.Error), contextlib.ExitStack() as undo:
            database = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=_WAIT_SECONDS)
            undo.callback(database.close)
            if 0 < _version(database) < VERSION:
                _opened(path).close()
            if _version(database) == VERSION and _is_sound(database):
                undo.pop_all()
                return cls(database)
        return None

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()

    def changes(self) -> int:
        """A number that differs once another process has written here."""
        return int(self._database.execute("PRAGMA data_version").fetchone()[0])


def _opened(path: Path) -> sqlite3.Connection:
    """The database, private, with today's tables. Raises `sqlite3.DatabaseError` if it is none of ours."""
    with contextlib.suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    database = sqlite3.connect(path, isolation_level=None, timeout=_WAIT_SECONDS, check_same_thread=False)
    try:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = NORMAL")
        database.execute("PRAGMA journal_size_limit = 1048576")
        database.execute("PRAGMA secure_delete = ON")
        _prepare(database)
    except BaseException:
        database.close()
        raise
    return database


def _prepare(database: sqlite3.Connection) -> None:
    """Have today's tables. Raises `sqlite3.DatabaseError` where there are others, or damage."""
    with at_once(database):
        version = _version(database)
        if not 0 <= version <= VERSION:
            raise sqlite3.DatabaseError(f"version {version}")
        for step in _STEPS[version:]:
            for statement in filter(str.strip, step.split(";")):
                database.execute(statement)
        if version < VERSION:
            database.execute(f"PRAGMA user_version = {VERSION}")
    if not _is_sound(database):
        raise sqlite3.DatabaseError("damaged")


def _version(database: sqlite3.Connection) -> int:
    return int(database.execute("PRAGMA user_version").fetchone()[0])


def _is_sound(database: sqlite3.Connection) -> bool:
    return bool(database.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok")


def _put_aside(path: Path) -> None:
    """Keep the damaged file for whoever wants to look, in place of an older such one."""
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    path.replace(path.with_name(f"{path.name}.damaged"))
    if sys.platform != "win32":
        path.with_name(f"{path.name}.damaged").chmod(0o600)
