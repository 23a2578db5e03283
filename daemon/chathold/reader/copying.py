"""A second copy that is being made, or was while this reader has been up: one at a time."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from chathold.archive.backups import back_up, damage, note_copy
from chathold.archive.store import Archive
from chathold.configuration import examine
from chathold.core.errors import ArchiveError, ChatholdError
from chathold.core.texts import _
from chathold.filesystems import nearest, on_same_disk
from chathold.places import check_copy
from chathold.reader.opening import Reader
from chathold.trash import can_write


class Copying(Struct, frozen=True):
    """One copy: how far it is (in bytes), whether it waits, whether it is made; or why it could not be.

    `same_disk`: it is made, but would go with the archive if the disk failed. `damage` tells in lines what was found
    damaged; `whole`: nothing of that is left.
    """

    folder: str
    done: int = 0
    total: int = 0
    waiting: bool = False
    made: bool = False
    same_disk: bool = False
    damage: tuple[str, ...] = ()
    whole: bool = True
    error: ChatholdError | None = None

    @property
    def over(self) -> bool:
        """Whether nothing more comes of it."""
        return self.made or self.error is not None


class Copyist:
    """Makes copies, and knows of the last one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last: Copying | None = None

    @property
    def last(self) -> Copying | None:
        """The copy that is being made, or was made last; none if there was none."""
        with self._lock:
            return self._last

    def begin(self, folder: str) -> bool:
        """Note that a copy is wanted; whether none is being made already."""
        with self._lock:
            if self._last is not None and not self._last.over:
                return False
            self._last = Copying(folder)
            return True

    def run(self, reader: Reader, folder: str) -> None:
        """Make or refresh the copy in a folder."""
        try:
            target = target_of(reader, folder)
            self._copy(reader, target)
        except ChatholdError as error:
            self._note(error=error)
        except BaseException:
            self._note(error=ChatholdError(_("This is a bug in Chathold.")))
            raise

    def _copy(self, reader: Reader, target: Path) -> None:
        archive = Archive.open(reader.home.archive)
        if archive is None:
            raise ArchiveError(_("The archive is not where it was."), place=str(reader.home.archive))
        try:
            with archive.writing(waiting=lambda: self._note(waiting=True)) as ledger:
                self._note(waiting=False)
                copied = back_up(archive, target, lambda done, total: self._note(done=done, total=total))
                note_copy(archive, ledger, target, reader.wall())
        finally:
            archive.close()
        same_disk = on_same_disk(reader.home.archive, target)
        self._note(made=True, same_disk=same_disk, damage=tuple(damage(copied)), whole=copied.whole)

    def _note(self, **changes: Any) -> None:
        with self._lock:
            if self._last is not None:
                self._last = replace(self._last, **changes)


def target_of(reader: Reader, folder: str) -> Path:
    """The folder that somebody named for a copy. Raises `ArchiveError` where none may be."""
    typed = Path(folder)
    try:
        target = typed.expanduser()
    except RuntimeError:  # the home of somebody who is not there
        target = typed
    if not target.is_absolute() or "\0" in folder:
        raise ArchiveError(
            _("The folder has to be named in full."),
            place=folder,
            advice=_("Such as {example}.").format(example=example()),
        )
    check_copy(target, examine(reader.home.configuration)[0])
    if not can_write(nearest(target)):
        raise ArchiveError(
            _("Chathold may not write there, as it runs now."),
            place=folder,
            advice=_('Make the copy in a terminal: "chathold backup DIR".'),
        )
    return target


def example() -> str:
    """What the name of a folder on another disk may look like."""
    return r"E:\chathold" if os.name == "nt" else "/media/disk/chathold"
