"""The tree of a conversation's messages, put together from every parent that any export claimed.

A newer export may leave nodes out and tie their children to the grandparent, so one node can have several
claimed parents. The one to show is the claimed parent below which no other claimed parent lies.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from chathold.core.ancestry import lowest

_LONGEST_NUMBER = 18

_NEAR = 64
"""Steps after which parents do not lie close together."""


class Tree:
    """Nodes with claimed parents, newest claim first; nodes with a time entry are messages."""

    def __init__(
        self, claims: Mapping[str, Sequence[str]], times: Mapping[str, float | None], leaf: str
    ) -> None:
        self._claims = claims
        self._times = times
        self._parents: dict[str, str] = {}
        self._above: dict[str, str] = {}
        self._cut: set[str] = set()
        self._claimed_leaf = leaf

    @property
    def leaf(self) -> str:
        """The message shown last: the service's own choice, else the newest leaf ("" without messages)."""
        if self._claimed_leaf in self._times:
            return self._claimed_leaf
        if self._claimed_leaf in self._claims:
            above = self._climb(self._claimed_leaf)
            if above:
                return above
        inner = {parent for node in self._times if (parent := self.parent(node))}
        leaves = [node for node in self._times if node not in inner] or list(self._times)
        return max(leaves, key=self._newness, default="")

    def _newness(self, node: str) -> tuple[float, int, str]:
        """Newest first; among equals the highest number, for services that count their messages."""
        return (
            self._times[node] or 0.0,
            int(node) if node.isdecimal() and len(node) <= _LONGEST_NUMBER else -1,
            node,
        )

    def parent(self, node: str) -> str:
        """The message above: the nearest node up the tree that is one, or "" (also where `order` cut a cycle)."""
        return "" if node in self._cut else self._climb(node)

    def _climb(self, node: str) -> str:
        passed: dict[str, None] = {}
        above = self._best(node)
        while above and above not in self._times and above not in self._above:
            passed[above] = None
            above = self._best(above)
            if above in passed:
                above = ""
        above = self._above.get(above, above)
        self._above.update(dict.fromkeys(passed, above))
        return "" if above == node else above

    def _best(self, node: str) -> str:
        """Of the parents claimed for `node` the lowest in the tree; the newest claim on ties."""
        known = self._parents.get(node)
        if known is not None:
            return known
        claimed = [each for each in self._claims.get(node, ()) if each != node]
        best = claimed[0] if claimed else ""
        if len(claimed) > 1:
            best = self._lowest(node, claimed)
        self._parents[node] = best
        return best

    def _lowest(self, node: str, claimed: Sequence[str]) -> str:
        """The first of the parents claimed for `node` that does not lie above another.

        All climb side by side: claims mostly lie close together, and the one below soon meets the one above. Where
        that takes long, as it does for claims that have nothing to do with each other, it is worked out for all
        nodes at once.
        """
        higher: set[str] = set()
        climbing = {each: self._ancestors(each) for each in claimed}
        steps = 0
        while climbing and len(higher) < len(claimed) - 1:
            steps += len(climbing)
            if steps > _NEAR:
                return self._lowest_of_all[node]
            for each, ancestors in list(climbing.items()):
                met = next(ancestors, None)
                if met is None:
                    del climbing[each]
                elif met in claimed and len(higher) < len(claimed) - 1:
                    higher.add(met)
        return next(each for each in claimed if each not in higher)

    @cached_property
    def _lowest_of_all(self) -> dict[str, str]:
        return lowest(self._claims)

    def _ancestors(self, node: str) -> Iterator[str]:
        """All nodes above, through any claimed edge, nearest first; each once."""
        passed = {node}
        waiting = deque([node])
        while waiting:
            for parent in self._claims.get(waiting.popleft(), ()):
                if parent not in passed:
                    passed.add(parent)
                    waiting.append(parent)
                    yield parent

    def main_branch(self) -> frozenset[str]:
        """The messages that the shown leaf reaches through any claimed edge, and itself."""
        leaf = self.leaf
        if not leaf:
            return frozenset()
        return frozenset((leaf, *(node for node in self._ancestors(leaf) if node in self._times)))

    def order(self) -> list[str]:
        """Every message once, parents before children, siblings by time; a cycle is cut at its oldest."""
        children: dict[str, list[str]] = {}
        for node in self._times:
            children.setdefault(self.parent(node), []).append(node)
        for siblings in children.values():
            siblings.sort(key=self._newness)
        result: dict[str, None] = {}
        self._walk(children.get("", []), children, result)
        for node in sorted(self._times, key=self._newness):
            if node not in result:
                self._cut.add(node)
                self._walk([node], children, result)
        return list(result)

    @staticmethod
    def _walk(roots: list[str], children: Mapping[str, list[str]], result: dict[str, None]) -> None:
        waiting = list(reversed(roots))
        while waiting:
            node = waiting.pop()
            if node not in result:
                result[node] = None
                waiting.extend(reversed(children.get(node, [])))
