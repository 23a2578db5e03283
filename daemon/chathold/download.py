"""One download, read member by member into the archive: records, files, and whom they belong to."""

from __future__ import annotations

import contextlib
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from chathold.archive.receipts import place_of
from chathold.archive.taking import FileRow, Taking
from chathold.claiming import Claimed, nobodys_files, unread_conversations
from chathold.core import canonical
from chathold.core.errors import ExportError, Incomplete
from chathold.core.identity import CONVERSATION, OTHER
from chathold.core.problem import Problem
from chathold.core.standing import LEEWAY
from chathold.core.texts import N_, _
from chathold.exports import Export, Member
from chathold.exports.splitting import Known, Piece, Splitter
from chathold.providers.base import AssetName, Coverage, Manifest, Owner, Provider, Recognition, Use
from chathold.providers.notes import NOT_UNDERSTOOD

RESCUED = N_("This file is cut; what was whole in it was rescued.")
MENDED = N_("What was stored of this was damaged; it has been put right from this file.")
NAMES_UNREADABLE = N_("This list cannot be read; nothing was taken from it.")
CONVERSATIONS_UNREAD = N_("The chats in this file could not be read; it is kept as it is.")
NO_LIST = N_("No list of chats is in this export. They may be in this file, which is kept as it is.")
IN_THE_FUTURE = N_(
    "Its date lies in the future: some clock was wrong. When this export was made is not known by it."
)
_OF_CHATS = re.compile(
    rb'"(?:mapping|chat_messages|fragments|sender)"\s*:|"(?:role|author)"\s*:\s*(?:"(?:user|human|assistant)"|\{)'
)
"""In a file that nobody understands, this tells of chats."""

_LARGEST_SINGLE = 1 << 30
_LARGEST_LIST = 64 << 20
"""Lists of accounts, files and names are held whole, with all that is in them."""


class Wishes(Struct, frozen=True):
    """What the caller of an import asks for: an account, rescuing, and how to be told of progress.

    `links` is handed the SHA-256 of a manifest in hex and its private links, which the archive does not keep.
    """

    account: str = ""
    rescue: bool = False
    progress: Callable[[str, int, int], None] = lambda _stage, _done, _total: None
    waiting: Callable[[], None] = lambda: None
    links: Callable[[str, tuple[tuple[str, str], ...]], None] = lambda _manifest, _links: None


class _TooLarge(ExportError):
    """A member has more bytes than can be held."""


class Summary(Struct):
    """What a receipt needs to know of how a download was read."""

    taking: Taking
    problems: tuple[Problem, ...]
    part_of: bool
    unread: bool


def _base(name: str) -> str:
    return name.rpartition("/")[2]


class Download(Struct):
    """One download being read.

    `unread` are members of chats that nobody could read; `passed_over`: something else was not read that may hold some.
    """

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
    _bases: Counter[str] = field(default_factory=Counter)

    def read(self, claimed: Claimed) -> None:
        """Read every member: who it belongs to first, then records, then files."""
        order = {Use.ACCOUNTS: 0, Use.MANIFEST: 1, Use.ASSET: 3}
        members = sorted(claimed.members, key=lambda each: order.get(each[1].use, 2))
        self.recognised = [(member.name, found) for member, found in claimed.members]
        self._note_strange(claimed)
        for member, found in members:
            if found.use is not Use.ACCOUNTS and self.taking.forgets(self.owners, self.wishes.account):
                self.taking.forget_all = True
            try:
                self._read_member(member, found)
            except Incomplete:
                if not self.wishes.rescue:
                    raise
                self.problems.append(Problem(member.name, RESCUED))
        if not (self._has_chats() or self.unread or self.coverage().part_of or self.manifest):
            self._note_doubtful(claimed)

    def _note_strange(self, claimed: Claimed) -> None:
        """Tell of members that hold chats and cannot be read, and of files where the service puts none."""
        self.unread = unread_conversations(claimed)
        self.problems += [Problem(name, CONVERSATIONS_UNREAD) for name in self.unread]
        if claimed.lacks_chats and not self.unread:
            self._note_doubtful(claimed)
        others = [(member.name, found.use) for member, found in claimed.members if found.kind == OTHER]
        strange = [name for name, use in others if use is Use.ASSET]
        self.problems += [Problem(name, NOT_UNDERSTOOD) for name in strange if name not in self.unread]
        self.passed_over |= bool(strange)
        self._bases = Counter(_base(name) for name, _use in others)

    def _has_chats(self) -> bool:
        """Whether any chat was found, were it one that is to be forgotten."""
        chats = self.taking.counts[True]
        return bool(chats.found or chats.forgotten) or self.taking.forget_all

    def _note_doubtful(self, claimed: Claimed) -> None:
        """Without any chat, files of which nothing is known may hold them."""
        self.unread = nobodys_files(claimed)
        self.problems += [Problem(name, NO_LIST) for name in self.unread]

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
        base = _base(member.name)
        self.taking.keep_whole(raw, found, name=base if self._bases[base] == 1 else member.name)

    def _keep(self, member: Member, ref: str = "") -> None:
        """Keep a member as a file."""
        if not self.taking.forget_all:
            self.taking.keep_asset(member.name, ref, member.size, member.crc, lambda: self._chunks(member))

    def _chunks(self, member: Member) -> Iterator[bytes]:
        for chunk in member.chunks():
            self.done += len(chunk)
            self.wishes.progress("importing", self.done, self.export.expands_to)
            yield chunk

    def _whole(self, member: Member, most: int = _LARGEST_SINGLE) -> bytes:
        """A member's bytes, without the mark and space around its JSON. Raises `_TooLarge` if there are more."""
        parts = []
        size = 0
        for chunk in self._chunks(member):
            size += len(chunk)
            if size > most:
                raise _TooLarge(
                    _("A single record is larger than 1 GiB; it was not read."), place=member.name
                )
            parts.append(chunk)
        return b"".join(parts).removeprefix(b"\xef\xbb\xbf").strip(b" \t\r\n")

    def _value(self, member: Member) -> Any:
        """What a list of accounts, files or names holds; none, and a problem, if that cannot be read."""
        with contextlib.suppress(_TooLarge):
            parsed = canonical.parse(self._whole(member, _LARGEST_LIST))
            if parsed.readable:
                return parsed.value
        self.problems.append(Problem(member.name, NAMES_UNREADABLE))
        return None

    def coverage(self) -> Coverage:
        """How much of the account this download holds; one of which something could not be read vouches for nothing."""
        found = self.provider.coverage(self.recognised, self.manifest)
        return replace(found, vouches=False) if self.wishes.rescue or self.left_out() else found

    def left_out(self) -> bool:
        """Whether the download holds chats that the archive does not know by their ids."""
        return bool(self.unread) or self.passed_over or self.taking.nameless_chats

    def finish(self, digest: bytes, path: Path) -> int:
        """Commit; the file's number."""
        now = time.time()
        self._check_dates(path, now)
        manifest_only = self.manifest is not None and not self.taking.sightings
        dates = [member.modified for member in self.export.members if member.modified is not None]
        covers = self.coverage()
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
                "conversations": any(found.of_chats for _name, found in self.recognised),
                "seen": list(covers.seen),
                "missing": list(covers.missing),
            },
            lists=self.manifest.files if self.manifest and manifest_only else (),
            problems=self.all_problems(),
            imported=now,
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

    def _check_dates(self, path: Path, now: float) -> None:
        """Tell of a date that lies in the future: it is not believed."""
        dates = [member.modified for member in self.export.members]
        dates += [self.manifest.created if self.manifest else None, self.provider.name_time(path.name)]
        if any(date is not None and date > now + LEEWAY for date in dates):
            self.problems.append(Problem(path.name, IN_THE_FUTURE))

    def all_problems(self) -> tuple[Problem, ...]:
        """What was odd about the download itself."""
        return tuple(dict.fromkeys((*self.export.problems, *self.problems, *self.taking.problems)))

    def summary(self) -> Summary:
        """What the receipt has to know."""
        names = self.taking.mending.mended + self.taking.assets.mended_names
        mended = tuple(Problem(name, MENDED) for name in names)
        part_of = self.coverage().part_of or self.manifest is not None
        return Summary(self.taking, self.all_problems() + mended, part_of, bool(self.unread))
