"""The page of settings: it writes the file that people write, and says what will not do."""

from __future__ import annotations

import re
import tomllib
from html import unescape
from pathlib import Path

import pytest

from asking import Asking
from chathold.configuration import SETTINGS, Fault, Setting, load
from chathold.configuration.kinds import Choice
from chathold.reader import fields
from chathold.reader.forms import Form
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


def test_what_is_saved_stands_in_the_file_with_the_comments(
    browser: Asking, home: Path, tmp_path: Path
) -> None:
    """Only what was changed is written."""
    (tmp_path / "More").mkdir()
    answer = browser.post(
        "settings/save",
        ("downloads.folders", f"{tmp_path / 'Downloads'}\r\n{tmp_path / 'More'}\r\n"),
        ("downloads.after_import", "trash"),
        ("downloads.quiet_seconds", "2,5"),
        ("downloads.events", "on"),
    )
    assert answer.status == 303
    text = (home / "config.toml").read_text()
    assert text.startswith("# mine\n")
    assert "# here" in text
    assert "events" not in text
    now = load(home / "config.toml").downloads
    assert (now.after_import, now.quiet_seconds) == ("trash", 2.5)
    assert now.folders == (tmp_path / "Downloads", tmp_path / "More")
    assert "The settings are kept." in text_of(browser.get("settings"))
    browser.post("settings/save", ("downloads.quiet_seconds", "3"))
    assert tomllib.loads((home / "config.toml").read_text())["downloads"]["events"] is False


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        (
            "downloads.quiet_seconds",
            "soon",
            '“Seconds of quiet” cannot be "soon". It is a number from 0.1 to 600.',
        ),
        ("downloads.quiet_seconds", "nan", 'cannot be "nan". It is a number'),
        ("downloads.folders", "relative", "Each line is the full path of a folder."),
        ("archive.folder", "relative", "It is the full path of a folder. It may begin with ~."),
        ("downloads.after_import", "move", "Exports are to be moved, and no folder is named for them."),
        ("downloads.after_import", "<b>", 'cannot be "<b>"'),
        (
            "mirror.filters",
            "provider:foo",
            '“Which chats” cannot be "provider:foo". There is no such value of this filter. Use one of: ',
        ),
        ("downloads.folders", "/", "cannot be watched: your home folder is in it"),
    ],
)
def test_what_will_not_do_is_said_beside_its_field(
    browser: Asking, home: Path, name: str, value: str, words: str
) -> None:
    """In the checker's words; what was typed is still there, and the file is as it was."""
    before = (home / "config.toml").read_text()
    answer = browser.post("settings/save", (name, value), ("downloads.events", "on"))
    assert answer.status == 422
    place = name.replace(".", "-")
    said = re.search(rf'<p class="fault" id="{place}-fault">(.*?)</p>', answer.text, re.DOTALL)
    assert said
    assert words in unescape(said[1])
    assert f'aria-describedby="{place}-about {place}-fault"' in answer.text
    assert unescape(answer.text).count(value) >= 1
    assert "<b>" not in re.sub(r"<b (class|lang)", "", answer.text)
    assert (home / "config.toml").read_text() == before


def test_the_page_names_no_setting_as_the_file_does(browser: Asking) -> None:
    """But by the title of its field; every mistake likewise."""
    shown = text_of(browser.get("settings"))
    names = [name for each in SETTINGS for name in (each.name, each.key) if "." in name or "_" in name]
    assert not [name for name in names if name in shown]
    faults = [Fault(f"{each.name} cannot be 1.", each.kind.wanted, name=each.name) for each in SETTINGS]
    told = [field.fault for group in fields.groups({}, faults) for field in group.fields]
    assert not [each for each in told if each is None or "quotes" in each.fix or "." in each.what[:-1]]


def test_a_mistake_made_by_hand_is_shown(browser: Asking, home: Path) -> None:
    """Beside its field if it has one, with its line if not."""
    (home / "config.toml").write_text("[downloads]\nevents = 3\nfolder = 'x'\n")
    page = browser.get("settings")
    assert 'id="downloads-events-fault"' in page.text
    assert "Line 3: There is no setting downloads.folder." in text_of(page)


def test_a_time_of_day_is_kept(browser: Asking, home: Path) -> None:
    """As the clock says it; the default needs no line."""
    browser.post("settings/save", ("notices.quiet_from", "21:30"), ("notices.quiet_until", "08:00"))
    text = (home / "config.toml").read_text()
    assert 'quiet_from = "21:30"' in text
    assert "quiet_until" not in text
    assert 'type="time"' in browser.get("settings").text
    answer = browser.post("settings/save", ("notices.quiet_from", "late"))
    assert 'id="notices-quiet_from-fault"' in answer.text


def test_every_setting_has_a_field(browser: Asking) -> None:
    """A new one appears by itself, by its own name."""
    page = browser.get("settings").text
    for each in SETTINGS:
        assert f'name="{each.name}"' in page
        assert f'id="{each.name.replace(".", "-")}-about"' in page


def test_a_setting_that_nobody_has_named_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a table and a kind that the form knows nothing of."""

    class Odd:
        """A kind of later."""

        wanted = "It is odd."

        def read(self, value: object) -> object:
            """As a kind."""
            return value

    new = (
        Setting("quiet", "from_hour", Odd(), "22:00", "From when on."),
        Setting("quiet", "sort", Choice(("a", "b")), "a", "How."),
    )
    monkeypatch.setattr(fields, "SETTINGS", (*SETTINGS, *new))
    group = next(each for each in fields.groups({"quiet.from_hour": "23:00"}) if each.title == "Quiet")
    assert [(each.title, each.sort, each.shown) for each in group.fields] == [
        ("From hour", "text", "23:00"),
        ("Sort", "choice", "a"),
    ]
    assert fields.read(Form([("quiet.from_hour", "21:30")]))["quiet.from_hour"] == "21:30"


def test_an_account_gets_a_name(much: Asking, home: Path) -> None:
    """And loses it again."""
    key = re.findall(r'name="account" value="(\w+)"', much.get("settings").text)[0]
    assert much.post("settings/label", ("account", key), ("label", "Work <3")).status == 303
    assert "Work <3" in [each["label"] for each in chathold(home, "account")["accounts"]]
    much.post("settings/label", ("account", key), ("label", ""))
    assert "Work <3" not in [each["label"] for each in chathold(home, "account")["accounts"]]
    assert much.post("settings/label", ("account", "nobody"), ("label", "x")).status == 404
