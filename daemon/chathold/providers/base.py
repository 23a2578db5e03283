"""What a provider's module is: constants and pure functions over values that have already been read.

A provider never opens files. The exports package cuts members into records; the archive keeps them; a
provider says what a member is (`recognise`), where a member's own facts lie (`accounts`, `manifest`,
`asset_names`, `coverage`), and what a record means (`read`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any, Protocol

from msgspec import Struct

from chathold.core.file_facts import Numbered
from chathold.core.identity import CONVERSATION
from chathold.core.model import Reading


class Use(Enum):
    """What a member of an export is good for."""

    RECORDS = "an array of records, or an object that holds one under `array`"
    RECORD = "one record"
    ACCOUNTS = "says whose export this is"
    MANIFEST = "lists the files that belong to the export"
    ASSET_NAMES = "names of files by their provider id"
    ASSET = "a file of the user's: kept as bytes"
    IGNORED = "known, and left out on purpose: a rendering of other members, or personal data that is no chat"


class Recognition(Struct, frozen=True):
    """What a provider makes of one member.

    `evidence` is true where the content alone proves the provider. `ids` are the places
    where a record may carry its id, best first, and `owner` where it names its account (names, joined by dots
    where they lead into objects); `kind` is the record kind. `array` names the member of a wrapping object
    that holds the records ("" where the array is the whole file), `body` the largest member of a record.
    """

    use: Use
    kind: str = CONVERSATION
    evidence: bool = False
    ids: tuple[str, ...] = ("id",)
    array: str = ""
    owner: str = ""
    body: str = ""

    @property
    def of_chats(self) -> bool:
        """Whether the member holds conversations."""
        return self.kind == CONVERSATION and self.use in (Use.RECORDS, Use.RECORD)


class Owner(Struct, frozen=True):
    """An account named by a users file: the provider's id and a hint a person recognises, masked."""

    account: str
    hint: str = ""


class Manifest(Struct, frozen=True):
    """What a manifest says: when the export was made and which files belong to it, by name.

    `links` are private: those of the service's own by which a browser gets a file, as (name, address). They are
    neither archived nor logged.
    """

    created: float | None
    files: tuple[str, ...]
    links: tuple[tuple[str, str], ...] = ()

    def __repr__(self) -> str:
        """Without the links."""
        return f"Manifest({self.created}, {self.files})"


class AssetName(Struct, frozen=True):
    """What a side-car says of a file: the id that messages use, and the name the user gave it."""

    id: str
    name: str
    mime: str = ""
    size: int | None = None
    conversation: str = ""
    message: str = ""


class Coverage(Struct, frozen=True):
    """How much of an account one download holds.

    `vouches` is true only if the download is known to hold *all* conversations (of its time span, if
    `within_span`). `seen` and `missing` name its own numbered files; `part_of` is true for a download that
    is one of several and can only vouch together with the others.
    """

    vouches: bool = False
    within_span: bool = False
    part_of: bool = False
    seen: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


class Kept(Struct, frozen=True):
    """A message as several exports together show it: its parent, and the record that says it best.

    `parent` is "" for a first message. `record` is one of the provider's own records of the conversation.
    """

    id: str
    parent: str
    record: Mapping[str, Any]


class Outer(Struct, frozen=True):
    """What several exports together say of a conversation beside its messages.

    `ref` is the provider's id, `leaf` the message shown last, where any export says so.
    """

    ref: str
    title: str
    created: float | None
    updated: float | None
    leaf: str


class Stand(Struct, frozen=True):
    """Where a record stands in an export: a member's name, and whether that is a list of records."""

    name: str
    listed: bool


class Provider(Protocol):
    """One chat service. Implemented by a module; its docstring is the field guide of the format."""

    @property
    def NAME(self) -> str:
        """The service's name in commands and archives, in lower case."""

    @property
    def TITLE(self) -> str:
        """The service's name as it writes it."""

    @property
    def READER(self) -> int:
        """Version of this reader; a higher one reads everything again."""

    @property
    def CHAT(self) -> str:
        """Where the service shows a conversation, with `{id}` for its own id of it."""

    @property
    def NEVER_EXPORTED(self) -> tuple[tuple[str, str], ...]:
        """What this service's exports never hold, each with the date this was last looked up (ISO)."""

    def recognise(self, name: str, sample: Any) -> Recognition | None:
        """What the member called `name` is.

        `name` uses `/`. `sample` is the beginning of its JSON, cut at a whole value and closed
        (`exports.sniffing`), or `None` for a member that is no JSON. `None` as answer: not ours.
        """

    def holds_exports(self, name: str) -> bool:
        """Whether a ZIP member of this name is itself part of the export and has to be opened."""

    def coverage(self, names: Sequence[tuple[str, Recognition]], manifest: Manifest | None) -> Coverage:
        """How much this download holds, from its recognised members' names and its own manifest."""

    def accounts(self, value: Any) -> tuple[Owner, ...]:
        """The owners that an ACCOUNTS member names."""

    def manifest(self, value: Any) -> Manifest:
        """What a MANIFEST member says; raises nothing, an unreadable one lists no files."""

    def asset_names(self, value: Any) -> tuple[AssetName, ...]:
        """The names that an ASSET_NAMES member gives."""

    def asset_id(self, name: str) -> str:
        """The provider id under which messages mention the asset member `name`, or ""."""

    def numbered(self, name: str) -> Numbered | None:
        """Which of the numbered files of an export a file is, by its name or that of its folder; none if it is none."""

    def name_time(self, name: str) -> float | None:
        """The export time that the provider put into the file name of the download, if it did."""

    def strip(self, kind: str, value: dict[str, Any]) -> int:
        """Remove the fields proven volatile from a decoded record, in place; how many names went.

        Only numbers, null and booleans are ever volatile here, so that the count of names tells how much
        shorter the canonical form became.
        """

    def read(self, kind: str, value: Mapping[str, Any]) -> Reading:
        """What a record means. Never raises on foreign shapes: what does not fit becomes a problem."""

    def combine(self, base: Mapping[str, Any], outer: Outer, kept: Sequence[Kept]) -> dict[str, Any]:
        """One record in the shape of the official export, of what several of a conversation's records say.

        `base` is the newest of them, `kept` are all messages, parents first. Reading what this gives gives
        these messages below these parents, as far as the shape can say it.
        """

    def as_exported(self, kind: str, value: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """A record as an official export holds it, less what is personal beside the chats and the account's id.

        None if it is of another shape, as other tools save it.
        """

    def stand(self, kind: str, ref: str) -> Stand | None:
        """Where a record of this kind stands in an official export; none if it has no place there."""

    def users(self, account: str) -> tuple[str, Any]:
        """The name and value of the member that names the account, with nothing else of the person's."""

    def asset_list(self, names: Sequence[AssetName]) -> tuple[str, Any] | None:
        """The name and value of the side-car that names the user's files; none if the export has none."""
