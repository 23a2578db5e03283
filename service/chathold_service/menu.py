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
    from chathold_service import icons  # noqa: PLC0415 - drawing is slow to load, and for installing alone

    entry = folders.data / "applications" / f"{program.name}.desktop"
    themed = folders.data / "icons" / "hicolor"
    drawn = {themed / f"{n}x{n}" / "apps" / f"{program.name}.png": icons.png(n) for n in icons.SIZES}
    return {entry: menu_entry(program).encode("utf-8", "surrogateescape"), **drawn}
