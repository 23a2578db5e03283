"""An archive's folder: what lies in it, for its owner alone.

archive/
├── archive.db     records, and all that is known about them
├── search.db      what "search" looks in: derived, made anew where it is missing
├── assets/ab/…    the user's files, named by the SHA-256 of their bytes
├── lock           held by the one process that writes
├── search.lock    held by the process that fills search.db
└── READ ME.txt    what this folder is
"""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

DATABASE = "archive.db"
LOCK = "lock"
SEARCH = "search.db"
SEARCH_LOCK = "search.lock"
READ_ME = "READ ME.txt"
UNFINISHED = "unfinished"
"""A file that lies here while another archive is being copied into this folder."""

ABOUT = """This folder is an archive made by Chathold: a person's AI chats, kept from the services' exports.
archive.db is an SQLite database. Its records are the services' own JSON, compressed with Zstandard.
How to read it without Chathold is written in the table "meta" (name "format") and in Chathold's daemon/README.md.
Do not copy archive.db alone while Chathold runs; use "chathold backup".
"""
"""What `READ ME.txt` and the entry `format` of the table `meta` say."""


def lacks_database(folder: Path) -> bool:
    """Whether an archive was here of which the database is gone: its index or the user's files still are.

    False for a copy that is being made. Raises `OSError`.
    """
    if (folder / DATABASE).exists() or (folder / UNFINISHED).exists():
        return False
    return (folder / SEARCH).exists() or any(path.is_file() for path in (folder / "assets").rglob("*"))


def write_read_me(folder: Path) -> None:
    """Say in the folder itself what it is."""
    (folder / READ_ME).write_text(ABOUT, encoding="utf-8")
    make_private(folder / READ_ME)


def make_private(path: Path) -> None:
    """Nobody but the user may look into this file or folder.

    On Windows the user's profile sees to it; file systems such as FAT know no rights and may refuse.
    """
    if sys.platform != "win32":
        with contextlib.suppress(PermissionError):
            path.chmod(0o700 if path.is_dir() else 0o600)


def may_write(path: Path) -> bool:
    """Whether this process may write a file here and beside it."""
    return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)
