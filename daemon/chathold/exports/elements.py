"""Where one JSON element ends: proven by msgspec, or found by counting brackets where that refuses it.

Pure functions over a buffer and the position `at` of the element's first byte in it. What they answer is relative to
`at`, so that it stays true when the buffer lets go of what stands before.
"""

from __future__ import annotations

import re

import msgspec
from msgspec import Struct

SPACE = b" \t\r\n"
"""The bytes that JSON takes for space."""

_LONGEST_TOKEN = 24
"""Within so many bytes of the end msgspec may take what is cut for something wrong."""

_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+"|[\[\]{}]|"', re.DOTALL)
_SCALAR_END = re.compile(rb'[,\]}\s\[{"]')
_POSITION = re.compile(r"\(byte (\d+)\)")
_BEHIND = "trailing characters"
_anything = msgspec.json.Decoder(msgspec.Raw)


class Brackets(Struct, frozen=True):
    """How far brackets have been counted: up to `position`, where the element closed or `depth` are still open."""

    position: int
    depth: int
    closed: bool


def scalar_end(buffer: bytes | bytearray, at: int) -> int | None:
    """How long a number or word is; none while the buffer ends in it."""
    end = _SCALAR_END.search(buffer, at + 1)
    return end.start() - at if end else None


def proven_end(buffer: bytes | bytearray, at: int) -> int | None:
    """How long an element is, as msgspec proves it; 0 while it is open.

    None if msgspec refuses it, and if nothing stands behind it.
    """
    with memoryview(buffer) as view, view[at:] as rest:
        try:
            _anything.decode(rest)
        except RecursionError:
            return None
        except msgspec.DecodeError as error:
            place = _refused_at(error)
            end = place - 1 if place is not None else len(rest)
            if _BEHIND not in str(error):
                return 0 if end >= len(rest) - _LONGEST_TOKEN else None
            while rest[end - 1] in SPACE:
                end -= 1
            return end
        return None


def refused_before(error: msgspec.DecodeError, end: int) -> bool:
    """Whether msgspec stumbled over content before `end` rather than over the end of a wrong cut."""
    place = _refused_at(error)
    return place is not None and place < end


def _refused_at(error: msgspec.DecodeError) -> int | None:
    """The byte at which msgspec stumbled, as it says; none if it does not."""
    place = _POSITION.search(str(error))
    return int(place[1]) if place else None


def closing(buffer: bytes | bytearray, at: int, position: int = 0, depth: int = 0) -> Brackets:
    """Count on from `position` in an object, list or string until it closes or the buffer ends."""
    for token in _TOKEN.finditer(buffer, at + position):
        first = buffer[token.start()]
        if first == ord('"'):
            if token.end() - token.start() == 1:
                return Brackets(token.start() - at, depth, closed=False)
            closed = depth == 0
        elif first in b"{[":
            depth += 1
            closed = False
        else:
            depth -= 1
            closed = depth <= 0
        position = token.end() - at
        if closed:
            return Brackets(position, 0, closed=True)
    return Brackets(position, depth, closed=False)
