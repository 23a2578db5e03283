"""Text of strangers made fit to be shown: nothing in it steers a terminal, or turns the line around."""

from __future__ import annotations

_BREAKS = frozenset("\t\n\v\f\r\x1c\x1d\x1e\x85\u2028\u2029")
_HARMLESS = frozenset("\u200c\u200d\u00a0\u1680\u202f\u205f\u3000") | set(map(chr, range(0x2000, 0x200B)))
"""Not printable to Python, and yet no more than spaces, and the joints of Persian letters and of emoji."""


def clean(text: str) -> str:
    """`text` on one line, with nothing in it that steers what shows it: no controls, no marks of direction."""
    return "".join(" " if each in _BREAKS else each for each in text if each in _BREAKS or _shows(each))


def safe(text: str) -> str:
    """`text` of several lines, without what steers."""
    return "".join(each for each in text if each in "\n\t" or _shows(each))


def _shows(character: str) -> bool:
    """Whether a character is only seen, and steers nothing."""
    return character.isprintable() or character in _HARMLESS
