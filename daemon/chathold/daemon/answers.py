"""What a worker says of one download: a line of JSON, so that it survives the way between two processes."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Any

from msgspec import Struct
from msgspec.structs import asdict


class Verdict(StrEnum):
    """What became of a download."""

    IMPORTED = "imported"
    """It is in the archive, or was there already."""
    NOT_AN_EXPORT = "not_an_export"
    """It is something else, and none of our business."""
    EXPIRED = "expired"
    """It is a web page in place of an export: the link had expired."""
    INCOMPLETE = "incomplete"
    """It is cut, damaged, or changed while it was read."""
    GONE = "gone"
    """It vanished before it could be read."""
    UNREADABLE = "unreadable"
    """The system does not let us read it now: rights, another program, a failing disk."""
    NO_SPACE = "no_space"
    BUSY = "busy"
    """Another process writes to the archive."""
    ARCHIVE = "archive"
    """The archive cannot be used: it is away, read-only or damaged."""
    TOO_NEW = "too_new"
    """A newer Chathold has written to the archive."""
    FAILED = "failed"
    """It cannot be imported, whenever it is tried."""
    BUG = "bug"


class Request(Struct, frozen=True):
    """A download to import; with `index` none, but a moment of work on the search index.

    `path` may hold bytes that are no text, as `os.fsdecode` has them.
    `by_hand`: somebody waits for it, and is told what is wrong with it whatever it is.
    `create`: an archive may be made if there is none. `after_import`, `move_to` and `language` as in the settings,
    as are `mirror`, the folder of notes, and its `filters`; `state` is where it is remembered what was written.
    """

    path: str
    create: bool = False
    after_import: str = "leave"
    move_to: str = ""
    language: str = ""
    index: bool = False
    mirror: str = ""
    filters: str = ""
    state: str = ""
    by_hand: bool = False

    def line(self) -> str:
        """As a line of JSON."""
        return json.dumps(asdict(self)) + "\n"

    @classmethod
    def of(cls, line: str) -> Request:
        """From a line of JSON."""
        return cls(**json.loads(line))


class Answer(Struct, frozen=True):
    """What became of it: the verdict, words for a person, and the receipt of an import as `--json` prints it.

    An import has a `title` only if something went wrong after it: the download could not be put away, or the notes
    not be brought up to date.
    `path` is the request's. `promising`: what failed is an export by all that can be seen of it, so that its
    owner wants to know. `needed` is the room in bytes that was missing; `accounts` are those that the archive
    did not have before, as (provider, account, label); `archive` is the archive's id. `links` are the private links
    of a manifest, as (file name, address), and `whole` the manifests of which no file is missing any more.
    `behind`: the search index is, and more work on it would help.
    """

    path: str
    verdict: Verdict
    title: str = ""
    advice: str = ""
    promising: bool = True
    needed: int = 0
    receipt: dict[str, Any] | None = None
    accounts: tuple[tuple[str, str, str], ...] = ()
    archive: str = ""
    links: tuple[tuple[str, str], ...] = ()
    whole: tuple[str, ...] = ()
    behind: bool = False

    def __repr__(self) -> str:
        """Without the links."""
        return f"Answer({self.path}, {self.verdict}, {self.title})"


class Progress(Struct, frozen=True):
    """How far an import is: bytes done, of how many; `waiting` for another process that writes to the archive."""

    done: int
    total: int
    waiting: bool = False


class Ended(Struct, frozen=True):
    """The worker is no more; its exit code."""

    code: int


Said = Answer | Progress


def written(said: Said) -> str:
    """What a worker says, as a line of JSON."""
    return json.dumps({"progress" if isinstance(said, Progress) else "answer": asdict(said)}) + "\n"


def understood(line: str) -> Said | None:
    """What a line of a worker's says; none of a line that was cut by the worker's end."""
    try:
        said = json.loads(line)
    except ValueError:
        return None
    match said:
        case {"progress": dict(held)}:
            return Progress(**held)
        case {"answer": dict(held)}:
            accounts = tuple((provider, account, label) for provider, account, label in held.pop("accounts"))
            links = tuple((name, address) for name, address in held.pop("links"))
            whole, verdict = tuple(held.pop("whole")), Verdict(held.pop("verdict"))
            return Answer(verdict=verdict, accounts=accounts, links=links, whole=whole, **held)
        case other:
            raise ValueError(other)
