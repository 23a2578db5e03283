"""What a reader makes of a provider's record: messages, parts, and the problems met on the way.

Times are seconds since 1970 in UTC, `None` where unknown. Ids are the provider's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from msgspec import Struct, field

from chathold.core.problem import Problem


class Role(StrEnum):
    """Who speaks; `DOCUMENT` is a section of a document, which nobody speaks."""

    USER = "user"
    ASSISTANT = "assistant"
    SYSTEM = "system"
    TOOL = "tool"
    DOCUMENT = "document"


class PartKind(StrEnum):
    """What a piece of a message is."""

    TEXT = "text"
    REASONING = "reasoning"
    CODE = "code"
    TOOL_CALL = "tool_call"
    TOOL_RESULT = "tool_result"
    CITATION = "citation"
    ATTACHMENT = "attachment"
    UNKNOWN = "unknown"


class Part(Struct, frozen=True):
    """A piece of a message.

    `text` is what a person reads (markers stripped, never null). `type` is the provider's own name for the
    piece, `name` the tool, file or page title, `language` that of code, `url` of a citation, `ref` the
    provider's id of the file or citation meant.
    """

    kind: PartKind
    text: str = ""
    type: str = ""
    name: str = ""
    language: str = ""
    url: str = ""
    ref: str = ""

    @property
    def empty(self) -> bool:
        """Whether nothing would be lost with this part."""
        return not (self.text or self.url or self.ref or self.name or self.kind is PartKind.UNKNOWN)


class Attachment(Struct, frozen=True):
    """A file that a message names. `id` is what asset names are looked up by; `text` is extracted content."""

    id: str = ""
    name: str = ""
    mime: str = ""
    size: int | None = None
    text: str = ""


class Message(Struct, frozen=True):
    """A message as one export holds it, or as several together show it.

    `parents` are the node ids it claims to follow, newest claim first; a node need not be a message. With
    `inferred` they are no claim, only the order in which messages stand, and yield to any real one.
    `structured` is false for a flat rendering, which never outranks a block-structured form.
    `metadata` is the provider's own, untouched; a reader puts nothing else there.
    """

    id: str
    role: Role
    parents: tuple[str, ...] = ()
    author: str = ""
    model: str = ""
    time: float | None = None
    parts: tuple[Part, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    hidden: bool = False
    structured: bool = True
    inferred: bool = False
    metadata: Mapping[str, Any] = field(default_factory=dict)


class Extract(Struct, frozen=True):
    """A piece of a document that stands inside a conversation: custom instructions, a memory, a canvas.

    `document` names the document within the account, `section` its piece (the same piece may stand in many
    conversations), `message` the message whose text it is.
    """

    kind: str
    document: str
    section: str
    title: str
    message: str
    text: str
    time: float | None = None


class Reading(Struct, frozen=True):
    """A record as a reader understands it. A document's sections are messages of role `DOCUMENT`.

    `links` are the (node, parent) pairs of nodes that are no messages. `leaf` is the node the service
    showed last, where it says so. `account` is the provider's id of the owner, where the record names it.
    """

    title: str = ""
    created: float | None = None
    updated: float | None = None
    account: str = ""
    leaf: str = ""
    messages: tuple[Message, ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    extracts: tuple[Extract, ...] = ()
    problems: tuple[Problem, ...] = ()
