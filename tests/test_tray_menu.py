"""The tray's menu and its words, from how things are."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from chathold.archive.exported import LastExport
from chathold.desktop.menu import menu
from chathold.desktop.view import Importing, Kept, View, count_of
from chathold.desktop.words import account, attention, status
from chathold.reminders import Reminder, Said, Stage
from chathold.state import Stage as DownloadStage
from chathold_service.icons import Mood
from chathold_service.tray import Menu, MenuItem
from chathold_service.tray.menus import literal
from clicks import Clicks

DAY = 86_400.0
NOW = 1_795_000_000.0
EXPORT = LastExport("chatgpt", "user-1", "Work", "", NOW - 12 * DAY, NOW - 12 * DAY)
CALM = View(
    NOW,
    0.0,
    Kept(728, (EXPORT,)),
    (Reminder("chatgpt", "user-1", "Work", "", Stage.FRESH, NOW - 12 * DAY, NOW + 18 * DAY, NOW),),
)


@pytest.mark.parametrize(
    ("view", "mood", "words"),
    [
        (View(NOW), Mood.IDLE, "No exports yet · how to get the first"),
        (CALM, Mood.IDLE, "728 chats kept · newest export 12 days old"),
        (replace(CALM, kept=Kept(1, (replace(EXPORT, exported=None),))), Mood.IDLE, "1 chat kept"),
        (replace(CALM, failed=1), Mood.ATTENTION, "1 download could not be read · see why"),
        (
            replace(CALM, kept=replace(CALM.kept, missing=2)),
            Mood.IDLE,
            "2 files of an export still to download",
        ),
        (replace(CALM, paused=True, failed=1), Mood.PAUSED, "Paused · new downloads are not looked at"),
        (
            replace(CALM, paused=True, importing=Importing(0.0, 0.43), steady=430.0),
            Mood.IMPORTING,
            "Importing an export · 43 % · about 10 min left",
        ),
        (
            replace(CALM, importing=Importing(0.0, 0.01), steady=9.0),
            Mood.IMPORTING,
            "Importing an export · 1 %",
        ),
        (
            replace(CALM, importing=Importing(0.0, 0.9), steady=9.0),
            Mood.IMPORTING,
            "Importing an export · 90 %",
        ),
    ],
)
def test_the_first_line_says_what_matters_most(view: View, mood: Mood, words: str) -> None:
    """And so does the icon."""
    assert (view.mood, status(view)) == (mood, words)


@pytest.mark.parametrize(
    ("stage", "words", "answers"),
    [
        (Stage.FRESH, "", ["I asked for it"]),
        (Stage.DUE, " · time to export", ["I asked for it", "It came", "Later"]),
        (Stage.ASKED, " · asked 3 days ago", ["It came"]),
        (Stage.LINK, " · download before about ", ["I asked for a new one"]),
        (Stage.OFF, "", []),
    ],
)
def test_an_account_says_what_is_to_be_done_and_can_be_answered(
    stage: Stage, words: str, answers: list[str]
) -> None:
    """Each line leads to the service's page, and has the answers that fit."""
    begun = NOW - 3 * DAY
    reminder = Reminder("chatgpt", "user-1", "Work", "", stage, NOW - 34 * DAY, NOW, begun, NOW + DAY)
    said = account(reminder, NOW)
    assert said.startswith(f"ChatGPT (Work) · 34 days old{words}")
    clicks = Clicks()
    below = _submenu(View(NOW, kept=CALM.kept, reminders=(reminder,)), clicks, said)
    assert [each.text for each in below] == ["Ask for an export…", *answers, "Remind me"]
    for each in below:
        each(None)
    assert clicks.done[0] == ("service", "chatgpt")
    expected = Said.ON if stage is Stage.OFF else Said.OFF
    assert clicks.done[-1] == ("chatgpt", "user-1", expected.value)
    assert list(below)[-1].checked is (stage is not Stage.OFF)


def _submenu(view: View, clicks: Clicks, label: str) -> Any:
    return next(each.submenu for each in menu(lambda: view, clicks) if each.text == label)


def test_the_default_entry_opens_the_archive() -> None:
    """That is what a left click does."""
    clicks = Clicks()
    menu(lambda: CALM, clicks)(None)
    assert clicks.done == [("page", "")]


def test_what_no_desktop_has_shown_stands_in_the_menu() -> None:
    """A few lines of it; a click on one has seen them all."""
    clicks = Clicks()
    view = replace(CALM, unseen=("one", "two", "three", "four"))
    lines = [each for each in menu(lambda: view, clicks) if each is not Menu.SEPARATOR]
    assert [each.text for each in lines[1:5]] == ["one", "two", "three", "ChatGPT (Work) · 12 days old"]
    lines[1](None)
    assert clicks.done == [("seen",)]


def test_attention_is_counted() -> None:
    """Downloads that failed, files that are missing, reminders that want something; not what only waits."""
    due = replace(CALM.reminders[0], stage=Stage.DUE)
    view = View(NOW, kept=Kept(1, (EXPORT,), missing=2), reminders=(due,), failed=3)
    assert (attention(view), attention(CALM)) == ("What needs attention (6)", "What needs attention")
    assert count_of(DownloadStage) == 2


def test_windows_shows_texts_as_they_are() -> None:
    """`&` marks no letter to press, also where a text is asked for anew; all else of an entry stays."""
    names = iter(("R&D", "A && B", ""))
    item = literal(MenuItem)(lambda _item: next(names), None, checked=lambda _item: True, default=True)
    assert [item.text for _ in range(3)] == ["R&&D", "A &&&& B", ""]
    assert (item.checked, item.default, isinstance(item, MenuItem)) == (True, True, True)
