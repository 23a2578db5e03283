"""Where a desktop keeps what belongs to one user, and files that are put there and taken away again."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from msgspec import Struct


class Folders(Struct, frozen=True):
    """The user's folders as the XDG Base Directory Specification 0.8 has them."""

    home: Path
    config: Path
    data: Path
    runtime: Path

    @classmethod
    def of(cls, environment: Mapping[str, str], user: int) -> Folders:
        """As the environment names them; a relative path counts as none. `user` is the number of the user."""

        def named(variable: str, usual: Path) -> Path:
            given = Path(environment.get(variable) or "")
            return given if given.is_absolute() else usual

        home = Path(environment.get("HOME") or "/")
        return cls(
            home,
            named("XDG_CONFIG_HOME", home / ".config"),
            named("XDG_DATA_HOME", home / ".local" / "share"),
            named("XDG_RUNTIME_DIR", Path(f"/run/user/{user}")),
        )

    @classmethod
    def here(cls) -> Folders:
        """Those of the user whose process this is."""
        return cls.of(os.environ, os.getuid() if hasattr(os, "getuid") else 0)


def put(path: Path, content: bytes) -> None:
    """Write a file, in one go, and the folders that it needs. Raises `OSError`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(path.name + ".new")
    new.write_bytes(content)
    new.replace(path)


def take_away(paths: Iterable[Path], within: Iterable[Path]) -> list[Path]:
    """Remove files, as far as they are there, and folders below one of `within` that have become empty.

    Returns the files that were there. Raises `OSError`.
    """
    gone = []
    for path in paths:
        if os.path.lexists(path):
            path.unlink()
            gone.append(path)
        for folder in path.parents:
            if not any(folder != each and folder.is_relative_to(each) for each in within):
                break
            if not _removed(folder):
                break
    return gone


def _removed(folder: Path) -> bool:
    """Whether the folder is no longer there: it was empty, or had gone."""
    try:
        folder.rmdir()
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True
