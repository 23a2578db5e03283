"""Which of the parents claimed for a node lies lowest, told for all nodes at once.

Claims make a graph, in which whatever leads to a node lies below it. It is walked once upwards, depth first, and each
node gets a rank when the walk leaves it; nodes of a cycle share one and lie at one height. What was left while the
walk was above a node lies above it:

    least      begun        rank of a node
      |-- some --|-- all ------|-- none --->    of these ranks lie above it

Claims in "some" are told by bits: each rank in turn takes over from those above it which of them lie there. That is
one pass over the graph for thousands of them, so the time grows with the claims and not with the ways through them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

Claims = Mapping[str, Sequence[str]]

_BITS = 1 << 28
"""So many are held at a time, which takes 32 MB."""


def lowest(claims: Claims) -> dict[str, str]:
    """For each node with several claimed parents the first of them that does not lie above another."""
    several = {node: parents for node, parents in claims.items() if len(parents) > 1}
    later_first = reversed(several.items())  # a walk from far below takes in more, and leaves less unclear
    ranking = Ranking(claims, (each for node, parents in later_first for each in parents if each != node))
    ranks = ranking.ranks
    asked = {node: {ranks[each] for each in several[node] if each != node} for node in several}
    higher = {node: ranking.higher(together) for node, together in asked.items()}
    unclear = {node: rest for node, together in asked.items() if (rest := ranking.unclear(together))}
    for node, rank in _found_above(claims, ranks, asked, unclear):
        higher[node].add(rank)
    return {
        node: next(each for each in parents if each != node and ranks[each] not in higher[node])
        for node, parents in several.items()
        if asked[node]
    }


def _found_above(
    claims: Claims,
    ranks: Mapping[str, int],
    asked: Mapping[str, set[int]],
    unclear: Mapping[str, set[int]],
) -> Iterator[tuple[str, int]]:
    """Of the unclear ranks those that lie above another that is asked for together with them."""
    wanted = sorted({rank for together in unclear.values() for rank in together})
    width = max(1, _BITS // max(1, len(ranks)))
    for first in range(0, len(wanted), width):
        own = {rank: 1 << place for place, rank in enumerate(wanted[first : first + width])}
        reached = _reached(claims, ranks, own)
        for node, together in unclear.items():
            if any(rank in own for rank in together):
                above = 0
                for rank in asked[node]:
                    above |= reached[rank] ^ own.get(rank, 0)
                yield from ((node, rank) for rank in together if above & own.get(rank, 0))


def _reached(claims: Claims, ranks: Mapping[str, int], own: Mapping[int, int]) -> list[int]:
    """For each rank the bits of those at it and above it."""
    reached: list[int] = []
    for node, rank in ranks.items():
        if rank == len(reached):
            reached.append(own.get(rank, 0))
        for parent in claims.get(node, ()):
            reached[rank] |= reached[ranks[parent]]
    return reached


class Ranking:
    """`ranks` of all nodes at or above some, in ascending order: what lies above another has the lower one.

    The nodes of a cycle have the same. This is Gabow's path-based algorithm for strongly connected components.
    """

    def __init__(self, claims: Claims, nodes: Iterable[str]) -> None:
        self.ranks: dict[str, int] = {}
        self._begun: list[int] = []
        self._least: list[int] = []
        self._claims = claims
        self._entered: dict[str, int] = {}
        self._unranked: list[str] = []
        self._first_of_cycles: list[int] = []
        for node in nodes:
            if node not in self._entered:
                self._climb(node)

    def higher(self, together: set[int]) -> set[int]:
        """Those of the ranks that are known to lie above another of them."""
        return _above_the_least(together, self._begun)

    def unclear(self, together: set[int]) -> set[int]:
        """Those of the ranks that may lie above another of them, or may not."""
        return _above_the_least(together, self._least) - self.higher(together)

    def _climb(self, node: str) -> None:
        """Rank a node and what lies above it, that first."""
        path = [self._enter(node)]
        while path:
            node, parents, begun = path[-1]
            parent = next(parents, None)
            if parent is None:
                path.pop()
                self._leave(node, begun)
            elif parent not in self._entered:
                path.append(self._enter(parent))
            elif parent not in self.ranks:  # a cycle: all since that parent belong together
                while self._first_of_cycles[-1] > self._entered[parent]:
                    self._first_of_cycles.pop()

    def _enter(self, node: str) -> tuple[str, Iterator[str], int]:
        self._entered[node] = len(self._entered)
        self._first_of_cycles.append(self._entered[node])
        self._unranked.append(node)
        return node, iter(self._claims.get(node, ())), len(self._begun)

    def _leave(self, node: str, begun: int) -> None:
        """Rank a node, and the cycle that was entered by it."""
        if self._first_of_cycles[-1] != self._entered[node]:
            return
        self._first_of_cycles.pop()
        rank = least = len(self._begun)
        while node not in self.ranks:
            member = self._unranked.pop()
            self.ranks[member] = rank
            for parent in self._claims.get(member, ()):
                above = self.ranks.get(parent, rank)
                least = min(least, self._least[above] if above < rank else rank)
        self._begun.append(begun)
        self._least.append(least)


def _above_the_least(together: set[int], bounds: Sequence[int]) -> set[int]:
    """Those of the ranks that lie between another one and its bound."""
    least = max(together, default=0) + 1
    found = set()
    for rank in sorted(together, reverse=True):
        if least <= rank:
            found.add(rank)
        least = min(least, bounds[rank])
    return found
