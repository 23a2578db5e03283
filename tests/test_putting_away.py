"""What becomes of an export's download once it is in the archive."""

from __future__ import annotations

import errno
import os
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from chathold.core.errors import ExportError
from chathold.daemon import putting_away
from chathold.daemon.putting_away import Imported, free_name
from chathold.exports import fingerprint, stamps

DATA = b"an export"


def put_away(path: Path, after: str, move_to: str) -> None:
    """Put away what has just been imported."""
    seen = stamps(path) if path.exists() else None
    digest = fingerprint(path).hex() if path.exists() else ""
    putting_away.put_away(path, after, move_to, Imported(digest, seen))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A download."""
    path = tmp_path / "downloads" / "export.zip"
    path.parent.mkdir()
    path.write_bytes(DATA)
    return path


@pytest.fixture
def moved(tmp_path: Path) -> Path:
    """The folder to move to; it is not there yet."""
    return tmp_path / "exports" / "old"


def _other_disk(monkeypatch: pytest.MonkeyPatch, *, full: bool = False) -> None:
    """Have every folder on a disk of its own; those that are copied to can be full after a few bytes."""

    def rename(*_args: object, **_named: object) -> None:
        raise OSError(errno.EXDEV, "Invalid cross-device link")

    def copyfile(source: str, target: str, **_named: Any) -> None:
        Path(target).write_bytes(Path(source).read_bytes()[:3])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "rename", rename)
    monkeypatch.setattr(Path, "rename", rename)
    if full:
        monkeypatch.setattr(shutil, "copyfile", copyfile)


def test_a_download_is_left_alone_by_default(path: Path, moved: Path) -> None:
    """Whatever folder is named."""
    put_away(path, "leave", os.fspath(moved))
    assert path.read_bytes() == DATA
    assert not moved.exists()


def test_a_download_is_moved(path: Path, moved: Path) -> None:
    """The folder is made."""
    put_away(path, "move", os.fspath(moved))
    assert not path.exists()
    assert (moved / "export.zip").read_bytes() == DATA


def test_without_a_folder_nothing_is_moved(path: Path) -> None:
    """It would land wherever the daemon was started."""
    put_away(path, "move", "")
    assert path.read_bytes() == DATA


def test_nothing_is_written_over(path: Path, moved: Path) -> None:
    """Each gets a name that is free."""
    for number in range(3):
        path.write_bytes(bytes([number]))
        put_away(path, "move", os.fspath(moved))
    names = {each.name: each.read_bytes() for each in moved.iterdir()}
    assert names == {"export.zip": b"\0", "export (1).zip": b"\1", "export (2).zip": b"\2"}


def test_a_folder_is_moved_with_all_that_is_in_it(path: Path, moved: Path) -> None:
    """An export may be one."""
    put_away(path.parent, "move", os.fspath(moved))
    assert not path.parent.exists()
    assert (moved / "downloads" / "export.zip").read_bytes() == DATA


@pytest.mark.parametrize("whole", [True, False], ids=["a folder", "a file"])
def test_a_download_is_moved_to_another_disk(
    path: Path, moved: Path, monkeypatch: pytest.MonkeyPatch, *, whole: bool
) -> None:
    """It is copied there, with its time, and then removed."""
    os.utime(path, (5.0, 5.0))
    _other_disk(monkeypatch)
    put_away(path.parent if whole else path, "move", os.fspath(moved))
    target = moved / ("downloads/export.zip" if whole else "export.zip")
    assert not path.exists()
    assert (target.read_bytes(), target.stat().st_mtime) == (DATA, 5.0)


def test_a_disk_that_is_full_gets_no_half_of_it(
    path: Path, moved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The download lies where it was, whole, and nowhere else."""
    _other_disk(monkeypatch, full=True)
    with pytest.raises(ExportError, match="No space left on device") as raised:
        put_away(path, "move", os.fspath(moved))
    assert raised.value.place == "export.zip"
    assert raised.value.advice
    assert path.read_bytes() == DATA
    assert list(moved.iterdir()) == []


def test_what_is_no_folder_cannot_be_moved_to(path: Path, moved: Path) -> None:
    """That is told, and the download lies where it was."""
    moved.parent.mkdir()
    moved.touch()
    with pytest.raises(ExportError, match="could not be put away"):
        put_away(path, "move", os.fspath(moved))
    assert path.read_bytes() == DATA


@pytest.mark.parametrize("after", ["move", "trash"])
def test_a_download_that_is_gone_cannot_be_put_away(path: Path, moved: Path, after: str) -> None:
    """That is told like the rest."""
    path.unlink()
    with pytest.raises(ExportError, match="could not be put away"):
        put_away(path, after, os.fspath(moved))


@pytest.mark.parametrize("after", ["move", "trash"])
@pytest.mark.parametrize("whole", [True, False], ids=["a folder", "a file"])
def test_what_was_not_imported_is_left(path: Path, moved: Path, after: str, *, whole: bool) -> None:
    """Another file of the same size and time has taken the name, and nothing else of it is in the archive."""
    download = path.parent if whole else path
    imported = Imported(fingerprint(download).hex(), stamps(download))
    state = path.stat()
    other = path.with_name("other")
    other.write_bytes(DATA[::-1])
    os.utime(other, ns=(state.st_atime_ns, state.st_mtime_ns))
    other.replace(path)
    with pytest.raises(ExportError, match="not the file that was imported"):
        putting_away.put_away(download, after, os.fspath(moved), imported)
    assert path.read_bytes() == DATA[::-1]
    assert not moved.exists()


def test_what_joined_a_folder_keeps_it_where_it_is(path: Path, moved: Path) -> None:
    """It is in the archive but for that file."""
    imported = Imported(fingerprint(path.parent).hex(), stamps(path.parent))
    path.with_name("more.json").write_bytes(b"[]")
    with pytest.raises(ExportError, match="not the file that was imported"):
        putting_away.put_away(path.parent, "move", os.fspath(moved), imported)


@pytest.mark.parametrize("seen", [True, False])
def test_what_was_only_touched_is_put_away(path: Path, moved: Path, *, seen: bool) -> None:
    """Its bytes tell, whether anybody looked before or not."""
    imported = Imported(fingerprint(path).hex(), stamps(path) if seen else None)
    os.utime(path, (5.0, 5.0))
    putting_away.put_away(path, "move", os.fspath(moved), imported)
    assert (moved / "export.zip").read_bytes() == DATA


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere names are text")
def test_a_name_may_be_any_bytes(path: Path, moved: Path) -> None:
    """There as here."""
    odd = path.rename(path.with_name(os.fsdecode(b"caf\xe9.zip")))
    for _ in range(2):
        odd.write_bytes(DATA)
        put_away(odd, "move", os.fspath(moved))
    names = [os.fsencode(each.name) for each in moved.iterdir()]
    assert sorted(names) == [b"caf\xe9 (1).zip", b"caf\xe9.zip"]


@pytest.mark.parametrize(
    ("name", "taken", "free"),
    [
        ("a.zip", [], "a.zip"),
        ("a.zip", ["a.zip"], "a (1).zip"),
        ("a.zip", ["a.zip", "a (1).zip", "a (3).zip"], "a (2).zip"),
        ("a (1).zip", ["a (1).zip"], "a (1) (1).zip"),
        ("export", ["export"], "export (1)"),
        ("a.tar.gz", ["a.tar.gz"], "a.tar (1).gz"),
        (".zip", [".zip"], ".zip (1)"),
    ],
)
def test_a_name_that_is_taken_gets_a_number(tmp_path: Path, name: str, taken: list[str], free: str) -> None:
    """As browsers count; a link that leads nowhere takes a name, too."""
    for each in taken:
        (tmp_path / each).symlink_to("nowhere")
    assert free_name(tmp_path, name) == tmp_path / free
