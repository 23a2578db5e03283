"""Canonical JSON: which byte strings say the same.

The *form* of a record is its JSON with names sorted, no space, UTF-8, and numbers as they were written, less
the few fields its provider is known to make anew at every export. Two records of one form are one.

On the fast path msgspec reads, keeping the spelling of numbers, and orjson writes; what they refuse (half a
character, NaN, numbers of 30 digits, a name given twice) is read again, slowly and exactly. A record that has no
canonical JSON is its own form, byte for byte.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import msgspec
import orjson
from msgspec import Struct

from chathold.core.problem import Problem
from chathold.core.texts import N_

Strip = Callable[[dict[str, Any]], int]

HALF_CHARACTER = N_("Half a character stands in a text; it is shown as �.")
TWICE = N_("A name is given twice; the last one is read, both are kept.")
NOT_UNICODE = N_("Some bytes are no Unicode; they are shown as �.")
NO_NUMBER = N_("A number is none (NaN or infinite); it is left out.")
UNREADABLE = N_("This record cannot be read; it is kept as it is.")

_LARGE = 8 << 20
"""From here on msgspec reads a record: it is slower than orjson, and needs half the memory."""

_WRITTEN_APART = 2
_STEP = 1 << 20

_plain = msgspec.json.Decoder()
_decoder = msgspec.json.Decoder(float_hook=orjson.Fragment)
_array: msgspec.json.Decoder[list[Any]] = msgspec.json.Decoder(list[Any], float_hook=orjson.Fragment)
_REFUSED = (msgspec.MsgspecError, RecursionError, ValueError, TypeError)
_NUMBERED_MARK = rb"\u0022"
_SURROGATE = re.compile("[\ud800-\udfff]")
_PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")


@dataclass(frozen=True, slots=True)
class Form:
    """The hash of a record's canonical JSON, and how many quotation marks that JSON has.

    A name given twice leaves fewer marks in the canonical JSON than in the bytes: with this count a record
    of known form is proven to hide nothing without being read in full. Only a mark written by its number
    could make up for those that are missing: bytes that hold one are read exactly.
    """

    hash: bytes
    marks: int
    as_it_is: bool = field(default=False, compare=False)


class Parsed(Struct, frozen=True):
    """A record as plain Python values, strings fit for UTF-8, and what was odd about its bytes.

    `stripped`: what is volatile has been removed already.
    """

    value: Any
    problems: tuple[Problem, ...] = ()
    readable: bool = True
    stripped: bool = False


class _Spelled(float):
    """A number with a point, and how it was written."""

    __slots__ = ("spelling",)

    spelling: str


def _spelled(spelling: str) -> _Spelled:
    """The number that `spelling` writes."""
    number = _Spelled(spelling)
    number.spelling = spelling
    return number


_spelling = msgspec.json.Decoder(float_hook=_spelled)


def _as_spelled(value: Any) -> orjson.Fragment:
    """How a number was written, for orjson, which asks about nothing else that msgspec gives it."""
    if isinstance(value, _Spelled):
        return orjson.Fragment(value.spelling)
    raise TypeError


def form_and_parsed(raw: bytes, strip: Strip) -> tuple[Form, Parsed]:
    """What `form` and `parse` say of a record, less what is volatile; decoded only once where that can be."""
    value = _decoded(raw, _spelling) if len(raw) < _LARGE else None
    quick = _quick_form(value, strip, 0)
    if quick is None or raw.count(b'"') != quick[0].marks + 2 * quick[1]:
        return form(raw, strip), parse(raw)
    return quick[0], Parsed(value, stripped=True)


def form(raw: bytes, strip: Strip) -> Form:
    """The form of one record's JSON text.

    `strip` removes the volatile fields from the decoded record and says how many names went.
    """
    return form_of(raw, decoded(raw), strip)


def form_of(raw: bytes, value: Any, strip: Strip, known: Iterable[Form] = ()) -> Form:
    """The form of a record; `value` is `decoded(raw)`, used up by this. Quicker where it is a known one."""
    quick = _quick_form(value, strip, len(raw), known)
    if quick is None or raw.count(b'"') != quick[0].marks + 2 * quick[1]:
        return _exact_form(raw, strip)
    return quick[0]


def decoded(raw: bytes) -> Any:
    """A record by the fast path, numbers as they were written; none if that refuses it."""
    return _decoded(raw, _decoder)


def _decoded(raw: bytes, decoder: msgspec.json.Decoder[Any]) -> Any:
    if _numbered(raw, 0, len(raw)):
        return None
    try:
        return decoder.decode(raw)
    except _REFUSED:
        return None


def _numbered(text: bytes | bytearray, start: int, end: int) -> bool:
    """Whether a quotation mark is written by its number. Sought from the end: half as slow as from the beginning."""
    return text.rfind(_NUMBERED_MARK, start, end) >= 0


def decoded_all(text: bytes | bytearray, start: int, end: int) -> list[Any] | None:
    """The records of the array between two places of a text by the fast path; none if that refuses any."""
    if _numbered(text, start, end):
        return None
    try:
        with memoryview(text) as whole, whole[start:end] as array:
            return _array.decode(array)
    except _REFUSED:
        return None


def match_all(
    marks: int, values: Iterable[tuple[Any, Strip, Collection[Form]]], records: Callable[[], Iterable[bytes]]
) -> list[Form | None] | None:
    """For every record of an array the one of its known forms that it has, or none; none at all without proof.

    `marks`: how many quotation marks the array's text has. `values` are the records as `decoded_all` has them, used
    up by this, with what is volatile and known; `records` gives the bytes of each, where some are of no known form.
    """
    found: list[Form | None] = []
    for value, strip, known in values:
        quick = _quick_form(value, strip, 0, known) if known else None
        if quick and quick[0] in known:
            found.append(quick[0])
            marks -= quick[0].marks + 2 * quick[1]
        else:
            found.append(None)
    if None in found:
        marks -= sum(raw.count(b'"') for raw, form in zip(records(), found, strict=True) if form is None)
    return found if marks == 0 else None


def _quick_form(value: Any, strip: Strip, size: int, known: Iterable[Form] = ()) -> tuple[Form, int] | None:
    """The form of a value by the fast path, and how many names were stripped; none if that refuses it.

    `size` is about how long its text is. The marks of a known form need not be counted.
    """
    if value is None:
        return None
    gone = strip(value) if isinstance(value, dict) else 0
    try:
        if size > _LARGE:
            return _form_of_pieces(_written(value, _WRITTEN_APART)), gone
        text = orjson.dumps(value, _as_spelled, orjson.OPT_SORT_KEYS)
    except _REFUSED:
        return None
    digest = sha256(text).digest()
    same = next((each for each in known if each.hash == digest), None)
    return same or Form(digest, text.count(b'"')), gone


def _form_of_pieces(pieces: Iterable[bytes]) -> Form:
    digest, marks = sha256(), 0
    for piece in pieces:
        digest.update(piece)
        marks += piece.count(b'"')
    return Form(digest.digest(), marks)


def _written(value: Any, depth: int) -> Iterator[bytes]:
    """Canonical JSON in pieces, the outer `depth` levels taken apart: a huge chat never stands there whole."""
    if not (depth and value and isinstance(value, dict | list)):
        yield orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
        return
    named = isinstance(value, dict)
    before = b"{" if named else b"["
    for item in sorted(value) if named else value:
        start = b"".join((before, orjson.dumps(item), b":")) if named else before
        inner = value[item] if named else item
        if depth == 1:
            yield start + orjson.dumps(inner, option=orjson.OPT_SORT_KEYS)
        else:
            yield start
            yield from _written(inner, depth - 1)
        before = b","
    yield b"}" if named else b"]"


def parse(raw: bytes) -> Parsed:
    """The record as plain values. Never raises: what cannot be read at all says so (`readable`)."""
    try:
        return Parsed(orjson.loads(raw) if len(raw) < _LARGE else _plain.decode(raw))
    except (ValueError, msgspec.MsgspecError, RecursionError):
        return _exact_parse(raw)


class _Number(str):
    """A number as it was written."""

    __slots__ = ()


class _Twice(Exception):
    """A name is given twice in one object."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = {_joined(name): item for name, item in pairs}
    if len(result) != len(pairs):
        raise _Twice
    return result


def _exact_form(raw: bytes, strip: Strip) -> Form:
    try:
        value = json.loads(
            _joined(raw.decode("utf-8", "surrogatepass")),
            object_pairs_hook=_once,
            parse_float=_Number,
            parse_int=_Number,
            parse_constant=_Number,
            strict=False,
        )
        if isinstance(value, dict):
            strip(value)
        return _hashed(_pieces(value))
    except (ValueError, RecursionError, _Twice):
        return Form(sha256(b"as it is\n" + raw).digest(), raw.count(b'"'), as_it_is=True)


def _hashed(pieces: Iterator[str]) -> Form:
    """The form of a text that is hashed while it is written, in steps: it never stands there whole."""
    digest, marks, size = sha256(), 0, 0
    waiting: list[str] = []
    for piece in itertools.chain(pieces, [""]):
        waiting.append(piece)
        size += len(piece)
        if size > _STEP or not piece:
            written = "".join(waiting).encode("utf-8", "surrogatepass")
            digest.update(written)
            marks += written.count(b'"')
            waiting, size = [], 0
    return Form(digest.digest(), marks)


def _pieces(value: Any) -> Iterator[str]:
    """Canonical JSON of what the exact reading gave, in pieces; equal to the fast path's where both can."""
    match value:
        case _Number():
            yield "0" if value == "-0" else value
        case dict():
            for number, name in enumerate(sorted(value)):
                yield "," if number else "{"
                yield from _quoted(name)
                yield ":"
                yield from _pieces(value[name])
            yield "}" if value else "{}"
        case list():
            for number, item in enumerate(value):
                yield "," if number else "["
                yield from _pieces(item)
            yield "]" if value else "[]"
        case str():
            yield from _quoted(value)
        case _:
            yield json.dumps(value)


def _quoted(value: str) -> Iterator[str]:
    """A string as JSON, a long one in steps."""
    text = _joined(value)
    yield '"'
    for at in range(0, len(text), _STEP):
        yield json.dumps(text[at : at + _STEP], ensure_ascii=False)[1:-1]
    yield '"'


def _joined(text: str) -> str:
    """`text` with the halves of a character that stand side by side made one (CESU-8, Unicode TR 26)."""
    if _PAIR.search(text) is None:
        return text
    return _PAIR.sub(lambda pair: pair[0].encode("utf-16", "surrogatepass").decode("utf-16"), text)


def _exact_parse(raw: bytes) -> Parsed:
    odd: list[str] = []

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        result = dict(found)
        if len(result) != len(found):
            odd.append(TWICE)
        return result

    def constant(_: str) -> None:
        odd.append(NO_NUMBER)

    try:
        value = json.loads(
            _joined(_text(raw, odd)),
            object_pairs_hook=pairs,
            parse_int=_integer,
            parse_constant=constant,
            strict=False,
        )
        value = _whole(value, odd)
    except (ValueError, RecursionError):
        return Parsed(None, (Problem("", UNREADABLE),), readable=False)
    return Parsed(value, tuple(Problem("", what) for what in dict.fromkeys(odd)))


def _text(raw: bytes, odd: list[str]) -> str:
    """The bytes as text, halves of characters as they are."""
    try:
        return raw.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        odd.append(NOT_UNICODE)
        return raw.decode("utf-8", "replace")


def _integer(digits: str) -> int | float:
    return int(digits) if len(digits) < 300 else float(digits)  # noqa: PLR2004 - Python refuses 4,300 digits


def _whole(value: Any, odd: list[str]) -> Any:
    """`value` with halves of characters replaced, so that every string can be written as UTF-8."""
    match value:
        case str():
            joined = _joined(value)
            if _SURROGATE.search(joined) is None:
                return joined
            odd.append(HALF_CHARACTER)
            return _SURROGATE.sub("�", joined)
        case dict():
            return {_whole(name, odd): _whole(item, odd) for name, item in value.items()}
        case list():
            return [_whole(item, odd) for item in value]
        case _:
            return value
