"""An archive that was here and is not: its disk may be away, and nobody begins another unawares."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import histories
from commands import chathold
from screens import said


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home whose archive is gone from its place."""
    home = tmp_path / "home"
    chathold(home, "import", str(histories.chatgpt_earlier(tmp_path)))
    (home / "archive").rename(tmp_path / "away")
    return home


def test_a_missing_archive_is_told_of(home: Path) -> None:
    """No command says that there is nothing, or how to begin."""
    for command in ("list", "check", "history"):
        error = chathold(home, command, *(["abcd"] if command == "history" else []), expect=1)["error"]
        assert (error["title"], error["place"]) == (
            "The archive is not where it was.",
            os.fspath(home / "archive"),
        )
    doctor = chathold(home, "doctor", expect=1)["checks"]
    assert [each["state"] for each in doctor if each["name"] == "archive"] == ["fault"]
    run = said(home, "status")
    assert "! The archive is not where it was." in run.out
    assert "Nothing here yet" not in run.out
    assert "Nobody watches" not in run.out
    assert next(each["kind"] for each in chathold(home, "status")["attention"]) == "archive"


def test_no_other_is_begun_unawares(home: Path, tmp_path: Path) -> None:
    """Whoever wants one has to say so; the old one is used again when it is back."""
    later = str(histories.chatgpt_later(tmp_path))
    error = chathold(home, "import", later, expect=1)["error"]
    assert error["title"] == "The archive is not where it was."
    assert "--new-archive" in error["advice"]
    assert not (home / "archive").exists()
    chathold(home, "import", "--new-archive", later)
    assert len(chathold(home, "list")["conversations"]) == 14
    (home / "archive").rename(tmp_path / "new")
    (tmp_path / "away").rename(home / "archive")
    assert len(chathold(home, "list")["conversations"]) == 12


def test_a_setting_that_names_another_place_hides_nothing(home: Path, tmp_path: Path) -> None:
    """A mistyped folder is no new archive: it is said where the one used last is."""
    (tmp_path / "away").rename(home / "archive")
    (home / "config.toml").write_text(f"[archive]\nfolder = '{tmp_path / 'mistyped'}'\n")
    error = chathold(home, "list", expect=1)["error"]
    assert error["title"] == "There is no archive where the settings want it."
    assert os.fspath(home / "archive") in error["advice"]
    assert chathold(home, "import", str(histories.chatgpt_later(tmp_path)), expect=1)["error"] == error
    (home / "config.toml").write_text(f"[archive]\nfolder = '{home / 'archive'}'\n")
    assert len(chathold(home, "list")["conversations"]) == 12


def test_a_copy_brought_back_is_the_archive_that_was_seen_last(home: Path, tmp_path: Path) -> None:
    """Restoring makes one where it was."""
    chathold(home, "restore", str(tmp_path / "away"))
    assert len(chathold(home, "list")["conversations"]) == 12


def test_damage_that_is_known_needs_attention(tmp_path: Path) -> None:
    """Whoever only looks at the overview is to hear of it; once it is mended, no more."""
    home = tmp_path / "home"
    export = str(histories.chatgpt_earlier(tmp_path))
    chathold(home, "import", export)
    lost = next(path for path in (home / "archive" / "assets").rglob("*") if path.is_file())
    lost.unlink()
    chathold(home, "verify", expect=1)
    found = {each["kind"]: each for each in chathold(home, "status")["attention"]}
    assert found["damage"]["title"] == "1 chat, document or file is damaged on this disk."
    assert "! 1 chat, document or file is damaged on this disk." in said(home, "status").out
    chathold(home, "import", export)
    assert "damage" not in {each["kind"] for each in chathold(home, "status")["attention"]}


def test_a_copy_that_is_gone_needs_attention(tmp_path: Path) -> None:
    """There is but one then; a disk that is away only is no news."""
    home, copy = tmp_path / "home", tmp_path / "disk" / "copy"
    chathold(home, "import", str(histories.chatgpt_earlier(tmp_path)))
    chathold(home, "backup", str(copy))
    copy.rename(tmp_path / "disk" / "elsewhere")
    titles = [each["title"] for each in chathold(home, "status")["attention"]]
    assert "The second copy of your archive is not where it was." in titles
    (tmp_path / "disk").rename(tmp_path / "unplugged")
    titles = [each["title"] for each in chathold(home, "status")["attention"]]
    assert "The second copy of your archive is not where it was." not in titles
