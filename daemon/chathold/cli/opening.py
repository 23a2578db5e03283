"""Opening the archive for a command, with whatever an interrupted import left brought in order first."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from chathold.archive.explaining import explained_damage
from chathold.archive.folder import DATABASE
from chathold.archive.store import Archive
from chathold.cli.output import note
from chathold.core.errors import ArchiveError, Busy, ChatholdError, TooNew
from chathold.core.texts import _
from chathold.daemon.last_seen import missing_at
from chathold.home import Home
from chathold.intake import finish_interrupted


@contextmanager
def archive_of(home: Home, *, create: bool = False) -> Iterator[Archive]:
    """The archive under `home`. Raises `ChatholdError` if there is none and it is not to be made."""
    archive = Archive.open(home.archive, create=create, now=time.time())
    if archive is None:
        if away := missing_at(home.state, home.archive):
            raise away
        raise ChatholdError(
            _("There is no archive yet."),
            place=str(home.archive),
            advice=_('Import an export first: "chathold import FILE".'),
        )
    try:
        with explained_damage(home.archive / DATABASE):
            _catch_up(archive)
            yield archive
    finally:
        archive.close()


def _catch_up(archive: Archive) -> None:
    """Derive what an interrupted import or a new reader left to do, unless another process is at it."""
    try:
        finish_interrupted(archive)
    except (Busy, TooNew):
        return
    except ArchiveError as error:
        note(f"{error.place}: {error.title}")


def waiting() -> None:
    """Say that another process is at work."""
    note(_("Another Chathold is writing to the archive; waiting for it …"))
