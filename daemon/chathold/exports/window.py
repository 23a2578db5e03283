"""The part of a stream that is looked at. What is only hashed passes by without being put together."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256

from chathold.exports.elements import SPACE


class Window:
    """Bytes `held` of a stream of chunks; `at` is the first that has not been given out."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self.held = b""
        self.at = 0

    def __len__(self) -> int:
        return len(self.held) - self.at

    def fill(self, wanted: int) -> bool:
        """Hold `wanted` bytes from `at` on, if the stream still has them. Positions seen before are void then."""
        size = len(self)
        if size >= wanted:
            return True
        parts = [self.held[self.at :]] if size else []
        while size < wanted and (chunk := next(self._chunks, None)) is not None:
            parts.append(chunk)
            size += len(chunk)
        self._hold(parts)
        return size >= wanted

    def _hold(self, parts: list[bytes]) -> None:
        self.held = b""  # before the new bytes take their room
        self.at = 0
        self.held = b"".join(parts)

    def drop(self) -> None:
        """Let go of what has been given out."""
        self._hold([self.held[self.at :]])

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
        given = self.held[self.at : self.at + length]
        self.at += length
        return given

    def skip(self, length: int, digest: bytes, before: bytes) -> bool:
        """Go past the next `length` bytes if this is their SHA-256 and one of `before` follows; whether so."""
        if len(self) <= length:
            return self._skip_chunks(length, digest, before)
        end = self.at + length
        if self.held[end] not in before or sha256(memoryview(self.held)[self.at : end]).digest() != digest:
            return False
        self.at = end
        return True

    def _skip_chunks(self, length: int, digest: bytes, before: bytes) -> bool:
        """The same where not all is held: the chunks are hashed as they come."""
        parts = [self.held[self.at :]]
        size = len(parts[0])
        hashed = sha256(parts[0])
        while size <= length and (chunk := next(self._chunks, None)) is not None:
            hashed.update(memoryview(chunk)[: length - size])
            parts.append(chunk)
            size += len(chunk)
        end = len(parts[-1]) - (size - length)
        if size <= length or parts[-1][end] not in before or hashed.digest() != digest:
            self._hold(parts)
            return False
        self.held, self.at = parts[-1], end
        return True

    def skip_rest(self) -> bool:
        """Read the stream to its end; whether there was anything but space and the zeros of padding."""
        found = False
        while (byte := self.byte()) != -1:
            found = found or byte != 0
            self.at = len(self.held)
        return found
