"""The rules by which Claude's exports are told, counted and read; the golden exports show the readings."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import golden
from chathold.core.file_facts import Numbered
from chathold.core.model import PartKind, Reading, Role
from chathold.providers import claude, words
from chathold.providers.base import Coverage, Manifest, Owner, Recognition, Use

CHAT = {"uuid": "c", "name": "n", "chat_messages": [{"uuid": "m", "sender": "human", "text": "hi"}]}
DESIGN = {"uuid": "d", "project": {"uuid": "p"}, "messages": [{"uuid": "m", "role": "user", "content": {}}]}
PROJECT = {"uuid": "p", "prompt_template": "", "docs": []}
MEMORY = {"account_uuid": "a", "conversations_memory": ""}
ARTIFACT = {"id": "x", "owner_account": "a", "versions": []}
USER = {"uuid": "a", "full_name": "Ada"}
PART = {
    "category": "conversations",
    "part": 0,
    "filename": "conversations-000.zip",
    "export_url": "https://x/s",
}
MANIFEST = {"version": "1.0", "created_at": "2026-09-10T21:25:17Z", "data_files": [PART]}
CHATGPT = {"id": "1", "title": "t", "mapping": {}, "create_time": 1.0}


def said(reading: Reading) -> list[str]:
    """The texts of all parts of a reading, in order."""
    return [part.text for message in reading.messages for part in message.parts]


def chat(*messages: Any, **more: Any) -> Reading:
    """The reading of a conversation of these messages."""
    return claude.read("conversation", {"uuid": "c", "chat_messages": list(messages), **more})


def message(number: int, parent: str | None = None, **more: Any) -> dict[str, Any]:
    """A message "m1", "m2" … of the user's."""
    uuid = {"uuid": f"m{number}", "sender": "human", "text": f"text {number}"}
    return {**uuid, **({"parent_message_uuid": parent} if parent is not None else {}), **more}


# What is it?


@pytest.mark.parametrize(
    ("value", "use", "kind"),
    [
        ([CHAT], Use.RECORDS, "conversation"),
        (CHAT, Use.RECORD, "conversation"),
        ({"conversations": [CHAT]}, Use.RECORDS, "conversation"),
        ([None, 3, {}, {"uuid": "e", "chat_messages": []}, CHAT], Use.RECORDS, "conversation"),
        ([{"uuid": "e", "chat_messages": []}], Use.RECORDS, "conversation"),
        ([{"chat_messages": [{"uuid": "m", "sender": "human"}]}], Use.RECORDS, "conversation"),
        ([{**CHAT, "mapping": {}}], Use.RECORDS, "conversation"),
        (DESIGN, Use.RECORD, "conversation"),
        ([PROJECT], Use.RECORDS, "project"),
        (PROJECT, Use.RECORD, "project"),
        ([MEMORY], Use.RECORDS, "memory"),
        (MEMORY, Use.RECORD, "memory"),
        (ARTIFACT, Use.RECORD, "artifact"),
        ([None, USER], Use.ACCOUNTS, "conversation"),
        (MANIFEST, Use.MANIFEST, "conversation"),
    ],
)
def test_content_alone_is_evidence(value: Any, use: Use, kind: str) -> None:
    """Whatever a member is called, its content tells what it is."""
    found = claude.recognise("whatever.dat", value)

    assert found is not None
    assert (found.use, found.kind, found.evidence) == (use, kind, True)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("conversations.json", [CHATGPT]),
        (
            "conversations.json",
            [{"id": "1", "mapping": {"1": {"message": {"fragments": []}}}, "inserted_at": "x"}],
        ),
        ("conversations.json", {"mapping": {}}),
        ("chat.json", {"chat_session": {"id": "1"}, "messages": []}),
        ("conversations.json", 7),
        ("conversations.json", "chat_messages"),
        ("conversations.json", None),
        ("package.json", {"name": "x", "version": "1.0"}),
        ("data.json", []),
        ("data.json", {"messages": [{"role": "user", "content": "hi"}]}),
        ("manifest-x.json", {"version": 1, "export_files": [], "logical_files": {}}),
        ("user.json", {"id": "user-1", "email": "a@example.org"}),
        ("artifacts/1/artifact_comments.json", [USER]),
    ],
)
def test_lookalikes_are_left_to_others(name: str, value: Any) -> None:
    """A name as in Claude's export is no reason to claim another content."""
    assert claude.recognise(name, value) is None


@pytest.mark.parametrize(
    ("name", "value", "use"),
    [
        ("conversations.json", [], Use.RECORDS),
        ("x/conversations.json", [None, {}], Use.RECORDS),
        ("conversations (1).json", [], Use.RECORDS),
        ("projects.json", [], Use.RECORDS),
        ("memories.json", [], Use.RECORDS),
        ("users.json", [], Use.ACCOUNTS),
        ("users.json", USER, Use.ACCOUNTS),
        ("x.json", {"chat_messages": [{"id": 1, "role": "USER"}]}, Use.RECORD),
        ("login_history.json", {"login_events": []}, Use.IGNORED),
        ("reflections/a.json", {"note": "too long"}, Use.RECORD),
        ("reflections/a.json", [{"note": "too long"}], Use.RECORDS),
        ("reflections/a.json", {"user_uuid": "a", "reflections": []}, Use.IGNORED),
        ("artifacts/1/versions/v1.html", None, Use.ASSET),
        ("top/artifacts/1/versions/v1.json", CHAT, Use.ASSET),
    ],
)
def test_names_help_without_evidence(name: str, value: Any, use: Use) -> None:
    """Where content proves nothing, the name says what a member would be, but proves nothing either."""
    found = claude.recognise(name, value)

    assert found is not None
    assert (found.use, found.evidence) == (use, False)


def test_a_file_that_is_no_json_is_nobodys() -> None:
    """Claude's exports hold no files of the user's, but for the versions of artifacts."""
    assert claude.recognise("some.png", None) is None


def test_a_wrapper_names_its_array() -> None:
    """The array of a wrapper is named, that of a bare list is not."""
    assert claude.recognise("x.json", {"conversations": [CHAT]}) == Recognition(
        Use.RECORDS,
        "conversation",
        evidence=True,
        ids=("uuid",),
        array="conversations",
        owner="account.uuid",
        body="chat_messages",
    )
    assert claude.recognise("x.json", [CHAT]) == Recognition(
        Use.RECORDS, "conversation", evidence=True, ids=("uuid",), owner="account.uuid", body="chat_messages"
    )


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("conversations-000.zip", True),
        ("My export/light_metadata-000 (1).zip", True),
        ("data-2025-04-20-10-30-45-batch-0001.zip", False),
        ("conversations.zip", False),
        ("a.zip", False),
    ],
)
def test_only_parts_are_opened_inside_a_zip(name: str, *, part: bool) -> None:
    """Who downloaded parts may pack them into one ZIP; any other that lies in an export is the user's own."""
    assert claude.holds_exports(name) is part


# How much of an account is it?

LIST = Recognition(Use.RECORDS, evidence=True)
WRAPPED = Recognition(Use.RECORDS, evidence=True, array="conversations")
ONE = Recognition(Use.RECORD, evidence=True)
USERS = Recognition(Use.ACCOUNTS, evidence=True)
A_PROJECT = Recognition(Use.RECORD, "project", evidence=True)
PARTS = ("light_metadata-000.zip", "conversations-000.zip")


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ([("conversations.json", LIST), ("users.json", USERS)], Coverage(vouches=True, within_span=True)),
        ([("conversations.json", LIST)], Coverage(within_span=True, part_of=True)),
        ([("users.json", USERS)], Coverage(part_of=True)),
        ([("projects/1.json", A_PROJECT)], Coverage(part_of=True)),
        ([("design_chats/1.json", ONE)], Coverage(part_of=True)),
        ([("my chat.json", ONE)], Coverage()),
        ([("wrapped.json", WRAPPED)], Coverage()),
        ([("some.png", Recognition(Use.ASSET))], Coverage()),
        ([], Coverage()),
    ],
)
def test_conversations_and_users_vouch_for_their_span(
    names: list[tuple[str, Recognition]], expected: Coverage
) -> None:
    """Only conversations together with users vouch, and only within their span; a part never does."""
    assert claude.coverage(names, None) == expected


def test_a_missing_batch_is_named() -> None:
    """A gap in the numbers of batches in one folder is known, and nothing vouches then."""
    names = [("e/data-1-batch-0001/conversations.json", LIST), ("e/data-1-batch-0001/users.json", USERS)]

    assert claude.coverage(names, None) == Coverage(
        part_of=True, seen=("data-1-batch-0001",), missing=("data-1-batch-0000",)
    )


def test_all_batches_vouch_together() -> None:
    """Batches without a gap are whole, as far as anybody can know."""
    names = [(f"e/x/data-1-batch-000{number}.zip/conversations.json", LIST) for number in range(2)]

    assert claude.coverage([*names, ("e/users.json", USERS)], None) == Coverage(
        vouches=True, within_span=True, seen=("data-1-batch-0000", "data-1-batch-0001")
    )


def test_a_manifest_alone_misses_everything() -> None:
    """A manifest without its parts says which files to wait for."""
    assert claude.coverage([], Manifest(None, PARTS)) == Coverage(part_of=True, missing=PARTS)


@pytest.mark.parametrize(
    "names",
    [
        ["light_metadata-000.zip/users.json", "conversations-000 (1).zip/conversations.json"],
        ["users.json", "conversations.json"],
    ],
)
def test_a_manifest_with_all_its_files_vouches(names: list[str]) -> None:
    """All listed parts, as files or unpacked beside the manifest, are the whole export."""
    members = list(zip(names, (USERS, LIST), strict=True))

    assert claude.coverage(members, Manifest(None, PARTS)) == Coverage(
        vouches=True, within_span=True, seen=PARTS
    )


def test_unpacked_parts_of_one_category_are_not_taken_for_all() -> None:
    """Where a category has two parts, one conversations.json does not stand for both."""
    files = ("conversations-000.zip", "conversations-001.zip")

    assert claude.coverage([("conversations.json", LIST)], Manifest(None, files)) == Coverage(
        part_of=True, missing=files
    )


def test_a_manifest_without_conversations_vouches_for_nothing() -> None:
    """An export of projects alone is complete, but no chat's absence from it means anything."""
    assert claude.coverage(
        [("projects/1.json", A_PROJECT)], Manifest(None, ("projects-000.zip",))
    ) == Coverage(seen=("projects-000.zip",))


# Its own facts.


def test_a_manifest_gives_names_and_time_and_hides_its_links() -> None:
    """The private links are in nothing that is printed."""
    link = "https://claude.ai/s"
    links = (("conversations-000.zip", link),)
    assert claude.manifest({**MANIFEST, "data_files": [PART | {"export_url": link}]}) == Manifest(
        1789075517.0, ("conversations-000.zip",), links
    )
    assert "https" not in repr(Manifest(0.0, (), links))
    assert "https" not in repr(claude.manifest({"data_files": [{"filename": "https://x/secret"}]}))


def test_every_counted_part_has_a_name() -> None:
    """A part that the manifest counts without naming it properly is missing until the end of days."""
    listed = {"data_files": [PART, {"filename": 7}, None], "total_files": 4}

    assert claude.manifest(listed).files == ("conversations-000.zip", "part 2", "part 3", "part 4")


def test_a_team_has_several_owners() -> None:
    """Every account is named once, with a masked address."""
    users = [
        {**USER, "email_address": "ada@example.org"},
        {"uuid": "b"},
        {**USER},
        {"full_name": "no id"},
        None,
    ]

    assert claude.accounts(users) == (Owner("a", "a•••@example.org"), Owner("b"))
    assert claude.accounts(USER) == (Owner("a"),)


@pytest.mark.parametrize(
    ("name", "identity"),
    [
        ("artifacts/1/versions/v1.html", "artifacts/1/versions/v1"),
        ("top/artifacts/1/versions/1.2.md", "artifacts/1/versions/1.2"),
        ("artifacts/1/versions/v1", "artifacts/1/versions/v1"),
        ("artifacts/1/versions/v1/index.md", "artifacts/1/versions/v1"),
        ("artifacts/1/versions/v1/css/a.css", "artifacts/1/versions/v1/css/a.css"),
        ("artifacts/1/artifact.json", ""),
        ("some.png", ""),
    ],
)
def test_the_page_of_a_version_is_found_by_it(name: str, identity: str) -> None:
    """The id of a page is the version's, whatever its ending; other files of the version keep their path."""
    assert claude.asset_id(name) == identity


@pytest.mark.parametrize(
    ("name", "time"),
    [
        ("data-2025-04-20-10-30-45-batch-0001.zip", 1745145045.0),
        ("data-2025-04-20-10-30-45-batch-0001 (1).zip", 1745145045.0),
        ("C:\\Users\\a\\data-2025-04-20-10-30-45-batch-0001(2).dms", 1745145045.0),
        ("/home/a/data-2025-04-20-10-30-45-batch-0001/", 1745145045.0),
        ("data-5f0c2a10-1111-4c3d-9a00-00000000aaaa-1777822473-5f91f1fb-batch-0000.zip", 1777822473.0),
        (
            "manifest-5f0c2a10-1111-4c3d-9a00-00000000aaaa-1788241479-bb281ebf-2026-09-10-21-25-17 (1).json",
            1789075517.0,
        ),
        ("data-2025-13-20-10-30-45-batch-0001.zip", None),
        ("conversations-000.zip", None),
        ("data-2025-04-20.zip", None),
        ("", None),
    ],
)
def test_the_time_stands_in_the_name(name: str, time: float | None) -> None:
    """Old ZIPs and manifests carry their time in the name, parts don't."""
    assert claude.name_time(name) == time


def test_nothing_is_proven_volatile() -> None:
    """No field is stripped, as no source has measured one to change by itself."""
    value = copy.deepcopy(CHAT)

    assert claude.strip("conversation", value) == 0
    assert value == CHAT


# What does it mean?


def test_messages_without_parents_follow_in_order() -> None:
    """An old export names no parents; the list is the order."""
    assert [each.parents for each in chat(message(1), message(2), message(3)).messages] == [
        (),
        ("m1",),
        ("m2",),
    ]


def test_the_root_is_no_message() -> None:
    """The all but zero id that first messages follow is nobody's parent, for two first messages too."""
    root = "00000000-0000-4000-8000-000000000000"

    assert [each.parents for each in chat(message(1, root), message(2, root)).messages] == [(), ()]


def test_an_old_chat_that_goes_on_hangs_together() -> None:
    """Where only the newer messages name parents, the older ones still follow in order."""
    messages = (message(1, ""), message(2, ""), message(3, "m2"))

    assert [each.parents for each in chat(*messages).messages] == [(), ("m1",), ("m2",)]


def test_a_thousand_deep_chain_is_read() -> None:
    """Neither depth nor a chain told backwards is a matter of the stack."""
    messages = [message(number, f"m{number - 1}") for number in range(1, 20_000)]

    assert len(chat(*reversed(messages)).messages) == len(messages)


def test_a_flat_rendering_is_marked() -> None:
    """What was read from `text` must not outrank the same message read from blocks."""
    blocks = [{"type": "text", "text": "block"}]
    reading = chat(message(1), message(2, content=blocks), message(3, content=[]))

    assert [each.structured for each in reading.messages] == [False, True, False]
    assert said(reading) == ["text 1", "block", "text 3"]


def test_reading_does_not_depend_on_the_order_of_names() -> None:
    """An export that writes its names in another order reads the same."""
    record = json.loads(
        (golden.CASES / "claude/block_types/export/conversations.json").read_text(encoding="utf-8")
    )

    assert [claude.read("conversation", each) for each in turned(record)] == [
        claude.read("conversation", each) for each in record
    ]


def turned(value: Any) -> Any:
    """A value with the names of its objects in the opposite order."""
    if isinstance(value, dict):
        return {name: turned(value[name]) for name in reversed(value)}
    return [turned(each) for each in value] if isinstance(value, list) else value


def test_extracts_of_two_chats_are_two_documents() -> None:
    """An artifact's name is unique in its chat only."""
    block = {
        "type": "tool_use",
        "name": "artifacts",
        "input": {"id": "app", "command": "create", "content": "x"},
    }
    readings = [chat(message(1, content=[block]), uuid=uuid) for uuid in ("c1", "c2")]

    assert [reading.extracts[0].document for reading in readings] == ["c1:app", "c2:app"]


def test_long_pastes_are_found() -> None:
    """The words of a paste are a part of their own, as the message may have no other."""
    paste = {"file_name": "", "extracted_content": "all my words"}
    [read] = chat(message(1, text="", attachments=[paste])).messages

    assert [(part.kind, part.text) for part in read.parts] == [(PartKind.ATTACHMENT, "all my words")]
    assert [file.text for file in read.attachments] == ["all my words"]


def test_a_design_chat_by_two_people_has_no_owner() -> None:
    """Who wrote in a design chat owns it only if nobody else did."""
    authors = [
        {"uuid": name, "role": "user", "content": {"content": "x", "authorAccountUuid": name}}
        for name in "ab"
    ]

    assert claude.read("conversation", {"messages": authors[:1]}).account == "a"
    assert claude.read("conversation", {"messages": authors}).account == ""


def test_sections_of_documents_are_nobodys_words() -> None:
    """All messages of a document have the role for it."""
    reading = claude.read(
        "memory", {"account_uuid": "a", "conversations_memory": "x", "project_memories": {"p": "y"}}
    )

    assert [(each.id, each.role) for each in reading.messages] == [
        ("conversations_memory", Role.DOCUMENT),
        ("project:p", Role.DOCUMENT),
    ]


def test_the_number_of_a_batch_stands_in_the_name() -> None:
    """Of ZIPs and of the folders they are unpacked to, second copies too."""
    stem = "data-5f0c2a10-1111-4c3d-9a00-00000000aaaa-1777822473-5f91f1fb-batch-"

    assert claude.numbered(f"{stem}0001.zip") == Numbered(stem, 1)
    assert claude.numbered(f"C:\\Downloads\\{stem}0000 (1).zip") == Numbered(stem, 0)
    assert claude.numbered("/a/data-2025-04-20-10-30-45-batch-0001/") == Numbered(
        "data-2025-04-20-10-30-45-batch-", 1
    )
    assert claude.numbered(f"{stem}99999.zip") is None
    assert claude.numbered("conversations-000.zip") is None


@pytest.mark.parametrize("kind", ["other", "conversation", "project", "memory", "artifact", "feedback"])
@pytest.mark.parametrize(
    "value", [None, [], "x", 3, float("nan"), {}, {"chat_messages": {}}, {"messages": 1}]
)
def test_odd_records_are_read_as_far_as_possible(kind: str, value: Any) -> None:
    """No value is too odd to give a reading, and none becomes a message."""
    assert claude.read(kind, value).messages == ()


def test_deep_nesting_is_kept_as_a_stub() -> None:
    """A block nested too deeply to be written again is a part nonetheless."""
    deep: Any = "x"
    for _ in range(5000):
        deep = [deep]
    reading = chat(
        message(1, content=[{"type": "new", "held": deep}]), message(1, text="other"), message(1, m=deep)
    )

    assert [part.kind for part in reading.messages[0].parts] == [PartKind.UNKNOWN, PartKind.TEXT]
    assert len(reading.messages) == 3


# Nothing raises.

NAMES = st.sampled_from(
    [
        *(
            "uuid",
            "id",
            "chat_messages",
            "messages",
            "content",
            "contentBlocks",
            "type",
            "text",
            "sender",
            "role",
        ),
        *(
            "name",
            "input",
            "citations",
            "project",
            "account_uuid",
            "memory_files",
            "versions",
            "docs",
            "files",
        ),
        *(
            "attachments",
            "parent_message_uuid",
            "created_at",
            "toolCall",
            "data_files",
            "conversations",
            "command",
        ),
    ]
)
WORDS = st.sampled_from(
    [
        "",
        "a",
        "text",
        "thinking",
        "tool_use",
        "tool_result",
        "image",
        "knowledge",
        "human",
        "m",
        "flag",
        "create",
    ]
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | WORDS | st.text(max_size=5)
JSON = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(NAMES | st.text(max_size=3), inner, max_size=6)
    ),
    max_leaves=25,
)
KINDS = st.sampled_from(["conversation", "project", "memory", "artifact", "feedback", "other"])
MEMBERS = [
    (name, value)
    for case in golden.cases("claude")
    for name, value in golden.members(case)
    if value is not None
]


@given(KINDS, st.sampled_from(["conversations.json", "reflections/a.json", "projects/a.json", "x"]), JSON)
def test_any_json_is_taken(kind: str, name: str, value: Any) -> None:
    """No JSON value makes a function of the provider raise."""
    claude.recognise(name, value)
    claude.accounts(value)
    claude.manifest(value)

    assert isinstance(claude.read(kind, value), Reading)


@given(KINDS, st.sampled_from(MEMBERS), st.data())
def test_any_damage_is_taken(kind: str, member: tuple[str, Any], data: st.DataObject) -> None:
    """A real member with one value replaced by another is recognised and read without raising."""
    name, value = member[0], copy.deepcopy(member[1])
    held, key = data.draw(st.sampled_from(list(places(value)) or [({}, "")]))
    held[key] = data.draw(JSON)
    claude.recognise(name, value)
    claude.accounts(value)
    claude.manifest(value)

    for record in value if isinstance(value, list) else [value]:
        assert isinstance(claude.read(kind, record), Reading)


def places(value: Any) -> list[tuple[Any, Any]]:
    """Every place in a value where another one could stand: what holds it, and under which key."""
    found: list[tuple[Any, Any]] = []
    waiting = [value]
    while waiting:
        held = waiting.pop()
        inner = (
            list(held.items())
            if isinstance(held, dict)
            else list(enumerate(held))
            if isinstance(held, list)
            else []
        )
        found.extend((held, key) for key, _ in inner)
        waiting.extend(each for _, each in inner)
    return found


@given(st.text(max_size=80) | st.from_regex(r"data-[0-9-]{19}-batch-\d+(\.zip)?", fullmatch=True))
def test_any_name_is_taken(name: str) -> None:
    """No name makes a function of the provider raise."""
    claude.name_time(name)
    claude.numbered(name)
    claude.asset_id(name)
    claude.holds_exports(name)

    assert claude.recognise(Path(name).name, None) in (None, Recognition(Use.ASSET), Recognition(Use.IGNORED))


PROJECT = {"uuid": "p", "name": "A project", "description": "", "prompt_template": "", "docs": []}
FILE = {"uuid": "f", "filename": "notes.md", "created_at": "2026-01-01T00:00:00Z"}
SAID = "words that somebody wrote"


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("project", {**PROJECT, "files": [FILE | {"content": SAID}]}),
        ("project", {**PROJECT, "docs": [FILE | {"text": SAID}]}),
        ("project", {**PROJECT, "docs": [{"doc": FILE | {"content": SAID}}]}),
        ("project", {**PROJECT, "instructions": SAID}),
        ("memory", {"memory_files": [{"path": "a.md", "text": SAID}]}),
        ("memory", {"project_memories": [{"project_uuid": "p", "memory": SAID}]}),
        ("artifact", {"id": "a", "versions": [{"id": "v", "caption": SAID}]}),
        ("artifact", {"id": "a", "versions": {"v": {"title": SAID}}}),
    ],
)
def test_words_that_a_document_holds_elsewhere_are_shown_and_told(kind: str, value: dict[str, Any]) -> None:
    """Exports rename things, and what was renamed does not vanish in silence."""
    found = claude.read(kind, value)

    assert [SAID in part.text for each in found.messages for part in each.parts].count(True) == 1
    assert words.MISBUILT in {each.what for each in found.problems}


def test_a_document_as_it_should_be_is_told_once() -> None:
    """What stands where it belongs is not told again, as it is or as JSON."""
    value = {**PROJECT, "name": SAID, "docs": [FILE | {"content": {"text": "some other\nwords"}}]}
    found = claude.read("project", value)

    assert [each.id for each in found.messages] == ["f"]
    assert found.problems == ()


@pytest.mark.parametrize(
    ("block", "told"),
    [
        ({"type": "thinking", "summaries": [{"summary": "in short"}], "thought": SAID}, True),
        ({"type": "thinking", "summaries": [{"summary": "in short"}], "thinking": [{"text": SAID}]}, True),
        ({"type": "tool_use", "name": "ask", "input": {"s": "x", "type": SAID}}, False),
        ({"type": "tool_use", "name": "ask", "input": {"s": "x", "id": SAID, "language": "python"}}, False),
    ],
)
def test_words_beside_those_of_a_block_are_shown(block: dict[str, Any], *, told: bool) -> None:
    """Under whatever name they stand."""
    message = {"uuid": "m", "sender": "assistant", "created_at": "2026-01-01T00:00:00Z", "content": [block]}
    found = claude.read("conversation", {"uuid": "c", "name": "", "chat_messages": [message]})

    (shown,) = found.messages
    assert any(SAID in part.text for part in shown.parts)
    assert "python" not in "".join(part.text for part in shown.parts)
    assert (words.MISBUILT in {each.what for each in found.problems}) is told
