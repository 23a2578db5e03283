"""What `status` tells of the daemon, read from its notes alone (DESIGN §7)."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from chathold.daemon.presence import hold
from chathold.state import Pending, Stage, State
from chathold.state.memory import DAEMON, PAUSED, UNDER_WAY, WATCHING
from chathold.state.store import DATABASE
from screens import HARMLESS, HOSTILE, said

SINCE = 1_800_000_000.0
EXPORT = Path("/downloads/export.zip")
FAILED = Pending(EXPORT, b"mark", Stage.FAILED, "It is cut.", "Get it again.", SINCE)
NOBODY = {"running": False, "pid": None, "since": None, "paused": False}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with no archive in it."""
    return tmp_path / "home"


@contextmanager
def _noted(home: Path) -> Iterator[State]:
    """The state of this home, to be written by hand."""
    with closing(State.open(home / "state")) as state:
        yield state


@contextmanager
def _running(home: Path) -> Iterator[None]:
    """A daemon that does nothing but be there, and said who it is."""
    (home / "archive").mkdir(parents=True)
    with _noted(home) as state:
        state.memory.set(DAEMON, {"pid": 4711, "since": SINCE, "version": "1"})
    with hold(home / "archive"):
        yield


def _status(home: Path) -> dict[str, Any]:
    run = said(home, "status", "--json")
    assert (run.code, run.err) == (0, "")
    answer: dict[str, Any] = json.loads(run.out)
    return answer


def _words(home: Path) -> list[str]:
    run = said(home, "status")
    assert (run.code, run.err) == (0, "")
    return run.out.splitlines()


def _line(path: str, state: str, reason: str = "") -> dict[str, str]:
    return {"path": path, "state": state, "reason": reason}


# --- nobody there


def test_where_no_daemon_has_been_nobody_watches(home: Path) -> None:
    """And asking leaves nothing behind."""
    status = _status(home)
    assert (status["daemon"], status["watching"], status["downloads"]) == (NOBODY, [], [])
    assert 'Nobody watches for downloads: start "chathold run".' in _words(home)
    assert not home.exists()


def test_of_a_daemon_that_has_ended_its_doings_are_not_told(home: Path) -> None:
    """A killed one leaves them noted; what still wants something is told."""
    with _running(home), _noted(home) as state:
        state.memory.set(WATCHING, [{"folder": "/downloads", "state": "watching", "reason": ""}])
        state.memory.set(UNDER_WAY, [_line("/downloads/b.zip", "importing")])
        state.downloads.put(FAILED)
    status = _status(home)
    assert (status["daemon"], status["watching"]) == (NOBODY, [])
    assert status["downloads"] == [_line(os.fspath(EXPORT), "failed", "It is cut. Get it again.")]
    assert [line for line in _words(home) if "b.zip" in line or "Watching" in line] == []


def test_a_pause_is_told_though_nobody_watches(home: Path) -> None:
    """It holds for the next daemon."""
    with _noted(home) as state:
        state.memory.set(PAUSED, value=True)
    assert _status(home)["daemon"] == NOBODY | {"paused": True}


# --- a daemon that runs


def test_a_daemon_that_runs_is_told_with_its_process_and_since_when(home: Path) -> None:
    """In UTC."""
    with _running(home):
        told = {"running": True, "pid": 4711, "since": "2027-01-15T08:00:00Z", "paused": False}
        assert _status(home)["daemon"] == told
        assert [line for line in _words(home) if "Nobody watches" in line] == []


def test_a_daemon_that_has_just_begun_is_told(home: Path) -> None:
    """It holds the archive, and has noted nothing yet."""
    (home / "archive").mkdir(parents=True)
    with _noted(home), hold(home / "archive"):
        status = _status(home)
    assert status["daemon"] == {"running": True, "pid": None, "since": None, "paused": False}
    assert (status["watching"], status["downloads"]) == ([], [])
    assert status["tray"] == {"shown": False, "why": "Chathold has only just been started."}


def test_the_daemon_of_another_archive_is_not_this_ones(home: Path, tmp_path: Path) -> None:
    """Each home has its own."""
    with _running(tmp_path / "another"), _noted(home):
        assert _status(home)["daemon"] == NOBODY


def test_watched_folders_are_told_with_what_is_wrong(home: Path) -> None:
    """A folder that is looked at is watched, however; the others say why not."""
    folders = [
        {"folder": "/downloads", "state": "watching", "reason": ""},
        {"folder": "/network", "state": "polling", "reason": "It does not tell."},
        {"folder": "/usb", "state": "missing", "reason": "There is no such folder."},
    ]
    with _running(home), _noted(home) as state:
        state.memory.set(WATCHING, folders)
        assert _status(home)["watching"] == folders
        words = _words(home)
    wanted = ["Watching: /downloads", "Watching: /network", "! /usb: There is no such folder."]
    assert words[-4:] == [*wanted, f"Archive: {home / 'archive'}"]


def test_pause_is_told_in_words(home: Path) -> None:
    """With the way out."""
    with _running(home), _noted(home) as state:
        state.memory.set(PAUSED, value=True)
        assert _status(home)["daemon"]["paused"] is True
        paused = [line for line in _words(home) if line.startswith("Paused")]
    assert paused == ['Paused: new downloads are not looked at until "chathold resume".']


# --- downloads


def test_downloads_are_told_with_state_and_reason(home: Path) -> None:
    """What is under way first, then what wants something, longest waiting first."""
    under_way = [
        _line("/downloads/a.zip", "importing", "done: 5 %"),
        _line("/downloads/b.zip", "queued", "its turn comes"),
        _line("/downloads/c.zip", "downloading", "It is still being downloaded."),
    ]
    wanting = [
        replace(FAILED, path=Path("/downloads/e.zip"), stage=Stage.RETRYING, since=SINCE + 1, advice=""),
        replace(FAILED, path=Path("/downloads/d.zip")),
        replace(FAILED, path=Path("/downloads/f.zip"), stage=Stage.WAITING, since=SINCE + 2),
    ]
    with _running(home), _noted(home) as state:
        state.memory.set(UNDER_WAY, under_way)
        for each in wanting:
            state.downloads.put(each)
        assert _status(home)["downloads"] == [
            *under_way,
            _line("/downloads/d.zip", "failed", "It is cut. Get it again."),
            _line("/downloads/e.zip", "retrying", "It is cut."),
            _line("/downloads/f.zip", "waiting", "It is cut. Get it again."),
        ]
        marks = [line.split(":")[0] for line in _words(home) if "/downloads/" in line]
    assert marks == [
        "· /downloads/a.zip",
        "· /downloads/b.zip",
        "· /downloads/c.zip",
        "! /downloads/d.zip",
        "! /downloads/e.zip",
        "! /downloads/f.zip",
    ]


def test_a_download_is_told_of_once(home: Path) -> None:
    """One that is tried again is under way, and stands where that is told."""
    under_way = [_line(os.fspath(EXPORT), "importing"), _line("/downloads/b.zip", "queued")]
    with _running(home), _noted(home) as state:
        state.memory.set(UNDER_WAY, under_way)
        state.downloads.put(FAILED)
        assert _status(home)["downloads"] == under_way


def test_names_steer_no_terminal(home: Path) -> None:
    """A name may hold anything, and so may a reason."""
    with _noted(home) as state:
        state.downloads.put(replace(FAILED, path=Path(f"/downloads/{HOSTILE}.zip"), reason=HOSTILE))
    (line,) = [line for line in _words(home) if line.startswith("!")]
    assert line.isprintable()
    assert line.count(HARMLESS) == 2


def test_a_name_of_any_bytes_is_told_as_it_can_be(home: Path) -> None:
    """In words and in JSON, which is UTF-8."""
    with _noted(home) as state:
        state.downloads.put(replace(FAILED, path=Path(os.fsdecode(b"/downloads/caf\xe9.zip"))))
    assert _status(home)["downloads"][0]["path"] == "/downloads/caf?.zip"
    assert "! /downloads/caf.zip: It is cut. Get it again." in _words(home)


# --- notes that cannot be read


@pytest.mark.parametrize("begin", [0, 4096])
def test_notes_that_are_damaged_are_as_none(home: Path, begin: int) -> None:
    """What is archived is told all the same, and nothing is changed."""
    with _noted(home) as state:
        state.downloads.put(FAILED)
    path = home / "state" / DATABASE
    data = path.read_bytes()
    path.write_bytes(data[:begin] + b"\xaa" * (len(data) - begin))
    before = path.read_bytes()
    status = _status(home)
    assert (status["daemon"], status["watching"], status["downloads"]) == (NOBODY, [], [])
    assert path.read_bytes() == before


def test_the_notes_of_a_newer_chathold_are_as_none(home: Path) -> None:
    """They cannot be understood."""
    with _noted(home) as state:
        state.downloads.put(FAILED)
    with closing(sqlite3.connect(home / "state" / DATABASE)) as database:
        database.execute("PRAGMA user_version = 99")
    assert _status(home)["downloads"] == []


# --- pause and resume


def test_pause_and_resume_are_remembered(home: Path) -> None:
    """As often as they are said, whether anybody watches or not; with an answer in words and in JSON."""
    for command, paused in (("pause", True), ("pause", True), ("resume", False), ("resume", False)):
        assert json.loads(said(home, command, "--json").out) == {"paused": paused}
        assert _status(home)["daemon"]["paused"] is paused
    assert said(home, "pause").out.startswith("Paused: ")
    assert said(home, "resume").out == "New downloads are looked at again.\n"


def test_pause_that_cannot_be_noted_says_so(home: Path) -> None:
    """It is an error, with what to do."""
    home.mkdir()
    (home / "state").write_text("a file where the folder should be")
    run = said(home, "pause")
    assert (run.code, run.output) == (1, b"")
    assert "notes cannot be kept" in run.err
