"""A talk while it is being made up: what decides about it, how it is written, and the tree that grows.

All chance comes from the seed and the talk's number, and that of a month's changes from the month as well:
what an earlier export held is made again exactly as it was.
"""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass, field
from random import Random
from typing import Any

from benchmarks import vocabulary
from benchmarks.vocabulary import Language, Topic

JSON = dict[str, Any]

MESSAGE_BYTES = 990
"""What a message takes beside its text, on average over all kinds."""


@dataclass(frozen=True, slots=True)
class Change:
    """What happened to a talk between two exports: messages were added, and perhaps it got a new title."""

    month: int
    time: float
    renamed: bool


@dataclass(frozen=True, slots=True)
class Talk:
    """What decides about a conversation. `size` is about the bytes it takes; times are seconds since 1970."""

    seed: int
    number: int
    size: int
    created: float
    changes: tuple[Change, ...] = ()

    @property
    def updated(self) -> float:
        """The time after which talks are ordered in an export."""
        return self.changes[-1].time if self.changes else self.created


@dataclass(frozen=True, slots=True)
class Writing:
    """How an export writes what it holds: the order of keys, and durations, which no two exports share."""

    flavour: int = 0

    def encode(self, value: Any) -> str:
        """One line of ASCII-escaped JSON, as OpenAI writes it."""
        return json.dumps(self.ordered(value) if self.flavour else value)

    def ordered(self, value: Any) -> Any:
        """The same value with the keys of all its objects in this export's order."""
        if isinstance(value, dict):
            return {key: self.ordered(value[key]) for key in self.keys(tuple(value))}
        if isinstance(value, list):
            return [self.ordered(item) for item in value]
        return value

    def keys(self, keys: tuple[str, ...]) -> list[str]:
        """Keys in this export's order."""
        return sorted(keys, key=self.rank) if self.flavour else list(keys)

    def rank(self, key: str) -> int:
        """Where a key stands: arbitrary, and another place in another flavour."""
        return zlib.crc32(f"{self.flavour} {key}".encode())


AS_FIRST_EXPORTED = Writing()
"""Keys and durations as the first export has them."""


@dataclass(slots=True)
class Node:
    """A node of the tree; its message is JSON already, `null` at the root."""

    parent: str | None
    message: str
    children: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Speaker:
    """A talk while it is being made up: its tree, the leaf shown last, clock, language and topic."""

    random: Random
    durations: Random
    writing: Writing
    spoken: Language
    model: str
    clock: float
    wordiness: float = 1.0
    pasting: float = 0.0
    nodes: dict[str, Node] = field(default_factory=dict)
    leaf: str = ""
    size: int = 0
    turns: int = 0
    about: Topic = field(init=False)

    def __post_init__(self) -> None:
        """Start with a topic."""
        self.about = vocabulary.topic(self.spoken, self.random)

    def uuid(self) -> str:
        """A random id in the form of a UUID."""
        digits = self.random.randbytes(16).hex()
        return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"

    def text(self, size: float) -> str:
        """Prose of about `size` bytes as JSON."""
        tokens = max(2, int(size / self.spoken.token_bytes))
        text = vocabulary.prose(self.spoken, self.about, tokens, self.random)
        self.size += int(tokens * self.spoken.token_bytes)
        return text

    def code(self) -> str:
        """A fenced piece of code."""
        code = vocabulary.code(self.about, self.random)
        self.size += len(code)
        return code

    def add(self, parent: str, role: str, content: JSON, metadata: JSON, **more: Any) -> str:
        """Hang a message below `parent` and make it the leaf."""
        node_id = self.uuid()
        self.clock += self.random.random() * 40
        self.size += MESSAGE_BYTES
        message = {
            "id": node_id,
            "author": {"role": role, "name": more.get("name"), "metadata": {}},
            "create_time": None if role == "system" else round(self.clock, 6),
            "update_time": None,
            "content": content,
            "status": "finished_successfully",
            "end_turn": more.get("end_turn"),
            "weight": 0.0 if role == "system" else 1.0,
            "metadata": metadata,
            "recipient": more.get("recipient", "all"),
            "channel": more.get("channel"),
        }
        self.hang(node_id, parent, self.writing.encode(message))
        return node_id

    def hang(self, node_id: str, parent: str | None, message: str) -> None:
        """Put a node into the tree and make it the leaf."""
        self.nodes[node_id] = Node(parent, message)
        if parent is not None:
            self.nodes[parent].children.append(node_id)
        self.leaf = node_id
