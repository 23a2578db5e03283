"""Searching the archive: an index beside it, filled after every import, and the queries it answers.

`find` answers a `Wish`; `catch_up` fills the index, `standing` says how far it is. Only this package speaks SQL to
the index; it reads the archive through the archive's own modules.

What is handed on is loaded when it is first asked for: `status` wants the standing alone, and at once.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from chathold.search.completeness import Indexed, standing
    from chathold.search.finding import Found, Hit, find, find_chats
    from chathold.search.indexing import catch_up
    from chathold.search.query import Query, parse
    from chathold.search.snippets import Piece
    from chathold.search.wishes import Wish

__all__ = [
    "Found",
    "Hit",
    "Indexed",
    "Piece",
    "Query",
    "Wish",
    "catch_up",
    "find",
    "find_chats",
    "parse",
    "standing",
]

_HOMES = {
    "Found": "finding",
    "Hit": "finding",
    "Indexed": "completeness",
    "Piece": "snippets",
    "Query": "query",
    "Wish": "wishes",
    "catch_up": "indexing",
    "find": "finding",
    "find_chats": "finding",
    "parse": "query",
    "standing": "completeness",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(name)
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
