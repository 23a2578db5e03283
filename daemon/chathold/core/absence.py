"""What is gone: conversations that exports lack which are known to be whole (DESIGN §3, law 4).

Absence is not deletion, and one export that lacks very many chats at once is not believed alone: then only the user,
or a later export, can say.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from msgspec import Struct

from chathold.core.file_facts import FileFacts, PartSet
from chathold.core.identity import UNKNOWN

_MASS_SHARE = 5
_MASS_COUNT = 5


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
    """The newest export of an account that is known to be whole: its time, its chats, and when one last spoke in it.

    `oldest` is when the oldest chat in it last spoke, if it may leave out what is older.
    """

    time: float
    chats: int
    newest: float | None
    oldest: float | None = None


class _Vouch(Struct, frozen=True):
    """One export that is known to be whole: its time, and the records and span it shows per account.

    `file` is the one of its files with the smallest hash, `key`; `deleted` as in `FileFacts`, a yes outweighs a no.
    `newest` is when a chat last spoke in it: what other files say of its chats tells nothing of this export.
    """

    time: float
    key: str
    file: int
    deleted: bool | None
    records: frozenset[int]
    newest: float | None
    span: tuple[float, float] | None


def absences(
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
    questions: list[Question] = []
    for (provider, account), records in sorted(by_account.items()):
        if account == UNKNOWN:
            continue
        groups = [
            group
            for group in _whole_exports(facts, sets, provider)
            if any(file_account[each.id] == account or _shows(each, records) for each in group)
        ]
        vouches = _vouches(groups, exported, records)
        missing, lapses = _missing(records, vouches, seen_last, activity)
        gone |= missing
        asked = {
            vouch: Question(
                provider, account, vouch.file, vouch.time, len(vouch.records), known, lacking, vouch.deleted
            )
            for vouch, known, lacking in lapses
        }
        questions += asked.values()
        for vouch in vouches:
            if vouch not in asked or not asked[vouch].doubtful:
                oldest = vouch.span[0] if vouch.span else None
                newest[f"{provider}/{account}"] = Whole(vouch.time, len(vouch.records), vouch.newest, oldest)
    return gone, newest, questions


def _shows(file: FileFacts, records: set[int]) -> bool:
    return any(sight.record in records for sight in file.sights)


def _whole_exports(facts: list[FileFacts], sets: tuple[PartSet, ...], provider: str) -> list[list[FileFacts]]:
    """The groups of files that together are one whole export of this provider."""
    by_id = {each.id: each for each in facts}
    numbered = {file for part in sets if part.numbered for file in part.files}
    groups = [
        [each] for each in facts if each.provider == provider and each.vouches and each.id not in numbered
    ]
    groups += [_whole(part, by_id) for part in sets if by_id[part.manifest].provider == provider]
    return [group for group in groups if group]


def _vouches(
    groups: list[list[FileFacts]],
    exported: Mapping[int, float | None],
    records: set[int],
) -> list[_Vouch]:
    """What whole exports show of one account, oldest first; one of unknown time proves nothing."""
    result = []
    for group in groups:
        times = [time for each in group if (time := exported[each.id]) is not None]
        spoken = _spoken(group, records)
        spans = [time for time in spoken.values() if time]
        within = any(each.within_span for each in group)
        if times and (spans or not within):
            span = (min(spans), max(spans)) if within else None
            first = min(group, key=lambda each: each.hash)
            said = {each.deleted for each in group} - {None}
            deleted = True in said if said else None
            newest = max(spans, default=None)
            result.append(_Vouch(max(times), first.hash, first.id, deleted, frozenset(spoken), newest, span))
    return sorted(result, key=lambda vouch: (vouch.time, vouch.key))


def _spoken(group: list[FileFacts], records: set[int]) -> dict[int, float]:
    """When somebody last spoke in each of the records, as these files show it; 0 where they do not say."""
    found: dict[int, float] = {}
    for each in group:
        for sight in each.sights:
            if sight.record in records:
                found[sight.record] = max(found.get(sight.record, 0.0), sight.activity or 0.0)
    return found


def _whole(part: PartSet, by_id: Mapping[int, FileFacts]) -> list[FileFacts]:
    """The conversation parts of a set that lacks none of them, and of which all was read, else nothing.

    Numbered files all hold conversations; some of them have to name the account, as any whole export does.
    """
    files = [by_id[file] for file in part.files if by_id[file].conversations]
    lacking = [
        name for name in (*part.missing, *part.ambiguous) if part.numbered or name.startswith("conversations")
    ]
    if lacking or not all(each.read_whole for each in files):
        return []
    return files if not part.numbered or any(each.vouches for each in files) else []


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
