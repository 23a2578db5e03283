"""Noticing downloads: which folders are watched, and when something in them is whole.

    names      what a name tells                    pure
    settling   when a download is quiet             pure
    observing  one look at a folder                 lists and asks for `stat`
    wholeness  what the content of a file says      reads a little
    watches    hearing that it is time to look      watchdog
    places     one folder, of all the above
    watcher    all folders; what the daemon calls

It knows nothing of providers or the archive: whether a download is an export is for the import to say.
"""

from chathold.watching.downloads import (
    Download,
    Fingerprint,
    FolderState,
    FolderStatus,
    Reason,
    Waiting,
)
from chathold.watching.watcher import Watcher

__all__ = [
    "Download",
    "Fingerprint",
    "FolderState",
    "FolderStatus",
    "Reason",
    "Waiting",
    "Watcher",
]
