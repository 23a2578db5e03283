"""The worlds that the laws are tried on are what they claim to be."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings

import world_facts
from law_bench import members
from world_truth import CHATGPT, Kind
from worlds import Download, World, Wrap, world, worlds, write

REPACKED = Wrap(renamed=True, stored=True, backwards=True, shards=1)


def chats(download: Download) -> list[Any]:
    """The conversation records of a download, as JSON."""
    return [
        record
        for name, data in members(download)
        if name.endswith(".json")
        for value in [json.loads(data)]
        if isinstance(value, list)
        for record in value
        if isinstance(record, dict) and ("mapping" in record or "chat_messages" in record)
    ]


@settings(max_examples=40, derandomize=True, deadline=None)
@given(worlds())
def test_downloads_hold_what_they_claim(made: World) -> None:
    """Every download can be opened, and holds the records and words that the truth says it holds."""
    with tempfile.TemporaryDirectory() as folder:
        for download in write(made, Path(folder)):
            records = chats(download)
            assert sorted({record.get("id") or record["uuid"] for record in records}) == sorted(
                {chat.id for chat in download.content.chats}
            )
            text = json.dumps(records, ensure_ascii=False)
            for chat in download.content.chats:
                for turn in chat.turns:
                    assert turn.nameless or json.dumps(turn.id) in text
                    assert all(json.dumps(p.text, ensure_ascii=False)[1:-1] in text for p in turn.pieces)
            held = [data for _, data in members(download)]
            assert all(asset.data in held for asset in download.content.assets)


@settings(max_examples=40, derandomize=True, deadline=None)
@given(worlds())
def test_truth_is_consistent(made: World) -> None:
    """Parents come first and are shown, the leaf is shown, ids are not used twice, the world is small."""
    assert 1 <= len(made.exports) <= 5
    for export in made.exports:
        assert len(export.chats) <= 5
        assert len({chat.id for chat in export.chats}) == len(export.chats)
        for chat in export.chats:
            seen = {""} | {node for node, _ in chat.husks}
            assert len(chat.turns) <= 8
            assert chat.active <= export.time
            for turn in chat.turns:
                assert turn.parent in seen
                assert turn.id not in seen
                seen.add(turn.id)
            assert chat.leaf in seen


@settings(max_examples=25, derandomize=True, deadline=None)
@given(worlds())
def test_packing_does_not_change_records(made: World) -> None:
    """The same records are on the disk under other names, uncompressed, backwards and in other shards."""
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        before = [record for download in write(made, Path(one)) for record in chats(download)]
        after = [record for download in write(made, Path(other), REPACKED) for record in chats(download)]

    def distinct(records: list[Any]) -> set[str]:
        return {json.dumps(record, sort_keys=True) for record in records}

    assert distinct(before) == distinct(after)


def test_same_seed_same_world() -> None:
    """A seed makes one world, byte for byte."""
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        first, second = (write(world(Random(7)), Path(folder)) for folder in (one, other))
        assert [list(members(download)) for download in first] == [
            list(members(download)) for download in second
        ]


RARE = (
    "two accounts, equal names, a tie, slim after rich, rich after slim, husks, a cut answer, a title back, "
    "gone, a lost shard, a window, no users file, no date, an asset that vanished, words left out, "
    "rewritten, a branch, an empty list, a copy, no id"
)


@pytest.mark.spread(3)
@pytest.mark.parametrize("rare", RARE.split(", "))
def test_untidy_histories_occur(rare: str) -> None:
    """What makes histories untidy does occur in a few hundred worlds."""
    assert any(rare in oddities(world(Random(seed))) for seed in range(400))


def oddities(made: World) -> set[str]:
    """Which of the rare things are in a world."""
    with tempfile.TemporaryDirectory() as folder:
        downloads = write(made, Path(folder))
    facts = world_facts.carried(downloads)
    exports = made.exports
    shapes = [export.shape for export in exports]
    pairs = [(a, b) for a in exports for b in exports if a.number < b.number and a.account == b.account]
    shown = [chat for export in exports for chat in export.chats]
    turns = [turn for chat in shown for turn in chat.turns]
    chatgpt = made.provider == CHATGPT
    checks = {
        "two accounts": len({export.account for export in exports}) == 2,
        "equal names": any(" (1)" in download.path.name and not download.copy for download in downloads),
        "a tie": any(a.time == b.time and a.chats != b.chats for a, b in pairs),
        "slim after rich": chatgpt and any(a.shape.rich and not b.shape.rich for a, b in pairs),
        "rich after slim": chatgpt and any(b.shape.rich and not a.shape.rich for a, b in pairs),
        "husks": any(chat.husks for chat in shown),
        "a cut answer": any(
            one != two and two.startswith(one)
            for chat in facts.values()
            for said in chat.turns.values()
            for words in said.words.values()
            for one in words
            for two in words
        ),
        "a title back": any(_came_back([c.title for _, c in chat.sightings]) for chat in facts.values()),
        "gone": any(world_facts.gone(chat, downloads, tidy=made.tidy) for chat in facts.values()),
        "a lost shard": any(export.lost for export in exports),
        "a window": any(export.windowed and not export.whole for export in exports),
        "no users file": not all(shape.users for shape in shapes),
        "no date": not all(shape.dated for shape in shapes),
        "an asset that vanished": any(set(a.assets) - set(b.assets) for a, b in pairs),
        "words left out": any(turn.blank for turn in turns),
        "rewritten": any(
            len(words) > 1
            for chat in facts.values()
            for said in chat.turns.values()
            for words in world_facts.whole_words(said)
        ),
        "a branch": any(len({t.parent for t in chat.turns}) < len(chat.turns) for chat in shown),
        "an empty list": any(not export.chats and export.number for export in exports),
        "a copy": any(download.copy for download in downloads),
        "no id": any(turn.nameless for turn in turns),
    }
    return {name for name, occurs in checks.items() if occurs}


def _came_back(titles: list[str | None]) -> bool:
    return any(
        a == c != b and a and b
        for at, a in enumerate(titles)
        for then, b in enumerate(titles[at:], at)
        for c in titles[then:]
    )


def test_slim_exports_lack_tool_messages() -> None:
    """No slim export shows code or results, while rich ones do."""
    shown = {True: set[Kind](), False: set[Kind]()}
    for seed in range(60):
        for export in world(Random(seed), CHATGPT).exports:
            kinds = {piece.kind for chat in export.chats for turn in chat.turns for piece in turn.pieces}
            shown[export.shape.rich] |= kinds

    assert shown == {
        True: {Kind.TEXT, Kind.REASONING, Kind.CODE, Kind.RESULT},
        False: {Kind.TEXT, Kind.REASONING},
    }
