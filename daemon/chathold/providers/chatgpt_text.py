"""Text in a ChatGPT export, and what of it a person reads.

Citation marks in the private-use area are no text: U+E200…U+E201 with all between goes, lone ones too. The
one that wraps a name in a sentence (`entity`) leaves the name. Marks like 【12†source】 stay.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from chathold.providers.values import items, text
from chathold.providers.words import with_other_words

_MARK = re.compile("\ue200[^\ue200\ue201]*\ue201|\ue200[^\ue200\ue201\\s]*\\Z|[\ue200-\ue2ff]")
_BEST_TEXTS = ("text", "parts", "result", "content")


def shown(value: str) -> str:
    """`value` as a person reads it: without NUL characters and citation marks; line ends stay."""
    if "\0" in value:
        value = value.replace("\0", "")
    # 0xEE begins U+E000–U+EFFF in UTF-8: a far cheaper test than the pattern itself.
    if not value.isascii() and b"\xee" in value.encode("utf-8", "surrogatepass"):
        return _MARK.sub(_unmarked, value)
    return value


def _unmarked(mark: re.Match[str]) -> str:
    body = mark[0].strip("\ue200\ue201")
    if not body.startswith("entity\ue202"):
        return ""
    match parsed(body.partition("\ue202")[2]):
        case [str(), str(name), *_]:
            return name
        case _:
            return ""


def parsed(value: str) -> Any:
    """The JSON in a text, or `None` if it is none."""
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return None


def compact(value: Any) -> str:
    """`value` as canonical JSON; "" if it is nested too deeply or holds a number too long to write."""
    try:
        return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    except (RecursionError, ValueError):
        return ""


def raw_text(content: Mapping[str, Any]) -> str:
    """The text of a `text` or `code` content as it is written, marks and all."""
    return text(content.get("text")) or "\n".join(filter(None, map(text, items(content.get("parts")))))


def best_text(value: Mapping[str, Any]) -> str:
    """What an object of unknown type says, the text that is most likely meant first; else the object as JSON."""
    for name in _BEST_TEXTS:
        match value.get(name):
            case str(found) if found:
                return with_other_words(found, value)
            case list(found) if joined := "\n".join(filter(None, map(text, found))):
                return with_other_words(joined, value)
    return compact(value)
