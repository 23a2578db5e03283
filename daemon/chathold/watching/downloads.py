"""What is said of downloads: which one it is, whether it is under way, whether its folder is watched."""

from __future__ import annotations

import os
from enum import Enum, auto
from pathlib import Path

from msgspec import Struct

from chathold.core.texts import N_


class Fingerprint(Struct, frozen=True):
    """One state of one download, told apart without reading it.

    A file: the numbers of its `stat`. A folder: `device` and `inode` are its own, `size` is the sum of its
    files, `mtime_ns` that of the newest, and `ctime_ns` a digest over their names, sizes and times.
    """

    device: int
    inode: int
    size: int
    mtime_ns: int
    ctime_ns: int

    @classmethod
    def of(cls, state: os.stat_result) -> Fingerprint:
        """That of a file."""
        return cls(state.st_dev, state.st_ino, state.st_size, state.st_mtime_ns, state.st_ctime_ns)


class Kind(Enum):
    """What something in a watched folder is, by its name."""

    FILE = auto()
    FOLDER = auto()
    UNDER_WAY = auto()  # has the name that a browser gives to what it still loads


class Sighting(Struct, frozen=True):
    """Something in a watched folder as one look found it.

    `promising`: it may be, or become, an export. `beside` is the temporary file that seems to become this
    one, `steered` says that this is a control file: what it belongs to is certainly not whole. `cloud`: the
    bytes are elsewhere, and reading would fetch them. `outside` is the folder's own `stat`, for folders.
    """

    path: Path
    kind: Kind
    fingerprint: Fingerprint
    promising: bool = True
    beside: Path | None = None
    steered: bool = False
    cloud: bool = False
    outside: Fingerprint | None = None


class Download(Struct, frozen=True):
    """A download that just became whole."""

    path: Path
    fingerprint: Fingerprint
    is_folder: bool


class Reason(Enum):
    """Why a download is not handed out yet."""

    SETTLING = N_("It has just arrived; Chathold waits until nothing writes to it any more.")
    DOWNLOADING = N_("It is still being downloaded.")
    PAUSED = N_("The download does not move; is it paused?")
    PLACEHOLDER = N_("It is empty so far.")
    CUT = N_("Its end is not there yet.")
    KEEP = N_("The browser waits for a click on “Keep”.")
    CLOUD = N_("It is only in the cloud so far; open it once, and it comes here.")


class Waiting(Struct, frozen=True):
    """A download under way. `words` are `reason`'s, translated; `waited` are the seconds since it was seen."""

    path: Path
    reason: Reason
    words: str
    waited: float


class FolderStatus(Enum):
    """How a folder is watched."""

    WATCHING = "watching"
    POLLING = "polling"
    MISSING = "missing"
    UNREADABLE = "unreadable"
    REFUSED = "refused"


class FolderState(Struct, frozen=True):
    """One folder to be watched; `reason` says in words why not, or why only by looking.

    `repairs` counts how often its watch had to be built again.
    """

    folder: Path
    state: FolderStatus
    reason: str = ""
    repairs: int = 0
