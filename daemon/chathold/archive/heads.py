"""What a record is called: its id, read from as little of it as that takes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from chathold.core import canonical

Head = dict[str, Any]
"""A record as far as its ids need it: what lies deeper may still be bytes."""

_heads = msgspec.json.Decoder(dict[str, msgspec.Raw])


def head_of(raw: bytes, value: Any) -> Head | None:
    """The head of a record that is an object, from its `value` where it was decoded; none if it cannot be read.

    A first import has only to find ids: nothing was decoded then (`value` is none), nor is here.
    """
    if isinstance(value, dict):
        return value
    try:
        head: Head = _heads.decode(raw)
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        parsed = canonical.parse(raw).value
        return parsed if isinstance(parsed, dict) else None
    return head


def first_at(head: Any, paths: Iterable[str]) -> str:
    """The id at the first of some dotted paths that leads to one; "" where none does."""
    return next((found for path in paths if (found := at(head, path))), "")


def at(head: Any, path: str) -> str:
    """The id at a dotted path, as text; "" where there is none."""
    for name in path.split("."):
        head = _decoded(head)
        if not isinstance(head, dict):
            return ""
        head = head.get(name)
    match _decoded(head):
        case bool() | None:
            return ""
        case str() | int() as found:
            return str(found)
        case _:
            return ""


def _decoded(value: Any) -> Any:
    return canonical.parse(bytes(value)).value if isinstance(value, msgspec.Raw) else value
