"""What Chathold remembers of its own doings, in real database files."""

from __future__ import annotations

import os
import sqlite3
import stat
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from msgspec.structs import replace

from chathold.core.errors import ChatholdError
from chathold.state import Pending, Stage, State
from chathold.state.downloads import mark
from chathold.state.store import DATABASE, VERSION
from chathold.watching.downloads import Fingerprint

DAY = 86_400.0
NOON = 20_000 * DAY + DAY / 2
ZIP = Path("/downloads/export.zip")
UNDECODABLE = Path(os.fsdecode(b"/downloads/caf\xe9 \xff.zip"))
SEEN = mark(ZIP, Fingerprint(1, 2, 3, 4, 5), "chatgpt:1")
WAITS = Pending(ZIP, SEEN, Stage.RETRYING, "It is busy.", "Wait.", NOON, 3, NOON + 60, 700, 2)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the state is; it is not there yet."""
    return tmp_path / "deep" / "state"


@pytest.fixture
def state(folder: Path) -> Iterator[State]:
    """A new state."""
    state = State.open(folder)
    yield state
    state.close()


def _marks(folder: Path) -> int:
    with closing(sqlite3.connect(folder / DATABASE)) as database:
        return int(database.execute("SELECT count(*) FROM looked_at").fetchone()[0])


def _contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def _spoil(folder: Path, *, begin: int, end: int | None = None) -> None:
    """Overwrite pages of a database that nobody has open."""
    path = folder / DATABASE
    data = path.read_bytes()
    end = len(data) if end is None else end
    path.write_bytes(data[:begin] + b"\xaa" * (end - begin) + data[end:])


def _filled(folder: Path) -> None:
    """A state of several pages, closed."""
    with closing(State.open(folder)) as state:
        state.downloads.put(WAITS)
        for number in range(300):
            state.memory.set(f"name {number}", "x" * 100)


# --- marks


@pytest.mark.parametrize(
    ("path", "fingerprint", "readers"),
    [
        (ZIP.with_name("other.zip"), Fingerprint(1, 2, 3, 4, 5), "chatgpt:1"),
        (ZIP, Fingerprint(1, 2, 3, 4, 6), "chatgpt:1"),
        (ZIP, Fingerprint(1, 2, 4, 3, 5), "chatgpt:1"),
        (ZIP, Fingerprint(1, 2, 3, 4, 5), "chatgpt:2"),
    ],
)
def test_a_mark_tells_paths_states_and_readers_apart(
    path: Path, fingerprint: Fingerprint, readers: str
) -> None:
    """Whatever differs makes another mark."""
    assert mark(path, fingerprint, readers) != SEEN


def test_a_mark_says_nothing_of_the_download() -> None:
    """It is a short hash, the same each time, of names that are no text as well."""
    marks = {mark(UNDECODABLE, None, "") for _ in range(2)}
    assert [len(each) for each in marks] == [16]


def test_a_download_that_is_done_with_is_recognised(state: State, folder: Path) -> None:
    """Also by the next process."""
    assert not state.downloads.looked_at(SEEN, NOON)
    state.downloads.done(ZIP, SEEN, NOON)
    with closing(State.open(folder)) as other:
        assert other.downloads.looked_at(SEEN, NOON)


def test_what_is_done_with_wants_nothing_any_more(state: State) -> None:
    """Its path is forgotten, and only the mark stays."""
    state.downloads.put(WAITS)
    state.downloads.done(ZIP, SEEN, NOON)
    assert state.downloads.pending() == []


def test_a_mark_that_nobody_asked_for_in_400_days_is_forgotten(state: State, folder: Path) -> None:
    """When something else is done with; a day earlier it is still there."""
    state.downloads.done(ZIP, SEEN, NOON)
    for days, left in ((400, 2), (401, 2)):
        state.downloads.done(ZIP, days.to_bytes(16, "big"), NOON + days * DAY)
        assert _marks(folder) == left
    assert not state.downloads.looked_at(SEEN, NOON + 401 * DAY)


def test_a_mark_that_is_asked_for_lives_on(state: State) -> None:
    """A download that lies there for years is looked at once."""
    state.downloads.done(ZIP, SEEN, NOON)
    for days in range(0, 2000, 100):
        assert state.downloads.looked_at(SEEN, NOON + days * DAY)
        state.downloads.done(ZIP, b"another", NOON + days * DAY)


def test_asking_writes_once_a_week_at_most(state: State, folder: Path) -> None:
    """A look at a folder of thousands of files costs no write."""
    state.downloads.done(ZIP, SEEN, NOON)
    with closing(State.open(folder)) as other:
        before = other.changes()
        assert state.downloads.looked_at(SEEN, NOON + 7 * DAY)
        assert other.changes() == before
        assert state.downloads.looked_at(SEEN, NOON + 8 * DAY)
        assert other.changes() != before


def test_a_clock_set_back_forgets_no_mark(state: State) -> None:
    """What was noted in the future is recognised today."""
    state.downloads.done(ZIP, SEEN, NOON + 3650 * DAY)
    state.downloads.done(ZIP, b"another", NOON)
    assert state.downloads.looked_at(SEEN, NOON)


# --- what wants something


@pytest.mark.parametrize(
    "pending",
    [
        WAITS,
        replace(WAITS, path=UNDECODABLE),
        replace(WAITS, stage=Stage.FAILED, next_try=None, needed=0),
        replace(WAITS, stage=Stage.WAITING, reason="夜間", advice="", since=0.25),
        Pending(ZIP, b"", Stage.RETRYING, "", "", 0.0),
    ],
    ids=["all", "undecodable", "failed", "other words", "nothing"],
)
def test_what_a_download_wants_is_read_back_as_it_was(folder: Path, pending: Pending) -> None:
    """By the next process, too, whatever bytes its name has."""
    with closing(State.open(folder)) as state:
        state.downloads.put(pending)
    with closing(State.open(folder)) as state:
        assert state.downloads.pending() == [pending]


def test_words_that_are_no_text_are_kept_as_they_can_be(state: State) -> None:
    """An advice may name a path."""
    state.downloads.put(replace(WAITS, advice=f"See {UNDECODABLE}."))
    assert state.downloads.pending() == [replace(WAITS, advice="See /downloads/caf\\udce9 \\udcff.zip.")]


def test_a_path_wants_one_thing(state: State) -> None:
    """The newest."""
    later = replace(WAITS, tries=4, reason="The disk is full.")
    state.downloads.put(WAITS)
    state.downloads.put(later)
    assert state.downloads.pending() == [later]


def test_those_that_have_waited_longest_come_first(state: State) -> None:
    """Then by name."""
    for name, since in (("c", 3.0), ("b", 1.0), ("a", 3.0)):
        state.downloads.put(replace(WAITS, path=Path(name), since=since))
    assert [each.path.name for each in state.downloads.pending()] == ["b", "a", "c"]


def test_what_is_dropped_is_forgotten(state: State) -> None:
    """And nothing else is; dropping what is not there does nothing."""
    state.downloads.put(replace(WAITS, path=UNDECODABLE))
    state.downloads.put(WAITS)
    for _ in range(2):
        state.downloads.drop(UNDECODABLE)
        assert state.downloads.pending() == [WAITS]


# --- notices


def test_a_notice_is_told_once_a_day_of_a_cause_and_target(state: State, folder: Path) -> None:
    """Another cause, target or day is another notice; a new process repeats none."""
    assert state.downloads.tell_once("busy", ["a"], "2026-11-23")
    with closing(State.open(folder)) as other:
        assert not other.downloads.tell_once("busy", ["a"], "2026-11-23")
        assert other.downloads.tell_once("full", ["a"], "2026-11-23")
        assert other.downloads.tell_once("busy", ["b"], "2026-11-23")
        assert other.downloads.tell_once("busy", ["a"], "2026-11-24")


def test_of_several_targets_one_new_one_is_enough(state: State) -> None:
    """And none is nothing to tell."""
    assert state.downloads.tell_once("busy", ["a"], "")
    assert state.downloads.tell_once("busy", ["a", "b"], "")
    assert not state.downloads.tell_once("busy", ["a", "b"], "")
    assert not state.downloads.tell_once("busy", [], "")


def test_a_target_may_be_a_path_of_any_bytes(state: State) -> None:
    """As the folder of an archive is."""
    told = [state.downloads.tell_once("archive", [os.fspath(UNDECODABLE)], "") for _ in range(2)]
    assert told == [True, False]


# --- memory


@pytest.mark.parametrize(
    "value", [True, False, 0, 1.5, "夜間", None, [{"path": os.fspath(UNDECODABLE)}], {"a": [1, {"b": []}]}]
)
def test_what_json_can_hold_is_remembered(folder: Path, value: object) -> None:
    """And read back by the next process."""
    with closing(State.open(folder)) as state:
        state.memory.set("name", "before")
        state.memory.set("name", value)
    with closing(State.open(folder)) as state:
        assert state.memory.get("name") == value


def test_what_was_never_remembered_is_none(state: State) -> None:
    """Names are told apart."""
    state.memory.set("name", 1)
    assert state.memory.get("another name") is None


def test_remembering_what_is_known_writes_nothing(state: State, folder: Path) -> None:
    """The daemon says every second what it does."""
    state.memory.set("name", [1, 2])
    with closing(State.open(folder)) as other:
        before = other.changes()
        state.memory.set("name", [1, 2])
        assert other.changes() == before
        state.memory.set("name", [1, 3])
        assert other.changes() != before


# --- opening


def test_changes_are_those_of_others(state: State, folder: Path) -> None:
    """What this process writes is no news to it; looking is none to anybody."""
    before = state.changes()
    state.memory.set("paused", value=False)
    looking = State.look(folder)
    assert looking
    looking.close()
    assert state.changes() == before
    with closing(State.open(folder)) as other:
        other.memory.set("paused", value=True)
    assert state.changes() != before
    assert state.memory.get("paused") is True


@pytest.mark.skipif(sys.platform == "win32", reason="a user's profile is their own on Windows")
def test_the_state_is_for_its_owner_alone(state: State, folder: Path) -> None:
    """The folder, the database and what SQLite lays beside it."""
    state.memory.set("name", 1)
    files = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    assert files == dict.fromkeys((DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm"), 0o600)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_database_that_is_none_is_put_aside(folder: Path) -> None:
    """Losing it loses no chat: a new one is begun, and the old bytes are kept for whoever wants to look."""
    folder.mkdir(parents=True)
    (folder / DATABASE).write_bytes(b"this is no database, and never was one. " * 40)
    before = (folder / DATABASE).read_bytes()
    with closing(State.open(folder)) as state:
        state.memory.set("name", 1)
        assert state.memory.get("name") == 1
    aside = folder / f"{DATABASE}.damaged"
    assert aside.read_bytes() == before
    if sys.platform != "win32":
        assert stat.S_IMODE(aside.stat().st_mode) == 0o600


@pytest.mark.parametrize("begin", [0, 100, 4096, 40_000])
def test_a_damaged_database_is_put_aside(folder: Path, begin: int) -> None:
    """Wherever the damage is, one that nobody would meet for months included."""
    _filled(folder)
    _spoil(folder, begin=begin)
    with closing(State.open(folder)) as state:
        assert state.downloads.pending() == []
        state.downloads.put(WAITS)
    with closing(State.open(folder)) as state:
        assert state.downloads.pending() == [WAITS]


def test_one_damaged_database_is_kept(folder: Path) -> None:
    """The newest, in place of an older one."""
    damaged = []
    for begin in (0, 100):
        _filled(folder)
        _spoil(folder, begin=begin)
        damaged.append((folder / DATABASE).read_bytes())
        State.open(folder).close()
    assert sorted(_contents(folder)) == [DATABASE, f"{DATABASE}.damaged"]
    assert _contents(folder)[f"{DATABASE}.damaged"] == damaged[-1]


def test_the_state_of_a_newer_chathold_is_put_aside(folder: Path) -> None:
    """It cannot be understood, and a new one serves as well."""
    _filled(folder)
    with closing(sqlite3.connect(folder / DATABASE)) as database:
        database.execute(f"PRAGMA user_version = {VERSION + 1}")
    assert State.look(folder) is None
    with closing(State.open(folder)) as state:
        assert state.downloads.pending() == []
    assert (folder / f"{DATABASE}.damaged").is_file()


def test_a_database_of_no_bytes_is_begun(folder: Path) -> None:
    """A power cut may leave one."""
    folder.mkdir(parents=True)
    (folder / DATABASE).touch()
    with closing(State.open(folder)) as state:
        assert state.downloads.pending() == []
    assert not (folder / f"{DATABASE}.damaged").exists()


def test_a_database_that_another_holds_is_no_damage(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is told, and stays where it is."""
    _filled(folder)
    monkeypatch.setattr("chathold.state.store._WAIT_SECONDS", 0.01)
    with closing(sqlite3.connect(folder / DATABASE, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(ChatholdError, match="locked"):
            State.open(folder)
    with closing(State.open(folder)) as state:
        assert state.downloads.pending() == [WAITS]


def test_where_nothing_can_be_kept_that_is_said(tmp_path: Path) -> None:
    """What, where, and what to do."""
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(ChatholdError, match="notes cannot be kept") as raised:
        State.open(tmp_path / "file" / "state")
    assert raised.value.place == os.fspath(tmp_path / "file" / "state")
    assert raised.value.advice


# --- looking


def test_looking_sees_what_is_there(state: State, folder: Path) -> None:
    """While the daemon has it open, and writes."""
    looking = State.look(folder)
    assert looking
    with closing(looking):
        state.downloads.put(WAITS)
        state.memory.set("paused", value=True)
        assert (looking.downloads.pending(), looking.memory.get("paused")) == ([WAITS], True)


def test_looking_makes_nothing(folder: Path) -> None:
    """Where no daemon has been there is nothing afterwards, either."""
    assert State.look(folder) is None
    assert not folder.exists()
    folder.mkdir(parents=True)
    assert State.look(folder) is None
    assert _contents(folder) == {}


def test_looking_changes_nothing(folder: Path) -> None:
    """Nobody who looks can write, and the database stays as it is."""
    _filled(folder)
    before = _contents(folder)
    looking = State.look(folder)
    assert looking
    with closing(looking):
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            looking.downloads.put(WAITS)
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            looking.memory.set("paused", value=True)
    assert _contents(folder)[DATABASE] == before[DATABASE]


@pytest.mark.parametrize("begin", [0, 100, 4096, 40_000])
def test_looking_at_damage_finds_nothing_and_leaves_it(folder: Path, begin: int) -> None:
    """To mend is for the one who writes."""
    _filled(folder)
    _spoil(folder, begin=begin)
    before = _contents(folder)[DATABASE]
    assert State.look(folder) is None
    assert _contents(folder)[DATABASE] == before


def test_what_cannot_be_asked_for_is_not_there(tmp_path: Path) -> None:
    """A folder that is a file, or cannot be looked into, is no bug."""
    (tmp_path / "file").write_text("no folder")
    assert State.look(tmp_path / "file") is None
    assert State.look(tmp_path / ("x" * 300)) is None
