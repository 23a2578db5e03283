"""What a conversation leaves in the files of an archive, as bytes that can be looked for."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

_LENGTH = 24
_APART = 97


def traces(home: Path, ref: str) -> dict[str, bytes]:
    """Pieces of everything stored of the record with this id of the provider's, by what they are pieces of."""
    found: dict[str, bytes] = {}
    archive = home / "archive"
    with contextlib.closing(sqlite3.connect(archive / "archive.db")) as database:
        query = "SELECT form.id, stored FROM form JOIN record ON record.id = form.record WHERE ref = ?"
        for form, stored in database.execute(query, (ref,)):
            for at in range(0, len(stored) - _LENGTH, _APART):
                found[f"form {form} at {at}"] = stored[at : at + _LENGTH]
        found["id"] = ref.encode()
        query = "SELECT title FROM state JOIN record ON record.id = state.record WHERE ref = ?"
        for (title,) in database.execute(query, (ref,)):
            found["title"] = title.encode()
    return found


def found_in(folder: Path, wanted: dict[str, bytes]) -> set[str]:
    """Which of these pieces stand in any file below a folder, whatever kind of file it is."""
    contents = [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
    return {name for name, piece in wanted.items() if any(piece in data for data in contents)}
