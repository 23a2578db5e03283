"""ZIPs built by hand, byte by byte, so that they can lie."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from chathold.exports import Export, Member, open_export

DATE = (2026 - 1980) << 9 | 11 << 5 | 23
TIME = 12 << 11 | 34 << 5 | 28


def deflated(data: bytes, level: int = 6) -> bytes:
    """`data` as a raw deflate stream."""
    packer = zlib.compressobj(level, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


def zeros(megabytes: int) -> bytes:
    """A raw deflate stream of so many megabytes of zeros, about a thousandth as long."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    return block * megabytes + b"\x03\x00"


@dataclass(frozen=True)
class Piece:
    """One member: what is packed, and what is claimed of it (`None`: the truth)."""

    name: bytes
    data: bytes = b""
    method: int = 0
    packed: bytes | None = None
    size: int | None = None
    compressed: int | None = None
    crc: int | None = None
    flags: int = 0
    local_extra: bytes = b""
    central_extra: bytes = b""
    descriptor: bool = False
    header: int | None = None
    attributes: int = 0


def _facts(piece: Piece) -> tuple[bytes, int, int, int]:
    """Packed bytes, CRC, compressed size and size, as they are claimed."""
    packed = piece.packed
    if packed is None:
        packed = deflated(piece.data) if piece.method == 8 else piece.data
    crc = zlib.crc32(piece.data) if piece.crc is None else piece.crc
    compressed = len(packed) if piece.compressed is None else piece.compressed
    size = len(piece.data) if piece.size is None else piece.size
    return packed, crc, compressed, size


def local(piece: Piece) -> bytes:
    """A local header with its data, and the descriptor behind it."""
    packed, crc, compressed, size = _facts(piece)
    flags = piece.flags | (8 if piece.descriptor else 0)
    claims = (0, 0, 0) if piece.descriptor else (crc, compressed, size)
    lengths = (len(piece.name), len(piece.local_extra))
    header = struct.pack("<4s5H3L2H", b"PK\3\4", 20, flags, piece.method, TIME, DATE, *claims, *lengths)
    behind = struct.pack("<4s3L", b"PK\7\x08", crc, compressed, size) if piece.descriptor else b""
    return header + piece.name + piece.local_extra + packed + behind


def central(piece: Piece, header: int) -> bytes:
    """A directory entry that points to the local header at `header`."""
    _packed, crc, compressed, size = _facts(piece)
    flags = piece.flags | (8 if piece.descriptor else 0)
    header = header if piece.header is None else piece.header
    start = struct.pack(
        "<4s2B5H3L", b"PK\1\2", 20, 0, 20, flags, piece.method, TIME, DATE, crc, compressed, size
    )
    lengths = struct.pack(
        "<5H2L", len(piece.name), len(piece.central_extra), 0, 0, 0, piece.attributes, header
    )
    return start + lengths + piece.name + piece.central_extra


def end(count: int, size: int, offset: int, comment: bytes = b"", disk: int = 0) -> bytes:
    """The end record."""
    wrapped = count & 0xFFFF
    return struct.pack("<4s4H2LH", b"PK\5\6", disk, 0, wrapped, wrapped, size, offset, len(comment)) + comment


def end64(count: int, size: int, offset: int, at: int) -> bytes:
    """The 64-bit end record at `at`, its locator, and an end record that points there."""
    record = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, count, count, size, offset)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, at, 1)
    last = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    return record + locator + last


def built(*pieces: Piece, comment: bytes = b"", wide: bool = False, disk: int = 0) -> bytes:
    """A whole ZIP; `wide` gives it a 64-bit end record."""
    body, directory = b"", b""
    for piece in pieces:
        directory += central(piece, len(body))
        body += local(piece)
    if wide:
        return body + directory + end64(len(pieces), len(directory), len(body), len(body) + len(directory))
    return body + directory + end(len(pieces), len(directory), len(body), comment, disk)


def ordinary(files: Iterable[tuple[str, bytes]], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP as the standard library writes it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as writer:
        for name, data in files:
            writer.writestr(zipfile.ZipInfo(name, (2026, 11, 23, 12, 34, 56)), data, method)
    return buffer.getvalue()


def nothing(_name: str) -> bool:
    """No member is an inner ZIP that belongs to the export."""
    return False


def opened(
    tmp_path: Path,
    data: bytes,
    holds_exports: Callable[[str], bool] = nothing,
    *,
    name: str = "export.zip",
    rescue: bool = False,
) -> Export:
    """`data` as a file, opened as an export."""
    path = tmp_path / name
    path.write_bytes(data)
    return open_export(path, holds_exports, rescue=rescue)


def read(member: Member) -> bytes:
    """A member's bytes."""
    return b"".join(member.chunks())


def contents(export: Export) -> list[tuple[str, bytes]]:
    """All members, by name and bytes; the export is closed."""
    with export:
        return [(member.name, read(member)) for member in export.members]
