"""The errors of disk and database, turned into words that say what a person can do."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from chathold.archive.connecting import has_our_tables
from chathold.core.errors import ArchiveError, Busy, NoSpace
from chathold.core.texts import _

_FULL = frozenset({28, 122})
"""`errno` of a full disk and of a used-up quota."""


@contextlib.contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn the errors of disk and database into words."""
    try:
        with explained_damage(path):
            yield
    except OSError as error:
        if error.errno in _FULL:
            raise _full(path) from error
        raise ArchiveError(
            _("The archive cannot be used: {reason}").format(reason=error.strerror or error),
            place=str(error.filename or path),
            advice=_("Check that the folder exists and belongs to you."),
        ) from error


@contextlib.contextmanager
def explained_damage(path: Path) -> Iterator[None]:
    """Turn the errors of the database into words."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_ERROR:
            raise _database_error(error, path) from error
        if has_our_tables(path):  # then a statement of ours is wrong: a bug
            raise
        raise _damaged(path) from error
    except sqlite3.DatabaseError as error:
        raise _damaged(path) from error


def _damaged(path: Path) -> ArchiveError:
    return ArchiveError(
        _("The archive's database is damaged."),
        place=str(path),
        advice=_('Run "chathold verify"; if need be, restore a backup with "chathold restore".'),
    )


def _database_error(error: sqlite3.OperationalError, path: Path) -> ArchiveError:
    code = error.sqlite_errorcode & 0xFF
    if code == sqlite3.SQLITE_FULL:
        return _full(path)
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN):
        return ArchiveError(
            _("The archive cannot be written to."),
            place=str(path),
            advice=_("Check that the folder and its files belong to you and are not write-protected."),
        )
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return Busy(_("Another program is using the archive."), place=str(path), advice=_("Try again later."))
    return ArchiveError(
        _("The archive's database reports: {reason}").format(reason=error),
        place=str(path),
        advice=_('Run "chathold verify".'),
    )


def _full(path: Path) -> NoSpace:
    return NoSpace(
        _("The disk is full."),
        place=str(path),
        advice=_("Nothing that was archived is lost. Make room, then import again."),
    )
