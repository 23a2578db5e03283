"""An export as it lies open: its members, in order, and what was found odd about them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from enum import Enum
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from msgspec import Struct, field

from chathold.core.errors import Unsafe
from chathold.core.problem import Problem
from chathold.core.texts import _
from chathold.exports.spans import Span

GIB = 1 << 30
FREE_TOTAL = 4 * GIB
"""Up to here no one asks how well the members of a download were packed."""
FREE_MEMBER = 1 * GIB
"""Likewise for a single member: a long string of one letter is no bomb."""
PLAUSIBLE_RATIO = 200
"""No chat, picture or sound is packed better than this."""


class ExportForm(Enum):
    """How a download holds its members."""

    ZIP = "a ZIP"
    JSON = "a single JSON file"
    FOLDER = "a folder"


class Source(Protocol):
    """Where the bytes of a member come from."""

    def chunks(self) -> Iterator[bytes]:
        """The member's bytes, from its beginning, in pieces of a few megabytes at most."""

    def in_place(self) -> Span | None:
        """The stretch of a file in which these bytes stand as they are, if they do."""


class Member(Struct, frozen=True):
    """A file inside an export.

    `name` is its path there, "/" between the parts; that of a member of an inner ZIP begins with the
    inner ZIP's, which is also its `container`. `size` is as declared, `compressed` the bytes it takes in its
    ZIP, `crc` the CRC-32 as declared (0 in a folder), `modified` seconds in UTC (ZIP dates are taken
    as UTC where they do not say; loose files have none). `cut` is true for the first part of a member whose
    rest is missing.
    """

    name: str
    size: int
    compressed: int
    crc: int
    modified: float | None
    container: str
    source: Source
    cut: bool = False

    def chunks(self) -> Iterator[bytes]:
        """The member from its beginning to its end, in pieces; as often as asked for.

        Raises `Incomplete` where the data are cut or differ from their checksum, `Unsafe` where they grow
        beyond all measure, `ExportError` where the disk fails.
        """
        return self.source.chunks()


class Meter:
    """Adds up what is unpacked from one download, and stops a bomb."""

    def __init__(self, name: str, size: int) -> None:
        self._name = name
        self._size = size
        self._total = 0

    def add(self, count: int) -> None:
        """Count bytes that were never unpacked before."""
        self._total += count
        if self._total > FREE_TOTAL and self._total > PLAUSIBLE_RATIO * self._size:
            raise bomb(self._name)


def bomb(place: str) -> Unsafe:
    """The refusal of what unpacks to more than can be."""
    return Unsafe(
        _("This unpacks to far more than a chat export can hold; it looks built to fill the disk."),
        place=place,
        advice=_("Download the export again from the service's own page."),
    )


class Download(Struct):
    """What the parts of one open download share while they are read."""

    name: str
    holds_exports: Callable[[str], bool]
    rescue: bool
    spool: Path | None
    meter: Meter
    problems: list[Problem] = field(default_factory=list)
    closing: ExitStack = field(default_factory=ExitStack)

    def place(self, member: str) -> str:
        """Where a member stands, for errors."""
        return f"{self.name}: {member}"

    def report(self, where: str, what: str) -> None:
        """Note a problem, once."""
        problem = Problem(where, what)
        if problem not in self.problems[-100:]:
            self.problems.append(problem)


Stamp = tuple[int, int, int, int]
"""Size, times of last write and last change in nanoseconds, and inode of a file."""


def stamp(path: Path) -> Stamp:
    """What tells whether a file was touched."""
    state = path.stat(follow_symlinks=True)
    return state.st_size, state.st_mtime_ns, state.st_ctime_ns, state.st_ino


class Export:
    """A download that lies open. Use it in a `with` statement: its members can be read until it is closed.

    `members` stand in the order of the ZIP's directory (a folder's by name); equal names are all kept.
    `size` counts the bytes of the download, `expands_to` those of all members as the directory declares them.
    """

    def __init__(
        self,
        path: Path,
        form: ExportForm,
        members: tuple[Member, ...],
        download: Download,
        stamps: Mapping[Path, Stamp],
    ) -> None:
        self.path = path
        self.form = form
        self.members = members
        self.size = sum(stamp[0] for stamp in stamps.values())
        self.expands_to = sum(member.size for member in members)
        self._download = download
        self._stamps = stamps

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What was found odd so far; complete once the members have been read."""
        return tuple(self._download.problems)

    def is_of(self, stamps: Mapping[Path, Stamp]) -> bool:
        """Whether what was opened is what `stamps` told of before."""
        return self._stamps == stamps

    def unchanged(self) -> bool:
        """Whether nobody touched the file (in a folder: any of the files) since it was opened."""
        try:
            return all(stamp(path) == before for path, before in self._stamps.items())
        except OSError:
            return False

    def close(self) -> None:
        """Let go of the file, and of the private copies of packed inner ZIPs."""
        self._download.closing.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
