"""What `list`, `status` and `account` print: a line a record, an account, or the whole, as plain JSON values.

Nothing is read or merged for it, so it is quick. Beside an import that has not been derived yet, all of it
tells of the archive before it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from msgspec import Struct

from chathold.archive.naming import Account, accounts_named, told_apart
from chathold.archive.store import Archive
from chathold.core.identity import CONVERSATION, stable_id

Json = dict[str, Any]


STATE = (
    "SELECT state.id, provider, account, ref, title, created, updated, messages, versions, gone_since,"
    " gone_confirmed, kind, record FROM state JOIN record ON record.id = state.record"
)
"""A line of `list`, before it is put into words."""


def moment(time: float | None) -> str | None:
    """A time as ISO 8601 in UTC."""
    if time is None:
        return None
    return datetime.fromtimestamp(time, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


class Filters(Struct, frozen=True):
    """Which records: by provider, account (as `naming` has it), words of the title, only what is gone."""

    provider: str = ""
    account: str = ""
    title: str = ""
    gone: bool = False


def records(archive: Archive, filters: Filters, *, documents: bool = False, limit: int = -1) -> list[Json]:
    """Conversations (or documents), the one that changed last first."""
    conditions, values = conditions_of(archive, filters)
    conditions.append("kind != ?" if documents else "kind = ?")
    values.append(CONVERSATION)
    query = f"{STATE} WHERE {' AND '.join(conditions)} ORDER BY updated DESC NULLS LAST, state.id LIMIT ?"
    lines = [line_of(row) for row in archive.database.execute(query, (*values, limit))]
    if documents and not filters.gone:
        named = accounts_named(archive.database, filters.provider, filters.account)
        title = filters.title.lower()
        lines += [
            line
            for line in extracted(archive)
            if (line["provider"], line["account"]) in named and title in line["title"].lower()
        ]
        lines.sort(key=lambda line: line["id"])
        lines.sort(key=lambda line: line["updated"] or "", reverse=True)
    return lines[:limit] if limit >= 0 else lines


def conditions_of(archive: Archive, filters: Filters) -> tuple[list[str], list[Any]]:
    """The filters as conditions on `STATE`, with their values."""
    conditions = ["1"]
    values: list[Any] = []
    if filters.provider:
        conditions.append("provider = ?")
        values.append(filters.provider)
    if filters.account:
        named = accounts_named(archive.database, filters.provider, filters.account)
        conditions.append(
            f"(provider, account) IN (VALUES {', '.join(['(?, ?)'] * len(named))})" if named else "0"
        )
        values += [part for whose in named for part in whose]
    if filters.title:
        conditions.append("instr(lower(title), lower(?)) > 0")
        values.append(filters.title)
    if filters.gone:
        conditions.append("gone_since IS NOT NULL AND gone_confirmed")
    return conditions, values


def extracted(archive: Archive) -> list[Json]:
    """The documents that stand in pieces inside conversations; `messages` counts the pieces."""
    query = (
        "SELECT provider, account, extract.kind, document, count(DISTINCT section), min(time), max(time),"
        " max(extract.title) FROM extract JOIN state ON state.record = extract.record"
        " JOIN record ON record.id = extract.record GROUP BY provider, account, extract.kind, document"
    )
    return [
        {
            "id": stable_id(provider, kind, f"{account}/{document}"),
            "provider": provider,
            "account": account,
            "provider_id": document,
            "title": title,
            "created": moment(oldest),
            "updated": moment(newest),
            "messages": sections,
            "versions": 1,
            "gone_since": None,
            "kind": kind,
            "extracted": True,
        }
        for provider, account, kind, document, sections, oldest, newest, title in archive.database.execute(
            query
        )
    ]


def line_of(row: tuple[Any, ...]) -> Json:
    """A row of `STATE` as `list` prints it."""
    name, provider, account, ref, title, created, updated, messages, versions, since, confirmed, kind, _n = (
        row
    )
    line: Json = {
        "id": name,
        "provider": provider,
        "account": account,
        "provider_id": ref,
        "title": title,
        "created": moment(created),
        "updated": moment(updated),
        "messages": messages,
        "versions": versions,
        "gone_since": moment(since) if confirmed else None,
    }
    if since is not None and not confirmed:
        line["gone_unconfirmed"] = moment(since)
    if kind != CONVERSATION:
        line["kind"] = kind
    return line


def accounts(archive: Archive) -> list[Json]:
    """The accounts, with labels, counts, and when they were exported last: by files that were not merely rescued."""
    database = archive.database
    exported: dict[tuple[str, str], float | None] = {}
    query = (
        "SELECT provider, account, coalesce(max(CASE WHEN whole THEN exported END), max(exported))"
        " FROM file_state JOIN file ON file.id = file_state.file GROUP BY provider, account"
    )
    for provider, account, newest in database.execute(query):
        exported[provider, account] = newest
    query = (
        "SELECT provider, account, sum(kind = 'conversation'), sum(kind != 'conversation'),"
        " sum(gone_since IS NOT NULL AND gone_confirmed AND kind = 'conversation'),"
        " max(CASE WHEN kind = 'conversation' THEN updated END)"
        " FROM state JOIN record ON record.id = state.record GROUP BY provider, account"
    )
    counts = {row[:2]: row[2:] for row in database.execute(query)}
    pieces = Counter((line["provider"], line["account"]) for line in extracted(archive))
    names = _names(archive, counts.keys() | exported.keys())
    result = []
    for provider, account in sorted(counts.keys() | exported.keys()):
        conversations, documents, gone, newest = counts.get((provider, account), (0, 0, 0, None))
        if account == "unknown" and not conversations and not documents:
            continue
        result.append(
            {
                "provider": provider,
                "account": account,
                "label": names[provider, account],
                "conversations": conversations,
                "documents": documents + pieces[provider, account],
                "gone": gone,
                "newest_chat": moment(newest),
                "last_export": moment(exported.get((provider, account))),
                "reminder_due": None,
            }
        )
    return result


def _names(archive: Archive, known: Iterable[Account]) -> dict[Account, str]:
    """What each account is called: by its label, its masked address or its id, so that no two are called alike."""
    query = "SELECT provider, account, label FROM label"
    labels = {(provider, account): label for provider, account, label in archive.database.execute(query)}
    hints: dict[str, set[str]] = {}
    query = "SELECT owner.account, hint FROM owner JOIN file_state ON file_state.file = owner.file WHERE hint != ''"
    for account, hint in archive.database.execute(query):
        hints.setdefault(account, set()).add(hint)
    borne = {each: {each[1], labels.get(each, each[1]), *hints.get(each[1], ())} for each in known}
    apart = told_apart((whose, name) for whose, names in borne.items() for name in names)
    called = {each: labels.get(each) or max(hints.get(each[1], ()), default=each[1]) for each in borne}
    return {each: apart.get((each, name), name) for each, name in called.items()}


def totals(archive: Archive) -> Json:
    """How much the archive holds."""
    database = archive.database
    conversations, documents, versions, messages = database.execute(
        "SELECT coalesce(sum(kind = 'conversation'), 0), coalesce(sum(kind != 'conversation'), 0),"
        " coalesce(sum(versions), 0), coalesce(sum(CASE WHEN kind = 'conversation' THEN messages END), 0)"
        " FROM state JOIN record ON record.id = state.record"
    ).fetchone()
    assets, asset_bytes = database.execute(
        "SELECT count(*), coalesce(sum(size), 0) FROM asset WHERE hash IN (SELECT asset FROM asset_member"
        " JOIN file_state ON file_state.file = asset_member.file)"
    ).fetchone()
    return {
        "path": str(archive.folder),
        "conversations": conversations,
        "documents": documents + len(extracted(archive)),
        "versions": versions,
        "messages": messages,
        "assets": assets,
        "bytes": asset_bytes + _database_bytes(archive),
    }


def _database_bytes(archive: Archive) -> int:
    """As much as a copy of the database takes, whatever of it still stands in its log."""
    (pages,), (size,) = (
        archive.database.execute(f"PRAGMA {name}").fetchone() for name in ("page_count", "page_size")
    )
    return int(pages * size)


def labelled(rows: Iterable[Json]) -> dict[tuple[str, str], str]:
    """The label of every account."""
    return {(row["provider"], row["account"]): row["label"] for row in rows}
