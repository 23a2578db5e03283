"""What counts as a word, for the index and for queries alike.

FTS5's `ascii` tokenizer splits at everything in ASCII that is no letter or digit, folds A to Z, and takes every
other character as part of a word. So text is prepared for it: what else is no word becomes a space, what should
be found alike becomes alike, and scripts that put no spaces between words are cut into single characters, so that
any run of them is found as a phrase.

    full-width and compatibility forms   as ASCII (NFKC)             ＡＰＩ → API, ｶﾞ → ガ, ﬁ → fi
    capitals, ß                          folded                      STRASSE = Straße
    accents, points, harakat             dropped                     é → e, đ → d, й stays
    Han, kana, Hangul, Thai, Khmer …     one by one                  数据库 → 数 据 库
    marks that are letters (Indic)       stay in their word          हिन्दी
    emoji                                one by one
    ZWNJ, soft hyphen, bidi marks        dropped
    everything else, halves of pairs     a space
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from unicodedata import category, decimal, normalize

from msgspec import Struct

_ASCII = re.compile(r"([\x01-\x7f]+)")
"""What needs no preparing; the rest stands between. To look for the rest would take thrice as long: most is ASCII."""

_PLAIN = "\u3041-\u3096\u30a1-\u30fa\u30fc\u4e00-\u9fff\uac00-\ud7a3"
_COMPOSING = "\u3099\u309a\u11a7-\u11ff\uff9e\uff9f"
_PLAIN_RUN = f"([{_PLAIN}]+)(?![{_COMPOSING}])"
"""Characters that are only to be set apart, which are most of those that stand alone."""

_STOPS = "\u2010-\u2027\u3000-\u3003\u3008-\u3011\uff01\uff08\uff09\uff0c\uff1a\uff1b\uff1f"
_PROSE = f"[{_PLAIN}{_STOPS}]+"
"""Most of what is written in such characters: nothing in it is to be folded, and what ends a sentence is no word."""

_CHUNK = f"([{_PLAIN}])(?![{_COMPOSING}])|(?:[{_PLAIN}](?=[{_COMPOSING}])|(?![{_PLAIN}])[0-9A-Za-z\x80-\U0010ffff])+"
_WORD = r"[0-9a-z\x80-\U0010ffff]+"
_CAPITALS = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}

_ALONE = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Burmese
    (0x1100, 0x11FF),  # parts of Hangul that make no syllable
    (0x1780, 0x17FF),  # Khmer
    (0x1950, 0x19FF),  # Tai Le, New Tai Lue, Khmer symbols
    (0x1A20, 0x1AAF),  # Tai Tham
    (0x3005, 0x3007),
    (0x3021, 0x3029),
    (0x3031, 0x312F),  # kana, Bopomofo
    (0x3130, 0x31FF),
    (0x3400, 0x4DBF),  # Han
    (0x4E00, 0x9FFF),
    (0xA000, 0xA4CF),  # Yi
    (0xA960, 0xA97F),
    (0xAA60, 0xAADF),  # Burmese, Tai Viet
    (0xAC00, 0xD7FF),  # Hangul
    (0xF900, 0xFAFF),
    (0x1AFF0, 0x1B16F),
    (0x20000, 0x3FFFF),
)
"""Letters and marks of these stand alone."""

_PICTURES = ((0x2600, 0x27BF), (0x2B00, 0x2BFF), (0x1F000, 0x1FAFF))
_ACCENTS = (
    (0x0300, 0x08FF),
    (0x1AB0, 0x1AFF),
    (0x1DC0, 0x1DFF),
    (0x20D0, 0x20FF),
    (0x3099, 0x309A),
    (0xFE00, 0xFE2F),
    (0xE0100, 0xE01EF),
)
"""Marks of these only colour a letter."""

_INDIC = 0x0900
"""Below this, what a letter is composed with is an accent."""

_SAME = {"đ": "d", "ø": "o", "ł": "l", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "ŧ": "t", "й": "й"}
_SPACE, _NOTHING = " ", ""
_WORD_SPACE, _TATWEEL = 0x200B, 0x0640


class _Folding(dict[int, str]):
    """What becomes of each character, worked out when it is first met."""

    def __missing__(self, code: int) -> str:
        self[code] = folded = _folded(code)
        return folded


_FOLDING = _Folding()


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """A pattern, compiled when it is first needed: these take milliseconds, and an import may need none."""
    return re.compile(pattern)


def prepared(text: str) -> str:
    """`text` as the index and the query hand it to FTS5. Any string will do; the result is UTF-8 without NUL."""
    if text.isascii() and "\0" not in text:
        return text
    if len(text) <= _LONG:
        return _prepared_step(text)
    return "".join(map(_prepared_step, _in_steps(text)))


def _prepared_step(text: str) -> str:
    pieces = _ASCII.split(text)
    pieces[::2] = map(_prepared_run, pieces[::2])
    return "".join(pieces)


def _in_steps(text: str) -> Iterator[str]:
    """A long text in pieces, cut where ASCII goes on or begins, so that not all of its runs stand there at once."""
    start = 0
    while start < len(text):
        found = _ASCII.search(text, start + _LONG)
        end = found.start() if found else len(text)
        yield text[start:end]
        start = end


def words(text: str) -> list[str]:
    """The words of a text, as the index has them."""
    return _compiled(_WORD).findall(prepared(text).translate(_CAPITALS))


class Found(Struct, frozen=True):
    """A word as the index has it, and where in the text it stands."""

    word: str
    start: int
    end: int


def words_in_place(text: str, start: int = 0, end: int | None = None) -> Iterator[Found]:
    """The words of a text with their places, between `start` and `end`."""
    for chunk in _compiled(_CHUNK).finditer(text, start, len(text) if end is None else end):
        if chunk[1]:
            yield Found(chunk[1], chunk.start(), chunk.end())
        elif chunk[0].isascii():
            yield Found(chunk[0].lower(), chunk.start(), chunk.end())
        else:
            yield from _in_chunk(chunk[0], chunk.start())


def _in_chunk(chunk: str, offset: int) -> Iterator[Found]:
    """The words of a chunk that holds other than ASCII, character by character."""
    word, start, end = "", 0, 0
    for first, last in _clusters(chunk):
        piece = prepared(chunk[first:last]).translate(_CAPITALS)
        if not piece:
            continue
        for each in re.split(r"([^0-9a-z\x80-\U0010ffff]+)", piece):
            if each and _compiled(_WORD).fullmatch(each):
                start = start if word else offset + first
                word, end = word + each, offset + last
            elif each and word:
                yield Found(word, start, end)
                word = ""
    if word:
        yield Found(word, start, end)


def _clusters(chunk: str) -> Iterator[tuple[int, int]]:
    """Where characters with their marks begin and end; parts of one Hangul syllable are together."""
    start = 0
    for place in range(1, len(chunk)):
        if not (_is_mark(chunk[place]) or (_is_jamo(chunk[place - 1]) and _is_jamo(chunk[place]))):
            yield start, place
            start = place
    yield start, len(chunk)


def _is_mark(character: str) -> bool:
    return category(character)[0] == "M" or character in "\uff9e\uff9f"


def _is_jamo(character: str) -> bool:
    return (
        "\u1100" <= character <= "\u11ff"
        or "\u3131" <= character <= "\u318e"
        or "\uffa0" <= character <= "\uffdc"
    )


def _prepared_run(run: str) -> str:
    """A run of what is not ASCII."""
    if len(run) <= _SHORT:
        return _short_run(run)
    if _compiled(_PROSE).fullmatch(run):
        return f" {' '.join(_compiled(f'[{_STOPS}]+').sub(_NOTHING, run))} "
    pieces = _compiled(_PLAIN_RUN).split(run)
    pieces[::2] = [_short_run(piece) if len(piece) <= _SHORT else _fold(piece) for piece in pieces[::2]]
    pieces[1::2] = [f" {' '.join(piece)} " for piece in pieces[1::2]]
    return "".join(pieces)


_SHORT = 12
_LONG = 1 << 19
"""Characters: a longer text is prepared in steps of about this length."""


@lru_cache(maxsize=1 << 15)
def _short_run(text: str) -> str:
    return _fold(text)


def _fold(text: str) -> str:
    return normalize("NFKC", text).casefold().translate(_FOLDING)


def _folded(code: int) -> str:
    """What becomes of one character after NFKC and the folding of capitals."""
    character = chr(code)
    if code < 0x80:  # noqa: PLR2004 - the tokenizer sees to ASCII
        return character if code else _SPACE
    if code == _TATWEEL:
        return _NOTHING
    match category(character)[0]:
        case "L" | "N" | "M" if _within(code, _ALONE):
            return f" {character} "
        case "L":
            return _SAME.get(character) or _base(character)
        case "N":
            digit = decimal(character, None)
            return character if digit is None else str(digit)
        case "M":
            return _NOTHING if _within(code, _ACCENTS) else character
        case "S" if _within(code, _PICTURES):
            return _NOTHING if category(character) == "Sk" else f" {character} "
        case "C" if category(character) == "Cf" and code != _WORD_SPACE:
            return _NOTHING
        case _:
            return _SPACE


def _base(letter: str) -> str:
    """A letter without its accents."""
    if ord(letter) >= _INDIC and not "\u1e00" <= letter <= "\u1fff":
        return letter
    return "".join(each for each in normalize("NFD", letter) if category(each)[0] != "M")


def _within(code: int, ranges: tuple[tuple[int, int], ...]) -> bool:
    return any(first <= code <= last for first, last in ranges)
