"""Files that an export names and no export held: deleting at the service would lose them for good."""

from __future__ import annotations

from typing import Any

from chathold.archive.store import Archive

Json = dict[str, Any]

_NAME = (
    "coalesce(nullif(mention.name, ''),"
    " (SELECT min(asset_name.name) FROM asset_name WHERE asset_name.ref = mention.ref), mention.ref)"
)
_BY_CHATS = (
    f"SELECT DISTINCT state.id, title, mention.ref, {_NAME} FROM mention JOIN state ON state.record = mention.record"
    " JOIN record ON record.id = mention.record WHERE {these} AND (mention.ref = '' OR NOT EXISTS"
    " (SELECT 1 FROM asset_member WHERE asset_member.ref = mention.ref)) ORDER BY updated DESC, state.id"
)
_BY_LISTS = (
    "SELECT ref, min(coalesce(nullif(name, ''), ref)) FROM asset_name JOIN file ON file.id = asset_name.file"
    " JOIN file_state ON file_state.file = file.id WHERE {these} AND NOT EXISTS"
    " (SELECT 1 FROM asset_member WHERE asset_member.ref = asset_name.ref)"
    " GROUP BY coalesce(nullif(ref, ''), name) ORDER BY 2, 1"
)


def of_account(archive: Archive, provider: str, account: str) -> list[Json]:
    """Those of an account: `conversation` and its title for every chat that names one, the `file`, its `ref`.

    Last come those that only the lists of exports name, with no conversation.
    """
    mine = (provider, account)
    return _found(archive, "provider = ? AND account = ?", mine, "provider = ? AND account = ?", mine)


def of_file(archive: Archive, number: int) -> list[Json]:
    """Those that one imported file names, in the same way."""
    chats = (
        "mention.record IN (SELECT record FROM form JOIN sighting ON sighting.form = form.id WHERE file = ?)"
    )
    return _found(archive, chats, (number,), "file.id = ?", (number,))


def how_many(found: list[Json]) -> int:
    """How many files these are: several chats may name one."""
    return len({each["ref"] or each["file"] for each in found})


def _found(
    archive: Archive, chats: str, of_chats: tuple[Any, ...], lists: str, of_lists: tuple[Any, ...]
) -> list[Json]:
    database = archive.database
    named = database.execute(_BY_CHATS.format(these=chats), of_chats).fetchall()
    known = {ref for _conversation, _title, ref, _file in named}
    listed = database.execute(_BY_LISTS.format(these=lists), of_lists).fetchall()
    rows = [*named, *((None, "", ref, file) for ref, file in listed if ref not in known)]
    return [
        {"conversation": conversation, "title": title, "file": file, "ref": ref}
        for conversation, title, ref, file in rows
    ]
