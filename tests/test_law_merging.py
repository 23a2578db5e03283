"""The tenth law, and titles and durations beside it, on the smallest histories that hurt."""

from __future__ import annotations

from dataclasses import replace

import pytest

import world_chatgpt
from law_bench import bench, both_ways, digests, imported, listed, only, shown, versions, words
from world_small import export, history, talk, turn
from world_truth import CHATGPT, CLAUDE, DEEPSEEK, Blank, Kind, Piece

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


@pytest.mark.spread(3)
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


@pytest.mark.spread(5)
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
