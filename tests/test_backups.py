"""A second copy is an archive, refreshed with what is new; a restored one is the archive again."""

from __future__ import annotations

import contextlib
import re
import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import histories
from chathold.__main__ import main
from chathold.archive.store import Archive
from chathold.core.saying import amount
from commands import chathold
from screens import said
from traces import found_in, traces

_UNIX = pytest.mark.skipif(sys.platform == "win32", reason="rights of files are Unix's")


@pytest.fixture(scope="module")
def archived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with three files of the user's and twelve chats."""
    folder = tmp_path_factory.mktemp("backups")
    chathold(folder / "home", "import", str(histories.chatgpt_earlier(folder)))
    return folder / "home"


@pytest.fixture
def home(archived: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return shutil.copytree(archived, tmp_path / "home")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Where the second copy goes: the archive of another home, so that it can be opened as one."""
    return tmp_path / "other" / "archive"


def _whole(home: Path) -> Any:
    """What `verify` says of an archive without a fault."""
    found = chathold(home, "verify")
    assert (found["ok"], found["problems"]) == (True, [])
    return found


def _assets(archive: Path) -> list[Path]:
    return sorted(path for path in (archive / "assets").glob("*/*") if path.is_file())


def _contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, by its place."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def _refused(home: Path, *command: str | Path) -> Any:
    """The error with which a command is refused."""
    error = chathold(home, *map(str, command), expect=1)["error"]
    assert error["title"]
    assert error["place"]
    assert error["advice"]
    return error


def test_a_copy_is_an_archive(home: Path, copy: Path) -> None:
    """It can be opened where it lies, and is the same to the last byte that counts."""
    said = chathold(home, "backup", str(copy))
    assert (said["folder"], said["files"], said["new_files"]) == (str(copy), 3, 3)
    assert _whole(copy.parent) == _whole(home)
    assert chathold(copy.parent, "list") == chathold(home, "list")


def test_a_second_copy_takes_only_what_is_new(home: Path, copy: Path, tmp_path: Path) -> None:
    """Files that are there are not written again; the database is as the archive is now."""
    chathold(home, "backup", str(copy))
    before = {path: path.stat().st_ino for path in _assets(copy)}
    chathold(home, "import", str(histories.chatgpt_later(tmp_path)))
    said = chathold(home, "backup", str(copy))
    assert (said["files"], said["new_files"]) == (5, 2)
    assert {path: path.stat().st_ino for path in before} == before
    assert _whole(copy.parent) == _whole(home)


def test_a_copy_that_was_used_is_refreshed(home: Path, copy: Path, tmp_path: Path) -> None:
    """Even after somebody worked with it as an archive: it is then as the first one is."""
    chathold(home, "backup", str(copy))
    chathold(copy.parent, "import", str(histories.chatgpt_later(tmp_path)))
    chathold(home, "backup", str(copy))
    assert _whole(copy.parent) == _whole(home)


def test_a_damaged_file_in_the_copy_is_mended(home: Path, copy: Path) -> None:
    """What is there is read back, not believed."""
    chathold(home, "backup", str(copy))
    _assets(copy)[0].write_bytes(b"x" * _assets(copy)[0].stat().st_size)
    assert chathold(home, "backup", str(copy))["new_files"] == 1
    assert _whole(copy.parent) == _whole(home)


def _damage(path: Path, how: str) -> None:
    if how == "lost":
        path.unlink()
    else:
        path.write_bytes(b"x" * path.stat().st_size)


@pytest.mark.parametrize("how", ["changed", "lost"])
def test_a_damaged_file_stops_nothing_else(home: Path, copy: Path, tmp_path: Path, how: str) -> None:
    """All else is copied; what the copy has whole stays there; it is told, and the export that held it mends both."""
    chathold(home, "backup", str(copy))
    old = {path.name for path in _assets(copy)}
    later = histories.chatgpt_later(tmp_path)
    chathold(home, "import", str(later))
    new = next(path for path in _assets(home / "archive") if path.name not in old)
    _damage(new, how)
    _damage(next(path for path in _assets(home / "archive") if path.name in old), how)
    found = chathold(home, "backup", str(copy), expect=1)

    assert found["lacking"] == [new.name]
    here = {path.name for path in _assets(home / "archive")}
    assert {path.name for path in _assets(copy)} == (here | old) - {new.name}
    assert len(chathold(copy.parent, "list")["conversations"]) == len(chathold(home, "list")["conversations"])
    named = {each["where"] for each in chathold(copy.parent, "verify", expect=1)["problems"]}
    assert {Path(where).name for where in named} == {new.name}
    assert chathold(home, "check", expect=None)["accounts"][0]["verdict"] == "not_yet"
    chathold(home, "verify", expect=1)
    chathold(home, "import", str(later))
    assert chathold(home, "backup", str(copy))["lacking"] == []
    assert _whole(copy.parent) == _whole(home)


def test_what_was_forgotten_leaves_the_copy_too(home: Path, copy: Path) -> None:
    """After the next backup, nothing of it is there."""
    chathold(home, "backup", str(copy))
    wanted = traces(copy.parent, histories.chat(0).id)
    del wanted["title"]
    assert found_in(copy, wanted) == set(wanted)
    chathold(home, "forget", histories.chat(0).id)
    chathold(home, "backup", str(copy))
    assert found_in(copy, wanted) == set()
    assert len(_assets(copy)) == 2
    assert _whole(copy.parent) == _whole(home)


def test_a_foreign_folder_is_refused(home: Path, tmp_path: Path) -> None:
    """Where other things lie, nothing is written."""
    folder = tmp_path / "letters"
    folder.mkdir()
    (folder / "letter.txt").write_text("Dear Ada")
    assert _refused(home, "backup", folder)["place"] == str(folder)
    assert _contents(folder) == {"letter.txt": b"Dear Ada"}


def test_a_file_is_no_folder_for_a_copy(home: Path, tmp_path: Path) -> None:
    """A file in the way is wrong usage."""
    (tmp_path / "file").write_text("x")
    chathold(home, "backup", str(tmp_path / "file"), expect=2)


@pytest.mark.parametrize("place", ["archive", "archive/copy", "archive/assets", "."])
def test_a_copy_inside_the_archive_is_refused(home: Path, place: str) -> None:
    """Nor may the archive lie inside its copy: one broken disk would take both."""
    before = _contents(home)
    _refused(home, "backup", home / place)
    assert _contents(home) == before


def test_a_copy_in_a_watched_folder_is_refused(home: Path, tmp_path: Path) -> None:
    """It would be taken for downloads."""
    (home / "config.toml").write_text(f"[downloads]\nfolders = ['{tmp_path / 'Downloads'}']\n")
    place = tmp_path / "Downloads" / "copy"
    assert _refused(home, "backup", place)["place"] == str(place)
    assert not place.exists()


def test_a_copy_of_another_archive_is_refused(home: Path, copy: Path, tmp_path: Path) -> None:
    """One archive's copy is never overwritten by another's."""
    other = tmp_path / "another"
    chathold(other, "import", str(histories.claude_earlier(tmp_path)))
    chathold(other, "backup", str(copy))
    before = _whole(copy.parent)
    assert _refused(home, "backup", copy)["place"] == str(copy)
    assert _whole(copy.parent) == before


def test_a_copy_is_noted_for_check(home: Path, copy: Path) -> None:
    """`check` names it, and whether it can be reached."""
    chathold(home, "backup", str(copy))
    told = chathold(home, "check")["accounts"][0]["second_copies"]
    assert [(each["folder"], each["reachable"]) for each in told] == [(str(copy), True)]


def test_a_copy_on_the_same_disk_is_told(home: Path, copy: Path) -> None:
    """It is made, and would go with the archive: `backup`, `check` and `status` say so."""
    run = said(home, "backup", str(copy))
    assert (run.code, "on the same disk as the archive" in run.out) == (0, True)
    (told,) = chathold(home, "check")["accounts"][0]["second_copies"]
    assert told["same_disk"]
    (concern,) = (each for each in chathold(home, "status")["attention"] if each["kind"] == "copy")
    assert concern["title"] == "The second copy of your archive is on the same disk."


def test_its_size_is_what_status_says_and_what_was_copied_is_counted(home: Path, copy: Path) -> None:
    """The database is always copied; files of the user's are told of when there are some."""
    first, again = (said(home, "backup", str(copy)).out for _number in range(2))
    held = chathold(home, "status")["archive"]["bytes"]
    assert chathold(home, "backup", str(copy))["bytes"] == held
    assert f"{amount(held)} in all · copied now, beside the database: 3 files" in first
    assert "copied now" not in again


@_UNIX
def test_a_copy_is_private(home: Path, copy: Path) -> None:
    """Nobody else on the computer can read it or the archive, whatever the umask."""
    chathold(home, "backup", str(copy))
    for folder in (home / "archive", copy):
        assert [path for path in (folder, *folder.rglob("*")) if _open_to_others(path)] == []


def _open_to_others(path: Path) -> bool:
    return bool(stat.S_IMODE(path.stat().st_mode) & 0o077)


def test_a_disk_without_rights_takes_a_copy(home: Path, copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """FAT on a memory stick refuses to change the rights of a file; the copy is made all the same."""

    def refuse(path: Path, _mode: int) -> None:
        raise PermissionError(1, "Operation not permitted", str(path))

    with monkeypatch.context() as patched:
        patched.setattr(Path, "chmod", refuse)
        chathold(home, "backup", str(copy))
    assert _whole(copy.parent) == _whole(home)


def test_an_interrupted_first_copy_is_taken_up_again(home: Path, copy: Path) -> None:
    """What it left does not make the folder a foreign one."""
    (copy / "assets" / "ab").mkdir(parents=True)
    (copy / "assets" / "ab" / "building-1").write_text("half")
    (copy / "building-2.db").write_text("half")
    chathold(home, "backup", str(copy))
    assert set(_contents(copy)) == {
        "archive.db",
        "lock",
        "READ ME.txt",
        *(str(path.relative_to(copy)) for path in _assets(copy)),
    }
    assert _whole(copy.parent) == _whole(home)


# Restoring


def test_a_restored_copy_is_the_archive_again(home: Path, copy: Path, tmp_path: Path) -> None:
    """On another computer, too: same digests, same answers."""
    chathold(home, "backup", str(copy))
    said = chathold(tmp_path / "new", "restore", str(copy))
    assert (said["folder"], said["files"], said["new_files"]) == (str(tmp_path / "new" / "archive"), 3, 3)
    assert _whole(tmp_path / "new") == _whole(home)
    assert chathold(tmp_path / "new", "list") == chathold(home, "list")


def test_a_restored_archive_goes_on(home: Path, copy: Path, tmp_path: Path) -> None:
    """It takes new exports, and its copy can be refreshed from it."""
    chathold(home, "backup", str(copy))
    chathold(tmp_path / "new", "restore", str(copy))
    later = str(histories.chatgpt_later(tmp_path))
    chathold(tmp_path / "new", "import", later)
    chathold(home, "import", later)
    assert _whole(tmp_path / "new") == _whole(home)
    chathold(tmp_path / "new", "backup", str(copy))
    assert _whole(copy.parent) == _whole(home)


def test_what_is_not_searchable_yet_is_counted_as_what_is_kept(tmp_path: Path) -> None:
    """A copy holds no index; a document of it waits as the chats do."""
    chathold(tmp_path / "home", "import", str(histories.claude_earlier(tmp_path)))
    chathold(tmp_path / "home", "backup", str(tmp_path / "copy"))
    chathold(tmp_path / "new", "restore", str(tmp_path / "copy"))
    told = said(tmp_path / "new", "status").out
    assert "Kept: 5 chats · 1 document · " in told
    assert "\n6 chats and documents are not searchable yet.\n" in told


def test_restoring_over_chats_is_refused(home: Path, copy: Path, tmp_path: Path) -> None:
    """An archive that holds something is never replaced."""
    other = tmp_path / "another"
    chathold(other, "import", str(histories.claude_earlier(tmp_path)))
    chathold(home, "backup", str(copy))
    before = _whole(other)
    error = _refused(other, "restore", copy)
    assert error["place"] == str(other / "archive")
    assert _whole(other) == before
    [advised] = re.findall(r'"chathold (.*?)"', error["advice"])
    words = {"DIR": str(tmp_path / "elsewhere"), "COPY": str(copy)}
    assert main([words.get(each, each) for each in advised.split()]) == 0
    assert _whole(tmp_path / "elsewhere") == _whole(home)


def test_restoring_over_an_empty_archive_sets_it_aside(home: Path, copy: Path, tmp_path: Path) -> None:
    """One that was made and never used is in nobody's way."""
    chathold(home, "backup", str(copy))
    new = tmp_path / "new"
    with contextlib.closing(_empty_archive(new / "archive")):
        pass
    chathold(new, "restore", str(copy))
    assert _whole(new) == _whole(home)


def _empty_archive(folder: Path) -> Archive:
    archive = Archive.open(folder, create=True)
    assert archive is not None
    return archive


@pytest.mark.parametrize("left", ["search.db", "assets"])
def test_an_archive_whose_database_is_gone_is_no_new_one(
    home: Path, copy: Path, tmp_path: Path, left: str
) -> None:
    """Nobody writes beside what is left of it, or says that there is nothing; a copy takes its place."""
    before = _whole(home)
    chathold(home, "backup", str(copy))
    for path in (home / "archive").iterdir():
        if path.name.startswith("archive.db") or (left == "assets" and path.name.startswith("search.db")):
            path.unlink()
    if left != "assets":
        shutil.rmtree(home / "archive" / "assets")
    rest = _contents(home / "archive")
    for command in (["import", str(histories.chatgpt_later(tmp_path))], ["status"], ["list"]):
        assert _refused(home, *command)["place"] == str(home / "archive" / "archive.db")
    assert _contents(home / "archive") == rest
    chathold(home, "restore", str(copy))
    assert _whole(home) == before
    (aside,) = home.glob("archive-before-*")
    assert _contents(aside) == rest


def test_where_there_is_no_copy_nothing_is_restored(tmp_path: Path) -> None:
    """A folder without an archive is refused before anything is moved."""
    new = tmp_path / "new"
    with contextlib.closing(_empty_archive(new / "archive")):
        pass
    before = sorted(path.name for path in new.iterdir())
    (tmp_path / "nothing").mkdir()
    assert _refused(new, "restore", tmp_path / "nothing")["place"] == str(tmp_path / "nothing")
    assert sorted(path.name for path in new.iterdir()) == before


@pytest.mark.parametrize("how", ["changed", "lost"])
def test_a_copy_with_a_damaged_file_is_restored(home: Path, copy: Path, tmp_path: Path, how: str) -> None:
    """It may be the only one there is: all that is whole comes back, and what is not is named until it is."""
    chathold(home, "backup", str(copy))
    lost = _assets(copy)[0]
    _damage(lost, how)
    new = tmp_path / "new"
    assert chathold(new, "restore", str(copy), expect=1)["lacking"] == [lost.name]
    assert chathold(new, "list") == chathold(home, "list")
    (problem,) = chathold(new, "verify", expect=1)["problems"]
    assert lost.name in problem["where"]
    chathold(new, "import", str(histories.chatgpt_earlier(tmp_path)))
    assert _whole(new) == _whole(home)


def test_a_copy_in_use_is_copied_with_its_log(home: Path, copy: Path, tmp_path: Path) -> None:
    """What a copy's last user left in the log beside it belongs to it."""
    chathold(home, "backup", str(copy))
    with contextlib.closing(sqlite3.connect(copy / "archive.db", isolation_level=None)) as user:
        user.execute("PRAGMA journal_mode = WAL")
        user.execute("UPDATE meta SET value = value WHERE name = 'id'")
        chathold(tmp_path / "new", "restore", str(copy))
        chathold(home, "backup", str(copy))
    assert _whole(tmp_path / "new") == _whole(copy.parent) == _whole(home)


# Where nothing can be written


@pytest.fixture
def read_only(copy: Path, tmp_path: Path) -> Iterator[Path]:
    """A home whose archive is a copy on a disk that cannot be written to; made by a mount of its own."""
    place = tmp_path / "read-only"
    place.mkdir()
    copy.parent.mkdir()
    bound = subprocess.run(["mount", "--bind", copy.parent, place], capture_output=True, check=False)
    if bound.returncode:
        pytest.skip("mounting needs root")
    try:
        yield place
    finally:
        subprocess.run(["umount", place], check=True)


def _protect(place: Path) -> None:
    subprocess.run(["mount", "-o", "remount,bind,ro", place], check=True)


@pytest.mark.skipif(sys.platform != "linux", reason="mounts are Linux's")
@pytest.mark.parametrize("used", [False, True])
def test_a_copy_on_a_read_only_disk_can_be_read(
    home: Path, copy: Path, read_only: Path, tmp_path: Path, *, used: bool
) -> None:
    """Read and restored; whether or not somebody had worked with it while it could be written."""
    chathold(home, "backup", str(copy))
    if used:
        chathold(copy.parent, "verify")
    _protect(read_only)
    assert chathold(read_only, "list") == chathold(home, "list")
    assert chathold(read_only, "status")["archive"]["conversations"] == 12
    assert chathold(read_only, "show", histories.chat(0).id)["messages"]
    chathold(tmp_path / "new", "restore", str(read_only / "archive"))
    assert _whole(tmp_path / "new") == _whole(home)


@pytest.mark.skipif(sys.platform != "linux", reason="mounts are Linux's")
def test_a_read_only_archive_refuses_to_change(
    home: Path, copy: Path, read_only: Path, tmp_path: Path
) -> None:
    """Whoever wants to write is told so, and what to do; nothing is changed."""
    chathold(home, "backup", str(copy))
    _protect(read_only)
    before = _contents(copy)
    later = str(histories.chatgpt_later(tmp_path))
    for command in (
        ("import", later),
        ("forget", histories.chat(0).id),
        ("rebuild",),
        ("backup", tmp_path / "x"),
    ):
        _refused(read_only, *command)
    assert _contents(copy) == before


# --- damage


def _flip(archive: Path, form: int) -> None:
    """A bit of a stored record is not what it was."""
    with contextlib.closing(sqlite3.connect(archive / "archive.db")) as database, database:
        (stored,) = database.execute("SELECT stored FROM form WHERE id = ?", (form,)).fetchone()
        broken = bytes([*stored[:-1], stored[-1] ^ 1])
        database.execute("UPDATE form SET stored = ? WHERE id = ?", (broken, form))


@pytest.mark.parametrize("forms", [[1], [2, 5, 13]])
def test_what_is_damaged_here_is_mended_by_the_copy(
    home: Path, copy: Path, tmp_path: Path, forms: list[int]
) -> None:
    """And no damage ever takes the place of what the copy has whole; later forms hang on earlier ones."""
    chathold(home, "import", str(histories.chatgpt_later(tmp_path)))
    chathold(home, "backup", str(copy))
    whole = _whole(home)
    for form in forms:
        _flip(home / "archive", form)
    assert not chathold(home, "verify", expect=1)["ok"]
    said = chathold(home, "backup", str(copy))
    assert (said["mended"] >= len(forms), said["damaged"]) == (True, 0)
    assert _whole(copy.parent) == _whole(home) == whole


def test_what_no_copy_has_is_told_and_the_rest_is_copied(home: Path, copy: Path) -> None:
    """The first copy, and every one after it; so is what a damaged copy brings back."""
    _flip(home / "archive", 3)
    for _time in range(2):
        said = chathold(home, "backup", str(copy), expect=1)
        assert (said["mended"], said["damaged"]) == (0, 1)
    assert len(chathold(copy.parent, "list")["conversations"]) == 12
    said = chathold(copy.parent.parent / "third", "restore", str(copy), expect=1)
    assert said["damaged"] == 1


def test_an_archive_that_lost_rows_takes_no_copys_place(home: Path, copy: Path) -> None:
    """The copy stays as it was."""
    chathold(home, "backup", str(copy))
    before = _whole(copy.parent)
    with contextlib.closing(sqlite3.connect(home / "archive" / "archive.db")) as database, database:
        database.execute("DELETE FROM sighting WHERE form = 4")
    assert "rows were lost" in _refused(home, "backup", copy)["title"]
    assert _whole(copy.parent) == before


def test_check_says_what_a_copy_lacks(
    home: Path,
    copy: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A copy that is older than the newest import, away, or on the same disk, is nothing to delete chats on."""

    def copies() -> list[tuple[bool, bool]]:
        (found,) = chathold(home, "check", "chatgpt")["accounts"]
        return [(each["current"], each["reachable"]) for each in found["second_copies"]]

    def words() -> str:
        main(["--home", str(home), "check", "chatgpt"])
        return capsys.readouterr().out

    chathold(home, "backup", str(copy))
    assert copies() == [(True, True)]
    chathold(home, "import", str(histories.chatgpt_later(tmp_path)))
    assert copies() == [(False, True)]
    assert "! Second copy" in words()
    chathold(home, "backup", str(copy))
    assert "! Second copy" in words()
    assert "on the same disk as the archive" in words()
    monkeypatch.setattr("chathold.archive.safety.on_same_disk", lambda _folder, _other: False)
    assert "✓ Second copy" in words()
    shutil.rmtree(copy)
    assert copies() == [(True, False)]
    assert "! Second copy" in words()
