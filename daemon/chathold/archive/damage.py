"""What was found to be damaged: noted until an import, or a copy, mends it.

A damaged form is one that cannot be read: the last reading of it stays, and the last state of its record; it is noted
with its reading. Files of the user's that are missing or have other bytes are noted in `meta`.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from hashlib import sha256

from chathold.archive.blobs import pack
from chathold.archive.ledger import Ledger
from chathold.core.identity import stable_id
from chathold.core.texts import N_

DAMAGED = N_("The stored bytes are not those that were stored.")

_FILE = "damaged file "
"""How the entry of `meta` begins that ends with the SHA-256 of a file, in hex."""

_NOTE = json.dumps([["", DAMAGED]])


def note(database: sqlite3.Connection, form: int, reader: int) -> None:
    """Note that a form is damaged; today's `reader` has nothing to read. Use inside a transaction."""
    database.execute(
        "INSERT OR IGNORE INTO reading SELECT id, ?, hash, 0, 0, NULL, NULL, NULL, 0, 0, '', '[]' FROM form"
        " WHERE id = ?",
        (reader, form),
    )
    database.execute("UPDATE reading SET reader = ?, problems = ? WHERE form = ?", (reader, _NOTE, form))


def noted(database: sqlite3.Connection) -> dict[int, int]:
    """The forms that were found to be damaged, with their records."""
    query = "SELECT form.id, record FROM reading JOIN form ON form.id = reading.form WHERE problems = ?"
    return dict(database.execute(query, (_NOTE,)).fetchall())


def forget(database: sqlite3.Connection, form: int) -> None:
    """Have a form that was found to be damaged, and is whole again, read anew. Use inside a transaction."""
    database.execute("UPDATE reading SET reader = 0 WHERE form = ? AND problems = ?", (form, _NOTE))


def damaged_in(database: sqlite3.Connection, file: int) -> bool:
    """Whether anything that this file held was found to be damaged."""
    forms = "SELECT 1 FROM reading JOIN sighting USING (form) WHERE problems = ? AND file = ?"
    files = "SELECT 1 FROM asset_member JOIN meta ON meta.name = ? || lower(hex(asset)) WHERE file = ?"
    values = (_NOTE, file, _FILE, file)
    return database.execute(f"{forms} UNION ALL {files} LIMIT 1", values).fetchone() is not None


def note_files(database: sqlite3.Connection, ledger: Ledger, found: set[str]) -> None:
    """Note that just these files, by their SHA-256 in hex, are damaged. Use inside the ledger's transaction."""
    for name in files_noted(database) - found:
        forget_file(ledger, name)
    for name in sorted(found):
        ledger.add_once("meta", (_FILE + name, 1))


def files_noted(database: sqlite3.Connection) -> set[str]:
    """The files that were found to be damaged, by their SHA-256 in hex."""
    rows = database.execute("SELECT name FROM meta WHERE name GLOB ?", (f"{_FILE}*",))
    return {name.removeprefix(_FILE) for (name,) in rows}


def forget_file(ledger: Ledger, name: str) -> None:
    """A file that was found to be damaged is whole again."""
    ledger.remove("meta", "name = ?", (_FILE + name,))


def beside(database: sqlite3.Connection, file: int) -> set[str]:
    """The ids of the records in this file of which other forms were found to be damaged."""
    mine = {
        record
        for (record,) in database.execute(
            "SELECT DISTINCT record FROM sighting JOIN form ON form.id = sighting.form WHERE file = ?",
            (file,),
        )
    }
    return set(names(database, mine.intersection(noted(database).values())))


def names(database: sqlite3.Connection, records: Iterable[int]) -> list[str]:
    """The ids by which `show` knows these records."""
    rows = (
        database.execute("SELECT provider, kind, ref FROM record WHERE id = ?", (each,)).fetchone()
        for each in records
    )
    return sorted(stable_id(*row) for row in rows)


class Mending:
    """Damaged forms of a provider's records whose very bytes an import meets. `forms` are all, by their hashes."""

    def __init__(self, database: sqlite3.Connection, provider: str) -> None:
        self._database = database
        query = (
            "SELECT form.hash, form.id FROM reading JOIN form ON form.id = reading.form"
            " JOIN record ON record.id = record WHERE problems = ? AND provider = ?"
        )
        self.forms: dict[bytes, int] = dict(database.execute(query, (_NOTE, provider)).fetchall())
        self._good: dict[int, bytes] = {}

    def take(self, raw: bytes, digest: bytes) -> int | None:
        """The form that these bytes are to mend, if any; `digest` is their SHA-256, worked out if it is needed."""
        number = self.forms.get(digest or sha256(raw).digest()) if self.forms else None
        if number is not None:
            self._good[number] = pack(raw)
        return number

    def write(self, ledger: Ledger) -> None:
        """Put the bytes in their place, stored whole, and have all that is damaged of those records read again.

        Use inside the transaction that settles the ledger.
        """
        for form, stored in self._good.items():
            row = self._database.execute(
                "SELECT id, record, hash, size, beginning FROM form WHERE id = ?", (form,)
            ).fetchone()
            ledger.remove("form", "id = ?", (form,))
            ledger.add("form", (*row, None), stored)
        records = self._records()
        self._database.executemany(
            "UPDATE reading SET reader = 0 WHERE form = ?",
            ((form,) for form, record in noted(self._database).items() if record in records),
        )

    def _records(self) -> set[int]:
        query = "SELECT record FROM form WHERE id = ?"
        return {self._database.execute(query, (form,)).fetchone()[0] for form in self._good}

    @property
    def mended(self) -> list[str]:
        """The ids of the records that were put right."""
        return names(self._database, self._records())
