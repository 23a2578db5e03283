"""`verify` finds every change to what is stored, and says where it is."""

from __future__ import annotations

import contextlib
import json
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

import histories
from chathold.archive.asking import answer
from chathold.archive.damage import DAMAGED
from chathold.archive.schema import DERIVED, FACTS, MIGRATIONS
from chathold.archive.store import Archive
from chathold.archive.verifying import MISSING_FILE, ROWS, WRONG_DERIVED, ways_out
from commands import chathold
from screens import said
from world_truth import Container, Shape

_HEALED = {("file_state", "file")}
"""Without it, the state of a file is derived anew before anything else is done."""


def _columns() -> list[tuple[str, str]]:
    """Every column of every table of the archive that holds something when nothing is under way."""
    with contextlib.closing(sqlite3.connect(":memory:")) as database:
        for migration in MIGRATIONS:
            migration(database)
        tables = [row[0] for row in database.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        return [
            (table, row[1])
            for table in tables
            if table != "stale"
            for row in database.execute(f"PRAGMA table_info({table})")
        ]


COLUMNS = _columns()
TABLES = list(dict.fromkeys(table for table, _column in COLUMNS))


@pytest.fixture(scope="module")
def archived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose archive has rows in all tables: two services, files, a label, a copy, something forgotten."""
    folder = tmp_path_factory.mktemp("verifying")
    home = folder / "home"
    loose = histories.chatgpt(
        folder / "loose", 2, [histories.chat(90, account="")], shape=Shape(container=Container.LOOSE)
    )
    chathold(home, "import", str(histories.chatgpt_earlier(folder)), str(histories.chatgpt_later(folder)))
    chathold(home, "import", str(loose), "--account", "user-Bob0002")
    chathold(home, "import", str(histories.claude_earlier(folder)))
    chathold(home, "import", *map(str, histories.claude_parts(folder, lost=True)))
    chathold(home, "import", str(histories.artifacts(folder)))
    chathold(home, "account", "label", f"chatgpt/{histories.ADA}", "Ada at home")
    chathold(home, "forget", histories.chat(11).id)
    export = chathold(home, "import", str(histories.chatgpt_later(folder)))["imports"][0]["sha256"]
    archive = Archive.open(home / "archive")
    assert archive
    with contextlib.closing(archive), archive.writing() as ledger:
        answer(archive, ledger, export, deleted=True)
    chathold(home, "backup", str(folder / "copy"))
    assert chathold(home, "verify")["ok"]
    return home


@pytest.fixture
def home(archived: Path, tmp_path: Path) -> Path:
    """A copy of it, to be damaged."""
    return shutil.copytree(archived, tmp_path / "home")


def _database(home: Path) -> Path:
    return home / "archive" / "archive.db"


@contextlib.contextmanager
def _opened(home: Path) -> Iterator[sqlite3.Connection]:
    """The database, past the program."""
    with contextlib.closing(sqlite3.connect(_database(home), isolation_level=None)) as database:
        yield database


def _found(home: Path) -> list[str]:
    """Where `verify` sees problems."""
    result = chathold(home, "verify", expect=1)
    assert result["ok"] is False
    return [problem["where"] for problem in result["problems"]]


def test_an_archive_as_it_was_made_is_whole(archived: Path) -> None:
    """There is no problem in it, and every table has rows."""
    assert chathold(archived, "verify")["problems"] == []
    with _opened(archived) as database:
        empty = [table for table in TABLES if not database.execute(f"SELECT 1 FROM {table}").fetchone()]
    assert empty == []


def test_facts_and_derived_rows_are_all_the_tables() -> None:
    """No table is left out of what `verify` looks at: facts have a tally, the rest is derived or under way."""
    assert {*FACTS, *DERIVED, "tally"} == set(TABLES)


def _altered(value: Any) -> Any:
    """The value with one bit of it changed, or as little as its type allows."""
    match value:
        case int():
            return value ^ 0x1000
        case float():
            return value + 1.0
        case str():
            last = chr(ord(value[-1]) ^ 1) if value else "x"
            return value[:-1] + last
        case bytes():
            middle = len(value) // 2
            return value[:middle] + bytes([value[middle] ^ 1]) + value[middle + 1 :]
        case _:
            return 1


def _row_with(database: sqlite3.Connection, table: str, column: str) -> dict[str, Any]:
    """A row in which this column says something, as far as there is one."""
    database.row_factory = sqlite3.Row
    order = f"{column} IS NULL, {column} = '', {column} = '[]'"
    row = dict(database.execute(f"SELECT * FROM {table} ORDER BY {order} LIMIT 1").fetchone())
    database.row_factory = None
    return row


def _named(table: str, row: dict[str, Any]) -> str:
    """What must be named when this row is wrong: the table it vouches for, if it is a tally."""
    return str(row["name"]) if table == "tally" else table


@pytest.mark.spread(5)
@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_a_changed_value_is_found(home: Path, table: str, column: str) -> None:
    """In whatever column of whatever table."""
    with _opened(home) as database:
        row = _row_with(database, table, column)
        known = " AND ".join(f"{name} IS ?" for name in row)
        new = _altered(row[column])
        database.execute(f"UPDATE {table} SET {column} = ? WHERE {known}", (new, *row.values()))
        assert database.execute("SELECT changes()").fetchone() == (1,)
    if (table, column) in _HEALED:
        assert chathold(home, "verify")["ok"]
    else:
        assert any(_named(table, row) in where for where in _found(home))


@pytest.mark.spread(3)
@pytest.mark.parametrize("table", TABLES)
def test_a_lost_row_is_found(home: Path, table: str) -> None:
    """In whatever table; but a file's state is simply derived again."""
    with _opened(home) as database:
        row = _row_with(database, table, next(column for name, column in COLUMNS if name == table))
        known = " AND ".join(f"{name} IS ?" for name in row)
        database.execute(f"DELETE FROM {table} WHERE {known}", tuple(row.values()))
    if table == "file_state":
        assert chathold(home, "verify")["ok"]
    else:
        assert any(_named(table, row) in where for where in _found(home))


@pytest.mark.parametrize("table", ["state", "extract", "mention"])
def test_a_derived_row_too_many_is_found(home: Path, table: str) -> None:
    """What nothing gives rise to is wrong, too."""
    with _opened(home) as database:
        row = _row_with(database, table, "record")
        row["record"] += 100_000
        if table == "state":
            row["id"] = "0" * 16
        database.execute(f"INSERT INTO {table} VALUES ({','.join('?' * len(row))})", tuple(row.values()))
    assert any(table in where for where in _found(home))


def test_what_waits_to_be_derived_is_no_damage(home: Path, archived: Path) -> None:
    """A mark that something is stale has it derived again, even where nothing of that number is there."""
    with _opened(home) as database:
        database.execute("INSERT INTO stale VALUES (1), (100000)")
    assert chathold(home, "verify") == chathold(archived, "verify")


@pytest.mark.parametrize("place", range(0, 40, 3))
def test_a_changed_byte_of_a_record_is_found(home: Path, place: int) -> None:
    """Anywhere in what is stored of it."""
    with _opened(home) as database:
        form, stored = database.execute("SELECT id, stored FROM form ORDER BY id LIMIT 1").fetchone()
        at = len(stored) * place // 40
        changed = stored[:at] + bytes([stored[at] ^ 0x10]) + stored[at + 1 :]
        database.execute("UPDATE form SET stored = ? WHERE id = ?", (changed, form))
    assert any(where.endswith(f"form {form}") for where in _found(home))


def _asset(home: Path) -> Path:
    return next(path for path in sorted((home / "archive" / "assets").glob("*/*")) if path.is_file())


def _place(home: Path, path: Path) -> str:
    return path.relative_to(home / "archive").as_posix()


def test_a_changed_file_is_found(home: Path) -> None:
    """One bit of a file of the user's."""
    path = _asset(home)
    path.write_bytes(_altered(path.read_bytes()))
    assert _found(home) == [_place(home, path)]


def test_a_lost_file_is_found(home: Path) -> None:
    """A file of the user's that is not there."""
    path = _asset(home)
    path.unlink()
    assert _found(home) == [_place(home, path)]


@pytest.mark.parametrize(
    ("problem", "way"),
    [
        (("assets/ab/abcd", DAMAGED), "Import again"),
        (("assets/ab/abcd", MISSING_FILE), "Import again"),
        (("archive.db: chatgpt 12, form 3", DAMAGED), "Import again"),
        (("archive.db: sighting", ROWS), "chathold restore"),
        (("archive.db: state", WRONG_DERIVED), "chathold rebuild"),
    ],
)
def test_what_is_wrong_has_a_way_out(problem: tuple[str, str], way: str) -> None:
    """Once, however much is wrong in the same way."""
    found = {"where": problem[0], "what": problem[1]}
    (advice,) = ways_out([found, found])
    assert way in advice


def test_the_way_out_is_printed(home: Path) -> None:
    """Below what was found."""
    _asset(home).unlink()
    assert "  Import again the export that held what is damaged" in said(home, "verify").out


@pytest.mark.parametrize("name", ["ab/cd", "letter.txt", "00/11/22", f"ab/{'0' * 64}"])
def test_a_foreign_file_is_found(home: Path, name: str) -> None:
    """A file among the user's that no export held, at whatever depth."""
    path = home / "archive" / "assets" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("not of the archive")
    assert _found(home) == [_place(home, path)]


def test_a_file_in_the_wrong_folder_is_found(home: Path) -> None:
    """Its name says where it belongs."""
    path = _asset(home)
    wrong = path.parent.with_name("zz") / path.name
    wrong.parent.mkdir()
    path.rename(wrong)
    assert sorted(_found(home)) == sorted((_place(home, path), _place(home, wrong)))


def test_a_changed_byte_of_the_database_file_is_found(home: Path) -> None:
    """Written past SQLite, in the middle of the bytes of a record."""
    with _opened(home) as database:
        form, stored = database.execute(
            "SELECT id, stored FROM form ORDER BY length(stored) LIMIT 1"
        ).fetchone()
    data = _database(home).read_bytes()
    at = data.index(stored) + len(stored) // 2
    assert data.count(stored) == 1
    _flip(_database(home), at)
    assert any(where.endswith(f"form {form}") for where in _found(home))


def _flip(path: Path, at: int, bit: int = 1) -> None:
    """Change one bit of a file."""
    with path.open("rb+") as file:
        file.seek(at)
        byte = file.read(1)[0]
        file.seek(at)
        file.write(bytes([byte ^ bit]))


def _flip_anywhere(home: Path, whole: Any, rng: Random, at: int) -> bool:
    """Change one bit at a place; whether that was found. What is not found must have changed nothing."""
    _flip(_database(home), at, 1 << rng.randrange(8))
    result = chathold(home, "verify", expect=None)
    if result is not None and result.get("ok"):
        assert result == whole
        assert chathold(home, "list")
        return False
    assert result is not None, f"byte {at}: a bug, or no answer"
    assert "error" in result or result["problems"], result
    return True


def test_a_changed_byte_of_the_header_is_found_or_means_nothing(
    archived: Path, home: Path, tmp_path: Path
) -> None:
    """Page size, journal, count of pages, version and application: damage is told, whatever they say now."""
    _flip_each(archived, home, (17, 19, 31, 47, 63, 71))
    assert not list(tmp_path.rglob("bug-*"))


@pytest.mark.slow
def test_any_changed_byte_of_the_header_is_found_or_means_nothing(archived: Path, home: Path) -> None:
    """The first hundred bytes of the database, each in four ways."""
    _flip_each(archived, home, tuple(range(100)) * 4)


def _flip_each(archived: Path, home: Path, places: tuple[int, ...]) -> None:
    whole = chathold(archived, "verify")
    rng = Random(1)
    for at in places:
        shutil.copyfile(_database(archived), _database(home))
        _flip_anywhere(home, whole, rng, at)


def test_changed_bytes_of_used_pages_are_found(archived: Path, home: Path) -> None:
    """In the bytes of records, wherever in the database they lie; never a crash."""
    whole = chathold(archived, "verify")
    data = _database(archived).read_bytes()
    with _opened(archived) as database:
        stored = [
            row[0]
            for row in database.execute("SELECT stored FROM form ORDER BY id")
            if data.count(row[0]) == 1
        ]
    for at in (data.index(each) + len(each) - 9 for each in stored[::8]):
        shutil.copyfile(_database(archived), _database(home))
        assert _flip_anywhere(home, whole, Random(at), at)


@pytest.mark.slow
def test_hundreds_of_changed_bytes_are_found_or_mean_nothing(
    archived: Path, home: Path, tmp_path: Path
) -> None:
    """At places spread over the database: found, or in free space and without effect; never a crash."""
    assert _flip_many(archived, home, Random(3), 300) > 75
    assert not list(tmp_path.rglob("bug-*"))


@pytest.mark.slow
def test_changed_bytes_of_the_first_page_are_found_or_mean_nothing(
    archived: Path, home: Path, tmp_path: Path
) -> None:
    """The tables are written down there: no name of a table or column that is wrong is taken for a bug."""
    _flip_each(archived, home, tuple(Random(4).randrange(100, 8192) for _number in range(150)))
    assert not list(tmp_path.rglob("bug-*"))


def _flip_many(archived: Path, home: Path, rng: Random, times: int) -> int:
    whole = chathold(archived, "verify")
    size = _database(archived).stat().st_size
    found = 0
    for _number in range(times):
        shutil.copyfile(_database(archived), _database(home))
        found += _flip_anywhere(home, whole, rng, rng.randrange(size))
    return found


@pytest.mark.parametrize("length", [0, 1, 99, 100, 8192, 100_000])
def test_a_cut_database_is_no_bug(home: Path, length: int) -> None:
    """A database that lost its end is told as damaged, by `verify` and by everyone else."""
    data = _database(home).read_bytes()
    _database(home).write_bytes(data[:length])
    for command in ("verify", "list", "status"):
        answer = chathold(home, command, expect=1)
        assert "error" in answer or answer["problems"], json.dumps(answer)
