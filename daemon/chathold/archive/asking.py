"""Questions that only the user can answer: whether chats are gone there, or an export merely lacks them.

An answer is a fact about an export. Whatever it is, nothing here is removed: it decides what is marked as gone.
"""

from __future__ import annotations

from typing import Any

from chathold.archive.ledger import Ledger
from chathold.archive.store import Archive
from chathold.archive.summary import accounts, labelled, moment
from chathold.core.errors import ChatholdError
from chathold.core.texts import _

_SINCE = 2
"""The format that has answers; an older one that may not be written to has no questions."""


def questions(archive: Archive) -> list[dict[str, Any]]:
    """What is to be asked: the export (`file`, its SHA-256 in hex, and its time), the account, and the numbers.

    `held` of the `known` chats are in the export; `lacking` are in doubt.
    """
    database = archive.database
    doubtful = database.execute(
        "SELECT 1 FROM state WHERE gone_since IS NOT NULL AND NOT gone_confirmed LIMIT 1"
    ).fetchone()
    if doubtful is None or archive.version() < _SINCE:
        return []
    from chathold.archive.facts import standing_now  # noqa: PLC0415 - `status` is to be quick
    from chathold.archive.reading import provider_of  # noqa: PLC0415 - likewise

    labels = labelled(accounts(archive))
    hashes = dict(database.execute("SELECT id, hash FROM file"))
    return [
        {
            "file": hashes[each.file].hex(),
            "provider": each.provider,
            "service": provider_of(each.provider).TITLE,
            "account": each.account,
            "label": labels.get((each.provider, each.account), each.account),
            "exported_at": moment(each.time),
            "held": each.held,
            "known": each.known,
            "lacking": each.lacking,
        }
        for each in standing_now(database).questions
    ]


def answer(archive: Archive, ledger: Ledger, file: str, *, deleted: bool) -> None:
    """Note what the user says of the chats that an export lacks; a later answer stands in for an earlier one.

    Use inside `Archive.writing`. Raises `ChatholdError` if there is no such file.
    """
    from chathold.archive.deriving import derive, derive_changed  # noqa: PLC0415 - likewise

    derive(archive)
    row = archive.database.execute("SELECT id FROM file WHERE hash = ?", (_bytes(file),)).fetchone()
    if row is None:
        raise ChatholdError(_("There is no such export in the archive."), place=file)
    with archive.transaction("an answer"):
        ledger.remove("answer", "file = ?", row)
        ledger.add("answer", (row[0], int(deleted)))
        ledger.settle()
        derive_changed(archive.database)


def _bytes(file: str) -> bytes:
    try:
        return bytes.fromhex(file)
    except ValueError:
        return b""
