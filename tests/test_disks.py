"""Disks that are full, that fail, or that may not be written to: told in words, and nothing is changed."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import histories
from killing import Ended, Runner
from worlds import Wrap

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs fork, mounts and limits of Linux")

_NOBODY = 65534


@pytest.fixture(scope="module")
def runner() -> Iterator[Runner]:
    """A program that runs the jobs."""
    with Runner() as program:
        yield program


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of three megabytes."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", place], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("mounting needs root")
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder in which a user who is not root may be shut out; root's own temporary folders are shut anyway."""
    if os.geteuid() != 0:
        pytest.skip("changing the user needs root")
    folder = Path(tempfile.mkdtemp(prefix="disks-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def _on(home: Path, *command: object) -> list[str]:
    return ["--home", str(home), *map(str, command), "--json"]


def _refused(ended: Ended) -> Any:
    """The error that a job ended with: what, where, and what to do."""
    assert ended.answers[0][0] == 1, ended.answers
    error = ended.json(0)["error"]
    assert error["title"]
    assert error["place"]
    assert error["advice"]
    return error


def _seen(runner: Runner, home: Path) -> Any:
    """The digests of an archive that is whole, and its list."""
    ended = runner.run(_on(home, "verify"), _on(home, "list"))
    assert [code for code, _text in ended.answers] == [0, 0], ended.answers
    found = ended.json(0)
    assert found["problems"] == []
    return found["digest"], found["view_digest"], ended.json(1)


def _large(folder: Path, number: int = 1) -> Path:
    """An export of two megabytes and more that cannot be made smaller, with files of its own."""
    names = range(number * 100, number * 100 + 10)
    chats = [histories.chat(n, size=60_000) for n in names]
    files = tuple(histories.asset(n, size=60_000) for n in names)
    return histories.chatgpt(folder, number, chats, assets=files, wrap=Wrap(stored=True))


def _leftovers(home: Path) -> list[str]:
    return [path.name for path in home.rglob("*") if path.name.startswith("building")]


def test_what_will_not_fit_is_not_begun(tmp_path: Path, runner: Runner, small_disk: Path) -> None:
    """An export that needs more than is free is refused before anything is written."""
    home = small_disk / "home"
    error = _refused(runner.run(_on(home, "import", _large(tmp_path))))
    assert error["place"] == str(home / "archive")
    assert _leftovers(home) == []
    assert _seen(runner, home)[2] == {"conversations": []}


def test_an_archive_cannot_be_made_on_a_full_disk(tmp_path: Path, runner: Runner, small_disk: Path) -> None:
    """The first import on a disk without a free byte: an error, and no half archive."""
    _fill(small_disk)
    path = histories.chatgpt_earlier(tmp_path)
    error = _refused(runner.run(_on(small_disk / "home", "import", path)))
    assert str(small_disk) in error["place"]
    assert not (small_disk / "home" / "archive" / "archive.db").exists()
    (small_disk / "filler").unlink()
    ended = runner.run(_on(small_disk / "home", "status"))
    assert ended.json()["archive"]["conversations"] == 0


def _fill(disk: Path) -> None:
    """Leave no room."""
    with (disk / "filler").open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(4096))


@pytest.mark.spread(3)
@pytest.mark.parametrize("command", ["list", "status", "verify"])
def test_a_full_disk_can_be_read(tmp_path: Path, runner: Runner, small_disk: Path, command: str) -> None:
    """What is archived stays readable when the disk is full, or at least nobody calls that a bug."""
    home = small_disk / "home"
    shutil.copytree(_archived(tmp_path, runner), home)
    before = _seen(runner, home)
    _fill(small_disk)
    assert runner.run(_on(home, command)).answers[0][0] in (0, 1)
    (small_disk / "filler").unlink()
    assert _seen(runner, home) == before


def _archived(folder: Path, runner: Runner) -> Path:
    home = folder / "home"
    ended = runner.run(_on(home, "import", histories.chatgpt_earlier(folder / "one")))
    assert ended.answers[0][0] == 0
    return home


@pytest.mark.spread(2)
@pytest.mark.parametrize("room", [100_000, 400_000])
def test_a_write_that_fails_changes_nothing(tmp_path: Path, runner: Runner, room: int) -> None:
    """A disk that seems to have room, as one with a quota does, and then has none, wherever in the import."""
    home = _archived(tmp_path, runner)
    path = _large(tmp_path / "two")
    before = _seen(runner, home)
    _refused(runner.run(_on(home, "import", path), room=room))
    assert _seen(runner, home) == before
    assert _leftovers(home) == []
    assert runner.run(_on(home, "import", path)).answers[0][0] == 0
    assert len(_seen(runner, home)[2]["conversations"]) == 22


@pytest.mark.slow
def test_writes_that_fail_anywhere_change_nothing(tmp_path: Path, runner: Runner) -> None:
    """Every command, with room for more and more."""
    home, path = _archived(tmp_path, runner), _large(tmp_path / "two")
    commands = (("import", path), ("forget", histories.chat(0).id), ("rebuild",), ("backup", "{root}/copy"))
    failed = 0
    for command in commands:
        for room in range(4096, 1_700_000, 90_000):
            root = Path(shutil.copytree(home, tmp_path / "trial" / "home")).parent
            words = [str(each).format(root=root) for each in command]
            states = [_seen(runner, root / "home")]
            ended = runner.run(_on(root / "home", *words), room=room)
            if ended.answers[0][0]:
                _refused(ended)
                failed += 1
            now = _seen(runner, root / "home")
            again = runner.run(_on(root / "home", *words))
            assert again.answers[0][0] == 0 or (command[0] == "forget" and now != states[0])
            states.append(_seen(runner, root / "home"))
            assert now in states
            assert _leftovers(root) == []
            shutil.rmtree(root)
    assert failed > 15


def test_a_disk_too_small_for_a_copy_is_told(tmp_path: Path, runner: Runner, small_disk: Path) -> None:
    """A copy that will not fit is not begun, and the one that is there stays."""
    home = _archived(tmp_path, runner)
    copy = small_disk / "other" / "archive"
    assert runner.run(_on(home, "backup", copy)).answers[0][0] == 0
    before = _seen(runner, copy.parent)
    for number in (1, 2):
        assert runner.run(_on(home, "import", _large(tmp_path / "two", number))).answers[0][0] == 0
    assert _refused(runner.run(_on(home, "backup", copy)))["place"] == str(copy)
    assert _seen(runner, copy.parent) == before


@pytest.mark.spread(3)
@pytest.mark.parametrize("command", ["import", "list", "status", "verify", "rebuild"])
def test_an_archive_of_somebody_else_is_told(open_folder: Path, runner: Runner, command: str) -> None:
    """A folder that the user may not look into is no bug and no empty archive."""
    home = _archived(open_folder, runner)
    path = histories.chatgpt_later(open_folder / "two")
    words = (command, path) if command == "import" else (command,)
    _refused(runner.run(_on(home, *words), user=_NOBODY))


def test_a_folder_without_rights_is_told(open_folder: Path, runner: Runner) -> None:
    """Where no archive may be made, and where no copy may be made."""
    path = histories.chatgpt_earlier(open_folder / "one")
    assert _refused(runner.run(_on(open_folder / "locked", "import", path), user=_NOBODY))
    assert not (open_folder / "locked").exists()
    mine = open_folder / "mine"
    mine.mkdir()
    shutil.chown(mine, _NOBODY)
    assert runner.run(_on(mine, "import", path), user=_NOBODY).answers[0][0] == 0
    error = _refused(runner.run(_on(mine, "backup", open_folder / "locked"), user=_NOBODY))
    assert str(open_folder / "locked") in error["place"]
