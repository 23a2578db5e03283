"""One damaged record sinks no other (law 7): what is stored of it is told as damaged, and mended by an import."""

from __future__ import annotations

import contextlib
import json
import shutil
import sqlite3
from pathlib import Path
from random import Random
from typing import Any

import pytest

import histories
from chathold.archive.schema import DERIVED
from chathold.archive.store import Archive
from chathold.core.identity import CONVERSATION, stable_id
from chathold.search import catch_up, standing
from commands import chathold
from histories import noise
from law_bench import imported, listed, shown

NAMES = ("ant", "bee", "cat")
WHICH = {"the only form": ("ant", 1), "the first of two": ("bee", 1), "the second of two": ("bee", 2)}
"""The chat whose form is damaged, and which of its forms."""
FORMATS = ("markdown", "html", "json", "original")


def _chat(name: str, count: int) -> dict[str, Any]:
    messages = [
        {
            "uuid": f"{name}-{number}",
            "sender": "assistant" if number % 2 else "human",
            "created_at": f"2026-01-01T00:{number:02}:00Z",
            "text": f"{name}word {number} {noise(name, number)}",
        }
        for number in range(count)
    ]
    updated = f"2026-01-01T00:{count:02}:00Z"
    return {"uuid": name, "name": f"The {name}", "updated_at": updated, "chat_messages": messages}


def _export(path: Path, **length: int) -> Path:
    """An export in which each chat has so many messages."""
    path.write_text(json.dumps([_chat(name, count) for name, count in length.items()]), "utf-8")
    return path


def _id(name: str) -> str:
    return stable_id("claude", CONVERSATION, name)


@pytest.fixture(scope="module")
def archived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two exports, and a home in which they were imported: one chat went on."""
    folder = tmp_path_factory.mktemp("damage")
    one = _export(folder / "1.json", ant=4, bee=10, cat=4)
    two = _export(folder / "2.json", ant=4, bee=12, cat=4)
    imported(folder / "home", [one, two])
    with contextlib.closing(_database(folder / "home")) as database:
        assert [base is None for (base,) in database.execute("SELECT base FROM form ORDER BY id")] == [
            True
        ] * 3 + [False]
    return folder


def _database(home: Path) -> sqlite3.Connection:
    return sqlite3.connect(home / "archive" / "archive.db", isolation_level=None)


def _damage(home: Path, name: str, which: int, seed: int = 0) -> None:
    """Flip one bit of what is stored of a chat's form, past the program."""
    with contextlib.closing(_database(home)) as database:
        query = "SELECT form.id, stored FROM form JOIN record ON record.id = record WHERE ref = ? ORDER BY form.id"
        form, stored = database.execute(query, (name,)).fetchall()[which - 1]
        rng, flipped = Random(seed), bytearray(stored)
        flipped[rng.randrange(10, len(stored))] ^= 1 << rng.randrange(8)
        database.execute("UPDATE form SET stored = ? WHERE id = ?", (bytes(flipped), form))


@pytest.fixture(params=list(WHICH))
def damaged(request: pytest.FixtureRequest) -> str:
    """The name of the chat that is damaged."""
    return WHICH[request.param][0]


@pytest.fixture
def home(request: pytest.FixtureRequest, archived: Path, damaged: str, tmp_path: Path) -> Path:
    """A copy of the home with a damaged form."""
    home = shutil.copytree(archived / "home", tmp_path / "home")
    _damage(home, damaged, WHICH[request.node.callspec.params["damaged"]][1])
    return home


@pytest.fixture
def dest(tmp_path: Path) -> Path:
    """Where to export to, in a folder that holds nothing else."""
    (tmp_path / "exports").mkdir()
    return tmp_path / "exports" / "out"


def _found(home: Path) -> dict[str, int]:
    """How many messages are found of each chat."""
    return {name: chathold(home, "search", f"{name}word")["total"] for name in NAMES}


def _without_index(home: Path) -> None:
    for path in (home / "archive").glob("search.db*"):
        path.unlink()


def _rows(home: Path) -> dict[str, set[Any]]:
    with contextlib.closing(_database(home)) as database:
        return {
            table: set(database.execute(f"SELECT * FROM {table}")) for table in DERIVED if table != "reading"
        }


@pytest.mark.parametrize("seed", range(8))
def test_it_is_told_which_chat_is_damaged_wherever_the_bit_is(
    archived: Path, tmp_path: Path, seed: int
) -> None:
    """By the id that `show` takes, with the ways out."""
    home = shutil.copytree(archived / "home", tmp_path / "home")
    _damage(home, "ant", 1, seed)
    error = chathold(home, "show", "ant", expect=1)["error"]
    assert error["place"] == _id("ant")
    assert all(f"chathold {name}" in error["advice"] for name in ("verify", "backup"))


def test_all_else_becomes_searchable(home: Path, damaged: str) -> None:
    """The damaged chat is counted as not searchable, and nothing is left to be done."""
    before = {"ant": 4, "bee": 12, "cat": 4}
    _without_index(home)
    assert _found(home) == before | {damaged: 0}
    assert chathold(home, "status")["index"] == {"indexed": 2, "pending": 1, "unread": 0, "damaged": 1}
    archive = Archive.open(home / "archive")
    assert archive is not None
    with contextlib.closing(archive):
        assert not standing(archive).differs
        assert catch_up(archive) == standing(archive)


def test_nobody_promises_that_a_damaged_chat_becomes_searchable(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """If that is all which is left."""
    _without_index(home)
    chathold(home, "search", "word")
    assert "1 chat or document is damaged" in (said := capsys.readouterr().err)
    assert "by itself" not in said


def test_a_damaged_chat_is_found_by_what_was_indexed_of_it(home: Path, damaged: str) -> None:
    """Without the text of what is damaged; and so are all others."""
    assert _found(home) == {"ant": 4, "bee": 12, "cat": 4}
    assert all(hit["snippet"] for hit in chathold(home, "search", "catword")["results"])
    assert len(chathold(home, "search", f"{damaged}word")["results"]) > 0


@pytest.mark.parametrize("form", FORMATS)
def test_an_export_holds_all_that_is_whole(
    archived: Path, home: Path, damaged: str, dest: Path, tmp_path: Path, form: str
) -> None:
    """It says which chats are not in it, and is otherwise as one of those chats alone."""
    others = [part for name in NAMES if name != damaged for part in ("--id", _id(name))]
    chathold(archived / "home", "export", str(tmp_path / "good"), "--format", form, *others)
    answer = chathold(home, "export", str(dest), "--format", form, expect=1)
    assert answer["damaged"] == [_id(damaged)]
    assert answer["conversations"] == 2
    assert _files(dest) == _files(tmp_path / "good")
    assert sorted(path.name for path in dest.parent.iterdir()) == ["out"]


def _files(folder: Path) -> dict[str, bytes]:
    """The files of an export, but for the list with its time."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "chathold-export.json"
    }


@pytest.mark.parametrize("form", FORMATS)
def test_an_export_of_what_is_damaged_alone_writes_nothing(
    home: Path, damaged: str, dest: Path, form: str
) -> None:
    """It fails, and tells of the chat."""
    options = ("--format", form, "--id", _id(damaged))
    error = chathold(home, "export", str(dest), *options, expect=1)["error"]
    assert error["place"] == _id(damaged)
    assert list(dest.parent.iterdir()) == []


@pytest.mark.parametrize("form", FORMATS)
def test_no_earlier_export_gives_way_to_one_that_lacks_what_is_damaged(
    archived: Path, home: Path, dest: Path, form: str
) -> None:
    """For it may have it whole."""
    chathold(archived / "home", "export", str(dest), "--format", form)
    before = _files(dest)
    chathold(home, "export", str(dest), "--format", form, expect=1)
    assert _files(dest) == before
    assert sorted(path.name for path in dest.parent.iterdir()) == ["out"]


def test_a_later_export_is_imported_and_searchable(home: Path, damaged: str, tmp_path: Path) -> None:
    """All of it but the damaged chat, which stays as it was, and is told of once."""
    before = listed(home)
    (receipt,) = imported(home, [_export(tmp_path / "3.json", ant=6, bee=14, cat=6)])
    assert receipt["outcome"] == "imported"
    assert [each["where"] for each in receipt["problems"]] == [_id(damaged)]
    others = [name for name in NAMES if name != damaged]
    assert listed(home)[damaged] == before[damaged]
    assert [listed(home)[name]["messages"] - before[name]["messages"] for name in others] == [2, 2]
    assert [_found(home)[name] for name in others] == [listed(home)[name]["messages"] for name in others]


def test_notes_of_all_else_are_kept_up_to_date(home: Path, damaged: str, tmp_path: Path) -> None:
    """That of the damaged chat stays as it is, and is made once it is mended."""
    (vault := tmp_path / "vault").mkdir()
    (home / "config.toml").write_text(f"[mirror]\nfolder = '{vault}'\n", "utf-8")
    done = chathold(home, "mirror", "--now")
    assert [each["where"] for each in done["problems"]] == [_id(damaged)]
    assert sorted(path.stem for path in vault.rglob("*.md")) == [f"The {n}" for n in NAMES if n != damaged]


def test_rebuilding_keeps_what_was_derived_of_it(archived: Path, home: Path, damaged: str) -> None:
    """And derives all else; it says what is damaged."""
    with contextlib.closing(_database(home)) as database:
        other = database.execute("SELECT id FROM record WHERE ref = 'cat'").fetchone()
        database.execute("UPDATE state SET title = 'wrong' WHERE record = ?", other)
    assert chathold(home, "rebuild", expect=1)["damaged"] == [_id(damaged)]
    assert _rows(home) == _rows(archived / "home")
    assert chathold(home, "list") == chathold(archived / "home", "list")
    assert len(shown(home, "cat")) == 4


def test_a_chat_of_which_nothing_was_derived_is_listed_all_the_same(home: Path, damaged: str) -> None:
    """Nothing is known of it but that it is there."""
    with contextlib.closing(_database(home)) as database:
        for table in DERIVED:
            database.execute(f"DELETE FROM {table}")
    assert chathold(home, "rebuild", expect=1)["damaged"] == [_id(damaged)]
    assert set(listed(home)) == set(NAMES)
    assert _found(home) == {"ant": 4, "bee": 12, "cat": 4} | {damaged: 0}


@pytest.mark.spread(5)
@pytest.mark.parametrize("met", ["verify", "rebuild"])
def test_importing_again_mends_what_was_found_to_be_damaged(
    archived: Path, home: Path, damaged: str, met: str
) -> None:
    """The very bytes are put in their place, and all is as it was before; the receipt says so."""
    _without_index(home)
    assert _found(home)[damaged] == 0
    chathold(home, met, expect=1)
    receipts = imported(home, [archived / "1.json", archived / "2.json"])
    assert {each["where"] for receipt in receipts for each in receipt["problems"]} == {_id(damaged)}
    whole, as_before = chathold(archived / "home", "verify"), chathold(home, "verify")
    assert as_before == whole
    assert _rows(home)["state"] == _rows(archived / "home")["state"]
    assert _found(home) == {"ant": 4, "bee": 12, "cat": 4}
    assert chathold(home, "status")["index"]["damaged"] == 0


@pytest.mark.spread(4)
@pytest.mark.parametrize("met", ["verify", "rebuild", "search"])
def test_a_copy_mends_it_too(
    archived: Path, damaged: str, tmp_path: Path, request: pytest.FixtureRequest, met: str
) -> None:
    """Whoever met the damage before: all is as it was, here and in the copy."""
    home, copy = shutil.copytree(archived / "home", tmp_path / "home"), tmp_path / "copy"
    chathold(home, "backup", str(copy))
    _damage(home, damaged, WHICH[request.node.callspec.params["damaged"]][1])
    _without_index(home)
    chathold(home, *((met, "word") if met == "search" else (met,)), expect=None)
    assert chathold(home, "backup", str(copy))["mended"] > 0
    assert _found(home) == {"ant": 4, "bee": 12, "cat": 4}
    chathold(tmp_path / "other", "restore", str(copy))
    assert (
        chathold(home, "verify")
        == chathold(tmp_path / "other", "verify")
        == chathold(archived / "home", "verify")
    )


def test_what_is_whole_is_not_read_again(archived: Path, home: Path) -> None:
    """Once it is mended, a known file costs its hash, as before."""
    chathold(home, "verify", expect=1)
    files = [archived / "1.json", archived / "2.json"]
    imported(home, files)
    assert [each["outcome"] for each in imported(home, files)] == ["already_imported"] * 2
    assert all(not each["problems"] for each in imported(home, files))


def test_what_cannot_be_read_and_is_damaged_is_mended_too(tmp_path: Path) -> None:
    """Of such a record not even the id is known but by its bytes; it is counted as failed, as before."""
    home, path = tmp_path / "home", tmp_path / "1.json"
    good = json.dumps(_chat("cat", 4))
    path.write_text(f'[{good}, {{"uuid": "bad", "chat_messages": {"[" * 3000}{"]" * 3000}}}]', "utf-8")
    (first,) = imported(home, [path])
    whole = chathold(home, "verify")
    with contextlib.closing(_database(home)) as database:
        (bad,) = database.execute("SELECT id FROM record WHERE kind = 'unreadable' OR ref = 'bad'").fetchone()
        database.execute("UPDATE form SET stored = x'00' WHERE record = ?", (bad,))
    chathold(home, "verify", expect=1)
    (receipt,) = imported(home, [path])
    assert receipt["conversations"]["failed"] == first["conversations"]["failed"]
    assert chathold(home, "verify") == whole


def test_a_damaged_chat_can_be_forgotten(home: Path, damaged: str) -> None:
    """Then nothing is damaged."""
    chathold(home, "forget", damaged)
    assert set(listed(home)) == set(NAMES) - {damaged}
    assert chathold(home, "verify")["ok"]
    assert chathold(home, "rebuild")["damaged"] == []


@pytest.fixture
def with_files(tmp_path: Path) -> tuple[Path, Path]:
    """A home in which an export with files of the user's was imported, and the export."""
    export = histories.chatgpt_earlier(tmp_path)
    imported(tmp_path / "files", [export])
    return tmp_path / "files", export


def _break_files(home: Path) -> list[str]:
    """One file of the archive's lost, one with another byte, one cut; their places, as `verify` names them."""
    assets = home / "archive" / "assets"
    lost, other, cut = sorted(path for path in assets.glob("*/*") if path.is_file())
    lost.unlink()
    other.write_bytes(bytes([other.read_bytes()[0] ^ 1]) + other.read_bytes()[1:])
    cut.write_bytes(cut.read_bytes()[:-1])
    return [f"assets/{path.parent.name}/{path.name}" for path in (lost, other, cut)]


def test_an_import_mends_the_users_files(with_files: tuple[Path, Path]) -> None:
    """Once they were found to be damaged, by the very export that held them; its receipt tells."""
    home, export = with_files
    before = chathold(home, "verify")
    broken = _break_files(home)
    assert [each["where"] for each in chathold(home, "verify", expect=1)["problems"]] == broken
    (receipt,) = imported(home, [export])
    assert receipt["assets"]["new"] == 0
    assert len(receipt["problems"]) == 3
    assert chathold(home, "verify") == before
    assert imported(home, [export])[0]["outcome"] == "already_imported"


def test_a_copy_mends_the_users_files(with_files: tuple[Path, Path], tmp_path: Path) -> None:
    """Likewise; where no copy has them, the export does, and what is found whole again is damaged no more."""
    home, export = with_files
    before = chathold(home, "verify")
    chathold(home, "backup", str(tmp_path / "copy"))
    _break_files(home)
    chathold(home, "verify", expect=1)
    assert chathold(home, "backup", str(tmp_path / "copy"))["mended"] == 3
    assert chathold(home, "verify") == before
    assert chathold(home, "backup", str(tmp_path / "copy"))["mended"] == 0
    assert imported(home, [export])[0]["outcome"] == "already_imported"


def test_what_is_whole_again_is_damaged_no_more(with_files: tuple[Path, Path]) -> None:
    """Whoever put the file back: `verify` finds it whole, and nothing is imported once more."""
    home, export = with_files
    before = chathold(home, "verify")
    (path, *_others) = (path for path in (home / "archive" / "assets").glob("*/*") if path.is_file())
    good = path.read_bytes()
    path.write_bytes(b"")
    assert not chathold(home, "verify", expect=1)["ok"]
    path.write_bytes(good)
    assert chathold(home, "verify") == before
    assert imported(home, [export])[0]["outcome"] == "already_imported"
