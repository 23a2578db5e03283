"""The beginning of a JSON member as a Python value, wherever it is cut.

A token at a time, on a stack of its own: however deep, large or broken a file is, this neither fails nor
fills the memory. What is whole and not too deep is read at once, as the standard library reads it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from enum import Enum, auto
from typing import Any

from chathold.exports.appearance import UTF8_BOM

DEEPEST = 64
SAMPLE = 64 << 10
"""Bytes that usually tell what a member is."""

_LARGER = 1 << 20
_LONGEST_INTEGER = 4000

_TOKEN = re.compile(
    r"""[ \t\r\n]*+(?:
        (?P<mark>[][{}:,])
      | (?P<string>"[^"\\]*+(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\]*+)*+")
      | (?P<integer>-?(?:0|[1-9][0-9]*+))(?=[\s,\]}])
      | (?P<real>-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?+(?:[eE][+-]?[0-9]++)?+|NaN|-?Infinity)(?=[\s,\]}])
      | (?P<word>true|false|null)(?=[\s,\]}])
    )""",
    re.VERBOSE,
)
_BRACKET = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[][{}]', re.DOTALL)
_NUMBER_BEGUN = re.compile(r"-?[0-9.eE+-]*")
_decoder = json.JSONDecoder(strict=False)
_WORDS = {"true": True, "false": False, "null": None}
_BEGINNINGS = (*_WORDS, "NaN", "Infinity", "-Infinity")


def sample(chunks: Iterator[bytes], limit: int = SAMPLE) -> Any:
    """The beginning of the JSON array or object in `chunks`: what is whole within about `limit` bytes.

    Arrays and objects that are still open there are given with what they hold so far, so that lists are
    beginnings and objects are subsets of the real ones; what is nested deeper than 64 is left empty. Looks
    further, up to 1 MiB, if no value was whole or what is nested too deep does not end.
    `None` if it is no JSON array or object. Raises nothing but what `chunks` raises.
    """
    head, ended = _read(chunks, b"", limit)
    whole = ended and len(head) <= limit
    if whole and _is_plain(value := _loaded(head)):
        return value
    prefix = _Prefix(head[:limit])
    if not whole and prefix.begun and (prefix.deep or not prefix.values):
        larger = max(limit, _LARGER)
        prefix = _Prefix(_read(chunks, head, larger)[0][:larger])
    return prefix.root if prefix.values or prefix.begun else None


def _read(chunks: Iterator[bytes], head: bytes, limit: int) -> tuple[bytes, bool]:
    """`head` and the chunks that follow it, to at least `limit` bytes, and whether that is all there is."""
    pieces, size = [head], len(head)
    while size < limit:
        piece = next(chunks, None)
        if piece is None:
            return b"".join(pieces), True
        pieces.append(piece)
        size += len(piece)
    return b"".join(pieces), False


def _text(head: bytes) -> str:
    return head.removeprefix(UTF8_BOM).decode("utf-8", "replace")


def _loaded(head: bytes) -> Any:
    """The value of a whole document, if the standard library takes it."""
    try:
        return _decoder.decode(_text(head))
    except (ValueError, RecursionError):
        return None


def _is_plain(value: Any, levels: int = DEEPEST) -> bool:
    """Whether `value` is an array or object and nested no deeper than so many levels."""
    if not isinstance(value, dict | list):
        return False
    level: list[Any] = [value]
    for _depth in range(levels):
        inner = (item for outer in level for item in (outer.values() if isinstance(outer, dict) else outer))
        level = [item for item in inner if isinstance(item, dict | list)]
        if not level:
            return True
    return False


class _Expected(Enum):
    """What may come next."""

    VALUE = auto()
    VALUE_OR_END = auto()
    NAME = auto()
    NAME_OR_END = auto()
    COLON = auto()
    COMMA_OR_END = auto()


class _Prefix:
    """What can be built from the beginning of a document.

    `root` is the outermost array or object, `values` counts the values that were whole, `deep` is true
    if something nested too deep has no end, `begun` if the text is the proper beginning of a document.
    """

    def __init__(self, head: bytes) -> None:
        self.root: Any = None
        self.values = 0
        self.deep = False
        self._open: list[tuple[Any, str]] = []
        self._name = ""
        self._expected = _Expected.VALUE
        self.begun = self._build(_text(head))

    def _build(self, text: str) -> bool:
        """Take token after token; whether only the end of the text, or too much depth, stopped it."""
        at = 0
        while found := _TOKEN.match(text, at):
            kind, piece = found.lastgroup or "", found[found.lastgroup or 0]
            if piece in {"[", "{"} and len(self._open) == DEEPEST:
                at = _past(text, found.start(found.lastgroup or 0))
                if not at:
                    self.deep = True
                    return True
                self._put([] if piece == "[" else {})
                self._expected = _Expected.COMMA_OR_END
                continue
            if piece in {"[", "{"} and (end := self._take_whole(text, found.start(found.lastgroup or 0))):
                at = end
                continue
            if not self._take(kind, piece):
                return False
            at = found.end()
            if not self._open:
                return self.root is not None
        return _may_go_on(text[at:].lstrip(" \t\r\n"))

    def _take_whole(self, text: str, at: int) -> int:
        """Take the inner array or object that begins at `at` at once; where it ends, or 0 if that cannot be."""
        if not self._open or self._expected not in {_Expected.VALUE, _Expected.VALUE_OR_END}:
            return 0
        try:
            value, end = _decoder.raw_decode(text, at)
        except (ValueError, RecursionError):  # it is cut, or wrong, or nested very deep
            return 0
        if not _is_plain(value, DEEPEST - len(self._open)):
            return 0
        self._put(value)
        self.values += 1
        self._expected = _Expected.COMMA_OR_END
        return end

    def _take(self, kind: str, piece: str) -> bool:
        """Build on; false if `piece` may not stand here."""
        match self._expected, piece:
            case ((_Expected.VALUE | _Expected.VALUE_OR_END), ("[" | "{")):
                self._begin([] if piece == "[" else {}, piece)
            case ((_Expected.VALUE_OR_END | _Expected.COMMA_OR_END), "]") if self._inside("["):
                self._end()
            case ((_Expected.NAME_OR_END | _Expected.COMMA_OR_END), "}") if self._inside("{"):
                self._end()
            case _Expected.COMMA_OR_END, ",":
                self._expected = _Expected.NAME if self._inside("{") else _Expected.VALUE
            case _Expected.COLON, ":":
                self._expected = _Expected.VALUE
            case ((_Expected.NAME | _Expected.NAME_OR_END), _) if kind == "string":
                self._name = _scalar(kind, piece)
                self._expected = _Expected.COLON
            case ((_Expected.VALUE | _Expected.VALUE_OR_END), _) if kind != "mark" and self._open:
                self._put(_scalar(kind, piece))
                self.values += 1
                self._expected = _Expected.COMMA_OR_END
            case _:
                return False
        return True

    def _inside(self, mark: str) -> bool:
        return bool(self._open) and self._open[-1][1] == mark

    def _put(self, value: Any) -> None:
        """Put `value` where the innermost open array or object wants it."""
        if not self._open:
            self.root = value
        elif self._inside("{"):
            self._open[-1][0][self._name] = value
        else:
            self._open[-1][0].append(value)

    def _begin(self, value: Any, mark: str) -> None:
        self._put(value)
        self._open.append((value, mark))
        self._expected = _Expected.VALUE_OR_END if mark == "[" else _Expected.NAME_OR_END

    def _end(self) -> None:
        self._open.pop()
        self.values += 1
        self._expected = _Expected.COMMA_OR_END


def _past(text: str, at: int) -> int:
    """Where the array or object that begins at `at` ends, by its brackets; 0 if it does not."""
    depth = 0
    for found in _BRACKET.finditer(text, at):
        if found[0] in "[{":
            depth += 1
        elif found[0] in "]}":
            depth -= 1
            if not depth:
                return found.end()
    return 0


def _scalar(kind: str, piece: str) -> Any:
    """The value of a token that is no mark."""
    match kind:
        case "string":
            return _decoder.decode(piece) if "\\" in piece else piece[1:-1]
        case "integer" if len(piece) < _LONGEST_INTEGER:
            return int(piece)
        case "integer" | "real":
            return float(piece)
        case _:
            return _WORDS[piece]


def _may_go_on(rest: str) -> bool:
    """Whether `rest`, which is no token, may be the beginning of one."""
    if not rest or rest.startswith('"') or _NUMBER_BEGUN.fullmatch(rest):
        return True
    return any(word.startswith(rest) for word in _BEGINNINGS)
