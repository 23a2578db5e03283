"""The rules by which a download is held to be quiet. No file, no clock and no thread is touched here.

        seen ──▶ settling ──quiet──▶ ripe ──content says so──▶ whole: handed out once
                  ▲   ▲ changed        │
                  │   └────────────────┤
                  └── cut: asked again, at growing intervals, and handed on after a day

`now` is any clock that only goes forward, in seconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import inf
from pathlib import Path

from msgspec import Struct

from chathold.core.texts import _
from chathold.watching.downloads import Fingerprint, Kind, Reason, Sighting, Waiting
from chathold.watching.names import KEEP_SUFFIX

PAUSED_AFTER = 60.0
STALE_AFTER = 3600.0
GIVEN_UP_AFTER = 24 * 3600.0
_LONGEST_INTERVAL = 600.0
_FOLDERS_QUIET = 3
_LIVELY = 600.0


class _Item(Struct):
    """What is known of one path: the last sighting, since when it is so, and since when it is there."""

    sighting: Sighting
    since: float
    first: float
    done: bool = False
    refusals: int = 0
    ask_again: float = -inf


class Settling:
    """The downloads of one folder."""

    def __init__(self) -> None:
        self._items: dict[Path, _Item] = {}
        self._quiet = inf

    def see(self, sightings: Iterable[Sighting], now: float, quiet: float) -> None:
        """Take note of a look, which found exactly these. `quiet` is how long a file has to stay as it is."""
        self._quiet = quiet
        before = self._items
        self._items = {each.path: _seen(before.get(each.path), each, now) for each in sightings}

    def ripe(self, now: float) -> list[Sighting]:
        """What has been quiet for long enough that its content should be asked."""
        return [
            item.sighting
            for item in self._items.values()
            if self._may_ripen(item, now) and self._when(item) <= now
        ]

    def handed(self, path: Path) -> None:
        """It was whole and is done with, until it changes."""
        self._items[path].done = True

    def cut(self, path: Path, now: float) -> None:
        """Its content says that it is not whole."""
        item = self._items[path]
        item.ask_again = now + min(self._quiet * 2**item.refusals, _LONGEST_INTERVAL)
        item.refusals = min(item.refusals + 1, 30)

    def postpone(self, path: Path, now: float) -> None:
        """It changed just now: look once more, later."""
        self._items[path].ask_again = now + self._quiet

    def is_hopeless(self, path: Path, now: float) -> bool:
        """Whether it has been cut, and unchanged, for so long that its owner should be told."""
        return now - self._items[path].since >= GIVEN_UP_AFTER

    def again(self, path: Path) -> Fingerprint | None:
        """Hold it for new, though unchanged; which one it is, if it is there."""
        item = self._items.get(path)
        if item is None:
            return None
        item.done, item.ask_again = False, -inf
        return item.sighting.fingerprint

    def all_again(self) -> list[Fingerprint]:
        """The same of everything that is there."""
        return [found for path in self._items if (found := self.again(path)) is not None]

    def settled_folders(self) -> Mapping[Path, Sighting]:
        """The folders that need no second look while they are outwardly as they were."""
        return {
            path: item.sighting for path, item in self._items.items() if item.done and item.sighting.outside
        }

    def fingerprints(self) -> Iterable[Fingerprint]:
        """Those of all that is done with."""
        return (item.sighting.fingerprint for item in self._items.values() if item.done)

    def next(self, now: float) -> float:
        """When something may become ripe, if nothing changes."""
        items = self._items.values()
        return min((self._when(item) for item in items if self._may_ripen(item, now)), default=inf)

    def is_lively(self, now: float) -> bool:
        """Whether something has moved lately that may become an export."""
        return any(
            item.sighting.promising and not item.done and now - item.since < _LIVELY
            for item in self._items.values()
        )

    def waiting(self, now: float) -> list[Waiting]:
        """What is under way, and why it is not handed out; a file and what is loaded for it count as one."""
        told = {item.sighting.beside for item in self._items.values()}
        return [
            Waiting(path, reason, _(reason.value), now - item.first)
            for path, item in self._items.items()
            if item.sighting.promising and not item.done and path not in told
            for reason in [self._reason(item, now)]
        ]

    def _may_ripen(self, item: _Item, now: float) -> bool:
        return not item.done and self._reason(item, now) in {Reason.SETTLING, Reason.CUT}

    def _reason(self, item: _Item, now: float) -> Reason:
        """Why it is not handed out."""
        seen = item.sighting
        if seen.kind is Kind.UNDER_WAY:
            return _of_loading(item, now)
        if seen.cloud:
            return Reason.CLOUD
        loading = self._items.get(seen.beside) if seen.beside else None
        if loading and (seen.steered or now - loading.since < STALE_AFTER):
            return _of_loading(loading, now) if item.since <= loading.since else _of_loading(item, now)
        if seen.kind is Kind.FILE and not seen.fingerprint.size:
            return Reason.PLACEHOLDER
        return Reason.CUT if item.refusals else Reason.SETTLING

    def _when(self, item: _Item) -> float:
        """When its content should be asked."""
        quiet = self._quiet * (_FOLDERS_QUIET if item.sighting.kind is Kind.FOLDER else 1)
        return max(item.since + quiet, item.ask_again)


class Handed:
    """The fingerprints that were handed out, under whatever name; those not seen for a day are forgotten."""

    def __init__(self) -> None:
        self._seen: dict[Fingerprint, float] = {}

    def __contains__(self, fingerprint: Fingerprint) -> bool:
        return fingerprint in self._seen

    def add(self, fingerprint: Fingerprint, now: float) -> None:
        """It was handed out."""
        self._seen[fingerprint] = now

    def keep(self, fingerprints: Iterable[Fingerprint], now: float) -> None:
        """These are still there."""
        self._seen |= {each: now for each in fingerprints if each in self._seen}

    def forget(self, fingerprint: Fingerprint) -> None:
        """It may be handed out again."""
        self._seen.pop(fingerprint, None)

    def tidy(self, now: float) -> None:
        """Forget those that have not been there for a day."""
        self._seen = {each: seen for each, seen in self._seen.items() if now - seen < GIVEN_UP_AFTER}


def _of_loading(item: _Item, now: float) -> Reason:
    """Why what is still being downloaded is not there yet."""
    still = now - item.since
    if (
        still >= STALE_AFTER
        and item.sighting.path.suffix.lower() == KEEP_SUFFIX
        and item.sighting.fingerprint.size
    ):
        return Reason.KEEP
    return Reason.PAUSED if still >= PAUSED_AFTER else Reason.DOWNLOADING


def _seen(before: _Item | None, sighting: Sighting, now: float) -> _Item:
    """The item after it was seen so."""
    if before is None:
        return _Item(sighting, now, now)
    last = before.sighting
    if last.fingerprint != sighting.fingerprint:
        return _Item(sighting, now, now if before.done else before.first)
    if (last.beside, last.steered, last.cloud) != (sighting.beside, sighting.steered, sighting.cloud):
        before.since = now
    before.sighting = sighting
    return before
