"""The state of a record: what `list` tells of it, derived from its readings."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from hashlib import sha256

from msgspec import Struct, field

from chathold.archive import contents
from chathold.archive.contents import Listener
from chathold.archive.reading import Record, sightings
from chathold.core.attachments import files_of
from chathold.core.merge import Sighting, better_title, outline
from chathold.core.model import Reading


class State(Struct):
    """A row of the table `state`, less account and gone, with the rows that go with it."""

    title: str
    created: float | None
    updated: float | None
    messages: int
    versions: int
    digest: bytes
    extracts: list[tuple[str, str, str, str, str, float | None]] = field(default_factory=list)
    mentions: set[tuple[str, str]] = field(default_factory=set)


UNKNOWN_STATE = State("", None, None, 0, 0, sha256().digest())
"""That of a record which was damaged before anything could be derived."""


def tell(
    listener: Listener, record: Record, state: State, forms: list[contents.Form], seen: list[Sighting]
) -> None:
    """Tell a listener of a record that was read."""
    listener.hear(contents.Read(record, state.title, state.updated, state.digest, forms, seen))


def merged_state(
    database: sqlite3.Connection, record: Record, readings: Mapping[int, Reading], listener: Listener | None
) -> State:
    """The state of a record from all its sightings; `readings` are forms of it that have been read already."""
    forms: list[contents.Form] = []
    if listener:
        forms, seen = contents.forms_of(database, record, readings)
    else:
        seen = sightings(database, record, dict(readings))
    known = outline(seen)
    state = State(
        known.title,
        known.created,
        known.updated,
        known.messages,
        len(known.versions),
        _digest(version.key for version in known.versions),
        _extracts([each.reading for each in seen]),
        {(each.id, each.name) for each in known.attachments if not each.text},
    )
    if listener:
        tell(listener, record, state, forms, seen)
    return state


def only_state(reading: Reading, key: str) -> State:
    """The state of a record of one form: what merging it with nothing would give, without the merging."""
    return State(
        better_title("", reading.title),
        reading.created,
        reading.updated,
        len({message.id for message in reading.messages}),
        1,
        _digest([key]),
        _extracts([reading]),
        {(each.id, each.name) for each in files_of(reading.messages) if not each.text},
    )


def _digest(keys: Iterable[str]) -> bytes:
    """A record was updated if and only if this changed."""
    return sha256(",".join(keys).encode()).digest()


def _extracts(readings: list[Reading]) -> list[tuple[str, str, str, str, str, float | None]]:
    return sorted(
        {
            (each.kind, each.document, each.section, each.title, each.message, each.time)
            for reading in readings
            for each in reading.extracts
        },
        key=repr,
    )
