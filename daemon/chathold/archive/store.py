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
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from chathold.archive import durable
from chathold.archive.ledger import Ledger
from chathold.archive.schema import APPLICATION, MIGRATIONS
from chathold.core.errors import ArchiveError, Busy, NoSpace, TooNew
from chathold.core.texts import _

if TYPE_CHECKING:
    from filelock import FileLock

DATABASE = "archive.db"
LOCK = "lock"
READ_ME = "READ ME.txt"
UNFINISHED = "unfinished"
"""A file that lies here while another archive is being copied into this folder."""
FORGETTING = "unfinished forgetting"
"""The entry of `meta` that stands while something forgotten has not yet been erased everywhere."""
_CACHE_KIB = 16_384
_WAL_LIMIT = 64 << 20
_OTHERS_WAITED_FOR = 30_000
_READERS_WAITED_FOR = 1_000

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

    @property
    def assets(self) -> Path:
        """The folder of the user's files."""
        return self.folder / "assets"

    @property
    def writable(self) -> bool:
        """Whether this process may write to it."""
        return _writable(self.folder / DATABASE)

    @cached_property
    def _lock(self) -> FileLock:
        """The lock of the one who writes; its library loads when somebody does."""
        from filelock import FileLock  # noqa: PLC0415

        return FileLock(self.folder / LOCK, thread_local=False)

    @classmethod
    def open(cls, folder: Path, *, create: bool = False, now: float = 0.0) -> Archive | None:
        """Open the archive in `folder`; none if there is none (then `create` makes one).

        Raises `TooNew` for a newer format, `ArchiveError` for what is no archive or cannot be opened.
        """
        path = folder / DATABASE
        with explained(path):
            there = path.exists()
        if not there:
            if not create:
                return None
            _create(folder, now)
        with explained(path):
            archive = cls(folder, _connect(path))
            try:
                archive._check_format()
                _settle_in(archive.database, path)
                if archive.version() < len(MIGRATIONS) and _writable(path):
                    with archive.writing():
                        pass
            except BaseException:
                archive.close()
                raise
        return archive

    def close(self) -> None:
        """Let go of the database."""
        self.database.close()

    def _check_format(self) -> None:
        application = self.database.execute("PRAGMA application_id").fetchone()[0]
        version = self.version()
        if application != APPLICATION or version < 1:
            raise ArchiveError(
                _("This is no archive of Chathold's."),
                place=str(self.folder / DATABASE),
                advice=_("Choose another folder with --home."),
            )
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
        with explained(self.folder / DATABASE):
            self._acquire(wait, waiting)
            try:
                self._check_format()
                migrate(self)
                sweep(self)
                try:
                    yield Ledger(self.database)
                except BaseException:
                    self._undo()
                    raise
            finally:
                self._lock.release()

    def _undo(self) -> None:
        """Take back what a failed import wrote, now if that can be, else when somebody writes next."""
        with contextlib.suppress(sqlite3.Error, OSError):
            if self.database.in_transaction:
                self.database.execute("ROLLBACK")
            sweep(self)
            self.checkpoint()

    def _acquire(self, wait: float, waiting: Callable[[], None] | None) -> None:
        from filelock import Timeout  # noqa: PLC0415 - see `_lock`

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
    def reading(self) -> Iterator[None]:
        """See one state of the archive, whatever others write; inside a transaction, that one's."""
        if self.database.in_transaction:
            yield
            return
        with explained_damage(self.folder / DATABASE):
            self.database.execute("BEGIN")
            try:
                yield
            finally:
                self.database.execute("ROLLBACK")

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

    def checkpoint(self) -> bool:
        """Bring the write-ahead log into the database and empty it; whether readers let us, before long."""
        self.database.execute(f"PRAGMA busy_timeout = {_READERS_WAITED_FOR}")
        try:
            busy: int = self.database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        finally:
            self.database.execute(f"PRAGMA busy_timeout = {_OTHERS_WAITED_FOR}")
        return not busy

    def meta(self, name: str) -> str | int | float | None:
        """One entry of the table `meta`."""
        row = self.database.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return row[0] if row else None


def _create(folder: Path, now: float) -> None:
    """Make an empty archive: built under another name, then renamed, so that a half one never counts."""
    with explained(folder):
        folder.mkdir(parents=True, exist_ok=True)
        make_private(folder)
        from filelock import FileLock  # noqa: PLC0415 - see `Archive._lock`

        with FileLock(folder / LOCK):
            if (folder / DATABASE).exists():
                return
            remove_half_built(folder)
            (folder / "assets").mkdir(exist_ok=True)
            make_private(folder / "assets")
            write_read_me(folder)
            building = folder / f"building-{DATABASE}"
            _build(building, now)
            _sync_path(building)
            durable.rename(building, folder / DATABASE, "the new archive")
            durable.sync_folder(folder, "the new archive's folder")


def write_read_me(folder: Path) -> None:
    """Say in the folder itself what it is."""
    (folder / READ_ME).write_text(_READ_ME, encoding="utf-8")


def remove_half_built(folder: Path) -> None:
    """Remove what somebody began to build here and never named. Only the one who writes may."""
    for leftover in folder.glob("building-*"):
        leftover.unlink(missing_ok=True)


def _build(path: Path, now: float) -> None:
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as database:
        make_private(path)
        database.execute("PRAGMA page_size = 8192")
        database.execute(f"PRAGMA application_id = {APPLICATION}")
        database.execute("PRAGMA secure_delete = ON")
        database.execute("BEGIN")
        for number, step in enumerate(MIGRATIONS, 1):
            step(database)
            database.execute(f"PRAGMA user_version = {number}")
        ledger = Ledger(database)
        ledger.add("meta", ("created", now))
        ledger.add("meta", ("id", os.urandom(16).hex()))
        ledger.add("meta", ("format", _READ_ME))
        ledger.settle()
        database.execute("COMMIT")


def _sync_path(path: Path) -> None:
    with path.open("rb+") as file:
        durable.sync(file.fileno(), "the new archive's file")


def make_private(path: Path) -> None:
    """Nobody but the user may look into this file or folder.

    On Windows the user's profile sees to it; file systems such as FAT know no rights and may refuse.
    """
    if sys.platform != "win32":
        with contextlib.suppress(PermissionError):
            path.chmod(0o700 if path.is_dir() else 0o600)


def _connect(path: Path) -> sqlite3.Connection:
    """Open the database; where nothing can be written, as one that nobody changes."""
    still = not _writable(path) and not path.with_name(f"{DATABASE}-wal").exists()
    name = f"{path.absolute().as_uri()}?immutable=1" if still else str(path)
    wait = _OTHERS_WAITED_FOR / 1000
    return sqlite3.connect(name, isolation_level=None, timeout=wait, check_same_thread=False, uri=still)


def _writable(path: Path) -> bool:
    return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)


def _settle_in(database: sqlite3.Connection, path: Path) -> None:
    """Have the database work as an archive's does. Only once it is known to be one, of a format of ours."""
    if _writable(path):
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
        database.execute(f"PRAGMA journal_size_limit = {_WAL_LIMIT}")
        database.execute("PRAGMA secure_delete = ON")
    database.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")


def migrate(archive: Archive) -> None:
    """Bring an older format to today's, one numbered step a transaction, after a copy of the database."""
    version = archive.version()
    if version >= len(MIGRATIONS):
        return
    copy = archive.folder / f"before-format-{len(MIGRATIONS)}.db"
    if not copy.exists():
        remove_half_built(archive.folder)
        building = archive.folder / f"building-{copy.name}"
        with contextlib.closing(sqlite3.connect(building)) as target:
            make_private(building)
            archive.database.backup(target)
        _sync_path(building)
        durable.rename(building, copy, "the copy before a migration")
        durable.sync_folder(archive.folder, "the copy's folder")
    for number in range(version + 1, len(MIGRATIONS) + 1):
        with archive.transaction(f"migration {number}"):
            MIGRATIONS[number - 1](archive.database)
            archive.database.execute(f"PRAGMA user_version = {number}")


def sweep(archive: Archive) -> None:
    """Bring to its end what was interrupted. The marks go last: until then it is tried again.

    Of an import, the records above its marks go, and files nothing refers to. Of a forgetting, what it left
    between the pages. Of a copy being made here, files that its database does not know yet.
    """
    remove_half_built(archive.folder)
    marker = archive.folder / UNFINISHED
    marks = dict(archive.database.execute("SELECT name, value FROM meta WHERE name LIKE 'unfinished %'"))
    if not marks and not marker.exists():
        return
    _sweep_assets(archive)
    marker.unlink(missing_ok=True)
    if FORGETTING in marks and not _erase_traces(archive):
        del marks[FORGETTING]
    with archive.transaction("the sweep"):
        for table, column in (("reading", "form"), ("form", "id"), ("record", "id")):
            mark = marks.get("unfinished record" if table == "record" else "unfinished form")
            if mark is not None:
                archive.database.execute(f"DELETE FROM {table} WHERE {column} > ?", (mark,))
        archive.database.executemany("DELETE FROM meta WHERE name = ?", [(name,) for name in marks])


def _erase_traces(archive: Archive) -> bool:
    """Leave nothing of what was deleted between the pages, in the log or in an older format's copy.

    False while a reader still holds the log.
    """
    for copy in archive.folder.glob("before-format-*.db"):
        copy.unlink(missing_ok=True)
    emptied = archive.checkpoint()
    if emptied:
        archive.database.execute("VACUUM")
        emptied = archive.checkpoint()
    durable.sync_folder(archive.folder, "the folder after forgetting")
    return emptied


def _sweep_assets(archive: Archive) -> None:
    known = {digest.hex() for (digest,) in archive.database.execute("SELECT hash FROM asset")}
    for path in archive.assets.glob("*/*"):
        if path.name not in known:
            path.unlink(missing_ok=True)


@contextlib.contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn the errors of disk and database into words."""
    try:
        with explained_damage(path):
            yield
    except OSError as error:
        if error.errno in _FULL:
            raise _full(path) from error
        raise ArchiveError(
            _("The archive cannot be used: {reason}").format(reason=error.strerror or error),
            place=str(error.filename or path),
            advice=_("Check that the folder exists and belongs to you."),
        ) from error


@contextlib.contextmanager
def explained_damage(path: Path) -> Iterator[None]:
    """Turn the errors of the database into words."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_ERROR:
            raise _database_error(error, path) from error
        if has_our_tables(path):  # then a statement of ours is wrong: a bug
            raise
        raise _damaged(path) from error
    except sqlite3.DatabaseError as error:
        raise _damaged(path) from error


def _damaged(path: Path) -> ArchiveError:
    return ArchiveError(
        _("The archive's database is damaged."),
        place=str(path),
        advice=_('Run "chathold verify"; if need be, restore a backup with "chathold restore".'),
    )


def has_our_tables(path: Path) -> bool:
    """Whether a database has all tables and indexes of today's format, to the letter."""
    query = "SELECT name, sql FROM sqlite_schema"
    with contextlib.closing(sqlite3.connect(":memory:")) as new:
        for step in MIGRATIONS:
            step(new)
        ours = set(new.execute(query).fetchall())
    try:
        with contextlib.closing(_connect(path)) as database:
            return ours <= set(database.execute(query).fetchall())
    except sqlite3.DatabaseError:
        return False


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
        advice=_("Nothing that was archived is lost. Make room, then import again."),
    )
