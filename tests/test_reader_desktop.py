"""What the desktop's menus and reminders need of the reader: doors to its pages, and each reminder once."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from asking import ADDRESS, NOW, Asking
from chathold.configuration import load
from chathold.reader.session import entrance, new_code
from chathold.state import State
from commands import chathold


@pytest.fixture
def browser(tmp_path: Path) -> Asking:
    """A browser in front of a reader of an empty home, where Claude is to be reminded of."""
    chathold(tmp_path / "home", "remind", "on", "claude")
    return Asking(tmp_path / "home")


@pytest.mark.parametrize(
    ("door", "leads"),
    [
        ("", ""),
        ("search", "search"),
        ("attention", "attention"),
        ("services", "services"),
        ("settings", "settings"),
        ("imported", "imports"),
        ("chat", ""),
        ("//elsewhere.example", ""),
    ],
)
def test_a_door_leads_to_its_page(browser: Asking, door: str, leads: str) -> None:
    """With a code, and for who is in already; what is no door leads to the first page."""
    with closing(State.open(browser.home / "state")) as state:
        path = entrance(ADDRESS, new_code(state, NOW), door).removeprefix(ADDRESS.url)
    target = f"/{ADDRESS.prefix}/{leads}"
    assert f'url={target}"' in browser.get(path, cookie="", sec_fetch_site="none").text
    assert browser.get(path).headers["location"] == target


def test_a_reminder_stands_on_the_page_once(browser: Asking) -> None:
    """In the words that it has elsewhere."""
    assert browser.get("attention").text.count("There is no copy of your Claude chats yet.") == 1


def test_quiet_hours_are_set_as_they_are_shown(browser: Asking) -> None:
    """What stands in the form without a file can be sent back."""
    page = browser.get("settings").text
    assert 'value="22:00"' in page
    fields = (("notices.quiet_from", "23:30"), ("notices.quiet_until", "08:00"))
    assert browser.post("settings/save", *fields).status == 303
    assert load(browser.home / "config.toml").notices.quiet_from.hour == 23
