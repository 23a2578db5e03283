"""`check`: what a person wants to know before deleting chats at the service.

Everything is read back at this moment. The verdict is never a bare "safe": all that this export contains is
here; or here except something named; or not yet.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from chathold.archive import blobs, summary, undelivered
from chathold.archive.facts import part_sets, standing_now
from chathold.archive.folder import DATABASE
from chathold.archive.naming import accounts_named
from chathold.archive.reading import provider_of
from chathold.archive.store import Archive
from chathold.archive.verifying import asset_problem
from chathold.core.errors import ArchiveError
from chathold.core.file_facts import PartSet
from chathold.core.problem import NOT_SHOWN
from chathold.core.standing import Standing
from chathold.core.texts import _
from chathold.filesystems import is_there, on_same_disk

Json = dict[str, Any]
Progress = Callable[[int, int], None]

ALL_HERE, EXCEPT, NOT_YET = "all_here", "here_except", "not_yet"

_LISTED = 50


def check(archive: Archive, provider: str, account: str, progress: Progress | None = None) -> list[Json]:
    """One answer for every account that is named. Use inside `Archive.writing`, with nothing pending."""
    named = accounts_named(archive.database, provider, account)
    return [
        _check_account(archive, each, progress)
        for each in summary.accounts(archive)
        if (each["provider"], each["account"]) in named
    ]


def _check_account(archive: Archive, account: Json, progress: Progress | None) -> Json:
    mine = (account["provider"], account["account"])
    damaged = _read_back(archive, mine, progress)
    waiting = _missing_parts(archive, mine)
    missing = undelivered.of_account(archive, *mine)
    unreadable = _unreadable(archive, mine)
    known = standing_now(archive.database)
    whole = known.vouching.get(f"{mine[0]}/{mine[1]}")
    vouched = whole.time if whole else None
    result = {
        **{name: account[name] for name in ("provider", "account", "label", "conversations", "documents")},
        "last_export": account["last_export"],
        "last_whole_export": summary.moment(vouched),
        "chats_in_it": whole.chats if whole else 0,
        "covered_since": summary.moment(whole.oldest) if whole else None,
        "newest_chat": summary.moment(whole.newest) if whole else account["newest_chat"],
        "read_back": {"at": summary.moment(time.time()), "damaged": damaged},
        "missing_parts": waiting,
        "not_read_whole": summary.moment(_not_read_whole(archive, mine, vouched)),
        "files_left_out": {
            "files": undelivered.how_many(missing),
            "chats": _chats(missing),
            "list": missing[:_LISTED],
        },
        "unreadable": unreadable,
        "unconfirmed_gone": _unconfirmed(archive, mine),
        "doubtful_export": _doubtful(known, mine, vouched),
        "forgotten": _forgotten(archive),
        "never_exported": [
            {"what": _(what), "as_of": as_of} for what, as_of in provider_of(mine[0]).NEVER_EXPORTED
        ],
        "second_copies": copies(archive),
    }
    return result | {"verdict": _verdict(result)}


def _verdict(result: Json) -> str:
    if result["read_back"]["damaged"] or result["missing_parts"] or not result["conversations"]:
        return NOT_YET
    if result["last_whole_export"] is None or result["not_read_whole"] or result["doubtful_export"]:
        return NOT_YET
    if result["files_left_out"]["files"] or result["unreadable"] or result["forgotten"]:
        return EXCEPT
    return ALL_HERE


def _read_back(archive: Archive, mine: tuple[str, str], progress: Progress | None) -> list[str]:
    """Read every record and file of the account; the ones that are damaged."""
    database = archive.database
    rows = database.execute(
        "SELECT form.id, state.id FROM form JOIN state ON state.record = form.record"
        " JOIN record ON record.id = form.record WHERE provider = ? AND account = ?",
        mine,
    ).fetchall()
    damaged = []
    for number, (form, name) in enumerate(rows, 1):
        try:
            blobs.fetch(database, form)
        except ArchiveError:
            damaged.append(name)
        if progress:
            progress(number, len(rows))
    assets = database.execute(
        "SELECT DISTINCT asset FROM asset_member JOIN file ON file.id = asset_member.file"
        " JOIN file_state ON file_state.file = file.id WHERE provider = ? AND account = ?",
        mine,
    ).fetchall()
    damaged += [problem.where for (digest,) in assets if (problem := asset_problem(archive, digest.hex()))]
    return sorted(set(damaged))


def _missing_parts(archive: Archive, mine: tuple[str, str]) -> list[str]:
    """Files of the newest exports that are still to be downloaded."""
    database = archive.database
    sets = {file: part for part in part_sets(archive) for file in _known_by(part)}
    rows = database.execute(
        "SELECT id, coverage FROM file JOIN file_state ON file_state.file = file.id"
        " WHERE provider = ? AND account IN (?, 'unknown')"
        " ORDER BY coalesce(exported, 0) DESC, json_extract(coverage, '$.vouches') DESC, hash",
        mine,
    ).fetchall()
    for file, coverage in rows:
        covers = json.loads(coverage)
        if file in sets:
            return [*sets[file].missing, *sets[file].ambiguous]
        if covers["missing"]:
            return list(covers["missing"])
        if covers["vouches"]:
            return []
    return []


def _known_by(part: PartSet) -> Iterable[int]:
    """The files that tell of a set: its manifest, or each that is numbered."""
    return part.files if part.numbered else (part.manifest,)


def _not_read_whole(archive: Archive, mine: tuple[str, str], vouched: float | None) -> float | None:
    """When the newest export was made of which some chats could not be read; none if a later one is whole."""
    rows = archive.database.execute(
        "SELECT exported, coverage FROM file JOIN file_state ON file_state.file = file.id"
        " WHERE provider = ? AND account = ? AND exported >= ? ORDER BY exported DESC",
        (*mine, vouched or 0.0),
    )
    return next((exported for exported, covers in rows if json.loads(covers).get("left_out")), None)


def _doubtful(known: Standing, mine: tuple[str, str], vouched: float | None) -> Json | None:
    """The newest export that may lack chats which are there still; none if a later one is known to be whole."""
    found = [
        each
        for each in known.absences
        if (each.provider, each.account) == mine and each.doubtful and each.time > (vouched or 0.0)
    ]
    if not found:
        return None
    newest = found[-1]
    return {
        "exported_at": summary.moment(newest.time),
        "held": newest.held,
        "known": newest.known,
        "answered": newest.said is not None,
    }


def _forgotten(archive: Archive) -> bool:
    """Whether chats or documents, of whatever account, stay away because the user had them forgotten."""
    return archive.database.execute("SELECT 1 FROM tombstone LIMIT 1").fetchone() is not None


def _chats(missing: list[Json]) -> int:
    return len({each["conversation"] for each in missing} - {None})


def _unreadable(archive: Archive, mine: tuple[str, str]) -> int:
    """Records that nobody can read, and those of which a form holds more than can be shown."""
    rows = archive.database.execute(
        "SELECT record.id, readable, problems FROM record JOIN form ON form.record = record.id"
        " JOIN sighting ON sighting.form = form.id JOIN file_state ON file_state.file = sighting.file"
        " JOIN reading ON reading.form = form.id"
        " WHERE provider = ? AND file_state.account = ? AND (NOT readable OR problems != '[]')",
        mine,
    )
    return len({record for record, readable, problems in rows if not readable or _hides(problems)})


def _hides(problems: str) -> bool:
    return any(what in NOT_SHOWN for _where, what in json.loads(problems))


def _unconfirmed(archive: Archive, mine: tuple[str, str]) -> int:
    row = archive.database.execute(
        "SELECT count(*) FROM state JOIN record ON record.id = state.record WHERE provider = ? AND account = ?"
        " AND gone_since IS NOT NULL AND NOT gone_confirmed",
        mine,
    ).fetchone()
    return int(row[0])


def copies(archive: Archive) -> list[Json]:
    """Second copies: whether each can be reached now, is newer than the newest import, and on the archive's disk."""
    (newest,) = archive.database.execute("SELECT coalesce(max(imported), 0) FROM file").fetchone()
    rows = archive.database.execute("SELECT folder, made FROM copy ORDER BY made DESC").fetchall()
    return [
        {
            "folder": folder,
            "made": summary.moment(made),
            "reachable": is_there(Path(folder) / DATABASE),
            "current": made >= newest,
            "same_disk": on_same_disk(archive.folder, Path(folder)),
        }
        for folder, made in rows
    ]
