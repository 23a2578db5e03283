"""What the index keeps of a record's entries beside what queries ask for: rows of the table `held`.

A row is for 128 entries at most, so that one of them is had without all of a long record. `least` is the lowest of
their numbers. `keys` has six bytes an entry. `places` is a Zstandard frame of four columns of 64-bit little-endian
integers, each written as the difference to what is expected: numbers (the one before), forms (the one before; 0 for
none), where the bytes begin (where those of the one before end), and how many they are. Entries come by falling
number, which is the order of messages in a conversation.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from itertools import accumulate

import zstandard
from msgspec import Struct

from chathold.archive.frames import Frames
from chathold.core.slice import Slice

KEY_BYTES = 6
TOGETHER = 128
"""Entries in a row."""

_NOWHERE = Slice(0, 0, 0)
_frames = Frames(level=3)


class Held(Struct, frozen=True):
    """An entry in the index: its number, its key (`KEY_BYTES`), and where its bytes stand, if that is known."""

    number: int
    key: bytes
    slice: Slice | None


def packed(entries: Iterable[Held]) -> Iterator[tuple[int, bytes, bytes]]:
    """Entries of one record as rows: `least`, `keys` and `places`."""
    held = sorted(entries, key=lambda each: each.number, reverse=True)
    for first in range(0, len(held), TOGETHER):
        together = held[first : first + TOGETHER]
        yield together[-1].number, b"".join(each.key for each in together), _places(together)


def _places(held: list[Held]) -> bytes:
    places = [each.slice or _NOWHERE for each in held]
    ends = [each.at + each.size for each in places]
    columns = (
        *_differences([each.number for each in held]),
        *_differences([each.form for each in places]),
        *(each.at - end for each, end in zip(places, [0, *ends], strict=False)),
        *(each.size for each in places),
    )
    return _frames.compressor.compress(struct.pack(f"<{len(columns)}q", *columns))


def unpacked(keys: bytes, places: bytes) -> list[Held]:
    """The entries of one row. Raises `ValueError` if they were never packed like this."""
    numbers, forms, gaps, sizes = _columns(keys, places)
    found = []
    form = end = 0
    for place, number in enumerate(accumulate(numbers)):
        form += forms[place]
        at = end + gaps[place]
        end = at + sizes[place]
        found.append(_held(number, keys, place, Slice(form, at, sizes[place])))
    return found


def picked(number: int, keys: bytes, places: bytes) -> Held:
    """One of the entries of a row. Raises `ValueError` if it is not there, or as `unpacked` does."""
    numbers, forms, gaps, sizes = _columns(keys, places)
    place = list(accumulate(numbers)).index(number)
    at = sum(gaps[: place + 1]) + sum(sizes[:place])
    return _held(number, keys, place, Slice(sum(forms[: place + 1]), at, sizes[place]))


def _columns(keys: bytes, places: bytes) -> tuple[tuple[int, ...], ...]:
    try:
        plain = _frames.decompressor.decompress(places)
    except zstandard.ZstdError as error:
        raise ValueError from error
    count = len(keys) // KEY_BYTES
    if len(plain) != count * 32:
        raise ValueError
    values = struct.unpack(f"<{4 * count}q", plain)
    return tuple(values[column * count : (column + 1) * count] for column in range(4))


def _held(number: int, keys: bytes, place: int, found: Slice) -> Held:
    return Held(number, keys[place * KEY_BYTES : (place + 1) * KEY_BYTES], found if found.form else None)


def _differences(values: list[int]) -> Iterable[int]:
    return (value - before for value, before in zip(values, [0, *values], strict=False))
