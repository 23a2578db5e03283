"""What several exports together say of one record: the rules of merging, on plain values."""

from __future__ import annotations

from itertools import pairwise, permutations
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from chathold.core.attachments import files_of
from chathold.core.merge import Merged, Sighting, better_title, merge
from chathold.core.model import Attachment, Message, Part, PartKind, Reading, Role

TEXT, REASONING, CODE, RESULT = PartKind.TEXT, PartKind.REASONING, PartKind.CODE, PartKind.TOOL_RESULT


def part(kind: PartKind, text: str) -> Part:
    """A piece of a message."""
    return Part(kind, text)


def message(*parts: Part | str, name: str = "m", **more: Any) -> Message:
    """A message of the assistant's; bare strings are texts."""
    made = tuple(part(TEXT, each) if isinstance(each, str) else each for each in parts)
    return Message(name, Role.ASSISTANT, parts=made, **more)


def merged(*forms: Message | Reading, upto: int | None = None) -> Merged:
    """The forms, oldest first, each in an export of its own, a day apart."""
    readings = [each if isinstance(each, Reading) else Reading(messages=(each,)) for each in forms]
    return merge(
        [Sighting(reading, float(day), f"{day:08x}") for day, reading in enumerate(readings, 1)], upto
    )


def said(*forms: Message) -> list[tuple[str, str]]:
    """The parts that one message has in the end."""
    (seen,) = merged(*forms).messages
    return [(each.kind.value, each.text) for each in seen.message.parts]


# What is never replaced.


@pytest.mark.parametrize(
    "empty", [(), ("",), (Part(REASONING, ""),)], ids=["none", "empty", "empty thoughts"]
)
def test_nothing_replaces_nothing(empty: tuple[Part | str, ...]) -> None:
    """A newer form without words leaves the older words."""
    assert said(message("words"), message(*empty)) == [("text", "words")]
    assert said(message(*empty), message("words")) == [("text", "words")]


@pytest.mark.parametrize("structured", [True, False])
def test_a_cut_answer_gives_way(structured: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """A strict prefix never replaces the whole, whichever was exported first; an equal text is no prefix."""
    whole = message("One, two, three.", structured=structured)
    cut = message("One, tw", structured=structured)

    assert said(whole, cut) == said(cut, whole) == [("text", "One, two, three.")]
    assert said(whole, cut, whole, cut) == [("text", "One, two, three.")]


def test_a_cut_answer_of_several_parts_gives_way() -> None:
    """What counts is the text of all parts of a kind together."""
    whole, cut = message("One, ", "two, ", "three."), message("One, ", "tw")

    assert said(whole, cut) == [("text", "One, "), ("text", "two, "), ("text", "three.")]


def test_other_words_do_replace() -> None:
    """What is neither empty nor a beginning of the older text is the newer text, even if it is shorter."""
    assert said(message("One, two, three."), message("1, 2")) == [("text", "1, 2")]


@pytest.mark.parametrize(
    ("old", "new", "title"),
    [
        ("Plans", "", "Plans"),
        ("Plans", "  \n", "Plans"),
        ("Plans", "New chat", "Plans"),
        ("Plans", "新对话", "Plans"),
        ("Plans", "Pla", "Plans"),
        ("Plans", "Plans for May", "Plans for May"),
        ("Plans", "Schedule", "Schedule"),
        ("", "New chat", "New chat"),
        ("New chat", "Plans", "Plans"),
        ("", "", ""),
    ],
)
def test_titles(old: str, new: str, title: str) -> None:
    """The newer title counts, unless it is nothing, a placeholder or a cut one."""
    assert better_title(old, new) == title


# Kinds of parts, blocks and flat renderings.


def test_each_kind_is_taken_whole_from_the_newest_that_has_it() -> None:
    """A newer export that left a kind of part out leaves the older ones of that kind; no kind is mixed."""
    old = message(part(REASONING, "r1"), part(CODE, "c1"), part(CODE, "c2"), "t1")
    new = message(part(CODE, "c3"), "t2")

    assert sorted(said(old, new)) == [("code", "c3"), ("reasoning", "r1"), ("text", "t2")]
    assert sorted(said(new, old)) == [("code", "c1"), ("code", "c2"), ("reasoning", "r1"), ("text", "t1")]


BLOCKS = message(part(REASONING, "hmm"), "Let me see.", part(RESULT, "42"), "It is 42.")
FLAT = message("hmm\n\nLet me see.\n\nIt is 42.", structured=False)


@pytest.mark.parametrize("forms", list(permutations([BLOCKS, FLAT, FLAT])))
def test_blocks_outrank_a_flat_rendering(forms: tuple[Message, ...]) -> None:
    """Whichever came first, the blocks are shown, and nothing of the rendering beside them."""
    assert said(*forms) == [(each.kind.value, each.text) for each in BLOCKS.parts]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_cut_blocks_do_not_hide_a_whole_rendering(order: tuple[int, ...]) -> None:
    """Blocks that break off leave to the flat form what they have only the beginning of."""
    forms = [
        message(part(REASONING, "hmm"), "One, tw"),
        message("One, two, three.", structured=False),
        message("One, two", structured=False),
    ]

    assert said(*(forms[place] for place in order)) == [("reasoning", "hmm"), ("text", "One, two, three.")]


def test_empty_blocks_hold_no_place() -> None:
    """A structured form without words neither hides a flat one nor keeps it from growing."""
    none = message()
    first, second = (message(text, structured=False) for text in ("One", "One, two"))

    for forms in permutations([none, first, second]):
        assert said(*forms) == [("text", "One, two")]


WORDS = st.sampled_from(["", "One", "One, two", "One, two, three", "Uno", "1"])
FORMS = st.builds(
    lambda texts, structured: message(*(part(kind, text) for kind, text in texts), structured=structured),
    st.lists(st.tuples(st.sampled_from([TEXT, REASONING, CODE]), WORDS), max_size=3),
    st.booleans(),
)


_FLAT = ((REASONING, "One"), (TEXT, "One"), (REASONING, "One"))


@settings(max_examples=100, deadline=None)
@given(st.lists(FORMS, min_size=1, max_size=4))
@example(
    [
        message(part(REASONING, "One, two"), structured=True),
        message(*(part(kind, text) for kind, text in _FLAT), structured=False),
        message(*(part(kind, text) for kind, text in _FLAT), structured=True),
    ]
)
def test_no_text_is_lost_in_the_history(forms: list[Message]) -> None:
    """Whatever any form says of a kind is shown at the end, or stands in an older version, or is outranked."""
    final = merged(*forms)
    shown = [
        dict(_texts(seen.message))
        for number in range(len(final.versions))
        for seen in merged(*forms, upto=number + 1).messages
    ]
    every = [text for version in shown for text in version.values()]
    structured = any(form.structured and _texts(form) for form in forms)
    for form in forms:
        for text in dict(_texts(form)).values():
            outranked = structured and not form.structured
            assert outranked or any(text in each for each in every)


def _texts(form: Message) -> list[tuple[PartKind, str]]:
    """What a form says of each kind."""
    kinds = dict.fromkeys(each.kind for each in form.parts if not each.empty)
    return [(kind, "".join(each.text for each in form.parts if each.kind is kind)) for kind in kinds]


@settings(max_examples=100, deadline=None)
@given(st.lists(FORMS, min_size=1, max_size=4))
def test_seen_again_is_no_news(forms: list[Message]) -> None:
    """The newest form seen once more changes neither state nor history."""
    once, twice = merged(*forms), merged(*forms, forms[-1])

    assert [seen.message for seen in twice.messages] == [seen.message for seen in once.messages]
    assert len(twice.versions) == len(once.versions)


def test_facts_beside_the_words() -> None:
    """Author, model and time are the newest that were said; fields of the service's own add up."""
    old = message("a", author="python", model="gpt-4", time=5.0, metadata={"x": 1, "y": 2})
    new = message("a", metadata={"y": None, "z": 3})
    (seen,) = merged(old, new).messages

    assert (seen.message.author, seen.message.model, seen.message.time) == ("python", "gpt-4", 5.0)
    assert seen.message.metadata == {"x": 1, "y": 2, "z": 3}


def test_two_files_of_one_name_are_two() -> None:
    """Where neither has an id: texts that were pasted are all called alike. A newer form has the same two."""
    files = (Attachment("", "paste.txt", text="first"), Attachment("", "paste.txt", text="second"))
    (seen,) = merged(message("a", attachments=files), message("b", attachments=files)).messages
    assert seen.message.attachments == files


def test_the_beginning_of_a_files_text_does_not_replace_it() -> None:
    """What is cut off says less, whichever was exported first; other words do replace it."""
    whole, cut = Attachment("f", "a.txt", text="all of it"), Attachment("f", "a.txt", text="all o")
    for forms in permutations([whole, cut]):
        (seen,) = merged(*(message("a", attachments=(each,)) for each in forms)).messages
        assert seen.message.attachments == (whole,)
    other = Attachment("f", "a.txt", text="else")
    (seen,) = merged(*(message("a", attachments=(each,)) for each in (whole, other))).messages
    assert seen.message.attachments == (other,)


FILES = st.builds(
    Attachment,
    st.sampled_from(["", "f"]),
    st.sampled_from(["", "a.txt"]),
    text=st.sampled_from(["", "x", "xy"]),
)


@given(st.lists(st.tuples(st.sampled_from("mn"), st.lists(FILES, max_size=3)), max_size=3))
def test_one_reading_names_the_files_that_merging_it_gives(
    said_files: list[tuple[str, list[Attachment]]],
) -> None:
    """Whoever reads a record of one form need not merge it to know which files it mentions."""
    reading = Reading(
        messages=tuple(message("a", name=name, attachments=tuple(files)) for name, files in said_files)
    )
    merged_files = [each for seen in merged(reading).messages for each in seen.message.attachments]
    assert sorted(files_of(reading.messages), key=repr) == sorted(merged_files, key=repr)


def test_files_add_up() -> None:
    """A file that a newer export no longer names stays; what each export says of one file is put together."""
    old = message("a", attachments=(Attachment("f", "", "image/png", 5), Attachment("g", "notes.txt")))
    new = message("a", attachments=(Attachment("f", "photo.png"),))
    (seen,) = merged(old, new).messages

    assert seen.message.attachments == (
        Attachment("f", "photo.png", "image/png", 5),
        Attachment("g", "notes.txt"),
    )


# Trees.


def talk(*turns: tuple[str, str, str], leaf: str = "", title: str = "") -> Reading:
    """A conversation of (message, parent, text)."""
    messages = tuple(
        message(text, name=name, parents=(parent,) if parent else (), time=float(number))
        for number, (name, parent, text) in enumerate(turns)
    )
    return Reading(title=title, leaf=leaf, messages=messages)


RICH = talk(("q", "", "?"), ("call", "q", "c"), ("result", "call", "r"), ("a", "result", "!"), leaf="a")
SLIM = talk(("q", "", "?"), ("a", "q", "!"), leaf="a")


@pytest.mark.parametrize("readings", [(RICH, SLIM), (SLIM, RICH)], ids=["lost later", "found later"])
def test_spliced_messages_stay_where_they_were(readings: tuple[Reading, Reading]) -> None:
    """A newer export that leaves the tool's messages out, or an older one that has them: they are shown."""
    found = merged(*readings)

    assert [(seen.message.id, seen.parent, seen.on_main_branch) for seen in found.messages] == [
        ("q", "", True),
        ("call", "q", True),
        ("result", "call", True),
        ("a", "result", True),
    ]


def test_husks_stay_links() -> None:
    """A newer export that leaves nodes without their messages does not tear the tree."""
    husks = Reading(
        leaf="a",
        messages=(message("?", name="q", time=0.0), message("!", name="a", parents=("result",), time=3.0)),
        links=(("result", "call"), ("call", "q")),
    )
    for readings in ((RICH, husks), (husks, RICH)):
        assert [seen.parent for seen in merged(*readings).messages] == ["", "q", "call", "result"]
    assert [seen.parent for seen in merged(husks).messages] == ["", "q"]


def test_an_order_yields_to_a_claim() -> None:
    """Messages that were only seen one after the other follow what another export says they follow."""
    listed = Reading(
        messages=(
            message("1", name="a", time=1.0),
            message("2", name="b", parents=("a",), inferred=True, time=2.0),
            message("3", name="c", parents=("b",), inferred=True, time=3.0),
        )
    )
    linked = talk(("a", "", "1"), ("b", "a", "2"), ("c", "a", "3"))

    for readings in ((listed, linked), (linked, listed)):
        assert {seen.message.id: seen.parent for seen in merged(*readings).messages} == {
            "a": "",
            "b": "a",
            "c": "a",
        }


def test_a_ring_is_shown_whole() -> None:
    """Messages in a ring are all shown, parents first; the oldest follows none."""
    found = merged(talk(("a", "c", "1"), ("b", "a", "2"), ("c", "b", "3")))

    assert [(seen.message.id, seen.parent) for seen in found.messages] == [("a", ""), ("b", "a"), ("c", "b")]


def test_the_leaf_that_was_said_last_is_shown() -> None:
    """The branch of the newest export that names one; one that does not leaves it."""
    turns = (("q", "", "?"), ("a1", "q", "1"), ("a2", "q", "2"))
    found = merged(talk(*turns, leaf="a1"), talk(*turns))

    assert [seen.message.id for seen in found.messages if seen.on_main_branch] == ["q", "a1"]


def test_long_conversations_are_merged() -> None:
    """A chain of five thousand messages, every second of which a slim export left out."""
    numbers = range(5000)
    rich = talk(*((str(number), str(number - 1) if number else "", "x") for number in numbers), leaf="4999")
    slim = talk(*((str(number), str(number - 2) if number > 1 else "", "x") for number in numbers[1::2]))
    found = merged(rich, slim)

    assert [seen.message.id for seen in found.messages] == [str(number) for number in numbers]
    assert all(seen.on_main_branch for seen in found.messages)
    assert all(after.parent == before.message.id for before, after in pairwise(found.messages))


# Versions.


def test_a_version_is_a_change() -> None:
    """Only what a person would call a change makes a version: not times, not the service's own fields."""
    first = message("a", metadata={"x": 1})
    found = merged(first, message("a", metadata={"x": 2}), message("b"), message("b"))

    assert [(version.number, version.key) for version in found.versions] == [(1, "00000001"), (2, "00000003")]
    assert [(version.added, version.changed) for version in found.versions] == [(("m",), ()), ((), ("m",))]


def test_a_title_may_change_and_change_back() -> None:
    """Three titles of which the third is the first are three versions; nothing and a cut one are none."""
    found = merged(*(Reading(title=title) for title in ("Plans", "Schedule", "Plans", "", "Pla")))

    assert [version.title for version in found.versions] == ["Plans", "Schedule", "Plans"]
    assert found.title == "Plans"


def test_an_older_state_can_be_had_back() -> None:
    """The state as of a version is what was merged up to it."""
    forms = (message("One"), message("Uno"), message("Eins"))

    for number in (1, 2, 3):
        (seen,) = merged(*forms, upto=number).messages
        assert seen.message.parts == forms[number - 1].parts


def test_when_it_was_seen() -> None:
    """First and last sight of every message; an unknown time is neither."""
    both, one = talk(("a", "", "1"), ("b", "a", "2")), talk(("a", "", "1"))
    sightings = [Sighting(one, 3.0, "k1"), Sighting(both, None, "k2"), Sighting(both, 7.0, "k2")]
    found = merge([*sightings, Sighting(one, 9.0, "k1")])

    assert [(seen.message.id, seen.first_seen, seen.last_seen) for seen in found.messages] == [
        ("a", 3.0, 9.0),
        ("b", 7.0, 7.0),
    ]


def test_one_sighting_is_one_version() -> None:
    """A record seen once has one version, with all its messages; one never seen has none."""
    found = merged(RICH)

    assert [(version.number, version.messages, len(version.added)) for version in found.versions] == [
        (1, 4, 4)
    ]
    assert merge([]).versions == ()


def test_when_it_was_made_and_changed() -> None:
    """The earliest time of making and the latest of changing that any export says."""
    found = merged(
        Reading(created=5.0, updated=6.0), Reading(created=None, updated=None), Reading(created=4.0)
    )

    assert (found.created, found.updated) == (4.0, 6.0)
