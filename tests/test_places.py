"""Watched folders and Chathold's own keep out of each other's way, and every command finds the archive."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

import histories
from chathold.configuration import ConfigurationError, Settings
from chathold.configuration.settings import ArchivePlace, Downloads, Mirror
from chathold.home import Home
from chathold.places import (
    archive_folder,
    check_places,
    lies_in,
    place_faults,
    watched_folders,
    written_folders,
)
from screens import environment, said


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home that is not the user's."""
    return Home.find(os.fspath(tmp_path / "chathold"))


@pytest.fixture
def downloads(tmp_path: Path) -> Path:
    """A folder to watch."""
    folder = tmp_path / "downloads"
    folder.mkdir()
    return folder


def _settings(
    *folders: Path, archive: Path | None = None, moved: Path | None = None, after: str = "leave"
) -> Settings:
    return Settings(Downloads(folders, after, moved), ArchivePlace(archive))


# --- what is watched


def test_the_desktops_downloads_folder_is_watched() -> None:
    """If no other is named."""
    assert watched_folders(Settings()) == (Path.home() / "Downloads",)


def test_a_downloads_folder_that_is_moved_is_found_again(tmp_path: Path) -> None:
    """The desktop is asked anew each time."""
    settings, moved = Settings(), tmp_path / "elsewhere"
    before = watched_folders(settings)
    configuration = Path.home() / ".config"
    configuration.mkdir(mode=0o700)
    (configuration / "user-dirs.dirs").write_text(f'XDG_DOWNLOAD_DIR="{moved}"\n')
    assert (before, watched_folders(settings)) == ((Path.home() / "Downloads",), (moved,))


def test_folders_that_are_named_are_watched_instead(downloads: Path) -> None:
    """The desktop's is watched only if it is named, too."""
    assert watched_folders(_settings(downloads)) == (downloads,)


# --- what is refused


def test_folders_beside_each_other_are_fine(home: Home, downloads: Path, tmp_path: Path) -> None:
    """So is whatever does not exist yet, and a name that only begins alike."""
    check_places(_settings(downloads, tmp_path / "missing", archive=tmp_path / "downloads-archive"), home)
    check_places(_settings(downloads, moved=tmp_path / "done", after="move"), home)
    check_places(Settings(), home)


@pytest.mark.parametrize("inside", [".", "archive", "a/b/c"])
def test_an_archive_inside_a_watched_folder_is_refused(home: Home, downloads: Path, inside: str) -> None:
    """It would be taken for downloads."""
    with pytest.raises(ConfigurationError, match="is in the watched folder"):
        check_places(_settings(downloads, archive=downloads / inside), home)


@pytest.mark.parametrize("inside", ["assets", "a/b"])
def test_a_watched_folder_inside_the_archive_is_refused(home: Home, tmp_path: Path, inside: str) -> None:
    """Nothing else may appear there."""
    with pytest.raises(ConfigurationError, match="is inside the archive"):
        check_places(_settings(home.usual_archive / inside), home)
    with pytest.raises(ConfigurationError, match="is inside the archive"):
        check_places(_settings(tmp_path / "kept" / inside, archive=tmp_path / "kept"), home)


def test_a_log_inside_a_watched_folder_is_refused(tmp_path: Path) -> None:
    """Each line of it would be a change there."""
    home = Home.find(os.fspath(tmp_path / "all"))
    said_of = [fault.what for fault in place_faults(_settings(home.logs, archive=tmp_path / "kept"), home)]
    assert [str(home.logs) in what for what in said_of] == [True]


@pytest.mark.parametrize("up", [0, 1, 99])
def test_a_home_folder_cannot_be_watched(home: Home, up: int) -> None:
    """Nor what it is in, up to the root."""
    folder = [Path.home(), *Path.home().parents][: up + 1][-1]
    with pytest.raises(ConfigurationError, match="your home folder"):
        check_places(_settings(folder), home)


def test_a_home_folder_that_the_desktop_calls_downloads_is_refused(home: Home) -> None:
    """As desktops do when there is no folder for downloads."""
    configuration = Path.home() / ".config"
    configuration.mkdir(mode=0o700)
    (configuration / "user-dirs.dirs").write_text('XDG_DOWNLOAD_DIR="$HOME/"\n')
    with pytest.raises(ConfigurationError, match="your home folder") as caught:
        check_places(Settings(), home)
    assert "downloads.folders" in caught.value.advice


def test_exports_cannot_be_moved_into_what_is_watched_or_kept(home: Home, downloads: Path) -> None:
    """They would be found again, or lie among what is kept."""
    for moved in (downloads, downloads / "done", home.usual_archive, home.usual_archive / "done"):
        with pytest.raises(ConfigurationError, match="Exports cannot be moved to"):
            check_places(_settings(downloads, moved=moved, after="move"), home)


def test_links_hide_nothing(home: Home, downloads: Path, tmp_path: Path) -> None:
    """Real paths count, in both directions, also of what does not exist yet."""
    (tmp_path / "link").symlink_to(downloads)
    with pytest.raises(ConfigurationError, match="is in the watched folder"):
        check_places(_settings(downloads, archive=tmp_path / "link" / "archive"), home)
    with pytest.raises(ConfigurationError, match="is in the watched folder"):
        check_places(_settings(tmp_path / "link", archive=downloads / "archive"), home)
    (tmp_path / "way-home").symlink_to(Path.home())
    with pytest.raises(ConfigurationError, match="your home folder"):
        check_places(_settings(tmp_path / "way-home"), home)


def test_a_way_around_is_the_same_folder(downloads: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where two paths lead to one folder and neither is a link (mounts, capital letters), its number tells."""
    twin = downloads.with_name("DOWNLOADS")
    real = Path.stat

    def as_one(path: Path, *, follow_symlinks: bool = True) -> os.stat_result:
        return real(downloads if path == twin else path, follow_symlinks=follow_symlinks)

    monkeypatch.setattr(Path, "stat", as_one)
    assert lies_in(twin / "archive", downloads)
    assert not lies_in(downloads.with_name("other"), downloads)


def test_all_that_is_wrong_is_told(home: Home, downloads: Path) -> None:
    """With where to put it right, and no line, for the places of a default stand in none."""
    settings = _settings(downloads, Path.home(), archive=downloads / "a", moved=downloads / "b", after="move")
    with pytest.raises(ConfigurationError, match="There are 3 mistakes") as caught:
        check_places(settings, home)
    assert caught.value.place == str(home.configuration)
    assert [(fault.line, bool(fault.fix)) for fault in caught.value.faults] == [(0, True)] * 3


# --- where the archive is


def test_the_settings_decide_where_the_archive_is(home: Home, tmp_path: Path) -> None:
    """For every command; with no settings it is in its usual place."""
    folder = tmp_path / "elsewhere" / "kept"
    export = histories.chatgpt(tmp_path / "export", 0, [histories.chat(1)])
    root = home.configuration.parent
    root.mkdir()
    home.configuration.write_text(f"[archive]\nfolder = '{folder}'\n")
    assert said(root, "import", os.fspath(export)).code == 0
    assert json.loads(said(root, "status", "--json").out)["archive"]["path"] == os.fspath(folder)
    assert said(root, "verify").code == 0
    assert (folder / "archive.db").exists()
    assert not home.usual_archive.exists()
    assert archive_folder(_settings(archive=folder), home) == folder
    assert archive_folder(Settings(), home) == home.usual_archive


def test_a_home_keeps_its_archive(home: Home, tmp_path: Path) -> None:
    """Who has asked once gets the same answer, whatever becomes of the file."""
    assert home.archive == home.usual_archive
    home.configuration.parent.mkdir()
    home.configuration.write_text(f"[archive]\nfolder = '{tmp_path / 'other'}'\n")
    assert home.archive == home.usual_archive
    assert replace(home).archive == tmp_path / "other"


def test_the_folder_of_notes_is_written_to(home: Home, tmp_path: Path) -> None:
    """So a service that may write to few places may write there."""
    assert tmp_path in written_folders(Settings(mirror=Mirror(tmp_path)), home)


def test_wrong_settings_stop_a_command_before_it_does_harm(home: Home) -> None:
    """No archive is made in the wrong place; help can still be had."""
    root = home.configuration.parent
    root.mkdir()
    home.configuration.write_text("[archive]\nfolder = 'kept'\n")
    run = said(root, "status")
    assert run.code == 1
    assert f"{home.configuration}:2: archive.folder cannot be" in run.err
    assert said(root, "status", "--help").code == 0
    assert list(root.iterdir()) == [home.configuration]


def test_settings_that_cannot_be_reached_are_not_taken_for_none(tmp_path: Path) -> None:
    """Whatever the system refuses with."""
    home = Home.find(os.fspath(tmp_path / ("x" * 300)))
    with pytest.raises(ConfigurationError, match="The settings cannot be read: File name too long"):
        _ = home.archive


def test_nothing_of_settings_is_loaded_where_there_are_none(home: Home) -> None:
    """A quick command stays quick."""
    code = (
        "import sys; from chathold.__main__ import main;"
        f"main(['--home', {os.fspath(home.configuration.parent)!r}, 'status']);"
        "print([each for each in sys.modules if each == 'tomllib' or 'configuration' in each])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, env=environment()
    )
    assert done.stdout.splitlines()[-1] == "[]"


def test_no_reader_is_loaded_to_say_how_things_are(home: Home, tmp_path: Path) -> None:
    """`status` reads no record, so it needs nothing of what understands them."""
    root = home.configuration.parent
    assert said(root, "import", os.fspath(histories.chatgpt_earlier(tmp_path / "one"))).code == 0
    code = (
        "import sys; from chathold.__main__ import main;"
        f"main(['--home', {os.fspath(root)!r}, 'status']);"
        "print([each for each in sys.modules if each.startswith('chathold.providers')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, env=environment()
    )
    assert done.stdout.splitlines()[-1] == "[]"
