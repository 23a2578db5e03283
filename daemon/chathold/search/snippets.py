"""The piece of a text that shows why it was found, with the words that were searched for marked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from msgspec import Struct

from chathold.queries.query import Phrase
from chathold.queries.words import Found, words_in_place

_AROUND = 60
"""Characters before the first match."""
_LENGTH = 200
_NEAR = 1_500
"""Of a longer text, so many characters around the place where a word seems to be."""
_LOOKED_AT = 40_000
"""And so many of its beginning, where none seems to be."""
_TRIES = 200
_BETWEEN = 9
"""Characters that may stand between two words of a phrase."""
_SPACE = re.compile(r"\s+")
_MARKUP = (
    re.compile(r"^[ \t]*((?:#{1,6}|>)[ \t]+|(?:```|~~~)[^\n`]*$)", re.MULTILINE),
    re.compile(r"(?<![0-9A-Za-z*])(\*\*)(?=[^\s*])[^\n]*?[^\s*](\*\*)(?![0-9A-Za-z*])"),
    re.compile(r"(?<!`)(`{1,2})(?!`)[^\n]+?(?<!`)(\1)(?!`)"),
)
"""Headings, quotations and fences; strong words; code in a line: the groups are what Markdown's reader never shows."""


class Piece(Struct, frozen=True):
    """A piece of a snippet: its text, and whether it is what was searched for."""

    text: str
    marked: bool = False


def snippet(texts: Iterable[str], phrases: Sequence[Phrase]) -> tuple[Piece, ...]:
    """The best piece of the first text in which a phrase stands; else the beginning of the first that is not empty."""
    beginning = ""
    for text in texts:
        beginning = beginning or text
        spans = _spans(text, phrases)
        if spans:
            return _cut(text, spans)
    return _cut(beginning, [])


def _spans(text: str, phrases: Sequence[Phrase]) -> list[tuple[int, int]]:
    """Where phrases stand in a text, in order, without overlaps."""
    start, end = _window(text, phrases)
    found = list(words_in_place(text, start, end))
    spans = sorted(span for phrase in phrases for span in _of_phrase(found, phrase))
    merged: list[tuple[int, int]] = []
    for first, last in spans:
        if merged and first < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return merged


def _of_phrase(found: Sequence[Found], phrase: Phrase) -> Iterable[tuple[int, int]]:
    *inner, last = phrase.words
    length = len(phrase.words)
    for place in range(len(found) - length + 1):
        if found[place + length - 1].word != last and not (
            phrase.prefix and found[place + length - 1].word.startswith(last)
        ):
            continue
        if all(found[place + number].word == word for number, word in enumerate(inner)):
            yield found[place].start, found[place + length - 1].end


def _window(text: str, phrases: Sequence[Phrase]) -> tuple[int, int]:
    """Which part of a long text to look at: around the first place where a phrase seems to be, else the beginning."""
    if len(text) <= _NEAR:
        return 0, len(text)
    lowered = text.lower()
    places = [place for phrase in phrases if (place := _seeming(lowered, phrase)) >= 0]
    if not places:
        return 0, _LOOKED_AT
    start = max(0, min(places) - _NEAR // 2)
    start = next(
        (place for place in range(start, max(0, start - _AROUND), -1) if text[place - 1].isspace()), start
    )
    return start, start + _NEAR


def _seeming(lowered: str, phrase: Phrase) -> int:
    """Where a phrase seems to be, quickly: its first words as they are spelled, not in the middle of others; or -1."""
    first, *rest = phrase.words[:2]
    place = lowered.find(first)
    for _ in range(_TRIES):
        end = place + len(first)
        if place < 0:
            break
        whole = not first.isascii() or not (
            lowered[place - 1 : place].isalnum() or lowered[end : end + 1].isalnum()
        )
        if (whole or phrase.prefix) and all(
            each in lowered[end : end + len(each) + _BETWEEN] for each in rest
        ):
            return place
        place = lowered.find(first, end)
    return -1


def _cut(text: str, spans: list[tuple[int, int]]) -> tuple[Piece, ...]:
    """Cut around the place where most matches are, between words, on one line."""
    start, end = _best(text, spans)
    pieces = [Piece("…")] if start > 0 else []
    at = start
    for first, last, marked in _marks(text, start, end, spans):
        pieces.append(Piece(text[at:first]))
        if marked:
            pieces.append(Piece(text[first:last], marked=True))
        at = last
    pieces.append(Piece(text[at:end]))
    if end < len(text):
        pieces.append(Piece("…"))
    return _on_one_line(pieces)


def _marks(text: str, start: int, end: int, spans: list[tuple[int, int]]) -> list[tuple[int, int, bool]]:
    """Between `start` and `end`, what is to be marked (true) and what to be left out as markup, in order."""
    marks = [(first, last, True) for first, last in spans if first >= start and last <= end]
    for pattern in _MARKUP:
        for found in pattern.finditer(text, start, end):
            for group in range(1, pattern.groups + 1):
                first, last = found.span(group)
                if all(last <= begin or first >= stop for begin, stop, _marked in marks):
                    marks.append((first, last, False))
    return sorted(marks)


def _best(text: str, spans: list[tuple[int, int]]) -> tuple[int, int]:
    best = 0
    first = spans[0][0] if spans else 0
    for place, (begin, _end) in enumerate(spans):
        count = sum(1 for other in spans[place : place + 9] if other[1] <= begin - _AROUND + _LENGTH)
        if count > best:
            best, first = count, begin
    start = max(0, first - _AROUND)
    if start and (space := text.find(" ", start, first)) >= 0:
        start = space + 1
    end = min(len(text), max([start + _LENGTH, *(last for begin, last in spans if begin == first)]))
    if end < len(text) and (space := text.rfind(" ", end - 20, end)) > first:
        end = space if all(not begin < space < last for begin, last in spans) else end
    return start, end


def _on_one_line(pieces: list[Piece]) -> tuple[Piece, ...]:
    """White space as one space and none at the ends, neighbours that are alike joined, empty ones left out."""
    found: list[Piece] = []
    for each in pieces:
        text = _SPACE.sub(" ", each.text)
        if not found or found[-1].text.endswith(" "):
            text = text.lstrip()
        if found and found[-1].marked == each.marked:
            found[-1] = Piece(found[-1].text + text, each.marked)
        elif text:
            found.append(Piece(text, each.marked))
    if found and not found[-1].marked:
        last = found.pop().text.rstrip()
        found += [Piece(last)] if last else []
    return tuple(found)
