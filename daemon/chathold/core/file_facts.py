"""What the imported files are known to say, as facts that only accumulate (DESIGN §3): the ground of all standing."""

from __future__ import annotations

from msgspec import Struct


class Sight(Struct, frozen=True):
    """A record in a file: the newest time in it, when somebody last spoke, and whether it is a conversation."""

    record: int
    newest: float | None = None
    activity: float | None = None
    talk: bool = True


class FileFacts(Struct, frozen=True):
    """What one imported file is known to say.

    `names` are all names it was seen under, `folders` where. `manifest_time` is the time of a manifest of
    its own, `name_times` those that the provider's file names carry, `member_time` the newest member's.
    `owners` are the accounts of its users file, `given` the account the user named for it. `lists` are the
    names a manifest asks for. `deleted` is what the user said of the chats that this export lacks all at once:
    that they deleted them there (true), that they did not or are not sure (false).
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
    owners: frozenset[str] = frozenset()
    given: str = ""
    deleted: bool | None = None
    sights: tuple[Sight, ...] = ()


class PartSet(Struct, frozen=True):
    """The files that belong to one manifest: found by name, still missing, and which could be meant twice."""

    manifest: int
    files: frozenset[int]
    missing: tuple[str, ...]
    ambiguous: tuple[str, ...]
