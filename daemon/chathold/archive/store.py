"""An archive: a folder with one database and the assets beside it. Opening, locking, sweeping up.

archive/
├── archive.db     records, and all that is known about them
├── assets/ab/…    the user's files, named by the SHA-256 of their bytes
├── lock           held by the one process that writes
└── READ ME.txt    what this folder is
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import sys
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from chathold.archive import durable
from chathold.archive.ledger import Ledger
from chathold.archive.schema import APPLICATION, MIGRATIONS
from chathold.core.errors import ArchiveError, Busy, NoSpace, TooNew
from chathold.core.texts import _

DATABASE = "archive.db"
_CACHE_KIB = 16_384
_WAL_LIMIT = 64 << 20
_NAME_LENGTH = 64

_READ_ME = """This folder is an archive made by Chathold: a person's AI chats, kept from the services' exports.
archive.db is an SQLite database. Its records are the services' own JSON, compressed with Zstandard.
How to read it without Chathold is written in the table "meta" (name "format") and in Chathold's daemon/README.md.
Do not copy archive.db alone while Chathold runs; use "chathold backup".
"""


class Archive:
    """An open archive. `database` is this process's connection; write only inside `writing()`."""

    def __init__(self, folder: Path, database: sqlite3.Connection) -> None:
        self.folder = folder
        self.database = database
        self._lock = FileLock(folder / "lock", thread_local=False)

    @property
    def assets(self) -> Path:
        """The folder of the user's files."""
        return self.folder / "assets"

    @classmethod
    def open(cls, folder: Path, *, create: bool = False, now: float = 0.0) -> Archive | None:
        """Open the archive in `folder`; none if there is none (then `create` makes one).

        Raises `TooNew` for a newer format, `ArchiveError` for what is no archive or cannot be opened.
        """
        path = folder / DATABASE
        if not path.exists():
            if not create:
                return None
            _create(folder, now)
        with _explained(path):
            archive = cls(folder, _connect(path))
            archive._check_format()
        return archive

    def close(self) -> None:
        """Let go of the database."""
        self.database.close()

    def _check_format(self) -> None:
        application = self.database.execute("PRAGMA application_id").fetchone()[0]
        if application != APPLICATION:
            raise ArchiveError(
                _("This is no archive of Chathold's."),
                place=str(self.folder / DATABASE),
                advice=_("Choose another folder with --home."),
            )
        version = self.version()
        if version > len(MIGRATIONS):
            raise TooNew(
                _("This archive was made by a newer Chathold."),
                place=str(self.folder),
                advice=_("Install the newest Chathold; this one leaves the archive as it is."),
            )

    def version(self) -> int:
        """The format's version, as the database has it now."""
        return int(self.database.execute("PRAGMA user_version").fetchone()[0])

    @contextlib.contextmanager
    def writing(self, *, wait: float = -1, waiting: Callable[[], None] | None = None) -> Iterator[Ledger]:
        """Be the one writer: nothing half-done of an earlier one is left, the format is today's.

        Waits up to `wait` seconds for another writer (without end if negative), after calling `waiting`.
        Raises `Busy`, `TooNew`, `NoSpace` or `ArchiveError`.
        """
        with _explained(self.folder / DATABASE):
            self._acquire(wait, waiting)
            try:
                self._check_format()
                migrate(self)
                sweep(self)
                yield Ledger(self.database)
            except BaseException:
                if self.database.in_transaction:
                    self.database.execute("ROLLBACK")
                raise
            finally:
                self._lock.release()

    def _acquire(self, wait: float, waiting: Callable[[], None] | None) -> None:
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            if waiting:
                waiting()
        else:
            return
        try:
            self._lock.acquire(timeout=wait)
        except Timeout:
            raise Busy(
                _("Another Chathold is writing to the archive."),
                place=str(self.folder),
                advice=_("Wait until it has finished, then try again."),
            ) from None

    @contextlib.contextmanager
    def transaction(self, step: str) -> Iterator[None]:
        """One transaction; `step` names its commit."""
        self.database.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            if self.database.in_transaction:
                self.database.execute("ROLLBACK")
            raise
        durable.commit(self.database, step)

    def checkpoint(self) -> None:
        """Bring the write-ahead log into the database and empty it, as far as readers let us."""
        self.database.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def meta(self, name: str) -> str | int | float | None:
        """One entry of the table `meta`."""
        row = self.database.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return row[0] if row else None


def _create(folder: Path, now: float) -> None:
    """Make an empty archive: built under another name, then renamed, so that a half one never counts."""
    with _explained(folder):
        folder.mkdir(parents=True, exist_ok=True)
        _private(folder)
        (folder / "assets").mkdir(exist_ok=True)
        _private(folder / "assets")
        building = folder / f"building-{uuid.uuid4().hex}.db"
        try:
            _build(building, now)
            _sync_path(building)
            durable.rename(building, folder / DATABASE, "the new archive")
            durable.sync_folder(folder, "the new archive's folder")
        finally:
            for leftover in folder.glob(f"{building.name}*"):
                leftover.unlink(missing_ok=True)
        (folder / "READ ME.txt").write_text(_READ_ME, encoding="utf-8")


def _build(path: Path, now: float) -> None:
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as database:
        os.chmod(path, 0o600)  # noqa: PTH101 - the same on a path that may be a str
        database.execute("PRAGMA page_size = 8192")
        database.execute(f"PRAGMA application_id = {APPLICATION}")
        database.execute("PRAGMA secure_delete = ON")
        database.execute("BEGIN")
        for number, step in enumerate(MIGRATIONS, 1):
            step(database)
            database.execute(f"PRAGMA user_version = {number}")
        ledger = Ledger(database)
        ledger.add("meta", ("created", now))
        ledger.add("meta", ("id", uuid.uuid4().hex))
        ledger.add("meta", ("format", _READ_ME))
        ledger.settle()
        database.execute("COMMIT")


def _sync_path(path: Path) -> None:
    with path.open("rb+") as file:
        durable.sync(file.fileno(), "the new archive's file")


def _private(folder: Path) -> None:
    if sys.platform != "win32":
        folder.chmod(0o700)


def _connect(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path, isolation_level=None, timeout=30, check_same_thread=False)
    writable = os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)
    if writable:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
        database.execute(f"PRAGMA journal_size_limit = {_WAL_LIMIT}")
        database.execute("PRAGMA secure_delete = ON")
    database.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
    return database


def migrate(archive: Archive) -> None:
    """Bring an older format to today's, one numbered step a transaction, after a copy of the database."""
    version = archive.version()
    if version >= len(MIGRATIONS):
        return
    copy = archive.folder / f"before-format-{len(MIGRATIONS)}.db"
    if not copy.exists():
        building = copy.with_suffix(".building")
        building.unlink(missing_ok=True)
        with contextlib.closing(sqlite3.connect(building)) as target:
            archive.database.backup(target)
        _sync_path(building)
        durable.rename(building, copy, "the copy before a migration")
        durable.sync_folder(archive.folder, "the copy's folder")
    for number in range(version + 1, len(MIGRATIONS) + 1):
        with archive.transaction(f"migration {number}"):
            MIGRATIONS[number - 1](archive.database)
            archive.database.execute(f"PRAGMA user_version = {number}")


def sweep(archive: Archive) -> None:
    """Remove what an interrupted import left: records above the mark it set, files nothing refers to."""
    marks = dict(archive.database.execute("SELECT name, value FROM meta WHERE name LIKE 'unfinished %'"))
    if not marks:
        return
    with archive.transaction("the sweep"):
        for table in ("form", "record"):
            mark = marks.get(f"unfinished {table}", -1)
            archive.database.execute(f"DELETE FROM {table} WHERE id > ?", (mark,))
            if table == "form":
                archive.database.execute("DELETE FROM reading WHERE form > ?", (mark,))
        archive.database.execute("DELETE FROM meta WHERE name LIKE 'unfinished %'")
    _sweep_assets(archive)


def _sweep_assets(archive: Archive) -> None:
    for path in archive.assets.glob("*/*"):
        known = (
            len(path.name) == _NAME_LENGTH
            and archive.database.execute(
                "SELECT 1 FROM asset WHERE hash = ?", (bytes.fromhex(path.name),)
            ).fetchone()
        )
        if not known:
            path.unlink(missing_ok=True)


@contextlib.contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Turn the errors of disk and database into words."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_ERROR:  # a statement of ours is wrong: a bug
            raise
        raise _database_error(error, path) from error
    except sqlite3.DatabaseError as error:
        raise ArchiveError(
            _("The archive's database is damaged."),
            place=str(path),
            advice=_('Run "chathold verify"; if need be, restore a backup with "chathold restore".'),
        ) from error
    except OSError as error:
        if error.errno in _FULL:
            raise _full(path) from error
        raise ArchiveError(
            _("The archive cannot be used: {reason}").format(reason=error.strerror or error),
            place=str(error.filename or path),
            advice=_("Check that the folder exists and belongs to you."),
        ) from error


_FULL = frozenset({28, 122})
"""`errno` of a full disk and of a used-up quota."""


def _database_error(error: sqlite3.OperationalError, path: Path) -> ArchiveError:
    code = error.sqlite_errorcode & 0xFF
    if code == sqlite3.SQLITE_FULL:
        return _full(path)
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN):
        return ArchiveError(
            _("The archive cannot be written to."),
            place=str(path),
            advice=_("Check that the folder and its files belong to you and are not write-protected."),
        )
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return Busy(_("Another program is using the archive."), place=str(path), advice=_("Try again later."))
    return ArchiveError(
        _("The archive's database reports: {reason}").format(reason=error),
        place=str(path),
        advice=_('Run "chathold verify".'),
    )


def _full(path: Path) -> NoSpace:
    return NoSpace(
        _("The disk is full."),
        place=str(path),
        advice=_("Nothing was changed. Make room, then import again."),
    )
