"""Files of the user's on their way into the archive.

Each is written under another name, brought to the disk, and then named by the SHA-256 of its bytes. Its row follows
with the import that it belongs to; a file that never gets one is swept away.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct

from chathold.archive import damage, durable
from chathold.archive.ledger import Ledger
from chathold.archive.store import Archive
from chathold.archive.tombstones import ASSET, tombstone
from chathold.core.identity import CONVERSATION


class AssetMember(Struct, frozen=True):
    """A file of the user's as an export holds it: the member's name, the provider's id, the bytes' hash."""

    name: str
    ref: str
    hash: bytes


def may_have(archive: Archive, size: int, crc: int) -> bool:
    """Whether the archive has a file of this size and CRC-32: most likely the same, never proof of it."""
    if not crc:
        return False
    query = "SELECT 1 FROM asset WHERE size = ? AND crc = ?"
    return archive.database.execute(query, (size, crc)).fetchone() is not None


class Assets:
    """The files of one import: `members` are all that it holds, `new` those that the archive did not have.

    `new` has their size and CRC-32 by their hash; `mended` are those that were damaged in the archive, and are whole
    again; `tombstones` tell what was forgotten.
    """

    def __init__(self, archive: Archive, provider: str, tombstones: frozenset[bytes]) -> None:
        self._archive = archive
        self._provider = provider
        self._tombstones = tombstones
        self.new: dict[bytes, tuple[int, int]] = {}
        self.mended: set[bytes] = set()
        self.members: list[AssetMember] = []
        self._damaged = {bytes.fromhex(each) for each in damage.files_noted(archive.database)}

    def keep(
        self,
        name: str,
        ref: str,
        size: int,
        crc: int,
        read: Callable[[], Iterator[bytes]],
        mark: Callable[[], None],
    ) -> None:
        """Keep a file, read by `read()` as chunks; one already kept is only noted.

        Before one is written, `mark()` lets a sweep know that there may be files without rows.
        """
        if self._had_forgotten(ASSET, ref):
            return
        digest = _hash_only(read()) if may_have(self._archive, size, crc) else None
        if digest is None or not self._has(digest):
            mark()
            digest = self._write(read(), crc)
        self.members.append(AssetMember(name, ref, digest))

    def _had_forgotten(self, kind: str, ref: str) -> bool:
        return bool(ref) and tombstone(self._provider, kind, ref) in self._tombstones

    def _has(self, digest: bytes) -> bool:
        if digest in self._damaged - self.mended:
            return False
        return digest in self.new or bool(
            self._archive.database.execute("SELECT 1 FROM asset WHERE hash = ?", (digest,)).fetchone()
        )

    def _write(self, chunks: Iterator[bytes], crc: int) -> bytes:
        """Write the file under another name, bring it to the disk, then give it its own."""
        handle, building = tempfile.mkstemp(prefix="building-", dir=_folder(self._archive.assets, "new"))
        try:
            with os.fdopen(handle, "wb") as file:
                digest, size = _copy(chunks, file)
                durable.sync(file.fileno(), "an asset")
            if not self._has(digest):
                folder = _folder(self._archive.assets, digest.hex()[:2])
                durable.rename(Path(building), folder / digest.hex(), "an asset")
                durable.sync_folder(folder, "an asset's folder")
                if digest in self._damaged:
                    self.mended.add(digest)
                else:
                    self.new[digest] = (size, crc)
        finally:
            Path(building).unlink(missing_ok=True)
        return digest

    @property
    def mended_names(self) -> list[str]:
        """What the files that were put right are called in the export."""
        return sorted({each.name for each in self.members if each.hash in self.mended})

    def add_rows(
        self, ledger: Ledger, file: int, names: Iterable[tuple[str, str, str, str, str, int | None]]
    ) -> None:
        """Add the rows of these files, of where they stood, and of what side-cars say of them (`names`)."""
        for digest, (size, crc) in self.new.items():
            ledger.add("asset", (digest, size, crc))
        for digest in self.mended:
            damage.forget_file(ledger, digest.hex())
        for member in self.members:
            ledger.add_once("asset_member", (file, member.name, member.hash, member.ref))
        for name in names:
            if not self._had_forgotten(ASSET, name[0]) and not self._had_forgotten(CONVERSATION, name[3]):
                ledger.add_once("asset_name", (file, *name))


def _folder(assets: Path, name: str) -> Path:
    folder = assets / name
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def _copy(chunks: Iterator[bytes], file: BinaryIO) -> tuple[bytes, int]:
    digest = sha256()
    size = 0
    for chunk in chunks:
        digest.update(chunk)
        size += file.write(chunk)
    file.flush()
    return digest.digest(), size


def _hash_only(chunks: Iterator[bytes]) -> bytes:
    digest = sha256()
    for chunk in chunks:
        digest.update(chunk)
    return digest.digest()
