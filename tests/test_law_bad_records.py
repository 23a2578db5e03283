"""The sixth and seventh law: bad records and empty exports."""

from __future__ import annotations

import json

import pytest

from law_bench import bench, digests, imported, listed, shown
from world_small import GOOD, put, talk
from world_truth import CHATGPT, CLAUDE, DEEPSEEK


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


@pytest.mark.spread(5)
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
