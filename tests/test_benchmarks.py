"""The exports that speed and size are measured with are what the benchmarks say they are."""

from __future__ import annotations

import functools
import itertools
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from benchmarks import generator, vocabulary
from benchmarks.conversations import conversation
from benchmarks.generator import Facts
from benchmarks.speaker import AS_FIRST_EXPORTED

MB, SEED = 1.0, 5
VOLATILE = ("finished_duration_sec", "reasoning_start_time", "reasoning_end_time")


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Facts]:
    """The three exports of a small set, by name."""
    root = tmp_path_factory.mktemp("exports")
    return dict(zip(("base", "later", "reordered"), generator.generate(root, MB, SEED), strict=True))


def text_of(facts: Facts) -> str:
    """conversations.json of an export."""
    return text_at(facts.path)


@functools.cache
def text_at(path: str) -> str:
    """The same of the export at a path."""
    with zipfile.ZipFile(path) as archive:
        return archive.read("conversations.json").decode("ascii")


def records(facts: Facts) -> dict[str, str]:
    """The conversations of an export as they are written, by id."""
    return records_at(facts.path)


@functools.cache
def records_at(path: str) -> dict[str, str]:
    """The same of the export at a path."""
    decoder, text, at, found = json.JSONDecoder(), text_at(path), 1, {}
    while True:
        value, end = decoder.raw_decode(text, at)
        found[value["id"]] = text[at:end]
        if text[end:] == "]":
            return found
        at = end + len(", ")


def settled(value: Any) -> Any:
    """A value without its volatile durations."""
    if isinstance(value, dict):
        return {key: settled(item) for key, item in value.items() if key not in VOLATILE}
    return [settled(item) for item in value] if isinstance(value, list) else value


@pytest.mark.slow
def test_the_same_seed_makes_the_same_export(exports: dict[str, Facts], tmp_path: Path) -> None:
    again = generator.generate(tmp_path, MB, SEED, only=["later"])[0]

    assert Path(exports["later"].path).read_bytes() == Path(again.path).read_bytes()


def test_another_seed_makes_other_conversations(exports: dict[str, Facts]) -> None:
    talks = generator.first_talks(MB, SEED + 1)[:20]
    other = {json.loads("".join(conversation(talk, AS_FIRST_EXPORTED)))["id"] for talk in talks}

    assert len(other) == 20
    assert not records(exports["base"]).keys() & other


def test_what_is_there_already_is_not_made_again(exports: dict[str, Facts]) -> None:
    path = Path(exports["base"].path)
    before = path.stat().st_mtime_ns

    generator.generate(path.parents[1], MB, SEED, only=["base"])

    assert before == path.stat().st_mtime_ns


def test_an_export_looks_like_one_of_chatgpt(exports: dict[str, Facts]) -> None:
    """A dated name, dated members, a users file, and one line of ASCII JSON."""
    path = Path(exports["base"].path)
    with zipfile.ZipFile(path) as archive:
        dates = {info.date_time for info in archive.infolist()}
        user = json.loads(archive.read("user.json"))
    text = text_of(exports["base"])

    assert {(2026, 3, 1, 12, 1, 6)} == dates
    assert "-2026-03-01-12-01-06-" in path.name
    assert user["id"].startswith("user-")
    assert "\n" not in text
    assert exports["base"].json_bytes == len(text)


def test_every_conversation_is_a_whole_tree(exports: dict[str, Facts]) -> None:
    """Keys are ids, parents and children agree, there is one root, and the leaf shown exists."""
    for record in records(exports["base"]).values():
        value = json.loads(record)
        mapping = value["mapping"]
        edges = {(node["parent"], key) for key, node in mapping.items() if node["parent"]}

        assert list(mapping) == [node["id"] for node in mapping.values()]
        assert edges == {(key, child) for key, node in mapping.items() for child in node["children"]}
        assert len(mapping) - 1 == len(edges)
        assert value["current_node"] in mapping


def test_a_later_export_differs_in_the_shares_it_says(exports: dict[str, Facts]) -> None:
    """1 % changed, 1 % new, 0.5 % deleted; the rest is equal byte for byte."""
    base, later = records(exports["base"]), records(exports["later"])
    changed = [key for key in base.keys() & later.keys() if base[key] != later[key]]

    assert len(base) == exports["base"].conversations == 200
    assert (len(changed), len(later.keys() - base.keys()), len(base.keys() - later.keys())) == (2, 2, 1)
    assert (exports["later"].changed, exports["later"].new, exports["later"].deleted) == (2, 2, 1)


def test_a_changed_conversation_has_messages_more_and_an_edited_branch(exports: dict[str, Facts]) -> None:
    base, later = records(exports["base"]), records(exports["later"])
    changed = [key for key in base.keys() & later.keys() if base[key] != later[key]]
    pairs = [(json.loads(base[key]), json.loads(later[key])) for key in changed]

    assert any(before["title"] != after["title"] for before, after in pairs)
    for before, after in pairs:
        new = [node for key, node in after["mapping"].items() if key not in before["mapping"]]
        assert any(len(node["children"]) > 1 for node in [*new, after["mapping"][before["current_node"]]])
        assert before["update_time"] < after["update_time"]


def test_a_reordered_export_differs_in_every_byte_string_and_1_percent_of_the_meaning(
    exports: dict[str, Facts],
) -> None:
    base, reordered = records(exports["base"]), records(exports["reordered"])
    meanings = [settled(json.loads(base[key])) != settled(json.loads(reordered[key])) for key in base]

    assert base.keys() == reordered.keys()
    assert not set(base.values()) & set(reordered.values())
    assert 2 == sum(meanings) == exports["reordered"].changed


def test_durations_are_measured_anew_for_a_reordered_export(exports: dict[str, Facts]) -> None:
    for field in VOLATILE:
        assert text_of(exports["base"]).count(field) == text_of(exports["reordered"]).count(field) > 100
    base, reordered = records(exports["base"]), records(exports["reordered"])
    equal = [
        sorted_json(base[key]) == sorted_json(reordered[key]) for key in base if VOLATILE[0] in base[key]
    ]

    assert not any(equal)


def sorted_json(record: str) -> str:
    """A record with its keys in order."""
    return json.dumps(json.loads(record), sort_keys=True)


def test_months_change_and_grow_and_lose_nothing() -> None:
    """Twelve exports, each a month later, none without what the one before held."""
    months = list(generator.editions(MB, SEED, series=True))
    numbers = [{talk.number for talk in month.talks} for month in months]

    assert len(months) == 12
    assert all(before < after for before, after in itertools.pairwise(numbers))
    assert all(month.changed and month.new and not month.deleted for month in months[1:])


def test_sizes_have_a_heavy_tail() -> None:
    """In a gigabyte: thousands of talks, 5 % over 1 MB, one of 46 MB, none other near it."""
    sizes = sorted(talk.size for talk in generator.first_talks(1_000, SEED))

    assert pytest.approx(sum(sizes), rel=0.01) == 1_000e6
    assert 4_000 < len(sizes) < 6_000
    assert pytest.approx(sum(size > 1e6 for size in sizes) / len(sizes), abs=0.005) == 0.05
    assert (sizes[-1], sizes[-2] < 15e6) == (46e6, True)


def test_languages_have_their_shares_and_words_their_frequencies() -> None:
    """Common words are common, and there are many rare ones."""
    slots = vocabulary.language("en").slots

    assert len(slots) == vocabulary.SLOTS
    assert 0.02 < slots.count("the") / len(slots) < 0.2
    assert len(set(slots)) > 15_000
