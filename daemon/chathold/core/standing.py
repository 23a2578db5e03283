"""What the imported files together prove: when each was exported, whose it is, and what is gone.

Pure rules over facts that only accumulate (DESIGN §3, laws 2, 4 and 12). The same facts give the same
answers, in whatever order they came.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import timedelta

from msgspec import Struct, field

UNKNOWN = "unknown"
"""The account of what nobody has claimed yet."""

_LEEWAY = timedelta(days=2).total_seconds()
"""ZIP dates have no time zone and names often no hour: so much later a time inside is still believed."""

_BINDING = timedelta(days=14).total_seconds()
"""A part this far from its manifest's date belongs to another export."""

_MASS_SHARE = 5
_MASS_COUNT = 5

_COPY = re.compile(r" ?\(\d+\)(?=(\.[^.]*)?$)")


class Sight(Struct, frozen=True):
    """A record in a file: the newest time in it, when somebody last spoke, and whether it is a conversation."""

    record: int
    newest: float | None = None
    activity: float | None = None
    talk: bool = True


class FileFacts(Struct, frozen=True):
    """What one imported file is known to say.

    `names` are all names it was seen under, `folders` where. `manifest_time` is the time of a manifest of
    its own, `name_times` those that the provider's file names carry, `member_time` the newest member's.
    `owners` are the accounts of its users file, `given` the account the user named for it. `lists` are the
    names a manifest asks for. `deleted` is what the user said of the chats that this export lacks all at once:
    that they deleted them there (true), that they did not or are not sure (false).
    """

    id: int
    hash: str
    provider: str
    names: frozenset[str] = frozenset()
    folders: frozenset[str] = frozenset()
    manifest_time: float | None = None
    name_times: tuple[float, ...] = ()
    member_time: float | None = None
    vouches: bool = False
    within_span: bool = False
    part_of: bool = False
    conversations: bool = False
    lists: tuple[str, ...] = ()
    owners: frozenset[str] = frozenset()
    given: str = ""
    deleted: bool | None = None
    sights: tuple[Sight, ...] = ()


class PartSet(Struct, frozen=True):
    """The files that belong to one manifest: found by name, still missing, and which could be meant twice."""

    manifest: int
    files: frozenset[int]
    missing: tuple[str, ...]
    ambiguous: tuple[str, ...]


class Gone(Struct, frozen=True):
    """Since which export a conversation is missing; `confirmed` unless a single export says it of many."""

    since: float
    confirmed: bool


class Question(Struct, frozen=True):
    """What only the user can answer: an export (its time, one of its files) lacks very many chats at once.

    It holds `held` of the `known` chats of the account; of `lacking` nobody else says yet that they are gone.
    `said` is the answer: that they were deleted there (true), or not, or that nobody is sure (false).
    """

    provider: str
    account: str
    file: int
    time: float
    held: int
    known: int
    lacking: int
    said: bool | None = None

    @property
    def open(self) -> bool:
        """Whether it is to be asked."""
        return self.said is None and self.lacking > 0

    @property
    def doubtful(self) -> bool:
        """Whether the export may lack chats that the service still has: it is no whole one, then."""
        return self.said is not True and self.lacking > 0


class Whole(Struct, frozen=True):
    """The newest export of an account that is known to be whole: its time, its chats, and when one last spoke in it."""

    time: float
    chats: int
    newest: float | None


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
    sets = tuple(bind(each, facts) for each in facts if each.lists)
    exported = _export_times(facts, sets)
    file_account = _file_accounts(facts, sets, own_account)
    record_account = _record_accounts(facts, file_account, own_account, exported)
    gone, vouching, absences = _gone(facts, sets, exported, file_account, record_account)
    return Standing(exported, file_account, record_account, gone, sets, vouching, tuple(absences))


def plain_name(name: str) -> str:
    """A file name without the number that a browser adds to a second copy."""
    return _COPY.sub("", name)


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
    return PartSet(manifest.id, frozenset(files), tuple(missing), tuple(ambiguous))


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
    """A manifest's date, else the name's, else the newest member's; never older than what lies inside."""
    bound = defaultdict(list)
    times = {each.id: each.manifest_time for each in facts}
    for part in sets:
        for file in part.files:
            bound[file].append(times[part.manifest])
    result: dict[int, float | None] = {}
    for each in facts:
        manifests = [time for time in (each.manifest_time, *bound[each.id]) if time is not None]
        evidence = min(manifests, default=None) or min(each.name_times, default=None) or each.member_time
        if evidence is None:
            result[each.id] = None
            continue
        inside = [
            sight.newest
            for sight in each.sights
            if sight.newest is not None and evidence < sight.newest <= evidence + _LEEWAY
        ]
        result[each.id] = max(evidence, *inside) if inside else evidence
    return result


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


class _Vouch(Struct, frozen=True):
    """One export that is known to be whole: its time, and the records and span it shows per account.

    `file` is the one of its files with the smallest hash, `key`; `deleted` as in `FileFacts`, a yes outweighs a no.
    """

    time: float
    key: str
    file: int
    deleted: bool | None
    records: frozenset[int]
    span: tuple[float, float] | None


def _gone(
    facts: list[FileFacts],
    sets: tuple[PartSet, ...],
    exported: Mapping[int, float | None],
    file_account: Mapping[int, str],
    accounts: Mapping[int, str],
) -> tuple[dict[int, Gone], dict[str, Whole], list[Question]]:
    """The conversations that whole exports lack, the newest whole export of every account, and what is asked.

    A file of unknown time was made after the newest time that stands in it.
    """
    seen_last: dict[int, float] = {}
    activity: dict[int, float] = {}
    by_account: dict[tuple[str, str], set[int]] = defaultdict(set)
    for each in facts:
        seen = exported[each.id] or max((sight.newest or 0.0 for sight in each.sights), default=0.0)
        for sight in each.sights:
            if not sight.talk:
                continue
            seen_last[sight.record] = max(seen_last.get(sight.record, 0.0), seen)
            activity[sight.record] = max(activity.get(sight.record, 0.0), sight.activity or 0.0)
            by_account[each.provider, accounts[sight.record]].add(sight.record)
    gone: dict[int, Gone] = {}
    newest: dict[str, Whole] = {}
    absences: list[Question] = []
    for (provider, account), records in sorted(by_account.items()):
        if account == UNKNOWN:
            continue
        groups = [
            group
            for group in _whole_exports(facts, sets, provider)
            if any(file_account[each.id] == account or _shows(each, records) for each in group)
        ]
        vouches = _vouches(groups, exported, records, activity)
        missing, lapses = _missing(records, vouches, seen_last, activity)
        gone |= missing
        asked = {
            vouch: Question(
                provider, account, vouch.file, vouch.time, len(vouch.records), known, lacking, vouch.deleted
            )
            for vouch, known, lacking in lapses
        }
        absences += asked.values()
        for vouch in vouches:
            if vouch not in asked or not asked[vouch].doubtful:
                newest[f"{provider}/{account}"] = _newest_in(vouch, activity)
    return gone, newest, absences


def _newest_in(vouch: _Vouch, activity: Mapping[int, float]) -> Whole:
    spoken = max((activity[record] for record in vouch.records), default=0.0)
    return Whole(vouch.time, len(vouch.records), spoken or None)


def _shows(file: FileFacts, records: set[int]) -> bool:
    return any(sight.record in records for sight in file.sights)


def _whole_exports(facts: list[FileFacts], sets: tuple[PartSet, ...], provider: str) -> list[list[FileFacts]]:
    """The groups of files that together are one whole export of this provider."""
    by_id = {each.id: each for each in facts}
    groups = [[each] for each in facts if each.provider == provider and each.vouches]
    groups += [_whole(part, by_id) for part in sets if by_id[part.manifest].provider == provider]
    return [group for group in groups if group]


def _vouches(
    groups: list[list[FileFacts]],
    exported: Mapping[int, float | None],
    records: set[int],
    activity: Mapping[int, float],
) -> list[_Vouch]:
    """What whole exports show of one account, oldest first; one of unknown time proves nothing."""
    result = []
    for group in groups:
        times = [time for each in group if (time := exported[each.id]) is not None]
        shown = frozenset(sight.record for each in group for sight in each.sights) & records
        spans = [activity[record] for record in shown if activity[record]]
        within = any(each.within_span for each in group)
        if times and (spans or not within):
            span = (min(spans), max(spans)) if within else None
            first = min(group, key=lambda each: each.hash)
            said = {each.deleted for each in group} - {None}
            deleted = True in said if said else None
            result.append(_Vouch(max(times), first.hash, first.id, deleted, shown, span))
    return sorted(result, key=lambda vouch: (vouch.time, vouch.key))


def _whole(part: PartSet, by_id: Mapping[int, FileFacts]) -> list[FileFacts]:
    """The conversation parts of a set that lacks none of them, else nothing."""
    lacking = [name for name in (*part.missing, *part.ambiguous) if name.startswith("conversations")]
    if lacking:
        return []
    return [by_id[file] for file in part.files if by_id[file].conversations]


def _missing(
    records: set[int],
    vouches: list[_Vouch],
    seen_last: Mapping[int, float],
    activity: Mapping[int, float],
) -> tuple[dict[int, Gone], list[tuple[_Vouch, int, int]]]:
    """Walk the whole exports from old to new; one that lacks very many at once is not believed alone.

    Those come with how many were known then, and how many are in doubt still. An export without any chat would agree
    with everything, so it confirms nothing.
    """
    gone: dict[int, Gone] = {}
    lapses: list[tuple[_Vouch, int, set[int]]] = []
    for vouch in vouches:
        there = {record for record in records if record not in gone or not gone[record].confirmed}
        lacking = {
            record
            for record in there - vouch.records
            if seen_last[record] < vouch.time and _in_span(activity[record], vouch.span)
        }
        fresh = {record for record in lacking if record not in gone}
        known = [record for record in there if record not in gone]
        empty = not vouch.records and len(fresh) < len(lacking)
        many = empty or (len(fresh) > _MASS_COUNT and len(fresh) * _MASS_SHARE > len(known))
        for record in lacking - fresh:
            if not empty or vouch.deleted is True:
                gone[record] = Gone(gone[record].since, confirmed=True)
        for record in fresh:
            gone[record] = Gone(vouch.time, confirmed=not many or vouch.deleted is True)
        if many:
            lapses.append((vouch, len(there if empty else known), lacking if empty else fresh))
    return gone, [
        (vouch, known, sum(not gone[each].confirmed for each in lacking)) for vouch, known, lacking in lapses
    ]


def _in_span(time: float, span: tuple[float, float] | None) -> bool:
    return span is None or span[0] <= time <= span[1]
