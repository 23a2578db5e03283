"""What search reads of the archive: what a record says, which records pass a filter, and their lines."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from msgspec import Struct, field
from msgspec.structs import replace

from chathold.archive import blobs
from chathold.archive.reading import Record, places, read_raw, record_of
from chathold.archive.slices import slices
from chathold.archive.store import Archive
from chathold.archive.summary import STATE, Filters, Json, conditions_of, line_of
from chathold.core.merge import Sighting, told
from chathold.core.model import Attachment, Message, Reading
from chathold.core.slice import Slice


class Contents(Struct, frozen=True):
    """What a record says, all its forms merged; `extras` are pieces of documents by the message they are of.

    `slices` tell where to read a message again.
    """

    provider: str
    title: str
    updated: float | None
    messages: tuple[Message, ...]
    extras: tuple[tuple[str, str], ...]
    slices: Mapping[str, Slice]


class Form(Struct, frozen=True):
    """A form of a record as it was read: what its bytes mean, and where each message stands in them."""

    reading: Reading
    slices: Mapping[str, Slice] = field(default_factory=dict)


class Read(Struct, frozen=True):
    """A record that has just been read: what its state will be, its forms and sightings, the oldest first."""

    record: Record
    title: str
    updated: float | None
    mark: bytes
    forms: Sequence[Form]
    seen: Sequence[Sighting]

    def contents(self, database: sqlite3.Connection) -> Contents:
        """What it says."""
        return contents_of(database, self.record, (self.title, self.updated), self.forms, told(self.seen))


class Listener(Protocol):
    """One who is told of records that are read."""

    def hear(self, read: Read) -> None:
        """Take in one record."""

    def make_room(self) -> None:
        """Let go of what was taken in: a large record is read next."""


def contents(database: sqlite3.Connection, number: int) -> Contents:
    """What a record says. Raises `ArchiveError` if it is damaged."""
    record = record_of(database, number)
    title, updated = database.execute(
        "SELECT title, updated FROM state WHERE record = ?", (number,)
    ).fetchone()
    forms, seen = forms_of(database, record)
    return contents_of(database, record, (title, updated), forms, told(seen))


def forms_of(
    database: sqlite3.Connection, record: Record, known: Mapping[int, Reading] | None = None
) -> tuple[list[Form], list[Sighting]]:
    """The forms and sightings of a record, the oldest first; `known` are forms that have been read already.

    Raises `ArchiveError` if it is damaged.
    """
    forms: dict[int, Form] = {}
    seen = []
    for place in places(database, record.number):
        if place.form not in forms:
            raw = blobs.fetch(database, place.form)
            reading = (known or {}).get(place.form) or read_raw(record, raw)[0]
            forms[place.form] = Form(reading, slices(place.form, raw))
        seen.append(Sighting(forms[place.form].reading, place.exported, place.key))
    return list(forms.values()), seen


def contents_of(
    database: sqlite3.Connection,
    record: Record,
    about: tuple[str, float | None],
    forms: Sequence[Form],
    messages: tuple[Message, ...],
) -> Contents:
    """The same of forms that have been read already, the oldest first; `about` are title and time of change."""
    extras = {(each.message, each.text) for form in forms for each in form.reading.extracts if each.text}
    return Contents(
        record.provider,
        *about,
        tuple(_named(database, record, message) for message in messages),
        tuple(sorted(extras)),
        {name: each for form in forms for name, each in form.slices.items()},
    )


def _named(database: sqlite3.Connection, record: Record, message: Message) -> Message:
    """A message with the names that any export gives to its files."""
    if not message.attachments or all(each.name or not each.id for each in message.attachments):
        return message
    files = tuple(
        each if each.name else replace(each, name=name_of(database, record.provider, each))
        for each in message.attachments
    )
    return replace(message, attachments=files)


def name_of(database: sqlite3.Connection, provider: str, attachment: Attachment) -> str:
    """The name the user gave the file, as far as any export says."""
    if attachment.name or not attachment.id:
        return attachment.name
    row = database.execute(
        "SELECT min(name) FROM asset_name JOIN file ON file.id = asset_name.file"
        " JOIN file_state ON file_state.file = file.id WHERE ref = ? AND provider = ?",
        (attachment.id, provider),
    ).fetchone()
    return row[0] or ""


def numbers_of(archive: Archive, filters: Filters) -> set[int]:
    """The records, conversations and documents, that pass the filters."""
    conditions, values = conditions_of(archive, filters)
    query = (
        f"SELECT record FROM state JOIN record ON record.id = state.record WHERE {' AND '.join(conditions)}"
    )
    return {number for (number,) in archive.database.execute(query, values)}


def lines_of(archive: Archive, numbers: Iterable[int]) -> dict[int, Json]:
    """The lines of `list` of some records."""
    wanted = list(numbers)
    query = f"{STATE} WHERE state.record IN ({','.join('?' * len(wanted))})"
    return {row[-1]: line_of(row) for row in archive.database.execute(query, wanted)}


def ids_of(archive: Archive, numbers: set[int]) -> set[str]:
    """The ids that `list` prints of some records, however many."""
    rows = archive.database.execute("SELECT record, id FROM state")
    return {name for number, name in rows if number in numbers}
