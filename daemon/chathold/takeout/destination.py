"""Where an export is written: a hidden folder beside DEST, which takes its place in the end.

    .DEST.chathold-unfinished   what is being written; swept away by the next export if this one is cut off
    .DEST.chathold-before       the export that was there, for the moment in which the new one takes its place
    .DEST.chathold-lock         held by the one export that may look at these, write and rename them

A list in the folder says what was taken out, and names every file with its hash. An export replaces an earlier one
only if that was of the same, and is just as it was written: what a person changed or added is never overwritten, and
no chat goes because only others were asked for now.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import stat
import sys
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

from filelock import FileLock, Timeout

from chathold.core.errors import Busy, ChatholdError, NoSpace
from chathold.core.texts import _

LIST = "chathold-export.json"
_EMPTY_LOCK = ".lock"
_TRIES = 10
_FULL = frozenset({28, 122})
_STEP = 1 << 20


class Destination:
    """A folder that is being written. Paths are relative, with `/`; `files` has the hash of each by its path.

    `replaces`: it takes the place of an earlier export.
    """

    def __init__(self, folder: Path, *, replaces: bool = False) -> None:
        self.folder = folder
        self.replaces = replaces
        self.files: dict[str, str] = {}

    def write(self, path: str, text: str | bytes) -> None:
        """Write a file whole."""
        with self.opened(path) as write:
            write(text.encode("utf-8", "replace") if isinstance(text, str) else text)

    @contextlib.contextmanager
    def opened(self, path: str) -> Iterator[Callable[[bytes], object]]:
        """A file to be written piece by piece."""
        place = self.folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        digest = sha256()
        with place.open("xb") as file:

            def write(data: bytes) -> None:
                digest.update(data)
                file.write(data)

            yield write
        self.files[path] = digest.hexdigest()

    def copy(self, source: Path, path: str) -> bool:
        """Copy a file of the archive's; whether it is there."""
        try:
            with source.open("rb") as file, self.opened(path) as write:
                for data in _chunks(file):
                    write(data)
        except FileNotFoundError:
            return False
        return True


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    while data := file.read(_STEP):
        yield data


@contextlib.contextmanager
def replacing(dest: Path, about: dict[str, Any], made: str | None = None) -> Iterator[Destination]:
    """Write into a hidden folder that becomes `dest` if all goes well, else leaves no trace.

    `about` says in plain JSON what is taken out, and goes into the list of files, as does the time at which it is
    `made`. Raises `ChatholdError` if `dest` is something else than nothing, an empty folder, or an earlier export
    about the same that is as it was written.
    """
    dest = Path(os.path.realpath(dest))
    unfinished = dest.with_name(f".{dest.name}.chathold-unfinished")
    with explained(dest):
        dest.parent.mkdir(parents=True, exist_ok=True)
        with _alone(dest):
            _put_back(dest)
            replaces = _check(dest, about)
            _sweep(unfinished)
            into = Destination(unfinished, replaces=replaces)
            try:
                yield into
                listed = {"chathold_export": 1, **about, "made": made, "files": into.files}
                (unfinished / LIST).write_text(json.dumps(listed, ensure_ascii=False, indent=1), "utf-8")
                _check(dest, about)
            except BaseException:
                shutil.rmtree(unfinished, ignore_errors=True)
                raise
            _take_the_place(unfinished, dest)


@contextlib.contextmanager
def _alone(dest: Path) -> Iterator[None]:
    """Keep other exports from the same place. The lock's file goes while it is held, and is left by a kill only."""
    path = dest.with_name(f".{dest.name}.chathold-lock")
    lock = _locked(path)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):  # Windows removes no file that is open, and does not need to
            path.unlink()
        lock.release()


def _locked(path: Path) -> FileLock:
    """The lock, held. Its file is still the one at `path`: else the holder before has removed it just now."""
    for _try in range(_TRIES):
        with contextlib.suppress(FileExistsError):
            path.open("xb").close()
        lock = FileLock(path)
        with contextlib.suppress(FileNotFoundError):
            before = _check_own(path, stat.S_ISREG)
            try:
                lock.acquire(timeout=0)
            except Timeout:
                break
            with contextlib.suppress(FileNotFoundError):
                if os.path.samestat(before, path.lstat()):
                    return lock
            lock.release()
    raise Busy(
        _("Another export is being written there."),
        place=str(path),
        advice=_("Wait until it has finished, then try again."),
    )


def _sweep(unfinished: Path) -> None:
    """Make the folder, or sweep away what an export that was cut off left in it."""
    unfinished.mkdir(mode=0o700, exist_ok=True)
    _check_own(unfinished, stat.S_ISDIR)
    for each in unfinished.iterdir():
        if each.is_dir() and not each.is_symlink():
            shutil.rmtree(each)
        else:
            each.unlink()


def _check_own(path: Path, is_right: Callable[[int], bool]) -> os.stat_result:
    """Refuse what another user made, and a link: what is there is swept away."""
    state = path.lstat()
    if not is_right(state.st_mode) or (sys.platform != "win32" and state.st_uid != os.getuid()):
        raise ChatholdError(
            _("This was not made by Chathold; it was left as it is."), place=str(path), advice=_CHOOSE()
        )
    return state


def _before(dest: Path) -> Path:
    return dest.with_name(f".{dest.name}.chathold-before")


def _take_the_place(unfinished: Path, dest: Path) -> None:
    before = _before(dest)
    if dest.exists():
        dest.rename(before)
    unfinished.rename(dest)
    shutil.rmtree(before, ignore_errors=True)


def _put_back(dest: Path) -> None:
    """Undo what was cut off between the two renames, or finish it."""
    before = _before(dest)
    if before.is_dir() and not dest.exists():
        before.rename(dest)
    elif before.is_dir():
        shutil.rmtree(before)


def _check(dest: Path, about: dict[str, Any]) -> bool:
    """Refuse a place that holds anything a person might miss; whether an earlier export is there."""
    if not dest.exists():
        return False
    if not dest.is_dir():
        raise ChatholdError(_("This is a file, not a folder."), place=str(dest), advice=_CHOOSE())
    held = sorted(path for path in dest.rglob("*") if not path.is_dir() or path.is_symlink())
    held = [path for path in held if not _is_empty_lock(path, dest)]
    if not held:
        return False
    earlier = _earlier(dest)
    if earlier is None:
        raise ChatholdError(
            _("This folder is not empty, and holds no earlier export."), place=str(dest), advice=_CHOOSE()
        )
    if any(earlier.get(name) != value for name, value in about.items()):
        raise ChatholdError(
            _("An export of another format, or of other chats, is here; it would be lost."),
            place=str(dest),
            advice=_("Choose a new or empty folder; or delete this one first, if you no longer need it."),
        )
    _check_unchanged(dest, held, earlier["files"])
    return True


def _is_empty_lock(path: Path, dest: Path) -> bool:
    """Whether this is the empty file of a lock that was held in the folder: nobody would miss it."""
    return path == dest / _EMPTY_LOCK and not path.is_symlink() and not path.stat().st_size


def _check_unchanged(dest: Path, held: list[Path], written: dict[str, str]) -> None:
    """Refuse a folder in which a person changed or added a file."""
    for path in held:
        name = path.relative_to(dest).as_posix()
        if name != LIST and (path.is_symlink() or written.get(name) != _hash(path)):
            raise ChatholdError(
                _("This file was added or changed since the export was made; it would be lost."),
                place=str(path),
                advice=_CHOOSE(),
            )


def _CHOOSE() -> str:  # noqa: N802 - a text said three times
    return _("Choose a new or empty folder.")


def _earlier(dest: Path) -> dict[str, Any] | None:
    """What the list in `dest` says: what the export is about, and the hashes of its `files`; none without a list."""
    try:
        value = json.loads((dest / LIST).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    match value:
        case {"chathold_export": 1, "files": dict()}:
            return dict(value)
        case _:
            return None


def _hash(path: Path) -> str:
    digest = sha256()
    with path.open("rb") as file:
        for data in _chunks(file):
            digest.update(data)
    return digest.hexdigest()


@contextlib.contextmanager
def explained(dest: Path) -> Iterator[None]:
    """Turn the errors of the disk into words."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise NoSpace(
                _("The disk is full."),
                place=str(dest),
                advice=_("Nothing half-written is left. Make room, then export again."),
            ) from error
        raise ChatholdError(
            _("The export cannot be written: {reason}").format(reason=error.strerror or error),
            place=str(error.filename or dest),
            advice=_("Check that the folder exists and belongs to you."),
        ) from error
