"""Characters that are not seen but change what is: made visible where a reader must see what is there.

Names, titles, addresses and code show them by number, for they can make `exe.gpj` of `jpg.exe`, and one program
of another ("Trojan Source", CVE-2021-42574; the characters are those of Unicode's UAX #9 and UTR #36). In
sentences they are left, and cannot reach past their own block (`dir="auto"` isolates it).
"""

from __future__ import annotations

import re

_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_BROKEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def visible(text: str) -> str:
    r"""`text` with every character that is not seen shown by its number: `[U+202E]`. Line ends become `\n`."""
    return _UNSEEN.sub(lambda found: f"[U+{ord(found[0]):04X}]", lines(text))


def name(text: str) -> str:
    """`text` as a name in one line."""
    return visible(" ".join(text.split()))


def plain(text: str) -> str:
    r"""`text` without characters that HTML has no place for; they become �. Line ends become `\n`."""
    return _BROKEN.sub("�", lines(text))


def lines(text: str) -> str:
    r"""`text` with every line end as `\n`."""
    return text.replace("\r\n", "\n").replace("\r", "\n")
