"""The laws of the archive, over untidy histories. Their numbers are those of the design's third chapter.

Everything is seen through the command line; `world_facts` says what the laws demand.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import world_facts
from commands import chathold
from law_bench import (
    Bench,
    bench,
    digests,
    documents,
    imported,
    listed,
    members,
    shown,
    shuffled,
    states,
    versions,
    view,
    words,
)
from world_truth import CHATGPT, Document
from worlds import Download, World, Wrap, without_asset, without_document, without_turn, worlds

_SLOW = [HealthCheck.too_slow]  # an example is several imports: slow to make, but few are enough
QUICK = settings(max_examples=10, derandomize=True, deadline=None, database=None, suppress_health_check=_SLOW)
FEW = settings(QUICK, max_examples=5)
seeds = st.integers(0, 1000)

_WRAPS = (Wrap(renamed=True), Wrap(stored=True, backwards=True), Wrap(shards=1), Wrap(shards=4))


@QUICK
@given(worlds(), seeds)
def test_nothing_is_lost(made: World, seed: int) -> None:
    """Law 1: every message with its role and words, every title, document and file is there in the end."""
    with bench() as table:
        downloads = table.saved(made)
        home = table.archive(shuffled(downloads, seed))
        facts = world_facts.carried(downloads)
        conversations = listed(home)
        assert set(conversations) == set(facts)
        for name, chat in facts.items():
            _nothing_lost_of(chat, conversations[name], home)
        papers, carried = documents(home), world_facts.documents(downloads)
        assert set(carried) <= set(papers)
        for name, forms in carried.items():
            _nothing_lost_of_document(forms, papers[name]["id"], home)
        counts = chathold(home, "verify")
        assert counts["conversations"] == len(facts)
        assert counts["documents"] == len(papers)
        assert counts["assets"] >= len(world_facts.contents(downloads))
        assert counts["messages"] >= sum(len(chat.turns) + len(chat.nameless) for chat in facts.values())


def _nothing_lost_of(chat: world_facts.ChatFacts, conversation: Any, home: Path) -> None:
    messages = shown(home, conversation["id"])
    named = {name: message for name, message in messages.items() if name in chat.turns}
    assert set(named) == set(chat.turns)
    assert len(messages) - len(named) == len(chat.nameless) == conversation["messages"] - len(named)
    earlier: list[dict[str, Any]] = []
    for name, said in chat.turns.items():
        assert messages[name]["role"] == said.role
        for texts in world_facts.whole_words(said):
            if len(texts) == 1:
                assert next(iter(texts)) in words(messages[name])
                continue
            earlier = earlier or states(home, conversation["id"])
            for text in texts:
                assert any(name in state and text in words(state[name]) for state in earlier)
    rest = "\n".join(words(message) for name, message in messages.items() if name not in named)
    assert all(
        text in rest
        for said in chat.nameless.values()
        for texts in world_facts.whole_words(said)
        for text in texts
    )
    titles = {version["title"] for version in versions(home, conversation["id"])}
    assert world_facts.whole_titles(chat.titles) <= titles


def _nothing_lost_of_document(forms: set[Document], name: str, home: Path) -> None:
    readable = ["\n".join(map(words, state.values())) for state in states(home, name)]
    titles = {version["title"] for version in versions(home, name)}
    for form in forms:
        assert any(form.text in text for text in readable)
        assert form.sort == "memory" or form.title in titles


@FEW
@given(worlds(), seeds)
def test_order_does_not_matter(made: World, seed: int) -> None:
    """Law 2: any order and any repetition of the same files shows the same, to the letter."""
    with bench() as table:
        downloads = table.saved(made)
        expected = view(table.archive(downloads))
        assert view(table.archive(downloads[::-1], one_by_one=True)) == expected
        again = shuffled([*downloads, *downloads], seed)
        assert view(table.archive(again)) == expected


@FEW
@given(worlds(), seeds)
def test_packing_does_not_matter(made: World, seed: int) -> None:
    """Law 2: renamed, zipped otherwise or split otherwise, the same records have the same digest."""
    wrap = _WRAPS[seed % len(_WRAPS)]
    with bench() as table:
        as_saved, as_wrapped = table.archive(table.saved(made)), table.archive(table.saved(made, wrap))
        assert digests(as_wrapped)[0] == digests(as_saved)[0]


@FEW
@given(worlds(), seeds)
def test_again_is_free(made: World, seed: int) -> None:
    """Law 3: a file is known by its bytes, whatever its name; importing it again changes nothing."""
    with bench() as table:
        downloads = shuffled(table.saved(made), seed)
        home = table.archive(downloads)
        before, counts = view(home), chathold(home, "status")["archive"]
        receipts = imported(home, [download.path for download in downloads])
        for download, receipt in zip(downloads, receipts, strict=True):
            known = {"already_imported", "unchanged"} if download.content.folder else {"already_imported"}
            assert receipt["outcome"] in known
        assert view(home) == before
        after = chathold(home, "status")["archive"]
        stable = ("conversations", "versions", "messages", "assets")
        assert {key: after[key] for key in stable} == {key: counts[key] for key in stable}


@QUICK
@given(worlds(), seeds)
def test_absence_is_not_deletion(made: World, seed: int) -> None:
    """Law 4: a conversation is gone if a later whole export lacks it, and on no lesser evidence."""
    with bench() as table:
        downloads = table.saved(made)
        conversations = listed(table.archive(shuffled(downloads, seed)))
        for name, chat in world_facts.carried(downloads).items():
            expected = world_facts.gone(chat, downloads, tidy=made.tidy)
            if expected is not None:
                assert (conversations[name]["gone_since"] is not None) == expected


@QUICK
@given(worlds(), seeds)
def test_the_counts_add_up(made: World, seed: int) -> None:
    """Law 6: found is what the file holds, and is new, updated, unchanged, failed or forgotten."""
    with bench() as table:
        downloads = shuffled(table.saved(made), seed)
        home = table.archive(downloads, one_by_one=True)
        met: set[str] = set()
        for download, receipt in zip(downloads, table.receipts[home], strict=True):
            if receipt["outcome"] == "already_imported":
                continue
            chats = {chat.id for chat in download.content.chats}
            _adds_up(receipt["conversations"], len(chats), len(chats - met))
            papers = {(document.sort, document.id) for document in download.content.documents}
            _adds_up(receipt["documents"], len(papers), None)
            met |= chats
            if _anything_new(receipt):
                assert receipt["outcome"] == "imported"


def _adds_up(counts: Any, found: int, new: int | None) -> None:
    assert counts["found"] == found
    outcomes = [counts[key] for key in ("new", "updated", "unchanged", "failed", "forgotten")]
    assert sum(outcomes) == found
    assert counts["failed"] == counts["forgotten"] == 0
    assert new is None or counts["new"] == new


def _anything_new(receipt: Any) -> bool:
    kinds = [receipt["conversations"], receipt["documents"]]
    return receipt["assets"]["new"] > 0 or any(counts["new"] + counts["updated"] > 0 for counts in kinds)


@FEW
@given(worlds(), seeds)
def test_records_come_back_verbatim(made: World, seed: int) -> None:
    """Law 8: the service's JSON of every version stands, byte for byte, in one of the files."""
    with bench() as table:
        downloads = table.saved(made)
        home = table.archive(shuffled(downloads, seed))
        held = b"\n".join(data for download in downloads for _, data in members(download))
        for name in (entry["id"] for entry in listed(home).values()):
            for version in versions(home, name):
                records = chathold(home, "show", name, "--verbatim", "--version", version["key"])["verbatim"]
                assert records
                assert all(record.encode() in held for record in records)


@QUICK
@given(worlds(), seeds)
def test_the_tree_is_kept(made: World, seed: int) -> None:
    """Law 10: a message follows its deepest claimed parent; the shown leaf's ancestors are the branch."""
    with bench() as table:
        downloads = table.saved(made)
        home = table.archive(shuffled(downloads, seed))
        conversations = listed(home)
        for name, chat in world_facts.carried(downloads).items():
            messages = shown(home, conversations[name]["id"])
            main = {key for key, message in messages.items() if message["on_main_branch"]}
            assert bool(main) == bool(messages)
            assert {messages[key]["parent"] for key in main} <= main | {None, ""}
            expected = _main_branch(chat, made)
            assert expected is None or main == expected
            for turn, parent in _sure_parents(chat, made).items():
                assert messages[turn]["parent"] == parent


def _main_branch(chat: world_facts.ChatFacts, made: World) -> set[str] | None:
    """The ancestors of the leaf that ChatGPT showed last, where it is certain which record came last."""
    node = world_facts.last_leaf(chat)
    if made.provider != CHATGPT or not node:
        return None
    branch, above = set[str](), made.parents[chat.id]
    while node:
        branch.add(node)
        node = above[node]
    return branch & set(chat.turns)


def _sure_parents(chat: world_facts.ChatFacts, made: World) -> dict[str, str]:
    """True parents that some export claimed, of messages that were both carried."""
    above = made.parents[chat.id]
    return {
        turn.id: turn.parent
        for download, record in chat.sightings
        for turn in record.turns
        if download.export.shape.links
        and not turn.nameless
        and turn.parent in chat.turns
        and above[turn.id] == turn.parent
    }


@QUICK
@given(worlds(), seeds)
def test_the_account_is_derived(made: World, seed: int) -> None:
    """Law 12: a users file or the records themselves settle the account, also of files linked to them."""
    with bench() as table:
        downloads = table.saved(made)
        conversations = listed(table.archive(shuffled(downloads, seed)))
        for name, allowed in world_facts.accounts(downloads).items():
            assert conversations[name]["account"] in allowed


@FEW
@given(worlds(), seeds)
def test_the_digest_feels_every_loss(made: World, seed: int) -> None:
    """Law 2: an archive that lacks one message, document or file has another digest."""
    with bench() as table:
        downloads = table.saved(made)
        poorer = _poorer(made, downloads)
        if not poorer:
            return
        lacking = poorer[seed % len(poorer)]
        assert digests(_whole(table, lacking))[0] != digests(table.archive(downloads))[0]


def _whole(table: Bench, made: World) -> Path:
    return table.archive(table.saved(made))


def _poorer(made: World, downloads: list[Download]) -> list[World]:
    """The world less one thing that was carried, for every such thing."""
    facts = world_facts.carried(downloads)
    shown_turns = [
        (chat.id, turn.id) for chat in facts.values() for _, record in chat.sightings for turn in record.turns
    ]
    return [
        *(without_turn(made, chat, turn) for chat, turn in dict.fromkeys(shown_turns)),
        *(without_document(made, name) for name in sorted(world_facts.documents(downloads))),
        *(without_asset(made, data) for data in sorted(world_facts.contents(downloads))),
    ]


_LAWS: list[Any] = [
    test_nothing_is_lost,
    test_order_does_not_matter,
    test_packing_does_not_matter,
    test_again_is_free,
    test_absence_is_not_deletion,
    test_the_counts_add_up,
    test_records_come_back_verbatim,
    test_the_tree_is_kept,
    test_the_account_is_derived,
    test_the_digest_feels_every_loss,
]


@pytest.mark.slow
@pytest.mark.parametrize("law", _LAWS, ids=lambda law: law.__name__)
def test_over_more_worlds(law: Any) -> None:
    """Every law again, over three times as many worlds, the same in every run."""
    settings(QUICK, max_examples=30)(given(worlds(), seeds)(law.hypothesis.inner_test))()


@pytest.mark.full
@pytest.mark.parametrize("law", _LAWS, ids=lambda law: law.__name__)
def test_at_length(law: Any) -> None:
    """Every law again, over many more worlds, other ones in every run."""
    settings(QUICK, max_examples=400, derandomize=False)(given(worlds(), seeds)(law.hypothesis.inner_test))()
