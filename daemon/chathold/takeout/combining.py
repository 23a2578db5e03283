"""One record in the provider's own shape that says what all of a conversation's records say together.

Where a single record says it all, its bytes are taken as they are. Else the newest is the base, and every message
is taken from the record that says it as the archive shows it, or comes nearest. What comes of it is read again and
compared: the caller learns whether anything could not be said.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from msgspec import Struct

from chathold.archive import blobs
from chathold.archive.reading import Place, Record, places, provider_of, read_raw
from chathold.archive.store import Archive
from chathold.core import canonical
from chathold.core.identity import CONVERSATION
from chathold.core.merge import Merged, Seen, Sighting, merge
from chathold.core.model import Message, Reading
from chathold.providers.base import Kept, Outer


class Combined(Struct, frozen=True):
    """A record's bytes, how many messages it has, and whether it says all that the archive shows."""

    raw: bytes
    messages: int
    complete: bool


def combined(archive: Archive, record: Record) -> Combined:
    """The record as one, from everything the archive has of it."""
    forms = list({place.form: place for place in places(archive.database, record.number)}.values())
    readings = [read_raw(record, blobs.fetch(archive.database, place.form))[0] for place in forms]
    known = _known(archive, record, dict(zip((place.form for place in forms), readings, strict=True)))
    for place, reading in zip(reversed(forms), reversed(readings), strict=True):
        raw = (
            _as_exported(record, blobs.fetch(archive.database, place.form))
            if _alike(_alone(reading), known)
            else None
        )
        if raw is not None:
            return Combined(raw, len(known.messages), complete=True)
    raw = _written(archive, record, known, forms, readings)
    again = _alone(read_raw(record, raw)[0])
    return Combined(raw, len(again.messages), complete=_alike(again, known))


def _as_exported(record: Record, raw: bytes) -> bytes | None:
    """A single record as an official export holds it, byte for byte if it may be; none if it never would."""
    value = canonical.parse(raw).value
    if not isinstance(value, dict):
        return raw
    exported = provider_of(record.provider).as_exported(record.kind, value)
    if exported is None:
        return None
    return raw if exported is value or exported == value else _as_json(exported, raw)


def _as_json(value: Any, otherwise: bytes) -> bytes:
    """`value` as JSON; `otherwise` for what is nested too deeply to be written."""
    with contextlib.suppress(TypeError):  # numbers beyond 64 bits, very many levels
        return orjson.dumps(value)
    try:
        return json.dumps(value, ensure_ascii=False).encode()
    except RecursionError:
        return otherwise


def _known(archive: Archive, record: Record, readings: Mapping[int, Reading]) -> Merged:
    seen = [
        Sighting(readings[place.form], place.exported, place.key)
        for place in places(archive.database, record.number)
    ]
    return merge(seen)


def _alone(reading: Reading) -> Merged:
    return merge([Sighting(reading, None, "")])


def _written(
    archive: Archive,
    record: Record,
    known: Merged,
    forms: Sequence[Place],
    readings: Sequence[Reading],
) -> bytes:
    """The base with every message from the record that says it best."""
    values: dict[int, Any] = {}

    def value(number: int) -> Any:
        if number not in values:
            values[number] = canonical.parse(blobs.fetch(archive.database, forms[number].form)).value
        return values[number]

    newest = blobs.fetch(archive.database, forms[-1].form)
    base = values[len(forms) - 1] = canonical.parse(newest).value
    if record.kind != CONVERSATION or not isinstance(base, dict):
        return _as_exported(record, newest) or newest
    told = [{message.id: message for message in reading.messages} for reading in readings]
    leaf = _leaf(known.messages) if any(reading.leaf for reading in readings) else ""
    outer = Outer(record.ref, known.title, known.created, known.updated, leaf)
    kept = [Kept(seen.message.id, seen.parent, value(_best(seen.message, told))) for seen in known.messages]
    provider = provider_of(record.provider)
    whole = provider.combine(base, outer, kept)
    return _as_json(provider.as_exported(record.kind, whole) or whole, newest)


def _best(message: Message, told: Sequence[Mapping[str, Message]]) -> int:
    """Which record says a message as it is shown; else the newest of those that come nearest."""
    having = [number for number in reversed(range(len(told))) if message.id in told[number]]
    return max(having, key=lambda number: _nearness(told[number][message.id], message))


def _nearness(one: Message, shown: Message) -> tuple[bool, int, int]:
    """How much of what is shown a form of a message says: all of it, or so many letters, or so many pieces."""
    same = _said(one) == _said(shown)
    parts = [part for part in one.parts if part in shown.parts]
    alike = sum(name in one.attachments for name in shown.attachments) + len(parts)
    return same, sum(len(part.text) for part in parts), alike


def _said(message: Message) -> tuple[Any, ...]:
    """A message as `show` prints it, without the provider's own fields."""
    parts = tuple(part for part in message.parts if not part.empty)
    files = sorted((each.id, each.name, each.mime, each.size or 0, each.text) for each in message.attachments)
    return message.role, message.author, message.model, message.time, parts, files, message.hidden


def _leaf(messages: Sequence[Seen]) -> str:
    """The message shown last: the one on the main branch that no other there follows."""
    main = [seen for seen in messages if seen.on_main_branch]
    above = {seen.parent for seen in main}
    return next((seen.message.id for seen in reversed(main) if seen.message.id not in above), "")


def _alike(one: Merged, other: Merged) -> bool:
    """Whether two merged records show the same conversation."""
    return (one.title, one.created, one.updated) == (other.title, other.created, other.updated) and {
        seen.message.id: (_said(seen.message), seen.parent, seen.on_main_branch) for seen in one.messages
    } == {seen.message.id: (_said(seen.message), seen.parent, seen.on_main_branch) for seen in other.messages}
