"""What somebody searches for, before it is understood."""

from __future__ import annotations

from msgspec import Struct


class Wish(Struct, frozen=True):
    """Words of a query, and filters that stand beside it. Filters inside `text` say the same, and come first.

    `account` is an id or a label; `model` and `title` need only be part of the name; `since` and `until` are
    days as the user has them (2026, 2026-03 or 2026-03-01, both included); `has` holds "code", "attachment".
    `newest`: the newest first, in place of the best.
    """

    text: str = ""
    provider: str = ""
    account: str = ""
    role: str = ""
    since: str = ""
    until: str = ""
    model: str = ""
    title: str = ""
    has: frozenset[str] = frozenset()
    newest: bool = False
