"""When each account was last exported, for the reminders: by exports that are not known to be partial."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from chathold.archive.asking import doubtful_files
from chathold.archive.store import Archive
from chathold.archive.waiting import part_sets_of
from chathold.core.identity import UNKNOWN


class LastExport(Struct, frozen=True):
    """An account, as people know it, and its last export. Times are Unix seconds in UTC.

    `signed_in_as` is the masked hint of its mail address or number, empty if no export names one. `exported` is
    the export's own date; where it carries none, that of the newest chat; none if there is no such, either.
    `imported` is when it was added here, 0 if none ever was: no export is truly younger than that. `dated`: the date
    is the export's own.
    """

    provider: str
    account: str
    label: str
    signed_in_as: str = ""
    exported: float | None = None
    imported: float = 0.0
    dated: bool = False


class _File(Struct, frozen=True):
    """An imported file of an account, its date if any is known, and whether something is known to be missing."""

    exported: float | None
    imported: float
    partial: bool
    dated: bool


def last_exports(archive: Archive, known: Iterable[dict[str, Any]]) -> list[LastExport]:
    """The last export of each account in `known`, which is what `summary.accounts` says.

    Of an account with nothing but partial exports it is the oldest: that many days has no whole one come.
    What belongs to nobody known counts only where its provider has no account that is known.
    """
    files = _files(archive)
    hints = dict(archive.database.execute("SELECT account, max(hint) FROM owner GROUP BY account").fetchall())
    accounts = list(known)
    named = {each["provider"] for each in accounts if each["account"] != UNKNOWN}
    result = []
    for each in accounts:
        provider, account = each["provider"], each["account"]
        if account == UNKNOWN and provider in named:
            continue
        last = _last(files[provider, account])
        result.append(
            LastExport(
                provider,
                account,
                each["label"],
                hints.get(account) or "",
                last.exported if last else None,
                last.imported if last else 0.0,
                last.dated if last else False,
            )
        )
    return result


def _last(files: list[_File]) -> _File | None:
    """The last whole file; one without a date only where no other is."""
    whole = [each for each in files if not each.partial]
    if whole:
        return max(whole, key=lambda each: (each.exported is not None, each.exported or 0.0, each.imported))
    return min(
        files, key=lambda each: (each.exported is None, each.exported or 0.0, each.imported), default=None
    )


def _files(archive: Archive) -> defaultdict[tuple[str, str], list[_File]]:
    """The files of each account, by their own date, else that of the account's newest chat."""
    database = archive.database
    waiting = {
        file for part in part_sets_of(archive) if part.missing for file in (part.manifest, *part.files)
    }
    query = "SELECT provider, account, max(updated) FROM state JOIN record ON record.id = state.record"
    newest = {
        (provider, account): updated
        for provider, account, updated in database.execute(f"{query} GROUP BY provider, account")
    }
    doubtful = doubtful_files(archive)
    result: defaultdict[tuple[str, str], list[_File]] = defaultdict(list)
    query = (
        "SELECT file.id, provider, account, exported, imported, whole, coverage FROM file_state"
        " JOIN file ON file.id = file_state.file"
    )
    for file, provider, account, exported, imported, whole, coverage in database.execute(query):
        date = exported if exported is not None else newest.get((provider, account))
        partial = not whole or file in waiting or file in doubtful or bool(json.loads(coverage)["missing"])
        result[provider, account].append(_File(date, imported, partial, exported is not None))
    return result
