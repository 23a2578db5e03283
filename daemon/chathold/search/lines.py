"""Entries that were found, read again from the archive: the index holds no text.

Of most, the bytes of that message alone are unpacked and read. The key tells whether the very entry that was
indexed came of it; if not, for its meaning hangs on other messages or on several forms, the whole record is read.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterable

from msgspec import Struct

from chathold.archive.contents import Form, contents, contents_of
from chathold.archive.reading import record_of
from chathold.archive.slices import read_slices
from chathold.core.errors import Damaged
from chathold.core.slice import Slice
from chathold.search.entries import TITLE, Entry, entries_of
from chathold.search.packing import Held


class Line(Struct, frozen=True):
    """An entry that was found: a row of the table `entry`, with its kind's role, and what is held of it."""

    record: int
    role: int
    time: int | None
    held: Held


def read_again(database: sqlite3.Connection, lines: Iterable[Line]) -> dict[int, Entry]:
    """The entries of lines, by their numbers; none of a record that is damaged."""
    by_record: dict[int, list[Line]] = {}
    for line in lines:
        by_record.setdefault(line.record, []).append(line)
    found: dict[int, Entry] = {}
    for record, held in by_record.items():
        with contextlib.suppress(Damaged):
            found |= _of_slices(database, record, held)
            if any(line.held.number not in found for line in held):
                entries = {entry.key: entry for entry in entries_of(contents(database, record))}
                found |= {
                    line.held.number: entries[line.held.key] for line in held if line.held.key in entries
                }
    return found


def _of_slices(database: sqlite3.Connection, number: int, lines: list[Line]) -> dict[int, Entry]:
    """What the slices say, of those lines of a record of which that is what was indexed."""
    record = record_of(database, number)
    by_form: dict[int, list[tuple[Line, Slice]]] = {}
    found: dict[int, Entry] = {}
    for line in lines:
        if line.role == TITLE:
            (title, updated) = database.execute(
                "SELECT title, updated FROM state WHERE record = ?", (number,)
            ).fetchone()
            found[line.held.number] = next(
                entries_of(contents_of(database, record, (title, updated), [], ()))
            )
        elif place := line.held.slice:
            by_form.setdefault(place.form, []).append((line, place))
    for held in by_form.values():
        readings = read_slices(database, record, [place for _line, place in held])
        for (line, _place), reading in zip(held, readings, strict=True):
            said = contents_of(database, record, ("", None), [Form(reading)], reading.messages)
            same = next((entry for entry in entries_of(said) if entry.key == line.held.key), None)
            if same:
                found[line.held.number] = same
    return found
