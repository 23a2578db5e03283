"""Checks before deleting, services, and what needs attention, as pages."""

from __future__ import annotations

import os
import re
import time
from contextlib import closing
from pathlib import Path

import pytest

import screens
from asking import Asking
from chathold.daemon.presence import hold
from chathold.home import Home
from chathold.services import SERVICES
from chathold.state import State
from chathold.state.memory import DAEMON, PAUSED, TRAY, UNDER_WAY, WATCHING
from commands import chathold
from daemons import until
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


PAGES = (
    "installed",
    "installed/now",
    "imports",
    "imports/now",
    "parts",
    "before-deleting",
    "services",
    "settings",
    "attention",
    "",
)


@pytest.mark.spread(3)
@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_there_for_an_empty_archive_and_a_full_one(
    path: str, browser: Asking, request: pytest.FixtureRequest
) -> None:
    """Before anything was imported, and after."""
    assert browser.get(path).status == 200
    much: Asking = request.getfixturevalue("much")
    assert much.get(path).status == 200


def _checked(much: Asking) -> str:
    """The page once both accounts were checked."""
    keys = re.findall(r'name="account" value="(\w+)"', much.get("before-deleting").text)
    assert len(keys) == 2
    for key in keys:
        assert much.post("before-deleting/check", ("account", key)).status == 303
        until(lambda key=key: "data-busy" not in much.get(f"before-deleting/now/{key}").text)  # type: ignore[misc]
    return text_of(much.get("before-deleting"))


def test_an_account_is_checked(much: Asking) -> None:
    """In the background; the verdict names what is not here, and is never a bare "safe"."""
    page = _checked(much)
    assert "holds 3 of your 12 chats; it may not be whole. Did you delete them?" in page
    assert "except what is named below." not in page
    file = re.findall(r'name="file" value="(\w+)"', much.get("attention").text)[0]
    much.post("attention/many-gone", ("file", file), ("answer", "yes"))
    page = _checked(much)
    assert "it may not be whole" not in page
    assert "Everything this export contains is here, except what is named below." in page
    assert "Not yet." in page
    assert "Missing from the newest export: " in page
    assert "One disk only. Make a second copy" in page
    assert "safe" not in page.replace("Chathold", "").lower()
    assert much.post("before-deleting/check", ("account", "nobody")).status == 404


def test_every_service_is_told_of_with_day_and_source(browser: Asking) -> None:
    """First how to stop training, then the copy, then deletion; links open elsewhere, and say nothing of us."""
    page = browser.get("services").text
    words = text_of(browser.get("services"))
    for service in SERVICES:
        assert f'href="{service.page}" target="_blank" rel="noopener noreferrer"' in page.replace(
            "&#35;", "#"
        )
        for label in (*service.where, *service.training):
            assert label.english in words
            assert label.chinese in words
        for fact in service.facts:
            assert fact.text in words
            assert fact.source in page
    assert page.index("To stop it:") < page.index("The copy") < page.index("Deletion")
    outside = re.findall(r'<a [^>]*href="https://[^>]*>', page)
    assert outside
    assert all('rel="noopener noreferrer"' in each for each in outside)


def test_the_overview_counts_what_the_list_holds(much: Asking) -> None:
    """Reminders and what is only worth knowing, too."""
    listed = re.findall(r'<li class="(?:due|failed|waiting|mild)">', much.get("attention").text)
    assert len(listed) > 3
    assert f" {len(listed)} things need your attention. See what" in text_of(much.get(""))


def test_what_needs_attention_has_its_next_step(much: Asking, home: Path) -> None:
    """Each as the list has it, and the question can be answered there."""
    much.clock.now = time.time()
    words = text_of(much.get("attention"))
    for each in chathold(home, "status")["attention"]:
        assert (
            each["kind"] == "reminder" or each["title"] in words
        )  # a reminder counts the days: clocks differ
    assert "Make a second one on another disk." in words
    assert "chathold backup" not in words  # a button does that
    assert '"chathold backup DIR"' in screens.said(home, "status").out
    assert "holds 3 of your 12 chats" in words
    file = re.findall(r'name="file" value="(\w+)"', much.get("attention").text)[0]
    assert much.post("attention/many-gone", ("file", file), ("answer", "yes")).status == 303
    words = text_of(much.get("attention"))
    assert "Your copies stay." in words
    assert "holds 3 of your 12 chats" not in words
    assert sum(each["gone_since"] is not None for each in chathold(home, "list")["conversations"]) == 9


def test_who_is_not_sure_marks_nothing(much: Asking, home: Path) -> None:
    """And is not asked again."""
    file = re.findall(r'name="file" value="(\w+)"', much.get("attention").text)[0]
    much.post("attention/many-gone", ("file", file), ("answer", "no"))
    assert 'name="answer"' not in much.get("attention").text
    assert not any(each["gone_since"] for each in chathold(home, "list")["conversations"])


def test_watching_goes_on(browser: Asking, home: Path) -> None:
    """When somebody wants it to."""
    with closing(State.open(home / "state")) as state:
        state.memory.set(PAUSED, value=True)
        assert browser.post("attention/resume").status == 303
        assert state.memory.get(PAUSED) is False


def test_a_reminder_is_answered_where_it_stands(much: Asking) -> None:
    """From being due over the waiting to the link, which lives for a while."""
    much.clock.now = time.time() + 400 * 86_400
    words = text_of(much.get("attention"))
    assert re.search(r"Your ChatGPT .{0,60}copy is \d+ days old\.", words)
    key = re.findall(r'name="reminder" value="(\w+)"', much.get("attention").text)[0]
    for said, follows in (("asked", "asked less than a day ago"), ("came", "the link works about")):
        assert f'value="{said}"' in much.get("attention").text
        assert much.post("attention/reminder", ("reminder", key), ("said", said)).status == 303
        assert follows in text_of(much.get("attention"))
    assert much.post("attention/reminder", ("reminder", "nobody"), ("said", "off")).status == 404
    assert much.post("attention/reminder", ("reminder", key), ("said", "nonsense")).status == 400


def test_after_installing_a_page_says_how_things_are(home: Path, browser: Asking) -> None:
    """What is watched, what was found, where it is, who can read it."""
    nothing = text_of(browser.get("installed"))
    assert "Chathold does not run." in nothing
    assert "Nobody watches for downloads." in nothing
    assert "No export yet." in nothing
    assert "Its icon" not in nothing
    assert "Anyone who can use this login can read this archive." in nothing
    assert "chats and documents are kept." in text_of(filled(home).get("installed"))


def test_a_running_daemon_is_told_of_after_installing(browser: Asking) -> None:
    """With its folders, one of which has trouble, its icon, and what is under way."""
    home = Home.find(os.fspath(browser.home))
    home.archive.mkdir(parents=True, exist_ok=True)
    folders = [
        {"folder": "/one", "state": "watching", "reason": ""},
        {"folder": "/two", "state": "missing", "reason": "It is not there."},
    ]
    with closing(State.open(home.state)) as state:
        state.memory.set(WATCHING, folders)
        state.memory.set(UNDER_WAY, [{"path": "/one/a.zip", "state": "queued", "reason": ""}])
        state.memory.set(TRAY, "")
    with hold(home.archive):
        running = text_of(browser.get("installed"))
    assert "Chathold is running" in running
    assert "✓ /one" in running
    assert "! /two: It is not there." in running
    assert "1 download is being looked at." in running
    assert "Its icon" in running


def test_just_after_its_start_the_daemon_is_watched_by_a_script(browser: Asking) -> None:
    """What lies in the folders already is found a little later than the page is shown."""
    home = Home.find(os.fspath(browser.home))
    home.archive.mkdir(parents=True, exist_ok=True)
    with closing(State.open(home.state)) as state:
        state.memory.set(DAEMON, {"pid": 1, "since": browser.clock.now, "version": ""})
    assert "data-busy" not in browser.get("installed").text
    with hold(home.archive):
        assert "data-busy" in browser.get("installed").text
        assert "No export yet." in browser.get("installed/now").text
        browser.clock.now += 60
        assert "data-busy" not in browser.get("installed/now").text
