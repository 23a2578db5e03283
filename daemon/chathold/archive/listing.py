"""Pages of a long list, and the months that lead into it: what a screen shows of tens of thousands of chats.

The order is that of `summary.records`: the one that changed last first.
"""

from __future__ import annotations

import time
from typing import Any

from msgspec import Struct

from chathold.archive.store import Archive
from chathold.archive.summary import STATE, Json, line_of
from chathold.core.identity import CONVERSATION

_ORDER = "ORDER BY updated DESC NULLS LAST, state.id"


class Wanted(Struct, frozen=True):
    """Which conversations: of a provider, of an account (by its id), gone, changed from and before (seconds)."""

    provider: str = ""
    account: str = ""
    gone: bool = False
    since: float | None = None
    before: float | None = None

    def conditions(self) -> tuple[str, list[Any]]:
        """The WHERE clause, and its values."""
        conditions = ["kind = ?"]
        values: list[Any] = [CONVERSATION, *filter(None, (self.provider, self.account))]
        if self.provider:
            conditions.append("provider = ?")
        if self.account:
            conditions.append("account = ?")
        if self.gone:
            conditions.append("gone_since IS NOT NULL AND gone_confirmed")
        if self.since is not None:
            conditions.append("updated >= ?")
            values.append(self.since)
        if self.before is not None:
            conditions.append("updated < ?")
            values.append(self.before)
        return " AND ".join(conditions), values


def page_of(archive: Archive, wanted: Wanted, *, limit: int, offset: int = 0) -> list[Json]:
    """So many lines of `list`, after the first `offset`."""
    where, values = wanted.conditions()
    query = (
        f"{STATE} WHERE state.record IN (SELECT state.record FROM state JOIN record ON record.id = state.record"
        f" WHERE {where} {_ORDER} LIMIT ? OFFSET ?) {_ORDER}"
    )
    return [line_of(row) for row in archive.database.execute(query, (*values, limit, offset))]


def count(archive: Archive, wanted: Wanted) -> int:
    """How many there are."""
    where, values = wanted.conditions()
    query = f"SELECT count(*) FROM state JOIN record ON record.id = state.record WHERE {where}"
    return int(archive.database.execute(query, values).fetchone()[0])


def months(archive: Archive, wanted: Wanted) -> list[tuple[int, int, int]]:
    """Year, month and number of the conversations that changed last in it, the newest month first.

    Months are those of the person's zone. Conversations without a time are in none.
    """
    where, values = wanted.conditions()
    query = (
        "SELECT updated FROM state JOIN record ON record.id = state.record"
        f" WHERE {where} AND updated IS NOT NULL"
    )
    found: dict[tuple[int, int], int] = {}
    for (updated,) in archive.database.execute(query, values):
        month = time.localtime(updated)[:2]
        found[month] = found.get(month, 0) + 1
    return [(*month, number) for month, number in sorted(found.items(), reverse=True)]
