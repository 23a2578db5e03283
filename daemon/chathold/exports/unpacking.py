"""The ways a ZIP packs its members, undone step by step; no step gives more than about eight megabytes.

Deflate is what every export uses; isal undoes it three times as fast as zlib. Deflate64 is what Windows
Explorer writes above 2 GB; bzip2 and LZMA are what people choose who pack again.
"""

from __future__ import annotations

import bz2
import lzma
from collections.abc import Callable, Iterator
from typing import Protocol

from chathold.exports.spans import Span

try:
    from isal import isal_zlib as deflating
except ImportError:  # a machine for which there is no isal
    import zlib as deflating  # type: ignore[no-redef]

crc32 = deflating.crc32

STORED = 0
_READ = 128 << 10
_MOST = 1 << 20
_GATHERED = 256 << 10
_LZMA_HEADER = 9
_LZMA_DICTIONARY = 64 << 20


class Broken(Exception):
    """The data make no sense to the method that is said to have packed them."""


class Short(Broken):
    """The file ends before the data do."""


class Method(Protocol):
    """One way of packing, while one member is unpacked."""

    finished: bool
    """Whether the end of the packed data has been met, as the data themselves tell."""
    marks_end: bool
    """Whether every packed stream of this kind marks its end."""
    left: int
    """How many of the bytes fed last lay behind the end, if the method can tell."""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """What `data`, the next packed bytes, hold. Raises `Broken`."""


class Deflate:
    """Method 8 (RFC 1951)."""

    def __init__(self) -> None:
        self._inflater = deflating.decompressobj(-15)
        self.finished = False
        self.marks_end = True
        self.left = 0

    def feed(self, data: bytes) -> Iterator[bytes]:
        """See `Method`."""
        inflater = self._inflater
        while True:
            try:
                piece = inflater.decompress(data, _MOST)
            except deflating.error as error:  # type: ignore[misc] # isal's stub says instance
                raise Broken from error
            if piece:
                yield piece
            data = inflater.unconsumed_tail
            if inflater.eof:
                self.finished, self.left = True, len(inflater.unused_data)
                return
            if not data and len(piece) < _MOST:
                return


class Deflate64:
    """Method 9. 256 packed bytes can hold seven megabytes, and the unpacker gives all of them at once."""

    _STEP = 256

    def __init__(self) -> None:
        from inflate64 import Inflater  # noqa: PLC0415 - rare, and slow to load

        self._inflater = Inflater()
        self.finished = False
        self.marks_end = True
        self.left = 0

    def feed(self, data: bytes) -> Iterator[bytes]:
        """See `Method`."""
        pieces: list[bytes] = []
        size = 0
        for at in range(0, len(data), self._STEP):
            try:
                piece = self._inflater.inflate(data[at : at + self._STEP])
            except ValueError as error:
                raise Broken from error
            pieces.append(piece)
            size += len(piece)
            if self._inflater.eof:
                self.finished = True
                break
            if size >= _GATHERED:
                yield b"".join(pieces)
                pieces, size = [], 0
        if last := b"".join(pieces):
            yield last


class Bzip2:
    """Method 12."""

    def __init__(self) -> None:
        self._unpacker: bz2.BZ2Decompressor | lzma.LZMADecompressor = bz2.BZ2Decompressor()
        self.finished = False
        self.marks_end = True
        self.left = 0

    def feed(self, data: bytes) -> Iterator[bytes]:
        """See `Method`."""
        unpacker = self._unpacker
        while not unpacker.eof:
            try:
                piece = unpacker.decompress(data, _MOST)
            except (OSError, EOFError, ValueError, lzma.LZMAError) as error:
                raise Broken from error
            if piece:
                yield piece
            data = b""
            if unpacker.needs_input:
                break
        self.finished = unpacker.eof


class Lzma(Bzip2):
    """Method 14: a small header, then raw LZMA that need not mark its end (APPNOTE 5.8)."""

    def __init__(self) -> None:
        super().__init__()
        self.marks_end = False
        self._header = b""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """See `Method`."""
        if len(self._header) < _LZMA_HEADER:
            taken = _LZMA_HEADER - len(self._header)
            self._header, data = self._header + data[:taken], data[taken:]
            if len(self._header) < _LZMA_HEADER:
                return
            self._unpacker = self._from_header()
        yield from super().feed(data)

    def _from_header(self) -> lzma.LZMADecompressor:
        """An unpacker with the properties that the header names."""
        length, packed = int.from_bytes(self._header[2:4], "little"), self._header[4]
        dictionary = int.from_bytes(self._header[5:9], "little")
        if length != 5 or packed >= 225 or dictionary > _LZMA_DICTIONARY:  # noqa: PLR2004 - the format's own
            raise Broken
        rest, context = divmod(packed, 9)
        position, literal = divmod(rest, 5)
        properties = {"lc": context, "lp": literal, "pb": position, "dict_size": max(dictionary, 4096)}
        try:
            return lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=[{"id": lzma.FILTER_LZMA1, **properties}])
        except (lzma.LZMAError, ValueError) as error:
            raise Broken from error


METHODS: dict[int, Callable[[], Method]] = {8: Deflate, 9: Deflate64, 12: Bzip2, 14: Lzma}
"""What undoes a packing method, by its number in the ZIP."""


class Unpacking:
    """The bytes that a member holds, from its packed ones at `start`; `end` is the place behind those.

    Where `compressed` is wrong, the packed data's own end counts. Iterating raises `Broken`, or `Short` where
    the file ends too soon, after all that could be unpacked has been given.
    """

    def __init__(self, span: Span, start: int, compressed: int, method: int) -> None:
        self._span = span
        self._start = start
        self._compressed = compressed
        self._method = method
        self.end = start

    def __iter__(self) -> Iterator[bytes]:
        if self._method == STORED:
            return self._copied()
        return self._unpacked(METHODS[self._method]())

    def _copied(self) -> Iterator[bytes]:
        self.end = self._start
        for piece in self._span.steps(self._start, self._compressed):
            self.end += len(piece)
            yield piece
        if self.end < self._start + self._compressed:
            raise Short

    def _unpacked(self, method: Method) -> Iterator[bytes]:
        place, declared = self._start, self._start + self._compressed
        while not method.finished and (place < declared or method.marks_end):
            data = self._span.read(place, min(_READ, declared - place) if place < declared else _READ)
            if not data:
                raise Short
            place += len(data)
            yield from method.feed(data)
        self.end = place - method.left
