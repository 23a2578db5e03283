"""What is to be told, gathered until somebody sees it: what is said of the same thing adds up.

Facts are kept, not words: they are put into words when they are shown. They hold counts, providers and accounts;
of what was not imported also our own words, which name no file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Any

from msgspec.structs import replace

from chathold.configuration import Settings
from chathold.daemon.telling import Event, Kind
from chathold.state import State, Unseen

Facts = dict[str, Any]

_NEWS = ("new", "updated", "documents")


class Topic(StrEnum):
    """What a notice is about."""

    WELCOME = "welcome"
    IMPORTED = "imported"
    PARTS = "parts"
    ATTENTION = "attention"


def is_wanted(topic: Topic, settings: Settings) -> bool:
    """Whether the settings want notices of this."""
    said = settings.notices
    return {Topic.IMPORTED: said.imported, Topic.PARTS: said.parts, Topic.ATTENTION: said.attention}.get(
        topic, True
    )


class Gathering:
    """Notes events in the state until they are shown. Times are Unix seconds, `day` is a local date (ISO)."""

    def __init__(self, state: State) -> None:
        self._state = state

    def note(self, event: Event, now: float, day: str) -> bool:
        """Note an event; whether there is something to show."""
        match event.kind:
            case Kind.IMPORTED if event.receipt:
                return self._imported(event.receipt, now, chosen=event.chosen)
            case Kind.PARTS_MISSING if event.receipt:
                return self._parts(event.receipt, now)
            case Kind.FAILED | Kind.TROUBLE:
                return self._attention(event, now, day)
            case _:
                return False

    def welcome(self, now: float) -> None:
        """Have the first notice of all shown."""
        self._state.notices.put(Unseen(Topic.WELCOME.value, "", {}, now))

    def waiting(self, settings: Settings, day: str) -> dict[Topic, list[Unseen]]:
        """What is to be shown, by topic; what was about to be shown today, and may have been, waits for tomorrow."""
        found: dict[Topic, list[Unseen]] = {}
        unwanted = []
        for each in self._state.notices.unseen():
            topic = Topic(each.kind)
            if not is_wanted(topic, settings):
                unwanted.append(each)
            elif each.day < day:
                found.setdefault(topic, []).append(each)
        if unwanted:
            self._state.notices.drop(unwanted)
        return found

    def _imported(self, receipt: Facts, now: float, *, chosen: bool) -> bool:
        match receipt:
            case {"outcome": "already_imported"} if not chosen:
                return False
            case {"provider": str(provider), "account": account, "conversations": dict(counts)}:
                facts = {
                    "provider": provider,
                    "account": account or "",
                    "exports": 1,
                    "new": counts["new"],
                    "updated": counts["updated"],
                    "documents": receipt["documents"]["new"],
                    "newest": receipt["covers"]["newest"],
                }
                if receipt["parts"]["missing"] and not chosen and not any(facts[each] for each in _NEWS):
                    return False  # a list of files: of those that are missing another notice tells
            case _:
                return False
        target = f"{provider}/{account}"
        if not receipt["parts"]["missing"]:
            self._state.notices.drop(self._of(Topic.PARTS, target))
        self._add(Topic.IMPORTED, target, facts, now, ("exports", *_NEWS))
        return True

    def _parts(self, receipt: Facts, now: float) -> bool:
        parts = receipt["parts"]
        target = f"{receipt['provider']}/{receipt['account']}"
        facts = {
            "provider": receipt["provider"],
            "account": receipt["account"] or "",
            "here": len(parts["seen"]),
            "missing": len(parts["missing"]),
            "within": receipt.get("parts_within", False),
        }
        self._add(Topic.PARTS, target, facts, now, ())
        return True

    def _attention(self, event: Event, now: float, day: str) -> bool:
        """Once per cause and day; while nobody has seen it, more of the same are counted."""
        cause = event.cause or event.words
        first = self._state.downloads.tell_once(f"notice of {cause}", [""], day)
        known = list(self._of(Topic.ATTENTION, cause))
        if not first and not known and not event.chosen:
            return False
        facts = {"count": 1, "words": event.words}
        self._add(Topic.ATTENTION, cause, facts, now, ("count",))
        return True

    def _add(self, topic: Topic, target: str, facts: Facts, now: float, sums: Iterable[str]) -> None:
        """Put facts to those that nobody has seen. Not to be called while these are about to be shown."""
        for known in self._of(topic, target):
            facts = facts | {name: facts[name] + known.facts.get(name, 0) for name in sums}
            now = known.since
        self._state.notices.put(Unseen(topic.value, target, facts, now))

    def _of(self, topic: Topic, target: str) -> Iterator[Unseen]:
        return (each for each in self._state.notices.unseen() if (each.kind, each.target) == (topic, target))

    def claim(self, notices: Iterable[Unseen], day: str) -> list[Unseen]:
        """Note that these are about to be shown."""
        claimed = [replace(each, day=day) for each in notices]
        self._state.notices.claim(claimed, day)
        return claimed

    def shown(self, notices: Iterable[Unseen]) -> None:
        """They are on the desktop."""
        self._state.notices.drop(notices)

    def not_shown(self, notices: Iterable[Unseen]) -> None:
        """Nobody took them."""
        self._state.notices.release(notices)
