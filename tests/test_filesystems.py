"""What a folder lies on: told from the system's own list of mounts, and from what clouds call their folders."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest

from chathold.filesystems import (
    UNKNOWN,
    FileSystem,
    Mount,
    cloud_by_content,
    cloud_by_name,
    cloud_of,
    file_system_of,
    mounts,
    of_windows,
    on_which,
)

LINUX = r"""22 27 0:21 / /proc rw,relatime - proc proc rw
27 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw,discard
28 27 0:25 / /home rw shared:2 master:7 propagate_from:2 - btrfs /dev/sdb rw,subvol=/home
29 28 0:30 / /home/ada/Net\040work\011disk rw - nfs4 server:/export rw,vers=4.2
30 28 0:31 / /home/ada/back\134slash rw - cifs //server/share rw
31 27 0:32 / /media/stick rw - fuseblk /dev/sdc1 rw,user_id=0
32 27 0:33 / /media/stick/wrapped rw - fuse.sshfs ada@server: rw
33 27 0:34 / /mnt/twice rw - ext4 /dev/sdd rw
34 33 0:35 / /mnt/twice rw - tmpfs none rw
35 27 0:36 / /auto rw - autofs systemd-1 rw
36 35 0:37 / /auto rw - nfs server:/auto rw
a line that is none
"""
WSL = r"""75 59 8:32 / / rw,relatime - ext4 /dev/sdc rw,discard
105 75 0:52 / /mnt/c rw,noatime - 9p C:\134 rw,dirsync,aname=drvfs;path=C:\;uid=1000,access=client,trans=fd
106 75 0:53 / /mnt/d rw,noatime - virtiofs drvfsaD rw
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "ext4"),
        ("/homeless", "ext4"),
        ("/home", "btrfs"),
        ("/home/ada/Downloads", "btrfs"),
        ("/home/ada/Net work\tdisk", "nfs4"),
        ("/home/ada/Net work\tdisk/deep/er", "nfs4"),
        ("/home/ada/Net work\tdisks", "btrfs"),
        ("/home/ada/back\\slash/x", "cifs"),
        ("/media/stick/a", "fuseblk"),
        ("/media/stick/wrapped/a", "fuse.sshfs"),
        ("/mnt/twice/a", "tmpfs"),
        ("/auto/a", "nfs"),
        ("relative", UNKNOWN),
    ],
)
def test_the_longest_mount_point_counts_and_of_several_the_last(path: str, kind: str) -> None:
    """Whole names only; blanks and backslashes are written in octal."""
    assert on_which(path, mounts(LINUX)).kind == kind


def test_the_mount_point_is_told_too() -> None:
    """It is where a disk's trash is."""
    assert on_which("/media/stick/a", mounts(LINUX)) == FileSystem("fuseblk", "/media/stick")


def test_lines_that_are_no_mounts_are_left_out() -> None:
    """All the others are there."""
    listed = list(mounts(LINUX))
    assert len(listed) == LINUX.count(" - ")
    assert list(mounts("\n - \n1 2 3 - ext4\n1 2 3:4 / /x rw - \n1 2 3:4 / /x rw - xfs\n")) == [
        Mount("/x", "xfs")
    ]


TELLS = ["ext4", "btrfs", "xfs", "zfs", "tmpfs", "overlay", "vfat", "ntfs3", "fuseblk", "fusectl", UNKNOWN]
FAR = [
    *("nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "vboxsf", "drvfs", "virtiofs", "autofs"),
    *("fuse.sshfs", "fuse.rclone", "fuse.gvfsd-fuse", "fuse.never-heard-of"),
]
WRAPPED = ["fuse.mergerfs", "fuse.gocryptfs", "fuse.bindfs", "fuse.portal"]


@pytest.mark.parametrize("kind", TELLS)
def test_disks_of_this_computer_tell_of_changes(kind: str) -> None:
    """So does what is not known: events are tried, and the folder is looked through anyway."""
    assert (FileSystem(kind).tells, FileSystem(kind).far) == (True, False)


@pytest.mark.parametrize("kind", FAR)
def test_what_others_change_is_not_told_of(kind: str) -> None:
    """Networks, hosts of virtual machines, and any program behind FUSE that is not known to be near."""
    assert (FileSystem(kind).tells, FileSystem(kind).far) == (False, True)


@pytest.mark.parametrize("kind", WRAPPED)
def test_a_wrapped_folder_is_near_and_tells_nothing(kind: str) -> None:
    """What is changed below the wrapping is not told of; the bytes are on this computer."""
    assert (FileSystem(kind).tells, FileSystem(kind).far) == (False, False)


@pytest.mark.parametrize("path", ["/mnt/c/Users/Ada/Downloads", "/mnt/d"])
def test_the_disks_of_windows_seen_from_its_linux_are_looked_through(path: str) -> None:
    """WSL shows them as 9p or virtiofs; WSL 1 calls them drvfs."""
    assert not on_which(path, mounts(WSL)).tells
    assert on_which("/home/ada", mounts(WSL)).tells


@pytest.mark.parametrize(
    ("path", "far"),
    [
        (r"\\server\share\Downloads", True),
        (r"\\?\UNC\server\share", True),
        (r"\\?\C:\Users", False),
        (r"\\.\pipe\x", False),
        (r"C:\Users\Ada\Downloads", False),
    ],
)
def test_windows_names_other_computers_in_the_path(path: str, *, far: bool) -> None:
    """And tells nothing else."""
    assert of_windows(path).far is far


# --- this computer


@pytest.mark.skipif(sys.platform != "linux", reason="Linux has a list of mounts")
def test_this_computer_says_what_its_folders_lie_on(tmp_path: Path) -> None:
    """Also of a folder that does not exist yet."""
    assert file_system_of(Path("/proc/self")) == FileSystem("proc", "/proc")
    assert file_system_of(tmp_path / "not" / "yet") == file_system_of(tmp_path)
    assert file_system_of(tmp_path).kind != UNKNOWN


@pytest.mark.skipif(sys.platform != "linux" or os.getuid() != 0, reason="only root may mount")
def test_a_disk_that_is_mounted_is_seen_at_once(tmp_path: Path) -> None:
    """Through links, and gone when it is gone."""
    point = tmp_path / "a disk"
    point.mkdir()
    (tmp_path / "link").symlink_to(point)
    before = file_system_of(point)
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "none", point], check=False)
    if mounted.returncode:
        pytest.skip("mounting is not allowed here")
    try:
        assert file_system_of(tmp_path / "link" / "below") == FileSystem("tmpfs", os.fspath(point))
    finally:
        subprocess.run(["umount", point], check=True)
    assert file_system_of(point) == before


def test_where_no_mounts_are_listed_nothing_is_known(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As on macOS."""

    def missing(*_args: object, **_named: object) -> str:
        raise FileNotFoundError

    monkeypatch.setattr(Path, "read_text", missing)
    assert file_system_of(tmp_path) == FileSystem(UNKNOWN)


# --- clouds


@pytest.mark.parametrize(
    ("path", "service"),
    [
        (PureWindowsPath(r"C:\Users\Ada\OneDrive\Documents\chathold"), "OneDrive"),
        (PureWindowsPath(r"C:\Users\Ada\OneDrive - Contoso\x"), "OneDrive"),
        (PureWindowsPath(r"C:\Users\Ada\iCloudDrive"), "iCloud Drive"),
        (PurePosixPath("/home/ada/Dropbox/chathold"), "Dropbox"),
        (PurePosixPath("/home/ada/Dropbox (Work)/chathold"), "Dropbox"),
        (PurePosixPath("/Users/ada/Library/Mobile Documents/com~apple~CloudDocs/x"), "iCloud Drive"),
        (PurePosixPath("/Users/ada/Library/CloudStorage/GoogleDrive-a@b.c/My Drive/x"), "Google Drive"),
        (PurePosixPath("/Users/ada/Library/CloudStorage/OneDrive-Personal/x"), "OneDrive"),
        (PurePosixPath("/home/ada/Nextcloud/Documents"), "Nextcloud"),
        (PurePosixPath("/home/ada/Nextcloud/Dropbox"), "Dropbox"),
        (PurePosixPath("/home/ada/.local/share/chathold/archive"), ""),
        (PurePosixPath("/home/ada/Dropboxes/my nextcloud/onedrives"), ""),
    ],
)
def test_clouds_are_known_by_the_names_of_their_folders(
    path: PurePosixPath | PureWindowsPath, service: str
) -> None:
    """As their programs call them; a name that only begins alike is none."""
    assert cloud_by_name(path) == service


@pytest.mark.parametrize(
    ("name", "service"),
    [
        (".stfolder", "Syncthing"),
        (".dropbox", "Dropbox"),
        (".dropbox.cache", "Dropbox"),
        (".sync_0123456789ab.db", "Nextcloud"),
        ("._sync_0123456789ab.db", "Nextcloud"),
        ("sync.db", ""),
    ],
)
def test_clouds_are_known_by_what_they_leave_in_a_folder(name: str, service: str) -> None:
    """Whatever it is called."""
    assert cloud_by_content(["a", name, "z"]) == service


def test_a_marker_above_counts_for_all_below(tmp_path: Path) -> None:
    """Also for what does not exist yet, and through links."""
    shared = tmp_path / "shared"
    (shared / "deep").mkdir(parents=True)
    (tmp_path / "link").symlink_to(shared / "deep")
    assert cloud_of(shared / "deep") == ""
    (shared / ".stfolder").mkdir()
    assert cloud_of(shared / "deep" / "archive") == "Syncthing"
    assert cloud_of(tmp_path / "link" / "archive") == "Syncthing"
    assert cloud_of(tmp_path / "beside") == ""
