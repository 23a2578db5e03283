"""Starting with the session where it knows no systemd: an entry in CONFIG/autostart.

The session does not look after what it has started, so the entry starts the program with a supervisor of its own.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from chathold_service.entries import autostart_entry
from chathold_service.folders import Folders, put, take_away
from chathold_service.instance import is_held
from chathold_service.programs import Program, Standing, Way
from chathold_service.supervising import begin


class ByAutostart:
    """What desktops of the Desktop Application Autostart Specification start."""

    way = Way.AUTOSTART

    def __init__(self, folders: Folders) -> None:
        self._folders = folders

    def is_possible(self) -> bool:
        """Anywhere but on Windows and macOS."""
        return sys.platform not in ("win32", "darwin")

    def files(self, name: str) -> list[Path]:
        """All that is written for a program of this name."""
        return [self._folders.config / "autostart" / f"{name}.desktop"]

    def install(self, program: Program) -> None:
        """Write the entry, and start the program unless it runs. Raises `OSError`."""
        for path, text in self.texts(program).items():
            put(path, text.encode("utf-8", "surrogateescape"))
        self.start(program)

    def uninstall(self, name: str) -> list[Path]:
        """Remove the entry. The program itself is told to end by whoever knows it."""
        return take_away(self.files(name), [self._folders.config])

    def start(self, program: Program) -> None:
        """Start the program, if nobody has. Raises `DesktopError`."""
        begin(program)

    def standing(self, name: str) -> Standing:
        """How the program stands."""
        there = [os.fspath(path) for path in self.files(name) if path.exists()]
        return Standing(Way.AUTOSTART, enabled=bool(there), running=is_held(name), files=tuple(there))

    def fits(self, program: Program) -> bool:
        """Whether what was written is what would be written now."""
        try:
            return all(
                path.read_bytes() == text.encode("utf-8", "surrogateescape")
                for path, text in self.texts(program).items()
            )
        except OSError:
            return False

    def texts(self, program: Program) -> dict[Path, str]:
        """What belongs into the entry."""
        return {self.files(program.name)[0]: autostart_entry(program)}
