"""A second copy: a folder that is itself an archive, refreshed with what is new, and read back."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from chathold.archive import durable
from chathold.archive.ledger import Ledger
from chathold.archive.store import DATABASE, Archive
from chathold.core.errors import ArchiveError, NoSpace
from chathold.core.texts import _


@dataclass(frozen=True, slots=True)
class Copied:
    """What a copy took: files of the user's copied now, and how many there are."""

    folder: Path
    new_files: int
    files: int
    bytes: int


def back_up(archive: Archive, target: Path) -> Copied:
    """Make or refresh a copy of the archive in `target`. Use inside `Archive.writing`.

    Files first, the database last, under another name until it is whole: the copy is at any moment an
    archive, of before or of now. Raises `ArchiveError` if `target` holds something else or other chats.
    """
    _check_target(archive, target)
    (target / "assets").mkdir(parents=True, exist_ok=True, mode=0o700)
    _check_space(archive, target)
    rows = archive.database.execute("SELECT hash, size FROM asset").fetchall()
    new = sum(_copy_asset(archive.assets, target / "assets", digest.hex(), size) for digest, size in rows)
    _copy_database(archive, target)
    shutil.copyfile(archive.folder / "READ ME.txt", target / "READ ME.txt")
    _remove_foreign(target / "assets", {digest.hex() for digest, _size in rows})
    return Copied(target, new, len(rows), (target / DATABASE).stat().st_size + sum(size for _d, size in rows))


def note_copy(archive: Archive, ledger: Ledger, target: Path, now: float) -> None:
    """Remember where and when a second copy was made, for `check`. Use inside `Archive.writing`."""
    with archive.transaction("the note of a copy"):
        ledger.remove("copy", "folder = ?", (str(target),))
        ledger.add("copy", (str(target), now))
        ledger.settle()


def _check_target(archive: Archive, target: Path) -> None:
    """Refuse to write into the archive itself, over another archive, or among other things."""
    inside = archive.folder.resolve()
    if inside == target.resolve() or inside in target.resolve().parents:
        raise ArchiveError(
            _("A copy inside the archive is no second copy."),
            place=str(target),
            advice=_("Choose another disk."),
        )
    if not target.exists():
        return
    if (target / DATABASE).exists():
        other = Archive.open(target)
        if other is not None:
            with contextlib.closing(other):
                if other.meta("id") != archive.meta("id"):
                    raise ArchiveError(
                        _("This folder holds a copy of another archive."),
                        place=str(target),
                        advice=_("Choose an empty folder."),
                    )
        return
    if any(path.name != "assets" for path in target.iterdir()):
        raise ArchiveError(
            _("This folder is not empty and holds no copy of the archive."),
            place=str(target),
            advice=_("Choose an empty folder."),
        )


def _check_space(archive: Archive, target: Path) -> None:
    there = {path.name for path in (target / "assets").glob("*/*")}
    rows = archive.database.execute("SELECT hash, size FROM asset")
    needed = sum(size for digest, size in rows if digest.hex() not in there)
    needed += (archive.folder / DATABASE).stat().st_size
    free = shutil.disk_usage(target).free
    if free < needed:
        raise NoSpace(
            _("There is too little space: about {needed} MB are needed, {free} MB are free.").format(
                needed=needed // 1_000_000 + 1, free=free // 1_000_000
            ),
            place=str(target),
            advice=_("Make room, or choose another disk."),
        )


def _copy_asset(source: Path, target: Path, name: str, size: int) -> bool:
    """Copy one file unless it is there, proving its hash on the way; whether it was copied."""
    folder = target / name[:2]
    there = folder / name
    if there.exists() and there.stat().st_size == size and _digest(there) == name:
        return False
    folder.mkdir(exist_ok=True, mode=0o700)
    building = folder / f"building-{uuid.uuid4().hex}"
    try:
        with (source / name[:2] / name).open("rb") as read, building.open("xb") as written:
            shutil.copyfileobj(read, written, 1 << 20)
            durable.sync(written.fileno(), "a copied file")
        if _digest(building) != name:
            raise ArchiveError(
                _("A stored file is damaged; the copy was not finished."),
                place=f"assets/{name[:2]}/{name}",
                advice=_('Run "chathold verify".'),
            )
        durable.rename(building, there, "a copied file")
    finally:
        building.unlink(missing_ok=True)
    durable.sync_folder(folder, "a copied file's folder")
    return True


def _digest(path: Path) -> str:
    digest = sha256()
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def _copy_database(archive: Archive, target: Path) -> None:
    building = target / f"building-{uuid.uuid4().hex}.db"
    try:
        with contextlib.closing(sqlite3.connect(building)) as copy:
            building.chmod(0o600)
            archive.database.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")
        with building.open("rb+") as file:
            durable.sync(file.fileno(), "the copied database")
        for suffix in ("-wal", "-shm"):
            (target / f"{DATABASE}{suffix}").unlink(missing_ok=True)
        durable.rename(building, target / DATABASE, "the copied database")
        durable.sync_folder(target, "the copied database's folder")
    finally:
        building.unlink(missing_ok=True)


def _remove_foreign(assets: Path, known: set[str]) -> None:
    """What was forgotten since the last copy is forgotten here, too."""
    for path in assets.glob("*/*"):
        if path.name not in known:
            path.unlink()


@contextlib.contextmanager
def opened_copy(folder: Path) -> Iterator[Archive]:
    """The copy in `folder` as an archive. Raises `ArchiveError` if there is none."""
    archive = Archive.open(folder)
    if archive is None:
        raise ArchiveError(
            _("There is no copy of an archive here."),
            place=str(folder),
            advice=_('Name the folder that "chathold backup" was given.'),
        )
    try:
        yield archive
    finally:
        archive.close()


def is_empty(archive: Archive) -> bool:
    """Whether nothing was ever imported."""
    return archive.database.execute("SELECT 1 FROM file").fetchone() is None


def refuse_restore(home: Path) -> ArchiveError:
    """The refusal to put a copy over an archive that holds something."""
    return ArchiveError(
        _("There is an archive here already; a restored one would hide it."),
        place=str(home),
        advice=_("Move it away first, or restore under another folder with --home."),
    )


def restore(source: Path, target: Path) -> Copied:
    """Make the copy in `source` the archive in `target`, which must be empty or absent."""
    present = Archive.open(target)
    if present is not None:
        with contextlib.closing(present):
            if not is_empty(present):
                raise refuse_restore(target)
        _set_aside(target)
    with opened_copy(source) as copy:
        return back_up(copy, target)


def _set_aside(target: Path) -> None:
    """Move an empty archive away, so that the copy can take its place."""
    target.rename(target.with_name(f"{target.name}-empty-{int(time.time())}"))
