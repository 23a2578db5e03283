"""Everything derived can be made again from the facts, and is the same then."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest

import histories
from chathold.archive.deriving import derive, forget_derived
from chathold.archive.schema import DERIVED
from chathold.archive.store import Archive
from chathold.archive.summary import Filters, records, totals
from chathold.archive.views import show
from chathold.providers import PROVIDERS
from commands import chathold


@pytest.fixture(scope="module")
def archived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with two services, chats that went on and chats that are gone, documents and files."""
    folder = tmp_path_factory.mktemp("rebuilding")
    paths = (
        histories.chatgpt_earlier(folder),
        histories.chatgpt_later(folder),
        histories.claude_earlier(folder),
        *histories.claude_parts(folder),
        histories.artifacts(folder),
    )
    chathold(folder / "home", "import", *map(str, paths))
    return folder / "home"


@pytest.fixture
def home(archived: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return shutil.copytree(archived, tmp_path / "home")


def _seen(home: Path) -> Any:
    """All that an archive without a fault answers."""
    found = chathold(home, "verify")
    assert (found["ok"], found["problems"]) == (True, [])
    status = chathold(home, "status")
    del status["archive"]["path"], status["archive"]["bytes"]
    return found, chathold(home, "list"), chathold(home, "list", "--documents"), status


def _rows(home: Path) -> dict[str, set[Any]]:
    """Everything derived."""
    with contextlib.closing(sqlite3.connect(home / "archive" / "archive.db")) as database:
        return {table: set(database.execute(f"SELECT * FROM {table}")) for table in DERIVED}


def _change(home: Path, *statements: str) -> None:
    """Change the database past the program."""
    with contextlib.closing(
        sqlite3.connect(home / "archive" / "archive.db", isolation_level=None)
    ) as database:
        for statement in statements:
            database.execute(statement)


def test_rebuilding_changes_nothing(home: Path) -> None:
    """Every derived row and every answer is as before; chats read one after the other are as read together."""
    before, rows = _seen(home), _rows(home)
    assert chathold(home, "rebuild") == {"rebuilt": True, "damaged": []}
    assert _rows(home) == rows
    assert _seen(home) == before


def test_lost_rows_are_made_again(archived: Path, home: Path) -> None:
    """All of them, in all tables at once."""
    _change(home, *(f"DELETE FROM {table}" for table in DERIVED))
    chathold(home, "rebuild")
    assert _rows(home) == _rows(archived)
    assert _seen(home) == _seen(archived)


def test_wrong_rows_are_put_right(archived: Path, home: Path) -> None:
    """Changed ones, and those that belong to nothing."""
    _change(
        home,
        "UPDATE state SET title = 'wrong', messages = 0, gone_since = 1.0, account = 'wrong'",
        "UPDATE reading SET hash = x'00', updated = 1.0, problems = '[[\"\", \"wrong\"]]'",
        "UPDATE file_state SET exported = 1.0, account = 'wrong'",
        "UPDATE mention SET name = name || 'wrong'",
        "DELETE FROM extract",
        "INSERT INTO mention VALUES (100000, 'x', 'x')",
        "INSERT INTO reading SELECT 100000, reader, hash, marks, readable, updated, oldest, newest, parts,"
        " messages, account, problems FROM reading LIMIT 1",
    )
    assert not chathold(home, "verify", expect=1)["ok"]
    chathold(home, "rebuild")
    assert _rows(home) == _rows(archived)
    assert _seen(home) == _seen(archived)


def test_what_is_being_rebuilt_can_be_read(archived: Path, home: Path) -> None:
    """Between marking and deriving, everything is shown as it was."""
    one, other = Archive.open(archived / "archive"), Archive.open(home / "archive")
    assert one is not None
    assert other is not None
    with contextlib.closing(one), contextlib.closing(other):
        with other.writing():
            forget_derived(other)
        assert records(other, Filters()) == records(one, Filters())
        assert show(other, histories.chat(6).id) == show(one, histories.chat(6).id)
        assert totals(other)["messages"] == totals(one)["messages"]


def test_an_interrupted_rebuild_is_finished_by_whoever_comes_next(archived: Path, home: Path) -> None:
    """What is marked to be derived is derived before anything is shown."""
    archive = Archive.open(home / "archive")
    assert archive is not None
    with contextlib.closing(archive), archive.writing():
        forget_derived(archive)
    assert _seen(home) == _seen(archived)
    assert _rows(home) == _rows(archived)


def test_a_newer_reader_reads_everything_again(
    archived: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of its service, and of no other (law 11)."""
    chatgpt = next(provider for provider in PROVIDERS if provider.NAME == "chatgpt")
    monkeypatch.setattr(chatgpt, "READER", chatgpt.READER + 1)
    archive = Archive.open(home / "archive")
    assert archive is not None
    read: list[int] = []
    with contextlib.closing(archive), archive.writing():
        derive(archive, lambda done, _total: read.append(done))
    with contextlib.closing(sqlite3.connect(home / "archive" / "archive.db")) as database:
        query = (
            "SELECT provider, reader, count(*) FROM reading JOIN form ON form.id = reading.form"
            " JOIN record ON record.id = form.record GROUP BY provider, reader"
        )
        readers = {row[:2]: row[2] for row in database.execute(query)}
    assert readers[chatgpt.NAME, chatgpt.READER] == len(read)
    assert {name for name, reader in readers if reader == chatgpt.READER} == {chatgpt.NAME}
    assert chathold(home, "list") == chathold(archived, "list")


def test_an_empty_archive_can_be_rebuilt(tmp_path: Path) -> None:
    """There is nothing to do."""
    archive = Archive.open(tmp_path / "archive", create=True)
    assert archive is not None
    archive.close()
    chathold(tmp_path, "rebuild")
    assert chathold(tmp_path, "verify")["conversations"] == 0
