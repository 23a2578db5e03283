"""The part of a stream that is looked at. What is only hashed passes by without being put together."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256

from chathold.exports.elements import SPACE


class Window:
    """Bytes `held` of a stream of chunks; `at` is the first that has not been given out.

    They are one buffer that grows where it lies: a huge record is not copied anew with every chunk.
    """

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self.held = bytearray()
        self.at = 0

    def __len__(self) -> int:
        return len(self.held) - self.at

    def fill(self, wanted: int) -> bool:
        """Hold `wanted` bytes from `at` on, if the stream still has them. Positions seen before are void then."""
        if len(self) >= wanted:
            return True
        self.drop()
        while len(self) < wanted and (chunk := next(self._chunks, None)) is not None:
            self.held += chunk
        return len(self) >= wanted

    def drop(self) -> None:
        """Let go of what has been given out, but for the last byte of it."""
        if self.at > 1:
            del self.held[: self.at - 1]
            self.at = 1

    def byte(self) -> int:
        """The next byte that is no space, or -1 at the end; `at` stands on it."""
        while len(self) or self.fill(1):
            byte = self.held[self.at]
            if byte not in SPACE:
                return byte
            self.at += 1
        return -1

    def give(self, length: int) -> bytes:
        """The next `length` bytes, which are held."""
        with memoryview(self.held) as view:
            given = bytes(view[self.at : self.at + length])
        self.at += length
        return given

    @contextmanager
    def array(self, at: int, end: int) -> Iterator[tuple[int, int]]:
        """While this lasts, the bytes held from `at` to `end` stand in brackets: where those begin and end.

        The brackets take the places of the byte before, which has been given out, and of the one behind.
        """
        before, behind = self.held[at - 1], self.held[end]
        self.held[at - 1], self.held[end] = b"[]"
        try:
            yield at - 1, end + 1
        finally:
            self.held[at - 1], self.held[end] = before, behind

    def skip(self, length: int, digest: bytes, before: bytes) -> bool:
        """Go past the next `length` bytes if this is their SHA-256 and one of `before` follows; whether so."""
        if len(self) <= length:
            return self._skip_chunks(length, digest, before)
        end = self.at + length
        with memoryview(self.held) as view, view[self.at : end] as found:
            if self.held[end] not in before or sha256(found).digest() != digest:
                return False
        self.at = end
        return True

    def _skip_chunks(self, length: int, digest: bytes, before: bytes) -> bool:
        """The same where not all is held: the chunks are hashed as they come."""
        with memoryview(self.held) as view:
            hashed = sha256(view[self.at :])
        size, parts = len(self), []
        while size <= length and (chunk := next(self._chunks, None)) is not None:
            hashed.update(memoryview(chunk)[: length - size])
            parts.append(chunk)
            size += len(chunk)
        end = len(parts[-1]) - (size - length) if parts else 0
        if size <= length or parts[-1][end] not in before or hashed.digest() != digest:
            for part in parts:
                self.held += part
            return False
        self.held[:] = parts[-1]
        self.at = end
        return True

    def skip_rest(self) -> bool:
        """Read the stream to its end; whether there was anything but space and the zeros of padding."""
        found = False
        while (byte := self.byte()) != -1:
            found = found or byte != 0
            self.at = len(self.held)
        return found
