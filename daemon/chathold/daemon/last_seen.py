"""The archive that was seen last, and where: one that is missing then is not made anew, for its disk may be away."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from chathold.core.errors import ArchiveError
from chathold.core.texts import _
from chathold.state.memory import ARCHIVE
from chathold.state.store import DATABASE

if TYPE_CHECKING:
    from chathold.home import Home
    from chathold.state import State

_ARCHIVE_DATABASE = "archive.db"


def may_create(state: State, archive: Path) -> bool:
    """Whether an archive that is missing in this folder may be made without a word: never where one was seen."""
    known = state.memory.get(ARCHIVE)
    return known is None or known["folder"] != os.fspath(archive)


def note_archive(state: State, archive: Path, name: str) -> bool:
    """Remember that the archive of this id was seen in this folder; whether it is another than the one before."""
    known = state.memory.get(ARCHIVE)
    state.memory.set(ARCHIVE, {"folder": os.fspath(archive), "id": name})
    return known is not None and known["id"] != name


def remember(home: Home, name: str) -> None:
    """Remember the archive of this id, which is in use under `home`."""
    from chathold.state import State  # noqa: PLC0415 - whoever only looks remembers nothing

    with closing(State.open(home.state)) as state:
        note_archive(state, home.archive, name)


def missing(state: State, archive: Path) -> ArchiveError | None:
    """What to say where there is no archive in this folder and one was seen before; none if all is as it should be."""
    if os.path.exists(archive / _ARCHIVE_DATABASE):  # noqa: PTH110 - `Path.exists` may raise
        return None
    known = state.memory.get(ARCHIVE)
    if known is None:
        return None
    if known["folder"] == os.fspath(archive):
        return ArchiveError(
            _("The archive is not where it was."),
            place=os.fspath(archive),
            advice=_(
                'Connect the disk it is on, or bring it back. "chathold import --new-archive FILE" begins a new one.'
            ),
        )
    return ArchiveError(
        _("There is no archive where the settings want it."),
        place=os.fspath(archive),
        advice=_(
            "The one used last is in {folder}: name that in archive.folder."
            ' "chathold import --new-archive FILE" begins a new one here.'
        ).format(folder=known["folder"]),
    )


def missing_at(home: Home) -> ArchiveError | None:
    """The same of the archive under `home`."""
    if not os.path.exists(home.state / DATABASE):  # noqa: PTH110 - as above
        return None
    from chathold.state import State  # noqa: PLC0415 - as above

    state = State.look(home.state)
    if state is None:
        return None
    with closing(state):
        return missing(state, home.archive)
