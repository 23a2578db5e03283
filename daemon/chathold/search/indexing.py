"""Filling the index: whatever differs between it and the archive, the newest first, a batch at a time.

It may be stopped or killed at any moment: a batch is in the index whole or not at all, and what is missing is
found again by comparing fingerprints. One process fills; others only look.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from chathold.archive.contents import Read, contents
from chathold.archive.folder import SEARCH_LOCK
from chathold.archive.freshness import fingerprint, fingerprints, marker, newest_first, records, stored_as
from chathold.archive.store import Archive
from chathold.core.collecting import without_collection
from chathold.core.errors import Damaged
from chathold.providers import readers
from chathold.search.completeness import Indexed, look, standing
from chathold.search.filling import Batch
from chathold.search.index import Index, explained, unwritable

Progress = Callable[[int, int], None]

_BATCH = 8 << 20
"""Characters after which a batch is committed."""

_PART_OF_GHOSTS = 0.2
_FEW_GHOSTS = 1_000
"""Entries that were taken out leave their words behind; with more of these, and of all, the index is made anew."""


def catch_up(
    archive: Archive,
    *,
    progress: Progress | None = None,
    stop: Callable[[], bool] = lambda: False,
    anew: bool = False,
) -> Indexed:
    """Bring the index up to the archive; how far it is then. `stop` is asked after every batch.

    With `anew` it is emptied first, so that no word of it is left in the file. `progress` is told records done, of
    how many. Does nothing while another process fills the index (with `anew` it waits for that), or if there is
    nothing to do. Others do not wait, either: what they import meanwhile is brought in, too.
    Raises `ArchiveError` if it cannot be written.
    """
    before = look(archive)
    differs = anew or before.differs or _read_otherwise(archive)
    if not differs and (before.noted or not archive.writable):
        return before.standing
    if not archive.writable:
        raise unwritable(archive)
    while True:
        mark = _mark(archive)
        with explained(archive), without_collection(), _alone(archive, wait=anew) as held:
            if held:
                _fill_or_make(archive, progress, stop, anew=anew)
        if not held or stop() or _mark(archive) in (mark, ""):
            return standing(archive)
        anew = False


def _mark(archive: Archive) -> str:
    with archive.reading():
        return marker(archive.database)


def _fill_or_make(
    archive: Archive, progress: Progress | None, stop: Callable[[], bool], *, anew: bool
) -> None:
    """Fill the index, or another one in place of one that is damaged."""
    try:
        _fill(archive, progress, stop, anew=anew)
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError):
            raise
        Index.make(archive).close()
        _fill(archive, progress, stop, anew=False)


def _read_otherwise(archive: Archive) -> bool:
    """Whether what is in the index was read by other readers than today's."""
    index = Index.open(archive)
    if index is None:
        return False
    with index:
        return index.about("readers") != readers()


@contextmanager
def _alone(archive: Archive, *, wait: bool) -> Iterator[bool]:
    """Be the one who fills the index, unless somebody is already; with `wait`, as soon as nobody is."""
    from filelock import FileLock, Timeout  # noqa: PLC0415 - needed by those who fill only

    lock = FileLock(archive.folder / SEARCH_LOCK, thread_local=False, mode=0o600)
    try:
        lock.acquire(timeout=-1 if wait else 0)
    except Timeout:
        yield False
        return
    try:
        yield True
    finally:
        lock.release()


def _fill(archive: Archive, progress: Progress | None, stop: Callable[[], bool], *, anew: bool) -> None:
    with Index.open(archive) or Index.make(archive) as index:
        index.settle_in()
        with archive.reading():
            there, held = fingerprints(archive.database), records(archive.database)
            order, mark = newest_first(archive.database), marker(archive.database)
            anew = anew or index.outlived(archive)
        done = index.done() if index.about("readers") == readers() else {}
        if anew or not done.keys() <= there.keys() | held or _haunted(index):
            index.erase(archive)
            done = {}
        pending = [number for number in order if done.get(number) != there[number]]
        with index.transaction("the readers' versions"):
            index.database.executemany(
                "UPDATE done SET fingerprint = x'' WHERE record = ?", ((each,) for each in pending)
            )
            index.note("readers", readers())
            index.note("marker", "")
        finished = 0
        for finished in _batches(archive, index, pending):
            if progress:
                progress(finished, len(pending))
            if stop():
                break
        if finished == len(pending) and index.merge(stop):
            with index.transaction("the note that it is complete"):
                index.note("marker", mark)
                index.note("whole", "" if index.passed_over() else mark)
        index.shrink()
        index.checkpoint()


def _haunted(index: Index) -> bool:
    """Whether so many entries were taken out that it is better made anew."""
    given = int(index.about("highest") or 0) - int(index.about("lowest") or 0) + 1
    ghosts = int(index.about("ghosts") or 0)
    return ghosts > max(_FEW_GHOSTS, given * _PART_OF_GHOSTS)


def _batches(archive: Archive, index: Index, pending: list[int]) -> Iterator[int]:
    """Bring records into the index, a batch at a time; how many have been, after each. Damaged ones are passed over."""
    rest = iter(pending)
    finished = 0
    while finished < len(pending):
        batch = Batch(index)
        with archive.reading():
            for number in rest:
                mark = fingerprint(archive.database, number)
                if mark is not None:
                    try:
                        batch.take(number, mark, contents(archive.database, number))
                    except Damaged:
                        batch.pass_over(number, stored_as(archive.database, number))
                finished += 1
                if batch.size > _BATCH:
                    break
        batch.write()
        yield finished


@contextmanager
def hearing(archive: Archive) -> Iterator[Ear]:
    """Hear of records while they are derived, and index them without reading them a second time.

    Does nothing where `catch_up` would not simply go on: another process is at it, or the index has to be made anew.
    What is in the way stops it, and nothing else: `catch_up` does and tells what is left.
    """
    with _alone(archive, wait=False) as held:
        ear = Ear(archive, archive.writable and held)
        try:
            yield ear
        finally:
            ear.end()


class Ear:
    """Indexes what it hears of, until something is in the way. `cpu` is how many CPU-seconds that took."""

    def __init__(self, archive: Archive, open_: bool) -> None:  # noqa: FBT001
        self.cpu = 0.0
        self._archive = archive
        self._index: Index | None = None
        self._batch: Batch | None = None
        if open_:
            self._try(self._begin)

    def _begin(self) -> None:
        index = self._index = Index.open(self._archive) or Index.make(self._archive)
        index.settle_in()
        if not index.about("readers"):
            with index.transaction("the readers' versions"):
                index.note("readers", readers())
        anew = index.outlived(self._archive) or _haunted(index)
        if index.about("readers") == readers() and not anew:
            self._batch = Batch(index)

    def hear(self, read: Read) -> None:
        """Take in one record."""
        self._try(lambda: self._take(read))

    def make_room(self) -> None:
        """Write what was taken in, and let go of the memory."""
        self._try(self._let_go)

    def _let_go(self) -> None:
        self._write()
        if self._index is not None:
            self._index.database.execute("PRAGMA shrink_memory")

    def _write(self) -> None:
        if self._batch is not None and self._index is not None:
            self._batch.write()
            self._batch = Batch(self._index)

    def _take(self, read: Read) -> None:
        if self._batch is None or self._index is None:
            return
        if self._batch.size > _BATCH:  # written now that the bytes of what it holds have been let go
            self._write()
        self._batch.take(read.record.number, read.mark, read.contents(self._archive.database))

    def _try(self, work: Callable[[], None]) -> None:
        begun = time.process_time()
        try:
            work()
        except (sqlite3.Error, OSError):
            self._batch = None
        finally:
            self.cpu += time.process_time() - begun

    def end(self) -> None:
        """Write what is left."""
        if self._batch is not None:
            self._try(self._batch.write)
        if self._index is not None:
            self._try(self._index.shrink)
            self._try(self._index.checkpoint)
            self._index.close()
