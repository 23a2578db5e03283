"""A second copy: a folder that is itself an archive, refreshed with what is new, and read back."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from filelock import FileLock, Timeout
from msgspec import Struct

from chathold.archive import durable, mending
from chathold.archive.damage import files_noted, note_files
from chathold.archive.explaining import explained
from chathold.archive.folder import (
    DATABASE,
    LOCK,
    READ_ME,
    SEARCH,
    UNFINISHED,
    lacks_database,
    make_private,
    write_read_me,
)
from chathold.archive.ledger import Ledger
from chathold.archive.store import Archive
from chathold.archive.tidying import remove_half_built
from chathold.core.errors import ArchiveError, Busy, NoSpace
from chathold.core.texts import _, ngettext


class Copied(Struct, frozen=True):
    """What a copy took: files of the user's copied now, and how many there are.

    `mended` records and files of the archive were damaged and are whole again, by what an earlier copy held; `damaged`
    records are not, there and here, and neither are the files in `lacking`, by their SHA-256 in hex.
    """

    folder: Path
    new_files: int
    files: int
    bytes: int
    mended: int = 0
    damaged: int = 0
    lacking: tuple[str, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether everything could be copied."""
        return not self.damaged and not self.lacking


class _Lacking(Exception):
    """A file of the user's is missing, or its bytes are others."""


Progress = Callable[[int, int], None]
"""Is told how many bytes are done, and of how many."""


def back_up(archive: Archive, target: Path, progress: Progress | None = None) -> Copied:
    """Make or refresh a copy of the archive in `target`. Use inside `Archive.writing`.

    Files first, the database last, under another name until it is whole and has been read back: the copy is at any
    moment an archive, of before or of now. What is damaged here and whole in the copy of before is mended in both;
    what is damaged in both stays so, is noted, and stops nothing else.
    Raises `ArchiveError` if `target` holds something else or other chats, or if rows were lost here.
    """
    _check_target(archive, target)
    with explained(target):
        target.mkdir(parents=True, exist_ok=True)
        make_private(target)
        with _alone(target):
            return _refresh(archive, target, progress or (lambda _done, _total: None))


@contextlib.contextmanager
def _alone(target: Path) -> Iterator[None]:
    """Keep others from writing to the copy meanwhile, and mark that it holds files of an unfinished one."""
    lock = FileLock(target / LOCK, mode=0o600)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise Busy(
            _("Another Chathold is writing to this copy."),
            place=str(target),
            advice=_("Wait until it has finished, then try again."),
        ) from None
    try:
        remove_half_built(target)
        (target / UNFINISHED).touch()
        durable.sync_folder(target, "the mark in the copy's folder")
        yield
        (target / UNFINISHED).unlink()
    finally:
        lock.release()


def _refresh(archive: Archive, target: Path, progress: Progress) -> Copied:
    (target / "assets").mkdir(exist_ok=True)
    make_private(target / "assets")
    _check_space(archive, target)
    rows = archive.database.execute("SELECT hash, size FROM asset").fetchall()
    total = (archive.folder / DATABASE).stat().st_size + sum(size for _digest, size in rows)
    done = new = 0
    sizes = {digest.hex(): size for digest, size in rows}
    lacking = set()
    for name, size in sizes.items():
        progress(done, total)
        try:
            new += _copy_asset(archive.assets, target / "assets", name, size)
        except _Lacking:
            lacking.add(name)
        done += size
    progress(done, total)
    whole_again = _mend_files(archive, target, sizes, lacking)
    write_read_me(target)
    mended, damaged = _copy_database(archive, target, lacking)
    _remove_foreign(target, set(sizes))
    size = (target / DATABASE).stat().st_size + sum(sizes[name] for name in sizes.keys() - lacking)
    held = len(rows) - len(lacking)
    return Copied(target, new, held, size, mended + whole_again, damaged, tuple(sorted(lacking)))


def _mend_files(archive: Archive, target: Path, sizes: Mapping[str, int], lacking: set[str]) -> int:
    """Bring files back from the copy that were found to be damaged here; how many. Those in neither are noted."""
    noted = files_noted(archive.database) & sizes.keys()
    whole = noted - lacking
    for name in whole:
        _copy_asset(target / "assets", archive.assets, name, sizes[name])
    if archive.writable and (whole or lacking - noted):
        with archive.transaction("files mended from the copy"):
            ledger = Ledger(archive.database)
            note_files(archive.database, ledger, (files_noted(archive.database) - whole) | lacking)
            ledger.settle()
    return len(whole)


def damage(copied: Copied) -> list[str]:
    """What was damaged, in lines for people."""
    found = []
    if copied.mended:
        said = ngettext(
            "{n} stored record or file was damaged here, and is whole again: the copy had it.",
            "{n} stored records or files were damaged here, and are whole again: the copy had them.",
            copied.mended,
        )
        found.append("! " + said.format(n=copied.mended))
    if copied.damaged:
        said = ngettext(
            '{n} stored record is damaged, here and in the copy: "chathold verify" names it.',
            '{n} stored records are damaged, here and in the copy: "chathold verify" names them.',
            copied.damaged,
        )
        found.append("✗ " + said.format(n=copied.damaged))
    if copied.lacking:
        said = ngettext(
            '{n} file is missing or damaged, here and in the copy: "chathold verify" names it.',
            '{n} files are missing or damaged, here and in the copy: "chathold verify" names them.',
            len(copied.lacking),
        )
        found.append("✗ " + said.format(n=len(copied.lacking)))
    return found


def note_copy(archive: Archive, ledger: Ledger, target: Path, now: float) -> None:
    """Remember where and when a second copy was made, for `check`. Use inside `Archive.writing`."""
    with archive.transaction("the note of a copy"):
        ledger.remove("copy", "folder = ?", (str(target),))
        ledger.add("copy", (str(target), now))
        ledger.settle()


def _check_target(archive: Archive, target: Path) -> None:
    """Refuse to write into the archive itself, over another archive, or among other things."""
    one, other_one = archive.folder.resolve(), target.resolve()
    if one == other_one or one in other_one.parents or other_one in one.parents:
        raise ArchiveError(
            _("An archive inside its copy, or the copy inside the archive, is no second copy."),
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
    if not target.is_dir() or any(not _ours(path) for path in target.iterdir()):
        raise ArchiveError(
            _("This folder is not empty and holds no copy of the archive."),
            place=str(target),
            advice=_("Choose an empty folder."),
        )


def _ours(path: Path) -> bool:
    """Whether this may be of a first copy that was interrupted."""
    return path.name in ("assets", LOCK, READ_ME, UNFINISHED) or path.name.startswith("building-")


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
    """Copy one file unless it is there, proving its hash on the way; whether it was copied. Raises `_Lacking`."""
    folder = target / name[:2]
    there = folder / name
    if there.exists() and there.stat().st_size == size and _digest(there) == name:
        return False
    folder.mkdir(exist_ok=True, mode=0o700)
    handle, temporary = tempfile.mkstemp(prefix="building-", dir=folder)
    building = Path(temporary)
    try:
        with os.fdopen(handle, "wb") as written:
            _copy_bytes(source / name[:2] / name, written)
            durable.sync(written.fileno(), "a copied file")
        if _digest(building) != name:
            raise _Lacking(name)
        durable.rename(building, there, "a copied file")
    finally:
        building.unlink(missing_ok=True)
    durable.sync_folder(folder, "a copied file's folder")
    return True


def _copy_bytes(source: Path, target: BinaryIO) -> None:
    """Copy what can be read of a file. Raises `_Lacking` if not all can be."""
    try:
        file = source.open("rb")
    except OSError as error:
        raise _Lacking(source.name) from error
    with file:
        while chunk := _next(file):
            target.write(chunk)


def _next(file: BinaryIO) -> bytes:
    try:
        return file.read(1 << 20)
    except OSError as error:
        raise _Lacking(file.name) from error


def _digest(path: Path) -> str:
    digest = sha256()
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def _copy_database(archive: Archive, target: Path, lacking: set[str]) -> tuple[int, int]:
    """Copy the database; how many records were mended on the way, and how many are damaged.

    That the copy lacks files is noted in it: an archive that cannot be written to may not know.
    """
    building = target / f"building-{uuid.uuid4().hex}.db"
    try:
        with contextlib.closing(sqlite3.connect(building)) as copy:
            make_private(building)
            archive.database.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")
            mended, damaged = _prove(archive, copy, target)
            if lacking - files_noted(copy):
                with copy:
                    ledger = Ledger(copy)
                    note_files(copy, ledger, files_noted(copy) | lacking)
                    ledger.settle()
        with building.open("rb+") as file:
            durable.sync(file.fileno(), "the copied database")
        _empty_log(target / DATABASE)
        durable.rename(building, target / DATABASE, "the copied database")
        durable.sync_folder(target, "the copied database's folder")
    finally:
        building.unlink(missing_ok=True)
    return mended, damaged


def _prove(archive: Archive, copy: sqlite3.Connection, target: Path) -> tuple[int, int]:
    """Read the new copy back, and mend it and the archive by the one that it replaces."""
    if lost := mending.lacking(copy):
        raise ArchiveError(
            _("The archive is damaged: rows were lost. The copy was left as it was."),
            place=f"{archive.folder / DATABASE}: {', '.join(lost)}",
            advice=_(
                'Run "chathold verify"; move this archive away, and bring back the copy: "chathold restore".'
            ),
        )
    damaged = mending.damaged(copy)
    before = Archive.open(target) if damaged and (target / DATABASE).exists() else None
    if before is None:
        return 0, len(damaged)
    with contextlib.closing(before), copy:
        mended = mending.mend(copy, damaged, before.database)
        with archive.transaction("records mended from the copy"):
            mending.mend(archive.database, damaged, before.database)
    return mended, len(damaged) - mended


def _empty_log(database: Path) -> None:
    """Bring the old copy's log into it: a log must never meet a database that it is not of."""
    log = database.with_name(f"{database.name}-wal")
    if log.exists():
        with contextlib.closing(sqlite3.connect(database)) as old:
            if old.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
                raise Busy(
                    _("Another program is reading this copy."),
                    place=str(database),
                    advice=_("Try again later."),
                )
    for suffix in ("-wal", "-shm"):
        database.with_name(f"{database.name}{suffix}").unlink(missing_ok=True)


def _remove_foreign(target: Path, known: set[str]) -> None:
    """What was forgotten since the last copy is forgotten here, too."""
    for path in (target / "assets").glob("*/*"):
        if path.name not in known:
            path.unlink()
    for path in target.glob("before-format-*.db"):
        path.unlink()
    for path in target.glob(f"{SEARCH}*"):
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
        advice=_('Move it away first, or restore under another folder: "chathold --home DIR restore COPY".'),
    )


def restore(source: Path, target: Path) -> Copied:
    """Make the copy in `source` the archive in `target`, which must be empty, absent, or without its database."""
    with opened_copy(source) as copy:
        with explained(target):
            lost = lacks_database(target)
        present = None if lost else Archive.open(target)
        if present is not None:
            with contextlib.closing(present):
                if not is_empty(present):
                    raise refuse_restore(target)
        if lost or present is not None:
            _check_target(copy, target.with_name(f"{target.name}-restored"))
            _set_aside(target)
        with copy.writing() if copy.writable else explained(source):
            return back_up(copy, target)


def _set_aside(target: Path) -> None:
    """Move an archive away that is empty or lacks its database, so that the copy can take its place."""
    target.rename(target.with_name(f"{target.name}-before-{int(time.time())}"))
