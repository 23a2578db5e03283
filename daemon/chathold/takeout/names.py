r"""Names of files that every system takes, made of titles that can be anything.

What Windows refuses (reserved names, `<>:"/\|?*`, dots and blanks at the end), what a shell or a folder of notes
takes for something else (a dot, dash or tilde in front, `#^[]`), and what disguises (characters that are not
seen) is replaced. Names are in Unicode's composed form (NFC) and at most 120 bytes long in UTF-8: with a suffix
that is within every limit met (143 bytes on eCryptfs, 255 bytes or UTF-16 units elsewhere).
"""

from __future__ import annotations

import re
import unicodedata

_MOST_BYTES = 120
_MOST_SUFFIX = 16
_REFUSED = re.compile(r'[<>:"/\\|?*#^\[\]`%$]')
_RESERVED = re.compile(r"(?:con|prn|aux|nul|conin\$?|conout\$?|(?:com|lpt)[0-9¹²³])(?:$|[ .])", re.IGNORECASE)
_UNTITLED = "untitled"
_JOINERS = "\u200c\u200d"


def safe_stem(title: str, most: int = _MOST_BYTES) -> str:
    """A name for a file, without suffix: never empty, at most `most` bytes."""
    text = unicodedata.normalize("NFC", _REFUSED.sub(" ", title))
    text = "".join(each if _is_seen(each) else " " for each in text)
    text = " ".join(text.split()).lstrip(".-~_ ")
    text = unicodedata.normalize("NFC", _cut(text, most - 1)).rstrip(". ")
    if _RESERVED.match(text):
        text = f"_{text}"
    return text or _UNTITLED


def safe_name(name: str) -> str:
    """A name for a file that has a suffix, which is kept if it is a short one of letters and digits."""
    base, dot, suffix = name.rpartition(".")
    if dot and base.strip(". ") and suffix.isascii() and suffix.isalnum() and len(suffix) <= _MOST_SUFFIX:
        return f"{safe_stem(base, _MOST_BYTES - len(suffix) - 1)}.{suffix}"
    return safe_stem(name)


def _is_seen(character: str) -> bool:
    category = unicodedata.category(character)
    return character in _JOINERS or category[0] not in "CZ" or character == " "


def _cut(text: str, most: int) -> str:
    """The beginning of `text`, cut between characters, not before one that combines with the last."""
    if len(text.encode("utf-8")) <= most:
        return text
    kept = text.encode("utf-8")[:most].decode("utf-8", "ignore")
    if unicodedata.combining(text[len(kept)]) or text[len(kept)] in _JOINERS or kept[-1] in _JOINERS:
        kept = kept.rstrip(_JOINERS)[:-1] or kept
    return kept


class Names:
    """The names given in one folder: no two that some system would call the same."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def take(self, name: str) -> None:
        """Note that something of this name is there."""
        self._taken.add(_key(name))

    def give(self, stem: str, known_by: str, *suffixes: str) -> str:
        """`stem`, or where that is taken with any of the suffixes, with `known_by` or a number after it.

        Where it is known by nothing ("") it is numbered: the next is the second.
        """
        for number in range(1_000_000):
            more = f" {known_by}{number if number > 1 else ''}" if known_by else f" {number + 1}"
            more = more if number else ""
            name = f"{_cut(stem, _MOST_BYTES - len(more.encode())).rstrip('. ')}{more}" if more else stem
            keys = {_key(name + suffix) for suffix in (suffixes or ("",))}
            if self._taken.isdisjoint(keys):
                self._taken |= keys
                return name
        raise AssertionError(stem)


def _key(name: str) -> str:
    """Equal for names that differ in case or composition only."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFKD", name.casefold()).casefold())
