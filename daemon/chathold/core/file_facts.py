"""What the imported files are known to say, as facts that only accumulate (DESIGN §3): the ground of all standing."""

from __future__ import annotations

from math import inf

from msgspec import Struct


class Sight(Struct, frozen=True):
    """A record in a file: the newest time in it, when somebody last spoke, and whether it is a conversation."""

    record: int
    newest: float | None = None
    activity: float | None = None
    talk: bool = True


class Numbered(Struct, frozen=True, order=True):
    """One of the numbered files in which a service gives an export, as its name tells.

    All of them are called `export` and a number, from 0 on.
    """

    export: str
    number: int

    def named(self, number: int) -> str:
        """What the file of another number is called."""
        return f"{self.export}{number:04}.zip"


class FileFacts(Struct, frozen=True):
    """What one imported file is known to say.

    `names` are all names it was seen under, `folders` where. `manifest_time` is the time of a manifest of
    its own, `name_times` those that the provider's file names carry, `member_time` the newest member's.
    `owners` are the accounts of its users file, `given` the account the user named for it. `lists` are the
    names a manifest asks for. `numbered` is which file of which export its name says that it is. `read_whole`: no chat
    in it was left out. `deleted` is what the user said of the chats that this export lacks all at once:
    that they deleted them there (true), that they did not or are not sure (false). `imported` is when it came here.
    """

    id: int
    hash: str
    provider: str
    names: frozenset[str] = frozenset()
    folders: frozenset[str] = frozenset()
    manifest_time: float | None = None
    name_times: tuple[float, ...] = ()
    member_time: float | None = None
    vouches: bool = False
    within_span: bool = False
    part_of: bool = False
    conversations: bool = False
    lists: tuple[str, ...] = ()
    numbered: Numbered | None = None
    read_whole: bool = True
    owners: frozenset[str] = frozenset()
    given: str = ""
    deleted: bool | None = None
    imported: float = inf
    sights: tuple[Sight, ...] = ()


class PartSet(Struct, frozen=True):
    """The files that belong together: those in a manifest, or all that are numbered alike and the gaps among them.

    `names` are all of them; some are still missing, some could be meant twice. `manifest` is the file by which the set
    is known: of numbered ones, the first.
    """

    manifest: int
    files: frozenset[int]
    names: tuple[str, ...]
    missing: tuple[str, ...]
    ambiguous: tuple[str, ...]
    numbered: bool = False
