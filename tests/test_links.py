"""The private links of a manifest: Claude's own only, kept until the set is whole or two days have passed."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import histories
from chathold.daemon.answers import Answer, Verdict, understood, written
from chathold.daemon.queueing import keep_links
from chathold.providers import claude
from chathold.state import State
from chathold.state.links import KEPT
from commands import chathold
from daemons import Place, running, until

NOON = 1_790_000_000.0
LINKS = (("conversations-000.zip", "https://claude.ai/export/a"), ("projects-000.zip", "https://claude.ai/b"))


@pytest.fixture
def state(tmp_path: Path) -> Iterator[State]:
    """A new state."""
    with closing(State.open(tmp_path / "state")) as state:
        yield state


def _parts(folder: Path) -> tuple[Path, list[Path], list[str]]:
    """A manifest, its parts, and its links."""
    manifest, *parts = histories.claude_parts(folder)
    listed = json.loads(manifest.read_bytes())["data_files"]
    return manifest, parts, [each["export_url"] for each in listed]


def _bytes_below(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


# --- which addresses are Claude's


@pytest.mark.parametrize(
    "address",
    [
        "https://claude.ai/export/1/download/0?token=a%20b&c=[1]#top",
        "https://downloads.claude.com/x",
        "https://www.anthropic.com/",
    ],
)
def test_claudes_own_pages_are_its_own(address: str) -> None:
    """With whatever path and query they have."""
    assert claude.is_own_link(address)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "http://claude.ai/export",
        "https://claude.ai",
        "https://claude.ai.example.com/",
        "https://notclaude.ai/",
        "https://claude.ai@example.com/",
        "https://example.com\\@claude.ai/",
        "https://example.com/\\@claude.ai/",
        "https://claude.ai:8443/",
        "https://claude.ai\t/",
        "https://claude.ai/a b",
        "https://claude.ai/a\n",
        " https://claude.ai/",
        "javascript:alert(1)//https://claude.ai/",
        "https://сlaude.ai/",
        "https://claude.ai/" + "a" * 5000,
        "HTTPS://claude.ai/",
    ],
)
def test_everything_else_is_not(address: str) -> None:
    """Whatever a browser may make of it."""
    assert not claude.is_own_link(address)


@given(st.text(max_size=40))
def test_whatever_stands_before_the_host_leads_elsewhere(noise: str) -> None:
    """Only names below Claude's own are its own."""
    address = f"https://{noise}claude.ai/"
    if claude.is_own_link(address):
        assert noise == "" or (
            noise.endswith(".") and set(noise) <= set("abcdefghijklmnopqrstuvwxyz0123456789.-")
        )


def test_a_manifest_gives_only_links_of_its_own() -> None:
    """A file with another link is known by name, and to be downloaded from where the manifest was."""
    listed = [
        {"filename": "conversations-000.zip", "export_url": "https://claude.ai/export/0"},
        {"filename": "projects-000.zip", "export_url": "https://example.com/export/1"},
        {"filename": "memories-000.zip", "export_url": 7},
    ]
    manifest = claude.manifest({"data_files": listed})
    assert len(manifest.files) == 3
    assert manifest.links == (("conversations-000.zip", "https://claude.ai/export/0"),)


# --- keeping them


def test_a_link_is_handed_out_and_noted(state: State) -> None:
    """Each works once: what was opened is known."""
    state.links.keep("m", LINKS, NOON)
    assert [(each.part, each.opened) for each in state.links.of("m", NOON)] == [
        (LINKS[0][0], None),
        (LINKS[1][0], None),
    ]
    assert state.links.open("m", LINKS[0][0], NOON + 5) == LINKS[0][1]
    assert [each.opened for each in state.links.of("m", NOON)] == [NOON + 5, None]
    assert state.links.open("m", "frames-000.zip", NOON) == ""
    assert state.links.open("n", LINKS[0][0], NOON) == ""


def test_the_same_manifest_again_changes_nothing(state: State) -> None:
    """Neither when they came, nor what was opened."""
    state.links.keep("m", LINKS, NOON)
    state.links.open("m", LINKS[0][0], NOON + 5)
    before = state.links.of("m", NOON)
    state.links.keep("m", LINKS, NOON + 500)
    assert state.links.of("m", NOON) == before


def test_after_two_days_a_link_is_gone(state: State) -> None:
    """Nobody is given it any more, and tidying removes it."""
    state.links.keep("m", LINKS, NOON)
    assert state.links.open("m", LINKS[0][0], NOON + KEPT - 1) == LINKS[0][1]
    assert state.links.open("m", LINKS[0][0], NOON + KEPT) == ""
    assert state.links.of("m", NOON + KEPT) == ()
    state.links.tidy(NOON + KEPT - 1)
    assert len(state.links.of("m", NOON)) == 2
    state.links.tidy(NOON + KEPT)
    assert state.links.of("m", NOON) == ()


@pytest.mark.parametrize("by_age", [False, True])
def test_what_is_forgotten_leaves_no_trace(state: State, tmp_path: Path, *, by_age: bool) -> None:
    """Not in the file, nor in its log."""
    state.links.keep("m", LINKS, NOON)
    assert b"claude.ai/export/a" in _bytes_below(tmp_path / "state")
    if by_age:
        state.links.tidy(NOON + KEPT)
    else:
        state.links.drop(["m"])
    assert b"claude.ai/" not in _bytes_below(tmp_path / "state")


def test_a_link_is_in_nothing_that_is_printed(state: State) -> None:
    """Neither as kept, nor on its way from the worker."""
    state.links.keep("m", LINKS, NOON)
    answer = Answer("a", Verdict.IMPORTED, links=LINKS, receipt={"sha256": "m"}, whole=("n",))
    assert "claude.ai" not in f"{state.links.of('m', NOON)!r} {answer!r}"
    assert understood(written(answer)) == answer


def test_a_worker_s_answer_keeps_and_forgets(state: State) -> None:
    """The links of a manifest come, those of a set that is whole go."""
    keep_links(state, Answer("a", Verdict.IMPORTED, links=LINKS, receipt={"sha256": "m"}), NOON)
    assert len(state.links.of("m", NOON)) == 2
    keep_links(state, Answer("b", Verdict.IMPORTED, receipt={"sha256": "p"}, whole=("n",)), NOON)
    assert len(state.links.of("m", NOON)) == 2
    keep_links(state, Answer("c", Verdict.IMPORTED, receipt={"sha256": "q"}, whole=("m",)), NOON)
    assert state.links.of("m", NOON) == ()


# --- with a real export


def test_an_import_by_hand_keeps_the_links_beside_the_archive(tmp_path: Path) -> None:
    """In the state alone: not in the archive, no log, no receipt, nothing printed; they go when all is here."""
    manifest, parts, links = _parts(tmp_path / "export")
    home = tmp_path / "home"
    receipt = chathold(home, "import", str(manifest))["imports"][0]
    chathold(home, "import", *map(str, parts[:-1]))
    with closing(State.open(home / "state")) as state:
        assert {each.url for each in state.links.of(receipt["sha256"], time.time())} == set(links)
    said = json.dumps([receipt, chathold(home, "status"), chathold(home, "check"), chathold(home, "verify")])
    elsewhere = said.encode() + b"".join(
        path.read_bytes() for path in home.rglob("*") if path.is_file() and path.parent.name != "state"
    )
    for link in links:
        assert link.encode() not in elsewhere
        assert link.rpartition("/")[2].encode() not in elsewhere
    chathold(home, "import", str(parts[-1]))
    with closing(State.open(home / "state")) as state:
        assert state.links.of(receipt["sha256"], time.time()) == ()
    assert b"claude.ai" not in _bytes_below(home)


@pytest.mark.slow
def test_the_daemon_keeps_and_forgets_them_too(tmp_path: Path) -> None:
    """As downloads come in; nothing in its log tells of a link."""
    manifest, parts, links = _parts(tmp_path / "export")
    place = Place(tmp_path / "place", more='[log]\nlevel = "debug"\n')
    with running(place):
        (place.downloads / manifest.name).write_bytes(manifest.read_bytes())
        until(place.files, told=place.told)
        digest = place.files()[0].hex()
        with closing(State.open(place.home / "state")) as state:
            until(lambda: len(state.links.of(digest, time.time())) == len(links), told=place.told)
            for part in parts:
                (place.downloads / part.name).write_bytes(part.read_bytes())
            until(lambda: not state.links.of(digest, time.time()), told=place.told)
    assert b"claude.ai" not in _bytes_below(place.home)
