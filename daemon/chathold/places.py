"""Which folders are watched, and whether they and Chathold's own keep out of each other's way.

An archive inside a watched folder would be taken for downloads; a watched folder inside the archive would put
downloads among what is kept; and a home folder is no place where only downloads appear.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import platformdirs

from chathold.configuration import ConfigurationError, Fault, Settings
from chathold.configuration.settings import MOVE, TRASH
from chathold.core.errors import ArchiveError, ChatholdError
from chathold.core.texts import _
from chathold.filesystems import is_there, nearest
from chathold.home import Home
from chathold.trash import can_write, data_home, trash_of


def watched_folders(settings: Settings) -> tuple[Path, ...]:
    """The folders to watch. Ask anew each time: the desktop's Downloads folder may be moved."""
    return settings.downloads.folders or (platformdirs.user_downloads_path(),)


def archive_folder(settings: Settings, home: Home) -> Path:
    """Where these settings have the archive."""
    return settings.archive.folder or home.usual_archive


def written_folders(settings: Settings, home: Home) -> tuple[Path, ...]:
    """The folders that the daemon and the reader write to.

    Their own, those exports are put away from and to, and the folder of notes.
    """
    own = (home.configuration.parent, archive_folder(settings, home), home.state, home.logs)
    notes = (settings.mirror.folder,) if settings.mirror.folder else ()
    return tuple(dict.fromkeys((*own, *_put_away(settings), *notes)))


def _put_away(settings: Settings) -> Iterator[Path]:
    downloads = settings.downloads
    if downloads.after_import == MOVE and downloads.move_to:
        yield from (*watched_folders(settings), downloads.move_to)
    elif downloads.after_import == TRASH:
        for folder in filter(is_there, watched_folders(settings)):
            yield folder
            if sys.platform != "win32" and (trash := trash_of(folder, data_home(), os.getuid())):
                yield trash


def closed_folders(settings: Settings, home: Home) -> tuple[Path, ...]:
    """Those of the folders to be written to in which this process cannot make a file, or that it could not make."""
    return tuple(each for each in written_folders(settings, home) if not can_write(nearest(each)))


def check_places(settings: Settings, home: Home) -> None:
    """Raise `ConfigurationError` if folders are where they must not be; real paths count, in both directions."""
    faults = list(place_faults(settings, home))
    if faults:
        raise ConfigurationError(str(home.configuration), faults)


def place_faults(settings: Settings, home: Home) -> Iterator[Fault]:
    """What is wrong with where the folders are."""
    archive, moved = archive_folder(settings, home), settings.downloads.move_to
    for folder in watched_folders(settings):
        if lies_in(Path.home(), folder):
            yield Fault(
                _("{folder} cannot be watched: your home folder is in it, or is it.").format(folder=folder),
                _("Name the folder that your browser saves to, in downloads.folders."),
                name="downloads.folders",
            )
            continue
        own = next((each for each in (archive, home.state, home.logs) if lies_in(each, folder)), None)
        if own:
            yield Fault(
                _("{own}, where Chathold keeps its own, is in the watched folder {folder}.").format(
                    own=own, folder=folder
                ),
                _("Choose another place with archive.folder or --home, or watch another folder."),
                name="downloads.folders",
            )
        if lies_in(folder, archive) and not lies_in(archive, folder):
            yield Fault(
                _("The watched folder {folder} is inside the archive, {archive}.").format(
                    folder=folder, archive=archive
                ),
                _("Choose another place with archive.folder or --home, or watch another folder."),
                name="downloads.folders",
            )
        if moved and lies_in(moved, folder):
            yield _moved_into(moved, folder)
    if moved and lies_in(moved, archive):
        yield _moved_into(moved, archive)


def check_copy(folder: Path, settings: Settings) -> None:
    """Raise `ArchiveError` if a copy of the archive in `folder` would be taken for downloads."""
    if any(lies_in(folder, each) for each in watched_folders(settings)):
        raise ArchiveError(
            _("This folder is watched for downloads; a copy in it would be taken for them."),
            place=str(folder),
            advice=_("Choose another disk."),
        )


def check_notes(folder: Path, archive: Path, *, write: bool = True) -> None:
    """Raise `ChatholdError` if no notes can be kept in `folder`; without `write`, they are only to be looked at."""
    if (write or folder.exists()) and not folder.is_dir():
        raise ChatholdError(
            _("The folder of notes is not there."),
            place=str(folder),
            advice=_("Make it, connect the disk it is on, or name another as mirror.folder in the settings."),
        )
    if lies_in(folder, archive) or lies_in(archive, folder):
        raise ChatholdError(
            _("Notes and the archive must not lie in each other."),
            place=str(folder),
            advice=_("Name another folder as mirror.folder in the settings."),
        )
    if write and not can_write(folder):
        raise ChatholdError(
            _("The folder of notes cannot be written to."),
            place=str(folder),
            advice=_("Give yourself the right to, or name another as mirror.folder in the settings."),
        )


def _moved_into(moved: Path, folder: Path) -> Fault:
    return Fault(
        _("Exports cannot be moved to {moved}: that is in {folder}.").format(moved=moved, folder=folder),
        _("Name another folder in downloads.move_to."),
        name="downloads.move_to",
    )


def lies_in(inner: Path, outer: Path) -> bool:
    """Whether `inner` is `outer` or below it, whatever links, mounts or capital letters hide it."""
    below, above = Path(os.path.realpath(inner)), Path(os.path.realpath(outer))
    ours = Path(os.path.normcase(above))
    if Path(os.path.normcase(below)).is_relative_to(ours):
        return True
    identity = _identity(above)
    return identity is not None and identity in map(_identity, (below, *below.parents))


def _identity(folder: Path) -> tuple[int, int] | None:
    """What the system tells folders apart by, if it is there."""
    try:
        status = folder.stat()
    except OSError:
        return None
    return (status.st_dev, status.st_ino) if status.st_ino else None
