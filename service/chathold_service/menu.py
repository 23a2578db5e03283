"""The program in the applications menu, on desktops that follow freedesktop.org.

DATA/applications/NAME.desktop
DATA/icons/hicolor/SIZE/apps/NAME.png (.svg)
"""

from __future__ import annotations

from pathlib import Path

from chathold_service.entries import menu_entry
from chathold_service.folders import Folders, put, take_away
from chathold_service.programs import Program


def files(name: str, folders: Folders) -> list[Path]:
    """What is there of a program of this name."""
    themed = folders.data / "icons" / "hicolor"
    entry = folders.data / "applications" / f"{name}.desktop"
    return [*([entry] if entry.exists() else []), *sorted(themed.glob(f"*/apps/{name}.*"))]


def install(program: Program, folders: Folders) -> None:
    """Write the entry and its icons, and take away icons of sizes that there are no more. Raises `OSError`."""
    wanted = texts(program, folders)
    take_away((path for path in files(program.name, folders) if path not in wanted), [folders.data])
    for path, content in wanted.items():
        put(path, content)


def uninstall(name: str, folders: Folders) -> list[Path]:
    """Remove them; what was there."""
    return take_away(files(name, folders), [folders.data])


def texts(program: Program, folders: Folders) -> dict[Path, bytes]:
    """What belongs into each file."""
    entry = folders.data / "applications" / f"{program.name}.desktop"
    written = {entry: menu_entry(program).encode("utf-8", "surrogateescape")}
    for icon, content in program.entry.icons.items():
        size, dot, kind = icon.partition(".")
        if size:
            written[folders.data / "icons" / "hicolor" / size / "apps" / f"{program.name}{dot}{kind}"] = (
                content
            )
    return written
