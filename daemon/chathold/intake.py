"""The way of a download into the archive (DESIGN §4), in the order in which things happen.

it is whole → a provider claims it → records are split off, one at a time → those seen before are
recognised by hash and skipped → the rest are kept → one visible commit → derived → receipt
"""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from chathold.archive.assets import may_have
from chathold.archive.deriving import derive, pending
from chathold.archive.receipts import (
    already_imported,
    before,
    derived,
    place_of,
    provider_of_file,
    receipt,
    recognised,
    see_again,
    seen_anew,
)
from chathold.archive.store import Archive
from chathold.archive.taking import FileRow, Taking
from chathold.claiming import (
    Claimed,
    account_of,
    claim,
    holds_exports,
    is_one_export,
    may_be_export,
    promises_export,
    unread_conversations,
    without_cut,
)
from chathold.core import canonical
from chathold.core.collecting import without_collection
from chathold.core.errors import ExportError, Incomplete, NoSpace, NotAnExport
from chathold.core.identity import CONVERSATION, OTHER
from chathold.core.problem import Problem
from chathold.core.receipt import Outcome, Receipt
from chathold.core.texts import N_, _
from chathold.exports import Export, Member, children, fingerprint, open_export
from chathold.exports.splitting import Known, Piece, Splitter
from chathold.providers.base import AssetName, Coverage, Manifest, Owner, Provider, Recognition, Use
from chathold.search.indexing import hearing

RESCUED = N_("This file is cut; what was whole in it was rescued.")
MENDED = N_("What was stored of this was damaged; it has been put right from this file.")
NAMES_UNREADABLE = N_("This list cannot be read; nothing was taken from it.")
CONVERSATIONS_UNREAD = N_("The chats in this file could not be read; it is kept as it is.")
_OF_CHATS = re.compile(rb'"(?:mapping|chat_messages|fragments)"\s*:')
"""In a file that nobody understands, this tells of chats."""


_USUAL_RATIO = 2
_SPACE_FACTOR = 1.5
_RESERVE = 2 << 20
_LARGEST_SINGLE = 1 << 30


class Wishes(Struct, frozen=True):
    """What the caller of an import asks for: an account, rescuing, and how to be told of progress.

    `links` is handed the SHA-256 of a manifest in hex and its private links, which the archive does not keep.
    """

    account: str = ""
    rescue: bool = False
    progress: Callable[[str, int, int], None] = lambda _stage, _done, _total: None
    waiting: Callable[[], None] = lambda: None
    links: Callable[[str, tuple[tuple[str, str], ...]], None] = lambda _manifest, _links: None


def finish_interrupted(archive: Archive) -> None:
    """Derive what an interrupted import or a new reader left to do. Raises `ArchiveError`, `Busy` at once."""
    unfinished = archive.database.execute("SELECT 1 FROM meta WHERE name LIKE 'unfinished %'").fetchone()
    if unfinished or pending(archive):
        with archive.writing(wait=0):
            derive(archive)


def take_in(archive: Archive, path: Path, wishes: Wishes | None = None) -> Iterator[Receipt]:
    """Import a download; of a folder that is no export itself, everything in it that may or claims to be one."""
    wishes = wishes or Wishes()
    found = False
    for each in _take_all(archive, path, wishes):
        found = True
        yield each
    if not found:
        yield _refused(
            path,
            NotAnExport(
                _("There is nothing here to import."),
                place=path.name,
                advice=_(
                    "Import the ZIP or JSON file that was downloaded, or the folder it was unpacked to."
                ),
            ),
        )


def _take_all(archive: Archive, path: Path, wishes: Wishes) -> Iterator[Receipt]:
    """The receipt of one download, or those of all that a folder holds, which may be none."""
    try:
        if os.path.isdir(path) and not is_one_export(path):  # noqa: PTH112 - `Path.is_dir` may raise
            for child in children(path):
                if _is_worth_trying(child):
                    yield from _take_all(archive, child, wishes)
        else:
            yield take_one(archive, path, wishes)
    except ExportError as error:
        yield _refused(path, error)


def _is_worth_trying(child: Path) -> bool:
    """Whether something in a folder is tried: by its name it is an export, or it may be one by its content."""
    if promises_export(child.name) or os.path.isdir(child):  # noqa: PTH112 - as above
        return True
    try:
        return may_be_export(child)
    except Incomplete:
        return True
    except ExportError:
        return False


def take_one(archive: Archive, path: Path, wishes: Wishes) -> Receipt:
    """Import one download. Raises `ExportError` if it cannot be, `ArchiveError` if the archive cannot."""
    with without_collection():
        return _take_one(archive, path, wishes)


def _take_one(archive: Archive, path: Path, wishes: Wishes) -> Receipt:
    started = time.process_time()
    digest = fingerprint(path)
    if recognised(archive, digest):
        account = account_of(wishes.account, provider_of_file(archive, digest), path.name)
        new = seen_anew(archive, digest, path, account)
        if new or not derived(archive, digest):
            with archive.writing(waiting=wishes.waiting) as ledger:
                see_again(archive, ledger, new)
                derive(archive)
        return already_imported(archive, digest, path)
    with open_export(path, holds_exports, rescue=wishes.rescue) as export:
        claimed = without_cut(claim(export))
        wishes = replace(wishes, account=account_of(wishes.account, claimed.provider, path.name))
        _check_space(archive, claimed)
        with archive.writing(waiting=wishes.waiting) as ledger:
            if recognised(archive, digest):  # another process was quicker
                derive(archive)
                return already_imported(archive, digest, path)
            earlier = before(archive)
            provider = claimed.provider
            taking = Taking(archive, ledger, provider.NAME, provider.strip)
            reading = _Reading(taking, provider, wishes, export)
            reading.read(claimed)
            _check_unchanged(export)
            if reading.manifest and reading.manifest.links:
                wishes.links(digest.hex(), reading.manifest.links)
            file = reading.finish(digest, path)
            safe = time.process_time() - started
            with hearing(archive) as ear:
                derive(
                    archive,
                    lambda done, total: wishes.progress("reading", done, total),
                    taking.forms,
                    ear,
                )
            archive.checkpoint()
            result = receipt(archive, ledger, file, path, earlier, reading.summary())
    spent = {"safe": safe, "indexing": ear.cpu, "total": time.process_time() - started}
    return replace(result, extra={"cpu": {name: round(value, 3) for name, value in spent.items()}})


def _refused(path: Path, error: ExportError) -> Receipt:
    """The receipt of what could not be imported."""
    outcome = Outcome.FAILED
    if isinstance(error, NotAnExport):
        outcome = Outcome.NOT_AN_EXPORT
    elif isinstance(error, Incomplete):
        outcome = Outcome.INCOMPLETE
    problem = Problem(error.place or path.name, error.title)
    return Receipt(str(path), outcome, problems=(problem,), advice=error.advice)


def _check_space(archive: Archive, claimed: Claimed) -> None:
    """Refuse before anything is written what would not fit on the disk, by what the directory declares."""
    records = sum(
        min(member.compressed, member.size // _USUAL_RATIO)
        if member.compressed < member.size
        else member.size
        for member, found in claimed.members
        if found.use in (Use.RECORDS, Use.RECORD)
    )
    files = sum(
        member.size
        for member, found in claimed.members
        if found.use is Use.ASSET and not may_have(archive, member.size, member.crc)
    )
    needed = int(records * _SPACE_FACTOR) + files + _RESERVE
    free = shutil.disk_usage(archive.folder).free
    if free < needed:
        raise NoSpace(
            _("There is too little space: about {needed} MB are needed, {free} MB are free.").format(
                needed=needed // 1_000_000, free=free // 1_000_000
            ),
            place=str(archive.folder),
            advice=_("Make room, then import again."),
            needed=needed,
        )


def _check_unchanged(export: Export) -> None:
    if not export.unchanged():
        raise Incomplete(
            _("The file changed while it was read."),
            place=export.path.name,
            advice=_("Wait until the download has finished, then import it again."),
        )


class Summary(Struct):
    """What a receipt needs to know of how a download was read."""

    taking: Taking
    problems: tuple[Problem, ...]
    part_of: bool
    unread: bool


class _Reading(Struct):
    """One download being read, member by member."""

    taking: Taking
    provider: Provider
    wishes: Wishes
    export: Export
    owners: dict[str, Owner] = field(default_factory=dict)
    names: list[AssetName] = field(default_factory=list)
    manifest: Manifest | None = None
    recognised: list[tuple[str, Recognition]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    passed_over: bool = False
    done: int = 0

    def read(self, claimed: Claimed) -> None:
        """Read every member: who it belongs to first, then records, then files."""
        order = {Use.ACCOUNTS: 0, Use.MANIFEST: 1, Use.ASSET: 3}
        members = sorted(claimed.members, key=lambda each: order.get(each[1].use, 2))
        self.recognised = [(member.name, found) for member, found in claimed.members]
        self.unread = unread_conversations(claimed)
        self.problems += [Problem(name, CONVERSATIONS_UNREAD) for name in self.unread]
        for member, found in members:
            if found.use is not Use.ACCOUNTS and self.taking.forgets(self.owners, self.wishes.account):
                self.taking.forget_all = True
            try:
                self._read_member(member, found)
            except Incomplete:
                if not self.wishes.rescue:
                    raise
                self.problems.append(Problem(member.name, RESCUED))

    def _read_member(self, member: Member, found: Recognition) -> None:
        match found.use:
            case Use.RECORDS:
                self._read_records(member, found)
            case Use.RECORD:
                self._read_record(member, found)
            case Use.ACCOUNTS:
                for owner in self.provider.accounts(self._value(member)):
                    self.owners[owner.account] = owner
            case Use.MANIFEST:
                self.manifest = self.provider.manifest(self._value(member))
            case Use.ASSET_NAMES:
                self.names += self.provider.asset_names(self._value(member))
            case Use.ASSET:
                self._keep(member, self.provider.asset_id(member.name))
            case Use.IGNORED:
                pass

    def _read_records(self, member: Member, found: Recognition) -> None:
        """Split the records off, one at a time; those seen before are recognised and skipped."""
        splitter = Splitter(
            self._chunks(member),
            Known(self.taking.beginnings, self.taking.hashes),
            array=found.array,
            body=found.body,
            in_rows=lambda: self.taking.reworded,
            place=member.name,
        )
        try:
            for each in splitter:
                if isinstance(each, Piece):
                    self.taking.take(each, found)
                else:
                    self.taking.take_all(each, found)
        finally:
            self.problems += splitter.problems
        if splitter.passed_over:
            self.passed_over |= found.kind == CONVERSATION
            self._keep(member)

    def _read_record(self, member: Member, found: Recognition) -> None:
        """A member that is one record; one that nobody understands may hold chats, and goes by its name."""
        raw = self._whole(member)
        if found.kind != OTHER:
            self.taking.keep_whole(raw, found)
            return
        if member.name not in self.unread and _OF_CHATS.search(raw):
            self.unread.append(member.name)
            self.problems.append(Problem(member.name, CONVERSATIONS_UNREAD))
        self.taking.keep_whole(raw, found, name=member.name.rpartition("/")[2])

    def _keep(self, member: Member, ref: str = "") -> None:
        """Keep a member as a file."""
        if not self.taking.forget_all:
            self.taking.keep_asset(member.name, ref, member.size, member.crc, lambda: self._chunks(member))

    def _chunks(self, member: Member) -> Iterator[bytes]:
        for chunk in member.chunks():
            self.done += len(chunk)
            self.wishes.progress("importing", self.done, self.export.expands_to)
            yield chunk

    def _whole(self, member: Member) -> bytes:
        """A member's bytes, without the mark and space around its JSON."""
        parts = []
        size = 0
        for chunk in self._chunks(member):
            size += len(chunk)
            if size > _LARGEST_SINGLE:
                raise ExportError(
                    _("A single record is larger than 1 GiB; it was not read."), place=member.name
                )
            parts.append(chunk)
        return b"".join(parts).removeprefix(b"\xef\xbb\xbf").strip(b" \t\r\n")

    def _value(self, member: Member) -> Any:
        parsed = canonical.parse(self._whole(member))
        if not parsed.readable:
            self.problems.append(Problem(member.name, NAMES_UNREADABLE))
        return parsed.value

    def coverage(self) -> Coverage:
        """How much of the account this download holds; one of which something could not be read vouches for nothing."""
        found = self.provider.coverage(self.recognised, self.manifest)
        return replace(found, vouches=False) if self.wishes.rescue or self.left_out() else found

    def left_out(self) -> bool:
        """Whether the download holds chats that the archive does not know by their ids."""
        return bool(self.unread) or self.passed_over or self.taking.nameless_chats

    def finish(self, digest: bytes, path: Path) -> int:
        """Commit; the file's number."""
        manifest_only = self.manifest is not None and not self.taking.sightings
        dates = [member.modified for member in self.export.members if member.modified is not None]
        covers = self.coverage()
        talks = any(
            use.use in (Use.RECORDS, Use.RECORD) and use.kind == CONVERSATION for _n, use in self.recognised
        )
        row = FileRow(
            hash=digest,
            size=self.export.size,
            provider=self.provider.NAME,
            reader=self.provider.READER,
            whole=not self.wishes.rescue,
            member_time=max(dates, default=None),
            manifest_time=self.manifest.created if self.manifest else None,
            coverage={
                "vouches": covers.vouches,
                "within_span": covers.within_span,
                "part_of": covers.part_of,
                "left_out": self.left_out(),
                "conversations": talks,
                "seen": list(covers.seen),
                "missing": list(covers.missing),
            },
            lists=self.manifest.files if self.manifest and manifest_only else (),
            problems=self.all_problems(),
            imported=time.time(),
        )
        names = (
            (each.id, each.name, each.message, each.conversation, each.mime, each.size) for each in self.names
        )
        return self.taking.finish(
            row,
            seen=[place_of(path)],
            owners=[(owner.account, owner.hint) for owner in self.owners.values()],
            given=self.wishes.account,
            names=names if not self.taking.forget_all else (),
        )

    def all_problems(self) -> tuple[Problem, ...]:
        """What was odd about the download itself."""
        return tuple(dict.fromkeys((*self.export.problems, *self.problems, *self.taking.problems)))

    def summary(self) -> Summary:
        """What the receipt has to know."""
        names = self.taking.mending.mended + self.taking.assets.mended_names
        mended = tuple(Problem(name, MENDED) for name in names)
        part_of = self.coverage().part_of or self.manifest is not None
        return Summary(self.taking, self.all_problems() + mended, part_of, bool(self.unread))
