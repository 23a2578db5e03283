"""What the desktop is told of Chathold, and what `doctor` says of what was made of it."""

from __future__ import annotations

import os
import re
import socket
import sys
from contextlib import closing
from pathlib import Path

import pytest

from chathold import address
from chathold.configuration import Settings
from chathold.configuration.settings import ArchivePlace, Downloads
from chathold.core.errors import ChatholdError
from chathold.doctor.findings import State
from chathold.doctor.starting import _finding
from chathold.home import Home
from chathold.places import closed_folders, written_folders
from chathold.startup import explained, free_port, make_folders, name_of, port_of, program_of
from chathold.state import State as Notes
from chathold.state.memory import ARCHIVE
from chathold_service.by_systemd import BySystemd
from chathold_service.folders import Folders, put, take_away
from chathold_service.programs import DesktopError, Standing, Way


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home with a folder of its own."""
    return Home.find(os.fspath(tmp_path / "its own"))


def test_a_home_has_one_name_whatever_it_is_called(home: Home, tmp_path: Path) -> None:
    """The usual one is simply Chathold; another's name follows from where it really is."""
    assert name_of(Home.find("")) == "chathold"
    assert re.fullmatch(r"chathold-[0-9a-f]{8}", name_of(home))
    (tmp_path / "its own").mkdir()
    (tmp_path / "link").symlink_to("its own")
    assert name_of(Home.find(os.fspath(tmp_path / "link"))) == name_of(home)
    assert name_of(Home.find(os.fspath(tmp_path / "another"))) != name_of(home)


def test_the_program_is_run_from_where_it_is_installed(home: Home) -> None:
    """By this environment's Python, which looks for modules nowhere else; its home is passed on."""
    program = program_of(home, Settings(), 24680)
    assert program.command == (sys.executable, "-P", "-m", "chathold", "--home", home.chosen, "run")
    assert program.supervised == (*program.command, "--supervised")
    assert program.entry.command[-1] == "web"
    usual = program_of(Home.find(""), Settings(), 24680)
    assert usual.command == (sys.executable, "-P", "-m", "chathold", "run")


def test_the_menu_finds_it_by_what_people_look_for(home: Home) -> None:
    """In every language."""
    entry = program_of(home, Settings(), 1).entry
    assert set(entry.keywords) >= {"en", "zh_CN"}
    for keywords in entry.keywords.values():
        assert {"ChatGPT", "Claude", "DeepSeek", "chat", "聊天记录"} <= set(keywords.split(";"))
        assert keywords.endswith(";")


def test_what_is_written_to_follows_the_settings(home: Home, tmp_path: Path) -> None:
    """Its own folders, always; those that downloads are put away from and to, only if they are."""
    downloads, moved = tmp_path / "Downloads", tmp_path / "moved"
    downloads.mkdir()
    own = {home.configuration.parent, home.usual_archive, home.state, home.logs}
    left = Settings(Downloads((downloads,), move_to=moved))
    assert set(written_folders(left, home)) == own
    put_away = Settings(Downloads((downloads,), after_import="move", move_to=moved))
    assert set(written_folders(put_away, home)) == own | {downloads, moved}
    elsewhere = Settings(archive=ArchivePlace(tmp_path / "elsewhere"))
    assert set(written_folders(elsewhere, home)) == own - {home.usual_archive} | {tmp_path / "elsewhere"}


@pytest.mark.skipif(sys.platform == "win32", reason="the trash is Windows' own")
def test_the_trash_is_written_to_if_exports_go_there(home: Home, tmp_path: Path) -> None:
    """The one that takes what is in the watched folder."""
    downloads = tmp_path / "Downloads"
    downloads.mkdir()
    thrown = written_folders(Settings(Downloads((downloads,), after_import="trash")), home)
    assert {downloads, Path.home() / ".local/share/Trash"} <= set(thrown)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_folders_that_cannot_be_written_to_are_named(home: Home, tmp_path: Path) -> None:
    """Also those that could not be made."""
    assert closed_folders(Settings(), home) == ()
    tmp_path.chmod(0o500)
    assert set(closed_folders(Settings(), home)) == set(written_folders(Settings(), home))
    tmp_path.chmod(0o700)


def test_folders_are_made_but_for_an_archive_whose_disk_is_away(home: Home) -> None:
    """For their owner alone."""
    make_folders(home, Settings())
    assert home.archive.is_dir()
    assert home.state.stat().st_mode & 0o077 == 0 or sys.platform == "win32"
    with closing(Notes.open(home.state)) as notes:
        notes.memory.set(ARCHIVE, {"folder": os.fspath(home.archive), "id": "x"})
    home.archive.rmdir()
    make_folders(home, Settings())
    assert not home.archive.exists()


def test_the_port_is_the_same_every_time(home: Home) -> None:
    """It is chosen once, and free."""
    port = port_of(home)
    assert port_of(home) == port
    with closing(Notes.open(home.state)) as notes:
        known = address.remembered(notes)
    assert known is not None
    assert known.port == port
    with socket.create_server((address.HOST, port)):
        assert port_of(home) == port
        assert free_port(home) != port
    assert port_of(home) != port


def test_what_the_desktop_would_not_do_is_explained() -> None:
    """With what it said, and a way out."""
    with pytest.raises(ChatholdError, match="Job failed") as raised, explained():
        raise DesktopError("systemctl --user start chathold.service", "Job failed.")
    assert raised.value.place == "systemctl --user start chathold.service"
    with pytest.raises(ChatholdError, match="No space left") as raised, explained():
        raise OSError(28, "No space left on device", "/file")
    assert raised.value.place == "/file"
    with pytest.raises(BrokenPipeError), explained():
        raise BrokenPipeError(32, "Broken pipe")


@pytest.mark.parametrize(
    ("stand", "right", "state", "words"),
    [
        (Standing(Way.SYSTEMD), True, State.OK, "does not start with the session"),
        (Standing(Way.SYSTEMD, enabled=True, running=True, hardened=True), True, State.OK, "and runs"),
        (Standing(Way.SYSTEMD, enabled=True, running=True), True, State.OK, "confined"),
        (Standing(Way.AUTOSTART, enabled=True, running=True), True, State.OK, "and runs"),
        (Standing(Way.SYSTEMD, enabled=True, words="exit-code"), True, State.WARNING, "exit-code"),
        (Standing(Way.SYSTEMD, enabled=True, running=True), False, State.WARNING, "no longer fits"),
        (Standing(Way.SYSTEMD, enabled=True, running=True, answers=False), True, State.WARNING, "port"),
    ],
)
def test_what_doctor_says_of_it(stand: Standing, *, right: bool, state: State, words: str) -> None:
    """A warning has a fix."""
    found = _finding(stand, right=right)
    assert found.state is state
    assert words in found.what
    assert bool(found.fix) == (state is State.WARNING)


# --- a service manager that does as it likes

_SYSTEMCTL = """\
#!/bin/sh
echo "$*" >> {folder}/asked
case "$*" in
    *--version) echo "systemd 252 (252)" ;;
    "--user start {unit}") test ! -e {units}/{unit}.d || {{ echo "Job failed." >&2; exit 1; }} ;;
    *broken*) exit 1 ;;
esac
"""


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    """A user's folders."""
    return Folders(tmp_path, tmp_path / "config", tmp_path / "data", tmp_path / "runtime")


@pytest.mark.skipif(sys.platform == "win32", reason="a shell script")
def test_a_confinement_that_keeps_the_service_down_is_taken_back(
    home: Home, folders: Folders, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Although the probe went well: better without it than not at all."""
    program = program_of(home, Settings(), 24680)
    unit, units = f"{program.name}.service", folders.data / "systemd" / "user"
    put(
        tmp_path / "bin" / "systemctl",
        _SYSTEMCTL.format(folder=tmp_path, unit=unit, units=units).encode(),
    )
    (tmp_path / "bin" / "systemctl").chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:{os.environ['PATH']}")
    BySystemd(folders).install(program)
    assert {each.name for each in units.iterdir()} == {unit, f"{program.name}.socket"}
    asked = (tmp_path / "asked").read_text().splitlines()
    assert asked[-1] == f"--user start {unit}"
    assert asked.count(f"--user start {unit}") == 2
    assert f"--user start {program.name}-probe.service" in asked
    assert not (folders.runtime / "systemd").exists()


def test_a_folder_that_a_unit_cannot_name_is_refused(home: Home, folders: Folders, tmp_path: Path) -> None:
    """Before anything is written."""
    program = program_of(home, Settings(archive=ArchivePlace(tmp_path / "two\nlines")), 1)
    with pytest.raises(DesktopError, match="two"):
        BySystemd(folders).install(program)
    assert not folders.data.exists()


def test_files_are_taken_away_with_folders_that_have_become_empty(tmp_path: Path) -> None:
    """But for those above, and those in which there is something else."""
    put(tmp_path / "a" / "b" / "ours", b"")
    put(tmp_path / "a" / "c" / "ours", b"")
    put(tmp_path / "a" / "c" / "theirs", b"")
    ours = [tmp_path / "a" / "b" / "ours", tmp_path / "a" / "c" / "ours", tmp_path / "a" / "d" / "ours"]
    assert take_away(ours, [tmp_path / "a"]) == ours[:2]
    assert sorted(each.name for each in (tmp_path / "a").rglob("*")) == ["c", "theirs"]
    put(tmp_path / "e" / "ours", b"")
    take_away([tmp_path / "e" / "ours"], [tmp_path])
    assert not (tmp_path / "e").exists()
    assert tmp_path.exists()
