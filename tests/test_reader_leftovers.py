"""Downloads that are in the archive and still lie in Downloads: into the trash, or left, as the page is told."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from asking import Asking
from chathold.reader import leftovers
from commands import chathold
from daemons import export_of, until
from pages import own_home, text_of

OFFER = "is no longer needed here"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own, whose trash is private, too."""
    monkeypatch.setenv("XDG_DATA_HOME", os.fspath(tmp_path / "data"))
    monkeypatch.setattr(
        "send2trash.plat_other.HOMETRASH", os.fspath(tmp_path / "data" / "Trash"), raising=False
    )
    monkeypatch.setattr(
        "send2trash.plat_other.HOMETRASH_B", os.fsencode(tmp_path / "data" / "Trash"), raising=False
    )
    return own_home(tmp_path)


@pytest.fixture
def download(home: Path, tmp_path: Path) -> Path:
    """An export in the watched folder, imported."""
    path = tmp_path / "Downloads" / "export.zip"
    path.write_bytes(export_of(1))
    chathold(home, "import", os.fspath(path))
    return path


def digest_of(browser: Asking) -> str:
    """What the button names the download by."""
    found = re.search(r'name="file" value="([0-9a-f]{64})"', browser.get("imports").text)
    assert found
    return found[1]


def test_a_download_that_was_imported_goes_into_the_trash(home: Path, download: Path, tmp_path: Path) -> None:
    """It is offered, goes, and is offered no more; the archive keeps what was in it."""
    browser = Asking(home)
    assert OFFER in text_of(browser.get("imports"))
    assert browser.post("imports/trash", ("file", digest_of(browser))).status == 303
    until(lambda: not download.exists())
    assert [each.name for each in (tmp_path / "data" / "Trash" / "files").iterdir()] == ["export.zip"]
    until(lambda: OFFER not in text_of(browser.get("imports")))


def test_a_download_may_be_left(home: Path, download: Path) -> None:
    """And is not asked about again."""
    browser = Asking(home)
    assert browser.post("imports/leave", ("file", digest_of(browser))).status == 303
    assert OFFER not in text_of(browser.get("imports"))
    assert download.exists()


def test_another_file_of_that_name_is_left(home: Path, download: Path) -> None:
    """What lies there now is not what was imported."""
    browser = Asking(home)
    download.write_bytes(b"my own words")
    assert browser.post("imports/trash", ("file", digest_of(browser))).status == 303
    until(lambda: "This is not the file that was imported" in text_of(browser.get("imports")))
    assert download.read_bytes() == b"my own words"


def test_only_what_lies_in_a_watched_folder_is_offered(home: Path, tmp_path: Path) -> None:
    """Exports that were imported from elsewhere are the user's own affair; a made-up name moves nothing."""
    elsewhere = tmp_path / "export.zip"
    elsewhere.write_bytes(export_of(1))
    chathold(home, "import", os.fspath(elsewhere))
    browser = Asking(home)
    assert OFFER not in text_of(browser.get("imports"))
    known = re.search(r"imports/of/(\w+)", browser.get("imports").text)
    assert known
    for name in (known[1], "0" * 64, "", "%"):
        assert browser.post("imports/trash", ("file", name)).status == 404
    assert elsewhere.exists()


def test_a_link_is_not_offered(home: Path, download: Path, tmp_path: Path) -> None:
    """It leads to what may lie anywhere."""
    download.rename(tmp_path / "there.zip")
    download.symlink_to(tmp_path / "there.zip")
    assert OFFER not in text_of(Asking(home).get("imports"))


def test_another_site_moves_nothing(home: Path, download: Path) -> None:
    """The form has to be ours."""
    browser = Asking(home)
    answer = browser.post("imports/trash", ("file", digest_of(browser)), origin="https://evil.example")
    assert answer.status == 403
    assert download.exists()


def test_where_nothing_can_be_moved_there_is_no_button(
    home: Path, download: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A confined service cannot write to Downloads; the page says where the download lies."""
    monkeypatch.setattr(leftovers, "can_write", lambda _folder: False)
    page = Asking(home).get("imports")
    assert f"It lies in {download.parent}." in text_of(page)
    assert "Move to trash" not in text_of(page)
