"""The steps after which something is on the disk for good. All of the archive's go through here, by name."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path


def commit(database: sqlite3.Connection, step: str) -> None:
    """Commit; `step` says which commit of the story this is."""
    del step
    database.execute("COMMIT")


@contextlib.contextmanager
def transaction(database: sqlite3.Connection, step: str) -> Iterator[None]:
    """One transaction, taken back if what is done inside raises; `step` names its commit."""
    database.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        if database.in_transaction:
            database.execute("ROLLBACK")
        raise
    commit(database, step)


def sync(file: int, step: str) -> None:
    """Bring a file's bytes to the disk."""
    del step
    os.fsync(file)


def sync_path(path: Path, step: str) -> None:
    """Bring to the disk the bytes of a file that somebody else wrote."""
    with path.open("rb+") as file:
        sync(file.fileno(), step)


def rename(source: Path, target: Path, step: str) -> None:
    """Give a finished file its name, in place of any file of that name."""
    del step
    source.replace(target)


def sync_folder(folder: Path, step: str) -> None:
    """Bring the names in a folder to the disk (Windows does so by itself)."""
    del step
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
