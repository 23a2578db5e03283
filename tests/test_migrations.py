"""Formats of the archive: a newer one is left alone, an older one is brought up after a copy was made."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import histories
from chathold.archive import schema
from chathold.archive.deriving import derive
from chathold.archive.schema import MIGRATIONS
from chathold.archive.store import Archive
from chathold.core.errors import TooNew
from commands import chathold

_TODAY = len(MIGRATIONS)
_COPY = f"before-format-{_TODAY + 1}.db"


@pytest.fixture(scope="module")
def archived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with an archive of today's format."""
    folder = tmp_path_factory.mktemp("migrations")
    chathold(folder / "home", "import", str(histories.chatgpt_earlier(folder)))
    return folder / "home"


@pytest.fixture
def home(archived: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return shutil.copytree(archived, tmp_path / "home")


def _next_format(database: sqlite3.Connection) -> None:
    """A step to a format that is not there yet."""
    database.execute("CREATE TABLE weight (form INTEGER PRIMARY KEY, stored BLOB NOT NULL) STRICT")
    database.execute("INSERT INTO weight SELECT id, stored FROM form")


def _failing_format(database: sqlite3.Connection) -> None:
    """A step that fails halfway."""
    _next_format(database)
    raise OSError(5, "Input/output error")


@contextlib.contextmanager
def _database(home: Path) -> Iterator[sqlite3.Connection]:
    with contextlib.closing(
        sqlite3.connect(home / "archive" / "archive.db", isolation_level=None)
    ) as database:
        yield database


def _version(home: Path) -> int:
    with _database(home) as database:
        return int(database.execute("PRAGMA user_version").fetchone()[0])


def _make_newer(home: Path) -> None:
    with _database(home) as database:
        database.execute(f"PRAGMA user_version = {_TODAY + 1}")
        database.execute("INSERT INTO meta VALUES ('unfinished record', 3), ('unfinished form', 3)")


def _files(home: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (home / "archive").rglob("*") if path.is_file()}


def _commands(home: Path, folder: Path) -> list[tuple[str, ...]]:
    chat = histories.chat(0).id
    return [
        ("import", str(histories.chatgpt_later(folder))),
        ("status",),
        ("list",),
        ("show", chat),
        ("history", chat),
        ("diff", chat, "1", "1"),
        ("check",),
        ("verify",),
        ("rebuild",),
        ("backup", str(folder / "copy")),
        ("restore", str(home / "archive")),
        ("forget", chat),
        ("account",),
    ]


@pytest.mark.parametrize("journal", ["wal", "delete"])
def test_a_newer_format_is_left_as_it_is(home: Path, tmp_path: Path, journal: str) -> None:
    """Every command says so and names the way out; not a byte changes, not even of what is unfinished there."""
    _make_newer(home)
    with _database(home) as database:
        database.execute(f"PRAGMA journal_mode = {journal}")
    before = _files(home)
    for command in _commands(home, tmp_path):
        error = chathold(home, *command, expect=1)["error"]
        assert str(home / "archive") in error["place"], command
        assert "newest" in error["advice"], command
        assert _files(home) == before, command


def test_a_newer_copy_is_neither_restored_nor_overwritten(home: Path, tmp_path: Path) -> None:
    """A copy that a newer program made is as safe as an archive of its."""
    chathold(home, "backup", str(tmp_path / "other" / "archive"))
    _make_newer(tmp_path / "other")
    before = _files(tmp_path / "other")
    for where, command in ((home, "backup"), (tmp_path / "new", "restore")):
        error = chathold(where, command, str(tmp_path / "other" / "archive"), expect=1)["error"]
        assert "newest" in error["advice"]
    assert _files(tmp_path / "other") == before


def test_a_program_overtaken_by_a_newer_one_stops_writing(home: Path) -> None:
    """An archive that was opened before a newer program changed its format is not written to any more."""
    archive = Archive.open(home / "archive")
    assert archive is not None
    with contextlib.closing(archive):
        _make_newer(home)
        before = _contents(home)
        with pytest.raises(TooNew), archive.writing():
            pytest.fail("it was let in")
    assert _contents(home) == before


def _contents(home: Path) -> list[str]:
    """The database as SQL."""
    with _database(home) as database:
        return list(database.iterdump())


@pytest.mark.parametrize("version", [0, -1])
def test_a_format_that_never_was_is_no_archive(home: Path, version: int) -> None:
    """A version below the first is damage, and not a format to be migrated from."""
    with _database(home) as database:
        database.execute(f"PRAGMA user_version = {version}")
    assert chathold(home, "list", expect=1)["error"]["title"]
    assert _version(home) == version


def test_a_foreign_database_is_no_archive(tmp_path: Path) -> None:
    """Another program's database of this name is neither read nor changed."""
    folder = tmp_path / "archive"
    folder.mkdir()
    with _database(tmp_path) as database:
        database.execute("CREATE TABLE letters (text TEXT)")
    before = _files(tmp_path)
    for command in (("list",), ("import", str(histories.chatgpt_earlier(tmp_path / "one")))):
        assert chathold(tmp_path, *command, expect=1)["error"]["title"]
    assert _files(tmp_path) == before


def _answers(home: Path) -> Any:
    found = chathold(home, "verify")
    assert (found["ok"], found["problems"]) == (True, [])
    return found, chathold(home, "list")


@pytest.fixture
def newer(monkeypatch: pytest.MonkeyPatch) -> None:
    """The program of tomorrow: it knows one format more."""
    monkeypatch.setattr(schema, "MIGRATIONS", (*MIGRATIONS, _next_format))


@pytest.mark.usefixtures("newer")
@pytest.mark.parametrize("command", ["list", "status", "verify"])
def test_an_older_format_is_brought_up_after_a_copy(archived: Path, home: Path, command: str) -> None:
    """Whatever is asked first; the copy is the archive as it was, and for the user's eyes only."""
    chathold(home, command)
    copy = home / "archive" / _COPY
    assert _version(home) == _TODAY + 1
    with contextlib.closing(sqlite3.connect(copy)) as older:
        assert older.execute("PRAGMA user_version").fetchone() == (_TODAY,)
        assert older.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        with _database(archived) as original:
            query = "SELECT * FROM form"
            assert older.execute(query).fetchall() == original.execute(query).fetchall()
    if sys.platform != "win32":
        assert copy.stat().st_mode & 0o077 == 0


def test_a_migration_changes_no_answer(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before and after it, the digests and the list are the same; the older program then stays away."""
    before = _answers(home)
    with monkeypatch.context() as tomorrow:
        tomorrow.setattr(schema, "MIGRATIONS", (*MIGRATIONS, _next_format))
        assert _answers(home) == before
    chathold(home, "list", expect=1)


def test_a_migration_that_fails_changes_nothing(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The archive stays of its format, and the older program goes on with it."""
    before = _answers(home)
    with monkeypatch.context() as tomorrow:
        tomorrow.setattr(schema, "MIGRATIONS", (*MIGRATIONS, _failing_format))
        assert chathold(home, "list", expect=1)["error"]["title"]
    assert _version(home) == _TODAY
    assert _answers(home) == before


@pytest.mark.usefixtures("newer")
def test_a_new_archive_is_of_the_newest_format(tmp_path: Path) -> None:
    """It needs no copy of an older one."""
    chathold(tmp_path, "import", str(histories.chatgpt_earlier(tmp_path / "one")))
    assert _version(tmp_path) == _TODAY + 1
    assert not (tmp_path / "archive" / _COPY).exists()


@pytest.mark.usefixtures("newer")
def test_a_migrated_archive_is_derived_from(home: Path) -> None:
    """It can be written to at once."""
    archive = Archive.open(home / "archive")
    assert archive is not None
    with contextlib.closing(archive), archive.writing():
        derive(archive)
    assert _answers(home)[0]["conversations"] == 12
