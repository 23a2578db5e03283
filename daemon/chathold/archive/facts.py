"""Facts read as the pure rules of `core.standing` want them, and what these rules answer."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterator

from chathold.archive.reading import provider_of
from chathold.archive.store import Archive
from chathold.core import standing
from chathold.core.file_facts import FileFacts, PartSet, Sight
from chathold.core.standing import Standing


def standing_now(database: sqlite3.Connection) -> Standing:
    """The standing of all files and records, worked out anew."""
    return standing.standing(list(_file_facts(database)), _own_accounts(database))


def part_sets(archive: Archive) -> tuple[PartSet, ...]:
    """Which files belong to which manifest, of those that have been derived."""
    derived = {file for (file,) in archive.database.execute("SELECT file FROM file_state")}
    facts = [each for each in _file_facts(archive.database, sights=False) if each.id in derived]
    facts.sort(key=lambda each: each.hash)
    return standing.part_sets(facts)


def _file_facts(database: sqlite3.Connection, *, sights: bool = True) -> Iterator[FileFacts]:
    """The facts of every file, as the pure rules want them; without `sights` cheaper, and none of records."""
    seen_in = _sights(database) if sights else {}
    seen = defaultdict(list)
    for file, name, folder in database.execute("SELECT file, name, folder FROM seen"):
        seen[file].append((name, folder))
    owners = defaultdict(set)
    for file, account in database.execute("SELECT file, account FROM owner"):
        owners[file].add(account)
    given: dict[int, str] = dict(database.execute("SELECT file, account FROM given"))
    said: dict[int, int] = dict(database.execute("SELECT file, deleted FROM answer")) if sights else {}
    query = (
        "SELECT id, hash, provider, member_time, manifest_time, coverage, lists, whole, imported FROM file"
    )
    for (
        number,
        digest,
        name,
        member_time,
        manifest_time,
        coverage,
        lists,
        whole,
        imported,
    ) in database.execute(query):
        names = [each for each, _folder in seen[number]]
        provider = provider_of(name)
        covers = json.loads(coverage)
        yield FileFacts(
            id=number,
            hash=digest.hex(),
            provider=name,
            names=frozenset(names),
            folders=frozenset(folder for _name, folder in seen[number]),
            manifest_time=manifest_time,
            name_times=tuple(time for each in names if (time := provider.name_time(each)) is not None),
            member_time=member_time,
            vouches=covers["vouches"],
            within_span=covers["within_span"],
            part_of=covers["part_of"],
            conversations=covers["conversations"],
            lists=tuple(json.loads(lists)),
            numbered=min((place for each in names if (place := provider.numbered(each))), default=None),
            read_whole=bool(whole) and not covers.get("left_out"),
            owners=frozenset(owners[number]),
            given=given.get(number, ""),
            deleted=bool(said[number]) if number in said else None,
            imported=imported,
            sights=tuple(seen_in.get(number, ())),
        )


def _sights(database: sqlite3.Connection) -> dict[int, list[Sight]]:
    """The records in every file."""
    sights = defaultdict(list)
    query = (
        "SELECT sighting.file, record, newest, updated, kind = 'conversation' FROM sighting"
        " JOIN form ON form.id = sighting.form JOIN reading ON reading.form = form.id"
        " JOIN record ON record.id = form.record"
    )
    for file, record, newest, updated, talk in database.execute(query):
        inside = max((time for time in (newest, updated) if time is not None), default=None)
        sights[file].append(Sight(record, inside, newest if newest is not None else updated, bool(talk)))
    return sights


def _own_accounts(database: sqlite3.Connection) -> dict[int, str]:
    """The account that each record names itself; the smallest if its forms disagree."""
    query = (
        "SELECT record, min(account) FROM reading JOIN form ON form.id = reading.form"
        " WHERE account != '' GROUP BY record"
    )
    return dict(database.execute(query))
