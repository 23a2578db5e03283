"""Looking at the settings, the watched folders, and what watching needs of the system."""

from __future__ import annotations

import ctypes
import errno
import os
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

from chathold.configuration.settings import MOVE, TRASH
from chathold.core.texts import _
from chathold.doctor.findings import Finding, Patient, State
from chathold.filesystems import file_system_of, is_there, nearest
from chathold.places import check_notes, place_faults, watched_folders
from chathold.trash import can_write, data_home, trash_of

_LIMITS = Path("/proc/sys/fs/inotify")
_USUAL = {"max_user_instances": 128, "max_user_watches": 8192}
"""What Linux has where nobody changed it (and where there is little memory)."""
_AMPLE = {"max_user_instances": 1024, "max_user_watches": 524288}
_REACHED = {errno.EMFILE: "max_user_instances", errno.ENOSPC: "max_user_watches"}
"""What an error of inotify(7) means."""
_IN_DELETE_SELF = 0x400


def configuration(patient: Patient) -> Iterator[Finding]:
    """Whether the settings can be read."""
    file = patient.home.configuration
    for fault in patient.faults:
        place = f"{file}:{fault.line}" if fault.line else str(file)
        yield Finding("configuration", State.FAULT, f"{place}: {fault.what}", fault.fix)
    if not patient.faults:
        there = is_there(file)
        what = _("Settings: {file}") if there else _("Settings: the defaults. Others would stand in {file}")
        yield Finding("configuration", State.OK, what.format(file=file))


def places(patient: Patient) -> Iterator[Finding]:
    """Whether folders are where they must not be."""
    faults = list(place_faults(patient.settings, patient.home))
    for fault in faults:
        yield Finding("places", State.FAULT, fault.what, fault.fix)
    if not faults:
        yield Finding("places", State.OK, _("The watched folders and Chathold's own are apart."))


def watched_folder(patient: Patient) -> Iterator[Finding]:
    """Whether each watched folder is there and can be read, and how soon a download is noticed."""
    for folder in watched_folders(patient.settings):
        yield _unusable(folder) or Finding("watched_folder", State.OK, _how_soon(folder, patient))


def _unusable(folder: Path) -> Finding | None:
    try:
        with os.scandir(folder):
            pass
        if os.access(folder, os.X_OK):
            return None
        reason = os.strerror(errno.EACCES)
    except (FileNotFoundError, NotADirectoryError):
        return Finding(
            "watched_folder",
            State.FAULT,
            _("{folder} is to be watched and is not there, or no folder.").format(folder=folder),
            _("Create it, plug in its disk, or name another in downloads.folders."),
        )
    except OSError as error:
        reason = error.strerror or str(error)
    return Finding(
        "watched_folder",
        State.FAULT,
        _("{folder} cannot be looked into: {reason}").format(folder=folder, reason=reason),
        _("Give yourself the right: {command}").format(command=shlex.join(["chmod", "u+rx", str(folder)])),
    )


def _how_soon(folder: Path, patient: Patient) -> str:
    downloads, system = patient.settings.downloads, file_system_of(folder)
    if downloads.events and system.tells:
        what = _("Watched: {folder} (file system: {kind}); a download is noticed at once.")
    else:
        what = _("Watched: {folder} (file system: {kind}); a download is noticed within {minutes:g} minutes.")
    return what.format(folder=folder, kind=system.kind, minutes=downloads.scan_minutes)


def watch_limits(patient: Patient) -> Iterator[Finding]:
    """Whether Linux lets one more program watch folders."""
    if not patient.settings.downloads.events or not _LIMITS.is_dir():
        return
    limits = {name: int((_LIMITS / name).read_text()) for name in _USUAL}
    yield from limit_findings(limits, _watching_fails())


def limit_findings(limits: dict[str, int], error: int) -> Iterator[Finding]:
    """What to say of these limits, if trying to watch a folder ends with `error`; 0 if it does not."""
    low = [name for name in limits if limits[name] < _USUAL[name] or _REACHED.get(error) == name]
    for name in low:
        enough = max(2 * limits[name], _AMPLE[name])
        yield Finding(
            "watch_limits",
            State.WARNING,
            _(
                "The limit fs.inotify.{name} = {limit} is reached, or low. Beyond it, a download is noticed later."
            ).format(name=name, limit=limits[name]),
            f"sudo sysctl fs.inotify.{name}={enough}",
        )
    if error and not low:
        what = _("Folders cannot be watched: {reason}. A download is noticed later.")
        yield Finding(
            "watch_limits",
            State.WARNING,
            what.format(reason=os.strerror(error)),
            _("Set downloads.events to false if this stays so."),
        )
    if not error and not low:
        numbers = ", ".join(f"{name} = {limits[name]}" for name in limits)
        yield Finding(
            "watch_limits",
            State.OK,
            _("The system lets folders be watched: {numbers}.").format(numbers=numbers),
        )


def _watching_fails() -> int:
    """Watch a folder for a moment; the number of the error, or 0."""
    if sys.platform != "linux":
        return 0
    libc = ctypes.CDLL(None, use_errno=True)
    handle = libc.inotify_init1(os.O_CLOEXEC)
    if handle < 0:
        return ctypes.get_errno()
    try:
        return ctypes.get_errno() if libc.inotify_add_watch(handle, b"/", _IN_DELETE_SELF) < 0 else 0
    finally:
        os.close(handle)


# --- what becomes of imported downloads


def after_import(patient: Patient) -> Iterator[Finding]:
    """Whether exports can be put away, if they are to be."""
    downloads = patient.settings.downloads
    folders = [folder for folder in watched_folders(patient.settings) if is_there(folder) and folder.is_dir()]
    if downloads.after_import == TRASH:
        yield from filter(None, map(_without_trash, folders))
    elif downloads.after_import == MOVE and downloads.move_to:
        if not can_write(nearest(downloads.move_to)):
            yield _not_writable(downloads.move_to)
    else:
        return
    yield from (_not_writable(folder) for folder in folders if not can_write(folder))


def notes(patient: Patient) -> Iterator[Finding]:
    """Whether the folder of notes can be kept up to date, if there is one. What is in the way says its own fix."""
    folder = patient.settings.mirror.folder
    if folder is not None:
        check_notes(folder, patient.archive)
        yield Finding("notes", State.OK, _("Notes: {folder}").format(folder=folder))


def _without_trash(folder: Path) -> Finding | None:
    if sys.platform in ("win32", "darwin") or trash_of(folder, data_home(), os.getuid()):
        return None
    what = _("{folder} is on a disk without a trash; exports in it would be left there.").format(
        folder=folder
    )
    fix = _('Set downloads.after_import to "leave" or "move".')
    return Finding("after_import", State.FAULT, what, fix)


def _not_writable(folder: Path) -> Finding:
    return Finding(
        "after_import",
        State.FAULT,
        _("Exports are to be put away, and {folder} cannot be written to.").format(folder=folder),
        _("Give yourself the right: {command}").format(command=shlex.join(["chmod", "u+rwx", str(folder)])),
    )


def log(patient: Patient) -> Iterator[Finding]:
    """Where the log is, and whether it can be written."""
    folder = patient.home.logs
    if can_write(nearest(folder)):
        yield Finding("log", State.OK, _("Log: {folder}").format(folder=folder))
    else:
        command = shlex.join(["chmod", "u+rwx", str(nearest(folder))])
        what = _("No log can be kept in {folder}: {reason}").format(
            folder=folder, reason=os.strerror(errno.EACCES)
        )
        yield Finding(
            "log", State.WARNING, what, _("Give yourself the right: {command}").format(command=command)
        )
