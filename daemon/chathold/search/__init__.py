"""Searching the archive: an index beside it, filled after every import, and the queries it answers.

`find` answers a `Wish`; `catch_up` fills the index, `standing` says how far it is. Only this package speaks SQL to
the index; it reads the archive through the archive's own modules.

What is handed on is loaded when it is first asked for: `status` wants the standing alone, and at once.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from chathold.queries.query import Query, parse
    from chathold.queries.wishes import Wish
    from chathold.search.completeness import Indexed, standing
    from chathold.search.finding import Found, Hit, find, find_chats
    from chathold.search.indexing import catch_up
    from chathold.search.snippets import Piece

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
    "Found": "chathold.search.finding",
    "Hit": "chathold.search.finding",
    "Indexed": "chathold.search.completeness",
    "Piece": "chathold.search.snippets",
    "Query": "chathold.queries.query",
    "Wish": "chathold.queries.wishes",
    "catch_up": "chathold.search.indexing",
    "find": "chathold.search.finding",
    "find_chats": "chathold.search.finding",
    "parse": "chathold.queries.query",
    "standing": "chathold.search.completeness",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(name)
    return getattr(importlib.import_module(_HOMES[name]), name)
