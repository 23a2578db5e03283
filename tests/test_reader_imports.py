"""What was imported, in plain words; the parts that are still missing, and their links."""

from __future__ import annotations

import os
import re
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

import histories
from asking import NOW, Asking
from chathold.archive.receipts import as_json
from chathold.core.receipt import Outcome, Receipt, Tally
from chathold.reader.receipts import told
from chathold.state import State
from chathold.state.links import KEPT
from commands import chathold
from pages import filled, own_home, text_of


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home of its own."""
    return own_home(tmp_path)


@pytest.fixture
def browser(home: Path) -> Asking:
    """A browser that is let in."""
    return Asking(home)


@pytest.fixture
def much(home: Path) -> Asking:
    """The same, in front of an archive in which there is something for every page to tell."""
    return filled(home)


FULL = Receipt(
    "/d/a.zip",
    Outcome.IMPORTED,
    conversations=Tally(412, 9, 31, 371, 1),
    newest=NOW,
    oldest=0.0,
    kept_messages=24_914,
    missing_assets=14,
)


def test_a_receipt_is_told_in_plain_words() -> None:
    """What is new first; then what was found, what it covers, what was kept from others."""
    words = told(as_json(FULL))
    assert words.headline == "9 new chats, 31 continued"
    assert words.lines[0] == "412 chats found: 9 new, 31 continued, 371 unchanged, 1 unreadable"
    assert words.lines[1].startswith("Oldest message 1 Jan 1970, newest ")
    assert words.lines[2] == "Kept from other exports, not in this one: 24,914 messages"
    assert words.left_out == 14


@pytest.mark.parametrize(
    ("changes", "headline"),
    [
        ({"outcome": Outcome.UNCHANGED}, "Nothing new"),
        ({"outcome": Outcome.ALREADY_IMPORTED}, "In the archive already"),
        ({"outcome": Outcome.FAILED}, "Nothing in it could be read"),
        ({"conversations": Tally(2, 2)}, "2 new chats"),
        ({"conversations": Tally(), "documents": Tally(1, 1)}, "Added to the archive"),
        (
            {"conversations": Tally(), "parts_seen": ("a",), "parts_missing": ("b", "c")},
            "Belongs to an export in 3 files; 1 of them were here then",
        ),
        (
            {"path": "/d/manifest.json", "conversations": Tally(), "parts_missing": ("b", "c")},
            "The list of an export in 2 files",
        ),
    ],
)
def test_each_outcome_has_a_headline(changes: dict[str, Any], headline: str) -> None:
    """Short, and of this import."""
    assert told(as_json(replace(FULL, **changes))).headline == headline


def test_an_import_has_a_page_of_its_own(much: Asking) -> None:
    """With the files that its chats name and nobody delivered, each with the way to its chat."""
    links = re.findall(r'href="[^"]*/(imports/of/\w+)"', much.get("imports").text)
    assert len(set(links)) == 5
    pages = [much.get(link) for link in dict.fromkeys(links)]
    assert {each.status for each in pages} == {200}
    assert any("photo.png" in text_of(each) for each in pages)
    assert much.get("imports/of/0000000000000000").status == 404
    assert much.get("imports/of/%25").status == 404


def test_missing_parts_have_links_for_the_first_use(much: Asking) -> None:
    """Only those that are missing; one that was opened is no button any more."""
    much.clock.now = time.time()
    page = much.get("parts").text
    buttons = re.findall(
        r'<a class="button main" href="([^"]*)" target="_blank" rel="noopener noreferrer"', page
    )
    assert len(buttons) == 5
    assert all(each.startswith("https://claude.ai/export/") for each in buttons)
    file, part = re.findall(r'data-file="(\w+)" data-part="([^"]+)"', page)[0]
    assert much.post("parts/opened", ("file", file), ("part", part)).status == 303
    page = much.get("parts").text
    assert len(re.findall(r'<a class="button main"', page)) == 4
    assert "it works once" in text_of(much.get("parts"))
    much.clock.now += KEPT
    assert "https://claude.ai" not in much.get("parts").text


def test_a_set_that_is_whole_is_shown_for_a_while(browser: Asking, home: Path, tmp_path: Path) -> None:
    """Without any link; a week later nothing is said of it."""
    chathold(home, "import", *map(os.fspath, histories.claude_parts(tmp_path)))
    browser.clock.now = 4_000_000_000.0
    assert "No file of an export is missing" in text_of(browser.get("parts"))
    with closing(State.open(home / "state")) as state:
        assert state.links.of("", NOW) == ()
    browser.clock.now = 0.0
    assert "All of it is here: 6 files. 9 chats can be read." in text_of(browser.get("parts"))
