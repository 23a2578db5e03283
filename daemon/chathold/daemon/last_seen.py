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
    from chathold.state import State


def may_create(state: State, archive: Path) -> bool:
    """Whether an archive that is missing in this folder may be made without a word: never where one was seen."""
    known = state.memory.get(ARCHIVE)
    return known is None or known["folder"] != os.fspath(archive)


def note_archive(state: State, archive: Path, name: str) -> bool:
    """Remember that the archive of this id was seen in this folder; whether it is another than the one before."""
    known = state.memory.get(ARCHIVE)
    state.memory.set(ARCHIVE, {"folder": os.fspath(archive), "id": name})
    return known is not None and known["id"] != name


def remember(states: Path, archive: Path, name: str) -> None:
    """Remember in the folder of the state that the archive of this id is in use."""
    from chathold.state import State  # noqa: PLC0415 - whoever only looks remembers nothing

    with closing(State.open(states)) as state:
        note_archive(state, archive, name)


def missing(state: State, archive: Path) -> ArchiveError | None:
    """What to say where there is no archive in this folder and one was seen before; none if all is as it should be."""
    if _is_there(archive):
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


def missing_at(states: Path, archive: Path) -> ArchiveError | None:
    """The same, by what stands in the folder of the state, if it is there."""
    if _is_there(archive) or not os.path.exists(states / DATABASE):  # noqa: PTH110 - `Path.exists` may raise
        return None
    from chathold.state import State  # noqa: PLC0415 - most archives are there

    state = State.look(states)
    if state is None:
        return None
    with closing(state):
        return missing(state, archive)


def _is_there(archive: Path) -> bool:
    from chathold.archive.folder import DATABASE as ARCHIVE_DATABASE  # noqa: PLC0415 - the daemon needs no archive

    return os.path.exists(archive / ARCHIVE_DATABASE)  # noqa: PTH110 - as above
