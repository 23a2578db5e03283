"""Rules of the ChatGPT provider that golden exports do not show."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chathold.core.identity import CONVERSATION
from chathold.core.model import Message, PartKind, Role
from chathold.providers import chatgpt
from chathold.providers.base import Coverage, Manifest, Recognition, Use
from chathold.providers.chatgpt_sidecars import file_id
from chathold.providers.chatgpt_text import shown

HEX = "0123456789abcdef" * 4
PART = f"User Online Activity/Conversations__{HEX}-chatgpt-0001-part-"

MESSAGE = {
    "id": "m",
    "author": {"role": "user", "name": None},
    "create_time": 1_700_000_000.5,
    "content": {"content_type": "text", "parts": ["hello"]},
    "metadata": {},
}
CHAT = {
    "conversation_id": "c",
    "id": "c",
    "title": "A chat",
    "create_time": 1_700_000_000.0,
    "current_node": "m",
    "mapping": {
        "r": {"id": "r", "message": None, "parent": None},
        "m": {"id": "m", "parent": "r", "message": MESSAGE},
    },
}

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def chat(*messages: dict[str, Any]) -> dict[str, Any]:
    """A conversation in which the messages follow each other."""
    tree: dict[str, Any] = {"r": {"id": "r", "message": None, "parent": None}}
    before = "r"
    for number, message in enumerate(messages):
        tree[f"n{number}"] = {"id": f"n{number}", "parent": before, "message": MESSAGE | message}
        before = f"n{number}"
    return CHAT | {"mapping": tree, "current_node": before}


def only(message: dict[str, Any]) -> Message:
    """What the one message of a conversation is read as."""
    return chatgpt.read(CONVERSATION, chat(message)).messages[0]


def claims(name: str, sample: Any) -> tuple[Use, str, bool] | None:
    """A recognition without its details."""
    found = chatgpt.recognise(name, sample)
    return (found.use, found.kind, found.evidence) if found else None


# recognise


def test_content_proves_conversations_under_any_name() -> None:
    """A list of trees is ChatGPT's whatever its file is called."""
    expected = Recognition(Use.RECORDS, evidence=True, ids=("conversation_id", "id"), body="mapping")

    assert expected == chatgpt.recognise("export/my chats.txt.json", [CHAT])


def test_evidence_is_looked_for_past_odd_elements() -> None:
    """Empty and broken elements at the front of a list do not hide what comes after them."""
    assert claims("x.json", [None, {}, [], "text", {"id": "c"}, CHAT]) == (Use.RECORDS, CONVERSATION, True)


def test_a_cut_sample_is_enough() -> None:
    """The beginning of a huge first conversation proves ChatGPT before its first message is whole."""
    assert claims("x.json", [{"title": "t", "create_time": 1.5, "mapping": {}}]) == (
        Use.RECORDS,
        CONVERSATION,
        True,
    )


@pytest.mark.parametrize(
    "record",
    [
        CHAT | {"inserted_at": "2026-01-01T00:00:00+08:00"},
        {"id": "d", "current_node": "1", "mapping": {"1": {"message": {"fragments": []}}}},
        {"uuid": "c", "name": "a chat", "chat_messages": []},
        {"mapping": {"key": "value"}},
        {"mapping": []},
        {"capture": {"mapping": CHAT["mapping"]}, "source": "extension"},
    ],
    ids=["deepseek-time", "deepseek-fragments", "claude", "any-mapping", "list-mapping", "envelope"],
)
def test_lookalikes_are_not_claimed(record: dict[str, Any]) -> None:
    """What only resembles a conversation of ChatGPT's is not claimed, alone or in a list."""
    assert (claims("chat.json", record), claims("chats.json", [record])) == (None, None)


def test_a_record_of_two_services_is_claimed() -> None:
    """A tree that also has Claude's `chat_messages` is claimed, so that the quarrel is seen."""
    assert claims("x.json", [CHAT | {"chat_messages": []}]) == (Use.RECORDS, CONVERSATION, True)


def test_lists_of_other_services_under_our_name_are_left_to_them() -> None:
    """A conversations.json with another service's marks is not ours, not even without evidence."""
    assert (
        claims("conversations.json", [{"uuid": "c", "chat_messages": []}]),
        claims("conversations.json", [{"id": "d", "inserted_at": "", "mapping": {}}]),
    ) == (None, None)


def test_an_empty_list_is_known_by_name_only() -> None:
    """`[]` proves nothing; under the name of conversations it still is a list of them."""
    assert (claims("conversations-000.json", []), claims("other.json", [])) == (
        (Use.RECORDS, CONVERSATION, False),
        None,
    )


def test_a_wrapper_names_its_array() -> None:
    """Conversations inside an object are found by the name of their array."""
    found = chatgpt.recognise("x.json", {"version": 1, "conversations": [CHAT]})

    assert (
        (found.use, found.array, found.evidence) == (Use.RECORDS, "conversations", True) if found else False
    )


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"id": "user-1", "chatgpt_plus_user": False}, (Use.ACCOUNTS, CONVERSATION, True)),
        ([{"id": "user-1", "email": "a@b.c"}], (Use.ACCOUNTS, CONVERSATION, True)),
        ({"id": "user-1"}, (Use.ACCOUNTS, CONVERSATION, False)),
        ({"id": "someone", "email": "a@b.c"}, (Use.ACCOUNTS, CONVERSATION, False)),
        ({"user_id": "u", "id": "x", "mobile": None}, None),
        ([{"uuid": "u", "id": "x", "email_address": "a@b.c"}], None),
        ({}, None),
    ],
)
def test_user_file_needs_more_than_its_name(value: Any, expected: tuple[Use, str, bool] | None) -> None:
    """A users file proves ChatGPT by a `user-` id and a name of its own; other services' are not ours."""
    assert claims("tmp/user.json", value) == expected


@pytest.mark.parametrize("name", ["group_chats", "shopping", "sora", "tool_messages"])
def test_sidecars_of_unknown_shape_are_left_out_only_when_empty(name: str) -> None:
    """Nothing in them: left out. Something in them: not known, so that they are kept whole."""
    nothing: list[Any] = [[], {}, {"chats": []}]
    something: list[Any] = [[1], {"a": 1}, {"chats": [{"id": "g"}]}]
    empty = [claims(f"{name}.json", value) for value in nothing]
    full = [claims(f"{name}.json", value) for value in something]

    assert (empty, full) == ([(Use.IGNORED, CONVERSATION, False)] * 3, [None] * 3)


def test_codex_tasks_are_evidence_by_their_ids() -> None:
    """`task_e_…` with turns proves Codex; a file of that name with other turns does not."""
    task = {"id": "task_e_1", "turns": []}
    named = [claims("codex.json", [{"id": "t", "turns": []}]), claims("codex.json", [{"id": "t"}])]

    assert (claims("renamed.json", [task]), named) == (
        (Use.RECORDS, "task", True),
        [(Use.RECORDS, "task", False), None],
    )


@pytest.mark.parametrize(
    "name",
    [
        "file-Q1w2E3r4T5y6U7i8O9p0-conversations.json",
        "file_00000000abcdef.json",
        "anything.dat",
        f"User Online Activity/Files__{HEX}-files-0001.zip/conversations.json",
    ],
)
def test_uploads_stay_files_whatever_is_in_them(name: str) -> None:
    """A file that the user gave ChatGPT is an asset, even if it holds a ChatGPT export."""
    assert claims(name, [CHAT]) == (Use.ASSET, CONVERSATION, False)


def test_what_is_no_json_is_a_file_or_a_rendering() -> None:
    """HTML renderings are left out, other files kept; a JSON member that is none is nobody's."""
    names = ["chat.html", "export/chat.html", "report.html", "images/a/b/chat.html", "a.png", "broken.json"]
    uses = [found.use if (found := chatgpt.recognise(name, None)) else None for name in names]

    assert uses == [Use.IGNORED, Use.IGNORED, Use.IGNORED, Use.ASSET, Use.ASSET, None]


def test_personal_folders_of_the_portal_are_left_out_unless_they_hold_chats() -> None:
    """Billing and profile are no chats; a conversation in a folder of that name is one."""
    names = ["Financial/a.json", "User Profile/user.json", "x/Financial/b.pdf"]
    uses = [
        found.use
        for name in names
        if (found := chatgpt.recognise(name, {"id": "1"} if "json" in name else None))
    ]

    assert (uses, claims("Financial/c.json", [CHAT])) == (
        [Use.IGNORED] * 3,
        (Use.RECORDS, CONVERSATION, True),
    )


def test_only_the_exports_own_manifest_is_one() -> None:
    """A manifest below sites/ belongs to a site; Claude's has another shape."""
    listed: dict[str, Any] = {"export_files": [], "logical_files": {}}
    names = [
        ("export_manifest.json", listed),
        ("renamed.json", listed),
        ("export_manifest.json", {"files": []}),
    ]
    others = [("sites/export_manifest.json", listed), ("export_manifest.json", {"data_files": []})]

    assert [claims(*member) for member in names + others] == [
        (Use.MANIFEST, CONVERSATION, True),
        (Use.MANIFEST, CONVERSATION, True),
        (Use.MANIFEST, CONVERSATION, False),
        None,
        None,
    ]


@settings(max_examples=40)
@given(
    st.text(max_size=20)
    | st.sampled_from(["conversations.json", "user.json", "codex.json", "x/textdocs/y.json"]),
    JSON,
)
def test_recognise_never_raises(name: str, sample: Any) -> None:
    """Any JSON under any name gets an answer, and nothing that is not ours gets evidence."""
    found = chatgpt.recognise(name, sample)

    assert found is None or not found.evidence


# Containers, coverage, names


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (PART + "0001.zip", True),
        (f"Conversations_{HEX}-chatgpt-0001.zip", True),
        (f"User Online Activity/Files__{HEX}-files-0001.zip", True),
        ("User Online Activity/OtherActivity__x.zip", True),
        ("conversations-000.zip", False),
        ("file-Q1w2E3r4T5y6U7i8O9p0-Conversations.zip", False),
        (PART + "0001.zip/attached.zip", False),
        ("Financial/invoices.zip", False),
    ],
)
def test_only_the_portals_zips_are_opened(name: str, *, expected: bool) -> None:
    """The inner ZIPs of a portal container are exports; a ZIP that the user uploaded is not."""
    assert chatgpt.holds_exports(name) is expected


def covered(*names: str, manifest: Manifest | None = None) -> Coverage:
    """The coverage of a download with these members."""
    found = [
        (name, Recognition(Use.ACCOUNTS if name.endswith("user.json") else Use.RECORDS))
        for name in names
        if name.endswith(".json")
    ]
    found += [(name, Recognition(Use.ASSET)) for name in names if not name.endswith(".json")]
    return chatgpt.coverage(found, manifest)


def test_one_file_and_its_owner_vouch() -> None:
    """user.json beside conversations.json is the whole of an account."""
    assert covered("export/user.json", "export/conversations.json") == Coverage(vouches=True)


def test_without_owner_nothing_vouches() -> None:
    """Loose files and files of other tools never vouch."""
    downloads = [
        covered("conversations.json"),
        covered("conversations-000.json"),
        covered("ChatGPT-chat.json", "user.json"),
        covered("user.json"),
    ]

    assert [found.vouches for found in downloads] == [False] * 4


def test_shards_vouch_without_gaps() -> None:
    """Shards from 000 on vouch together and are named in numeric order."""
    names = ["user.json", "conversations-10.json", *(f"conversations-{number}.json" for number in range(10))]

    assert covered(*names) == Coverage(
        vouches=True, seen=tuple(f"conversations-{number}.json" for number in range(11))
    )


def test_missing_shards_are_named() -> None:
    """A gap, and what the manifest lists beyond the last shard, is missing by name; other files are not."""
    manifest = Manifest(
        None, ("conversations-000.json", "./conversations-004.json", "file_1.dat", "user.json")
    )

    assert covered(
        "user.json", "conversations-000.json", "conversations-002.json", manifest=manifest
    ) == Coverage(
        seen=("conversations-000.json", "conversations-002.json"),
        missing=("conversations-001.json", "conversations-004.json"),
    )


def test_one_file_does_not_make_up_for_listed_shards() -> None:
    """A conversations.json beside a manifest that lists shards is not known to be all of them."""
    found = covered("user.json", "conversations.json", manifest=Manifest(None, ("conversations-000.json",)))

    assert (found.vouches, found.missing) == (False, ("conversations-000.json",))


def test_a_loose_shard_misses_nothing() -> None:
    """A shard dropped alone is not told that its siblings are missing: each comes as its own file."""
    assert covered("conversations-003.json") == Coverage(seen=("conversations-003.json",))


def test_gapless_container_vouches() -> None:
    """A portal container vouches by its parts, which need no users file."""
    found = covered(
        PART + "0002.zip/file_1.dat",
        PART + "0010.zip/a.dat",
        *(f"{PART}{number:04d}.zip/x.dat" for number in range(3, 10)),
        PART + "0001.zip/conversations-000.json",
    )

    assert (found.vouches, found.missing, found.seen[-1]) == (
        True,
        (),
        f"Conversations__{HEX}-chatgpt-0001-part-0010.zip",
    )


def test_missing_parts_of_a_container_are_named() -> None:
    """A gap in the numbers of a container's parts, or ZIPs, is missing by name."""
    found = covered(
        PART + "0003.zip/conversations-000.json", PART.replace("0001-", "0003-") + "0001.zip/a.dat"
    )

    assert (found.vouches, found.missing) == (
        False,
        (
            f"Conversations__{HEX}-chatgpt-0001-part-0001.zip",
            f"Conversations__{HEX}-chatgpt-0001-part-0002.zip",
            f"Conversations__{HEX}-chatgpt-0002.zip",
        ),
    )


def test_unpacked_container_counts_too() -> None:
    """A part that was unpacked into a folder of its name is that part."""
    assert covered(PART + "0001/conversations-000.json", PART + "0002/x.dat").vouches


@pytest.mark.parametrize(
    "tail", [".zip", f"-{HEX[:32]}.zip", " (1).zip", f"-{HEX[:32]}(2).zip", f"-{HEX[:32]}"]
)
def test_download_names_tell_the_export_time(tail: str) -> None:
    """The browser's file name holds the time, whatever copies and unpacking add to it."""
    expected = datetime(2026, 2, 28, 12, 1, 6, tzinfo=UTC).timestamp()

    assert chatgpt.name_time(f"C:\\Downloads\\{HEX}-2026-02-28-12-01-06{tail}") == expected


@pytest.mark.parametrize(
    "name", ["OpenAI-export.zip", f"{HEX}-2026-02-30-12-01-06.zip", f"{HEX[1:]}-2026-02-28-12-01-06.zip", ""]
)
def test_other_names_tell_no_time(name: str) -> None:
    """A name that is not the browser's, or no date, tells nothing."""
    assert chatgpt.name_time(name) is None


@pytest.mark.parametrize(
    ("pointer", "member"),
    [
        ("file-service://file-Q1w2E3r4T5y6U7i8O9p0", "file-Q1w2E3r4T5y6U7i8O9p0-a picture.png"),
        ("file-service://file-Q1w2E3r4-T5y6_i8", "file-Q1w2E3r4-T5y6_i8.dat"),
        ("sediment://file_00000000000000aa", "user-1/file_00000000000000aa-7c9e6679-7425.png"),
        ("sediment://file_00000000000000aa#p_1.png", "file_00000000000000aa.dat"),
        ("sediment://0a1b#file_00000000000000aa#p_1.png", "file_00000000000000aa-sanitized.png"),
        ("file_00000000000000aa", "audio/file_00000000000000aa.wav"),
    ],
)
def test_pointers_and_members_name_the_same_file(pointer: str, member: str) -> None:
    """The id in a message's pointer is the one in the member's name."""
    assert file_id(pointer) == chatgpt.asset_id(member)


@settings(max_examples=40)
@given(JSON)
def test_sidecars_never_raise(value: Any) -> None:
    """Any JSON may stand where a users file, a manifest or names of files are expected."""
    chatgpt.accounts(value)
    chatgpt.asset_names(value)

    assert all(isinstance(name, str) for name in chatgpt.manifest(value).files)


def test_manifest_layouts() -> None:
    """Files are found as strings and objects, flat, by logical file and in shards; ways out are not."""
    value = {
        "created_at": "2026-07-29T12:00:00Z",
        "export_files": [{"path": "a\\b.json"}, "../c.json", "C:/d.json"],
        "files": [{"name": "e.json", "shards": ["f.json", {"filename": "g.json"}, 7]}],
        "logical_files": {"h": {"files": ["h-000.json", "a/b.json"]}, "i": None},
    }

    assert chatgpt.manifest(value) == Manifest(
        datetime(2026, 7, 29, 12, tzinfo=UTC).timestamp(),
        ("e.json", "f.json", "g.json", "a/b.json", "h-000.json"),
    )


# strip


def test_strip_removes_the_proven_names_only() -> None:
    """Three names in a message's metadata go, as numbers, null or raw JSON; all else stays."""
    metadata = {
        "finished_duration_sec": msgspec.Raw(b"13"),
        "reasoning_start_time": None,
        "reasoning_end_time": {"not": "a number"},
        "pad": "AAA",
    }
    value = chat({"metadata": metadata})

    assert (chatgpt.strip(CONVERSATION, value), metadata) == (
        2,
        {"reasoning_end_time": {"not": "a number"}, "pad": "AAA"},
    )


@settings(max_examples=40)
@given(JSON, st.sampled_from([CONVERSATION, "task"]))
def test_strip_takes_any_shape(value: Any, kind: str) -> None:
    """A record in which nothing is where it should be loses nothing."""
    record = {"mapping": value, "finished_duration_sec": 1}

    assert chatgpt.strip(kind, copy.deepcopy(record)) == 0


# read


@pytest.mark.parametrize(
    ("recipient", "kind"),
    [
        ({}, PartKind.TOOL_CALL),
        ({"recipient": "python"}, PartKind.TOOL_CALL),
        ({"recipient": "all"}, PartKind.CODE),
    ],
)
def test_code_without_recipient_is_a_call(recipient: dict[str, str], kind: PartKind) -> None:
    """A poor export of a call has no recipient, and must not read as another kind than the rich one."""
    message = {"author": {"role": "assistant"}, "content": {"content_type": "code", "text": "1"}, **recipient}

    assert only(message).parts[0].kind is kind


def test_words_of_a_user_are_text_whoever_they_address() -> None:
    """Only an assistant calls tools."""
    assert only({"recipient": "some.tool"}).parts[0].kind is PartKind.TEXT


@pytest.mark.parametrize(
    ("message", "hidden"),
    [
        ({}, False),
        ({"weight": 0.0}, True),
        ({"weight": None}, False),
        ({"metadata": {"is_visually_hidden_from_conversation": True}}, True),
        ({"author": {"role": "developer"}}, True),
        ({"author": {"role": "critic"}}, False),
        ({"content": {"content_type": "model_editable_context"}}, True),
    ],
)
def test_hidden(message: dict[str, Any], *, hidden: bool) -> None:
    """What ChatGPT does not show is hidden; what only is not understood is not."""
    assert only(message).hidden is hidden


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("plain\r\ntext\x00", "plain\r\ntext"),
        ("文\ue200cite\ue202turn0search0\ue201。", "文。"),
        ("a \ue203span\ue204 b\ue206", "a span b"),
        ("cut \ue200cite\ue202turn0sea", "cut "),
        ("open \ue200 and on", "open  and on"),
        ('\ue200entity\ue202["people","Ada Lovelace","writer"]\ue201!', "Ada Lovelace!"),
        ("\ue200entity\ue202broken\ue201!", "!"),
        ("\ue300 and \ue1ff stay", "\ue300 and \ue1ff stay"),
        ("【12†source】", "【12†source】"),
    ],
)
def test_marks_are_not_shown(written: str, read: str) -> None:
    """Citation marks and NUL go from what is shown; a cut mark too, so that a cut answer stays a prefix."""
    assert shown(written) == read


@settings(max_examples=40)
@given(st.permutations(["a", "b", "c", "d"]))
def test_order_of_names_does_not_matter(order: list[str]) -> None:
    """JSON objects have no order: a tree written in another order reads the same."""
    edges = [("a", None, 5), ("b", "a", 4), ("c", None, None), ("d", "c", 4)]
    nodes: dict[str, Any] = {
        name: {"id": name, "parent": parent, "message": MESSAGE | {"create_time": time}}
        for name, parent, time in edges
    }
    nodes["b"]["children"] = nodes["d"]["children"] = ["c", "b", "d"]

    def reading(names: list[str]) -> Any:
        return chatgpt.read(CONVERSATION, CHAT | {"mapping": {name: nodes[name] for name in names}})

    assert reading(order) == reading(sorted(nodes))


def test_chains_may_be_deep() -> None:
    """A chat of many thousands of messages is read without recursion."""
    messages = chatgpt.read(CONVERSATION, chat(*({} for _ in range(5_000)))).messages

    assert len(messages) == 5_000


def test_values_may_be_deep() -> None:
    """A value nested deeper than Python can write is a part without text, not a failure."""
    deep: Any = "bottom"
    for _ in range(100_000):
        deep = [deep]
    part = only({"content": {"content_type": "text", "parts": [deep]}}).parts[0]
    while isinstance(deep, list):
        deep = deep.pop()

    assert (part.kind, part.text) == (PartKind.UNKNOWN, "")


def test_canvas_of_an_unanswered_call_is_named_by_its_message() -> None:
    """Where no answer gives a canvas its id, the call's message does."""
    call = {
        "author": {"role": "assistant"},
        "recipient": "canmore.create_textdoc",
        "content": {"content_type": "text", "parts": [json.dumps({"name": "Plan", "content": "First."})]},
    }
    (extract,) = chatgpt.read(CONVERSATION, chat(call)).extracts

    assert (extract.document, extract.section, extract.title, extract.text) == ("n0", "n0", "Plan", "First.")


def test_canvas_id_in_the_metadata_of_the_call_itself() -> None:
    """A call that names its canvas needs no answer."""
    call = {
        "author": {"role": "assistant"},
        "recipient": "canmore.update_textdoc",
        "metadata": {"canvas": {"textdoc_id": "t1", "title": "Plan"}},
        "content": {"content_type": "text", "parts": ["A report, not JSON."]},
    }
    (extract,) = chatgpt.read(CONVERSATION, chat(call)).extracts

    assert (extract.document, extract.title, extract.text) == ("t1", "Plan", "A report, not JSON.")


def test_same_instructions_are_one_section() -> None:
    """Custom instructions that stand in many chats are one piece of one document."""
    context = {"content": {"content_type": "user_editable_context", "user_instructions": "Be brief."}}
    extracts = chatgpt.read(CONVERSATION, chat(context, context)).extracts

    assert len({(extract.document, extract.section) for extract in extracts}) == 1


@pytest.mark.parametrize("kind", ["task", "canvas", "feedback", "comparison", "share", "other"])
@pytest.mark.parametrize("value", [{}, {"id": 7}, [], None, [{"a": "text"}]])
def test_documents_of_unknown_shape_stay_findable(kind: str, value: Any) -> None:
    """A document that does not fit is shown as it is, or reads as empty; a section is never a message."""
    reading = chatgpt.read(kind, value)

    assert {message.role for message in reading.messages} <= {Role.DOCUMENT}


@settings(max_examples=40)
@given(JSON, st.sampled_from([CONVERSATION, "task", "canvas", "feedback", "comparison", "share", "other"]))
def test_read_never_raises(value: Any, kind: str) -> None:
    """Any JSON is read, if only as problems."""
    chatgpt.read(kind, value)


RICH: dict[str, Any] = {
    **MESSAGE,
    "weight": 1.0,
    "recipient": "canmore.create_textdoc",
    "content": {
        "content_type": "text",
        "parts": ["x", {"content_type": "image_asset_pointer", "asset_pointer": "sediment://file_1"}],
        "text": "t", "language": "l", "result": "r", "summary": "s", "url": "u", "title": "t", "name": "n",
        "thoughts": [{"summary": "s", "content": "c", "chunks": ["x"]}], "content": "c", "output_str": "o",
        "user_profile": "p", "user_instructions": {"a": "b"}, "model_set_context": "m",
        "state": {"title": "t", "url": "u"}, "screenshot": {"asset_pointer": "sediment://x#file_2"},
    },
    "metadata": {
        "attachments": [{"id": "file_1", "name": "n", "mime_type": "m", "size": 1}],
        "citations": [{"metadata": {"url": "u", "title": "t"}}],
        "content_references": [{"items": [{"url": "v", "supporting_websites": [{"url": "w"}]}]}],
        "aggregate_result": {"messages": [{"image_url": "file-service://file-1"}]},
        "canvas": {"textdoc_id": "t", "content": "c"},
        "user_context_message_data": {"about_user_message": "a"},
    },
}  # fmt: skip
TYPES = [
    "text",
    "multimodal_text",
    "code",
    "thoughts",
    "reasoning_recap",
    "execution_output",
    "citable_code_output",
    "tether_quote",
    "tether_browsing_display",
    "sonic_webpage",
    "system_error",
    "computer_output",
    "user_editable_context",
    "model_editable_context",
    "never_seen",
]


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of everything in `value`."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for name, held in inner for place in places(held, (*path, name)))]


def replaced(value: Any, place: tuple[Any, ...], by: Any) -> Any:
    """`value` with what stands at `place` replaced, if there still is such a place."""
    if not place:
        return by
    name, *rest = place
    if isinstance(value, dict):
        return value | {name: replaced(value.get(name), tuple(rest), by)}
    if isinstance(value, list):
        return [replaced(held, tuple(rest), by) if at == name else held for at, held in enumerate(value)]
    return value


PLACES = [place for place in places(RICH) if place]


@settings(max_examples=80)
@given(st.sampled_from(TYPES), st.lists(st.tuples(st.sampled_from(PLACES), JSON), min_size=1, max_size=3))
def test_mutated_messages_never_raise(kind: str, changes: list[tuple[tuple[Any, ...], Any]]) -> None:
    """A message of any type with any of its values replaced by anything is still one message."""
    message = replaced(RICH, ("content", "content_type"), kind)
    for place, value in changes:
        message = replaced(message, place, value)

    assert len(chatgpt.read(CONVERSATION, chat(message)).messages) == 1


@settings(max_examples=60)
@given(st.dictionaries(st.sampled_from(["r", "m", "", "x"]), st.fixed_dictionaries({}, optional={
    "id": JSON, "parent": st.sampled_from(["r", "m", "", "x"]) | JSON,
    "children": st.lists(st.sampled_from(["r", "m", "", "x"])) | JSON, "message": st.just(MESSAGE) | JSON,
}) | JSON))  # fmt: skip
def test_mutated_trees_keep_ids_unique(tree: dict[str, Any]) -> None:
    """Whatever the edges are, nothing raises, and no two messages get one id."""
    ids = [message.id for message in chatgpt.read(CONVERSATION, CHAT | {"mapping": tree}).messages]

    assert sorted(set(ids)) == sorted(ids)
