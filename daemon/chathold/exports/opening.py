"""Opening a download: what it is shows its content, never its name."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path

from chathold.core.errors import NotAnExport
from chathold.core.texts import _
from chathold.exports.appearance import begins_like_json, refusal
from chathold.exports.directory import LOCAL, find_end
from chathold.exports.loose import Found, file_member, files_below, folder_members
from chathold.exports.members import Download, Export, ExportForm, Member, Meter, Stamp, stamp
from chathold.exports.names import is_junk
from chathold.exports.nesting import expanded, inside
from chathold.exports.rescuing import whole_members
from chathold.exports.spans import Span, unreadable

_HEAD = 64 << 10


def open_export(
    path: Path, holds_exports: Callable[[str], bool], *, rescue: bool = False, spool: Path | None = None
) -> Export:
    """The download at `path`, its members ready to be read.

    `holds_exports` says of a member's name whether it is an inner ZIP that belongs to the export. With
    `rescue`, what is whole in a cut or damaged ZIP is opened and the rest reported. `spool` is the folder for
    the private copy of inner ZIPs that are packed again (default: the system's for temporary files).

    Raises `NotAnExport`, `Incomplete`, `Unsafe`, `NoSpace`, or `ExportError` for what cannot be read.
    """
    name = _name(path)
    try:
        state = path.stat()
    except OSError as error:
        raise unreadable(name, error) from error
    download = Download(name, holds_exports, rescue, spool, Meter(name, state.st_size))
    with ExitStack() as undo:
        undo.callback(download.closing.close)
        if stat.S_ISDIR(state.st_mode):
            export = _folder(path, download)
        elif stat.S_ISREG(state.st_mode):
            export = _file(path, download)
        else:
            raise NotAnExport(_("This is neither a file nor a folder."), place=name)
        undo.pop_all()
    return export


def stamps(path: Path) -> Mapping[Path, Stamp]:
    """What tells whether a file was touched; of a folder, for each of its files. Raises `ExportError`."""
    name = _name(path)
    try:
        if not path.is_dir():
            return {path: stamp(path)}
        return _stamps(files_below(path, _unopened(name)))
    except OSError as error:
        raise unreadable(name, error) from error


def _stamps(files: Iterable[Found]) -> dict[Path, Stamp]:
    return {file.path: stamp(file.path) for file in files}


def _unopened(name: str) -> Download:
    """What the walk through a folder notes its problems in, where nobody asks for them."""
    return Download(name, lambda _name: False, rescue=False, spool=None, meter=Meter(name, 0))


def fingerprint(path: Path) -> bytes:
    """SHA-256 of a file's bytes; of a folder, over name, size and SHA-256 of its files, without junk."""
    name = _name(path)
    try:
        if not path.is_dir():
            return _digest(path)
        whole = hashlib.sha256()
        for file in files_below(path, _unopened(name)):
            whole.update(f"{file.name}\0{file.size}\0{_digest(file.path).hex()}\n".encode())
        return whole.digest()
    except OSError as error:
        raise unreadable(name, error) from error


def children(path: Path) -> list[Path]:
    """What lies in a folder and may be a download, by name: folders, and files that are or are called ZIP or JSON."""
    try:
        with os.scandir(path) as entries:
            found = [path / entry.name for entry in entries if _may_be_download(entry)]
    except OSError as error:
        raise unreadable(_name(path), error) from error
    return sorted(found, key=lambda child: (child.name.casefold(), child.name))


def _may_be_download(entry: os.DirEntry[str]) -> bool:
    """Whether something is a folder, or by its name or its content a ZIP or JSON file."""
    if entry.name.startswith(".") or is_junk(entry.name) or entry.name == "__MACOSX":
        return False
    named = entry.name.lower().endswith((".zip", ".json"))
    try:
        if entry.is_dir(follow_symlinks=False):
            return True
        return entry.is_file(follow_symlinks=False) and (named or _is_zip(Path(entry.path)))
    except OSError:
        return named


def _is_zip(path: Path) -> bool:
    """Whether a file is a ZIP, whole or cut."""
    with path.open("rb", buffering=0) as file:
        span = Span(file, os.fstat(file.fileno()).st_size, name=path.name)
        return span.read(0, len(LOCAL)) == LOCAL or find_end(span) is not None


def _file(path: Path, download: Download) -> Export:
    """A ZIP or JSON file."""
    try:
        before = stamp(path)
        file = download.closing.enter_context(path.open("rb", buffering=0))
    except OSError as error:
        raise unreadable(download.name, error) from error
    span = Span(file, before[0], name=download.name)
    stamps = {path: before}
    zipped = inside(span, "", download)
    if zipped is not None:
        return Export(path, ExportForm.ZIP, _members(zipped, download), download, stamps)
    head = span.read(0, _HEAD)
    if not begins_like_json(head):
        raise refusal(download.name, head)
    return Export(path, ExportForm.JSON, (file_member(span, download),), download, stamps)


def _folder(path: Path, download: Download) -> Export:
    """A folder."""
    found = files_below(path, download)
    try:
        before = _stamps(found)
    except OSError as error:
        raise unreadable(download.name, error) from error
    download.meter = Meter(download.name, sum(file.size for file in found))
    return Export(
        path, ExportForm.FOLDER, _members(folder_members(found, download), download), download, before
    )


def _members(members: Iterable[Member], download: Download) -> tuple[Member, ...]:
    """All members, inner ZIPs opened; there is at least one."""
    opened = expanded(members, download)
    listed = tuple(whole_members(opened, download) if download.rescue else opened)
    if not listed:
        raise NotAnExport(
            _("There is nothing in it."), place=download.name, advice=_("Download the export again.")
        )
    return listed


def _digest(path: Path) -> bytes:
    with path.open("rb", buffering=0) as file:
        return hashlib.file_digest(file, "sha256").digest()


def _name(path: Path) -> str:
    """What a path is called, fit to show."""
    name = path.name or os.fspath(path.absolute())
    return os.fsencode(name).decode("utf-8", "replace")
