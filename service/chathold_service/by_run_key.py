r"""Starting with the session on Windows: a value in HKCU\Software\Microsoft\Windows\CurrentVersion\Run.

Needs no administrator, and stands in the Task Manager's list of what starts. Windows does not look after what it has
started there, so the value starts the program with a supervisor of its own, by `pythonw`, which opens no window.
The Start menu gets a shortcut; its name is what the menu's search finds it by.
"""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from chathold_service.folders import put, take_away
from chathold_service.instance import is_held
from chathold_service.programs import DesktopError, Program, Standing, Way
from chathold_service.shortcuts import Shortcut, save
from chathold_service.supervising import begin

KEY = r"Software\Microsoft\Windows\CurrentVersion\Run"
_NAMED = 5
"""So many of the keywords are part of the shortcut's name."""
_LONGEST = 260
"""Characters of a command line that Windows starts from the key."""


class ByRunKey:
    """Windows' own list of what starts when its user signs in."""

    way = Way.RUN_KEY

    def is_possible(self) -> bool:
        """On Windows."""
        return sys.platform == "win32"

    def files(self, name: str) -> list[Path]:
        """The shortcut and its icon, as far as they are there."""
        found = [*_start_menu().glob(f"{name.capitalize()} (*.lnk"), _icon(name)]
        return [path for path in found if path.exists()]

    def install(self, program: Program) -> None:
        """Write value and shortcut, and start the program unless it runs. Raises `DesktopError` and `OSError`."""
        command = subprocess.list2cmdline(program.supervised)
        if len(command) > _LONGEST:
            raise DesktopError(KEY, command)
        _write(program.name, command)
        self._install_shortcut(program)
        self.start(program)

    def uninstall(self, name: str) -> list[Path]:
        """Remove value and shortcut; the files that were there. The program is told to end by whoever knows it."""
        _delete(name)
        return take_away(self.files(name), [_own_folder().parent])

    def start(self, program: Program) -> None:
        """Start the program, if nobody has. Raises `DesktopError`."""
        begin(program)

    def standing(self, name: str) -> Standing:
        """How the program stands."""
        return Standing(
            Way.RUN_KEY,
            enabled=read(name) is not None,
            running=is_held(name),
            files=tuple(map(os.fspath, self.files(name))),
        )

    def fits(self, program: Program) -> bool:
        """Whether the value is what would be written now."""
        return read(program.name) == subprocess.list2cmdline(program.supervised)

    def _install_shortcut(self, program: Program) -> None:
        from chathold_service.icons import ico  # noqa: PLC0415 - drawing is slow to load, and for installing alone

        entry, icon = program.entry, _icon(program.name)
        take_away(self.files(program.name), [])
        put(icon, ico())
        target, *arguments = entry.command
        menu = _start_menu()
        menu.mkdir(parents=True, exist_ok=True)
        save(
            Shortcut(
                Path(target),
                subprocess.list2cmdline(arguments),
                entry.about["en"],
                icon,
                Path.home(),
            ),
            menu / f"{program.name.capitalize()} ({', '.join(entry.keywords['en'].split(';')[:_NAMED])}).lnk",
        )


def _start_menu() -> Path:
    return _folder("APPDATA", "Roaming") / "Microsoft" / "Windows" / "Start Menu" / "Programs"


def _own_folder() -> Path:
    return _folder("LOCALAPPDATA", "Local") / "chathold"


def _folder(variable: str, usual: str) -> Path:
    return Path(os.environ.get(variable) or Path.home() / "AppData" / usual)


def _icon(name: str) -> Path:
    return _own_folder() / f"{name}.ico"


def read(name: str) -> str | None:
    """The command line in the value of this name, if there is one."""
    if sys.platform != "win32":
        return None
    import winreg  # noqa: PLC0415 - only there

    with suppress(OSError), winreg.OpenKey(winreg.HKEY_CURRENT_USER, KEY) as key:
        return str(winreg.QueryValueEx(key, name)[0])
    return None


def _write(name: str, command: str) -> None:
    if sys.platform == "win32":
        import winreg  # noqa: PLC0415 - only there

        with winreg.CreateKey(winreg.HKEY_CURRENT_USER, KEY) as key:
            winreg.SetValueEx(key, name, 0, winreg.REG_SZ, command)


def _delete(name: str) -> None:
    if sys.platform == "win32":
        import winreg  # noqa: PLC0415 - only there

        with (
            suppress(FileNotFoundError),
            winreg.OpenKey(winreg.HKEY_CURRENT_USER, KEY, 0, winreg.KEY_SET_VALUE) as key,
        ):
            winreg.DeleteValue(key, name)
