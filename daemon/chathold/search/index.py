"""The index as a file: `search.db` in the archive's folder, a database of its own.

Everything in it follows from the archive. Whatever is wrong with it (damage, an older format, another archive's
index), it is thrown away and made anew.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Self

from chathold.archive import durable
from chathold.archive.connecting import connect
from chathold.archive.folder import SEARCH, make_private
from chathold.archive.store import Archive
from chathold.core.errors import ArchiveError, Busy, NoSpace
from chathold.core.texts import _

if TYPE_CHECKING:
    from collections.abc import Iterable

APPLICATION = 0x43485352
"""SQLite's `application_id` of an index: "CHSR"."""

FORMAT = 2
"""Changes with the tables, and with everything that decides which words are found: `words.py`, `entries.py`."""

_REFUSED = (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_PERM)

_HASH_BYTES = 16 << 20
_CACHE_KIB = 16_384
_WAL_LIMIT = 32 << 20
_FREE_PART = 20
_MIDDLE = 1 << 21
"""The first entries get numbers around this: three bytes each, whether older or newer ones follow."""

_TABLES = f"""
CREATE TABLE about (name TEXT PRIMARY KEY, value ANY NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE done (record INTEGER PRIMARY KEY, fingerprint BLOB NOT NULL, entries TEXT NOT NULL) STRICT;
CREATE TABLE model (
    id INTEGER PRIMARY KEY, provider TEXT NOT NULL, name TEXT NOT NULL, UNIQUE (provider, name)
) STRICT;
CREATE TABLE entry (
    id INTEGER PRIMARY KEY,
    record INTEGER NOT NULL,
    role INTEGER NOT NULL,
    time INTEGER,
    model INTEGER NOT NULL,
    marks INTEGER NOT NULL,
    key INTEGER NOT NULL,
    form INTEGER,
    at INTEGER,
    size INTEGER
) STRICT;
CREATE VIRTUAL TABLE text USING fts5 (said, aside, title, files, content='', tokenize='ascii');
INSERT INTO text (text, rank) VALUES ('hashsize', {_HASH_BYTES});
INSERT INTO about VALUES ('ghosts', 0), ('lowest', {_MIDDLE}), ('highest', {_MIDDLE - 1});
PRAGMA application_id = {APPLICATION};
PRAGMA user_version = {FORMAT}
"""


class Index:
    """An open index. Writing is for the one who holds the lock (`indexing`)."""

    def __init__(self, path: Path, database: sqlite3.Connection) -> None:
        self.path = path
        self.database = database

    @classmethod
    def open(cls, archive: Archive) -> Index | None:
        """The archive's index; none if there is none that can be used."""
        path = archive.folder / SEARCH
        if not path.exists():
            return None
        index = cls(path, connect(path))
        with contextlib.suppress(sqlite3.DatabaseError):
            if index._fits(archive):
                index.database.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
                return index
        index.close()
        return None

    @classmethod
    def make(cls, archive: Archive) -> Index:
        """An empty index in place of what may be there. Only for the one who holds the lock."""
        path = archive.folder / SEARCH
        for suffix in ("", "-wal", "-shm", "-journal"):
            path.with_name(f"{path.name}{suffix}").unlink(missing_ok=True)
        path.touch(mode=0o600)
        make_private(path)
        index = cls(path, connect(path))
        try:
            index.database.execute("PRAGMA auto_vacuum = INCREMENTAL")
            index.settle_in()
            with index.transaction("the new index"):
                index.create(archive)
        except BaseException:
            index.close()
            raise
        return index

    def _fits(self, archive: Archive) -> bool:
        """Whether this is an index of today's format, of this archive."""
        numbers = [
            self.database.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("application_id", "user_version")
        ]
        return numbers == [APPLICATION, FORMAT] and self.about("archive") == archive.meta("id")

    def close(self) -> None:
        """Let go of the file."""
        self.database.close()

    def condemn(self) -> None:
        """It is damaged: have it made anew by whoever fills it next."""
        with contextlib.suppress(sqlite3.Error), contextlib.closing(connect(self.path)) as database:
            database.execute("PRAGMA user_version = 0")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_details: object) -> None:
        self.close()

    def settle_in(self) -> None:
        """Have the database work as one does that is being filled."""
        self.database.execute("PRAGMA journal_mode = WAL")
        self.database.execute("PRAGMA synchronous = NORMAL")
        self.database.execute(f"PRAGMA journal_size_limit = {_WAL_LIMIT}")
        self.database.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")

    def create(self, archive: Archive) -> None:
        """The empty tables; inside a transaction."""
        for statement in _TABLES.split(";\n"):
            self.database.execute(statement)
        self.database.execute("INSERT INTO about VALUES ('archive', ?)", (archive.meta("id"),))

    def erase(self, archive: Archive) -> None:
        """Empty it so that none of its words is left in the file, whoever reads meanwhile."""
        self.database.execute("PRAGMA secure_delete = ON")
        with self.transaction("the emptied index"):
            for table in ("text", "entry", "model", "done", "about"):
                self.database.execute(f"DROP TABLE {table}")
            self.create(archive)
        self.database.execute("PRAGMA secure_delete = OFF")
        self.checkpoint()

    def shrink(self) -> None:
        """Give pages that became free back to the system, once they are many."""
        free, pages = (
            self.database.execute(f"PRAGMA {name}_count").fetchone()[0] for name in ("freelist", "page")
        )
        if free > pages // _FREE_PART:
            self.database.executescript("PRAGMA incremental_vacuum")

    def checkpoint(self) -> None:
        """Bring the write-ahead log into the database and empty it, as far as readers let us."""
        self.database.execute("PRAGMA wal_checkpoint(TRUNCATE)")

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

    @contextlib.contextmanager
    def reading(self) -> Iterator[None]:
        """See one state of it."""
        self.database.execute("BEGIN")
        try:
            yield
        finally:
            self.database.execute("ROLLBACK")

    def about(self, name: str) -> str | int | None:
        """One entry of the table `about`."""
        row = self.database.execute("SELECT value FROM about WHERE name = ?", (name,)).fetchone()
        return row[0] if row else None

    def note(self, name: str, value: str | float) -> None:
        """Set one entry of the table `about`."""
        self.database.execute("INSERT OR REPLACE INTO about VALUES (?, ?)", (name, value))

    def done(self) -> dict[int, bytes]:
        """The fingerprint of every record that is in the index, as it was then."""
        return dict(self.database.execute("SELECT record, fingerprint FROM done"))

    def count(self) -> int:
        """How many records are in the index."""
        return int(self.database.execute("SELECT count(*) FROM done").fetchone()[0])

    def entries(self, record: int) -> Iterator[tuple[int, int]]:
        """The entries of a record: number and key."""
        row = self.database.execute("SELECT entries FROM done WHERE record = ?", (record,)).fetchone()
        query = "SELECT id, key FROM entry WHERE id BETWEEN ? AND ? AND record = ?"
        for first, last in _spans(row[0]) if row else ():
            yield from self.database.execute(query, (first, last, record))

    def model(self, provider: str, name: str) -> int:
        """The number of a provider's model ("" is one, too), given anew if it was never met."""
        query = "SELECT id FROM model WHERE provider = ? AND name = ?"
        row = self.database.execute(query, (provider, name)).fetchone()
        if row:
            return int(row[0])
        added = self.database.execute("INSERT INTO model (provider, name) VALUES (?, ?)", (provider, name))
        return int(added.lastrowid or 0)

    def numbers(self, count: int, *, older: bool) -> Iterable[int]:
        """So many numbers for entries, ascending: below all others if they are `older`, as far as there is room."""
        lowest, highest = int(self.about("lowest") or 0), int(self.about("highest") or 0)
        if older and lowest > count:
            self.note("lowest", lowest - count)
            return range(lowest - count, lowest)
        self.note("highest", highest + count)
        return range(highest + 1, highest + 1 + count)


def spans_of(numbers: Iterable[int]) -> str:
    """Numbers as `done` has them: "3-7 12-12"."""
    spans: list[list[int]] = []
    for number in sorted(numbers):
        if spans and spans[-1][1] == number - 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    return " ".join(f"{first}-{last}" for first, last in spans)


def _spans(text: str) -> list[tuple[int, int]]:
    return [(int(first), int(last)) for first, _dash, last in (each.partition("-") for each in text.split())]


@contextlib.contextmanager
def explained(archive: Archive) -> Iterator[None]:
    """Turn what the disk refuses into words; damage passes, for it is repaired."""
    path = str(archive.folder / SEARCH)
    try:
        yield
    except sqlite3.OperationalError as error:
        code = error.sqlite_errorcode & 0xFF
        if code == sqlite3.SQLITE_FULL:
            advice = _("Nothing that was archived is lost. Make room, then search again.")
            raise NoSpace(_("The disk is full."), place=path, advice=advice) from error
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            title, advice = _("Another program is using the search index."), _("Try again later.")
            raise Busy(title, place=path, advice=advice) from error
        if code in _REFUSED:
            raise unwritable(archive) from error
        raise
    except OSError as error:
        raise unwritable(archive) from error


def unwritable(archive: Archive) -> ArchiveError:
    """The refusal to search where no index can be made."""
    return ArchiveError(
        _("The search index cannot be written."),
        place=str(archive.folder / SEARCH),
        advice=_(
            'Check the folder\'s rights; a copy that cannot be changed is searched after "chathold restore".'
        ),
    )
