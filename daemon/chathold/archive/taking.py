"""Taking one download's facts into the archive: in batches nobody sees, then one small visible commit."""

from __future__ import annotations

import contextlib
import functools
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from typing import Any

from msgspec import Struct, field

from chathold.archive import blobs, durable
from chathold.archive.assets import Assets
from chathold.archive.damage import Mending
from chathold.archive.heads import Head, at, first_at, head_of
from chathold.archive.ledger import Ledger
from chathold.archive.store import Archive
from chathold.archive.tombstones import tombstone
from chathold.core import canonical
from chathold.core.canonical import Form, Strip
from chathold.core.errors import Damaged
from chathold.core.identity import CONVERSATION, OTHER
from chathold.core.problem import Problem
from chathold.core.texts import N_
from chathold.exports.splitting import Batch, Piece, beginning
from chathold.providers.base import Recognition

UNREADABLE = "unreadable"
"""The kind of records of which not even the id can be read."""

NO_ID = N_("This record has no id; it is told apart by its content.")

_BATCH = 24 << 20


class FileRow(Struct, frozen=True):
    """The facts of a file that are no lists: see the table `file`."""

    hash: bytes
    size: int
    provider: str
    reader: int
    whole: bool
    member_time: float | None
    manifest_time: float | None
    coverage: dict[str, Any]
    lists: tuple[str, ...]
    problems: tuple[Problem, ...]
    imported: float


class Counts(Struct):
    """Distinct records by number, split by what the archive did with them."""

    found: set[int] = field(default_factory=set)
    failed: set[int] = field(default_factory=set)
    forgotten: set[bytes] = field(default_factory=set)


class Taking:
    """One import's writes. Use inside `Archive.writing`; nothing counts before `finish`.

    `forms` are those known by number, as far as they have been worked out. `reworded` says whether the record
    kept last had a known form in other bytes: then the next ones may well have, too. `nameless_chats`: there are
    chats of which not even the id can be read.
    """

    def __init__(self, archive: Archive, ledger: Ledger, provider: str, strip: Any) -> None:
        self._archive = archive
        self._database = archive.database
        self._ledger = ledger
        self._provider = provider
        self._strip = strip
        self._pending = 0
        self._records: dict[tuple[str, str], int] = {}
        self._forms: defaultdict[int, list[int]] = defaultdict(list)
        self._tombstones: frozenset[bytes] = frozenset()
        self.beginnings: dict[int, tuple[int, bytes, int]] = {}
        self.hashes: dict[bytes, int] = {}
        self.forms: dict[int, Form] = {}
        self.reworded = False
        self.owner_of: dict[int, int] = {}
        self.sightings: set[int] = set()
        self.counts: defaultdict[bool, Counts] = defaultdict(Counts)
        self.problems: list[Problem] = []
        self.nameless_chats = False
        self.forget_all = False
        self.mending = Mending(archive.database, provider)
        self._load()
        self.assets = Assets(archive, provider, self._tombstones)

    def _load(self) -> None:
        """Have at hand what of this provider is known."""
        query = "SELECT id, kind, ref FROM record WHERE provider = ?"
        for number, kind, ref in self._database.execute(query, (self._provider,)):
            self._records[kind, ref] = number
        query = (
            "SELECT form.id, record, form.hash, form.size, beginning, reading.hash, reading.marks"
            " FROM form JOIN record ON record.id = record LEFT JOIN reading ON reading.form = form.id"
            " WHERE provider = ?"
        )
        for form, record, digest, size, start, form_hash, marks in self._database.execute(
            query, (self._provider,)
        ):
            if digest not in self.mending.forms:
                self.beginnings[start] = (size, digest, form)
                self.hashes[digest] = form
            self.owner_of[form] = record
            self._forms[record].append(form)
            if form_hash is not None:
                self.forms[form] = Form(form_hash, marks)
        self._tombstones = frozenset(row[0] for row in self._database.execute("SELECT hash FROM tombstone"))

    def forgets(self, owners: Iterable[str], given: str) -> bool:
        """Whether every account that a download is known to be of was forgotten."""
        accounts = set(owners) or ({given} if given else set())
        return bool(accounts) and all(
            tombstone(self._provider, "account", each) in self._tombstones for each in accounts
        )

    # Records

    def take(self, piece: Piece, found: Recognition) -> None:
        """Note a record that is known as seen, keep one that is not."""
        if piece.known is not None:
            self.sight(piece.known, talk=found.kind == CONVERSATION)
        else:
            self.keep(piece.raw, found, digest=piece.hash)

    def sight(self, form: int, *, talk: bool) -> None:
        """A record that is known was seen again."""
        self.sightings.add(form)
        self.counts[talk].found.add(self.owner_of[form])

    def keep(self, raw: bytes, found: Recognition, *, digest: bytes = b"", name: str = "") -> None:
        """Keep a record: a new one, a new form of a known one, or a known form in other bytes.

        `digest` is the SHA-256 of `raw`, worked out if it is needed; `name` is the record's id where nothing
        inside it can be.
        """
        talk = found.kind == CONVERSATION
        value = canonical.decoded(raw) if self.reworded else None
        head = head_of(raw, value)
        if head is None and found.kind == OTHER and canonical.parse(raw).readable:
            head = {}  # such a file is kept, and told of, whatever its shape
        kind = found.kind if head is not None else UNREADABLE
        ref = self._ref(head, raw, found, name)
        if self._is_forgotten(kind, ref, at(head, found.owner) if found.owner else ""):
            self.counts[talk].forgotten.add(tombstone(self._provider, kind, ref))
            return
        record = self._records.get((kind, ref))
        form, number = None, self.mending.take(raw, digest)
        if number is None:
            if record is not None:
                form, number = self._recognised(record, kind, raw, value)
            self.reworded = number is not None
        if record is None:
            record = self._add_record(kind, ref)
        if number is None:
            number = self._add_form(record, raw, digest or sha256(raw).digest(), form)
        self.sight(number, talk=talk)
        if kind == UNREADABLE:
            self.counts[talk].failed.add(record)

    def take_all(self, batch: Batch, found: Recognition) -> None:
        """Note those of a row's records as seen that have a known form by their values, take the others."""
        known = [self._known_by_value(value, found) for value in batch.values]
        strip = self._stripper(found.kind)
        wanted = ((value, strip, forms) for value, forms in zip(batch.values, known, strict=True))
        same = canonical.match_all(batch.marks, wanted, batch.records) or [None] * len(known)
        for form, forms in zip(same, known, strict=True):
            if form:
                self.sight(forms[form], talk=found.kind == CONVERSATION)
        self.reworded = any(same)
        if None in same:
            for raw, form in zip(batch.records(), same, strict=True):
                if not form:
                    self.keep(raw, found)

    def _known_by_value(self, value: Any, found: Recognition) -> dict[Form, int]:
        """The known forms of the record that has this value; none where some was forgotten or is to be mended."""
        if self.forget_all or self._tombstones or self.mending.forms:
            return {}
        ref = first_at(value, found.ids)
        record = self._records.get((found.kind, ref))
        return self._known_forms(record, found.kind) if record is not None else {}

    def keep_whole(self, raw: bytes, found: Recognition, *, name: str = "") -> None:
        """Keep a member that is one record."""
        digest = sha256(raw).digest()
        known = None if name else self.hashes.get(digest)
        if known is None:
            self.keep(raw, found, digest=digest, name=name)
        else:
            self.sight(known, talk=found.kind == CONVERSATION)

    def _ref(self, head: Head | None, raw: bytes, found: Recognition, name: str) -> str:
        """The record's `name` or id; the hash of its bytes where it has neither. A record without is a problem."""
        ref = name or first_at(head, found.ids)
        if ref and head is not None:
            return ref
        digest = sha256(raw).hexdigest()
        what = canonical.UNREADABLE if head is None else NO_ID
        self.problems.append(Problem(f"{found.kind} {digest[:12]}", what))
        self.nameless_chats |= found.kind == CONVERSATION
        return name or (digest if head is None else f"sha256:{digest}")

    def _is_forgotten(self, kind: str, ref: str, owner: str) -> bool:
        return (
            self.forget_all
            or tombstone(self._provider, kind, ref) in self._tombstones
            or bool(owner and tombstone(self._provider, "account", owner) in self._tombstones)
        )

    def _recognised(self, record: int, kind: str, raw: bytes, value: Any) -> tuple[Form, int | None]:
        """The form of a known record's bytes, decoded as `value` if they were, and its number if it is known."""
        known = self._known_forms(record, kind)
        if value is None:
            value = canonical.decoded(raw)
        form = canonical.form_of(raw, value, self._stripper(kind), known)
        return form, known.get(form)

    def _known_forms(self, record: int, kind: str) -> dict[Form, int]:
        """The forms of a record; of those kept a moment ago they are worked out now. A damaged one may be unknown."""
        for form in self._forms[record]:
            if form not in self.forms:
                with contextlib.suppress(Damaged):
                    raw = blobs.fetch(self._database, form)
                    self.forms[form] = canonical.form(raw, self._stripper(kind))
        return {self.forms[form]: form for form in self._forms[record] if form in self.forms}

    def _stripper(self, kind: str) -> Strip:
        return functools.partial(self._strip, kind)

    def _add_record(self, kind: str, ref: str) -> int:
        self._begin()
        number = self._next("record")
        self._ledger.add("record", (number, self._provider, kind, ref))
        self._records[kind, ref] = number
        return number

    def _add_form(self, record: int, raw: bytes, digest: bytes, form: Form | None) -> int:
        self._begin()
        base, stored = self._pack(record, raw)
        number = self._next("form")
        start = beginning(raw)
        self._ledger.add("form", (number, record, digest, len(raw), start, base), stored)
        self.beginnings.setdefault(start, (len(raw), digest, number))
        self.hashes[digest] = number
        self.owner_of[number] = record
        self._forms[record].append(number)
        if form:
            self.forms[number] = form
        self._pending += len(raw)
        if self._pending > _BATCH:
            self._commit("a batch of records")
        return number

    def _pack(self, record: int, raw: bytes) -> tuple[int | None, bytes]:
        """Store the record's first form whole, later ones as differences to its newest whole one, if that is sound."""
        known = self._forms[record]
        if known:
            marks = ",".join("?" * len(known))
            row = self._database.execute(
                f"SELECT max(id) FROM form WHERE base IS NULL AND id IN ({marks})", known
            ).fetchone()
            with contextlib.suppress(Damaged):
                packed = blobs.pack_difference(raw, blobs.fetch(self._database, row[0]))
                if packed is not None:
                    return row[0], packed
        return None, blobs.pack(raw)

    def _next(self, table: str) -> int:
        return int(self._database.execute(f"SELECT coalesce(max(id), 0) + 1 FROM {table}").fetchone()[0])

    def _begin(self) -> None:
        """Open a batch; before the first, mark where a sweep would have to cut."""
        if not self._database.in_transaction:
            self._database.execute("BEGIN IMMEDIATE")
            for table in ("record", "form"):
                self._database.execute(
                    "INSERT OR IGNORE INTO meta VALUES (?, ?)", (f"unfinished {table}", self._next(table) - 1)
                )

    def _commit(self, step: str) -> None:
        if self._database.in_transaction:
            durable.commit(self._database, step)
        self._pending = 0

    # Assets

    def keep_asset(
        self, name: str, ref: str, size: int, crc: int, read: Callable[[], Iterator[bytes]]
    ) -> None:
        """Keep a file of the user's, read by `read()` as chunks; one already kept is only noted."""
        self.assets.keep(name, ref, size, crc, read, mark=self._mark_assets)

    def _mark_assets(self) -> None:
        """A sweep has to know that there may be files without rows."""
        self._begin()
        self._commit("the mark before the first file")

    # The end

    def finish(
        self,
        row: FileRow,
        *,
        seen: Iterable[tuple[str, str]],
        owners: Iterable[tuple[str, str]],
        given: str,
        names: Iterable[tuple[str, str, str, str, str, int | None]],
    ) -> int:
        """Make everything visible in one transaction; the file's number."""
        self._commit("the last batch of records")
        with self._archive.transaction("the import"):
            file = self._replace_file(row)
            for place in seen:
                self._ledger.add_once("seen", (file, *place))
            for owner in owners:
                self._ledger.add_once("owner", (file, *owner))
            if given:
                self._ledger.add_once("given", (file, given))
            for form in self.sightings:
                self._ledger.add("sighting", (file, form))
            self.mending.write(self._ledger)
            self.assets.add_rows(self._ledger, file, names)
            self._mark_stale(file)
            self._database.execute("DELETE FROM meta WHERE name IN ('unfinished record', 'unfinished form')")
            self._ledger.settle()
        return file

    def _replace_file(self, row: FileRow) -> int:
        """Write the file's row, in place of what an older reader made of the same bytes."""
        old = self._database.execute("SELECT id FROM file WHERE hash = ?", (row.hash,)).fetchone()
        number = old[0] if old else self._next("file")
        if old:
            self._database.execute(  # those that are read otherwise now are in no file any more
                "INSERT OR IGNORE INTO stale SELECT record FROM form JOIN sighting ON form.id = form WHERE file = ?",
                (number,),
            )
            for table in ("sighting", "asset_member", "asset_name", "receipt"):
                self._ledger.remove(table, "file = ?", (number,))
            self._ledger.remove("file", "id = ?", (number,))
        problems = json.dumps([[each.where, each.what] for each in row.problems], ensure_ascii=False)
        self._ledger.add(
            "file",
            (
                number,
                row.hash,
                row.size,
                row.provider,
                row.reader,
                int(row.whole),
                row.member_time,
                row.manifest_time,
                json.dumps(row.coverage, ensure_ascii=False),
                json.dumps(row.lists, ensure_ascii=False),
                problems,
                row.imported,
            ),
        )
        return number

    def _mark_stale(self, file: int) -> None:
        """Records whose state may differ now: those with a new form, and those with several."""
        self._database.execute(
            "INSERT OR IGNORE INTO stale SELECT DISTINCT record FROM form JOIN sighting ON form.id = form"
            " WHERE file = ? AND (NOT EXISTS (SELECT 1 FROM state WHERE state.record = form.record)"
            " OR (SELECT count(*) FROM form AS other WHERE other.record = form.record) > 1)",
            (file,),
        )
