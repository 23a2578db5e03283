"""The trash of a freedesktop.org desktop: which folder takes what is thrown away."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from chathold.filesystems import nearest


def data_home() -> Path:
    """Where the user's programs keep data (XDG Base Directory Specification 0.8)."""
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")


def trash_of(folder: Path, data_home: Path, user: int) -> Path | None:
    """The trash that takes what is in `folder`: freedesktop.org's Trash specification 1.0, if one can be used.

    The user's own if it is on the same disk; else one at the top of the disk, shared (then it has to be a folder,
    no link, with the sticky bit) or the user's.
    """
    own = data_home / "Trash"
    device = folder.stat().st_dev
    if nearest(own).stat().st_dev == device:
        return own if can_write(nearest(own)) else None
    top = next(
        each
        for each in (folder, *folder.parents)
        if each == each.parent or each.parent.stat().st_dev != device
    )
    shared = top / ".Trash"
    if shared.is_dir() and not shared.is_symlink() and shared.stat().st_mode & stat.S_ISVTX:
        mine = shared / str(user)
        if can_write(nearest(mine)):
            return mine
    mine = top / f".Trash-{user}"
    return mine if not mine.is_symlink() and can_write(nearest(mine)) else None


def can_write(folder: Path) -> bool:
    """Whether files can be made in a folder that is there."""
    return os.access(folder, os.W_OK | os.X_OK)
