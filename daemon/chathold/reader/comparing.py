"""Two texts side by side: the same lines beside each other, and in those that differ the words that do. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from msgspec import Struct

_LINES = 2_000
_WORDS = 1_500
_CLOSE = 0.4
_AROUND = 2
"""So many equal lines are shown before and after those that differ."""

_WORD = re.compile(r"\w+|\s+|[^\w\s]")


class Piece(Struct, frozen=True):
    """Words of a line, and whether the other side lacks them."""

    text: str
    differs: bool


Side = tuple[Piece, ...] | None
"""A line of one side; none where the other has a line more."""


class Row(Struct, frozen=True):
    """Two lines beside each other; `left_out` equal ones stand between this row and the one before."""

    old: Side
    new: Side
    left_out: int = 0

    @property
    def differs(self) -> bool:
        """Whether the two are not the same."""
        return self.old != self.new


def compare(old: str, new: str) -> list[Row]:
    """The rows that differ, with a few around them. Texts too long to be compared stand beside each other whole."""
    before, after = old.splitlines(), new.splitlines()
    if len(before) > _LINES or len(after) > _LINES:
        return [_row(old, new, close=False)] if old != new else []
    rows = list(_rows(before, after))
    shown = [
        place
        for place in range(len(rows))
        if any(row.differs for row in rows[max(0, place - _AROUND) : place + _AROUND + 1])
    ]
    found, last = [], -1
    for place in shown:
        row = rows[place]
        found.append(Row(row.old, row.new, place - last - 1))
        last = place
    return found


def _rows(before: Sequence[str], after: Sequence[str]) -> Iterator[Row]:
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for kind, start, end, new_start, new_end in matcher.get_opcodes():
        old_lines, new_lines = before[start:end], after[new_start:new_end]
        if kind == "equal":
            yield from (_same(line) for line in old_lines)
            continue
        for place in range(max(len(old_lines), len(new_lines))):
            there, here = old_lines[place : place + 1], new_lines[place : place + 1]
            if there and here:
                yield _row(there[0], here[0])
            else:
                yield Row(_whole(there[0]) if there else None, _whole(here[0]) if here else None)


def _same(line: str) -> Row:
    side = (Piece(line, differs=False),)
    return Row(side, side)


def _whole(line: str) -> Side:
    return (Piece(line, differs=True),)


def _row(old: str, new: str, *, close: bool = True) -> Row:
    """Two lines that differ, word by word if they are alike enough for that to help."""
    before, after = _WORD.findall(old), _WORD.findall(new)
    if not close or max(len(before), len(after)) > _WORDS:
        return Row(_whole(old), _whole(new))
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    if matcher.ratio() < _CLOSE:
        return Row(_whole(old), _whole(new))
    left, right = [], []
    for kind, start, end, new_start, new_end in matcher.get_opcodes():
        differs = kind != "equal"
        left += [Piece("".join(before[start:end]), differs)] if end > start else []
        right += [Piece("".join(after[new_start:new_end]), differs)] if new_end > new_start else []
    return Row(tuple(left), tuple(right))
