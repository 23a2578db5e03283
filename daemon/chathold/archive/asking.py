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
    """What is to be asked: of `absences` those that nobody has answered, and no later export either."""
    return [each for each in absences(archive) if each["answer"] is None] if _in_doubt(archive) else []


def doubtful_files(archive: Archive) -> set[int]:
    """The numbers of the exports that may lack chats which the service still has."""
    if not _in_doubt(archive):
        return set()
    from chathold.archive.facts import standing_now  # noqa: PLC0415 - `status` is to be quick

    return {each.file for each in standing_now(archive.database).absences if each.doubtful}


def _in_doubt(archive: Archive) -> bool:
    row = archive.database.execute(
        "SELECT 1 FROM state WHERE gone_since IS NOT NULL AND NOT gone_confirmed LIMIT 1"
    ).fetchone()
    return row is not None and archive.version() >= _SINCE


def absences(archive: Archive) -> list[dict[str, Any]]:
    """The exports that lack very many chats at once, where that is not settled by a later export.

    Each with its `file` (SHA-256 in hex), its time, its account, and the numbers: it holds `held` of the `known` chats,
    and `lacking` are in doubt. `answer` is what the user said of them: "yes", they were deleted there, or "no".
    """
    from chathold.archive.facts import standing_now  # noqa: PLC0415 - likewise
    from chathold.archive.reading import provider_of  # noqa: PLC0415 - likewise

    database = archive.database
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
            "answer": None if each.said is None else "yes" if each.said else "no",
        }
        for each in standing_now(database).absences
        if each.doubtful or each.said is not None
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
