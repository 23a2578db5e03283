"""What really happened between a person and a chat service, and what an export was made to show of it.

Plain values, written down from the format notes alone. They share no code with the program, so that an error
in the program is not repeated here.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum, StrEnum

CHATGPT, CLAUDE, DEEPSEEK = "chatgpt", "claude", "deepseek"
PROVIDERS = (CHATGPT, CLAUDE, DEEPSEEK)

DAY = 86_400.0


def named(*words: object) -> str:
    """A UUID that stands for these words, the same in every run."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "/".join(map(str, words))))


def stamp(seconds: float) -> datetime:
    """A time in seconds since 1970 as a date in UTC."""
    return datetime.fromtimestamp(seconds, UTC)


class Kind(StrEnum):
    """What a piece of a message is to the person."""

    TEXT = "text"
    REASONING = "reasoning"
    CODE = "code"
    RESULT = "result"
    PAGE = "page"
    PASTED = "pasted"


class Blank(StrEnum):
    """How an export leaves a message's words out that an earlier one had."""

    NO = ""
    NULL = "null"
    EMPTY = "empty"
    LIST = "list"
    PLACEHOLDER = "placeholder"


@dataclass(frozen=True, slots=True)
class Piece:
    """Words of one kind inside a message."""

    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class Turn:
    """A message: what it says now, and the message it follows ("" at the beginning).

    `file` names an attached `Asset`. `nameless` ones are exported without an id. `blank` ones have lost their
    words in this export.
    """

    id: str
    parent: str
    role: str
    time: float
    pieces: tuple[Piece, ...]
    file: str = ""
    nameless: bool = False
    blank: Blank = Blank.NO


@dataclass(frozen=True, slots=True)
class Chat:
    """A conversation as it stands: its turns parents first, and the one shown last.

    `husks` are (node, parent) pairs of nodes that an export left without their message. `cut` names turns
    whose answer is still being written.
    """

    id: str
    account: str
    created: float
    updated: float | None
    title: str | None
    turns: tuple[Turn, ...] = ()
    leaf: str = ""
    cut: frozenset[str] = frozenset()
    husks: tuple[tuple[str, str], ...] = ()

    @property
    def active(self) -> float:
        """When something last happened in it."""
        return max((self.created, self.updated or 0.0, *(turn.time for turn in self.turns)))


@dataclass(frozen=True, slots=True)
class Document:
    """What is no conversation: a project, a memory, a coding task. `sort` says which."""

    id: str
    sort: str
    account: str
    title: str
    text: str
    updated: float


@dataclass(frozen=True, slots=True)
class Asset:
    """A file of the person's, by the service's id."""

    id: str
    name: str
    data: bytes


class Container(Enum):
    """What a browser puts on the disk for one export."""

    ZIP = "one ZIP"
    FOLDER = "the ZIP, unpacked"
    LOOSE = "conversation files alone, no ZIP around them"
    PORTAL = "ChatGPT's privacy portal: ZIPs in a ZIP"
    PARTS = "Claude's manifest and one ZIP for each category"
    BATCHES = "Claude's older split into whole ZIPs"


@dataclass(frozen=True, slots=True)
class Shape:
    """How an export is written down. None of it is anything the person said.

    `rich` is ChatGPT's full tree, or Claude's content blocks. `shards` is the number of conversation files,
    `seed` settles the order of keys and files and what is volatile. `listed` is whether a manifest lists the
    members (for Claude: whether projects have files of their own), `users` whether the account is named,
    `dated` whether the name has a date. `repeats` puts one record into two shards. `ids` and `links` are
    whether Claude names the account and the parent in every record.
    """

    container: Container = Container.ZIP
    rich: bool = True
    shards: int = 1
    listed: bool = True
    users: bool = True
    dated: bool = True
    spaced: bool = False
    escaped: bool = False
    repeats: bool = False
    named_shards: bool = False
    ids: bool = True
    links: bool = True
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Export:
    """One export: what it shows, and in which shape. `lost` names chats whose shard never reached the disk.

    `whole` is true where it shows every chat that the account had at `time`.
    """

    number: int
    provider: str
    account: str
    time: float
    chats: tuple[Chat, ...]
    documents: tuple[Document, ...] = ()
    assets: tuple[Asset, ...] = ()
    shape: Shape = field(default_factory=Shape)
    lost: frozenset[str] = frozenset()
    whole: bool = True
    windowed: bool = False

    @property
    def delivered(self) -> tuple[Chat, ...]:
        """The chats whose records are on the disk."""
        return tuple(chat for chat in self.chats if chat.id not in self.lost)


@dataclass(frozen=True, slots=True)
class Written:
    """One download: a file (`data`), or the members of a ZIP or folder, and what of the truth is in it.

    `users` is true where a users file of the service's names the account.
    """

    name: str
    members: tuple[tuple[str, bytes], ...] = ()
    data: bytes | None = None
    chats: tuple[Chat, ...] = ()
    documents: tuple[Document, ...] = ()
    assets: tuple[Asset, ...] = ()
    users: bool = False
    folder: bool = False
