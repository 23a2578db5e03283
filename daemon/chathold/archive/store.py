"""An archive: a folder with one database and the assets beside it. Opening, reading as of one moment, writing alone."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from chathold.archive import durable, schema
from chathold.archive.connecting import OTHERS_WAITED_FOR, connect, settle_in
from chathold.archive.explaining import explained, explained_damage
from chathold.archive.folder import (
    ABOUT,
    DATABASE,
    LOCK,
    lacks_database,
    make_private,
    may_write,
    write_read_me,
)
from chathold.archive.ledger import Ledger
from chathold.archive.tidying import migrate, remove_half_built, sweep
from chathold.core.errors import ArchiveError, Busy, TooNew
from chathold.core.texts import _

if TYPE_CHECKING:
    from filelock import FileLock

_READERS_WAITED_FOR = 1_000


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
        return may_write(self.folder / DATABASE)

    @cached_property
    def _lock(self) -> FileLock:
        """The lock of the one who writes; its library loads when somebody does."""
        from filelock import FileLock  # noqa: PLC0415

        return FileLock(self.folder / LOCK, thread_local=False, mode=0o600)

    @classmethod
    def open(cls, folder: Path, *, create: bool = False, now: float = 0.0) -> Archive | None:
        """Open the archive in `folder`; none if there is none (then `create` makes one).

        Raises `TooNew` for a newer format, `ArchiveError` for what is no archive or cannot be opened.
        """
        path = folder / DATABASE
        with explained(path):
            there = path.exists()
        if not there:
            _check_nothing_lost(folder)
            if not create:
                return None
            _create(folder, now)
        with explained(path):
            archive = cls(folder, connect(path))
            try:
                archive._check_format()
                settle_in(archive.database, path)
                if archive.version() < len(schema.MIGRATIONS) and may_write(path):
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
        if application != schema.APPLICATION or version < 1:
            raise ArchiveError(
                _("This is no archive of Chathold's."),
                place=str(self.folder / DATABASE),
                advice=_('Choose another folder: "chathold --home DIR" and the command.'),
            )
        if version > len(schema.MIGRATIONS):
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

    def transaction(self, step: str) -> contextlib.AbstractContextManager[None]:
        """One transaction; `step` names its commit."""
        return durable.transaction(self.database, step)

    def checkpoint(self) -> bool:
        """Bring the write-ahead log into the database and empty it; whether readers let us, before long."""
        self.database.execute(f"PRAGMA busy_timeout = {_READERS_WAITED_FOR}")
        try:
            busy: int = self.database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        finally:
            self.database.execute(f"PRAGMA busy_timeout = {OTHERS_WAITED_FOR}")
        return not busy

    def meta(self, name: str) -> str | int | float | None:
        """One entry of the table `meta`."""
        row = self.database.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return row[0] if row else None


def _check_nothing_lost(folder: Path) -> None:
    """Refuse to take a folder for a new one from which somebody took the database."""
    with explained(folder):
        lost = lacks_database(folder)
    if lost:
        raise ArchiveError(
            _("The archive's database is missing: all chats are in it."),
            place=str(folder / DATABASE),
            advice=_(
                "Put the file back if you have it. Else bring a copy back with “chathold restore DIR”, or begin"
                " anew: move this folder away."
            ),
        )


def _create(folder: Path, now: float) -> None:
    """Make an empty archive: built under another name, then renamed, so that a half one never counts."""
    with explained(folder):
        folder.mkdir(parents=True, exist_ok=True)
        make_private(folder)
        from filelock import FileLock  # noqa: PLC0415 - see `Archive._lock`

        with FileLock(folder / LOCK, mode=0o600):
            if (folder / DATABASE).exists():
                return
            remove_half_built(folder)
            (folder / "assets").mkdir(exist_ok=True)
            make_private(folder / "assets")
            write_read_me(folder)
            building = folder / f"building-{DATABASE}"
            _build(building, now)
            durable.sync_path(building, "the new archive's file")
            durable.rename(building, folder / DATABASE, "the new archive")
            durable.sync_folder(folder, "the new archive's folder")


def _build(path: Path, now: float) -> None:
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as database:
        make_private(path)
        database.execute("PRAGMA page_size = 8192")
        database.execute(f"PRAGMA application_id = {schema.APPLICATION}")
        database.execute("PRAGMA secure_delete = ON")
        database.execute("BEGIN")
        for number, step in enumerate(schema.MIGRATIONS, 1):
            step(database)
            database.execute(f"PRAGMA user_version = {number}")
        ledger = Ledger(database)
        ledger.add("meta", ("created", now))
        ledger.add("meta", ("id", os.urandom(16).hex()))
        ledger.add("meta", ("format", ABOUT))
        ledger.settle()
        database.execute("COMMIT")
