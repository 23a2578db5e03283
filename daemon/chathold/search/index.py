"""The index as a file: `search.db` in the archive's folder, a database of its own.

Everything in it follows from the archive. Whatever is wrong with it (damage, an older format, another archive's
index), it is thrown away and made anew.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Self

from chathold.archive import durable
from chathold.archive.connecting import connect
from chathold.archive.folder import SEARCH, make_private
from chathold.archive.freshness import STORED_AS, last_forgetting
from chathold.archive.store import Archive
from chathold.core.errors import ArchiveError, Busy, NoSpace
from chathold.core.texts import _
from chathold.search.packing import Held, picked, unpacked

Kind = tuple[str, str, int, int]
"""What many entries have in common: provider, model, role (as in `Entry`), and marks."""

APPLICATION = 0x43485352
"""SQLite's `application_id` of an index: "CHSR"."""

FORMAT = 4
"""Changes with the tables, and with everything that decides which words are found: `words.py`, `entries.py`."""

_REFUSED = (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_PERM)

_HASH_BYTES = 16 << 20
_CACHE_KIB = 1_024
"""Of a search, which reads most pages once: memory that is fresh from the system costs more than reading them again."""

_FILLING_KIB = 4_096
"""Words are written behind one another, and little is read meanwhile."""

_WAL_LIMIT = 32 << 20
_FREE_PART = 100
_PAGE, _LEAF = 8192, 8140
"""Bytes of a page, and of it that FTS5 may fill: a leaf that is larger would take two."""

_CRISIS, _MANY = 64, 56
_PIECE = 1000
_LOOSE_PART, _LOOSE = 4, 16
"""Words are in one piece (segment) a transaction. They are brought together when this part of all is outside of the
largest, or so many pieces are there; while much is written, not before there are `_MANY`: with `_CRISIS` FTS5 does it
by itself, in one transaction that makes the write-ahead log as large as all of them. `_PIECE` are the pages one
transaction brings together."""

_MIDDLE = 1 << 20
"""The first entries get numbers around this: three bytes each, whether older or newer ones follow."""

_TABLES = f"""
CREATE TABLE about (name TEXT PRIMARY KEY, value ANY NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE done (record INTEGER PRIMARY KEY, fingerprint BLOB NOT NULL) STRICT;
CREATE TABLE held (
    record INTEGER NOT NULL, least INTEGER NOT NULL, keys BLOB NOT NULL, places BLOB NOT NULL,
    PRIMARY KEY (record, least)
) STRICT, WITHOUT ROWID;
CREATE TABLE kind (
    id INTEGER PRIMARY KEY, provider TEXT NOT NULL, model TEXT NOT NULL, role INTEGER NOT NULL, marks INTEGER NOT NULL,
    UNIQUE (provider, model, role, marks)
) STRICT;
CREATE TABLE entry (id INTEGER PRIMARY KEY, record INTEGER NOT NULL, kind INTEGER NOT NULL, time INTEGER) STRICT;
CREATE VIRTUAL TABLE text USING fts5 (said, aside, title, files, content='', tokenize='ascii');
INSERT INTO text (text, rank) VALUES
    ('hashsize', {_HASH_BYTES}), ('pgsz', {_LEAF}), ('automerge', 0), ('crisismerge', {_CRISIS});
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
            index.database.execute(f"PRAGMA page_size = {_PAGE}")
            index.database.execute("PRAGMA auto_vacuum = INCREMENTAL")
            index.settle_in()
            with index.transaction("the new index"):
                index.create(archive)
                index.note("forgetting", last_forgetting(archive.database))
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
        self.database.execute("PRAGMA secure_delete = OFF")  # until something is forgotten
        self.database.execute(f"PRAGMA journal_size_limit = {_WAL_LIMIT}")
        self.database.execute(f"PRAGMA cache_size = -{_FILLING_KIB}")

    def create(self, archive: Archive) -> None:
        """The empty tables; inside a transaction."""
        for statement in _TABLES.split(";\n"):
            self.database.execute(statement)
        self.note("archive", str(archive.meta("id")))

    def erase(self, archive: Archive) -> None:
        """Empty it so that none of its words is left in the file, whoever reads meanwhile.

        That it was is noted last: killed before, it is emptied once more.
        """
        forgetting = last_forgetting(archive.database)
        self.database.execute("PRAGMA secure_delete = ON")
        with self.transaction("the emptied index"):
            for table in ("text", "entry", "kind", "held", "done", "about"):
                self.database.execute(f"DROP TABLE {table}")
            self.create(archive)
        self.database.execute("PRAGMA secure_delete = OFF")
        self._cut_off()  # pages that were free before are not overwritten
        self.checkpoint()
        with self.transaction("the note that the index was emptied"):
            self.note("forgetting", forgetting)

    def shrink(self) -> None:
        """Give pages that became free back to the system, once they are many."""
        (pages,) = self.database.execute("PRAGMA page_count").fetchone()
        if self._free() > pages // _FREE_PART:
            self._cut_off()

    def _cut_off(self) -> None:
        """A piece at a time, so that the write-ahead log stays small."""
        before, free = -1, self._free()
        while free and free != before:
            self.database.executescript(f"PRAGMA incremental_vacuum({_PIECE})")
            before, free = free, self._free()

    def _free(self) -> int:
        return int(self.database.execute("PRAGMA freelist_count").fetchone()[0])

    def checkpoint(self) -> None:
        """Bring the write-ahead log into the database and empty it, as far as readers let us."""
        self.database.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def transaction(self, step: str) -> contextlib.AbstractContextManager[None]:
        """One transaction; `step` names its commit."""
        return durable.transaction(self.database, step)

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

    def outlived(self, archive: Archive) -> bool:
        """Whether something was forgotten since it was made: words of it may be here, whoever has its number now."""
        return (self.about("forgetting") or "") != last_forgetting(archive.database)

    def done(self) -> dict[int, bytes]:
        """The fingerprint of every record that is in the index, as it was then."""
        return dict(self.database.execute("SELECT record, fingerprint FROM done"))

    def count(self) -> int:
        """How many records the index knows of."""
        return int(self.database.execute("SELECT count(*) FROM done").fetchone()[0])

    def passed_over(self) -> dict[int, bytes]:
        """The records that are damaged, and what was stored of them then."""
        query = "SELECT record, fingerprint FROM done WHERE length(fingerprint) = ?"
        return dict(self.database.execute(query, (STORED_AS,)))

    def held(self, record: int) -> list[Held]:
        """The entries of a record. Raises `sqlite3.DatabaseError` if they are damaged."""
        rows = self.database.execute("SELECT keys, places FROM held WHERE record = ?", (record,))
        with _intact():
            return [each for row in rows for each in unpacked(*row)]

    def held_as(self, record: int, number: int) -> Held:
        """One entry of a record. Raises `sqlite3.DatabaseError` if it is damaged."""
        query = "SELECT keys, places FROM held WHERE record = ? AND least <= ? ORDER BY least DESC LIMIT 1"
        row = self.database.execute(query, (record, number)).fetchone()
        with _intact():
            return picked(number, *(row or (b"", b"")))

    def kind(self, kind: Kind) -> int:
        """The number of a kind of entries, given anew if it was never met."""
        query = "SELECT id FROM kind WHERE (provider, model, role, marks) = (?, ?, ?, ?)"
        row = self.database.execute(query, kind).fetchone()
        if row:
            return int(row[0])
        query = "INSERT INTO kind (provider, model, role, marks) VALUES (?, ?, ?, ?)"
        return int(self.database.execute(query, kind).lastrowid or 0)

    def numbers(self, count: int, *, older: bool) -> range:
        """So many numbers for entries, ascending: above all others if `older`, else below, if there is room."""
        lowest, highest = int(self.about("lowest") or 0), int(self.about("highest") or 0)
        if older or lowest <= count:
            self.note("highest", highest + count)
            return range(highest + 1, highest + 1 + count)
        self.note("lowest", lowest - count)
        return range(lowest - count, lowest)

    def merge(self, stop: Callable[[], bool]) -> bool:
        """Bring the words together where they are in many pieces, unless told to stop; whether that is done."""
        *loose, largest = [0, *self._pieces()]
        if len(loose) <= _LOOSE and sum(loose) * _LOOSE_PART <= largest:
            return True
        return self._merge(-_PIECE, stop)

    def gather(self) -> None:
        """Bring together the pieces that were written lately, once they are very many."""
        if len(self._pieces()) >= _MANY:
            self._merge(_PIECE, lambda: False)

    def _pieces(self) -> list[int]:
        """About how large each piece is, the largest last."""
        query = "SELECT count(*) FROM text_idx GROUP BY segid ORDER BY 1"
        return [size for (size,) in self.database.execute(query)]

    def _merge(self, pages: int, stop: Callable[[], bool]) -> bool:
        """Merge so many pages a transaction, as FTS5 has it: negative for all pieces. Whether nothing is left."""
        while not stop():
            before = self.database.total_changes
            with self.transaction("a piece of the merged index"):
                self.database.execute("INSERT INTO text (text, rank) VALUES ('merge', ?)", (pages,))
            if self.database.total_changes - before < 2:  # noqa: PLR2004 - so FTS5 tells that nothing was left
                return True
        return False


@contextlib.contextmanager
def _intact() -> Iterator[None]:
    """Tell what was never packed as the damage that it is."""
    try:
        yield
    except ValueError as error:
        raise sqlite3.DatabaseError from error


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
