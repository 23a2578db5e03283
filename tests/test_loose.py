"""Exports that are no ZIP: a JSON file, or a folder."""

from __future__ import annotations

import hashlib
import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from chathold.core.errors import ExportError, Incomplete, NotAnExport
from chathold.core.problem import Problem
from chathold.exports import ExportForm, children, fingerprint, loose, open_export
from zips import contents, nothing, ordinary, read

Fill = Callable[[dict[str, bytes]], Path]


@pytest.fixture
def fill(tmp_path: Path) -> Fill:
    """Make a folder with these files."""

    def make(files: dict[str, bytes]) -> Path:
        folder = tmp_path / "export"
        folder.mkdir(exist_ok=True)
        for name, data in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        return folder

    return make


@pytest.mark.parametrize("data", [b"[]", b'\xef\xbb\xbf \r\n\t{"a": 1}'])
def test_a_json_file_is_its_own_member(tmp_path: Path, data: bytes) -> None:
    """An array or object, with or without a byte order mark and space, whatever the file's name."""
    path = tmp_path / "conversations (1).zip"
    path.write_bytes(data)
    with open_export(path, nothing) as export:
        member = export.members[0]
        assert (export.form, export.size, export.expands_to) == (ExportForm.JSON, len(data), len(data))
        assert (member.name, member.size, member.compressed) == (
            "conversations (1).zip",
            len(data),
            len(data),
        )
        assert (member.crc, member.modified, member.container) == (0, None, "")
        assert read(member) == data


def test_a_large_file_comes_in_pieces(tmp_path: Path) -> None:
    """A loose file is never held as a whole."""
    path = tmp_path / "a.json"
    path.write_bytes(b"[" + b"1," * 3_000_000 + b"1]")
    with open_export(path, nothing) as export:
        assert [len(chunk) for chunk in export.members[0].chunks()][:2] == [1 << 20, 1 << 20]


def test_a_folder_lists_its_files_by_name(fill: Fill) -> None:
    """All files below it, named with slashes; junk is left out."""
    folder = fill(
        {"b/c.json": b"[2]", "a.json": b"[1]", "b/.DS_Store": b"", "__MACOSX/._a.json": b"", "b/._c": b""}
    )
    with open_export(folder, nothing) as export:
        assert (export.form, export.size) == (ExportForm.FOLDER, 6)
        assert contents(export) == [("a.json", b"[1]"), ("b/c.json", b"[2]")]


def test_an_empty_folder_is_no_export(fill: Fill) -> None:
    """Nothing but junk is nothing."""
    with pytest.raises(NotAnExport):
        open_export(fill({".DS_Store": b""}), nothing)


def test_inner_zips_of_a_folder_are_opened(fill: Fill) -> None:
    """A portal container that was unpacked once still has its ZIPs inside."""
    folder = fill({"Online/Conversations__1.zip": ordinary([("a.json", b"[]")]), "Files__1.zip": b"PK"})
    with open_export(folder, lambda name: "Conversations__" in name) as export:
        assert contents(export) == [("Files__1.zip", b"PK"), ("Online/Conversations__1.zip/a.json", b"[]")]


@pytest.mark.skipif(sys.platform == "win32", reason="needs links and sockets")
def test_links_and_devices_are_not_followed(fill: Fill, tmp_path: Path) -> None:
    """A folder cannot make anyone read what lies outside it, nor wait for a pipe."""
    secret = tmp_path / "secret.json"
    secret.write_bytes(b"[]")
    folder = fill({"a.json": b"[1]"})
    (folder / "link.json").symlink_to(secret)
    (folder / "round").symlink_to(folder)
    os.mkfifo(folder / "pipe.json")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(os.path.relpath(folder / "s.json"))
        with open_export(folder, nothing) as export:
            assert contents(export) == [("a.json", b"[1]")]


@pytest.mark.skipif(sys.platform == "win32", reason="needs links")
def test_a_file_that_becomes_a_link_is_not_read(fill: Fill, tmp_path: Path) -> None:
    """Between listing and reading a file may be exchanged; its place in the folder is no permission."""
    secret = tmp_path / "secret.json"
    secret.write_bytes(b"[]")
    folder = fill({"a.json": b"[1]"})
    with open_export(folder, nothing) as export:
        (folder / "a.json").unlink()
        (folder / "a.json").symlink_to(secret)
        with pytest.raises(ExportError):
            read(export.members[0])
        (folder / "a.json").unlink()
        os.mkfifo(folder / "a.json")
        with pytest.raises(ExportError):
            read(export.members[0])


def test_a_file_that_shrinks_is_incomplete(fill: Fill) -> None:
    """What was cut off while it was read is told, not taken for the whole."""
    folder = fill({"a.json": b"[1, 2, 3]"})
    with open_export(folder, nothing) as export:
        (folder / "a.json").write_bytes(b"[1")
        with pytest.raises(Incomplete, match="changed"):
            read(export.members[0])


def test_depth_has_an_end_and_says_so(fill: Fill) -> None:
    """Folders below the eighth level are not looked into; that is reported."""
    folder = fill({"/".join("12345678") + "/a.json": b"[]", "/".join("123456789") + "/b.json": b"[]"})
    with open_export(folder, nothing) as export:
        assert [m.name for m in export.members] == ["1/2/3/4/5/6/7/8/a.json"]
        assert export.problems == (
            Problem("1/2/3/4/5/6/7/8/9", "Folders below this depth were not looked into."),
        )


def test_a_folder_of_everything_is_refused(fill: Fill, monkeypatch: pytest.MonkeyPatch) -> None:
    """A home folder is not one export."""
    monkeypatch.setattr(loose, "MOST_FILES", 3)
    with pytest.raises(ExportError, match="too many"):
        open_export(fill({f"{n}/a": b"" for n in range(3)}), nothing)


def test_a_folder_that_cannot_be_listed_is_a_problem(fill: Fill, monkeypatch: pytest.MonkeyPatch) -> None:
    """One forbidden folder does not hide the others; a forbidden export is an error."""
    folder, real = fill({"a/x": b"1", "b/y": b"2"}), loose._listed

    def guarded(root: Path, inside: str) -> list[tuple[str, os.stat_result]]:
        if inside == forbidden:
            raise PermissionError(13, "Permission denied")
        return real(root, inside)

    monkeypatch.setattr(loose, "_listed", guarded)
    forbidden = "a"
    with open_export(folder, nothing) as export:
        assert [m.name for m in export.members] == ["b/y"]
        assert export.problems == (Problem("a", "This folder could not be read."),)
    forbidden = ""
    with pytest.raises(ExportError, match="not allowed"):
        open_export(folder, nothing)


@pytest.mark.skipif(sys.platform in {"win32", "darwin"}, reason="names are text there")
def test_names_that_are_no_text_are_listed(fill: Fill) -> None:
    """Bytes in a name that are no UTF-8 show as replacement characters, and the file is read."""
    folder = fill({"a.json": b"[]"})
    Path(os.fsdecode(os.fsencode(folder) + b"/b\xff.json")).write_bytes(b"[1]")
    with open_export(folder, nothing) as export:
        assert contents(export) == [("a.json", b"[]"), ("b\ufffd.json", b"[1]")]


def test_the_fingerprint_of_a_file_is_its_hash(tmp_path: Path) -> None:
    """SHA-256 of the bytes, by no other name."""
    path = tmp_path / "a.zip"
    path.write_bytes(b"x" * 3_000_000)
    assert fingerprint(path) == hashlib.sha256(b"x" * 3_000_000).digest()
    with pytest.raises(ExportError, match="no such file"):
        fingerprint(tmp_path / "gone.zip")


def test_the_fingerprint_of_a_folder_is_that_of_its_files(fill: Fill) -> None:
    """Names and contents count; junk, dates and the place of the folder do not."""
    folder = fill({"a.json": b"[1]", "b/c.json": b"[2]"})
    before = fingerprint(folder)
    fill({".DS_Store": b"junk"})
    os.utime(folder / "a.json", (1, 1))
    assert fingerprint(folder) == before
    moved = folder.rename(folder.with_name("moved"))
    assert fingerprint(moved) == before
    (moved / "a.json").rename(moved / "d.json")
    renamed = fingerprint(moved)
    assert renamed != before
    (moved / "d.json").write_bytes(b"[3]")
    assert fingerprint(moved) not in {before, renamed}


def test_children_are_what_is_worth_trying(fill: Fill) -> None:
    """ZIPs by content or by name, JSON files and folders; hidden files and junk are not."""
    archive = ordinary([("a.json", b"[]")])
    folder = fill(
        {
            "b.dms": archive,
            "A.ZIP": archive,
            "c.JSON": b"?",
            "cut": archive[:-5],
            "d/x": b"",
            "old.zip": b"<html>",
        }
        | {
            ".hidden.json": b"[]",
            "._a.json": b"[]",
            "notes.txt": b"[]",
            "__MACOSX/x": b"",
            ".git/x": b"",
            "e": b"",
        }
    )
    assert [path.name for path in children(folder)] == ["A.ZIP", "b.dms", "c.JSON", "cut", "d", "old.zip"]
    with pytest.raises(ExportError):
        children(folder / "gone")


def test_children_that_cannot_be_looked_into_are_tried_if_their_name_promises_something(
    fill: Fill, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A forbidden ZIP deserves its error message; any other forbidden file is nobody's business."""

    def forbidden(*_arguments: object, **_more: object) -> None:
        raise PermissionError(13, "Permission denied")

    folder = fill({"a.zip": b"", "b.txt": b""})
    monkeypatch.setattr(Path, "open", forbidden)
    assert [path.name for path in children(folder)] == ["a.zip"]
