"""Where each message stands in the bytes of its record, so that one can be read again without the rest.

    {"mapping": {"a": {…}, "b": {…}, …}}         a slice is   "b": {…}
    {"chat_messages": [{…}, {…}, …]}             a slice is   {…}

Put back between the same brackets, a slice is a record of one message, which its provider's reader reads. Whoever
uses that has to compare: of a message whose meaning hangs on others it may say less.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

import msgspec
import zstandard

from chathold.archive import blobs
from chathold.archive.frames import Frames
from chathold.archive.reading import Record, read_raw
from chathold.core.model import Reading
from chathold.core.slice import Slice

_AROUND = {b'"': (b'{"mapping":{', b"}}"), b"{": (b'{"chat_messages":[', b"]}")}
_BEGINNING = 64
_frames = Frames(level=3)


class _Named(msgspec.Struct):
    uuid: str = ""


class _Record(msgspec.Struct):
    mapping: dict[str, msgspec.Raw] = {}
    chat_messages: list[msgspec.Raw] = []


_record = msgspec.json.Decoder(_Record)
_named = msgspec.json.Decoder(_Named)


def slices(form: int, raw: bytes) -> dict[str, Slice]:
    """The slices of a form by the ids of their messages; none where it is built otherwise."""
    try:
        record = _record.decode(raw)
        names = [_named.decode(each).uuid for each in record.chat_messages]
    except (msgspec.MsgspecError, RecursionError):
        return {}
    found: dict[str, Slice] = {}
    end = 0
    for name, value in record.mapping.items():
        key = f'"{name}"'.encode()
        at, end = _place(raw, value, end)
        first = raw.rfind(key, 0, at)
        if at >= 0 and first >= 0 and raw[first + len(key) : at].strip(b": \t\r\n") == b"":
            found[name] = Slice(form, first, end - first)
    for name, value in zip(names, record.chat_messages, strict=True):
        at, end = _place(raw, value, end)
        if at >= 0:
            found[name] = Slice(form, at, end - at)
    return found


def _place(raw: bytes, value: msgspec.Raw, start: int) -> tuple[int, int]:
    """Where a value stands behind `start`: its beginning, or -1, and where to look for the next one.

    Its first bytes are enough to look for: it is the next that begins like this, and whoever reads it compares.
    """
    view = memoryview(value)
    at = raw.find(view[:_BEGINNING], start)
    return at, start if at < 0 else at + len(view)


def slice_of(found: Mapping[str, Slice], message: str) -> Slice | None:
    """A message's slice; a node that holds two messages gives both ids that begin with its own."""
    return found.get(message) or found.get(message.partition("/")[0])


def read_slices(database: sqlite3.Connection, record: Record, wanted: list[Slice]) -> list[Reading]:
    """What slices of one form say, each read alone. The bytes are not proven: compare what comes of them.

    Raises `ArchiveError` if the form is damaged.
    """
    return [read_raw(record, _whole(part))[0] for part in _parts(database, wanted)]


def _whole(part: bytes) -> bytes:
    before, after = _AROUND.get(part[:1], (b"", b""))
    return before + part + after


def _parts(database: sqlite3.Connection, wanted: list[Slice]) -> list[bytes]:
    """The bytes of slices of one form, which is unpacked no further than needed."""
    row = database.execute("SELECT base, stored FROM form WHERE id = ?", (wanted[0].form,)).fetchone()
    if row is None or row[0] is not None:
        raw = blobs.fetch(database, wanted[0].form)
        return [raw[each.at : each.at + each.size] for each in wanted]
    upto = max(each.at + each.size for each in wanted)
    try:
        with _frames.decompressor.stream_reader(row[1]) as reader:
            raw = reader.read(upto)
    except zstandard.ZstdError:
        return [b"" for _each in wanted]
    return [raw[each.at : each.at + each.size] for each in wanted]
