"""The tree of a conversation, put together from every parent that any export claimed."""

from __future__ import annotations

import unittest.mock
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chathold.core import ancestry
from chathold.core import tree as tree_module
from chathold.core.tree import Tree

Claims = Mapping[str, Sequence[str]]
NODES = [str(number) for number in range(8)]
GRAPHS = st.dictionaries(
    st.sampled_from(NODES), st.lists(st.sampled_from(NODES), max_size=3, unique=True), max_size=8
)
DEPTH = 5000


def tree(claims: Claims, messages: str | Sequence[str] = "", leaf: str = "") -> Tree:
    """A tree of these claims, newest first; messages (default: all nodes) are as old as their place in the list."""
    every = {*claims, *(parent for parents in claims.values() for parent in parents)}
    names = list(messages) or sorted(every)
    return Tree(claims, {name: float(place) for place, name in enumerate(names)}, leaf)


@pytest.mark.parametrize(
    ("claims", "parent"),
    [
        ({"c": ["a", "b"], "b": ["a"]}, "b"),
        ({"c": ["b", "a"], "b": ["a"]}, "b"),
        ({"c": ["a", "b"], "b": ["x"], "x": ["y"], "y": ["a"]}, "b"),
        ({"c": ["a", "b"]}, "a"),
        ({"c": ["b", "a"]}, "b"),
        ({"c": ["r", "a", "b"], "a": ["r"], "b": ["a"]}, "b"),
        ({"c": ["r", "a", "b"], "a": ["r"], "b": ["r"]}, "a"),
        ({"c": ["c", "a"]}, "a"),
        ({"c": ["c"]}, ""),
        ({"c": []}, ""),
    ],
    ids=[
        "spliced out by the newer",
        "spliced out by the older",
        "far apart",
        "unrelated: the newest",
        "unrelated, other way round",
        "three in a row",
        "two beside each other",
        "itself is none",
        "only itself",
        "none",
    ],
)
def test_the_parent_is_the_lowest_claim(claims: Claims, parent: str) -> None:
    """Of several claimed parents that one counts below which no other lies; the newest on ties."""
    assert tree(claims).parent("c") == parent


def test_a_parent_is_a_message() -> None:
    """Nodes without a message are passed on the way up; one that nothing leads out of has no parent."""
    claims = {"c": ["h2"], "h2": ["h1"], "h1": ["a"], "d": ["h3"], "h3": ["h4"], "h4": ["h3"], "e": ["gone"]}
    found = tree(claims, "acde")

    assert {node: found.parent(node) for node in "acde"} == {"a": "", "c": "a", "d": "", "e": ""}


def test_what_was_spliced_out_stays_on_the_main_branch() -> None:
    """The tool's messages of an older export lie between question and answer, and on the shown branch."""
    rich = {"call": ["question"], "result": ["call"], "answer": ["result"]}
    slim = {"answer": ["question"]}
    for newer, older in ((slim, rich), (rich, slim)):
        claims = {node: [*newer.get(node, []), *older.get(node, [])] for node in rich}
        found = tree(claims, ["question", "call", "result", "answer"], "answer")

        assert found.order() == ["question", "call", "result", "answer"]
        assert found.parent("answer") == "result"
        assert found.main_branch() == {"question", "call", "result", "answer"}


def test_other_branches_are_not_on_the_main_one() -> None:
    """What the shown leaf does not reach is kept, in order, beside the branch."""
    claims = {"a1": ["q"], "a2": ["q"], "q2": ["a1"]}
    found = tree(claims, ["q", "a1", "a2", "q2"], "q2")

    assert found.main_branch() == {"q", "a1", "q2"}
    assert found.order() == ["q", "a1", "q2", "a2"]


@pytest.mark.parametrize(
    ("leaf", "shown"),
    [("a", "a"), ("", "d"), ("gone", "d"), ("husk", "c")],
    ids=["as the service says", "not said: the newest leaf", "not there", "a node without message"],
)
def test_the_leaf(leaf: str, shown: str) -> None:
    """The service's own choice is shown, else what is nearest to it, else the newest leaf."""
    assert tree({"b": ["a"], "c": ["b"], "d": ["a"], "husk": ["c"]}, "abcd", leaf).leaf == shown


def test_leaves_of_one_time() -> None:
    """Of leaves of one time the highest number is the newest, for services that count their messages."""
    assert Tree({"2": ["1"], "10": ["1"]}, {"1": 5.0, "2": 5.0, "10": 5.0}, "").leaf == "10"
    assert Tree({"2": ["1"], "10": ["1"]}, {"1": None, "2": None, "10": None}, "").leaf == "10"


def test_an_empty_tree() -> None:
    """No messages: no leaf, no branch, no order."""
    found = Tree({"a": ["b"]}, {}, "a")

    assert (found.leaf, found.main_branch(), found.order()) == ("", frozenset(), [])


def test_a_cycle_is_cut_at_its_oldest() -> None:
    """Messages that follow each other in a ring are all there, once, and one of them follows none."""
    found = tree({"a": ["c"], "b": ["a"], "c": ["b"], "d": ["b"]}, "abcd")

    assert found.order() == ["a", "b", "c", "d"]
    assert [found.parent(node) for node in "abcd"] == ["", "a", "b", "b"]
    assert found.main_branch() == {"a", "b", "c", "d"}


@settings(max_examples=150, deadline=None)
@given(GRAPHS, st.sets(st.sampled_from(NODES), min_size=1), st.sampled_from(["", *NODES]))
def test_whatever_is_claimed_makes_a_tree(claims: dict[str, list[str]], names: set[str], leaf: str) -> None:
    """Cycles, orphans, claims without end: every message comes once, after the parent that is told for it."""
    found = Tree(claims, {name: float(int(name) % 3) for name in sorted(names)}, leaf)
    order = found.order()

    assert sorted(order) == sorted(names)
    for place, node in enumerate(order):
        assert not found.parent(node) or found.parent(node) in order[:place]
    assert found.leaf in found.main_branch() <= names


@settings(max_examples=150, deadline=None)
@given(GRAPHS)
def test_no_claim_lies_below_the_parent(claims: dict[str, list[str]]) -> None:
    """In a tree without cycles no claimed parent is a descendant of the one that is told."""
    claims = {node: [each for each in parents if int(each) < int(node)] for node, parents in claims.items()}
    found = Tree(claims, dict.fromkeys(NODES, 0.0), "")
    for node, parents in claims.items():
        assert found.parent(node) in {*parents, ""}
        assert bool(parents) == bool(found.parent(node))
        assert not any(found.parent(node) in _above(claims, each) for each in parents)


def _above(claims: Claims, node: str) -> set[str]:
    """All nodes above, worked out the simple way."""
    above: set[str] = set()
    waiting = list(claims.get(node, []))
    while waiting:
        parent = waiting.pop()
        if parent not in above:
            above.add(parent)
            waiting += claims.get(parent, [])
    return above


class Counting(dict[str, list[str]]):
    """Claims that count how often they are looked at."""

    looks = 0

    def get(self, key: str, default: object = None) -> list[str]:
        """The claims of a node."""
        del default
        self.looks += 1
        return super().get(key, [])


def chain(*, skipping: int = 0) -> Counting:
    """A chain of messages; with `skipping`, each also claims the one so many places up."""
    claims = Counting({"0": []})
    for number in range(1, DEPTH):
        claims[str(number)] = [str(number - 1)]
        if skipping and number > skipping:
            claims[str(number)].insert(0, str(number - 1 - skipping))
    return claims


@pytest.mark.spread(3)
@pytest.mark.parametrize("skipping", [0, 1, 7])
def test_long_chains_are_walked_in_steps_and_few(skipping: int) -> None:
    """Five thousand messages in a row, spliced or not, take neither recursion nor time without end."""
    claims = chain(skipping=skipping)
    found = Tree(claims, {str(number): float(number) for number in range(DEPTH)}, str(DEPTH - 1))

    assert found.order() == [str(number) for number in range(DEPTH)]
    assert len(found.main_branch()) == DEPTH
    assert claims.looks <= 80 * DEPTH


@pytest.mark.spread(3)
@pytest.mark.parametrize("upside_down", [False, True])
def test_claims_in_separate_chains_take_few_steps(upside_down: bool) -> None:  # noqa: FBT001
    """Thousands of messages that claim two parents which have nothing to do with each other: each way is gone once."""
    claims = Counting({"a0": [], "b0": []})
    for number in range(DEPTH):
        claims[f"a{number}"] = [f"a{number - 1}"] if number else []
        claims[f"b{number}"] = [f"b{number - 1}"] if number else []
        claims[f"c{number}"] = [f"a{number}", f"b{DEPTH - 1 - number if upside_down else number}"]
    found = Tree(claims, dict.fromkeys(claims, 0.0), "")

    assert {found.parent(f"c{number}") for number in range(DEPTH)} == {
        f"a{number}" for number in range(DEPTH)
    }
    assert len(found.order()) == 3 * DEPTH
    assert claims.looks <= 80 * DEPTH


def test_claims_far_apart_take_few_steps() -> None:
    """Messages that claim the one above and one near the root: the one above counts, without a climb to the root."""
    claims = Counting({str(number): [str(number // 2), str(number - 1)] for number in range(1, DEPTH)})
    found = Tree(claims, dict.fromkeys([*claims, "0"], 0.0), "")

    assert [found.parent(str(number)) for number in range(1, DEPTH)] == [
        str(number - 1) for number in range(1, DEPTH)
    ]
    assert claims.looks <= 80 * DEPTH


@settings(max_examples=300, deadline=None)
@given(GRAPHS, st.sampled_from([1, 20, ancestry._BITS]))
def test_the_lowest_claim_is_what_the_definition_says(claims: dict[str, list[str]], bits: int) -> None:
    """The first claimed parent with no other below it; those of a cycle lie beside each other."""
    expected = {}
    for node, parents in claims.items():
        others = [each for each in parents if each != node]
        if others and len(parents) > 1:
            above = {each: _above(claims, each) for each in others}
            expected[node] = next(
                each
                for each in others
                if not any(each in above[other] and other not in above[each] for other in others)
            )
    with unittest.mock.patch.object(ancestry, "_BITS", bits):
        assert ancestry.lowest(claims) == expected


@settings(max_examples=150, deadline=None)
@given(GRAPHS)
def test_parents_are_the_same_near_and_far(claims: dict[str, list[str]]) -> None:
    """In a tree without cycles a few steps from the claims tell what a look at all of it tells."""
    claims = {node: [each for each in parents if int(each) < int(node)] for node, parents in claims.items()}
    near = Tree(claims, dict.fromkeys(NODES, 0.0), "")
    with unittest.mock.patch.object(tree_module, "_NEAR", 0):
        far = Tree(claims, dict.fromkeys(NODES, 0.0), "")
        assert [far.parent(node) for node in NODES] == [near.parent(node) for node in NODES]


def test_many_messages_below_a_long_chain_of_husks() -> None:
    """Nodes without messages are climbed once, not once for every message below them."""
    claims = chain()
    claims |= {f"m{number}": [str(DEPTH - 1)] for number in range(DEPTH)}
    times: dict[str, float | None] = {"0": 0.0, **{f"m{number}": 1.0 for number in range(DEPTH)}}
    found = Tree(claims, times, "")

    assert len(found.order()) == DEPTH + 1
    assert {found.parent(node) for node in times} == {"", "0"}
    assert claims.looks <= 10 * DEPTH


def test_a_lattice_has_no_end_of_paths_but_few_nodes() -> None:
    """Where every message claims two, the branch is as long as the conversation, not as its paths."""
    claims = Counting({str(number): [str(number - 2), str(number - 3)] for number in range(3, 60)})
    found = Tree(claims, {str(number): float(number) for number in range(60)}, "59")

    assert found.main_branch() == {str(number) for number in range(60)} - {"58"}
    assert claims.looks <= 60 * 60 * 4
