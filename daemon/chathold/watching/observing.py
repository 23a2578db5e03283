"""One look at a watched folder: the names at its top, and the `stat` of what may be an export.

Nothing is opened. Of folders, the names of two levels are read; only one that may hold an export is gone
through, to know whether anything in it has changed.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from chathold.watching.downloads import Fingerprint, Kind, Sighting
from chathold.watching.names import CONTROL_SUFFIXES, becomes, is_json, kind_of, known_as, promises

_DEEPEST = 8
_MOST = 4000
_NEAR = 2
_PORTAL = "User Online Activity"  # of ChatGPT: a folder of ZIPs
_ELSEWHERE = 0x1000 | 0x40000 | 0x400000  # Windows: OFFLINE, RECALL_ON_OPEN, RECALL_ON_DATA_ACCESS


def observe(folder: Path, known: Mapping[Path, Sighting]) -> list[Sighting]:
    """What is there. Raises `OSError` if the folder cannot be listed.

    Folders in it that are in `known`, and outwardly as they were then, are not gone through again.
    """
    found: list[Sighting] = []
    for name, kind in _named(folder):
        path = folder / name
        try:
            state = path.stat()
        except (OSError, ValueError):  # gone since it was listed, or a link to nothing
            continue
        if kind is Kind.FOLDER and stat.S_ISDIR(state.st_mode):
            found.append(_folder(path, state, known.get(path)))
        elif kind is Kind.UNDER_WAY:
            steered = name.lower().endswith(CONTROL_SUFFIXES)
            fingerprint = Fingerprint.of(state)
            promising = promises(name) and not steered
            found.append(Sighting(path, kind, fingerprint, promising=promising, steered=steered))
        elif kind is Kind.FILE and stat.S_ISREG(state.st_mode):
            found.append(Sighting(path, kind, Fingerprint.of(state), cloud=_is_elsewhere(state)))
    return _with_what_lies_beside(found)


def _named(folder: Path) -> list[tuple[str, Kind]]:
    """The names that matter."""
    with os.scandir(folder) as entries:
        return [
            (entry.name, kind)
            for entry in entries
            if (kind := kind_of(entry.name, is_folder=_is_folder(entry))) is not None
        ]


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False


def _is_elsewhere(state: os.stat_result) -> bool:
    """Whether Windows would have to fetch the bytes first."""
    return bool(getattr(state, "st_file_attributes", 0) & _ELSEWHERE)


def _with_what_lies_beside(found: list[Sighting]) -> list[Sighting]:
    """The sightings, the files among them joined with the temporary file that becomes them."""
    loading: dict[str, Sighting] = {}
    for each in sorted(found, key=lambda each: each.steered):
        if each.kind is Kind.UNDER_WAY:
            loading |= dict.fromkeys(becomes(each.path.name), each)
    return [_beside(each, loading) for each in found] if loading else found


def _beside(each: Sighting, loading: Mapping[str, Sighting]) -> Sighting:
    if each.kind is not Kind.FILE:
        return each
    temporary = next((loading[name] for name in known_as(each.path.name) if name in loading), None)
    if temporary is None:
        return each
    return Sighting(
        each.path,
        each.kind,
        each.fingerprint,
        beside=temporary.path,
        steered=temporary.steered,
        cloud=each.cloud,
    )


def _folder(path: Path, state: os.stat_result, before: Sighting | None) -> Sighting:
    """A folder as one thing."""
    outside = Fingerprint.of(state)
    if before is not None and before.outside == outside:
        return before
    promising = any(_is_telling(relative) for relative, _entry in _below(path, _NEAR))
    size = newest = 0
    lines = []
    for relative, entry in _below(path, _DEEPEST if promising else _NEAR):
        if not promising:
            lines.append(relative)
            continue
        try:
            inner = Path(entry.path).lstat()  # what Windows lists is not up to date
        except OSError:
            continue
        if stat.S_ISREG(inner.st_mode):
            size += inner.st_size
            newest = max(newest, inner.st_mtime_ns)
            lines.append(f"{relative}\0{inner.st_size}\0{inner.st_mtime_ns}\0{inner.st_ctime_ns}")
    if len(lines) >= _MOST:  # the rest shows at least in the folder's own time
        lines.append(str(outside))
    fingerprint = Fingerprint(outside.device, outside.inode, size, newest, _digest(lines))
    return Sighting(path, Kind.FOLDER, fingerprint, promising=promising, outside=outside)


def _is_telling(relative: str) -> bool:
    """Whether a file of this name, within a folder, may make the folder an export."""
    folder, _slash, name = relative.rpartition("/")
    return is_json(name) or (folder.endswith(_PORTAL) and name.lower().endswith(".zip"))


def json_files(folder: Path) -> Iterator[Path]:
    """The JSON files in the first two levels of a folder."""
    return (
        folder / relative
        for relative, _entry in _below(folder, _NEAR)
        if is_json(relative.rpartition("/")[2])
    )


def _below(folder: Path, levels: int) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """The files in so many levels of a folder, as many as are needed to know it; hidden ones left out."""
    waiting = [("", levels)]
    count = 0
    while waiting:
        inside, left = waiting.pop()
        for entry in _entries(folder / inside):
            relative = f"{inside}/{entry.name}" if inside else entry.name
            if not _is_folder(entry):
                yield relative, entry
            elif left > 1:
                waiting.append((relative, left - 1))
            count += 1
            if count >= _MOST:
                return


def _entries(folder: Path) -> Iterable[os.DirEntry[str]]:
    """What lies in a folder; nothing if it cannot be listed."""
    try:
        with os.scandir(folder) as entries:
            return [entry for entry in entries if not entry.name.startswith(".")]
    except OSError:
        return []


def _digest(lines: list[str]) -> int:
    """A number below 2⁶³ that stands for these lines, in whatever order."""
    whole = "\n".join(sorted(lines)).encode("utf-8", "surrogateescape")
    return int.from_bytes(hashlib.blake2b(whole, digest_size=8).digest(), "big") >> 1
