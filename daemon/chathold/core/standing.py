"""What the imported files together prove: when each was exported, whose it is, and what is gone.

Pure rules over facts that only accumulate (DESIGN §3, laws 2, 4 and 12). The same facts give the same
answers, in whatever order they came.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import TypeGuard

from msgspec import Struct, field

from chathold.core.absence import Gone, Question, Whole, absences
from chathold.core.file_facts import FileFacts, Numbered, PartSet
from chathold.core.identity import UNKNOWN

_DAY = timedelta(days=1).total_seconds()

LEEWAY = timedelta(days=2).total_seconds()
"""ZIP dates have no time zone and names often no hour: so much later a time inside is still believed."""

_BINDING = timedelta(days=14).total_seconds()
"""A part this far from its manifest's date belongs to another export."""

_COPY = re.compile(r" ?\(\d+\)(?=(\.[^.]*)?$)")


class Standing(Struct, frozen=True):
    """All answers: export times and accounts by file, accounts by record, what is gone, the part sets.

    `vouching` is the newest whole export by "provider/account", `absences` what was asked of exports that lack very
    many chats, or is to be asked, the newest export's last.
    """

    exported: Mapping[int, float | None]
    file_account: Mapping[int, str]
    record_account: Mapping[int, str]
    gone: Mapping[int, Gone]
    sets: tuple[PartSet, ...]
    vouching: Mapping[str, Whole] = field(default_factory=dict)
    absences: tuple[Question, ...] = ()

    @property
    def questions(self) -> tuple[Question, ...]:
        """Those that are open."""
        return tuple(each for each in self.absences if each.open)


def standing(files: Iterable[FileFacts], own_account: Mapping[int, str]) -> Standing:
    """Work out everything from the facts; `own_account` is the account that a record itself names."""
    facts = sorted(files, key=lambda each: each.hash)
    sets = part_sets(facts)
    exported = _export_times(facts, sets)
    file_account = _file_accounts(facts, sets, own_account)
    record_account = _record_accounts(facts, file_account, own_account, exported)
    gone, vouching, asked = absences(facts, sets, exported, file_account, record_account)
    return Standing(exported, file_account, record_account, gone, sets, vouching, tuple(asked))


def plain_name(name: str) -> str:
    """A file name without the number that a browser adds to a second copy."""
    return _COPY.sub("", name)


def part_sets(facts: Sequence[FileFacts]) -> tuple[PartSet, ...]:
    """The files that belong together, by a manifest or by their numbers."""
    return (*(bind(each, facts) for each in facts if each.lists), *_numbered(facts))


def _numbered(facts: Iterable[FileFacts]) -> Iterator[PartSet]:
    """The files of each export that is given in numbered ones. One alone, the first, is as good as any export."""
    found: defaultdict[tuple[str, str], list[tuple[Numbered, FileFacts]]] = defaultdict(list)
    for each in facts:
        if each.numbered is not None:
            found[each.provider, each.numbered.export].append((each.numbered, each))
    for batches in found.values():
        files = {batch.number: file.id for batch, file in sorted(batches, key=lambda each: each[0].number)}
        batch = min(batch for batch, _file in batches)
        numbers = range(max(files) + 1)
        missing = tuple(batch.named(number) for number in numbers if number not in files)
        if missing or len(batches) > 1:
            names = tuple(batch.named(number) for number in numbers)
            ids = frozenset(file.id for _batch, file in batches)
            yield PartSet(files[batch.number], ids, names, missing, (), numbered=True)


def bind(manifest: FileFacts, facts: Iterable[FileFacts]) -> PartSet:
    """Find a manifest's parts: by name, then nearest member date, else the same folder.

    Of several equally near files with different bytes none is chosen: the name is ambiguous.
    """
    files: set[int] = set()
    missing: list[str] = []
    ambiguous: list[str] = []
    candidates = [each for each in facts if each.provider == manifest.provider and not each.lists]
    for name in manifest.lists:
        named = [each for each in candidates if name in {plain_name(known) for known in each.names}]
        nearest = _nearest(manifest, named)
        if len(nearest) == 1:
            files.add(nearest[0].id)
        elif nearest:
            ambiguous.append(name)
        else:
            missing.append(name)
    return PartSet(manifest.id, frozenset(files), manifest.lists, tuple(missing), tuple(ambiguous))


def _nearest(manifest: FileFacts, named: list[FileFacts]) -> list[FileFacts]:
    dated = [each for each in named if each.member_time is not None and manifest.manifest_time is not None]
    if dated:
        distances = {
            each.id: abs((each.member_time or 0.0) - (manifest.manifest_time or 0.0)) for each in dated
        }
        least = min(distances.values())
        return [each for each in dated if distances[each.id] == least and least <= _BINDING]
    return [each for each in named if each.folders & manifest.folders]


def believable(time: float | None, exported: float | None) -> bool:
    """Whether a time inside an export can be true, given when the export was made."""
    return time is not None and (exported is None or time <= exported)


def _export_times(facts: list[FileFacts], sets: tuple[PartSet, ...]) -> dict[int, float | None]:
    """A manifest's date, else that in the name, else the newest member's; never older than what lies inside."""
    bound = defaultdict(list)
    times = {each.id: each.manifest_time for each in facts}
    for part in sets:
        for file in part.files:
            bound[file].append(times[part.manifest])
    result: dict[int, float | None] = {}
    for each in facts:
        manifests = [time for time in (each.manifest_time, *bound[each.id]) if _possible(time, each)]
        evidence = min(manifests, default=None) or _named_time(each)
        if evidence is None:
            result[each.id] = None
            continue
        inside = [
            sight.newest
            for sight in each.sights
            if sight.newest is not None and evidence < sight.newest <= evidence + LEEWAY
        ]
        result[each.id] = max(evidence, *inside) if inside else evidence
    return result


def _possible(time: float | None, file: FileFacts) -> TypeGuard[float]:
    """Whether an export can have been made then: not after it was imported, whatever a wrong clock has written."""
    return time is not None and time <= file.imported + LEEWAY


def _named_time(file: FileFacts) -> float | None:
    """The time in a file's name; where that is a day, the newest member's time on that day; else the member's.

    Two exports that DeepSeek made on one day have one day in their names, and stand in the order of their making.
    """
    named = min((time for time in file.name_times if _possible(time, file)), default=None)
    member = file.member_time if _possible(file.member_time, file) else None
    if named is None:
        return member
    on_that_day = member is not None and named % _DAY == 0 and named <= member < named + _DAY
    return member if on_that_day else named


def _file_accounts(
    facts: list[FileFacts], sets: tuple[PartSet, ...], own_account: Mapping[int, str]
) -> dict[int, str]:
    """The account of each file's records that name none themselves."""
    result: dict[int, str] = {}
    for each in facts:
        group = [
            other
            for part in sets
            if each.id == part.manifest or each.id in part.files
            for other in facts
            if other.id in part.files
        ]
        owners = each.owners or frozenset().union(*(other.owners for other in group))
        named = {own_account[sight.record] for sight in each.sights if sight.record in own_account}
        if len(owners) == 1:
            result[each.id] = next(iter(owners))
        elif each.given:
            result[each.id] = each.given
        elif len(named) == 1:
            result[each.id] = next(iter(named))
    return _linked(facts, result)


def _linked(facts: list[FileFacts], settled: dict[int, str]) -> dict[int, str]:
    """Give unsettled files the one account named among the files they share records with."""
    parent = {each.id: each.id for each in facts}

    def find(file: int) -> int:
        while parent[file] != file:
            parent[file] = parent[parent[file]]
            file = parent[file]
        return file

    holder: dict[int, int] = {}
    for each in facts:
        for sight in each.sights:
            first = holder.setdefault(sight.record, each.id)
            parent[find(each.id)] = find(first)
    named: dict[int, set[str]] = defaultdict(set)
    for file, account in settled.items():
        named[find(file)].add(account)
    result = dict(settled)
    for each in facts:
        accounts = named[find(each.id)]
        if each.id not in result:
            result[each.id] = next(iter(accounts)) if len(accounts) == 1 else UNKNOWN
    return result


def _record_accounts(
    facts: list[FileFacts],
    file_account: Mapping[int, str],
    own_account: Mapping[int, str],
    exported: Mapping[int, float | None],
) -> dict[int, str]:
    """The account a record names, else that of the newest file it is in that has one."""
    result: dict[int, str] = {}
    for each in sorted(facts, key=lambda file: (exported[file.id] or 0.0, file.hash)):
        account = file_account[each.id]
        for sight in each.sights:
            if account != UNKNOWN or sight.record not in result:
                result[sight.record] = account
    return result | {record: account for record, account in own_account.items() if record in result}
