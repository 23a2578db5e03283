"""Stored records read again: by form, by sighting, merged. What every view and every derivation stands on."""

from __future__ import annotations

import sqlite3
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from chathold.archive import blobs
from chathold.core import canonical
from chathold.core.canonical import Parsed
from chathold.core.identity import OTHER
from chathold.core.merge import Merged, Sighting, merge
from chathold.core.model import Reading
from chathold.core.problem import Problem
from chathold.core.standing import believable
from chathold.core.texts import N_
from chathold.providers import PROVIDERS
from chathold.providers.base import Provider

_BY_NAME = {provider.NAME: provider for provider in PROVIDERS}

LATER_THAN_EXPORT = N_("Its time of change is later than the export; it is ignored.")


class Record(Struct, frozen=True):
    """A record's identity in the archive."""

    number: int
    provider: str
    kind: str
    ref: str


def provider_of(name: str) -> Provider:
    """The provider of this name."""
    return _BY_NAME[name]


def record_of(database: sqlite3.Connection, number: int) -> Record:
    """The record of this number."""
    row = database.execute("SELECT id, provider, kind, ref FROM record WHERE id = ?", (number,)).fetchone()
    return Record(*row)


def read_raw(record: Record, raw: bytes) -> tuple[Reading, bool]:
    """What a record's bytes mean, and whether they could be read at all."""
    return read_parsed(record, canonical.parse(raw))


def read_parsed(record: Record, parsed: Parsed) -> tuple[Reading, bool]:
    """The same of a record that has been parsed."""
    value = parsed.value
    if not parsed.readable or not (isinstance(value, dict) or record.kind == OTHER):
        problems = parsed.problems or (Problem("", canonical.UNREADABLE),)
        return Reading(problems=problems), False
    provider = provider_of(record.provider)
    if not parsed.stripped and isinstance(value, dict):
        provider.strip(record.kind, value)  # of several byte strings of one form, any one was kept
    reading = provider.read(record.kind, value)
    if parsed.problems:
        reading = replace(reading, problems=parsed.problems + reading.problems)
    return reading, True


def read_form(database: sqlite3.Connection, record: Record, form: int) -> Reading:
    """What a stored form means."""
    return read_raw(record, blobs.fetch(database, form))[0]


class Place(Struct, frozen=True):
    """One sighting of a record, before it is read: its form, that form's key, and the export's time."""

    form: int
    key: str
    exported: float | None
    order: tuple[Any, ...]


def places(database: sqlite3.Connection, record: int) -> list[Place]:
    """The sightings of a record in the order of law 2, the oldest first."""
    query = (
        "SELECT form.id, reading.hash, exported, updated, newest, parts FROM form"
        " JOIN sighting ON sighting.form = form.id JOIN reading ON reading.form = form.id"
        " JOIN file_state ON file_state.file = sighting.file WHERE record = ?"
    )
    found = []
    for form, digest, exported, updated, newest, parts in database.execute(query, (record,)):
        times = (time for time in (updated, newest) if believable(time, exported))
        order = (next(times, 0.0), exported or 0.0, parts, digest)
        found.append(Place(form, digest.hex()[:8], exported, order))
    return sorted(found, key=lambda place: place.order)


def merged(database: sqlite3.Connection, record: Record, upto: int | None = None) -> Merged:
    """Everything the archive knows of a record; with `upto`, as of that version."""
    return merge(sightings(database, record), upto)


def sightings(
    database: sqlite3.Connection, record: Record, readings: dict[int, Reading] | None = None
) -> list[Sighting]:
    """The sightings of a record, the oldest first, read.

    `readings` are forms of it that have been read already; those read now are added.
    """
    readings = {} if readings is None else readings
    found = []
    for place in places(database, record.number):
        if place.form not in readings:
            readings[place.form] = read_form(database, record, place.form)
        found.append(Sighting(readings[place.form], place.exported, place.key))
    return found
