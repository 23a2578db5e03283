"""Everything derived from the facts: readings of forms, export times, accounts, the state of every record.

Derivation follows every import and every new reader. It can be stopped anywhere: what is not derived yet is
found again (forms without a reading of today's reader, records marked stale) and `list` and the other views
change all at once, in its last transaction.
"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from msgspec import Struct, field

from chathold.archive import blobs, contents, damage, durable
from chathold.archive.contents import Listener
from chathold.archive.facts import standing_now
from chathold.archive.reading import Record, provider_of, read_parsed, read_raw
from chathold.archive.slices import slices
from chathold.archive.states import UNKNOWN_STATE, State, merged_state, only_state, tell
from chathold.archive.store import Archive
from chathold.archive.taking import UNREADABLE
from chathold.core import canonical
from chathold.core.canonical import Form
from chathold.core.errors import Damaged
from chathold.core.identity import stable_id
from chathold.core.merge import Sighting
from chathold.core.model import Reading
from chathold.core.problem import Problem
from chathold.core.standing import Standing
from chathold.providers import PROVIDERS

Progress = Callable[[int, int], None]

_BATCH = 64 << 20
_KEPT = 16 << 20
_LARGE = 8 << 20
_NEWEST_READER = max(provider.READER for provider in PROVIDERS)


class _Fresh(Struct):
    """What came of forms just read: states of records of one form, some readings of records of several."""

    states: dict[int, State] = field(default_factory=dict)
    readings: defaultdict[int, dict[int, Reading]] = field(default_factory=lambda: defaultdict(dict))
    size: int = 0

    def keep(self, record: int, form: int, reading: Reading, size: int) -> None:
        """Spare a second reading, as long as little memory is taken."""
        self.size += size
        if self.size < _KEPT:
            self.readings[record][form] = reading


def pending(archive: Archive) -> bool:
    """Whether anything waits to be derived."""
    database = archive.database
    if database.execute(
        "SELECT 1 FROM stale UNION ALL SELECT 1 FROM file WHERE id NOT IN (SELECT file FROM file_state) LIMIT 1"
    ).fetchone():
        return True
    if (
        database.execute("SELECT 1 FROM reading WHERE reader < ? LIMIT 1", (_NEWEST_READER,)).fetchone()
        is None
    ):
        return False
    return any(
        database.execute(
            "SELECT 1 FROM reading JOIN form ON form.id = reading.form JOIN record ON record.id = form.record"
            " WHERE provider = ? AND reader < ? LIMIT 1",
            (provider.NAME, provider.READER),
        ).fetchone()
        for provider in PROVIDERS
    )


def derive(
    archive: Archive,
    progress: Progress | None = None,
    forms: Mapping[int, Form] | None = None,
    listener: Listener | None = None,
) -> None:
    """Derive all that is missing or out of date. Use inside `Archive.writing`.

    `forms` are canonical forms that have been worked out already, by the number of what is stored.
    `listener` is told of the records of one form that are read, and of those of several forms that are at hand.
    A record of which a form is damaged stays as it was; that is noted.
    """
    _mark_old_readings(archive)
    fresh = _read_new_forms(archive, progress, forms or {}, listener)
    with archive.transaction("the derived state"):
        _derive_states(archive.database, fresh, listener)


def derive_changed(database: sqlite3.Connection) -> None:
    """Derive stale states and everybody's standing, inside a transaction of the caller's, with no form unread."""
    _derive_states(database, _Fresh())


def derive_states(database: sqlite3.Connection) -> None:
    """Derive the states of all records from facts and readings, inside a transaction of the caller's."""
    database.execute(
        "INSERT OR IGNORE INTO stale SELECT DISTINCT record FROM form JOIN sighting ON sighting.form = form.id"
    )
    _derive_states(database, _Fresh())


def _derive_states(database: sqlite3.Connection, fresh: _Fresh, listener: Listener | None = None) -> None:
    answers = standing_now(database)
    _write_file_states(database, answers)
    for (number,) in database.execute("SELECT record FROM stale").fetchall():
        _write_state(database, number, fresh, listener)
    _write_standing(database, answers)
    database.execute("DELETE FROM stale")


def forget_derived(archive: Archive) -> None:
    """Mark everything derived to be derived again, and drop what belongs to nothing; until then it is shown."""
    with archive.transaction("the rebuilding"):
        archive.database.execute("DELETE FROM reading WHERE form NOT IN (SELECT id FROM form)")
        archive.database.execute("UPDATE reading SET reader = 0")
        for table in ("state", "extract", "mention"):
            archive.database.execute(
                f"DELETE FROM {table} WHERE record NOT IN"
                " (SELECT record FROM form JOIN sighting ON sighting.form = form.id)"
            )
        archive.database.execute(
            "INSERT OR IGNORE INTO stale SELECT DISTINCT record FROM form JOIN sighting ON sighting.form = form.id"
        )


def _mark_old_readings(archive: Archive) -> None:
    """Of what an older reader read, the states are to be derived again."""
    database = archive.database
    for provider in PROVIDERS:
        values = (provider.NAME, provider.READER)
        which = (
            "SELECT reading.form FROM reading JOIN form ON form.id = reading.form"
            " JOIN record ON record.id = form.record WHERE provider = ? AND reader < ?"
        )
        if database.execute(f"{which} LIMIT 1", values).fetchone():
            with archive.transaction("older readings marked"):
                database.execute(
                    f"INSERT OR IGNORE INTO stale SELECT record FROM form WHERE id IN ({which})", values
                )


# Readings


class _Unread(NamedTuple):
    """A form without a reading of today's reader; `only`: its record has no other."""

    form: int
    record: Record
    size: int
    only: bool


def _unread(database: sqlite3.Connection) -> list[_Unread]:
    older = " OR ".join("(provider = ? AND reader < ?)" for _provider in PROVIDERS)
    readers = [value for provider in PROVIDERS for value in (provider.NAME, provider.READER)]
    rows = database.execute(
        "SELECT form.id, size, (SELECT count(*) FROM form AS other WHERE other.record = record.id) = 1,"
        " record.id, provider, kind, ref"
        " FROM form JOIN record ON record.id = form.record LEFT JOIN reading ON reading.form = form.id"
        f" WHERE reading.form IS NULL OR {older} ORDER BY form.id",
        readers,
    )
    return [_Unread(form, Record(*record), size, bool(only)) for form, size, only, *record in rows]


def _read_new_forms(
    archive: Archive, progress: Progress | None, forms: Mapping[int, Form], listener: Listener | None
) -> _Fresh:
    """Read every form that has no reading of today's reader."""
    database = archive.database
    unread = _unread(database)
    total = sum(each.size for each in unread)
    done = batch = 0
    fresh = _Fresh()
    try:
        for each in unread:
            if not database.in_transaction:
                database.execute("BEGIN IMMEDIATE")
            _read_form(database, each, forms.get(each.form), fresh, listener)
            done += each.size
            batch += each.size
            if batch > _BATCH:
                durable.commit(database, "a batch of readings")
                batch = 0
            if progress:
                progress(done, total)
        if database.in_transaction:
            durable.commit(database, "the last batch of readings")
    except BaseException:
        if database.in_transaction:
            database.execute("ROLLBACK")
        raise
    return fresh


def _read_form(
    database: sqlite3.Connection,
    unread: _Unread,
    known: Form | None,
    fresh: _Fresh,
    listener: Listener | None,
) -> None:
    """Read a form, whose canonical form may be known, and tell of it. A damaged one is noted."""
    form, record, size, only = unread
    if size > _LARGE:
        _make_room(database, listener)
    try:
        raw = blobs.fetch(database, form)
    except Damaged:
        damage.note(database, form, provider_of(record.provider).READER)
        return
    reading, row = reading_row(record, raw, known)
    database.execute("INSERT OR REPLACE INTO reading VALUES (?,?,?,?,?,?,?,?,?,?,?,?)", (form, *row))
    if not only:
        fresh.keep(record.number, form, reading, size)
        return
    state = fresh.states[record.number] = only_state(reading, row[1].hex()[:8])
    if listener and record.kind != UNREADABLE:
        seen = [contents.Form(reading, slices(form, raw))]
        tell(listener, record, state, seen, [Sighting(reading, None, "")])


def _make_room(database: sqlite3.Connection, listener: Listener | None) -> None:
    database.execute("PRAGMA shrink_memory")
    if listener:
        listener.make_room()


def reading_row(record: Record, raw: bytes, form: Form | None = None) -> tuple[Reading, tuple[Any, ...]]:
    """What the bytes of a form mean, and its row in the table `reading` (all but the form's number)."""
    provider = provider_of(record.provider)
    if form is None:
        form, parsed = canonical.form_and_parsed(raw, lambda value: provider.strip(record.kind, value))
        reading, readable = read_parsed(record, parsed)
    else:
        reading, readable = read_raw(record, raw)
    times = [message.time for message in reading.messages if message.time is not None]
    found = reading.problems
    told = any(each.what in (canonical.TWICE, canonical.NOT_UNICODE) for each in found)
    if form.as_it_is and readable and not told:
        found = (Problem("", canonical.TWICE), *found)  # a parser that takes the last one tells nobody
    problems = json.dumps([[each.where, each.what] for each in found], ensure_ascii=False)
    return reading, (
        provider.READER,
        form.hash,
        form.marks,
        int(readable and record.kind != UNREADABLE),
        reading.updated,
        min(times, default=reading.created),
        max(times, default=None),
        sum(1 for message in reading.messages for part in message.parts if not part.empty),
        len(reading.messages),
        reading.account,
        problems,
    )


# Standing


def _write_file_states(database: sqlite3.Connection, answers: Standing) -> None:
    """Write export times and accounts of files; records of several forms follow a changed time."""
    before = dict(database.execute("SELECT file, exported FROM file_state"))
    database.execute("DELETE FROM file_state")
    for file, exported in answers.exported.items():
        database.execute(
            "INSERT INTO file_state VALUES (?, ?, ?)", (file, exported, answers.file_account[file])
        )
        if file in before and before[file] != exported:
            database.execute(
                "INSERT OR IGNORE INTO stale SELECT record FROM form JOIN sighting ON sighting.form = form.id"
                " WHERE file = ?",
                (file,),
            )


# States


def _write_state(database: sqlite3.Connection, number: int, fresh: _Fresh, listener: Listener | None) -> None:
    row = database.execute(
        "SELECT id, provider, kind, ref FROM record WHERE id = ? AND EXISTS"
        " (SELECT 1 FROM form JOIN sighting ON sighting.form = form.id WHERE record = record.id)",
        (number,),
    ).fetchone()
    record = Record(*row) if row and row[2] != UNREADABLE else None
    state = fresh.states.get(number)
    if record and state is None:
        readings = fresh.readings.pop(number, {})
        try:
            state = merged_state(database, record, readings, listener if readings else None)
        except Damaged as error:
            damage.note(database, error.form, provider_of(record.provider).READER)
            if database.execute("SELECT 1 FROM state WHERE record = ?", (number,)).fetchone():
                return
            state = UNKNOWN_STATE
    for table in ("state", "extract", "mention"):
        database.execute(f"DELETE FROM {table} WHERE record = ?", (number,))
    if record is None or state is None:
        return
    name = stable_id(record.provider, record.kind, record.ref)
    database.execute(
        "INSERT INTO state VALUES (?, ?, '', ?, ?, ?, ?, ?, ?, NULL, 0)",
        (
            number,
            name,
            state.title,
            state.created,
            state.updated,
            state.messages,
            state.versions,
            state.digest,
        ),
    )
    for extract in state.extracts:
        database.execute("INSERT OR IGNORE INTO extract VALUES (?,?,?,?,?,?,?)", (number, *extract))
    for mention in state.mentions:
        database.execute("INSERT OR IGNORE INTO mention VALUES (?,?,?)", (number, *mention))


def _write_standing(database: sqlite3.Connection, answers: Standing) -> None:
    """Write accounts and what is gone, where they changed."""
    rows = database.execute("SELECT record, account, gone_since, gone_confirmed FROM state").fetchall()
    for record, account, since, confirmed in rows:
        gone = answers.gone.get(record)
        new = (
            answers.record_account.get(record, ""),
            gone.since if gone else None,
            int(gone.confirmed) if gone else 0,
        )
        if new != (account, since, confirmed):
            database.execute(
                "UPDATE state SET account = ?, gone_since = ?, gone_confirmed = ? WHERE record = ?",
                (*new, record),
            )
