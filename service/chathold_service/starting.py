"""Starting with the session, by whichever way this desktop has: one small module a way, and a list of them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Protocol

from msgspec.structs import replace

from chathold_service import menu
from chathold_service.by_autostart import ByAutostart
from chathold_service.by_run_key import ByRunKey
from chathold_service.by_systemd import BySystemd
from chathold_service.folders import Folders
from chathold_service.programs import DesktopError, Program, Standing, Way


class Starter(Protocol):
    """One way to start a program with the session."""

    @property
    def way(self) -> Way:
        """Which one."""

    def is_possible(self) -> bool:
        """Whether this desktop has it."""

    def install(self, program: Program) -> None:
        """Have the program start with the session, and start it. Again is an upgrade. `DesktopError`, `OSError`."""

    def uninstall(self, name: str) -> list[Path]:
        """Take away all that was written; the files that were there. Does nothing where nothing is. `OSError`."""

    def start(self, program: Program) -> None:
        """Start the installed program unless it runs. `DesktopError`, `OSError`."""

    def standing(self, name: str) -> Standing:
        """How the program stands."""

    def fits(self, program: Program) -> bool:
        """Whether what was written is what would be written now."""


def starters(folders: Folders) -> tuple[Starter, ...]:
    """All ways, the best first."""
    return BySystemd(folders), ByAutostart(folders), ByRunKey()


def install(program: Program, folders: Folders) -> Standing:
    """Have the program start with the session, in the best way there is, and none besides.

    Raises `DesktopError` where there is none, or it does not do it; `OSError` where a file cannot be written.
    """
    ways = starters(folders)
    best = next((each for each in ways if each.is_possible()), None)
    if best is None:
        raise DesktopError(sys.platform, "")
    for each in ways:
        if each is not best:
            each.uninstall(program.name)
    if best.way is not Way.RUN_KEY:
        menu.install(program, folders)
    best.install(program)
    return standing(program.name, folders)


def uninstall(name: str, folders: Folders) -> list[Path]:
    """Take away all that was ever written for the program; the files that were there. Raises `OSError`."""
    gone = [path for each in starters(folders) for path in each.uninstall(name)]
    return gone + menu.uninstall(name, folders)


def installed(name: str, folders: Folders) -> Starter | None:
    """The way by which the program starts with the session, if it does."""
    return next((each for each in starters(folders) if each.standing(name).files), None)


def standing(name: str, folders: Folders) -> Standing:
    """How the program stands; not enabled, if it was not installed."""
    ways = starters(folders)
    found = next((stand for each in ways if (stand := each.standing(name)).files), None)
    best = found or Standing(next((each.way for each in ways if each.is_possible()), Way.AUTOSTART))
    written = *best.files, *map(str, menu.files(name, folders))
    return replace(best, files=written)
