"""The directory of a ZIP, read piece by piece whatever its size (PKWARE APPNOTE 6.3.10, 4.3 to 4.5).

`zipfile` is not used for it: it holds the whole directory in memory, and one name that is no UTF-8 makes it
refuse the file.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from datetime import UTC, datetime

from msgspec import Struct

from chathold.exports.spans import Span

LOCAL = b"PK\x03\x04"
CENTRAL = b"PK\x01\x02"
END = b"PK\x05\x06"

_END = struct.Struct("<4s4H2LH")
_END64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR = struct.Struct("<4sLQL")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
LOCAL_SIZE = _LOCAL.size
_LONGEST_COMMENT = 0xFFFF
_LONGEST_ENTRY = _CENTRAL.size + 3 * 0xFFFF
_FULL = 0xFFFFFFFF
_MANY_DISKS = 1000
_STEP = 1 << 20

UTF8 = 1 << 11
ENCRYPTED = 1 | 1 << 6 | 1 << 13
DESCRIPTOR = 1 << 3


class End(Struct, frozen=True):
    """What the end record says: how many entries, where the directory is, what stands before the ZIP.

    `start` is a place in the span, `shift` the length of anything in front of the ZIP. `disk` is not 0 in
    the last volume of a ZIP that was split.
    """

    count: int
    start: int
    size: int
    shift: int
    disk: int


class Entry(Struct, frozen=True):
    """A member as a directory, or its own local header, declares it. `header` is a place in the span."""

    name: str
    flags: int
    method: int
    crc: int
    compressed: int
    size: int
    modified: float | None
    header: int

    @property
    def is_folder(self) -> bool:
        """Whether it stands for a folder and holds nothing."""
        return self.name.endswith(("/", "\\"))


def find_end(span: Span) -> End | None:
    """The end record of the last ZIP in `span`, if there is one whose directory is where it says.

    A ZIP has something in front of it or something behind it, not both: what looks so is an inner ZIP that
    lies stored in one that is cut.
    """
    tail_start = max(0, span.size - _END.size - _LONGEST_COMMENT)
    tail = span.read(tail_start, span.size - tail_start)
    at = len(tail)
    while (at := tail.rfind(END, 0, at + 3)) >= 0:
        if len(tail) - at >= _END.size and (end := _end_at(span, tail_start + at)):
            return end
    return None


def _end_at(span: Span, at: int) -> End | None:
    """The end record at `at`, with its 64-bit form in front of it, if both make sense."""
    record = span.read(at, _END.size)
    _magic, disk, _first, _here, count, size, offset, comment = _END.unpack(record)
    last = at + _END.size + comment == span.size
    large = _end64(span, at)
    if large:
        at, disk, count, size, offset = large
    if not size:
        return End(0, at, 0, 0, disk) if at == 0 else None
    for start in (at - size, offset):
        if start >= offset and span.read(start, 4) == CENTRAL and (start == offset or last):
            return End(count, start, min(size, at - start), start - offset, disk)
    return End(count, 0, 0, 0, disk) if 0 < disk < _MANY_DISKS else None


def _end64(span: Span, at: int) -> tuple[int, int, int, int, int] | None:
    """Place, disk, count, size and offset of the 64-bit end record that belongs to the one at `at`."""
    locator = span.read(at - _LOCATOR.size, _LOCATOR.size)
    if locator[:4] != b"PK\x06\x07" or len(locator) < _LOCATOR.size:
        return None
    for place in (_LOCATOR.unpack(locator)[2], at - _LOCATOR.size - _END64.size):
        record = span.read(place, _END64.size)
        if record[:4] == b"PK\x06\x06" and len(record) == _END64.size:
            _magic, _size, _by, _needed, disk, _first, _here, count, size, offset = _END64.unpack(record)
            return place, disk, count, size, offset
    return None


def entries(span: Span, end: End) -> Iterator[Entry | None]:
    """The directory's entries in order; a last `None` if it is damaged."""
    buffer, at, left = b"", 0, end.size
    place = end.start
    while len(buffer) - at + left >= _CENTRAL.size:
        if len(buffer) - at < _LONGEST_ENTRY and left:
            more = span.read(place, min(_STEP, left))
            buffer, at = buffer[at:] + more, 0
            place += len(more)
            left = left - len(more) if more else 0
            continue
        entry, length = _central(buffer, at, end.shift)
        yield entry
        if entry is None:
            return
        at += length


def _central(buffer: bytes, at: int, shift: int) -> tuple[Entry | None, int]:
    """The entry that begins at `at`, and its length."""
    if buffer[at : at + 4] != CENTRAL or len(buffer) - at < _CENTRAL.size:
        return None, 0
    fields = _CENTRAL.unpack_from(buffer, at)
    flags, method, time, date, crc, compressed, size = fields[3:10]
    name_length, extra_length, comment_length, offset = *fields[10:13], fields[16]
    name_end = at + _CENTRAL.size + name_length
    extra = buffer[name_end : name_end + extra_length]
    size, compressed, offset = _wide(extra, size, compressed, offset)
    name = _decoded(buffer[at + _CENTRAL.size : name_end], flags)
    modified = _modified(extra, date, time)
    entry = Entry(name, flags, method, crc, compressed, size, modified, offset + shift)
    return entry, _CENTRAL.size + name_length + extra_length + comment_length


def local_entry(span: Span, at: int) -> tuple[Entry, int] | None:
    """What the local header at `at` declares, and where its data begin; `None` if there is no header."""
    record = span.read(at, LOCAL_SIZE)
    if record[:4] != LOCAL or len(record) < LOCAL_SIZE:
        return None
    _magic, _needed, flags, method, time, date, crc, compressed, size, name, extra = _LOCAL.unpack(record)
    rest = span.read(at + LOCAL_SIZE, name + extra)
    if len(rest) < name + extra:
        return None
    size, compressed, _offset = _wide(rest[name:], size, compressed, 0)
    modified = _modified(rest[name:], date, time)
    entry = Entry(_decoded(rest[:name], flags), flags, method, crc, compressed, size, modified, at)
    return entry, at + LOCAL_SIZE + name + extra


def data_start(span: Span, header: int) -> int | None:
    """Where the data of the local header at `header` begin; its own lengths count, not the directory's."""
    record = span.read(header, LOCAL_SIZE)
    if record[:4] != LOCAL or len(record) < LOCAL_SIZE:
        return None
    name, extra = _LOCAL.unpack(record)[-2:]
    return header + LOCAL_SIZE + int(name) + int(extra)


def _decoded(name: bytes, flags: int) -> str:
    """A name: UTF-8 where it says so or happens to be so, else the code page of the first PCs."""
    if flags & UTF8:
        return name.decode("utf-8", "replace")
    try:
        return name.decode("utf-8")
    except UnicodeDecodeError:
        return name.decode("cp437")


def _extras(extra: bytes) -> Iterator[tuple[int, bytes]]:
    """The extra fields: (id, data)."""
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, at)
        yield kind, extra[at + 4 : at + 4 + length]
        at += 4 + length


def _wide(extra: bytes, size: int, compressed: int, offset: int) -> tuple[int, int, int]:
    """The three numbers, each from the 64-bit field if the 32 bits were not enough."""
    values = [size, compressed, offset]
    for kind, data in _extras(extra):
        if kind != 1:
            continue
        at = 0
        for index, value in enumerate(values):
            if value == _FULL and at + 8 <= len(data):
                values[index] = struct.unpack_from("<Q", data, at)[0]
                at += 8
        break
    return values[0], values[1], values[2]


def _modified(extra: bytes, date: int, time: int) -> float | None:
    """The member's date: Unix time where an extra field has it, else the DOS date taken as UTC."""
    for kind, data in _extras(extra):
        if kind == 0x5455 and len(data) >= 5 and data[0] & 1:  # noqa: PLR2004 - Info-ZIP: flags and a time
            return max(0.0, float(struct.unpack_from("<l", data, 1)[0])) or None
    year, month, day = (date >> 9) + 1980, date >> 5 & 15, date & 31
    if (year, month, day) == (1980, 1, 1):  # what writers put that know no date
        return None
    try:
        moment = datetime(year, month, day, time >> 11, time >> 5 & 63, (time & 31) * 2, tzinfo=UTC)
    except ValueError:
        return None
    return moment.timestamp()
