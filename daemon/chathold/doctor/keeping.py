"""Looking at the archive: whether it opens, who can read it, and what it lies on."""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from chathold.archive.folder import DATABASE
from chathold.archive.store import Archive
from chathold.core.texts import _
from chathold.daemon.last_seen import missing_at
from chathold.doctor.findings import Finding, Patient, State
from chathold.filesystems import cloud_of, file_system_of, is_there, nearest

_LITTLE, _TOO_LITTLE = 2e9, 2e8
_FOR_A_TRIAL = 1e6
"""Bytes."""
_OTHERS = 0o077


def archive(patient: Patient) -> Iterator[Finding]:
    """Whether the archive opens, if there is one, or could be made. Errors of the archive say their own fix."""
    folder = patient.archive
    opened = Archive.open(folder)
    if opened is not None:
        with contextlib.closing(opened):
            what = _("Archive: {folder}, format {version}").format(folder=folder, version=opened.version())
        yield Finding("archive", State.OK, what)
    elif patient.settings.archive.folder and not folder.parent.is_dir():
        what = _("The archive is to be in {folder}, and {parent} is not there.")
        fix = _("Plug in its disk, or name another place in archive.folder.")
        yield Finding("archive", State.FAULT, what.format(folder=folder, parent=folder.parent), fix)
    elif away := missing_at(patient.home.state, folder):
        yield Finding("archive", State.FAULT, f"{away.place}: {away.title}", away.advice)
    else:
        what = _("Archive: none yet. The first import makes it, in {folder}").format(folder=folder)
        yield Finding("archive", State.OK, what)


def archive_rights(patient: Patient) -> Iterator[Finding]:
    """Whether the archive is the user's alone, and can be written to."""
    there = [path for path in (patient.archive, patient.archive / DATABASE) if is_there(path)]
    closed = [path for path in there or [nearest(patient.archive)] if not _is_open(path)]
    for path in closed:
        what = _("{path} cannot be read and written.").format(path=path)
        yield Finding("archive_rights", State.FAULT, what, _opening(path) if there else _another_place())
    if sys.platform == "win32":  # there the user's profile sees to it
        return
    shared = [path for path in there if path.stat().st_mode & _OTHERS]
    for path in shared:
        what = _("Other users of this computer can read {path}").format(path=path)
        yield Finding("archive_rights", State.WARNING, what, shlex.join(["chmod", "go-rwx", str(path)]))
    if there and not shared and not closed:
        yield Finding("archive_rights", State.OK, _("The archive is readable for you alone."))


def _is_open(path: Path) -> bool:
    return os.access(path, os.R_OK | os.W_OK | (os.X_OK if path.is_dir() else 0))


def _opening(path: Path) -> str:
    """The command that makes something of the user's writable, or makes it the user's."""
    if sys.platform == "win32":
        return _another_place()
    if path.stat().st_uid == os.geteuid():
        return _("Give yourself the right: {command}").format(
            command=shlex.join(["chmod", "u+rwX", str(path)])
        )
    return _("Make it yours: {command}").format(command=f'sudo chown "$USER" {shlex.quote(str(path))}')


def _another_place() -> str:
    return _("Name another place in archive.folder.")


def archive_disk(patient: Patient) -> Iterator[Finding]:
    """Whether the archive lies where a database may lie."""
    folder = patient.archive
    system, service = file_system_of(folder), cloud_of(folder)
    if system.far:
        what = _("{folder} is not on a disk of this computer ({kind}); a database can be damaged there.")
        yield Finding(
            "archive_disk", State.WARNING, what.format(folder=folder, kind=system.kind), _elsewhere()
        )
    if service:
        what = _(
            "{folder} is copied by {service}: others may read it, and a database can be damaged by that."
        )
        yield Finding(
            "archive_disk", State.WARNING, what.format(folder=folder, service=service), _elsewhere()
        )
    if not system.far and not service:
        what = _("The archive is on a disk of this computer (file system: {kind}).")
        yield Finding("archive_disk", State.OK, what.format(kind=system.kind))


def _elsewhere() -> str:
    return _(
        'Keep it on a disk of this computer (archive.folder), and a second copy there: "chathold backup DIR".'
    )


def disk_space(patient: Patient) -> Iterator[Finding]:
    """Whether there is room."""
    free = shutil.disk_usage(nearest(patient.archive)).free
    state = State.FAULT if free < _TOO_LITTLE else State.WARNING if free < _LITTLE else State.OK
    fix = _("Make room; a new archive takes about as much as the exports.") if state != State.OK else ""
    what = _("Free on the archive's disk: {free} GB").format(free=f"{free / 1e9:.1f}")
    yield Finding("disk_space", state, what, fix)


def write_ahead_log(patient: Patient) -> Iterator[Finding]:
    """Whether a database can be read while it is written, where the archive is: by trying, on one of its own."""
    folder = nearest(patient.archive)
    if not _is_open(folder) or shutil.disk_usage(folder).free < _FOR_A_TRIAL:
        return  # other checks tell of that
    reason = _wal_fails(folder)
    if reason:
        what = _("In {folder}, a database cannot be read while it is written: {reason}")
        yield Finding("write_ahead_log", State.FAULT, what.format(folder=folder, reason=reason), _elsewhere())
    else:
        yield Finding("write_ahead_log", State.OK, _("The archive can be read while it is written."))


def _wal_fails(folder: Path) -> str:
    """Write with one connection, read with another; what goes wrong."""
    try:
        with (
            tempfile.TemporaryDirectory(prefix=".chathold-", dir=folder, ignore_cleanup_errors=True) as own,
            contextlib.closing(sqlite3.connect(Path(own) / "try.db", isolation_level=None)) as one,
            contextlib.closing(sqlite3.connect(Path(own) / "try.db", isolation_level=None)) as other,
        ):
            mode = one.execute("PRAGMA journal_mode = WAL").fetchone()[0]
            if mode != "wal":
                return f"journal_mode = {mode}"
            one.execute("CREATE TABLE seen (value)")
            one.execute("BEGIN IMMEDIATE")
            one.execute("INSERT INTO seen VALUES (1)")
            other.execute("SELECT count(*) FROM seen").fetchone()
            one.execute("COMMIT")
            return "" if other.execute("SELECT value FROM seen").fetchone() == (1,) else "SELECT"
    except (sqlite3.Error, OSError) as error:
        return str(error)
