"""`verify`: every stored byte read back, every law that can be checked on a real archive, and the digests."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from typing import Any

from chathold.archive import blobs, damage, deriving, mending, summary, views
from chathold.archive.connecting import has_our_tables
from chathold.archive.damage import DAMAGED
from chathold.archive.folder import DATABASE
from chathold.archive.ledger import Ledger
from chathold.archive.reading import Record, provider_of
from chathold.archive.store import Archive
from chathold.core.errors import Damaged
from chathold.core.identity import stable_id
from chathold.core.problem import Problem
from chathold.core.texts import N_, _

Progress = Callable[[int, int], None]

MISSING_FILE = N_("A stored file is missing.")
FOREIGN_FILE = N_("This file does not belong to the archive.")
ROWS = N_("Rows of this table are missing, too many, or changed.")
WRONG_DERIVED = N_("What was derived differs from what the facts give.")
OTHER_TABLES = N_("The database's tables are not those of an archive.")
STRUCTURE = N_("The database's structure is damaged: {reason}")


_MENDING = N_(
    "Import again the export that held what is damaged, or bring an earlier copy up to date with"
    ' "chathold backup DIR": what is whole there is mended here.'
)
_WAYS = {
    DAMAGED: _MENDING,
    MISSING_FILE: _MENDING,
    WRONG_DERIVED: N_('"chathold rebuild" works out anew what was derived.'),
    FOREIGN_FILE: N_("Move files that do not belong to the archive elsewhere."),
}
_BROKEN = N_(
    'Move this archive away, and bring back a copy: "chathold restore DIR".'
    " Without a copy, import all your exports again."
)


def ways_out(problems: Iterable[dict[str, str]]) -> list[str]:
    """What helps against what `verify` found (before it is translated), each way once."""
    return [_(way) for way in dict.fromkeys(map(_way_out, problems))]


def _way_out(problem: dict[str, str]) -> str:
    what = problem["what"]
    return _WAYS.get(what, _BROKEN)


def verify(archive: Archive, progress: Progress | None = None) -> dict[str, Any]:
    """Check everything and compute the digests. Use inside `Archive.writing`, with nothing pending."""
    digest = ""
    totals = dict.fromkeys(("conversations", "documents", "versions", "messages", "assets"), 0)
    try:
        problems = list(_structure(archive))
        if not problems:
            digest, problems = _contents(archive, progress)
            totals = summary.totals(archive)
    except sqlite3.DatabaseError as error:
        problems = [Problem(DATABASE, _(STRUCTURE).format(reason=error))]
    view_digest = "" if problems else digest_of_views(archive)
    return {
        "ok": not problems,
        "digest": digest,
        "view_digest": view_digest,
        "conversations": totals["conversations"],
        "documents": totals["documents"],
        "versions": totals["versions"],
        "messages": totals["messages"],
        "assets": totals["assets"],
        "problems": [{"where": each.where, "what": each.what} for each in problems],
    }


def _contents(archive: Archive, progress: Progress | None) -> tuple[str, list[Problem]]:
    """The digest, and what is wrong in a database of sound structure; wrong facts are not read on."""
    wrong = mending.lacking(archive.database)
    problems = [Problem(f"{DATABASE}: {table}", ROWS) for table in wrong]
    digest = ""
    if not {"record", "form", "sighting"}.intersection(wrong):
        digest, found = _records(archive, progress)
        problems += found
    if not wrong and all(
        each.what != DAMAGED for each in problems
    ):  # of what is damaged nothing can be derived
        problems += _derived(archive)
    problems += _assets(archive, note=not wrong)
    return "" if wrong else digest, problems


def digest_of_views(archive: Archive) -> str:
    """SHA-256 over everything that `list`, `show` and `history` print."""
    return sha256(b"".join(sorted(map(_digest_of_view, views.every(archive))))).hexdigest()


def _digest_of_view(view: dict[str, Any]) -> bytes:
    """Message by message: a huge chat never stands there as one text."""
    digest = sha256()
    for each in ({**view, "messages": len(view["messages"])}, *view["messages"]):
        digest.update(json.dumps(each, sort_keys=True, ensure_ascii=False).encode("utf-8", "surrogatepass"))
    return digest.digest()


def _structure(archive: Archive) -> Iterator[Problem]:
    if not has_our_tables(archive.folder / DATABASE):
        yield Problem(DATABASE, OTHER_TABLES)
    try:
        rows = archive.database.execute("PRAGMA integrity_check(5)").fetchall()
    except sqlite3.DatabaseError as error:
        rows = [(str(error),)]
    for (text,) in rows:
        if text != "ok":
            yield Problem(DATABASE, _(STRUCTURE).format(reason=text))


def _records(archive: Archive, progress: Progress | None) -> tuple[str, list[Problem]]:
    """The digest, from stored bytes alone, and every form that is damaged or read differently now."""
    database = archive.database
    problems = []
    damaged: dict[int, int] = {}
    lines = [b"asset\0" + row[0].hex().encode() for row in database.execute("SELECT hash FROM asset")]
    query = (
        "SELECT form.id, form.record, provider, kind, ref, size FROM form JOIN record ON record.id = form.record"
        " WHERE EXISTS (SELECT 1 FROM sighting WHERE sighting.form = form.id)"
    )
    rows = database.execute(query).fetchall()
    total, done = sum(row[5] for row in rows), 0
    for form, number, provider, kind, ref, size in rows:
        record = Record(number, provider, kind, ref)
        where = f"{DATABASE}: {record.provider} {stable_id(provider, kind, ref)}"
        try:
            raw = blobs.fetch(database, form)
        except Damaged:
            damaged[form] = provider_of(provider).READER
            problems.append(Problem(f"{where}, form {form}", DAMAGED))
            continue
        _reading, derived = deriving.reading_row(record, raw)
        stored = database.execute("SELECT * FROM reading WHERE form = ?", (form,)).fetchone()
        if stored is None or stored[1:] != derived:
            problems.append(Problem(f"{DATABASE}: reading, form {form}", WRONG_DERIVED))
        lines.append(f"{provider}\0{kind}\0{ref}\0{derived[1].hex()}".encode("utf-8", "surrogatepass"))
        done += size
        if progress:
            progress(done, total)
    if damaged:
        with archive.transaction("the damage that was found"):
            for form, reader in damaged.items():
                damage.note(database, form, reader)
    return sha256(b"\n".join(sorted(lines))).hexdigest(), problems


def asset_problem(archive: Archive, name: str) -> Problem | None:
    """What is wrong with the stored file of this SHA-256 (hex), if anything."""
    where = f"assets/{name[:2]}/{name}"
    try:
        with (archive.assets / name[:2] / name).open("rb") as file:
            digest = hashlib.file_digest(file, "sha256")
    except OSError:
        return Problem(where, MISSING_FILE)
    return None if digest.hexdigest() == name else Problem(where, DAMAGED)


def _assets(archive: Archive, *, note: bool) -> Iterator[Problem]:
    """What is wrong with the stored files; which are damaged is noted, so that an import or a copy can mend them."""
    known = {row[0].hex() for row in archive.database.execute("SELECT hash FROM asset")}
    damaged = {name: problem for name in sorted(known) if (problem := asset_problem(archive, name))}
    yield from damaged.values()
    if note and damaged.keys() != damage.files_noted(archive.database):
        with archive.transaction("the damage that was found"):
            ledger = Ledger(archive.database)
            damage.note_files(archive.database, ledger, set(damaged))
            ledger.settle()
    for path in archive.assets.rglob("*"):
        place = path.relative_to(archive.assets).parts
        if path.is_file() and (path.name not in known or place != (path.name[:2], path.name)):
            yield Problem("/".join(("assets", *place)), FOREIGN_FILE)


def _derived(archive: Archive) -> Iterator[Problem]:
    """Derive every state again and compare."""
    database = archive.database
    database.execute("BEGIN IMMEDIATE")
    try:
        kept = {table: _rows(database, table) for table in ("file_state", "state", "extract", "mention")}
        for table in kept:
            database.execute(f"DELETE FROM {table}")
        deriving.derive_states(database)
        now = {table: _rows(database, table) for table in kept}
        for table, rows in kept.items():
            if rows != now[table]:
                yield Problem(f"{DATABASE}: {table}", WRONG_DERIVED)
    finally:
        database.execute("ROLLBACK")


def _rows(database: sqlite3.Connection, table: str) -> set[tuple[Any, ...]]:
    return set(database.execute(f"SELECT * FROM {table}").fetchall())
