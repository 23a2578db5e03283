"""Search as its users meet it: what is said is found, in any script, and nothing else is."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import scripts_of_the_world as world
from chathold.archive.store import Archive
from chathold.search import Wish, find
from commands import chathold
from scripts_of_the_world import START, account
from world_truth import CHATGPT, CLAUDE, DAY, DEEPSEEK, Chat, Document, Export, Kind, Piece, Turn, named
from worlds import World, write

SEED = 20_261_125
SAID = world.chats(SEED)[1]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that holds chats in every script, of all services."""
    folder = tmp_path_factory.mktemp("search")
    made, _said = world.chats(SEED)
    for path in world.exports(folder / "downloads", made):
        chathold(folder / "home", "import", str(path))
    return folder / "home"


def found(home: Path, query: str, *options: str) -> list[dict[str, Any]]:
    """The results of a query."""
    answer: dict[str, Any] = chathold(home, "search", query, "--limit", "10000", *options)
    assert answer["total"] == len(answer["results"])
    assert answer["pending"] == 0
    return list(answer["results"])


def messages(home: Path, query: str, *options: str) -> list[str | None]:
    """The ids of the messages that a query finds, in their order."""
    return [each["message"] for each in found(home, query, *options)]


def _is_found(home: Path, script: world.Script, rng: Random) -> None:
    said = rng.choice([each for each in SAID if each.script is script])
    for query in world.queries(rng, said.text, script, 2):
        assert said.message in messages(home, f'"{query}"')
        assert said.message in messages(home, f'"{query.upper()}"')


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(script=st.sampled_from(world.SCRIPTS), rng=st.randoms(use_true_random=False))
def test_any_word_of_any_message_is_found(home: Path, script: world.Script, rng: Random) -> None:
    """In scripts without spaces any run of one, two or three characters; in whatever case."""
    _is_found(home, script, rng)


@pytest.mark.slow
@pytest.mark.parametrize("script", world.SCRIPTS, ids=lambda script: script.name)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rng=st.randoms(use_true_random=False))
def test_any_word_of_any_message_is_found_in(home: Path, script: world.Script, rng: Random) -> None:
    """The same, very often, in each script."""
    _is_found(home, script, rng)


# --- A small archive in which each message has words of its own

HUMAN, ANSWER = named("a question"), named("an answer")
TEXT, REASONING, CODE = Kind.TEXT, Kind.REASONING, Kind.CODE


def _turn(
    name: str, role: str, at: float, *pieces: tuple[Kind, str], parent: str = "", file: str = ""
) -> Turn:
    return Turn(name, parent, role, START + at, tuple(Piece(*each) for each in pieces), file=file)


def _chat(provider: str, number: int, title: str, *turns: Turn, days: float = 0) -> Chat:
    moved = tuple(replace(turn, time=turn.time + days * DAY) for turn in turns)
    name = named(provider, "small", number)
    return Chat(name, account(provider), moved[0].time, moved[-1].time, title, moved, moved[-1].id)


def _imported(folder: Path, provider: str, *chats: Chat, **beyond: Any) -> Path:
    export = Export(0, provider, account(provider), START + 60 * DAY, chats, **beyond)
    for download in write(World(provider, (export,), {}), folder / "downloads"):
        chathold(folder / "home", "import", str(download.path))
    return folder / "home"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three chats and a project."""
    folder = tmp_path_factory.mktemp("small")
    _imported(
        folder,
        CLAUDE,
        _chat(
            CLAUDE,
            1,
            "Gardening in spring",
            _turn("c1", "user", 1, (TEXT, "When do I plant the mango tree, in March?")),
            _turn(
                "c2",
                "assistant",
                2,
                (REASONING, "apricot apricot apricot apricot"),
                (TEXT, "In May."),
                parent="c1",
            ),
        ),
        _chat(
            CLAUDE,
            2,
            "Fruit",
            _turn("c3", "user", 3, (TEXT, "Is the apricot a fruit? the mango tree")),
            days=10,
        ),
        documents=(Document(named("p"), "project", account(CLAUDE), "Orchard", "all about quinces", START),),
    )
    return _imported(
        folder,
        CHATGPT,
        _chat(
            CHATGPT,
            3,
            "",
            _turn("g1", "user", 4, (TEXT, "plant a tree of mango"), file="file_0000000000000001"),
            _turn("g2", "assistant", 5, (TEXT, "```python\nplant(mango)\n```"), parent="g1"),
            _turn("g3", "assistant", 6, (CODE, "grow_tree(mango.seed)"), parent="g2"),
            days=20,
        ),
    )


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("mango", {"c1", "c3", "g1", "g2", "g3"}),
        ("MANGO TREE", {"c1", "c3", "g1", "g3"}),
        ('"mango tree"', {"c1", "c3"}),
        ("“mango tree”", {"c1", "c3"}),
        ("「mango tree」", {"c1", "c3"}),
        ("＂ｍａｎｇｏ　ｔｒｅｅ＂", {"c1", "c3"}),
        ("mango　tree", {"c1", "c3", "g1", "g3"}),
        ("man*", {"c1", "c3", "g1", "g2", "g3"}),
        ("man＊ tre*", {"c1", "c3", "g1", "g3"}),
        ("man", set()),
        ('"mango tr"*', {"c1", "c3"}),
        ("apricot OR March", {"c1", "c2", "c3"}),
        ("apricot and March", set()),
        ("mango AND (apricot OR march)", {"c1", "c3"}),
        ("mango NOT tree", {"g2"}),
        ("mango -tree", {"g2"}),
        ("mango -(tree OR python)", set()),
        ("NOT tree mango", {"g2"}),
        ("mango NOT NOT tree", {"c1", "c3", "g1", "g3"}),
        ("grow_tree", {"g3"}),
        ("mango.seed", {"g3"}),
        ("gardening", {None}),
        ("quinces", {named("p")}),
        ("photo.png", {"g1"}),
        ("mango role:user", {"c1", "c3", "g1"}),
        ("mango provider:claude", {"c1", "c3"}),
        ("mango has:code", {"g2", "g3"}),
        ("mango has:attachment", {"g1"}),
        ("mango model:GPT-5", {"g2", "g3"}),
        ('mango title:"in SPRING"', {"c1"}),
        ("mango since:2026-01-11", {"c3", "g1", "g2", "g3"}),
        ("mango until:2026-01-11", {"c1", "c3"}),
        ("mango since:2026-01-11 until:2026-01-11", {"c3"}),
        ("mango since:2026-01 until:2026", {"c1", "c3", "g1", "g2", "g3"}),
        ("mango since:2027", set()),
        ("has:attachment", {"g1"}),
        ("title:fruit role:user", {"c3"}),
        ("foo:mango", set()),
        ("c++", set()),
    ],
)
def test_a_query_finds(small: Path, query: str, expected: set[str | None]) -> None:
    """Words, phrases, beginnings, operators, filters; full-width forms and other quotation marks are the same."""
    held = messages(small, query)
    assert len(held) == len(set(held))
    if named("p") in expected:
        assert len(held) == 1
    else:
        assert set(held) == expected


@pytest.mark.parametrize(
    ("options", "filters"),
    [
        (["--role", "user"], "role:user"),
        (["--provider", "claude"], "provider:claude"),
        (["--account", account(CHATGPT)], f"account:{account(CHATGPT)}"),
        (["--has", "code", "--model", "gpt"], "has:code model:gpt"),
        (["--since", "2026-01-05", "--until", "2026-01-15"], "since:2026-01-05 until:2026-01-15"),
        (["--title", "in spring"], 'title:"in spring"'),
    ],
)
def test_options_say_what_filters_in_the_query_say(small: Path, options: list[str], filters: str) -> None:
    """And both say something."""
    held = messages(small, "mango", *options)
    assert held == messages(small, f"mango {filters}")
    assert 0 < len(held) < 5


def test_a_label_names_an_account(small: Path) -> None:
    """As in `list`."""
    chathold(small, "account", "label", f"{CHATGPT}/{account(CHATGPT)}", "My own")
    assert set(messages(small, 'mango account:"My own"')) == {"g1", "g2", "g3"}


def test_what_was_said_comes_before_what_stands_aside(small: Path) -> None:
    """However often the reasoning mentions it."""
    assert messages(small, "apricot") == ["c3", "c2"]


def test_the_newest_comes_first_if_so_wished(small: Path) -> None:
    """By the time of the message."""
    assert messages(small, "mango", "--newest") == ["g3", "g2", "g1", "c3", "c1"]


def test_very_common_words_are_answered_by_the_newest(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All are counted."""
    monkeypatch.setattr("chathold.search.finding.COMMON", 4)
    answer = chathold(small, "search", "mango", "--limit", "2")
    assert (answer["total"], [each["message"] for each in answer["results"]]) == (5, ["g3", "g2"])


@pytest.mark.parametrize("part", [1, 2, 100])
def test_so_are_beginnings(small: Path, monkeypatch: pytest.MonkeyPatch, part: int) -> None:
    """Whether the newest part of all that is indexed holds enough of them or not, on any page."""
    monkeypatch.setattr("chathold.search.finding.COMMON", 2)
    monkeypatch.setattr("chathold.search.finding._NEWEST_RANKED", 2)
    monkeypatch.setattr("chathold.search.finding._NEWEST_PART", part)
    monkeypatch.setattr("chathold.search.finding.COMMON_BEGINNING", 2)
    for more in ("", " role:user", " provider:chatgpt"):
        whole, begun = (
            chathold(small, "search", f"{word}{more}", "--limit", "2") for word in ("mango", "man*")
        )
        assert begun["total"] == whole["total"] > 2
        assert [each["message"] for each in begun["results"]] == [
            each["message"] for each in whole["results"]
        ]


def test_beginnings_are_sooner_answered_by_the_newest(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Than whole words are; all of them are found, page by page."""
    best, newest = messages(small, "mango"), ["g3", "g2", "g1", "c3", "c1"]
    monkeypatch.setattr("chathold.search.finding.COMMON_BEGINNING", 4)
    assert messages(small, "mango") == best != newest
    archive = Archive.open(small / "archive")
    assert archive is not None
    with closing(archive):
        pages = [find(archive, Wish("man*"), limit=2, offset=at) for at in (0, 2, 4)]
    assert [hit.message for page in pages for hit in page.results] == newest
    assert {page.total for page in pages} == {5}


def test_a_result_says_where_it_is(small: Path) -> None:
    """As the design has it; what was searched for is marked."""
    (result,) = found(small, "march")
    shown = chathold(small, "show", result["conversation"])
    assert shown["conversation"]["provider_id"] == named(CLAUDE, "small", 1)
    assert result == {
        "conversation": shown["conversation"]["id"],
        "provider": "claude",
        "account": account(CLAUDE),
        "title": "Gardening in spring",
        "message": "c1",
        "role": "user",
        "time": "2026-01-01T00:00:01Z",
        "snippet": "When do I plant the mango tree, in ⟪March⟫?",
    }


def test_a_title_is_a_result_of_its_own(small: Path) -> None:
    """It has no message."""
    (result,) = found(small, "gardening")
    assert (result["message"], result["role"], result["snippet"]) == (None, None, "⟪Gardening⟫ in spring")


def test_a_page_of_results_is_a_part_of_all(small: Path) -> None:
    """`total` counts all."""
    answer = chathold(small, "search", "mango", "--limit", "2", "--newest")
    assert (answer["query"], answer["total"], len(answer["results"])) == ("mango", 5, 2)


@pytest.mark.parametrize(
    "query",
    [
        "", " ", "!!!", "-mango", "NOT mango", "(", ")", "(mango", "mango)", "mango AND", "OR mango", "mango OR",
        "AND", "mango AND OR tree", '"mango', "「mango", "()", "mango ()", "role:", "role:king", "has:money",
        "since:yesterday", "until:2026-13", "-role:user", "(role:user)", "mango OR NOT tree", "(" * 50 + "a",
        "a " * 2000, "--rol user", "provider:bard mango",
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_explained(small: Path, query: str) -> None:
    """It is wrong usage, and the answer says how it is written."""
    error = chathold(small, "search", query, expect=2)["error"]
    assert error["title"]
    assert error["advice"]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    query=st.lists(
        st.sampled_from(
            ['"', "(", ")", "AND", "OR", "NOT", "-", "*", "mango", "role:user", "has:", "since:2026", "数"]
        )
        | st.text(max_size=6),
        max_size=12,
    ).map(" ".join)
    | st.text(max_size=40)
)
def test_no_query_is_a_bug(small: Path, query: str) -> None:
    """Whatever is typed is answered, or explained."""
    assume(not query.startswith("--"))
    answer = chathold(small, "search", query, expect=None)
    assert "results" in answer or answer["error"]["advice"]


def test_words_for_people_hold_no_control_characters(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Titles and snippets are made harmless, and it is said how to open a chat."""
    from chathold.__main__ import main  # noqa: PLC0415 - as the command's helper has it

    assert main(["--home", str(small), "search", "march"]) == 0
    said = capsys.readouterr().out
    assert "Gardening in spring" in said
    assert "⟪March⟫" in said
    assert "chathold show" in said


def test_a_message_in_several_forms_is_found_by_all_that_is_kept_of_it(tmp_path: Path) -> None:
    """A later export that lacks the reasoning takes nothing away; what it adds is found at once."""
    first = _chat(
        CLAUDE, 1, "A", _turn("m1", "assistant", 1, (REASONING, "secretly quince"), (TEXT, "openly plum"))
    )
    later = replace(first, turns=(*first.turns, _turn("m2", "user", 9, (TEXT, "finally pear"), parent="m1")))
    home = _imported(tmp_path, CLAUDE, first)
    export = Export(1, CLAUDE, account(CLAUDE), START + 90 * DAY, (later,))
    for download in write(
        World(CLAUDE, (replace(export, shape=replace(export.shape, rich=False)),), {}), tmp_path
    ):
        chathold(home, "import", str(download.path))
    assert [messages(home, word) for word in ("quince", "plum", "pear")] == [["m1"], ["m1"], ["m2"]]


def test_a_search_before_any_import_says_what_to_do(tmp_path: Path) -> None:
    """As every command that reads."""
    assert chathold(tmp_path, "search", "x", expect=1)["error"]["advice"]


@pytest.fixture
def deepseek(tmp_path: Path) -> Path:
    """A question with its answer."""
    turns = (
        _turn("1", "user", 1, (TEXT, "why blue")),
        _turn("2", "assistant", 2, (REASONING, "rayleigh"), (TEXT, "scattering"), parent="1"),
    )
    return _imported(tmp_path, DEEPSEEK, _chat(DEEPSEEK, 1, "Sky", *turns))


def test_json_is_one_document_with_everything_in_it(deepseek: Path) -> None:
    """Ids are those that `show` prints."""
    (result,) = found(deepseek, "rayleigh")
    shown = chathold(deepseek, "show", result["conversation"])
    assert result["message"] in {each["id"] for each in shown["messages"]}
    json.dumps(result)
