"""How things are now, in one value: what the icon, its menu and its words say."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from chathold.archive.exported import LastExport, last_exports
from chathold.archive.folder import DATABASE
from chathold.archive.store import Archive
from chathold.archive.summary import accounts
from chathold.archive.waiting import downloads
from chathold.core.errors import ChatholdError
from chathold.reminders import Reminder
from chathold.reminders.now import calls
from chathold.state import Stage, State
from chathold_service.icons import Mood

_CALM = 0.05
"""Below this share done nobody can say how long the rest takes."""


class Kept(Struct, frozen=True):
    """What the archive holds, as far as the desktop tells of it: chats, accounts, and how many files are missing."""

    chats: int = 0
    exports: tuple[LastExport, ...] = ()
    missing: int = 0

    @property
    def newest(self) -> float | None:
        """The date of the newest export, in Unix seconds."""
        return max((each.exported for each in self.exports if each.exported is not None), default=None)

    def label(self, provider: str, account: str) -> str:
        """What people call an account."""
        found = (each.label for each in self.exports if (each.provider, each.account) == (provider, account))
        return next(found, "")


def kept(folder: Path) -> Kept | None:
    """What the archive in this folder holds; none where it cannot be read now."""
    try:
        archive = Archive.open(folder)
        if archive is None:
            return Kept()
        with closing(archive), archive.reading():
            known = accounts(archive)
            return Kept(
                sum(each["conversations"] for each in known),
                tuple(last_exports(archive, known)),
                sum(map(_to_download, downloads(archive))),
            )
    except ChatholdError:
        return None


def _to_download(line: Mapping[str, Any]) -> int:
    """How many files are to be downloaded: each that is missing, or the one that is not whole."""
    return 1 if line["state"] == "lacks_parts" else len(line.get("missing", ()))


def stamp(folder: Path) -> tuple[tuple[int, int], ...]:
    """What is different once somebody has written to the archive in this folder."""
    found = []
    for name in (DATABASE, f"{DATABASE}-wal"):
        try:
            status = os.stat(folder / name)  # noqa: PTH116 - a name, and no more, each half minute
        except OSError:
            continue
        found.append((status.st_mtime_ns, status.st_size))
    return tuple(found)


class Importing(Struct, frozen=True):
    """An import under way: how much is done (0 to 1), and since when, by a clock that nobody sets."""

    begun: float
    share: float = 0.0

    def left(self, now: float) -> float | None:
        """About how many seconds it still takes; none while nobody can say."""
        if self.share < _CALM:
            return None
        return (now - self.begun) * (1 - self.share) / self.share


class View(Struct, frozen=True):
    """How things are. `now` is in Unix seconds, `steady` by a clock that nobody sets."""

    now: float
    steady: float = 0.0
    kept: Kept = field(default_factory=Kept)
    reminders: tuple[Reminder, ...] = ()
    failed: int = 0
    paused: bool = False
    importing: Importing | None = None
    unseen: tuple[str, ...] = ()
    """What no desktop has taken to show, in lines."""

    @property
    def mood(self) -> Mood:
        """How the icon looks."""
        if self.importing:
            return Mood.IMPORTING
        if self.paused:
            return Mood.PAUSED
        return Mood.ATTENTION if self.failed else Mood.IDLE

    @property
    def calls(self) -> list[Reminder]:
        """The reminders that want something from somebody now."""
        return calls(self.reminders)


def failures(state: State) -> int:
    """How many downloads could not be imported, or not yet."""
    return count_of(each.stage for each in state.downloads.pending())


def count_of(stages: Iterable[Stage]) -> int:
    """How many of these stages want somebody's attention."""
    return sum(each is not Stage.WAITING for each in stages)
