"""What kind of file system a path lies on: whether it tells of changes, is far away, or is copied to a cloud.

Only Linux says so, in `/proc/self/mountinfo` (proc_pid_mountinfo(5)); elsewhere the kind is unknown.

Changes are told of (inotify) when they pass through this computer's own file system layer. What another computer,
a virtual machine's host or a program behind FUSE changes does not, so such folders have to be looked through.
That holds for every `fuse.*`, also those that only wrap a local folder (mergerfs, gocryptfs): what is changed in
the folder below them is not told of, and nothing says which way a browser takes. `fuseblk` is a disk of this
computer (NTFS, exFAT) that nobody else can change, so it does tell.
"""

from __future__ import annotations

import fnmatch
import os
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePath

from msgspec import Struct

UNKNOWN = "unknown"

# fmt: off
_FAR = frozenset((
    "nfs", "nfs4", "cifs", "smb3", "smbfs", "ncpfs", "afs", "coda", "ceph", "lustre", "gpfs", "beegfs",
    "orangefs", "pvfs2", "glusterfs", "davfs", "9p", "v9fs",
    "virtiofs", "vboxsf", "vmhgfs", "prl_fs", "drvfs", "autofs",
))
"""On another computer, on the host of this virtual one (for WSL: Windows), or not known until it is needed."""

_NEAR_BY_FUSE = frozenset((
    "bindfs", "encfs", "ecryptfs", "gocryptfs", "cryfs", "securefs", "mergerfs", "unionfs", "unionfs-fuse",
    "mhddfs", "overlayfs", "fuse-overlayfs", "ntfs-3g", "ntfs", "exfat", "ext2", "ext4", "apfs",
    "hfs", "lxcfs", "squashfuse", "archivemount", "veracrypt", "portal",
))
# fmt: on
"""FUSE programs whose bytes are on this computer."""


class Mount(Struct, frozen=True):
    """A file system and where it is mounted."""

    point: str
    kind: str


class FileSystem(Struct, frozen=True):
    """What a folder lies on: the `kind` as the system calls it, and the mount point; both unknown on some systems."""

    kind: str
    point: str = ""

    @property
    def tells(self) -> bool:
        """Whether every change raises an event. Otherwise the folder has to be looked through."""
        return not (self.kind in _FAR or self.kind == "fuse" or self.kind.startswith("fuse."))

    @property
    def far(self) -> bool:
        """Whether the bytes are on another computer, or this virtual one's host: a risk for a database."""
        wrapped = self.kind.removeprefix("fuse.")
        return self.kind in _FAR or (wrapped != self.kind and wrapped not in _NEAR_BY_FUSE)


def file_system_of(path: Path) -> FileSystem:
    """What `path`, or the folder that it would be made in, lies on."""
    if sys.platform == "win32":
        return of_windows(os.path.realpath(path))
    try:
        text = Path("/proc/self/mountinfo").read_text("utf-8", "surrogateescape")
    except OSError:
        return FileSystem(UNKNOWN)
    return on_which(os.path.realpath(path), mounts(text))


def of_windows(path: str) -> FileSystem:
    r"""A path that begins with the name of a computer (`\\server\share`) is on that one; of others nothing is known."""
    far = re.match(r"\\\\(?:\?\\UNC\\|(?![?.]\\))", path)
    return FileSystem("smbfs", path) if far else FileSystem(UNKNOWN)


def mounts(text: str) -> Iterator[Mount]:
    """The mounts that a `mountinfo` lists. A line that is none is left out."""
    for line in text.split("\n"):
        before, _dash, after = line.partition(" - ")
        fields, (kind, *_more) = before.split(" "), after.split(" ")
        if len(fields) > 4 and kind:  # noqa: PLR2004 - the fifth is the mount point
            yield Mount(_unescaped(fields[4]), kind)


def _unescaped(point: str) -> str:
    r"""Spaces, tabs, line feeds and backslashes are written as `\040` and the like."""
    return re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), point)


def on_which(path: str, among: Iterable[Mount]) -> FileSystem:
    """The file system of a real path: the longest mount point that it is below; of several there, the last."""
    found = FileSystem(UNKNOWN)
    for mount in among:
        below = path == mount.point or path.startswith(mount.point.rstrip("/") + "/")
        if below and len(mount.point) >= len(found.point):
            found = FileSystem(mount.kind, mount.point)
    return found


def nearest(path: Path) -> Path:
    """The folder that is there: `path` itself, or the one below which it would be made."""
    return next(
        (each for each in (path, *path.parents) if is_there(each) and each.is_dir()), Path(path.anchor)
    )


def is_there(path: Path) -> bool:
    """Whether `path` is there, as far as we may know: behind a closed folder nothing is."""
    try:
        return path.exists()
    except OSError:
        return False


# --- clouds

_BY_NAME = (
    ("OneDrive", ("OneDrive", "OneDrive - *", "OneDrive-*")),
    ("Dropbox", ("Dropbox", "Dropbox (*)", "Dropbox-*")),
    ("iCloud Drive", ("iCloudDrive", "iCloud Drive", "com~apple~CloudDocs", "Mobile Documents")),
    ("Google Drive", ("Google Drive", "GoogleDrive", "GoogleDrive-*", "My Drive")),
    ("Nextcloud", ("Nextcloud", "Nextcloud-*")),
    ("ownCloud", ("ownCloud", "ownCloud-*")),
)
_BY_CONTENT = (
    ("Syncthing", (".stfolder",)),
    ("Dropbox", (".dropbox", ".dropbox.cache")),
    ("Nextcloud", (".sync_????????????.db", "._sync_????????????.db", ".nextcloudsync.log")),
    ("ownCloud", (".owncloudsync.log",)),
)
"""What each service calls its folders, and what it puts into the topmost: patterns of names."""


def cloud_of(path: Path) -> str:
    """The service that copies the folder `path` to other computers; empty if none is known to."""
    real = Path(os.path.realpath(path))
    return cloud_by_name(real) or next(filter(None, map(_cloud_in, (real, *real.parents))), "")


def cloud_by_name(path: PurePath) -> str:
    """The service whose folder this is in, by what folders are called; the innermost counts."""
    return next(filter(None, (_matching((part,), _BY_NAME) for part in reversed(path.parts))), "")


def cloud_by_content(names: Iterable[str]) -> str:
    """The service that keeps a folder with these names in it."""
    return _matching(names, _BY_CONTENT)


def _cloud_in(folder: Path) -> str:
    try:
        return cloud_by_content(each.name for each in folder.iterdir())
    except OSError:
        return ""


def _matching(names: Iterable[str], services: tuple[tuple[str, tuple[str, ...]], ...]) -> str:
    kept = tuple(names)
    for service, patterns in services:
        if any(fnmatch.fnmatchcase(name, pattern) for name in kept for pattern in patterns):
            return service
    return ""


def on_same_disk(folder: Path, other: Path) -> bool:
    """Whether both are on one file system, and so would be lost together; not if one of them is not there."""
    try:
        return folder.stat().st_dev == other.stat().st_dev
    except OSError:
        return False
