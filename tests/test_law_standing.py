"""What follows from a history as a whole: what is gone, whose it is, when it was exported."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest

from commands import chathold, process
from law_bench import bench, both_ways, imported, listed, only, versions
from world_small import ADA, BOB, GOOD, export, history, later, put, talk
from world_truth import CHATGPT, CLAUDE, DEEPSEEK, Container, Export


def many(number: int, names: Sequence[int]) -> Export:
    """A whole export of numbered chats."""
    return export(number, *(talk(f"c{name:02}") for name in names))


@pytest.mark.spread(4)
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


def test_check_trusts_no_export_that_lacks_very_many() -> None:
    """Until the user says that they were deleted there; the answer can be changed, and what it covers is told."""

    def checked(*answer: str) -> Any:
        (account,) = chathold(home, "check", *answer)["accounts"]
        return account

    with bench() as table:
        made = history(*(many(number, range(size)) for number, size in enumerate((8, 2))))
        home = both_ways(table, table.saved(made))
        before = checked()
        doubtful = {"held": 2, "known": 8, "exported_at": before["doubtful_export"]["exported_at"]}
        assert (before["verdict"], before["chats_in_it"]) == ("not_yet", 8)
        assert before["doubtful_export"] == {**doubtful, "answered": False}
        assert before["last_whole_export"] < doubtful["exported_at"]
        for answer, verdict, in_it, doubt in (
            ("no", "not_yet", 8, {**doubtful, "answered": True}),
            ("yes", "all_here", 2, None),
            ("no", "not_yet", 8, {**doubtful, "answered": True}),
        ):
            found = checked("--deleted-there", answer)
            assert found["doubtful_export"] == doubt
            assert (found["verdict"], found["chats_in_it"]) == (verdict, in_it)


def test_parts_of_one_export_keep_nothing_from_each_other() -> None:
    """What the other files of the same export hold is not kept from others, whether that is known yet or not."""
    chats = [talk("one"), talk("two"), talk("three")]
    parts = export(0, *chats, provider=CLAUDE, days=85, container=Container.PARTS)
    with bench() as table:
        downloads = table.saved(history(parts))
        assert len(downloads) > 2
        for order in (downloads, downloads[::-1]):
            home = table.archive(())
            for download in order:
                (receipt,) = imported(home, [download.path])
                assert receipt["kept"] == {"conversations": 0, "messages": 0, "assets": 0}


def test_an_export_without_chats_agrees_with_nothing() -> None:
    """It would agree with every other: all is in doubt until one with chats comes."""
    with bench() as table:
        made = history(*(many(number, range(size)) for number, size in enumerate((8, 2, 0))))
        home = both_ways(table, table.saved(made))
        (checked,) = chathold(home, "check")["accounts"]
        assert checked["verdict"] == "not_yet"
        assert (checked["doubtful_export"]["held"], checked["doubtful_export"]["known"]) == (0, 8)
        assert checked["unconfirmed_gone"] == 8
        assert not any(each["gone_since"] for each in listed(home).values())


@pytest.mark.spread(4)
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


@pytest.mark.parametrize("again", [False, True])
def test_an_account_of_another_service_is_refused(*, again: bool) -> None:
    """`--account` may name the service; another one's account owns nothing of this file."""
    with bench() as table:
        (download,) = table.saved(history(export(0, talk("one"), container=Container.LOOSE)))
        home = table.folder / "home"
        if again:
            imported(home, [download.path])
        refused = imported(home, [download.path], "--account", f"claude/{ADA}", expect=1)
        assert refused[0]["outcome"] == "failed"
        imported(home, [download.path], "--account", f"chatgpt/{ADA}")

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
