"""Forgetting: the only way anything leaves the archive.

What goes: bytes, sightings, readings, the state, the files that nothing else refers to, and every receipt
that told of it. What stays: a hash that recognises the record, so that no import brings it back.

One commit takes it all out of sight, and has the search index emptied by whoever fills it next. Erasing the
files and what lies between the pages follows; a mark stands until that is done, so that whoever writes next does
it if this process dies.
"""

from __future__ import annotations

import os

from chathold.archive.deriving import derive, derive_changed
from chathold.archive.freshness import LAST_FORGETTING
from chathold.archive.ledger import Ledger
from chathold.archive.reading import Record
from chathold.archive.store import Archive
from chathold.archive.tidying import FORGETTING, sweep
from chathold.archive.tombstones import ASSET, tombstone


def forget_records(archive: Archive, ledger: Ledger, records: list[Record]) -> list[str]:
    """Erase records for good. Use inside `Archive.writing`; several are forgotten together.

    The names of the files that stay and may hold them, too: those of which not all could be read, kept as they came.
    """
    derive(archive)
    kept = sorted({name for record in records for name in _kept_beside(archive, record)})
    with archive.transaction("the forgetting"):
        for record in records:
            _forget(archive, ledger, record)
        _finish(archive, ledger)
    sweep(archive)
    return kept


def _kept_beside(archive: Archive, record: Record) -> list[str]:
    rows = archive.database.execute(
        "SELECT DISTINCT name FROM form JOIN sighting ON sighting.form = form.id"
        " JOIN asset_member ON asset_member.file = sighting.file"
        " WHERE record = ? AND ref = '' AND lower(name) LIKE '%.json'",
        (record.number,),
    )
    return [name for (name,) in rows]


def forget_account(archive: Archive, ledger: Ledger, provider: str, account: str) -> int:
    """Erase all records of an account and refuse what comes of it later; how many records went."""
    derive(archive)
    rows = archive.database.execute(
        "SELECT record.id, provider, kind, ref FROM record JOIN state ON state.record = record.id"
        " WHERE provider = ? AND account = ?",
        (provider, account),
    ).fetchall()
    with archive.transaction("the forgetting of an account"):
        ledger.add_once("tombstone", (tombstone(provider, "account", account),))
        for row in rows:
            _forget(archive, ledger, Record(*row))
        files = archive.database.execute(
            "SELECT file FROM file_state JOIN file ON file.id = file WHERE provider = ? AND account = ?",
            (provider, account),
        ).fetchall()
        for (file,) in files:
            for table in ("receipt", "owner", "given", "answer", "seen"):
                ledger.remove(table, "file = ?", (file,))
            for table in ("asset_member", "asset_name"):  # but for what a chat of somebody else's mentions
                ledger.remove(
                    table, "file = ? AND ref NOT IN (SELECT ref FROM mention WHERE ref != '')", (file,)
                )
        ledger.remove("owner", "account = ?", (account,))
        ledger.remove("label", "provider = ? AND account = ?", (provider, account))
        _finish(archive, ledger)
    sweep(archive)
    return len(rows)


def _forget(archive: Archive, ledger: Ledger, record: Record) -> None:
    database = archive.database
    ledger.add_once("tombstone", (tombstone(record.provider, record.kind, record.ref),))
    files = [
        row[0]
        for row in database.execute(
            "SELECT DISTINCT file FROM sighting JOIN form ON form.id = sighting.form WHERE record = ?",
            (record.number,),
        )
    ]
    refs = [
        row[0]
        for row in database.execute(
            "SELECT ref FROM mention WHERE record = ? UNION SELECT ref FROM asset_name WHERE conversation = ?",
            (record.number, record.ref),
        )
    ]
    ledger.remove("sighting", "form IN (SELECT id FROM form WHERE record = ?)", (record.number,))
    database.execute(
        "DELETE FROM reading WHERE form IN (SELECT id FROM form WHERE record = ?)", (record.number,)
    )
    ledger.remove("form", "record = ?", (record.number,))
    ledger.remove("record", "id = ?", (record.number,))
    for table in ("state", "extract", "mention", "stale"):
        database.execute(f"DELETE FROM {table} WHERE record = ?", (record.number,))
    for file in files:
        ledger.remove("receipt", "file = ?", (file,))
    ledger.remove("asset_name", "conversation = ? AND conversation != ''", (record.ref,))
    for ref in refs:
        if not ref or database.execute("SELECT 1 FROM mention WHERE ref = ?", (ref,)).fetchone():
            continue
        ledger.add_once("tombstone", (tombstone(record.provider, ASSET, ref),))
        ledger.remove("asset_member", "ref = ?", (ref,))
        ledger.remove("asset_name", "ref = ?", (ref,))


def _finish(archive: Archive, ledger: Ledger) -> None:
    """Let go of files that nothing refers to any more, derive what follows, and mark what is still to be done."""
    ledger.remove("asset", "hash NOT IN (SELECT asset FROM asset_member)", ())
    ledger.remove("meta", "name = ?", (LAST_FORGETTING,))
    ledger.add("meta", (LAST_FORGETTING, os.urandom(16).hex()))
    ledger.settle()
    derive_changed(archive.database)
    archive.database.execute("INSERT OR REPLACE INTO meta VALUES (?, 1)", (FORGETTING,))
