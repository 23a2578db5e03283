"""The service's own shape: what is taken out and imported again shows the same."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

import golden
from chathold.providers import PROVIDERS
from commands import chathold
from law_bench import bench, imported
from taken_out import exports, shown, skeleton
from test_samples import FOLDER, every, named
from worlds import worlds

_SLOW = [HealthCheck.too_slow]
FEW = settings(max_examples=2, derandomize=True, deadline=None, database=None, suppress_health_check=_SLOW)
MANY = settings(FEW, max_examples=40)
GOLDEN = [case for provider in PROVIDERS for case in golden.cases(provider.NAME)]


def again(home: Path, folder: Path) -> tuple[dict[str, Any], Path]:
    """The answer of taking everything out, and the home of a new archive made of that."""
    answer = chathold(home, "export", str(folder / "out"), "--format", "original")
    other = folder / "again"
    if found := exports(folder / "out"):
        imported(other, found)
    return answer, other


def test_numbers_of_any_size_are_taken_out(tmp_path: Path) -> None:
    """Of a chat that several records together say: one of them is put together, and written anew."""
    home = tmp_path / "home"
    for month, (last, said) in enumerate((("b", "first"), ("c", "second")), 1):
        tree: dict[str, Any] = {"a": {"message": _message("a", "asked \ud800", {"n": 2**70})}}
        tree[last] = {"parent": "a", "message": _message(last, said, {})}
        chat = {"conversation_id": "x", "title": "X", "update_time": 1.7e9 + month, "mapping": tree}
        path = tmp_path / f"{'f' * 64}-2026-{month:02}-01-12-00-00.json"
        path.write_text(json.dumps([chat]))
        chathold(home, "import", str(path))
    answer, other = again(home, tmp_path)
    assert answer["conversations"] == 1
    (chat_there,) = chathold(other, "list")["conversations"]
    messages = chathold(other, "show", chat_there["id"])["messages"]
    assert [each["metadata"].get("n") for each in messages] == [2**70, None, None]


def _message(name: str, said: str, metadata: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": name,
        "author": {"role": "user"},
        "content": {"content_type": "text", "parts": [said]},
        "metadata": metadata,
    }


def same(home: Path, other: Path, answer: dict[str, Any]) -> None:
    """Both show the same; where it was told that not all could be said, the same tree."""
    told = {problem["where"] for problem in answer["problems"]}
    before = shown(home)
    after = shown(other) if before else {}
    placeless = {f"{line['provider']}/{line['provider_id']}" for line, _messages in before.values()} & told
    kept = {
        name
        for name, (line, _m) in before.items()
        if f"{line['provider']}/{line['provider_id']}" not in placeless
    }
    assert set(after) == kept
    for name in kept:
        if name in told:
            assert skeleton(after[name][1]) == skeleton(before[name][1])
        else:
            assert after[name] == before[name]


@FEW
@given(worlds())
def test_taken_out_and_imported_again_it_shows_the_same(made: Any) -> None:
    """Histories of slim, rich, cut and flat exports become one export that says what they say together."""
    with bench() as table:
        home = table.archive(table.saved(made))
        answer, other = again(home, table.folder)
        same(home, other, answer)


@pytest.mark.slow
@MANY
@given(worlds())
def test_taken_out_and_imported_again_it_shows_the_same_in_many_worlds(made: Any) -> None:
    """The same, more often."""
    with bench() as table:
        home = table.archive(table.saved(made))
        answer, other = again(home, table.folder)
        same(home, other, answer)


@pytest.mark.slow
@pytest.mark.parametrize("case", GOLDEN, ids=[f"{case.parent.name}-{case.name}" for case in GOLDEN])
def test_golden_exports_come_back(case: Path, tmp_path: Path) -> None:
    """Every shape that is known comes back, those of other tools in the official one."""
    home = tmp_path / "home"
    chathold(home, "import", str(case / "export"), expect=None)
    answer, other = again(home, tmp_path)
    same(home, other, answer)


@pytest.mark.slow
@pytest.mark.skipif(FOLDER is None, reason="the sample exports are not part of the project")
@pytest.mark.parametrize("sample", [each for each in every() if each.outcome == "imported"], ids=named)
def test_samples_come_back(sample: Any, tmp_path: Path) -> None:
    """Exports as they are really met come back."""
    home = tmp_path / "home"
    chathold(home, "import", str(sample.path))
    answer, other = again(home, tmp_path)
    same(home, other, answer)


def chatgpt(*turns: tuple[str, str | None, str], title: str = "Bees", **more: Any) -> dict[str, Any]:
    """A conversation as ChatGPT exports it: messages by id, parent and text."""
    tree: dict[str, Any] = {"root": {"id": "root", "message": None, "parent": None, "children": []}}
    for number, (name, parent, said) in enumerate(turns):
        message = {
            "id": name,
            "author": {"role": "user" if name.startswith("q") else "assistant"},
            "create_time": 1_700_000_000.0 + number,
            "content": {"content_type": "text", "parts": [said]},
        }
        tree[name] = {"id": name, "message": message, "parent": parent or "root", "children": []}
    return {
        "conversation_id": "c-1",
        "title": title,
        "create_time": 1_700_000_000.0,
        "update_time": 1_700_000_100.0,
        "mapping": tree,
        "current_node": turns[-1][0],
        **more,
    }


def export_of(folder: Path, conversation: dict[str, Any], text: str = "") -> Path:
    """A folder with one conversation, as its JSON or as this text."""
    folder.mkdir()
    (folder / "conversations.json").write_text(text or json.dumps([conversation]), "utf-8")
    (folder / "user.json").write_text(
        json.dumps({"id": "user-Ada", "email": "ada@example.org", "phone_number": "+1555"}), "utf-8"
    )
    return folder


def test_a_record_that_says_it_all_is_written_byte_for_byte(tmp_path: Path) -> None:
    raw = json.dumps(chatgpt(("q", None, "Hum?"), ("a", "q", "Zz.")), indent=3).replace(
        "1700000100.0", "1700000100.000"
    )
    export = export_of(tmp_path / "one", {}, f"[{raw}]")
    imported(tmp_path / "home", [export])
    chathold(tmp_path / "home", "export", str(tmp_path / "out"), "--format", "original")
    assert (tmp_path / "out/chatgpt/conversations.json").read_text("utf-8") == f"[{raw}]"


def test_what_a_newer_export_lacks_is_in_the_merged_record(tmp_path: Path) -> None:
    first = chatgpt(("q", None, "Hum?"), ("a", "q", "Zz."), ("a2", "q", "Bz."))
    later = chatgpt(
        ("q", None, "Hum?"), ("a2", "q", "Bz."), ("q3", "a2", "More?"), update_time=1_700_000_900.0
    )
    home = tmp_path / "home"
    imported(home, [export_of(tmp_path / "1", first), export_of(tmp_path / "2", later)])
    answer = chathold(home, "export", str(tmp_path / "out"), "--format", "original")
    (record,) = json.loads((tmp_path / "out/chatgpt/conversations.json").read_text("utf-8"))
    edges = {name: node["parent"] for name, node in record["mapping"].items()}
    assert (edges, record["current_node"], answer["problems"]) == (
        {"root": None, "q": "root", "a": "q", "a2": "q", "q3": "a2"},
        "q3",
        [],
    )
    assert record["mapping"]["q"]["children"] == ["a", "a2"]


def test_the_id_of_the_account_is_its_only_personal_field(tmp_path: Path) -> None:
    imported(tmp_path / "home", [export_of(tmp_path / "one", chatgpt(("q", None, "Hum?")))])
    chathold(tmp_path / "home", "export", str(tmp_path / "out"), "--format", "original")
    assert json.loads((tmp_path / "out/chatgpt/user.json").read_text("utf-8")) == {"id": "user-Ada"}


def test_names_of_people_stay_out_of_projects(tmp_path: Path) -> None:
    imported(tmp_path / "home", [golden.CASES / "claude/single_zip_2026/export"])
    chathold(tmp_path / "home", "export", str(tmp_path / "out"), "--format", "original")
    owners = [
        json.loads(path.read_text("utf-8")).get("creator")
        for path in (tmp_path / "out/claude/projects").iterdir()
    ]
    assert owners
    assert all(set(owner or {}) <= {"uuid"} for owner in owners)


def test_files_of_the_user_stand_where_an_import_finds_them(tmp_path: Path) -> None:
    imported(tmp_path / "home", [golden.CASES / "chatgpt/slim-2026/export"])
    chathold(tmp_path / "home", "export", str(tmp_path / "out"), "--format", "original")
    assert (tmp_path / "out/chatgpt/file_0000000000000000000000000000aaaa.dat").read_bytes() == (
        golden.CASES / "chatgpt/slim-2026/export/file_0000000000000000000000000000aaaa.dat"
    ).read_bytes()
