"""Opening a download: what it is, what it is not, and what is said of it."""

from __future__ import annotations

import os
import sys
from contextlib import nullcontext, suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chathold.core.errors import ChatholdError, ExportError, Incomplete, NotAnExport
from chathold.exports import open_export
from zips import Piece, built, deflated, nothing, opened, ordinary, read

PAGE = b"\n<!DOCTYPE html><html><head><title>Log in</title>"


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("export.zip", b"", "empty"),
        ("export.zip", PAGE, "the link had expired or was already used"),
        ("export.zip", b"\xef\xbb\xbf<html>", "the link had expired or was already used"),
        ("chat.html", PAGE, "a web page, not an export"),
        ("export.zip", b"\x89PNG\r\n\x1a\n", "a picture"),
        ("export.zip", b"%PDF-1.7", "a PDF document"),
        ("export.json", '[{"id": 1}]'.encode("utf-16"), "UTF-16"),
        ("takeout.tgz", b"\x1f\x8b\x08\x00", "no ZIP"),
        ("export.zip", b"some text", "something else"),
        ("a.json", b"{\\rtf1", "a text document"),
        ("export.zip", ordinary([]), "nothing in it"),
        ("export.zip", ordinary([("x/", b""), (".DS_Store", b"")]), "nothing in it"),
    ],
)
def test_what_is_no_export_is_called_by_its_name(tmp_path: Path, name: str, data: bytes, said: str) -> None:
    """The message says what the file is, names it, and says what to do."""
    with pytest.raises(NotAnExport, match=said) as raised:
        opened(tmp_path, data, name=name)
    assert raised.value.place == name
    assert raised.value.advice


def test_a_web_page_asks_for_a_new_export(tmp_path: Path) -> None:
    """The page that a used link gives is the most common disappointment."""
    with pytest.raises(NotAnExport) as raised:
        opened(tmp_path, PAGE)
    assert raised.value.advice == "Ask for a new export."


def test_a_download_that_has_only_its_size_is_incomplete(tmp_path: Path) -> None:
    """Some programs make the file in its full length first; it is not there yet."""
    with pytest.raises(Incomplete):
        opened(tmp_path, bytes(200_000))


def test_what_is_gone_is_told(tmp_path: Path) -> None:
    """A file may vanish between being found and being opened."""
    with pytest.raises(ExportError, match="no such file") as raised:
        open_export(tmp_path / "gone.zip", nothing)
    assert raised.value.place == "gone.zip"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (PermissionError(13, "Permission denied"), "not allowed"),
        (OSError(5, "Input/output error"), "Input/output"),
    ],
)
def test_what_cannot_be_read_is_told_with_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: OSError, said: str
) -> None:
    """Permissions and failing disks have a reason and a way out."""

    def fail(*_arguments: object, **_more: object) -> None:
        raise error

    (tmp_path / "a.zip").write_bytes(b"PK")
    monkeypatch.setattr(Path, "open", fail)
    with pytest.raises(ExportError, match=said) as raised:
        open_export(tmp_path / "a.zip", nothing)
    assert raised.value.advice


@pytest.mark.skipif(sys.platform == "win32", reason="no pipes with names")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    """Opening a pipe would wait for ever."""
    os.mkfifo(tmp_path / "pipe.zip")
    with pytest.raises(NotAnExport):
        open_export(tmp_path / "pipe.zip", nothing)


def test_a_change_is_noticed(tmp_path: Path) -> None:
    """Size, dates and identity of the file are compared with those at opening."""
    path = tmp_path / "export.zip"
    with opened(tmp_path, ordinary([("a", b"[]")])) as export:
        assert export.unchanged()
        os.utime(path, (1, 1))
        assert not export.unchanged()
        path.unlink()
        assert not export.unchanged()


def test_a_changed_file_in_a_folder_is_noticed(tmp_path: Path) -> None:
    """A folder is unchanged if each of its files is."""
    (tmp_path / "a.json").write_bytes(b"[]")
    with open_export(tmp_path, nothing) as export:
        assert export.unchanged()
        (tmp_path / "a.json").write_bytes(b"[1]")
        assert not export.unchanged()


def test_closing_lets_go_of_the_file(tmp_path: Path) -> None:
    """After the `with` statement nothing is held open, nor after a failure."""
    with opened(tmp_path, ordinary([("a", b"[]")])) as export:
        pass
    with pytest.raises(ValueError, match="closed"):
        read(export.members[0])


def is_zip(name: str) -> bool:
    """Every ZIP inside is part of the export."""
    return name.endswith(".zip")


SMALL = built(
    Piece(b"conversations.json", b'[{"id": 1}]' * 20, 8),
    Piece(b"x.dat", b"data" * 10),
    Piece(b"d64", b"abc", 9, deflated(b"abc")),
    Piece(b"inner.zip", ordinary([("a.json", b"[]")]), 8, descriptor=True),
)


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    flips=st.lists(st.tuples(st.integers(0, len(SMALL) - 1), st.integers(1, 255)), max_size=4),
    cut=st.just(len(SMALL)) | st.integers(0, len(SMALL)),
    rescue=st.booleans(),
)
def test_damage_ends_in_a_typed_error_or_in_the_truth(
    tmp_path: Path, flips: list[tuple[int, int]], cut: int, *, rescue: bool
) -> None:
    """However the bytes of a ZIP are flipped or cut, the end is members or an error that is expected."""
    data = bytearray(SMALL)
    for at, mask in flips:
        data[at] ^= mask
    with suppress(ChatholdError), opened(tmp_path, bytes(data[:cut]), is_zip, rescue=rescue) as export:
        for member in export.members:
            with nullcontext() if rescue else suppress(ExportError):
                assert len(read(member)) <= 1 << 20
