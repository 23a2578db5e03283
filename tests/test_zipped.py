"""ZIPs: what they list, how members are read, and what hostile ones end in."""

from __future__ import annotations

import bz2
import importlib.util
import io
import lzma
import os
import stat
import struct
import subprocess
import sys
import time
import warnings
import zipfile
import zlib
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from inflate64 import Deflater

from chathold.core.errors import ExportError, Incomplete, NoSpace, Unsafe
from chathold.core.problem import Problem
from chathold.exports import ExportForm, members, open_export, unpacking, zipped
from zips import (
    Piece,
    built,
    central,
    contents,
    deflated,
    end,
    end64,
    local,
    nothing,
    opened,
    ordinary,
    read,
    zeros,
)

WRONG_SIZE = "The size in the ZIP's directory is wrong; the file was read whole."
TEXT = "conversations, 会話, 对话 " * 400
DATA = TEXT.encode()

names = st.text(
    st.characters(codec="utf-8", exclude_characters="/\\\0:", min_codepoint=32), min_size=1, max_size=9
)
files = st.lists(
    st.tuples(names, st.binary(max_size=300), st.sampled_from([0, 8, 12, 14])), min_size=1, max_size=6
)


def deflated64(data: bytes) -> bytes:
    """`data` as Windows Explorer packs it."""
    packer = Deflater()
    return bytes(packer.deflate(data) + packer.flush())


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(listed=files)
def test_the_directory_says_what_the_standard_library_reads_there(
    tmp_path: Path, listed: list[tuple[str, bytes, int]]
) -> None:
    """Order, duplicates, sizes, checksums, dates and contents are those that `zipfile` finds."""
    buffer = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(buffer, "w") as writer:
        warnings.simplefilter("ignore")
        for name, data, method in listed:
            writer.writestr(zipfile.ZipInfo(f"x{name}", (2026, 11, 23, 12, 34, 56)), data, method)
    moment = datetime(2026, 11, 23, 12, 34, 56, tzinfo=UTC).timestamp()
    with zipfile.ZipFile(buffer) as reader, opened(tmp_path, buffer.getvalue()) as export:
        expected = [
            (info.file_size, info.compress_size, info.CRC, moment, reader.read(info))
            for info in reader.infolist()
        ]
        assert expected == [(m.size, m.compressed, m.crc, m.modified, read(m)) for m in export.members]


def test_a_zip_is_known_by_its_content(tmp_path: Path) -> None:
    """The name of the file says nothing: `.dms`, `.json` or no suffix are all the same."""
    for name in ("export.dms", "export.json", "export"):
        with opened(tmp_path, ordinary([("a.json", b"[]")]), name=name) as export:
            assert export.form is ExportForm.ZIP


@pytest.mark.parametrize(
    "junk", [b"junk" * 1000, ordinary([("old.json", b"[1]")])], ids=["junk", "another ZIP"]
)
def test_what_stands_before_a_zip_is_passed_over(tmp_path: Path, junk: bytes) -> None:
    """Two ZIPs in one file are the last one, and junk in front does not matter."""
    assert contents(opened(tmp_path, junk + ordinary([("a.json", DATA)]))) == [("a.json", DATA)]


def test_a_comment_that_looks_like_an_end_is_none(tmp_path: Path) -> None:
    """The end record is the last one whose directory is where it says."""
    comment = b"see " + end(3, 46, 7) + b"PK\5\6"
    assert contents(opened(tmp_path, built(Piece(b"a.json", DATA), comment=comment))) == [("a.json", DATA)]


def test_equal_names_are_all_kept(tmp_path: Path) -> None:
    """Two members of one name are two members, in the order of the directory."""
    data = built(Piece(b"a.json", b"[1]"), Piece(b"a.json", b"[2]"))
    assert contents(opened(tmp_path, data)) == [("a.json", b"[1]"), ("a.json", b"[2]")]


@pytest.mark.parametrize(
    ("claimed", "name"),
    [
        (b"User Online Activity\\Conversations\\a.json", "User Online Activity/Conversations/a.json"),
        (b"../../etc/passwd", "etc/passwd"),
        (b"/etc/passwd", "etc/passwd"),
        (b"./a//b.json", "a/b.json"),
        (b"C:\\Users\\a.json", "Users/a.json"),
        (b"c:a.json", "a.json"),
        (b"..", "unnamed"),
        (b"a\x1b[2Jb\x00.json", "a\ufffd[2Jb\ufffd.json"),
        ("会話.json".encode(), "会話.json"),
        (b"caf\x82.json", "café.json"),
    ],
)
def test_names_are_made_plain(tmp_path: Path, claimed: bytes, name: str) -> None:
    """No name climbs out, names a drive, or moves a terminal's cursor; the member is read all the same."""
    assert contents(opened(tmp_path, built(Piece(claimed, DATA)))) == [(name, DATA)]


def test_a_name_that_is_no_text_does_not_sink_the_zip(tmp_path: Path) -> None:
    """A name that says it is UTF-8 and is not is shown with replacement characters."""
    assert contents(opened(tmp_path, built(Piece(b"a\xff.json", DATA, flags=1 << 11)))) == [
        ("a\ufffd.json", DATA)
    ]


def test_junk_and_folders_are_left_out(tmp_path: Path) -> None:
    """What operating systems leave in a ZIP is no member."""
    junk = ["__MACOSX/._a.json", "x/._a.json", ".DS_Store", "x/Thumbs.db", "Desktop.ini", "x/"]
    assert contents(opened(tmp_path, ordinary([*((name, b"") for name in junk), ("x/a.json", b"[]")]))) == [
        ("x/a.json", b"[]")
    ]


@pytest.mark.parametrize(
    ("method", "packed"),
    [(9, deflated64(DATA)), (12, bz2.compress(DATA)), (8, deflated(DATA)), (0, DATA)],
)
def test_every_usual_method_is_read(tmp_path: Path, method: int, packed: bytes) -> None:
    """Deflate64, bzip2, deflate and stored members give the same bytes."""
    assert contents(opened(tmp_path, built(Piece(b"a", DATA, method, packed)))) == [("a", DATA)]


def test_lzma_without_an_end_mark_is_read(tmp_path: Path) -> None:
    """An LZMA member ends where its packed bytes end, marked or not."""
    packer = lzma.LZMACompressor(lzma.FORMAT_ALONE, filters=[{"id": lzma.FILTER_LZMA1, "dict_size": 1 << 16}])
    alone = packer.compress(DATA) + packer.flush()
    packed = b"\x09\x04\x05\x00" + alone[:5] + alone[13:]
    assert contents(opened(tmp_path, built(Piece(b"a", DATA, 14, packed)))) == [("a", DATA)]


def test_without_isal_zlib_reads_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """What makes it faster is not needed."""
    monkeypatch.setitem(sys.modules, "isal", None)
    module = _copy_of(unpacking)
    inflater = module.Deflate()
    assert b"".join(inflater.feed(deflated(DATA) + b"tail")) == DATA
    assert (inflater.finished, inflater.left) == (True, 4)
    assert module.crc32(DATA) == zlib.crc32(DATA)


def _copy_of(module: ModuleType) -> ModuleType:
    """The module, executed once more under another name."""
    spec = importlib.util.spec_from_file_location("another", str(module.__file__))
    assert spec
    assert spec.loader
    copy = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(copy)
    return copy


def test_the_local_header_tells_where_data_begin(tmp_path: Path) -> None:
    """The extra field of the local header may be longer than the directory's."""
    piece = Piece(b"a.json", DATA, 8, local_extra=struct.pack("<2H", 0xCAFE, 40) + bytes(40))
    assert contents(opened(tmp_path, built(piece))) == [("a.json", DATA)]


def test_data_descriptors_are_no_obstacle(tmp_path: Path) -> None:
    """Sizes that stand behind the data are in the directory, too."""
    data = built(Piece(b"a", DATA, 8, descriptor=True), Piece(b"b", b"[]", descriptor=True))
    assert contents(opened(tmp_path, data)) == [("a", DATA), ("b", b"[]")]


def test_a_member_of_nothing_may_be_packed_into_nothing(tmp_path: Path) -> None:
    """Some writers call an empty member deflated and write not one byte."""
    assert contents(opened(tmp_path, built(Piece(b"a", b"", 8, b""), Piece(b"b", DATA)))) == [
        ("a", b""),
        ("b", DATA),
    ]


def test_members_can_be_read_in_turns_and_again(tmp_path: Path) -> None:
    """Two members read at the same time do not disturb each other, nor does one that is left half-way."""
    data, other = os.urandom(600_000), os.urandom(600_000)
    with opened(tmp_path, ordinary([("a", data), ("b", other)])) as export:
        first, second = (member.chunks() for member in export.members)
        start, begun = next(first), next(second)
        next(export.members[0].chunks())
        assert start + b"".join(first) == data
        assert begun + b"".join(second) == other
        assert read(export.members[0]) == data


def test_a_date_of_unix_time_outranks_the_dos_date(tmp_path: Path) -> None:
    """Where a ZIP knows the moment in UTC it counts; the date of writers that know none does not."""
    unix = struct.pack("<2HBl", 0x5455, 5, 1, 1_700_000_000)
    with opened(tmp_path, built(Piece(b"a", central_extra=unix), Piece(b"b"))) as export:
        assert [m.modified for m in export.members] == [1_700_000_000, 1_795_437_296]
    nameless = io.BytesIO()
    with zipfile.ZipFile(nameless, "w") as writer:
        writer.writestr(zipfile.ZipInfo("a"), b"[]")
    with opened(tmp_path, nameless.getvalue()) as export:
        assert export.members[0].modified is None


@pytest.mark.parametrize("size", [1, len(DATA) * 7])
def test_a_lying_size_is_a_problem_and_the_member_is_whole(tmp_path: Path, size: int) -> None:
    """The checksum decides; a wrong size is reported once and nothing is lost."""
    with opened(tmp_path, built(Piece(b"a", DATA, 8, size=size), Piece(b"b", DATA, 8))) as export:
        assert not export.problems
        assert [read(m) for m in (*export.members, export.members[0])] == [DATA] * 3
        assert export.problems == (Problem("a", WRONG_SIZE),)


def test_a_packed_size_that_is_too_small_is_outgrown(tmp_path: Path) -> None:
    """Deflate marks its own end, so that a packed size cut to 32 bits does no harm."""
    with opened(tmp_path, built(Piece(b"a", DATA, 8, compressed=5), Piece(b"b", b"[]"))) as export:
        assert [read(m) for m in export.members] == [DATA, b"[]"]


@pytest.mark.parametrize("method", [0, 8, 9, 12])
def test_a_wrong_checksum_is_incomplete(tmp_path: Path, method: int) -> None:
    """A member whose bytes are not what was packed fails at its end, with the place and the way out."""
    packed = {9: deflated64(DATA), 12: bz2.compress(DATA)}.get(method)
    with opened(tmp_path, built(Piece(b"x/a.json", DATA, method, packed, crc=7))) as export:
        with pytest.raises(Incomplete) as raised:
            read(export.members[0])
        assert raised.value.place == "export.zip: x/a.json"
        assert "--rescue" in raised.value.advice


@pytest.mark.parametrize("method", [8, 9, 12, 14])
def test_data_that_make_no_sense_are_incomplete(tmp_path: Path, method: int) -> None:
    """Nonsense, a stream without its end and no stream at all are damage, by whatever method."""
    cut = {8: deflated(DATA)[:40], 9: deflated64(DATA)[:40], 12: bz2.compress(DATA)[:40], 14: b"\x09\x04\x05"}
    lie = b"\x09\x04\x05\x00\xe0\xff\xff\x00\x00"
    for packed in (cut[method], b"\xff" * 40, lie, b""):
        piece = Piece(b"a", DATA, method, packed)
        with opened(tmp_path, built(piece)) as export, pytest.raises(Incomplete, match="damaged"):
            read(export.members[0])


def test_sixty_four_bit_sizes_are_read(tmp_path: Path) -> None:
    """Numbers that say they do not fit are read from the field that holds them."""
    packed = deflated(DATA)
    wide = struct.pack("<2HQQ", 1, 16, len(DATA), len(packed))
    full = 0xFFFFFFFF
    piece = Piece(b"a", DATA, 8, packed, size=full, compressed=full, central_extra=b"??\0\0" + wide)
    with opened(tmp_path, built(piece)) as export:
        assert [(m.size, m.compressed, read(m)) for m in export.members] == [(len(DATA), len(packed), DATA)]
        assert not export.problems


def test_an_impossible_date_is_none(tmp_path: Path) -> None:
    """The 31st of February is no date."""
    data = built(Piece(b"a", DATA))
    at = data.rindex(b"PK\1\2") + 14
    with opened(tmp_path, data[:at] + struct.pack("<H", 46 << 9 | 2 << 5 | 31) + data[at + 2 :]) as export:
        assert export.members[0].modified is None


def test_a_member_without_its_header_is_incomplete(tmp_path: Path) -> None:
    """A directory that points into the void makes its member unreadable, not the program."""
    with opened(tmp_path, built(Piece(b"a", DATA, header=12))) as export, pytest.raises(Incomplete):
        read(export.members[0])


def test_a_directory_with_a_hole_is_incomplete(tmp_path: Path) -> None:
    """What stands in the place of a directory entry, and entries that are missing, are damage."""
    data = built(Piece(b"a", DATA), Piece(b"b", DATA))
    at = data.rindex(b"PK\1\2")
    with pytest.raises(Incomplete):
        opened(tmp_path, data[:at] + b"XXXX" + data[at + 4 :])
    short = built(Piece(b"a", DATA))
    with pytest.raises(Incomplete):
        opened(tmp_path, short[:-14] + struct.pack("<2H", 2, 2) + short[-10:])


@pytest.mark.parametrize("piece", [Piece(b"a", DATA, flags=1), Piece(b"a", DATA, method=99, packed=DATA)])
def test_a_password_is_told_at_opening(tmp_path: Path, piece: Piece) -> None:
    """Encrypted members, the old way or by AES, are named with the way out."""
    with pytest.raises(ExportError, match="password") as raised:
        opened(tmp_path, built(piece))
    assert raised.value.place == "export.zip: a"


def test_an_unknown_method_is_named(tmp_path: Path) -> None:
    """A method that nobody here can read is told at opening."""
    with pytest.raises(ExportError, match="PPMd"):
        opened(tmp_path, built(Piece(b"a", DATA, 98, DATA)))


def test_a_piece_of_a_split_zip_is_told(tmp_path: Path) -> None:
    """The last volume of several is no export by itself."""
    with pytest.raises(ExportError, match="split"):
        opened(tmp_path, built(Piece(b"a", DATA), disk=2))


def test_members_that_share_their_bytes_are_unsafe(tmp_path: Path) -> None:
    """A ZIP that lists more packed bytes than it has was built to grow without end."""
    piece = Piece(b"a", bytes(9000), 8)
    body, directory = local(piece), central(piece, 0) * 50
    with pytest.raises(Unsafe):
        opened(tmp_path, body + directory + end(50, len(directory), len(body)))


def test_too_many_members_are_unsafe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A directory without end is refused before it fills the memory."""
    monkeypatch.setattr(zipped, "MOST_MEMBERS", 20)
    with pytest.raises(Unsafe):
        opened(tmp_path, built(*[Piece(b"a")] * 21))


def test_a_long_string_of_one_letter_is_no_bomb(tmp_path: Path) -> None:
    """300 MB that were packed to a thousandth are read, in pieces of a few megabytes."""
    packed, crc = zeros(300), 0
    for _megabyte in range(300):
        crc = unpacking.crc32(bytes(1 << 20), crc)
    with opened(tmp_path, built(Piece(b"a", b"", 8, packed, size=300 << 20, crc=crc))) as export:
        sizes = [len(chunk) for chunk in export.members[0].chunks()]
    assert sum(sizes) == 300 << 20
    assert max(sizes) <= 8 << 20


def test_a_bomb_is_stopped_by_the_bytes_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What grows beyond measure is unsafe, whatever size it declares."""
    monkeypatch.setattr(zipped, "FREE_MEMBER", 8 << 20)
    with opened(tmp_path, built(Piece(b"a", b"", 8, zeros(20), size=10))) as export:
        with pytest.raises(Unsafe) as raised:
            read(export.members[0])
        assert raised.value.place == "export.zip: a"


def test_many_small_bombs_are_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All that was unpacked from a download counts together; reading a member again does not."""
    monkeypatch.setattr(members, "FREE_TOTAL", 8 << 20)
    crc = zlib.crc32(bytes(3 << 20))
    pieces = [Piece(b"a", b"", 8, zeros(3), size=3 << 20, crc=crc)] * 3
    with opened(tmp_path, built(*pieces)) as export:
        for _time in range(5):
            read(export.members[0])
        read(export.members[1])
        with pytest.raises(Unsafe):
            read(export.members[2])


def test_a_deflate64_bomb_comes_in_small_pieces(tmp_path: Path) -> None:
    """Deflate64 packs thirty thousand to one, and is still read in pieces of eight megabytes at most."""
    packed = deflated64(bytes(60_000_000))
    piece = Piece(b"a", b"", 9, packed, size=60_000_000, crc=unpacking.crc32(bytes(60_000_000)))
    with opened(tmp_path, built(piece)) as export:
        assert max(len(chunk) for chunk in export.members[0].chunks()) <= 8_000_000


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux for the peak of memory")
def test_a_bomb_does_not_fill_the_memory(tmp_path: Path) -> None:
    """Hundreds of megabytes, of each method that could give them at once, are read in less than 100 MB."""
    one = 1 << 30
    pieces = [
        Piece(b"a", b"", 8, zeros(400), size=one, crc=0),
        Piece(b"b", b"", 12, bz2.compress(bytes(120 << 20), 9), size=one, crc=0),
        Piece(b"c", b"", 9, deflated64(bytes(100 << 20)), size=one, crc=0),
    ]
    path = tmp_path / "bomb.zip"
    path.write_bytes(built(*pieces))
    script = (
        "import sys\n"
        "from pathlib import Path\n"
        "from chathold.core.errors import ExportError\n"
        "from chathold.exports import open_export\n"
        "with open_export(Path(sys.argv[1]), lambda name: False) as export:\n"
        "    for member in export.members:\n"
        "        try:\n"
        "            print(sum(map(len, member.chunks())))\n"
        "        except ExportError as error:\n"
        "            print(type(error).__name__)\n"
        "print(Path('/proc/self/status').read_text().split('VmHWM:')[1].split()[0])\n"
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", script, str(path)], env=environment, capture_output=True, text=True, check=True
    )
    *outcomes, kilobytes = done.stdout.split()
    assert outcomes == ["Incomplete"] * 3
    assert int(kilobytes) < 100_000


@pytest.mark.skipif(sys.platform == "win32", reason="the file would not be sparse")
def test_members_beyond_four_gigabytes_are_found(tmp_path: Path) -> None:
    """Places and sizes that need 64 bits are read from where they stand."""
    path = tmp_path / "large.zip"
    with path.open("wb") as file:
        file.seek(4_400_000_000)
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as writer:
            writer.writestr("a.json", DATA)
    with open_export(path, nothing) as export:
        assert export.size > 4_400_000_000
        assert [(m.name, read(m)) for m in export.members] == [("a.json", DATA)]


@pytest.mark.slow
def test_more_entries_than_sixteen_bits_count_are_listed(tmp_path: Path) -> None:
    """66,000 members are 66,000, quickly."""
    piece = Piece(b"a", b"[]")
    body = local(piece)
    directory = central(piece, 0) * 66_000
    tail = end64(66_000, len(directory), len(body) * 66_000, len(body) * 66_000 + len(directory))
    start = time.process_time()
    with opened(tmp_path, body * 66_000 + directory + tail) as export:
        assert len(export.members) == 66_000
        assert read(export.members[-1]) == b"[]"
    assert time.process_time() - start < 20


@pytest.mark.parametrize("wide", [False, True])
def test_sixty_four_bit_end_records_are_read(tmp_path: Path, *, wide: bool) -> None:
    """A 64-bit end record is used if there is one, with junk in front as well."""
    data = built(Piece(b"a", DATA), wide=wide)
    assert contents(opened(tmp_path, data)) == [("a", DATA)]
    assert contents(opened(tmp_path, b"junk" + data)) == [("a", DATA)]


def holds_exports(name: str) -> bool:
    """As the provider of the portal container would say."""
    return "Conversations__" in name


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_an_inner_zip_of_the_export_is_opened(tmp_path: Path, method: int) -> None:
    """Stored or packed again, its members stand in its place and are named after it."""
    inner = ordinary([("conversations-000.json", DATA), ("user.json", b"{}")])
    outer = ordinary(
        [("report.html", b"<p>"), ("A/Conversations__1.zip", inner), ("A/Files__1.zip", inner)], method
    )
    with opened(tmp_path, outer, holds_exports) as export:
        assert [(m.name, m.container, m.size) for m in export.members] == [
            ("report.html", "", 3),
            ("A/Conversations__1.zip/conversations-000.json", "A/Conversations__1.zip", len(DATA)),
            ("A/Conversations__1.zip/user.json", "A/Conversations__1.zip", 2),
            ("A/Files__1.zip", "", len(inner)),
        ]
        assert [read(m) for m in export.members] == [b"<p>", DATA, b"{}", inner]
        assert export.expands_to == 3 + len(DATA) + 2 + len(inner)


def test_several_packed_inner_zips_share_one_private_file(tmp_path: Path) -> None:
    """The copy is readable by its owner only, lies where it was told to, and goes with the export."""
    inner = [ordinary([("a.json", os.urandom(50_000))]) for _number in range(3)]
    path = tmp_path / "outer.zip"
    path.write_bytes(ordinary([(f"Conversations__{n}.zip", data) for n, data in enumerate(inner)]))
    spool = tmp_path / "spool"
    spool.mkdir()
    with open_export(path, holds_exports, spool=spool) as export:
        for member, data in zip(export.members, inner, strict=True):
            assert ordinary([("a.json", read(member))]) == data
        file = export._download.closing._exit_callbacks[-1][1].__self__  # type: ignore[attr-defined]
        assert stat.S_IMODE(os.fstat(file.fileno()).st_mode) == 0o600
    assert file.closed
    assert list(spool.iterdir()) == []


def test_only_one_level_is_opened(tmp_path: Path) -> None:
    """A ZIP inside an inner ZIP is an ordinary member, whatever its name."""
    deepest = ordinary([("a.json", b"[]")])
    inner = ordinary([("Conversations__2.zip", deepest)])
    assert contents(opened(tmp_path, ordinary([("Conversations__1.zip", inner)]), holds_exports)) == [
        ("Conversations__1.zip/Conversations__2.zip", deepest)
    ]


def test_what_is_only_called_a_zip_is_an_ordinary_member(tmp_path: Path) -> None:
    """An inner file that is no ZIP is kept as it is; a cut one makes the download incomplete."""
    assert contents(opened(tmp_path, ordinary([("Conversations__1.zip", b"<p>")]), holds_exports)) == [
        ("Conversations__1.zip", b"<p>")
    ]
    with pytest.raises(Incomplete) as raised:
        opened(tmp_path, ordinary([("Conversations__1.zip", ordinary([("a", DATA)])[:-9])]), holds_exports)
    assert raised.value.place == "export.zip: Conversations__1.zip"


def test_a_bomb_inside_a_zip_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Packing twice does not help: what both levels unpack counts together."""
    monkeypatch.setattr(members, "FREE_TOTAL", 8 << 20)
    inner = built(Piece(b"a", b"", 8, zeros(60), size=60 << 20, crc=0))
    with (
        opened(tmp_path, ordinary([("Conversations__1.zip", inner)]), holds_exports) as export,
        pytest.raises(Unsafe),
    ):
        read(export.members[0])


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_no_room_for_the_copy_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk is named as such, with the way out."""
    full = Path("/dev/full").open("r+b", buffering=0)  # noqa: SIM115 - closed with the export
    monkeypatch.setattr("tempfile.TemporaryFile", lambda **_where: full)
    with pytest.raises(NoSpace):
        opened(tmp_path, ordinary([("Conversations__1.zip", ordinary([("a", DATA)]))]), holds_exports)
    assert full.closed
