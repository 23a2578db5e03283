"""DeepSeek: what its members are, and what its conversations mean."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chathold.core.identity import CONVERSATION
from chathold.core.model import Message, PartKind, Reading, Role
from chathold.providers import deepseek, words
from chathold.providers.base import Coverage, Manifest, Owner, Recognition, Use

WHEN = "2026-09-03T09:00:00.000000+08:00"
QUESTION = {"type": "REQUEST", "content": "why?"}
ANSWER = {"type": "RESPONSE", "content": "because"}
SESSION = {"id": "s", "title": "t", "inserted_at": 1788397200.0, "updated_at": 1788397200.0}


def said(*fragments: Any, **more: Any) -> dict[str, Any]:
    """A message as the export holds it."""
    return {"model": "deepseek-chat", "inserted_at": WHEN, "fragments": list(fragments), **more}


def node(parent: Any, children: list[Any], message: Any) -> dict[str, Any]:
    """A node as the export holds it, but for its id, which is its key."""
    return {"parent": parent, "children": children, "message": message}


def chat(**nodes: Any) -> dict[str, Any]:
    """A conversation of nodes `n1`, `n2`, …, under a root."""
    mapping = {name.removeprefix("n"): value for name, value in nodes.items()}
    return {"id": "c", "title": "t", "inserted_at": WHEN, "updated_at": WHEN, "mapping": mapping}


def read(value: Any) -> Reading:
    """A conversation, read."""
    return deepseek.read(CONVERSATION, value)


def spoken(reading: Reading) -> list[tuple[str, tuple[str, ...], Role]]:
    """Who says what after what: id, parents and role of every message."""
    return [(message.id, message.parents, message.role) for message in reading.messages]


def pieces(message: Message) -> list[tuple[PartKind, str]]:
    """The kinds and texts of a message's parts."""
    return [(part.kind, part.text) for part in message.parts]


def complaints(reading: Reading) -> list[str]:
    """Where a reading has problems."""
    return [problem.where for problem in reading.problems]


LINEAR = chat(
    root=node(None, ["1"], None),
    n1=node("root", ["2"], said(QUESTION)),
    n2=node("1", [], said({"type": "THINK", "content": "hm"}, ANSWER)),
)
BOTH = {Use.RECORDS, Use.ACCOUNTS}


@pytest.mark.parametrize(
    ("name", "sample", "expected"),
    [
        ("conversations.json", [LINEAR], Recognition(Use.RECORDS, evidence=True, body="mapping")),
        ("whatever.json", [None, 3, {}, LINEAR], Recognition(Use.RECORDS, evidence=True, body="mapping")),
        ("conversations (2).json", [], Recognition(Use.RECORDS)),
        ("deepseek_data-2026-10-06/conversations.json", [{}], Recognition(Use.RECORDS)),
        ("other.json", [], None),
        ("x.json", LINEAR, Recognition(Use.RECORD, evidence=True)),
        ("x.json", {"inserted_at": WHEN, "mapping": {}}, Recognition(Use.RECORD, evidence=True)),
        (
            "x.json",
            [{"mapping": {"1": node(None, [], said(ANSWER))}}],
            Recognition(Use.RECORDS, evidence=True, body="mapping"),
        ),
        ("x.json", {"chats": [LINEAR]}, Recognition(Use.RECORDS, evidence=True, array="chats")),
        (
            "x.json",
            {"messages": [{"role": "user"}, {"reasoning_content": ""}]},
            Recognition(Use.RECORD, evidence=True),
        ),
        ("x.json", {"model": "DeepSeek-V4", "messages": []}, Recognition(Use.RECORD, evidence=True)),
        ("user.json", {"user_id": "u", "mobile": None}, Recognition(Use.ACCOUNTS, evidence=True)),
        ("user (1).json", {"user_id": "u"}, Recognition(Use.ACCOUNTS)),
        ("settings.json", {"user_id": "u"}, None),
        ("picture.png", None, None),
        ("broken.json", None, None),
    ],
)
def test_members_are_told_by_their_content(name: str, sample: Any, expected: Recognition | None) -> None:
    """Evidence is what only DeepSeek writes; a name alone helps where the content says nothing."""
    assert deepseek.recognise(name, sample) == expected


@pytest.mark.parametrize("path", ["data.biz_data.", "data.", ""])
def test_web_answers_carry_their_id_in_the_session(path: str) -> None:
    """However deep the session lies, the path to its id comes first."""
    value: Any = {"chat_session": SESSION, "chat_messages": []}
    for name in reversed(path.split(".")[:-1]):
        value = {name: value}

    found = deepseek.recognise("x.json", value)

    assert found == Recognition(Use.RECORD, evidence=True, ids=(f"{path}chat_session.id", "id"))


def test_a_sample_cut_inside_the_session_is_still_told() -> None:
    """The beginning of a web answer is enough, before any message is seen."""
    found = deepseek.recognise("x.json", {"code": 0, "data": {"biz_data": {"chat_session": SESSION}}})

    assert found is not None
    assert found.evidence


@pytest.mark.parametrize(
    "sample",
    [
        [{"title": "t", "create_time": 1.0, "mapping": {"a": {"message": {"author": {"role": "user"}}}}}],
        [{"uuid": "u", "name": "n", "created_at": WHEN, "chat_messages": [{"uuid": "m", "sender": "human"}]}],
        [{"mapping": {}, "chat_messages": []}],
        {"id": "user-1", "email": "a@b.example", "chatgpt_plus_user": False, "phone_number": None},
        [{"uuid": "u", "full_name": "n", "email_address": "a@b.example"}],
        {"success": True, "request_id": "r", "data": [{"id": "q", "title": "t", "chat": {"messages": []}}]},
        {"conversations": [{"conversation": {"id": "g"}, "responses": []}]},
        {"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "model": "gpt-5"}]},
        {"data": {"biz_data": {"amount": []}}},
        [["a", "b"]],
        "text",
        7,
        True,
    ],
)
def test_lookalikes_are_not_claimed(sample: Any) -> None:
    """Other services' members, of the same names and shapes, are not DeepSeek's."""
    assert deepseek.recognise("conversations.json", sample) is None


@pytest.mark.parametrize(
    ("uses", "vouches"),
    [
        (BOTH, True),
        ({Use.RECORDS}, False),
        ({Use.ACCOUNTS}, False),
        ({Use.RECORD, Use.ACCOUNTS}, False),
        (set(), False),
    ],
)
def test_only_a_whole_export_vouches(uses: set[Use], vouches: bool) -> None:  # noqa: FBT001 - a table's column
    """Absence means something only if both members are there."""
    names = [(use.name, Recognition(use)) for use in uses]

    assert deepseek.coverage(names, None) == Coverage(vouches=vouches)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("deepseek_data-2026-10-06.zip", 1_791_244_800.0),
        ("deepseek_data-2026-10-06 (1).zip", 1_791_244_800.0),
        ("/home/kim/Downloads/DeepSeek_data-2026-10-06", 1_791_244_800.0),
        ("C:\\Users\\Kim\\deepseek_data-2026-10-06(2)\\", 1_791_244_800.0),
        ("deepseek_data-2026-13-40.zip", None),
        ("deepseek_data-2026-10-06.zip.crdownload", None),
        ("my deepseek_data-2026-10-06.zip", None),
        ("conversations.json", None),
        ("", None),
    ],
)
def test_the_name_tells_the_day(name: str, expected: float | None) -> None:
    """The export day stands in the name of the ZIP or folder: midnight UTC of that day."""
    assert deepseek.name_time(name) == expected


@pytest.mark.parametrize(
    ("user", "expected"),
    [
        ({"user_id": "u", "email": "kim@mail.example", "mobile": None}, (Owner("u", "k•••@mail.example"),)),
        ({"user_id": "u", "email": None, "mobile": {"mobile_number": "13800000042"}}, (Owner("u", "•••42"),)),
        ({"user_id": "u", "email": "", "mobile": "+86 138 0000 0077"}, (Owner("u", "•••77"),)),
        ({"user_id": "u", "mobile": {"mobile_number": "42"}}, (Owner("u"),)),
        (
            {"user_id": "u", "oauth_profiles": [None, {"profile_json": {"email": "kim@mail.example"}}]},
            (Owner("u", "k•••@mail.example"),),
        ),
        ({"user_id": None, "email": "kim@mail.example"}, ()),
        ([], ()),
        (None, ()),
    ],
)
def test_the_owner_is_shown_masked(user: Any, expected: tuple[Owner, ...]) -> None:
    """Of the users file only the id and a masked hint are taken."""
    assert deepseek.accounts(user) == expected


def test_what_deepseek_does_not_have_is_empty() -> None:
    """No inner archives, manifests, side-cars, files or volatile fields."""
    value = copy.deepcopy(LINEAR)

    assert not deepseek.holds_exports("deepseek_data-2026-10-06.zip")
    assert deepseek.manifest({"files": ["a"]}) == Manifest(None, ())
    assert deepseek.asset_names({"a": "b"}) == ()
    assert deepseek.asset_id("file-1.png") == ""
    assert deepseek.strip(CONVERSATION, value) == 0
    assert value == LINEAR


def test_other_records_are_only_kept() -> None:
    """A member that no rule knows is reported and not read into messages."""
    reading = deepseek.read("other", {"messages": [{"content": "x"}]})

    assert (reading.messages, len(reading.problems)) == ((), 1)


def test_the_web_answer_reads_as_the_export_does() -> None:
    """The same chat merges, whichever way it came: same ids, parents, roles, times and parts."""
    web = {
        "chat_session": SESSION,
        "chat_messages": [
            {"message_id": 1, "parent_id": None, "role": "USER", **said(QUESTION, inserted_at=1788397200.0)},
            {
                "message_id": 2,
                "parent_id": 1,
                "role": "ASSISTANT",
                **said({"type": "THINK", "content": "hm", "elapsed_secs": 1.5}, {"id": 2, **ANSWER}),
            },
        ],
    }

    assert read({"data": {"biz_data": web}}) == read(LINEAR)


def test_files_beside_fragments_and_file_fragments_read_alike() -> None:
    """The move of files into fragments changes nothing that is read, and a file told twice is one."""
    older = said(QUESTION, files=[{"id": "file-1", "file_name": "a.pdf"}])
    newer = said(QUESTION, {"type": "FILE", "files": [{"file_id": "file-1", "file_name": "a.pdf"}]})
    both = {**newer, "files": older["files"]}

    readings = [read(chat(n1=node(None, [], message))) for message in (older, newer, both)]

    assert readings[0] == readings[1] == readings[2]
    assert [file.id for file in readings[0].messages[0].attachments] == ["file-1"]


def test_a_question_with_its_answer_becomes_two_messages() -> None:
    """The question keeps the node's id, and what followed the node follows the answer."""
    value = chat(
        root=node(None, ["1"], None),
        n1=node("root", ["2", "3"], said(QUESTION, ANSWER)),
        n2=node("1", [], said(QUESTION)),
        n3=node("1", [], None),
    )

    reading = read(value)

    assert spoken(reading) == [
        ("1", ("root",), Role.USER),
        ("1/answer", ("1",), Role.ASSISTANT),
        ("2", ("1/answer",), Role.USER),
    ]
    assert reading.links == (("3", "1/answer"),)


def test_the_shown_message_of_a_divided_node_is_its_answer() -> None:
    """`current_message_id` of a node with a question and its answer means the answer."""
    web = {
        "chat_session": {**SESSION, "current_message_id": 1},
        "chat_messages": [{"message_id": 1, "parent_id": None, **said(QUESTION, ANSWER)}],
    }

    assert read(web).leaf == "1/answer"


def test_an_answers_id_never_collides() -> None:
    """A node that is already called like an answer keeps its name."""
    value = chat(n1=node(None, ["1/answer"], said(QUESTION, ANSWER)))
    value["mapping"]["1/answer"] = node("1", [], said(QUESTION))

    assert [message.id for message in read(value).messages] == ["1", "1/answer/answer", "1/answer"]


@pytest.mark.parametrize(
    ("fragments", "role"),
    [
        ([{"type": "TOOL_LATER"}], Role.ASSISTANT),
        ([{"type": "READ_LINK"}], Role.ASSISTANT),
        ([{"type": "FILE", "files": []}], Role.USER),
        ([], Role.USER),
        ([{"type": "MOOD"}], Role.USER),
    ],
)
def test_fragments_tell_who_speaks(fragments: list[Any], role: Role) -> None:
    """Without a fragment that tells, a message after the root is the user's."""
    assert read(chat(n1=node("root", [], said(*fragments)))).messages[0].role == role


def test_what_follows_a_question_is_an_answer() -> None:
    """An answer that was stopped before its first word is still an answer."""
    reading = read(chat(n1=node("root", ["2"], said(QUESTION)), n2=node("1", [], said())))

    assert spoken(reading)[1] == ("2", ("1",), Role.ASSISTANT)
    assert reading.problems == ()


def test_every_claimed_edge_is_kept() -> None:
    """Where parent and children disagree, both are claimed, the node's own first."""
    value = chat(
        root=node(None, ["1", "2"], None),
        n1=node("root", ["2"], said(QUESTION)),
        n2=node("root", [], said(ANSWER)),
    )

    assert read(value).messages[1].parents == ("root", "1")


def test_edges_that_lead_nowhere_are_reported() -> None:
    """Missing parents and children and circles are problems, and no message is lost by them."""
    value = chat(
        n1=node("9", ["8"], said(QUESTION)),
        n2=node("3", [], said(ANSWER)),
        n3=node("2", [], said(QUESTION)),
        n4=node("4", [], said(QUESTION)),
    )

    reading = read(value)

    assert complaints(reading) == [
        "mapping.1.children",
        "mapping.1.message",
        "mapping.4.message",
        "mapping.2.message",
    ]
    assert [message.parents for message in reading.messages] == [("9",), ("3",), ("2",), ("root",)]


def test_a_chat_of_thousands_in_reverse_order_is_read() -> None:
    """Neither depth nor the order of nodes matters."""
    count = 5000
    nodes = {f"n{n}": node(str(n - 1) if n > 1 else None, [], said(QUESTION)) for n in range(count, 0, -1)}

    reading = read(chat(**nodes))

    assert (len(reading.messages), reading.problems) == (count, ())


def test_an_unknown_type_is_told_once_and_kept_each_time() -> None:
    """Every unknown piece keeps its text; the problem names the first."""
    later = {"type": "CANVAS", "text": "drawn"}

    reading = read(chat(n1=node("root", [], said(later, ANSWER, later))))

    assert complaints(reading) == ["mapping.1.message.fragments.0"]
    assert pieces(reading.messages[0]) == [
        (PartKind.UNKNOWN, "drawn"),
        (PartKind.TEXT, "because"),
        (PartKind.UNKNOWN, "drawn"),
    ]


def test_citations_are_found_by_their_index() -> None:
    """The N of [citation:N] is the `ref` of a citation, and the text keeps its marks."""
    search = {"type": "SEARCH", "results": [{"url": "https://a.example/", "title": "A", "cite_index": 1}]}

    message = read(
        chat(n1=node("root", [], said(search, {"type": "RESPONSE", "content": "so [citation:1]"})))
    ).messages[0]

    assert [(part.ref, part.url) for part in message.parts if part.kind is PartKind.CITATION] == [
        ("1", "https://a.example/")
    ]
    assert message.parts[-1].text == "so [citation:1]"


def test_messages_without_ids_get_steady_ones() -> None:
    """Role, time and ordinal make the id, so that two readings agree; each message follows the one before."""
    flat = {
        "model": "deepseek-chat",
        "messages": [{"role": "user", "content": "a"}, {"role": "user", "content": "b"}],
    }

    first, second = read(flat).messages

    assert first.id != second.id
    assert (first.parents, second.parents) == (("root",), (first.id,))
    assert read(copy.deepcopy(flat)).messages == (first, second)
    assert not first.structured


def test_one_id_with_two_contents_keeps_both() -> None:
    """Equal duplicates are one message; different ones are two, and a problem."""
    one = {"message_id": 1, "parent_id": None, **said(QUESTION)}
    other = {**one, **said(ANSWER)}

    reading = read({"chat_session": SESSION, "chat_messages": [one, one, other, other]})

    assert [message.id.partition("~")[0] for message in reading.messages] == ["1", "1"]
    assert complaints(reading) == ["chat_messages.2"]


def nested(depth: int) -> Any:
    """A list in a list in a list."""
    value: Any = []
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    "odd",
    [nested(20_000), 10**5000, float("nan"), float("inf"), -1, True, "", "\ud800", {}],
    ids=["deep", "long", "nan", "infinite", "negative", "true", "empty", "surrogate", "object"],
)
def test_odd_values_are_survived(odd: Any) -> None:
    """Values at the edge of JSON, put anywhere, never raise."""
    everywhere = {
        **chat(
            n1=node(
                odd, [odd], said(odd, {"type": odd}, {"type": "X", "x": odd}, {"type": "FILE", "files": odd})
            )
        ),
        "title": odd,
        "inserted_at": odd,
        "updated_at": odd,
    }
    tools = [{"type": "TOOL_OPEN", "queries": odd, "results": [odd], "result": odd, "content": odd, "x": odd}]
    row = {"messages": [{"id": odd, "parent": odd, "role": odd, "content": odd, "model": odd}, odd]}

    for value in (odd, everywhere, chat(n1=odd), chat(n1=node("root", [], said(*tools, files=odd))), row):
        read(value)
        deepseek.recognise("conversations.json", value)
        deepseek.accounts(value)


NAMES = st.sampled_from(
    [
        *("id", "title", "mapping", "parent", "children", "message", "fragments", "type", "content", "files"),
        *("results", "result", "queries", "messages", "role", "chat_session", "chat_messages", "data"),
        *(
            "biz_data",
            "message_id",
            "parent_id",
            "inserted_at",
            "user_id",
            "mobile",
            "model",
            "root",
            "1",
            "2",
        ),
    ]
)
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.sampled_from(["root", "1", "2", "REQUEST", "RESPONSE", "FILE", "SEARCH", "TOOL_OPEN", WHEN, "USER"]),
    st.text(max_size=5),
)
JSON = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(NAMES | st.text(max_size=3), inner, max_size=5)
    ),
    max_leaves=25,
)


def places(value: Any) -> list[tuple[Any, Any]]:
    """Every place in a JSON value at which something else could stand."""
    found: list[tuple[Any, Any]] = []
    waiting = [value]
    while waiting:
        held = waiting.pop()
        keys = held.keys() if isinstance(held, dict) else range(len(held)) if isinstance(held, list) else ()
        found.extend((held, key) for key in keys)
        waiting.extend(held[key] for key in keys)
    return found


def lawful(reading: Reading) -> bool:
    """Whether ids are unique, and no message follows itself."""
    names = [message.id for message in reading.messages]
    return len(names) == len(set(names)) and not any(m.id in m.parents for m in reading.messages)


@settings(max_examples=150, deadline=None)
@given(value=JSON)
def test_any_json_is_read(value: Any) -> None:
    """No JSON value makes the provider raise."""
    deepseek.recognise("conversations.json", value)
    deepseek.accounts(value)

    assert lawful(read(value))


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_any_damage_is_read(data: st.DataObject) -> None:
    """A conversation with a few places overwritten is read, and never raises."""
    rich = said(
        {"type": "FILE", "files": [{"file_id": "f", "file_name": "n"}]},
        QUESTION,
        {"type": "TOOL_OPEN"},
        ANSWER,
    )
    tree = {
        **copy.deepcopy(LINEAR),
        "mapping": {**copy.deepcopy(LINEAR["mapping"]), "3": node("2", [], rich)},
    }
    web = {"chat_session": dict(SESSION), "chat_messages": [{"message_id": 1, "parent_id": None, **rich}]}
    value: Any = {"either": copy.deepcopy(data.draw(st.sampled_from([tree, web])))}
    for _ in range(data.draw(st.integers(1, 4))):
        held, key = data.draw(st.sampled_from(places(value)))
        held[key] = data.draw(JSON)

    deepseek.recognise("x.json", [value["either"]])

    assert lawful(read(value["either"]))


ASKED = {"type": "REQUEST", "content": "where is it?"}
SAID = "words that somebody wrote"


@pytest.mark.parametrize(
    ("message", "beside"),
    [
        ({"fragments": [ASKED, {"type": "TOOL_FIND", "pattern": "a b", "result": {"text": SAID}}]}, {}),
        ({"fragments": [ASKED, {"type": "TOOL_FIND", "pattern": "a b", "matches": [SAID]}]}, {}),
        (
            {
                "fragments": [
                    ASKED,
                    {"type": "SEARCH", "results": [{"url": "u", "title": "t", "content": SAID}]},
                ]
            },
            {},
        ),
        ({"fragments": [ASKED], "reasoning_content": SAID}, {}),
        ({"fragments": [ASKED], "content": SAID}, {}),
        ({"fragments": [ASKED]}, {"fragments": [{"type": "RESPONSE", "content": SAID}]}),
    ],
)
def test_words_beside_those_that_are_read_are_told(message: dict[str, Any], beside: dict[str, Any]) -> None:
    """And shown, where they stand in the message."""
    tree = {"root": {"id": "root", "message": None, "parent": None, "children": ["1"]}}
    node = {"id": "1", "parent": "root", "children": [], "message": message, **beside}
    found = deepseek.read("conversation", {"id": "c", "title": "t", "mapping": {**tree, "1": node}})

    assert words.MISBUILT in {each.what for each in found.problems}
    shown = [part.text for each in found.messages for part in each.parts]
    assert any(SAID in each for each in shown) or beside


def test_words_that_are_said_twice_are_no_news() -> None:
    """Fragments and flat text that say the same are one message."""
    message = {"fragments": [ASKED, {"type": "RESPONSE", "content": SAID}], "content": SAID}
    node: dict[str, Any] = {"id": "1", "parent": None, "children": [], "message": message}
    found = deepseek.read("conversation", {"id": "c", "title": "t", "mapping": {"1": node}})

    assert found.problems == ()
    assert [part.text for each in found.messages for part in each.parts].count(SAID) == 1
