"""What was imported, newest first, with the receipts; and which files an export names and nobody has delivered."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from chathold.archive.store import Archive
from chathold.archive.summary import accounts, labelled, moment

Json = dict[str, Any]


_FILES = (
    "SELECT file.id, hex(hash), provider, account, exported, imported, whole, json,"
    " (SELECT min(name) FROM seen WHERE seen.file = file.id) FROM file"
    " JOIN file_state ON file_state.file = file.id LEFT JOIN receipt ON receipt.file = file.id"
)


def imports(archive: Archive, *, limit: int, offset: int = 0) -> list[Json]:
    """The files that were imported, the last one first: name, times (ISO), account and its label, receipt.

    A receipt is what `import --json` printed then; none if it went with something that was forgotten.
    """
    labels = labelled(accounts(archive))
    query = f"{_FILES} ORDER BY imported DESC, file.id DESC LIMIT ? OFFSET ?"
    return [_line(row, labels) for row in archive.database.execute(query, (limit, offset))]


def import_of(archive: Archive, file: str) -> Json | None:
    """The one whose SHA-256 begins so, in hex; none if there is none."""
    row = archive.database.execute(f"{_FILES} WHERE hex(hash) LIKE ? || '%'", (file.upper(),)).fetchone()
    return _line(row, labelled(accounts(archive))) if row and file.isalnum() else None


def places_of(archive: Archive, number: int) -> list[Path]:
    """Where the file of this number was seen; it need not be there any more."""
    rows = archive.database.execute("SELECT folder, name FROM seen WHERE file = ? ORDER BY 1, 2", (number,))
    return [Path(folder, name) for folder, name in rows]


def how_many(archive: Archive) -> int:
    """How many files were imported."""
    return int(archive.database.execute("SELECT count(*) FROM file_state").fetchone()[0])


def _line(row: tuple[Any, ...], labels: dict[tuple[str, str], str]) -> Json:
    number, digest, provider, account, exported, imported, whole, receipt, name = row
    return {
        "number": number,
        "file": digest.lower(),
        "name": name or "",
        "provider": provider,
        "account": account,
        "label": labels.get((provider, account), ""),
        "exported_at": moment(exported),
        "imported_at": moment(imported),
        "whole": bool(whole),
        "receipt": json.loads(receipt) if receipt else None,
    }
