"""One daemon an archive, whatever happens to it."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from chathold.core.errors import ArchiveError, ChatholdError
from chathold.daemon import presence
from chathold.daemon.presence import LOCK, hold, is_held
from screens import environment

ANOTHER = """
import sys
from pathlib import Path
from chathold.daemon.presence import hold
with hold(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def impatience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody here ends by itself."""
    monkeypatch.setattr(presence, "_PATIENCE", 0.05)


@contextmanager
def _another(archive: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that is the archive's daemon."""
    with subprocess.Popen(
        [sys.executable, "-c", ANOTHER, os.fspath(archive)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment(),
        text=True,
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_one_daemon_holds_an_archive(tmp_path: Path) -> None:
    """A second one is told where the first is; another archive is another matter."""
    (tmp_path / "another").mkdir()
    with _another(tmp_path):
        assert is_held(tmp_path)
        with pytest.raises(ChatholdError, match="running already") as raised:
            hold(tmp_path)
        assert raised.value.place == os.fspath(tmp_path)
        assert raised.value.advice
        with hold(tmp_path / "another"):
            assert is_held(tmp_path / "another")


def test_a_killed_daemon_holds_nothing(tmp_path: Path) -> None:
    """What it leaves behind stands in nobody's way."""
    with _another(tmp_path) as process:
        process.kill()
        process.wait()
        assert not is_held(tmp_path)
        with hold(tmp_path):
            assert is_held(tmp_path)


def test_a_daemon_that_has_ended_holds_nothing(tmp_path: Path) -> None:
    """As often as it begins and ends."""
    for _ in range(3):
        assert not is_held(tmp_path)
        with hold(tmp_path):
            assert is_held(tmp_path)
    assert not is_held(tmp_path)


def test_looking_does_not_hold(tmp_path: Path) -> None:
    """However often somebody looks, the daemon can begin; and it is not disturbed."""
    hold(tmp_path).release()
    assert [is_held(tmp_path) for _ in range(3)] == [False] * 3
    with hold(tmp_path):
        assert [is_held(tmp_path) for _ in range(3)] == [True] * 3


def test_where_no_daemon_has_been_nothing_is_made(tmp_path: Path) -> None:
    """Nor where there is no folder, or none that can be looked into."""
    archive = tmp_path / "archive"
    archive.mkdir()
    (tmp_path / "file").touch()
    for place in (archive, tmp_path / "nowhere", tmp_path / "file", tmp_path / ("x" * 300)):
        assert not is_held(place)
    assert list(archive.iterdir()) == []
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="a user's profile is their own on Windows")
def test_the_lock_is_for_its_owner_alone(tmp_path: Path) -> None:
    """As everything in the archive."""
    with hold(tmp_path):
        assert stat.S_IMODE((tmp_path / LOCK).stat().st_mode) == 0o600


def test_an_archive_that_cannot_be_held_says_why(tmp_path: Path) -> None:
    """It is an error with an advice, not a bug: the disk may be read-only."""
    (tmp_path / "file").touch()
    with pytest.raises(ArchiveError, match="cannot be used") as raised:
        hold(tmp_path / "file")
    assert raised.value.advice
