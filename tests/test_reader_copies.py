"""A second copy that is made from the first page."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from asking import Asking
from chathold.reader import copying
from commands import chathold
from daemons import export_of, until
from pages import own_home, text_of


@pytest.fixture
def browser(tmp_path: Path) -> Asking:
    """A browser that is let in, in front of an archive."""
    home = own_home(tmp_path)
    (tmp_path / "export.zip").write_bytes(export_of(1, 2))
    chathold(home, "import", os.fspath(tmp_path / "export.zip"))
    return Asking(home)


def made(browser: Asking, folder: str) -> str:
    """Ask for a copy; what the page says in the end."""
    assert browser.post("copies/make", ("folder", folder)).status == 303
    until(lambda: "data-busy" not in browser.get("copies/now").text)
    return text_of(browser.get())


def test_a_second_copy_is_made_and_told_of(browser: Asking, tmp_path: Path) -> None:
    """It is an archive with the same chats; on the same disk it is little worth, which is said."""
    assert "One disk only" in text_of(browser.get())
    copy = tmp_path / "copy"
    said = made(browser, os.fspath(copy))
    assert "now holds all that the archive holds. But it is on the same disk" in said
    assert "One disk only" not in said
    assert "Bring up to date" in said
    chathold(tmp_path / "other", "restore", os.fspath(copy))
    assert chathold(tmp_path / "other", "list") == chathold(browser.home, "list")


@pytest.mark.parametrize(
    ("folder", "words"),
    [
        ("copy", "has to be named in full"),
        ("{tmp}/a\0b", "has to be named in full"),
        ("~nobody-of-this-name/copy", "has to be named in full"),
        ("{tmp}/Downloads/copy", "is watched for downloads"),
        ("{tmp}/home/archive/copy", "is no second copy"),
        ("{tmp}/full", "holds no copy of the archive"),
    ],
)
def test_where_no_copy_may_be_is_said_why(browser: Asking, tmp_path: Path, folder: str, words: str) -> None:
    """Nothing is written there."""
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    named = folder.format(tmp=tmp_path)
    assert words in made(browser, named)
    assert not list(tmp_path.rglob("copy"))
    assert [each.name for each in (tmp_path / "full").iterdir()] == ["mine.txt"]


def test_what_the_reader_may_not_write_to_is_said(browser: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    """A confined service writes to few folders; a terminal may do more."""
    monkeypatch.setattr(copying, "can_write", lambda _folder: False)
    assert "chathold backup DIR" in made(browser, "/somewhere/else")


def test_another_site_makes_no_copy(browser: Asking, tmp_path: Path) -> None:
    """The form has to be ours."""
    folder = os.fspath(tmp_path / "copy")
    assert browser.post("copies/make", ("folder", folder), origin="https://evil.example").status == 403
    assert not (tmp_path / "copy").exists()
