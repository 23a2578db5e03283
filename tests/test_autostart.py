"""Starting with a session that knows no systemd: installed by our own command, in a home of its own."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from commands import process
from daemons import EXPORT, Place, export_of, running, until
from screens import started

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="a desktop of freedesktop.org"),
]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """A home in which Chathold is installed; nothing of it runs afterwards."""
    place = Place(tmp_path / "place with a space")
    process(place.home, "service", "install", "--no-browser")
    yield place
    process(place.home, "service", "uninstall")


def _stand(place: Place) -> Any:
    return process(place.home, "service", "status")


def _files() -> set[str]:
    """Every file of the user's, but for those that have to do with a running process."""
    return {os.fspath(each) for each in Path.home().rglob("*") if each.is_file() and each.suffix != ".lock"}


def test_installed_it_runs_starts_again_when_killed_and_ends_when_uninstalled(tmp_path: Path) -> None:
    """An entry for the session, one for the menu, and icons; all of it is named, and gone afterwards."""
    place = Place(tmp_path / "place with a space")
    assert not _stand(place)["installed"]
    said = process(place.home, "service", "install", "--no-browser")
    assert (said["way"], said["enabled"], said["running"]) == ("autostart", True, True)
    assert set(said["files"]) == _files()
    place.downloads.joinpath(EXPORT).write_bytes(export_of(1))
    until(lambda: place.holds(export_of(1)), told=place.told)
    first = place.status()["daemon"]["pid"]
    assert _stand(place)["since"] == place.status()["daemon"]["since"]
    os.kill(first, signal.SIGKILL)
    until(lambda: place.status()["daemon"]["pid"] != first and place.status()["daemon"]["running"])
    assert _stand(place)["running"]
    removed = process(place.home, "service", "uninstall")["removed"]
    assert set(removed) == set(said["files"])
    assert _files() == set()
    assert not place.status()["daemon"]["running"]
    until(lambda: not _stand(place)["running"])
    assert place.holds(export_of(1))


def test_what_the_session_would_start_runs(place: Place) -> None:
    """The command of the entry, as a desktop reads it; a second one ends at once."""
    (entry,) = Path.home().joinpath(".config/autostart").iterdir()
    line = next(each for each in entry.read_text().splitlines() if each.startswith("Exec="))
    command = shlex.split(line.removeprefix("Exec=").replace("%%", "%"))
    assert command[-1] == "--supervised"
    assert subprocess.run(command, timeout=30, check=False).returncode == 0
    assert _stand(place)["running"]


def test_installing_again_changes_nothing(place: Place) -> None:
    """It runs on."""
    until(lambda: place.status()["daemon"]["running"])
    before = place.status()["daemon"]["pid"], _stand(place)
    process(place.home, "service", "install", "--no-browser")
    assert (place.status()["daemon"]["pid"], _stand(place)) == before


def test_beside_a_daemon_that_was_started_by_hand_nothing_is_installed(tmp_path: Path) -> None:
    """The new one would not come up; who sits at the terminal is told what to do."""
    place = Place(tmp_path)
    with running(place):
        run = started(place.home, "service", "install", "--no-browser")
    assert run.code == 1
    assert "running already" in run.err
    assert "Ctrl-C" in run.err
    assert not _stand(place)["installed"]
