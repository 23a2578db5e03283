"""Cut ZIPs: incomplete by themselves, and what a rescue gets out of them."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chathold.core.errors import ExportError, Incomplete, NotAnExport
from chathold.core.problem import Problem
from chathold.exports.rescuing import CUT, DAMAGED, LOST
from zips import Piece, built, contents, local, opened, ordinary, read

DATA = os.urandom(2000) + b"text " * 500


class OneWay(io.RawIOBase):
    """A stream that cannot go back, so that sizes must stand behind the data."""

    def __init__(self) -> None:
        self.written = bytearray()

    def writable(self) -> bool:
        """It can be written."""
        return True

    def write(self, data: object) -> int:
        """Take all of it."""
        self.written += bytes(data)  # type: ignore[call-overload]
        return len(bytes(data))  # type: ignore[call-overload]


def streamed(*files: tuple[str, bytes]) -> bytes:
    """A ZIP as a server streams it: deflated, with data descriptors."""
    stream = OneWay()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as writer:
        for name, data in files:
            writer.writestr(name, data)
    return bytes(stream.written)


@pytest.mark.parametrize("missing", [1, 21, 60, 2000])
def test_a_cut_zip_is_incomplete(tmp_path: Path, missing: int) -> None:
    """Without its end a ZIP is not read at all, and the advice names the way to what is whole."""
    with pytest.raises(Incomplete) as raised:
        opened(tmp_path, ordinary([("a", DATA), ("b", DATA)])[:-missing])
    assert (raised.value.place, "--rescue" in raised.value.advice) == ("export.zip", True)


@pytest.mark.parametrize(
    "pack", [lambda *files: ordinary(files), streamed], ids=["sizes before", "sizes behind"]
)
def test_members_before_the_cut_are_rescued(tmp_path: Path, pack: type[object]) -> None:
    """Whole members are whole, the one at the cut is its first part, and the cut is a problem."""
    data: bytes = pack(("a.json", DATA), ("b.json", DATA), ("c.json", DATA))  # type: ignore[call-arg,assignment]
    with opened(tmp_path, data[: data.index(b"c.json") + 1000], rescue=True) as export:
        assert [(m.name, m.cut) for m in export.members] == [
            ("a.json", False),
            ("b.json", False),
            ("c.json", True),
        ]
        assert [read(m) for m in export.members[:2]] == [DATA, DATA]
        first = read(export.members[2])
        assert DATA.startswith(first)
        assert 500 < len(first) == export.members[2].size
        assert export.problems == (Problem("export.zip", CUT),)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cut=st.integers(1, 5000), behind=st.booleans())
def test_a_rescue_gives_true_bytes_only(tmp_path: Path, cut: int, *, behind: bool) -> None:
    """Wherever the cut, every rescued member begins a real one, and all but the last are whole."""
    files = [("a", b"[1]"), ("b", DATA), ("c", b""), ("d", DATA[::-1])]
    whole = streamed(*files) if behind else ordinary(files)
    try:
        export = opened(tmp_path, whole[: max(8, len(whole) - cut)], rescue=True)
    except NotAnExport:  # cut before the first byte of the first member
        assert len(whole) - cut < 60
        return
    with export:
        for member, (name, data) in zip(export.members, files, strict=False):
            assert member.name == name
            assert data.startswith(read(member))
            assert member.cut or read(member) == data
        assert all(not member.cut for member in export.members[:-1])


def test_a_stored_member_is_rescued_up_to_the_cut(tmp_path: Path) -> None:
    """Bytes that are not packed are given as far as they go."""
    data = built(Piece(b"a", b"[]"), Piece(b"b", DATA))
    with opened(tmp_path, data[: data.index(DATA) + 700], rescue=True) as export:
        assert [read(m) for m in export.members] == [b"[]", DATA[:700]]


def test_a_damaged_member_is_left_out(tmp_path: Path) -> None:
    """A rescue gives no bytes that differ from their checksum, with or without the directory."""
    data = built(Piece(b"a", DATA, crc=1), Piece(b"b", DATA))
    for whole in (data, data[:-1]):
        with opened(tmp_path, whole, rescue=True) as export:
            assert [m.name for m in export.members] == ["b"]
            assert Problem("a", DAMAGED) in export.problems


def test_without_its_directory_a_zip_is_rescued(tmp_path: Path) -> None:
    """Where the directory is damaged, the members' own headers are gone by."""
    data = ordinary([("a", DATA), ("b", DATA)])
    at = data.rindex(b"PK\1\2")
    with opened(tmp_path, data[:at] + b"XXXX" + data[at + 4 :], rescue=True) as export:
        assert [(m.name, read(m)) for m in export.members] == [("a", DATA), ("b", DATA)]
        assert export.problems == (Problem("export.zip", CUT),)


def test_what_cannot_be_followed_ends_the_rescue(tmp_path: Path) -> None:
    """Stored data whose length stands behind them hide the next member; what came before is kept."""
    data = local(Piece(b"a", DATA, 8)) + local(Piece(b"b", DATA, descriptor=True)) + local(Piece(b"c", DATA))
    with opened(tmp_path, data, rescue=True) as export:
        assert [m.name for m in export.members] == ["a"]
        assert export.problems == (Problem("export.zip", CUT), Problem("b", LOST))


def test_nothing_rescued_is_no_export(tmp_path: Path) -> None:
    """A ZIP cut in its first header holds nothing."""
    with pytest.raises(NotAnExport):
        opened(tmp_path, ordinary([("a", DATA)])[:20], rescue=True)


def test_a_password_is_told_in_a_rescue_too(tmp_path: Path) -> None:
    """No one can rescue what is encrypted."""
    with pytest.raises(ExportError, match="password"):
        opened(tmp_path, local(Piece(b"a", DATA, flags=1)), rescue=True)


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_cut_container_gives_what_its_inner_zips_hold(tmp_path: Path, method: int) -> None:
    """A portal container cut inside an inner ZIP still yields the conversations before the cut."""
    inner = ordinary([("a.json", DATA), ("b.json", os.urandom(5000))])
    data = ordinary([("Conversations__1.zip", inner), ("Conversations__2.zip", inner)], method)
    cut = data[: data.index(b"Conversations__2") + 4500]
    with opened(tmp_path, cut, lambda name: name.endswith(".zip"), rescue=True) as export:
        names = [m.name.replace("Conversations__", "").replace(".zip/", " ") for m in export.members]
        assert names == ["1 a.json", "1 b.json", "2 a.json", "2 b.json"]
        assert [m.cut for m in export.members] == [False, False, False, True]
        assert read(export.members[2]) == DATA


def test_a_rescue_of_a_whole_zip_changes_nothing(tmp_path: Path) -> None:
    """Nothing is lost and nothing is reported where nothing is wrong."""
    with opened(tmp_path, ordinary([("a", DATA)]), rescue=True) as export:
        assert export.problems == ()
        assert contents(export) == [("a", DATA)]
