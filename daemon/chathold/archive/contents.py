"""What search reads of the archive: what a record says, which records pass a filter, and their lines."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, replace

from chathold.archive.reading import Record, record_of, sightings
from chathold.archive.store import Archive
from chathold.archive.summary import STATE, Filters, Json, conditions_of, line_of
from chathold.core.merge import told
from chathold.core.model import Attachment, Message, Reading


@dataclass(frozen=True, slots=True)
class Contents:
    """What a record says, all its forms merged; `extras` are pieces of documents by the message they are of."""

    title: str
    updated: float | None
    messages: tuple[Message, ...]
    extras: tuple[tuple[str, str], ...]


def contents(database: sqlite3.Connection, number: int) -> Contents:
    """What a record says. Raises `ArchiveError` if it is damaged."""
    record = record_of(database, number)
    title, updated = database.execute(
        "SELECT title, updated FROM state WHERE record = ?", (number,)
    ).fetchone()
    readings: dict[int, Reading] = {}
    messages = told(sightings(database, record, readings))
    extras = {
        (each.message, each.text) for reading in readings.values() for each in reading.extracts if each.text
    }
    named = tuple(_named(database, record, message) for message in messages)
    return Contents(title, updated, named, tuple(sorted(extras)))


def _named(database: sqlite3.Connection, record: Record, message: Message) -> Message:
    """A message with the names that any export gives to its files."""
    if all(each.name or not each.id for each in message.attachments):
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
    conditions, values = conditions_of(filters)
    query = (
        f"SELECT record FROM state JOIN record ON record.id = state.record WHERE {' AND '.join(conditions)}"
    )
    return {number for (number,) in archive.database.execute(query, values)}


def lines_of(archive: Archive, numbers: Iterable[int]) -> dict[int, Json]:
    """The lines of `list` of some records."""
    wanted = list(numbers)
    query = f"{STATE} WHERE state.record IN ({','.join('?' * len(wanted))})"
    return {row[-1]: line_of(row) for row in archive.database.execute(query, wanted)}
