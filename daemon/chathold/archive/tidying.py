"""Bringing in order what an archive was left as, before anybody writes: an older format, something interrupted."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

from chathold.archive import durable, schema
from chathold.archive.folder import UNFINISHED, make_private

if TYPE_CHECKING:
    from chathold.archive.store import Archive

FORGETTING = "unfinished forgetting"
"""The entry of `meta` that stands while something forgotten has not yet been erased everywhere."""


def migrate(archive: Archive) -> None:
    """Bring an older format to today's, one numbered step a transaction, after a copy of the database."""
    version = archive.version()
    if version >= len(schema.MIGRATIONS):
        return
    copy = archive.folder / f"before-format-{len(schema.MIGRATIONS)}.db"
    if not copy.exists():
        remove_half_built(archive.folder)
        building = archive.folder / f"building-{copy.name}"
        with contextlib.closing(sqlite3.connect(building)) as target:
            make_private(building)
            archive.database.backup(target)
        durable.sync_path(building, "the copy's file")
        durable.rename(building, copy, "the copy before a migration")
        durable.sync_folder(archive.folder, "the copy's folder")
    for number in range(version + 1, len(schema.MIGRATIONS) + 1):
        with archive.transaction(f"migration {number}"):
            schema.MIGRATIONS[number - 1](archive.database)
            archive.database.execute(f"PRAGMA user_version = {number}")


def sweep(archive: Archive) -> None:
    """Bring to its end what was interrupted. The marks go last: until then it is tried again.

    Of an import, the records above its marks go, and files nothing refers to. Of a forgetting, what it left
    between the pages. Of a copy being made here, files that its database does not know yet.
    """
    remove_half_built(archive.folder)
    marker = archive.folder / UNFINISHED
    marks = dict(archive.database.execute("SELECT name, value FROM meta WHERE name LIKE 'unfinished %'"))
    if not marks and not marker.exists():
        return
    _sweep_assets(archive)
    marker.unlink(missing_ok=True)
    if FORGETTING in marks and not _erase_traces(archive):
        del marks[FORGETTING]
    with archive.transaction("the sweep"):
        for table, column in (("reading", "form"), ("form", "id"), ("record", "id")):
            mark = marks.get("unfinished record" if table == "record" else "unfinished form")
            if mark is not None:
                archive.database.execute(f"DELETE FROM {table} WHERE {column} > ?", (mark,))
        archive.database.executemany("DELETE FROM meta WHERE name = ?", [(name,) for name in marks])


def _erase_traces(archive: Archive) -> bool:
    """Leave nothing of what was deleted between the pages, in the log or in an older format's copy.

    False while a reader still holds the log.
    """
    for copy in archive.folder.glob("before-format-*.db"):
        copy.unlink(missing_ok=True)
    emptied = archive.checkpoint()
    if emptied:
        archive.database.execute("VACUUM")
        emptied = archive.checkpoint()
    durable.sync_folder(archive.folder, "the folder after forgetting")
    return emptied


def _sweep_assets(archive: Archive) -> None:
    known = {digest.hex() for (digest,) in archive.database.execute("SELECT hash FROM asset")}
    for path in archive.assets.glob("*/*"):
        if path.name not in known:
            path.unlink(missing_ok=True)


def remove_half_built(folder: Path) -> None:
    """Remove what somebody began to build here and never named. Only the one who writes may."""
    for leftover in folder.glob("building-*"):
        leftover.unlink(missing_ok=True)
