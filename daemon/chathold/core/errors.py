"""Expected errors. Each says what happened, where, and what the user can do.

ChatholdError
├── UsageError           the command cannot be meant that way
├── ExportError          a download cannot be imported
│   ├── NotAnExport      no provider claims it
│   │   └── ExpiredLink  it is the web page that came in place of an export
│   ├── Incomplete       it is cut or damaged; what is whole can be rescued
│   └── Unsafe           it is built to do harm, or looks so
└── ArchiveError         the archive cannot be used as it is
    ├── Busy             another process writes to it
    ├── TooNew           a newer Chathold made it
    ├── Damaged          a stored record is not what was stored
    └── NoSpace          the disk is full, or would be
"""

from __future__ import annotations


class ChatholdError(Exception):
    """An expected error: `title` what happened, `place` where, `advice` the way out. All translated."""

    def __init__(self, title: str, *, place: str = "", advice: str = "") -> None:
        super().__init__(title)
        self.title = title
        self.place = place
        self.advice = advice

    def __str__(self) -> str:
        where = f"{self.place}: " if self.place else ""
        return f"{where}{self.title}" + (f" {self.advice}" if self.advice else "")


class UsageError(ChatholdError):
    """The command cannot be meant that way."""


class ExportError(ChatholdError):
    """A download cannot be imported."""


class NotAnExport(ExportError):
    """No provider claims the download."""


class ExpiredLink(NotAnExport):
    """The download is a web page: the link to the export had expired, or was used before."""


class Incomplete(ExportError):
    """The download is cut or damaged; whole members can be rescued."""


class Unsafe(ExportError):
    """The download is built to do harm, or looks so."""


class ArchiveError(ChatholdError):
    """The archive cannot be used as it is."""


class Busy(ArchiveError):
    """Another process writes to the archive."""


class TooNew(ArchiveError):
    """A newer Chathold made the archive, or changed it under this one's feet."""


class Damaged(ArchiveError):
    """A stored record is not what was stored. `form` is the number of what is damaged."""

    def __init__(self, title: str, *, place: str = "", advice: str = "", form: int = 0) -> None:
        super().__init__(title, place=place, advice=advice)
        self.form = form


class NoSpace(ArchiveError):
    """The disk is full, or would be. `needed` are the bytes that must be free, where that is known."""

    def __init__(self, title: str, *, place: str = "", advice: str = "", needed: int = 0) -> None:
        super().__init__(title, place=place, advice=advice)
        self.needed = needed
