"""The folder of notes on the disk. A file is only replaced by one that was made of what it holds at that moment."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from chathold.mirror.notes import FILES, Note, read_note
from chathold.takeout.names import Names

_LARGEST = 64 << 20
_BEGINNING = 1 << 16


class Found(Struct, frozen=True):
    """A note of ours: where it is, what it holds, and what of that is ours."""

    path: Path
    data: bytes
    note: Note

    @property
    def text(self) -> str:
        """The note's text."""
        return self.data.decode("utf-8")


class Notes:
    """A folder of notes, and all of ours in it. Hidden folders, links and what is no UTF-8 are left alone."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.found: dict[str, list[Path]] = {}
        self._names: dict[Path, Names] = {}
        for path in _markdown(root):
            note = _beginning(path)
            if note is not None:
                self.found.setdefault(note.id, []).append(path)

    def of(self, name: str) -> list[Found]:
        """The notes of a chat, as they are now."""
        notes = []
        for path in self.found.get(name, []):
            held = _read(path)
            if held is not None and held.note.id == name:
                notes.append(held)
        return notes

    def relative(self, path: Path) -> str:
        """A path from the folder on, with `/`."""
        return path.relative_to(self.root).as_posix()

    def free(self, folder: Path, stem: str, known_by: str) -> Path:
        """A path for a new note that no system takes for one that is there."""
        names = self._names.get(folder)
        if names is None:
            names = self._names[folder] = Names()
            for each in sorted(folder.iterdir()) if folder.is_dir() else ():
                names.take(each.name)
        return folder / (names.give(stem, known_by, ".md") + ".md")

    def add(self, path: Path, text: str) -> bool:
        """Write a new note; false if something of this name appeared meanwhile."""
        path.parent.mkdir(parents=True, exist_ok=True)
        building = _built(path, text.encode("utf-8", "replace"))
        try:
            os.link(building, path)
        except FileExistsError:
            return False
        except OSError:  # a file system without links
            if path.exists():
                return False
            building.rename(path)
        finally:
            building.unlink(missing_ok=True)
        return True

    def replace(self, found: Found, text: str) -> bool:
        """Write a note anew; false, and it stays, if it is not any more as it was found."""
        building = _built(found.path, text.encode("utf-8", "replace"))
        try:
            if found.path.read_bytes() != found.data:
                return False
            shutil.copymode(found.path, building)
            building.replace(found.path)
        except FileNotFoundError:
            return False
        finally:
            building.unlink(missing_ok=True)
        return True

    def add_file(self, source: Path, name: str) -> bool:
        """Copy a file of the user's into the folder that notes name, unless it is there; whether it is."""
        target = self.root / FILES / name
        if target.exists():
            return True
        target.parent.mkdir(exist_ok=True)
        building = target.with_name(f".{target.name}.chathold")
        try:
            shutil.copyfile(source, building)
            building.replace(target)
        except FileNotFoundError:
            return False
        finally:
            building.unlink(missing_ok=True)
        return True


def _markdown(root: Path) -> Iterator[Path]:
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(each for each in folders if not each.startswith("."))
        for each in sorted(files):
            path = Path(folder) / each
            if each.lower().endswith(".md") and not each.startswith(".") and not path.is_symlink():
                yield path


def _beginning(path: Path) -> Note | None:
    """The note, by the beginning of its file."""
    try:
        with path.open("rb") as file:
            return read_note(file.read(_BEGINNING).decode("utf-8", "ignore"))
    except OSError:
        return None


def _read(path: Path) -> Found | None:
    try:
        if path.stat().st_size > _LARGEST:
            return None
        data = path.read_bytes()
        note = read_note(data.decode("utf-8"))
    except (OSError, UnicodeDecodeError):
        return None
    return Found(path, data, note) if note else None


def _built(path: Path, data: bytes) -> Path:
    """A file beside `path`, hidden, with this in it."""
    handle, building = tempfile.mkstemp(prefix=".chathold-", dir=path.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    Path(building).chmod(0o600)
    return Path(building)
