"""How things are: read from the settings, the state and the archive, without asking the daemon."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chathold.archive import damage
from chathold.archive.asking import questions
from chathold.archive.store import Archive
from chathold.archive.waiting import downloads
from chathold.attention.concerns import Situation
from chathold.core.errors import ChatholdError
from chathold.daemon.last_seen import missing_at
from chathold.daemon.presence import is_held
from chathold.filesystems import is_there, on_same_disk
from chathold.home import Home
from chathold.reminders.now import calls, local, reminders_at
from chathold.reminders.words import words_of
from chathold.state import State
from chathold.state.memory import PAUSED, WATCHING
from chathold.state.store import DATABASE

if TYPE_CHECKING:
    from chathold.configuration import Fault
    from chathold.reminders import Reminder

_SOON = 60.0
"""A notice that has waited for so many seconds waits for a desktop."""


def situation_of(
    home: Home, archive: Archive | None, *, to_index: int = 0, standing: Iterable[Reminder] | None = None
) -> Situation:
    """How things are; call it inside `Archive.reading`. `to_index` chats and documents cannot be searched yet.

    `standing` is where the accounts stand with their exports, if that has been worked out already.
    """
    faults, notes, folder = _of_settings(home)
    folder = archive.folder if archive else folder
    return Situation(
        faults=faults,
        notes=notes,
        to_index=to_index,
        **_of_state(home.state, folder),
        **(_of_archive(archive) if archive else {"away": missing_at(home.state, folder)}),
        reminders=_of_reminders(home, archive, standing),
    )


def _of_reminders(
    home: Home, archive: Archive | None, standing: Iterable[Reminder] | None
) -> list[tuple[Reminder, str]]:
    """The reminders that want something now, in words."""
    now = time.time()
    standing = reminders_at(home, archive, now) if standing is None else standing
    return [(each, words_of(each, now, local)) for each in calls(standing)]


def _of_settings(home: Home) -> tuple[tuple[Fault, ...], ChatholdError | None, Path]:
    """What is wrong with the settings (in the file, else with where folders are) and with the folder of notes.

    With them the archive's folder.
    """
    if not os.path.lexists(home.configuration):
        return (), None, home.usual_archive
    from chathold.configuration import examine  # noqa: PLC0415 - most have no settings, and `status` is to be quick
    from chathold.places import archive_folder, check_notes, place_faults  # noqa: PLC0415 - likewise

    settings, faults = examine(home.configuration)
    archive, notes = archive_folder(settings, home), None
    if settings.mirror.folder:
        try:
            check_notes(settings.mirror.folder, archive)
        except ChatholdError as error:
            notes = error
    return faults or tuple(place_faults(settings, home)), notes, archive


def _of_state(folder: Path, archive: Path) -> dict[str, Any]:
    if not os.path.exists(folder / DATABASE):  # noqa: PTH110 - `Path.exists` may raise
        return {"running": False}
    state = State.look(folder)
    if state is None:
        return {"running": False}
    try:
        running = is_held(archive)
        return {
            "pending": state.downloads.pending(),
            "running": running,
            "paused": bool(state.memory.get(PAUSED)),
            "unseen": sum(each.since < time.time() - _SOON for each in state.notices.unseen()),
            "watching": (state.memory.get(WATCHING) or []) if running else [],
        }
    finally:
        state.close()


def _of_archive(archive: Archive) -> dict[str, Any]:
    database = archive.database
    stale, held = database.execute(
        "SELECT (SELECT count(*) FROM stale), EXISTS (SELECT 1 FROM state)"
    ).fetchone()
    copies = [Path(folder) for (folder,) in database.execute("SELECT folder FROM copy")]
    return {
        "damaged": len(set(damage.noted(database).values()) | damage.files_noted(database)),
        "parts": downloads(archive),
        "questions": questions(archive),
        "to_read": stale,
        "holds": bool(held),
        "copies": len(copies),
        "beside": sum(on_same_disk(archive.folder, each) for each in copies),
        "lost": sum(is_there(each.parent) and not is_there(each) for each in copies),
    }
