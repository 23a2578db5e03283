"""What imported files leave open: other downloads are waited for, what belongs into a download is not."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path
from zipfile import ZipFile

import pytest

import histories
from asking import Asking
from chathold.archive.store import Archive
from chathold.archive.waiting import sets
from chathold.desktop.view import kept
from commands import chathold
from screens import said
from world_truth import Shape

GAP = "conversations-001.json"
AGAIN = f"This export is not whole, it lacks: {GAP}. Download it again, or ask the service for a new one."


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    """An export of ChatGPT's with three files of chats."""
    chats = [histories.chat(number) for number in range(9)]
    return histories.chatgpt(tmp_path / "whole", 0, chats, shape=Shape(shards=3))


@pytest.fixture
def lacking(tmp_path: Path, whole: Path) -> Path:
    """The same, without the second of them."""
    path = tmp_path / "lacking" / whole.name
    path.parent.mkdir()
    with ZipFile(whole) as export, ZipFile(path, "w") as made:
        for each in export.infolist():
            if not each.filename.endswith(GAP):
                made.writestr(each, export.read(each))
    return path


def test_what_a_zip_lacks_is_not_downloaded_by_itself(tmp_path: Path, lacking: Path) -> None:
    """Only the export can be: that is what is advised, wherever it is told."""
    home = tmp_path / "home"
    run = said(home, "import", os.fspath(lacking.parent))
    assert AGAIN in run.out
    (waiting,) = chathold(home, "status")["downloads"]
    assert (waiting["state"], waiting["missing"]) == ("lacks_parts", [GAP])
    (told,) = [each for each in chathold(home, "status")["attention"] if each["kind"] == "parts"]
    assert told["step"].startswith("Download it again")
    found = kept(home / "archive")
    assert found
    assert found.missing == 1


def test_it_is_asked_for_until_it_has_come_whole(tmp_path: Path, lacking: Path, whole: Path) -> None:
    """Nothing is open then; nor does anything lack for deleting."""
    home = tmp_path / "home"
    chathold(home, "import", os.fspath(lacking))
    assert chathold(home, "check")["accounts"][0]["missing_parts"] == [GAP]
    chathold(home, "import", os.fspath(whole))
    assert chathold(home, "status")["downloads"] == []
    assert chathold(home, "check")["accounts"][0]["missing_parts"] == []
    archive = Archive.open(home / "archive")
    assert archive
    with closing(archive):
        assert sets(archive) == []


def test_the_page_of_parts_names_no_links_for_it(tmp_path: Path, lacking: Path) -> None:
    """There is no list of them."""
    chathold(tmp_path / "home", "import", os.fspath(lacking))
    page = Asking(tmp_path / "home").get("parts").text
    assert "download the export again, or ask ChatGPT for a new one" in page
    assert "still to be downloaded" not in page


def test_parts_of_their_own_are_downloaded_each(tmp_path: Path) -> None:
    """As before: Claude's list names them."""
    home = tmp_path / "home"
    manifest, *_parts = histories.claude_parts(tmp_path)
    assert "Download each of them once." in said(home, "import", os.fspath(manifest)).out
    (waiting,) = chathold(home, "status")["downloads"]
    assert waiting["state"] == "waiting_for_parts"
