"""What an import changed, told from the archive before and after it."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any, Protocol

from msgspec import Struct
from msgspec.structs import replace

from chathold.archive import damage
from chathold.archive.facts import part_sets
from chathold.archive.ledger import Ledger
from chathold.archive.reading import LATER_THAN_EXPORT, provider_of
from chathold.archive.store import Archive
from chathold.archive.summary import moment
from chathold.archive.taking import Counts, Taking
from chathold.archive.undelivered import how_many, of_file
from chathold.archive.waiting import lacks_of_its_own
from chathold.core.identity import UNKNOWN
from chathold.core.problem import Problem
from chathold.core.receipt import Outcome, Receipt, Tally
from chathold.core.texts import N_, _
from chathold.providers.base import Provider

Before = dict[int, tuple[bytes, int]]
"""Of every record before the import: the digest of its versions and how many messages it had."""

EMPTY = N_("There is no chat in this export. If there should be, ask the service for a new one.")
NOTHING_READ = N_("Nothing in it could be read; it is kept as it is, and a newer Chathold may read it.")
PARTS = N_("Other files of this export are still missing: {names}. Download each of them once.")
WITHIN = N_(
    "This export is not whole, it lacks: {names}. Download it again, or ask the service for a new one."
)
AMBIGUOUS = N_("Several files could be meant by: {names}. Keep each export's files in a folder of their own.")
FORGOTTEN = N_("What it held you had Chathold forget: nothing of it is in the archive.")
FORGOTTEN_ACCOUNT = N_("This account was forgotten at your wish; nothing of it was imported.")


class Read(Protocol):
    """What a receipt needs to know of how the download was read."""

    @property
    def taking(self) -> Taking:
        """The import's writes."""

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What was odd about the download."""

    @property
    def part_of(self) -> bool:
        """Whether the download is one of several that belong together, or a list of them."""

    @property
    def unread(self) -> bool:
        """Whether it has files of conversations that no reader knows."""


class _Parts(Struct, frozen=True):
    """The names of an export's files, and the numbers of those that are here; none of a part of who knows what.

    `within`: what is missing belongs into this download, and cannot be downloaded by itself.
    """

    seen: tuple[str, ...]
    missing: tuple[str, ...]
    ambiguous: tuple[str, ...]
    files: frozenset[int]
    within: bool = False


def before(archive: Archive) -> Before:
    """The archive's records as they are now."""
    query = "SELECT record, digest, messages FROM state"
    return {record: (digest, messages) for record, digest, messages in archive.database.execute(query)}


def recognised(archive: Archive, digest: bytes) -> bool:
    """Whether a file of this hash was read whole by this reader or a newer one, and can mend nothing."""
    query = "SELECT provider, reader, whole, id FROM file WHERE hash = ?"
    row = archive.database.execute(query, (digest,)).fetchone()
    if row is None or not row[2] or row[1] < provider_of(row[0]).READER:
        return False
    return not damage.damaged_in(archive.database, row[3])


def derived(archive: Archive, digest: bytes) -> bool:
    """Whether all of a known file was derived: another process may be at it still, or was killed."""
    query = "SELECT 1 FROM file JOIN file_state ON file_state.file = file.id WHERE hash = ?"
    return archive.database.execute(query, (digest,)).fetchone() is not None


def provider_of_file(archive: Archive, digest: bytes) -> Provider:
    """The provider of a known file."""
    (name,) = archive.database.execute("SELECT provider FROM file WHERE hash = ?", (digest,)).fetchone()
    return provider_of(name)


Fact = tuple[str, tuple[int | str, ...]]


def place_of(path: Path) -> tuple[str, str]:
    """The name and the folder under which a download is seen. Names on Linux are bytes, and may be no text."""
    return _as_text(path.name), _as_text(str(path.parent))


def _as_text(words: str) -> str:
    """Words with what is no text in them written as JSON and Python write it."""
    return words.encode("utf-8", "backslashreplace").decode()


def seen_anew(archive: Archive, digest: bytes, path: Path, account: str) -> list[Fact]:
    """What is new about a known file: the name under which it is seen, the account the user gives it."""
    file = archive.database.execute("SELECT id FROM file WHERE hash = ?", (digest,)).fetchone()[0]
    facts: list[Fact] = [("seen", (file, *place_of(path)))]
    if account:
        facts.append(("given", (file, account)))
    ledger = Ledger(archive.database)
    return [each for each in facts if not ledger.holds(*each)]


def see_again(archive: Archive, ledger: Ledger, new: list[Fact]) -> None:
    """Note what is new about a known file."""
    with archive.transaction("a file seen again"):
        for table, row in new:
            if table == "given":
                ledger.remove("given", "file = ?", row[:1])
            ledger.add_once(table, row)
        ledger.settle()


def already_imported(archive: Archive, digest: bytes, path: Path) -> Receipt:
    """The receipt of a file that is known: what it holds is all there."""
    database = archive.database
    file, size_of_problems = database.execute(
        "SELECT id, problems FROM file WHERE hash = ?", (digest,)
    ).fetchone()
    held = _held(database, file)
    counts = {talk: held[talk].records for talk in (True, False)}
    parts = _parts(archive, file)
    forgotten = not any(counts.values()) and _was_forgotten(database, file)
    failed = _had_failed(database, file)
    return Receipt(
        str(path),
        Outcome.FAILED if failed else Outcome.ALREADY_IMPORTED,
        digest.hex(),
        conversations=Tally(found=counts[True], unchanged=counts[True]),
        documents=Tally(found=counts[False], unchanged=counts[False]),
        parts_seen=parts.seen,
        parts_missing=parts.missing,
        parts_within=parts.within,
        problems=tuple(Problem(where, what) for where, what in json.loads(size_of_problems)),
        advice=_(NOTHING_READ) if failed else _(FORGOTTEN) if forgotten else _part_advice(parts),
        **_facts(database, file, held[True]),
    )


def _had_failed(database: sqlite3.Connection, file: int) -> bool:
    """Whether nothing in a file could be read when it was imported: so it is still, for today's readers."""
    row = database.execute("SELECT json FROM receipt WHERE file = ?", (file,)).fetchone()
    return row is not None and json.loads(row[0])["outcome"] == Outcome.FAILED.value


def _was_forgotten(database: sqlite3.Connection, file: int) -> bool:
    """Whether what a file held was forgotten: its receipt goes with that."""
    query = "SELECT 1 FROM tombstone WHERE NOT EXISTS (SELECT 1 FROM receipt WHERE file = ?) LIMIT 1"
    return database.execute(query, (file,)).fetchone() is not None


def receipt(archive: Archive, ledger: Ledger, file: int, path: Path, earlier: Before, read: Read) -> Receipt:
    """Write and return the receipt of an import that has just been committed and derived."""
    database = archive.database
    taking = read.taking
    now = before(archive)
    digest: bytes = database.execute("SELECT hash FROM file WHERE id = ?", (file,)).fetchone()[0]
    parts = _parts(archive, file)
    odd = _reading_problems(database, file)
    result = Receipt(
        str(path),
        Outcome.IMPORTED,
        digest.hex(),
        conversations=_tally(taking.counts[True], earlier, now),
        documents=_tally(taking.counts[False], earlier, now),
        new_messages=_new_messages(taking.counts[True].found, earlier, now),
        new_assets=len(taking.assets.new),
        missing_assets=how_many(of_file(archive, file)),
        parts_seen=parts.seen,
        parts_missing=parts.missing,
        parts_within=parts.within,
        problems=read.problems + odd,
        **_facts(database, file, _held(database, file)[True]),
    )
    nothing = bool(odd) and not _says_anything(database, file)
    result = _judged(_with_kept(database, parts.files, result), parts, read, nothing=nothing)
    with archive.transaction("the receipt"):
        ledger.remove("receipt", "file = ?", (file,))
        ledger.add("receipt", (file, _as_text(json.dumps(as_json(result), ensure_ascii=False))))
        ledger.settle()
    return result


def _new_messages(talks: set[int], earlier: Before, now: Before) -> int:
    return sum(now[each][1] - earlier.get(each, (b"", 0))[1] for each in talks if each in now)


def _tally(counts: Counts, earlier: Before, now: Before) -> Tally:
    readable = counts.found - counts.failed
    new = {each for each in readable if each not in earlier}
    updated = {each for each in readable - new if each in now and now[each][0] != earlier[each][0]}
    return Tally(
        found=len(counts.found) + len(counts.forgotten),
        new=len(new),
        updated=len(updated),
        unchanged=len(readable) - len(new) - len(updated),
        failed=len(counts.failed),
        forgotten=len(counts.forgotten),
    )


def _says_anything(database: sqlite3.Connection, file: int) -> bool:
    """Whether any chat or document of the file has a message with something in it."""
    query = "SELECT 1 FROM sighting JOIN reading ON reading.form = sighting.form WHERE file = ? AND parts > 0 LIMIT 1"
    return database.execute(query, (file,)).fetchone() is not None


def _judged(result: Receipt, parts: _Parts, read: Read, *, nothing: bool) -> Receipt:
    """The outcome and the advice; `nothing`: of all that was found, not a word could be read."""
    taking = read.taking
    tallies = (result.conversations, result.documents)
    found = sum(each.found for each in tallies)
    failed = sum(each.failed for each in tallies)
    changed = any(each.new or each.updated for each in tallies) or result.new_assets
    unread = read.unread and not result.conversations.found
    if unread or (found and (failed == found or nothing)):
        return replace(result, outcome=Outcome.FAILED, advice=_(NOTHING_READ))
    advice = _part_advice(parts)
    if taking.forget_all:
        advice = _(FORGOTTEN_ACCOUNT)
    elif not found and not read.part_of:
        advice = _(EMPTY)
    fresh = changed or (read.part_of and not found)
    return replace(result, outcome=Outcome.IMPORTED if fresh else Outcome.UNCHANGED, advice=advice)


class _Held(Struct, frozen=True):
    """The records of one kind in a file: how many, and the times of their oldest and newest message."""

    records: int = 0
    oldest: float | None = None
    newest: float | None = None


def _held(database: sqlite3.Connection, file: int) -> defaultdict[bool, _Held]:
    """The conversations (true) and documents (false) in a file."""
    rows = database.execute(
        "SELECT kind = 'conversation', count(DISTINCT record), min(oldest), max(newest) FROM sighting"
        " JOIN form ON form.id = sighting.form JOIN record ON record.id = form.record"
        " LEFT JOIN reading ON reading.form = form.id WHERE file = ? GROUP BY 1",
        (file,),
    )
    return defaultdict(_Held, {bool(talk): _Held(*rest) for talk, *rest in rows})


def _facts(database: sqlite3.Connection, file: int, talks: _Held) -> dict[str, Any]:
    """Provider, account, export time and covered span of a file."""
    provider, account, exported = database.execute(
        "SELECT provider, account, exported FROM file JOIN file_state ON file_state.file = file.id WHERE id = ?",
        (file,),
    ).fetchone()
    return {
        "provider": provider,
        "account": account if account != UNKNOWN else _only_account(database, file),
        "exported": exported,
        "oldest": talks.oldest,
        "newest": talks.newest,
    }


def _only_account(database: sqlite3.Connection, file: int) -> str:
    """The account of all records of a file, if it is one and the same."""
    rows = database.execute(
        "SELECT DISTINCT account FROM sighting JOIN form ON form.id = sighting.form"
        " JOIN state ON state.record = form.record WHERE file = ?",
        (file,),
    ).fetchall()
    return rows[0][0] if len(rows) == 1 else UNKNOWN


def _with_kept(database: sqlite3.Connection, files: Collection[int], result: Receipt) -> Receipt:
    """What the archive holds of this account and all files of this export lack, if both are known."""
    if result.account == UNKNOWN or not files:
        return result
    mine, these = (result.provider, result.account), json.dumps(sorted(files))
    held = dict(
        database.execute(
            "SELECT record, messages FROM state JOIN record ON record.id = state.record"
            " WHERE provider = ? AND account = ? AND kind = 'conversation'",
            mine,
        )
    )
    here = dict(
        database.execute(
            "SELECT record, max(reading.messages) FROM sighting JOIN form ON form.id = sighting.form"
            " JOIN reading ON reading.form = form.id WHERE file IN (SELECT value FROM json_each(?)) GROUP BY record",
            (these,),
        )
    )
    missing = sum(messages - here.get(record, 0) for record, messages in held.items())
    assets = database.execute(
        "SELECT count(DISTINCT asset) FROM asset_member JOIN file ON file.id = asset_member.file"
        " JOIN file_state ON file_state.file = file.id WHERE provider = ? AND account = ?"
        " AND asset NOT IN (SELECT asset FROM asset_member WHERE file IN (SELECT value FROM json_each(?)))",
        (*mine, these),
    ).fetchone()[0]
    return replace(
        result,
        kept_conversations=len(held.keys() - here.keys()),
        kept_messages=max(missing, 0),
        kept_assets=assets,
    )


def _reading_problems(database: sqlite3.Connection, file: int) -> tuple[Problem, ...]:
    """What the readers stumbled over, with the conversation it is in."""
    query = (
        "SELECT state.id, problems FROM sighting JOIN reading ON reading.form = sighting.form"
        " JOIN form ON form.id = sighting.form JOIN state ON state.record = form.record"
        " WHERE file = ? AND problems != '[]' ORDER BY state.id"
    )
    read = tuple(
        Problem(f"{name} {where}".rstrip(), what)
        for name, problems in database.execute(query, (file,))
        for where, what in json.loads(problems)
    )
    query = (
        "SELECT state.id FROM sighting JOIN reading ON reading.form = sighting.form"
        " JOIN form ON form.id = sighting.form JOIN state ON state.record = form.record"
        " JOIN file_state ON file_state.file = sighting.file"
        " WHERE sighting.file = ? AND reading.updated > exported ORDER BY state.id"
    )
    later = tuple(Problem(name, LATER_THAN_EXPORT) for (name,) in database.execute(query, (file,)))
    damaged = (Problem(name, damage.DAMAGED) for name in sorted(damage.beside(database, file)))
    return read + later + tuple(each for each in damaged if each not in read)


def _parts(archive: Archive, file: int) -> _Parts:
    """The numbered files that belong with this one."""
    database = archive.database
    for part in part_sets(archive):
        if file == part.manifest or file in part.files:
            seen = tuple(
                name for name in part.names if name not in part.missing and name not in part.ambiguous
            )
            return _Parts(seen, part.missing, part.ambiguous, part.files | {part.manifest, file})
    covers = json.loads(database.execute("SELECT coverage FROM file WHERE id = ?", (file,)).fetchone()[0])
    files = frozenset[int]() if covers["part_of"] else frozenset({file})
    return _Parts(tuple(covers["seen"]), tuple(covers["missing"]), (), files, within=lacks_of_its_own(covers))


def _part_advice(parts: _Parts) -> str:
    said = []
    if parts.missing:
        said.append(_(WITHIN if parts.within else PARTS).format(names=", ".join(parts.missing)))
    if parts.ambiguous:
        said.append(_(AMBIGUOUS).format(names=", ".join(parts.ambiguous)))
    return " ".join(said)


def as_json(result: Receipt) -> dict[str, Any]:
    """A receipt as `import --json` prints it (DESIGN §7)."""
    return {
        "path": result.path,
        "sha256": result.sha256 or None,
        "outcome": result.outcome.value,
        "provider": result.provider or None,
        "account": result.account or None,
        "exported_at": moment(result.exported),
        "covers": {"oldest": moment(result.oldest), "newest": moment(result.newest)},
        "conversations": result.conversations.json(),
        "documents": result.documents.json(),
        "messages": {"new": result.new_messages},
        "kept": {
            "conversations": result.kept_conversations,
            "messages": result.kept_messages,
            "assets": result.kept_assets,
        },
        "assets": {"new": result.new_assets, "missing": result.missing_assets},
        "parts": {"seen": list(result.parts_seen), "missing": list(result.parts_missing)},
        **({"parts_within": True} if result.parts_within else {}),
        "problems": _problems(result.problems),
        "advice": result.advice,
        **result.extra,
    }


def _problems(problems: Iterable[Problem]) -> list[dict[str, str]]:
    return [{"where": each.where, "what": _(each.what)} for each in problems]
