"""What of the stored records was found to be damaged: noted with their readings, until an import mends it.

A damaged form is one that cannot be read: the last reading of it stays, and the last state of its record.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping

from chathold.archive.ledger import Ledger
from chathold.core.identity import stable_id
from chathold.core.texts import N_

DAMAGED = N_("The stored bytes are not those that were stored.")

WAY_OUT = N_(
    '"chathold verify" names all that is damaged. Import again the export that held it; or, if a copy made by'
    ' "chathold backup" has it whole, "chathold restore" opens that where no archive is yet.'
)

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


def damaged_in(database: sqlite3.Connection, file: int) -> bool:
    """Whether anything that this file held was found to be damaged."""
    query = "SELECT 1 FROM reading JOIN sighting USING (form) WHERE problems = ? AND file = ? LIMIT 1"
    return database.execute(query, (_NOTE, file)).fetchone() is not None


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


def mend(database: sqlite3.Connection, ledger: Ledger, good: Mapping[int, bytes]) -> None:
    """Put whole frames of the very bytes in the place of forms that were damaged, and have their records read again.

    Use inside the transaction that settles the ledger.
    """
    damaged = noted(database)
    for form, stored in good.items():
        row = database.execute(
            "SELECT id, record, hash, size, beginning FROM form WHERE id = ?", (form,)
        ).fetchone()
        ledger.remove("form", "id = ?", (form,))
        ledger.add("form", (*row, None), stored)
    records = {damaged[form] for form in good}
    database.executemany(
        "UPDATE reading SET reader = 0 WHERE form = ?",
        ((form,) for form, record in damaged.items() if record in records),
    )
