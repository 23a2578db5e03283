"""The way of a download into the archive (DESIGN §4), in the order in which things happen.

it is whole → a provider claims it → records are split off, one at a time → those seen before are
recognised by hash and skipped → the rest are kept → one visible commit → derived → receipt
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from msgspec.structs import replace

from chathold.archive.assets import may_have
from chathold.archive.deriving import derive, pending
from chathold.archive.naming import account_meant, accounts_named
from chathold.archive.receipts import (
    already_imported,
    before,
    derived,
    provider_of_file,
    receipt,
    recognised,
    see_again,
    seen_anew,
)
from chathold.archive.store import Archive
from chathold.archive.taking import Taking
from chathold.claiming import (
    Claimed,
    account_of,
    claim,
    holds_exports,
    is_one_export,
    may_be_export,
    promises_export,
    without_cut,
)
from chathold.core.collecting import without_collection
from chathold.core.errors import ExportError, Incomplete, NoSpace, NotAnExport
from chathold.core.problem import Problem
from chathold.core.receipt import Outcome, Receipt
from chathold.core.texts import _
from chathold.download import Download, Wishes
from chathold.exports import Export, children, fingerprint, open_export, stamps
from chathold.providers.base import Provider, Use
from chathold.search.indexing import hearing

_USUAL_RATIO = 2
_SPACE_FACTOR = 1.5
_RESERVE = 2 << 20
_DEEPEST = 64
"""Folders in one another below the one that was named; those of an export that is one itself do not count."""


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
    waiting = [(path, 0)]
    while waiting:
        each, depth = waiting.pop()
        if depth and not _is_worth_trying(each):
            continue
        try:
            if os.path.isdir(each) and not _is_one_export(each, depth):  # noqa: PTH112 - `Path.is_dir` may raise
                waiting.extend((child, depth + 1) for child in reversed(children(each)))
            else:
                yield take_one(archive, each, wishes)
        except ExportError as error:
            yield _refused(each, error)


def _is_one_export(folder: Path, depth: int) -> bool:
    """Whether a folder is one export. Raises `ExportError` for one that lies too deep to be looked into."""
    if depth > _DEEPEST:
        raise ExportError(
            _("Folders below this depth were not looked into."),
            place=folder.name,
            advice=_("Import the folder into which the export was unpacked, or the ZIP itself."),
        )
    return is_one_export(folder)


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
    touched = stamps(path)
    digest = fingerprint(path)
    if recognised(archive, digest):
        account = _account_of(archive, wishes, provider_of_file(archive, digest), path)
        new = seen_anew(archive, digest, path, account)
        if new or not derived(archive, digest):
            with archive.writing(waiting=wishes.waiting) as ledger:
                see_again(archive, ledger, new)
                derive(archive)
        return already_imported(archive, digest, path)
    with open_export(path, holds_exports, rescue=wishes.rescue) as export:
        _check_same(export, unchanged=export.is_of(touched))
        claimed = without_cut(claim(export))
        wishes = replace(wishes, account=_account_of(archive, wishes, claimed.provider, path))
        _check_space(archive, claimed)
        with archive.writing(waiting=wishes.waiting) as ledger:
            if recognised(archive, digest):  # another process was quicker
                derive(archive)
                return already_imported(archive, digest, path)
            earlier = before(archive)
            provider = claimed.provider
            taking = Taking(archive, ledger, provider.NAME, provider.strip)
            download = Download(taking, provider, wishes, export)
            download.read(claimed)
            _check_same(export, unchanged=export.unchanged())
            if download.manifest and download.manifest.links:
                wishes.links(digest.hex(), download.manifest.links)
            file = download.finish(digest, path)
            safe = time.process_time() - started
            with hearing(archive) as ear:
                derive(
                    archive,
                    lambda done, total: wishes.progress("reading", done, total),
                    taking.forms,
                    ear,
                )
            archive.checkpoint()
            result = receipt(archive, ledger, file, path, earlier, download.summary())
    spent = {"safe": safe, "indexing": ear.cpu, "total": time.process_time() - started}
    return replace(result, extra={"cpu": {name: round(value, 3) for name, value in spent.items()}})


def _account_of(archive: Archive, wishes: Wishes, provider: Provider, path: Path) -> str:
    """The account that the user named: a known one by any of its names, else one that is new.

    Raises `ExportError` if it is another service's, `UsageError` if several could be meant.
    """
    name = account_of(wishes.account, provider, path.name)
    if name and accounts_named(archive.database, provider.NAME, name):
        return account_meant(archive.database, f"{provider.NAME}/{name}")[1]
    return name


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


def _check_same(export: Export, *, unchanged: bool) -> None:
    """Refuse what is not, from its hashing to its last byte, one and the same file."""
    if not unchanged:
        raise Incomplete(
            _("The file changed while it was read."),
            place=export.path.name,
            advice=_("Wait until the download has finished, then import it again."),
        )
