"""The laws on the histories that hurt most, each as small as can be."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import world_chatgpt
import world_claude
import world_deepseek
from commands import chathold, process
from law_bench import Bench, bench, digests, imported, listed, shown, versions, view, words
from world_truth import (
    CHATGPT,
    CLAUDE,
    DAY,
    DEEPSEEK,
    Blank,
    Chat,
    Container,
    Export,
    Kind,
    Piece,
    Shape,
    Turn,
)
from worlds import Download, World

ADA, BOB = "user-Ada0001", "user-Bob0002"
NEW_YEAR = 1_767_225_600.0


def turn(name: str, parent: str, role: str, *pieces: tuple[Kind, str], **fields: Any) -> Turn:
    """A message said on New Year's Day."""
    return Turn(name, parent, role, NEW_YEAR + len(name), tuple(Piece(*piece) for piece in pieces), **fields)


def talk(name: str, *turns: Turn, account: str = ADA, title: str | None = "A talk") -> Chat:
    """A chat of these messages, the last one shown."""
    turns = turns or (turn(f"{name}-q", "", "user", (Kind.TEXT, f"question of {name}")),)
    return Chat(name, account, NEW_YEAR, NEW_YEAR + 60, title, turns, turns[-1].id)


def export(
    number: int, *chats: Chat, provider: str = CHATGPT, days: float | None = None, **shape: Any
) -> Export:
    """An export of these chats, a month after the one before."""
    time = NEW_YEAR + DAY * (1 + 30 * number if days is None else days)
    account = chats[0].account if chats else ADA
    return Export(number, provider, account, time, chats, shape=Shape(**shape))


def history(*exports: Export) -> World:
    """The world in which these exports were taken, each kept in a folder of its own."""
    return World(exports[0].provider, exports, {}, tidy=True)


def both_ways(table: Bench, downloads: Sequence[Download]) -> Path:
    """An archive of these downloads, which shows the same if they come the other way round; its home."""
    home, other = table.archive(downloads), table.archive(downloads[::-1])
    assert view(home) == view(other)
    return home


def only(conversations: dict[str, Any]) -> Any:
    """The one conversation there is."""
    (conversation,) = conversations.values()
    return conversation


TOOL_TALK = (
    turn("q", "", "user", (Kind.TEXT, "What is 6 times 7?")),
    turn("code", "q", "assistant", (Kind.CODE, "print(6 * 7)")),
    turn("result", "code", "tool", (Kind.RESULT, "result: 42")),
    turn("a", "result", "assistant", (Kind.TEXT, "It is 42.")),
)


@pytest.mark.parametrize("husks", [True, False], ids=["left as empty nodes", "spliced out"])
def test_tool_messages_stay_on_the_main_branch(*, husks: bool) -> None:
    """Law 10: a slim export after a rich one, or before it, leaves tool messages where they were."""
    rich = talk("c", *TOOL_TALK)
    slim = world_chatgpt.slimmed(rich, husks=husks)
    with bench() as table:
        downloads = table.saved(history(export(0, rich), export(1, slim, rich=False)))
        home = both_ways(table, downloads)
        messages = shown(home, only(listed(home))["id"])

    assert {name: message["parent"] for name, message in messages.items() if message["parent"]} == {
        "code": "q",
        "result": "code",
        "a": "result",
    }
    assert all(message["on_main_branch"] for message in messages.values())
    assert [message["role"] for message in messages.values()] == ["user", "assistant", "tool", "assistant"]


def test_durations_are_no_news() -> None:
    """Words: a form is without the fields proven volatile; only those changed, so there is no new version."""
    thoughts = turn("t", "q", "assistant", (Kind.REASONING, "Let me see."))
    chat = talk("c", TOOL_TALK[0], thoughts, turn("a", "t", "assistant", (Kind.TEXT, "It is 42.")))
    with bench() as table:
        first, second = table.saved(
            history(export(0, chat), export(1, chat, seed=5, spaced=True, escaped=True))
        )
        assert first.path.read_bytes() != second.path.read_bytes()
        home = table.archive([first])
        before = digests(home)[0]
        (receipt,) = imported(home, [second.path])

        assert (receipt["outcome"], receipt["conversations"]["unchanged"]) == ("unchanged", 1)
        assert digests(home)[0] == before
        assert len(versions(home, only(listed(home))["id"])) == 1


@pytest.mark.parametrize("blank", [Blank.NULL, Blank.EMPTY, Blank.LIST, Blank.PLACEHOLDER])
@pytest.mark.parametrize("provider", [CHATGPT, CLAUDE, DEEPSEEK])
def test_nothing_never_replaces_words(provider: str, blank: Blank) -> None:
    """Law 10: null, empty or placeholder text in a newer export leaves the older words; no version."""
    question = turn("1", "", "user", (Kind.TEXT, "Who wrote 赤壁赋?"))
    answer = turn("22", "1", "assistant", (Kind.TEXT, "Su Shi, in 1082."))
    empty = replace(answer, pieces=(Piece(Kind.TEXT, ""),), blank=blank)
    whole, poor = talk("c", question, answer), talk("c", question, empty)
    with bench() as table:
        home = both_ways(
            table,
            table.saved(history(export(0, whole, provider=provider), export(1, poor, provider=provider))),
        )
        conversation = only(listed(home))
        messages = shown(home, conversation["id"])

        assert "Su Shi, in 1082." in words(messages["22"])
        assert len(versions(home, conversation["id"])) == 1


@pytest.mark.parametrize("provider", [CHATGPT, CLAUDE, DEEPSEEK])
@pytest.mark.parametrize("cut_first", [True, False], ids=["completed later", "cut later"])
def test_a_cut_answer_never_replaces_the_whole(provider: str, *, cut_first: bool) -> None:
    """Law 10: a strict prefix gives way, whether it was exported before or after."""
    question = turn("1", "", "user", (Kind.TEXT, "Count."))
    whole = talk("c", question, turn("22", "1", "assistant", (Kind.TEXT, "One, two, three.")))
    cut = talk("c", question, turn("22", "1", "assistant", (Kind.TEXT, "One, tw")))
    chats = (cut, whole) if cut_first else (whole, cut)
    with bench() as table:
        exports = [export(number, chat, provider=provider) for number, chat in enumerate(chats)]
        home = both_ways(table, table.saved(history(*exports)))
        messages = shown(home, only(listed(home))["id"])

    assert "One, two, three." in words(messages["22"])


@pytest.mark.parametrize("cut_first", [True, False], ids=["completed later", "cut later"])
def test_a_cut_answer_in_blocks_hides_no_flat_words(*, cut_first: bool) -> None:
    """Laws 1 and 10: not even a block-structured form replaces words by their beginning."""
    question = turn("1", "", "user", (Kind.TEXT, "Count."))
    whole = talk("c", question, turn("22", "1", "assistant", (Kind.TEXT, "One, two, three.")))
    cut = talk("c", question, turn("22", "1", "assistant", (Kind.TEXT, "One, tw")))
    exports = (
        export(0 if cut_first else 1, cut, provider=CLAUDE),
        export(1 if cut_first else 0, whole, provider=CLAUDE, rich=False),
    )
    with bench() as table:
        home = both_ways(table, table.saved(history(*exports)))
        messages = shown(home, only(listed(home))["id"])

    assert "One, two, three." in words(messages["22"])


def test_blocks_outrank_a_flat_rendering() -> None:
    """Law 10: a newer export with nothing but flat text leaves thoughts, tool calls and results in place."""
    pieces = ((Kind.REASONING, "hmm"), (Kind.CODE, "1 + 1"), (Kind.RESULT, "= 2"), (Kind.TEXT, "Two."))
    question = turn("1", "", "user", (Kind.TEXT, "1 + 1?"))
    rich = talk("c", question, turn("22", "1", "assistant", *pieces))
    flat = talk("c", question, turn("22", "1", "assistant", (Kind.TEXT, "Two.")))
    with bench() as table:
        made = history(export(0, rich, provider=CLAUDE), export(1, flat, provider=CLAUDE, rich=False))
        home = both_ways(table, table.saved(made))
        parts = shown(home, only(listed(home))["id"])["22"]["parts"]

    assert (parts[0]["kind"], parts[-1]["kind"]) == ("reasoning", "text")
    assert all(text in words({"parts": parts, "attachments": []}) for _, text in pieces)


def test_each_kind_is_taken_from_where_it_is() -> None:
    """Law 10: a newer answer without its thoughts keeps the older thoughts and takes the newer words."""
    question = turn("1", "", "user", (Kind.TEXT, "1 + 1?"))
    old = talk("c", question, turn("22", "1", "assistant", (Kind.REASONING, "hmm"), (Kind.TEXT, "2")))
    new = talk("c", question, turn("22", "1", "assistant", (Kind.TEXT, "Two.")))
    with bench() as table:
        made = history(export(0, old, provider=DEEPSEEK), export(1, new, provider=DEEPSEEK))
        home = both_ways(table, table.saved(made))
        name = only(listed(home))["id"]
        parts = shown(home, name)["22"]["parts"]
        first = shown(home, name, "--version", "1")["22"]["parts"]

    assert {part["kind"]: part["text"] for part in parts} == {"reasoning": "hmm", "text": "Two."}
    assert {part["kind"]: part["text"] for part in first} == {"reasoning": "hmm", "text": "2"}


def test_one_id_with_two_contents_gives_both() -> None:
    """Law 10: two messages of one id in one record are both shown, and that is told."""
    question = turn("1", "", "user", (Kind.TEXT, "Which?"))
    one, two = (turn("22", "1", "assistant", (Kind.TEXT, text)) for text in ("the first", "another one"))
    with bench() as table:
        (download,) = table.saved(history(export(0, talk("c", question, one, two), provider=CLAUDE)))
        home = table.archive([download])
        text = "\n".join(words(message) for message in shown(home, only(listed(home))["id"]).values())

        assert "the first" in text
        assert "another one" in text
        assert table.receipts[home][0]["problems"]


def test_a_title_may_change_and_change_back() -> None:
    """Law 1: a title, another one, and the first again are three versions, in whatever order they come."""
    titles = ["Plans", "Schedule", "Plans", "", "Pla"]
    with bench() as table:
        made = history(*(export(number, talk("c", title=title)) for number, title in enumerate(titles)))
        home = both_ways(table, table.saved(made))
        conversation = only(listed(home))

        assert conversation["title"] == "Plans"
        assert [version["title"] for version in versions(home, conversation["id"])] == titles[:3]


def many(number: int, names: Sequence[int]) -> Export:
    """A whole export of numbered chats."""
    return export(number, *(talk(f"c{name:02}") for name in names))


@pytest.mark.parametrize(
    ("before", "after", "third", "gone"),
    [
        (8, 3, None, 5),
        (8, 2, None, 0),
        (8, 2, 2, 6),
        (8, 2, 8, 0),
        (35, 28, None, 7),
        (35, 27, None, 0),
        (35, 27, 27, 8),
    ],
    ids=[
        "five",
        "six of eight",
        "confirmed",
        "they are back",
        "exactly a fifth",
        "more",
        "more, confirmed",
    ],
)
def test_much_absence_waits_for_a_second_export(
    before: int, after: int, third: int | None, gone: int
) -> None:
    """Law 4: more than a fifth and more than five chats are not gone until a later export agrees."""
    sizes = [before, after] + ([] if third is None else [third])
    with bench() as table:
        made = history(*(many(number, range(size)) for number, size in enumerate(sizes)))
        home = both_ways(table, table.saved(made))
        conversations = listed(home)

    assert sum(conversation["gone_since"] is not None for conversation in conversations.values()) == gone


@pytest.mark.parametrize(
    "shape",
    [{"container": Container.LOOSE}, {"users": False}, {"container": Container.LOOSE, "shards": 2}],
    ids=["a loose file", "no users file", "loose shards"],
)
@pytest.mark.parametrize("provider", [CHATGPT, DEEPSEEK])
def test_part_of_an_account_vouches_for_nothing(provider: str, shape: dict[str, Any]) -> None:
    """Law 4: what is not known to be whole marks nothing gone; the whole export does."""
    first = export(0, talk("one"), talk("two"), talk("three"), provider=provider)
    later = (talk("one"), talk("two"))
    with bench() as table:
        home = both_ways(table, table.saved(history(first, export(1, *later, provider=provider, **shape))))
        assert not any(conversation["gone_since"] for conversation in listed(home).values())
        whole = both_ways(table, table.saved(history(first, export(1, *later, provider=provider))))
        assert [name for name, found in listed(whole).items() if found["gone_since"]] == ["three"]


def later(chat: Chat, days: float) -> Chat:
    """The same chat, begun so many days after New Year."""
    shift = days * DAY
    turns = tuple(replace(turn, time=turn.time + shift) for turn in chat.turns)
    return replace(chat, created=chat.created + shift, updated=(chat.updated or 0.0) + shift, turns=turns)


@pytest.mark.parametrize("provider", [CHATGPT, DEEPSEEK])
def test_an_unknown_time_is_not_before_all_others(provider: str) -> None:
    """Law 4: a whole export says nothing of a chat that began after it, seen only in an undated file."""
    whole = export(0, talk("one"), provider=provider)
    loose = export(3, talk("one"), later(talk("two"), 60), provider=provider, container=Container.LOOSE)
    with bench() as table:
        conversations = listed(both_ways(table, table.saved(history(whole, loose))))

    assert [found["account"] for found in conversations.values()] == [ADA, ADA]
    assert conversations["two"]["gone_since"] is None


def test_claude_parts_vouch_for_their_span_alone() -> None:
    """Law 4: a manifest's parts that show the last month mark gone what they lack of it, and nothing older."""
    chats = {name: later(talk(name), days) for name, days in (("old", 1), ("a", 60), ("b", 70), ("c", 80))}
    everything = export(0, *chats.values(), provider=CLAUDE, days=85, container=Container.PARTS)
    window = export(1, chats["a"], chats["c"], provider=CLAUDE, days=100, container=Container.PARTS)
    with bench() as table:
        conversations = listed(both_ways(table, table.saved(history(everything, window))))

    assert [name for name, found in conversations.items() if found["gone_since"]] == ["b"]


def bad_records(provider: str) -> dict[str, str]:
    """Records that cannot be read, as JSON."""
    key, body = ("uuid", "chat_messages") if provider == CLAUDE else ("id", "mapping")
    return {
        "a number for messages": json.dumps({key: "bad", body: 5}),
        "no id": json.dumps({body: 5}),
        "a string": '"bad"',
        "null": "null",
        "a number": "42",
        "a list": "[[]]",
        "too deep": f'{{"{key}": "bad", "{body}": {"[" * 3000}{"]" * 3000}}}',
    }


GOOD = {
    CHATGPT: lambda chat: world_chatgpt.record(chat, export(0, chat)),
    CLAUDE: lambda chat: world_claude.record(chat, export(0, chat, provider=CLAUDE)),
    DEEPSEEK: world_deepseek.record,
}


def put(path: Path, provider: str, records: Sequence[str]) -> Path:
    """A whole export of these records, as a ZIP."""
    owners: dict[str, tuple[str, Any]] = {
        CHATGPT: ("user.json", {"id": ADA, "email": "ada@example.com"}),
        CLAUDE: ("users.json", [{"uuid": ADA, "full_name": "Ada", "email_address": "ada@example.com"}]),
        DEEPSEEK: ("user.json", {"user_id": ADA, "email": "ada@example.com", "mobile": None}),
    }
    name, owner = owners[provider]
    members = [("conversations.json", f"[{','.join(records)}]".encode()), (name, json.dumps(owner).encode())]
    path.write_bytes(world_chatgpt.zipped(members, NEW_YEAR + DAY))
    return path


@pytest.mark.parametrize("place", [0, 1, 2], ids=["first", "middle", "last"])
@pytest.mark.parametrize("kind", list(bad_records(CHATGPT)))
@pytest.mark.parametrize("provider", [CHATGPT, CLAUDE, DEEPSEEK])
def test_one_bad_record_sinks_no_other(provider: str, kind: str, place: int) -> None:
    """Law 7: its neighbours are imported, it is counted, and told as a problem."""
    records = [json.dumps(GOOD[provider](talk(name))) for name in ("one", "two")]
    records.insert(place, bad_records(provider)[kind])
    with bench() as table:
        path = put(table.folder / "export.zip", provider, records)
        (receipt,) = imported(table.folder / "home", [path])
        counts = receipt["conversations"]

        assert {"one", "two"} <= set(listed(table.folder / "home"))
        assert receipt["outcome"] == "imported"
        assert counts["found"] == sum(counts[key] for key in counts if key != "found") == 3
        assert counts["new"] >= 2
        assert receipt["problems"]
        digests(table.folder / "home")


@pytest.mark.parametrize("provider", [CHATGPT, CLAUDE, DEEPSEEK])
def test_half_an_emoji_is_read(provider: str) -> None:
    """Law 7: a surrogate without its other half spoils neither its record nor its neighbours."""
    records = [json.dumps(GOOD[provider](talk(name))) for name in ("one", "two")]
    records[0] = records[0].replace("question of one", "question \\ud83d of one")
    with bench() as table:
        (receipt,) = imported(table.folder / "home", [put(table.folder / "export.zip", provider, records)])
        conversations = listed(table.folder / "home")
        (message,) = shown(table.folder / "home", conversations["one"]["id"]).values()
        text = "".join(part["text"] for part in message["parts"])

        assert set(conversations) == {"one", "two"}
        assert receipt["conversations"]["found"] == receipt["conversations"]["new"] == 2
        assert text.startswith("question ")
        assert text.endswith(" of one")
        digests(table.folder / "home")


@pytest.mark.parametrize("provider", [CHATGPT, CLAUDE, DEEPSEEK])
def test_an_empty_list_is_unchanged(provider: str) -> None:
    """Law 6: a whole export without any chat is no failure, and comes with advice."""
    with bench() as table:
        home, path = table.folder / "home", table.folder / "export.zip"
        imported(home, [put(table.folder / "first.zip", provider, [json.dumps(GOOD[provider](talk("one")))])])
        (receipt,) = imported(home, [put(path, provider, [])])

        assert (receipt["outcome"], receipt["conversations"]["found"]) == ("unchanged", 0)
        assert receipt["advice"]


@pytest.mark.parametrize("provider", [CHATGPT, DEEPSEEK])
def test_a_users_file_may_come_later(provider: str) -> None:
    """Law 12: a loose file belongs to the account of the export it shares a chat with."""
    loose = export(0, talk("one"), talk("two"), provider=provider, container=Container.LOOSE)
    named = export(1, talk("two"), talk("three"), provider=provider)
    with bench() as table:
        downloads = table.saved(history(loose, named))
        alone = listed(table.archive(downloads[:1]))
        conversations = listed(both_ways(table, downloads))

    assert {found["account"] for found in alone.values()} == {"unknown"}
    assert {found["account"] for found in conversations.values()} == {ADA}


def test_two_accounts_settle_nothing() -> None:
    """Law 12: a loose file that shares chats with two accounts names neither for its own chats."""
    shared = [talk("one"), talk("two", account=BOB)]
    loose = export(0, *shared, talk("three"), container=Container.LOOSE)
    with bench() as table:
        downloads = table.saved(history(loose, export(1, shared[0]), export(2, shared[1])))
        conversations = listed(both_ways(table, downloads))

    assert {name: found["account"] for name, found in conversations.items()} == {
        "one": ADA,
        "two": BOB,
        "three": "unknown",
    }


def test_import_can_name_the_account() -> None:
    """Law 12: `import --account` is a fact like any other."""
    with bench() as table:
        (download,) = table.saved(history(export(0, talk("one"), container=Container.LOOSE)))
        home = table.folder / "home"
        imported(home, [download.path], "--account", ADA)

        assert only(listed(home))["account"] == ADA


@pytest.mark.parametrize("dated_first", [True, False])
def test_a_date_in_a_later_name_counts(*, dated_first: bool) -> None:
    """Law 2: one file under a name with a date and one without is dated by it, whichever came first."""
    record = json.dumps(GOOD[CHATGPT](talk("one")))
    with bench() as table:
        names = ["kept.zip", f"{'a' * 64}-2026-04-01-12-00-00-{'b' * 32}.zip"]
        paths = [
            put(table.folder / name, CHATGPT, [record]) for name in sorted(names, reverse=not dated_first)
        ]
        home = table.folder / "home"
        receipts = [imported(home, [path])[0] for path in paths]
        dates = [version["exported_at"][:10] for version in versions(home, only(listed(home))["id"])]

    assert [receipt["outcome"] for receipt in receipts] == ["imported", "already_imported"]
    assert dates == ["2026-04-01"]


def test_a_process_says_the_same() -> None:
    """The command line prints one JSON document, in this process or in one of its own."""
    with bench() as table:
        home = table.archive(table.saved(history(export(0, talk("one")))))

        assert process(home, "list") == chathold(home, "list")
