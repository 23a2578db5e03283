"""A query cut into its pieces: words, phrases, filters, operators, parentheses."""

from __future__ import annotations

import re
from enum import Enum, auto

from msgspec import Struct
from msgspec.structs import replace

from chathold.core.errors import UsageError
from chathold.core.texts import _

FILTERS = ("provider", "account", "role", "model", "title", "since", "until", "has")

LONGEST = 2_000
"""Characters a query may have."""

_QUOTES = "“”„‟«»「」『』〝〞〟"
_AS_ASCII = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | dict.fromkeys(
    map(ord, _QUOTES), ord('"')
)
_AS_ASCII[0x3000] = ord(" ")
"""Full-width forms and the quotation marks of many languages; a character stays one character."""

_PIECE = re.compile(
    rf"""
    (?P<space> [\s\x00-\x1f]+ )
  | (?P<filter> (?:{"|".join(FILTERS)}) : ) (?: " (?P<quoted> [^"]* ) (?P<closed> "? ) | (?P<value> [^\s"()]* ) )
  | " (?P<phrase> [^"]* ) (?P<end> "? ) (?P<phrase_star> \*? )
  | (?P<open> \( )
  | (?P<close> \) )
  | (?P<minus> - ) (?= [^\s)-] )
  | (?P<operator> AND | OR | NOT ) (?= [\s()"] | $ )
  | (?P<word> [^\s"()]+ )
    """,
    re.VERBOSE | re.IGNORECASE,
)


_LIKE_A_FILTER = re.compile(r"[a-z]{2,}:[^\s:/\\]", re.IGNORECASE)


class Kind(Enum):
    """What a piece of a query is."""

    WORD = auto()
    PHRASE = auto()
    FILTER = auto()
    OPEN = auto()
    CLOSE = auto()
    AND = auto()
    OR = auto()
    NOT = auto()


class Piece(Struct, frozen=True):
    """A piece of a query, and where it begins and ends in it.

    `name` is a filter's; `prefix`: more letters may follow; `last`: the text ends with it.
    """

    kind: Kind
    text: str
    name: str = ""
    prefix: bool = False
    last: bool = False
    begin: int = 0
    end: int = 0


def pieces(text: str, *, incomplete: bool) -> list[Piece]:
    """The pieces of a query. Raises `UsageError` if it is too long, or a quotation mark is not closed.

    With `incomplete` what is still being typed is taken as if it were whole.
    """
    if len(text) > LONGEST:
        raise UsageError(
            _("This query is too long."),
            advice=_("Search for fewer words: at most {n} characters are looked at.").format(n=LONGEST),
        )
    plain = text.translate(_AS_ASCII)
    found = []
    for match in _PIECE.finditer(plain):
        piece = _piece(match, original=text, incomplete=incomplete)
        if piece:
            found.append(replace(piece, begin=match.start(), end=match.end()))
    return found


def like_filters(text: str) -> tuple[str, ...]:
    """The words of a query that are written as filters are, and are none."""
    found = pieces(text, incomplete=True)
    return tuple(each.text for each in found if each.kind is Kind.WORD and _LIKE_A_FILTER.match(each.text))


def _piece(match: re.Match[str], *, original: str, incomplete: bool) -> Piece | None:
    last = match.end() == len(original)
    if match["space"]:
        return None
    if match["filter"]:
        name = match["filter"][:-1].lower()
        if match["quoted"] is not None:
            _check_closed(match["closed"], original[match.start() :], incomplete=incomplete)
        held = "value" if match["quoted"] is None else "quoted"
        value = original[match.start(held) : match.end(held)].strip()
        return Piece(Kind.FILTER, value, name, last=last)
    if match["phrase"] is not None:
        _check_closed(match["end"], original[match.start() :], incomplete=incomplete)
        return Piece(
            Kind.PHRASE, match["phrase"], prefix=bool(match["phrase_star"]), last=last and not match["end"]
        )
    if match["open"]:
        return Piece(Kind.OPEN, "(")
    if match["close"]:
        return Piece(Kind.CLOSE, ")")
    if match["minus"]:
        return Piece(Kind.NOT, "-")
    if match["operator"] and match["operator"].isupper():
        return Piece(Kind[match["operator"]], match["operator"], last=last)
    word = match["operator"] or match["word"]
    return Piece(Kind.WORD, word.rstrip("*"), prefix=word.endswith("*"), last=last)


def _check_closed(mark: str, typed: str, *, incomplete: bool) -> None:
    if not mark and not incomplete:
        raise UsageError(
            _("A quotation mark is not closed."),
            place=typed,
            advice=_('Write a phrase as in: "two words".'),
        )
