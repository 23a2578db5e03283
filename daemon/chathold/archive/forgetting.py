"""Forgetting: the only way anything leaves the archive.

What goes: bytes, sightings, readings, the state, the files that nothing else refers to, and every receipt
that told of it. What stays: a hash that recognises the record, so that no import brings it back.
"""

from __future__ import annotations

from chathold.archive import durable
from chathold.archive.deriving import derive
from chathold.archive.ledger import Ledger
from chathold.archive.reading import Record
from chathold.archive.store import Archive
from chathold.archive.taking import tombstone


def forget_records(archive: Archive, ledger: Ledger, records: list[Record]) -> None:
    """Erase records for good. Use inside `Archive.writing`; several are forgotten together."""
    with archive.transaction("the forgetting"):
        for record in records:
            _forget(archive, ledger, record)
        ledger.settle()
    _finish(archive, ledger)


def forget_account(archive: Archive, ledger: Ledger, provider: str, account: str) -> int:
    """Erase all records of an account and refuse what comes of it later; how many records went."""
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
            for table in ("asset_member", "asset_name", "receipt", "owner", "given", "seen"):
                ledger.remove(table, "file = ?", (file,))
        ledger.remove("owner", "account = ?", (account,))
        ledger.remove("label", "provider = ? AND account = ?", (provider, account))
        ledger.settle()
    _finish(archive, ledger)
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
    refs = [row[0] for row in database.execute("SELECT ref FROM mention WHERE record = ?", (record.number,))]
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
        ledger.remove("asset_member", "ref = ?", (ref,))
        ledger.remove("asset_name", "ref = ?", (ref,))


def _finish(archive: Archive, ledger: Ledger) -> None:
    """Erase files that nothing refers to any more, and leave nothing of the rest between the pages."""
    orphans = archive.database.execute(
        "SELECT hash FROM asset WHERE hash NOT IN (SELECT asset FROM asset_member)"
    ).fetchall()
    for (digest,) in orphans:
        (archive.assets / digest.hex()[:2] / digest.hex()).unlink(missing_ok=True)
    with archive.transaction("the files forgotten"):
        for (digest,) in orphans:
            ledger.remove("asset", "hash = ?", (digest,))
        ledger.settle()
    derive(archive)
    archive.checkpoint()
    archive.database.execute("VACUUM")
    archive.checkpoint()
    durable.sync_folder(archive.folder, "the folder after forgetting")
