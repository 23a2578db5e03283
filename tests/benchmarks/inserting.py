"""The floor of the search index: the archive's text inserted into FTS5, and nothing else.

    python tests/benchmarks/inserting.py HOME

prints one JSON document: CPU-seconds of preparing and inserting with the index's own tokenizer and memory, but with
FTS5's and SQLite's own way of merging and deleting (reading the archive is not counted), bytes of the text in UTF-8,
and bytes of the table on disk.
"""

from __future__ import annotations

import json
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from chathold.archive.contents import contents
from chathold.archive.freshness import fingerprints
from chathold.archive.store import Archive
from chathold.queries.words import prepared
from chathold.search.entries import COLUMNS, entries_of

HASH_BYTES = 16 << 20
BATCH = 8 << 20


def batches(archive: Archive) -> Iterator[list[tuple[str, ...]]]:
    """The columns of all entries, some megabytes at a time."""
    rows: list[tuple[str, ...]] = []
    size = 0
    for number in fingerprints(archive.database):
        for entry in entries_of(contents(archive.database, number)):
            rows.append(entry.columns)
            size += sum(map(len, entry.columns))
        if size > BATCH:
            yield rows
            rows, size = [], 0
    yield rows


def inserted(home: Path, table: Path) -> dict[str, float]:
    """Insert everything in one transaction; what it cost."""
    archive = Archive.open(home / "archive")
    if archive is None:
        raise SystemExit("there is no archive")
    text, cpu, number = 0, 0.0, 0
    with closing(archive), closing(sqlite3.connect(table, isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = NORMAL")
        names = ", ".join(COLUMNS)
        database.execute(f"CREATE VIRTUAL TABLE text USING fts5 ({names}, content='', tokenize='ascii')")
        database.execute(f"INSERT INTO text (text, rank) VALUES ('hashsize', {HASH_BYTES})")
        database.execute("BEGIN")
        for rows in batches(archive):
            text += sum(len(column.encode("utf-8", "replace")) for row in rows for column in row)
            begun = time.process_time()
            database.executemany(
                f"INSERT INTO text (rowid, {names}) VALUES (?, ?, ?, ?, ?)",
                ((number + place, *map(prepared, row)) for place, row in enumerate(rows, 1)),
            )
            cpu += time.process_time() - begun
            number += len(rows)
        begun = time.process_time()
        database.execute("COMMIT")
        cpu += time.process_time() - begun
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return {"cpu": cpu, "text": text, "size": table.stat().st_size}


def main() -> None:
    """The command line."""
    with tempfile.TemporaryDirectory(dir=sys.argv[1]) as folder:
        print(json.dumps(inserted(Path(sys.argv[1]), Path(folder) / "floor.db")))


if __name__ == "__main__":
    main()
