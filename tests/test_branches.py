"""Which messages of a tree are read, and where one can switch."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from chathold.rendering.branches import Branches


def message(
    name: str, parent: str | None = None, *, main: bool = False, role: str = "user"
) -> dict[str, Any]:
    return {"id": name, "parent": parent, "on_main_branch": main, "role": role}


FORKED = [
    message("question", main=True),
    message("answer 1", "question"),
    message("thanks", "answer 1"),
    message("answer 2", "question", main=True),
    message("next", "answer 2", main=True),
]


def ids(steps: list[Any]) -> list[str]:
    return [step.message["id"] for step in steps]


def test_without_a_choice_the_main_branch_is_read() -> None:
    assert ids(Branches(FORKED).path()) == ["question", "answer 2", "next"]


def test_an_id_that_is_not_there_means_the_main_branch() -> None:
    assert Branches(FORKED).path("never") == Branches(FORKED).path()


def test_where_it_forks_the_siblings_are_named_and_which_is_shown() -> None:
    fork = Branches(FORKED).path()[1]
    assert (fork.siblings, fork.place, fork.forks) == (("answer 1", "answer 2"), 2, True)


def test_a_chosen_message_is_read_from_the_root_through_it_to_its_newest_leaf() -> None:
    assert ids(Branches(FORKED).path("answer 1")) == ["question", "answer 1", "thanks"]


def test_several_first_messages_are_siblings() -> None:
    roots = [message("first"), message("edited", main=True)]
    assert [step.siblings for step in Branches(roots).path()] == [("first", "edited")]


def test_a_message_spliced_out_of_a_slim_export_stays_on_the_main_branch() -> None:
    """Two messages of one parent may both lie on the way to the leaf; then neither is the other's choice."""
    spliced = [message("a", main=True), message("tool", "a", main=True), message("b", "a", main=True)]
    assert [(step.message["id"], step.forks) for step in Branches(spliced).path()] == [
        ("a", False),
        ("tool", False),
        ("b", False),
    ]


def test_the_sections_of_a_document_are_all_read() -> None:
    sections = [message("one", role="document"), message("two", role="document", main=True)]
    assert [(step.message["id"], step.forks) for step in Branches(sections).path()] == [
        ("one", False),
        ("two", False),
    ]


def test_no_messages_are_no_path() -> None:
    assert (Branches([]).path(), Branches([]).others()) == ([], [])


def test_other_branches_are_told_from_where_they_fork_off() -> None:
    assert [[each["id"] for each in run] for run in Branches(FORKED).others()] == [["answer 1", "thanks"]]


@st.composite
def trees(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Messages with any parents at all: missing, their own, in circles."""
    names = [str(number) for number in range(draw(st.integers(0, 12)))]
    parents = st.sampled_from([None, "gone", *names])
    return [message(name, draw(parents), main=draw(st.booleans())) for name in names]


@given(trees())
def test_the_path_and_the_other_branches_together_are_every_message_once(
    messages: list[dict[str, Any]],
) -> None:
    tree = Branches(messages)
    told = ids(tree.path()) + [each["id"] for run in tree.others() for each in run]
    assert sorted(told) == sorted(each["id"] for each in messages)


@given(trees())
def test_every_message_can_be_reached_by_choosing_it(messages: list[dict[str, Any]]) -> None:
    tree = Branches(messages)
    assert all(each["id"] in ids(tree.path(each["id"])) for each in messages)


@given(trees())
def test_a_step_is_one_of_its_siblings_and_shown_once(messages: list[dict[str, Any]]) -> None:
    for each in messages:
        steps = Branches(messages).path(each["id"])
        assert len({step.message["id"] for step in steps}) == len(steps)
        assert all(step.siblings[step.place - 1] == step.message["id"] for step in steps)
