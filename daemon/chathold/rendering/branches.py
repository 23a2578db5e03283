"""Which messages of a tree are read, one after another, and where another branch could be read instead.

Pure, over the messages as `show` gives them: parents first, siblings by time. It bears what such a list should
not have: several roots, parents that are missing, cycles.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

Json = dict[str, Any]


class Step(Struct, frozen=True):
    """One message that is read. `siblings` are the ids one can read here, oldest first, this one among them."""

    message: Json
    siblings: tuple[str, ...]

    @property
    def forks(self) -> bool:
        """Whether there is another branch here."""
        return len(self.siblings) > 1

    @property
    def place(self) -> int:
        """Which of the siblings this is, from 1."""
        return self.siblings.index(self.message["id"]) + 1


class Branches:
    """The tree of one conversation. Building it, and each path, takes time in proportion to its messages."""

    def __init__(self, messages: Sequence[Json]) -> None:
        self._messages = {each["id"]: each for each in messages}
        self._children: dict[str, list[str]] = {}
        for each in self._messages.values():
            self._children.setdefault(self._parent(each["id"]), []).append(each["id"])

    def _parent(self, node: str) -> str:
        """The message above; "" for a root, and for one whose parent is not there."""
        parent = self._messages[node]["parent"] or ""
        return parent if parent in self._messages and parent != node else ""

    def path(self, chosen: str = "") -> list[Step]:
        """The messages from the first to the last on the main branch, or on the one that `chosen` is on.

        Below `chosen`, where that is not on the main branch, the newest answer is followed. An id that is
        not there means the main branch. A document's sections are all read, in their order.
        """
        main = [node for node, each in self._messages.items() if each["on_main_branch"]]
        if any(each["role"] == "document" for each in self._messages.values()):
            return [Step(each, (node,)) for node, each in self._messages.items()]
        if chosen in self._messages and not self._messages[chosen]["on_main_branch"]:
            return self._steps(self._through(chosen))
        return self._steps(main or self._through(next(reversed(self._messages), "")))

    def others(self) -> list[list[Json]]:
        """The messages that the main path lacks, as branches: each a run from where it forks off to its end.

        A branch begins below the message that is the parent of its first; every message is in just one.
        """
        shown = {step.message["id"] for step in self.path()}
        left = {node for node in self._messages if node not in shown}
        found = []
        for first in self._messages:
            run, node = [], first
            while node in left:
                left.discard(node)
                run.append(self._messages[node])
                node = next((each for each in reversed(self._children.get(node, [])) if each in left), "")
            if run:
                found.append(run)
        return found

    def _through(self, node: str) -> list[str]:
        """The ids from the root down to this message, and on to a leaf."""
        above: dict[str, None] = {}
        while node and node not in above:
            above[node] = None
            node = self._parent(node)
        way = dict.fromkeys(reversed(above))
        node = next(iter(above), "")
        while node:
            node = next((each for each in reversed(self._children.get(node, [])) if each not in way), "")
            if node:
                way[node] = None
        return list(way)

    def _steps(self, way: Sequence[str]) -> list[Step]:
        shown = frozenset(way)
        forking = {parent for parent, nodes in self._children.items() if not shown.issuperset(nodes)}
        steps = []
        for node in way:
            parent = self._parent(node)
            alike = self._children[parent] if parent in forking else [node]
            siblings = tuple(each for each in alike if each == node or each not in shown)
            steps.append(Step(self._messages[node], siblings))
        return steps
