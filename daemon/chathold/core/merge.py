"""What several exports together say of one record (DESIGN §3, law 10): a pure function of its sightings.

Sightings are folded from the oldest to the newest. Messages are united by id; of one message's forms each
kind of part is taken whole from the newest that has any, a block-structured form before a flat one; nothing
empty, no placeholder and no cut-off beginning replaces what is there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from chathold.core.attachments import add_files
from chathold.core.model import Attachment, Message, Part, PartKind, Reading
from chathold.core.tree import Tree

_Placed = tuple[tuple[int, Part], ...]
"""Parts of one kind, each with its place in the message."""

_AMONG_EQUALS = (
    PartKind.REASONING,
    PartKind.TEXT,
    PartKind.CODE,
    PartKind.TOOL_CALL,
    PartKind.TOOL_RESULT,
    PartKind.CITATION,
    PartKind.ATTACHMENT,
    PartKind.UNKNOWN,
)
_SPECIAL = (PartKind.TOOL_CALL, PartKind.TOOL_RESULT, PartKind.CODE)

_PLACEHOLDER_TITLES = frozenset({"new chat", "untitled", "新对话", "新聊天", "新しいチャット"})


class Sighting(Struct, frozen=True):
    """A reading as one export holds it. `exported` is the export's time, `key` names the form (8 hex)."""

    reading: Reading
    exported: float | None
    key: str


class Seen(Struct, frozen=True):
    """A merged message with its place in the tree and the exports it was first and last seen in."""

    message: Message
    parent: str
    on_main_branch: bool
    first_seen: float | None
    last_seen: float | None


class Version(Struct, frozen=True):
    """A sighting after which the merged state differed from before."""

    number: int
    key: str
    exported: float | None
    title: str
    messages: int
    added: tuple[str, ...]
    changed: tuple[str, ...]


class Merged(Struct, frozen=True):
    """All that is known of one record, messages with parents first."""

    title: str
    created: float | None
    updated: float | None
    messages: tuple[Seen, ...]
    versions: tuple[Version, ...]


class Outline(Struct, frozen=True):
    """What `list` has to know of a merged record: how many messages, and the files they name."""

    title: str
    created: float | None
    updated: float | None
    messages: int
    versions: tuple[Version, ...]
    attachments: tuple[Attachment, ...]


def merge(sightings: Sequence[Sighting], upto: int | None = None) -> Merged:
    """Fold sightings, given oldest first, into one state; with `upto`, the state as of that version."""
    return _folded(sightings, upto).result()


def told(sightings: Sequence[Sighting]) -> tuple[Message, ...]:
    """The messages that `merge` would give, in the order in which they were met, without their places in the tree.

    Of a record with one form, as they were read: what a text says twice is not left out.
    """
    if len(sightings) == 1:
        messages = sightings[0].reading.messages
        if len({message.id for message in messages}) == len(messages):
            return messages
    fold = _Fold()
    for number, sighting in enumerate(sightings):
        if not number or sighting.reading is not sightings[number - 1].reading:
            fold.see(sighting)
    return tuple(map(_finished, fold.messages.values()))


def outline(sightings: Sequence[Sighting]) -> Outline:
    """What `merge` would give, without putting every message in its place."""
    fold = _folded(sightings)
    return Outline(
        fold.title,
        fold.created,
        fold.updated,
        len(fold.messages),
        tuple(fold.versions),
        tuple(each for growing in fold.messages.values() for each in growing.attachments.values()),
    )


def _folded(sightings: Sequence[Sighting], upto: int | None = None) -> _Fold:
    fold = _Fold()
    for number, sighting in enumerate(sightings):
        if number and sighting.reading is sightings[number - 1].reading:
            fold.see_again(sighting)
            continue
        fold.see(sighting)
        if len(sightings) > 1 or upto is not None:
            fold.note_version(sighting)
        if upto is not None and len(fold.versions) == upto:
            break
    if not fold.versions and sightings:
        fold.note_first_version(sightings[0])
    return fold


class _Growing(Struct):
    """A message while sightings are folded into it: what its block-structured and its flat forms say.

    `latest` is the form that was folded in last, as it was.
    """

    message: Message
    latest: Message
    blocks: dict[PartKind, _Placed]
    flat: dict[PartKind, _Placed]
    attachments: dict[str, Attachment]
    first_seen: float | None = None
    last_seen: float | None = None

    @property
    def parts(self) -> dict[PartKind, _Placed]:
        """The blocks, and of a flat rendering only what they lack or have the cut-off beginning of."""
        if not (self.blocks and self.flat):
            return self.blocks or self.flat
        told = "".join(map(_words, self.blocks.values()))
        return self.blocks | {
            kind: placed
            for kind, placed in self.flat.items()
            if _is_beginning(self.blocks.get(kind, ()), placed) and _words(placed).strip() not in told
        }


class _Fold(Struct):
    title: str = ""
    created: float | None = None
    updated: float | None = None
    leaf: str = ""
    messages: dict[str, _Growing] = field(default_factory=dict)
    claims: dict[str, list[str]] = field(default_factory=dict)
    inferred: dict[str, list[str]] = field(default_factory=dict)
    versions: list[Version] = field(default_factory=list)
    _state: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    _touched: set[str] = field(default_factory=set)
    _outer: tuple[str, str] = ("", "")
    _latest: Reading | None = None

    def see(self, sighting: Sighting) -> None:
        """Take in one sighting."""
        reading = sighting.reading
        self._latest = reading
        self.title = better_title(self.title, reading.title)
        self.created = _earliest(self.created, reading.created)
        self.updated = _latest(self.updated, reading.updated)
        for node, parent in reading.links:
            _claim(self.claims, node, parent)
        for message in reading.messages:
            self._see_message(message, sighting.exported)
            claims = self.inferred if message.inferred else self.claims
            for parent in reversed(message.parents):
                _claim(claims, message.id, parent)
        self.leaf = reading.leaf or self.leaf

    def see_again(self, sighting: Sighting) -> None:
        """Take in a sighting of the same reading: only the times it was seen differ."""
        for message in sighting.reading.messages:
            _seen_at(self.messages[message.id], sighting.exported)

    def _see_message(self, message: Message, exported: float | None) -> None:
        known = self.messages.get(message.id)
        if known is None:
            parts = _by_kind(message)
            blocks, flat = (parts, {}) if message.structured else ({}, parts)
            known = self.messages[message.id] = _Growing(message, message, blocks, flat, {})
            add_files(known.attachments, message)
            self._touched.add(message.id)
        elif message != known.latest:  # the same once more says nothing new
            _take_in(known, message)
            known.latest = message
            self._touched.add(message.id)
        _seen_at(known, exported)

    def tree(self) -> Tree:
        """The tree of everything claimed so far."""
        times = {node: growing.message.time for node, growing in self.messages.items()}
        return Tree({**self.inferred, **self.claims}, times, self.leaf)

    def note_first_version(self, sighting: Sighting) -> None:
        """The only sighting is the first version."""
        added = tuple(self.messages)
        self.versions.append(Version(1, sighting.key, sighting.exported, self.title, len(added), added, ()))

    def note_version(self, sighting: Sighting) -> None:
        """Add a version if the state differs from that of the last one."""
        tree = self.tree()
        state = {node: self._said(node, tree.parent(node)) for node in self.messages}
        self._touched.clear()
        outer = (self.title, tree.leaf)
        if self.versions and state == self._state and outer == self._outer:
            return
        added = tuple(node for node in state if node not in self._state)
        changed = tuple(node for node in state if node in self._state and state[node] != self._state[node])
        self._state, self._outer = state, outer
        number = len(self.versions) + 1
        self.versions.append(
            Version(number, sighting.key, sighting.exported, self.title, len(state), added, changed)
        )

    def _said(self, node: str, parent: str) -> tuple[Any, ...]:
        """What a message says now; where nothing touched it and it stands below the same, what it said."""
        before = self._state.get(node)
        if before is not None and before[-1] == parent and node not in self._touched:
            return before
        return _said(self.messages[node], parent)

    def result(self) -> Merged:
        """The state after all that was seen."""
        tree = self.tree()
        main = tree.main_branch()
        seen = tuple(
            Seen(
                _finished(self.messages[node]),
                tree.parent(node),
                node in main,
                self.messages[node].first_seen,
                self.messages[node].last_seen,
            )
            for node in tree.order()
        )
        return Merged(self.title, self.created, self.updated, seen, tuple(self.versions))


def _claim(claims: dict[str, list[str]], node: str, parent: str) -> None:
    """Keep the edge, the newest claim first."""
    known = claims.setdefault(node, [])
    if parent in known:
        known.remove(parent)
    known.insert(0, parent)


def better_title(old: str, new: str) -> str:
    """The newer title, unless it is empty, a placeholder, or the cut-off beginning of the older one."""
    if not new.strip() or (old and new.strip().lower() in _PLACEHOLDER_TITLES):
        return old
    if len(new) < len(old) and old.startswith(new):
        return old
    return new


def _earliest(old: float | None, new: float | None) -> float | None:
    return new if old is None else old if new is None else min(old, new)


def _latest(old: float | None, new: float | None) -> float | None:
    return new if old is None else old if new is None else max(old, new)


def _seen_at(growing: _Growing, exported: float | None) -> None:
    growing.first_seen = _earliest(growing.first_seen, exported)
    growing.last_seen = _latest(growing.last_seen, exported)


def _by_kind(message: Message) -> dict[PartKind, _Placed]:
    """The parts of each kind with their places in the message."""
    found: dict[PartKind, list[tuple[int, Part]]] = {}
    for place, part in enumerate(message.parts):
        if not part.empty:
            found.setdefault(part.kind, []).append((place, part))
    return {kind: tuple(parts) for kind, parts in found.items()}


def _take_in(known: _Growing, message: Message) -> None:
    """Fold a form of a message, newer than those before, into what is known of it."""
    old = known.message
    alike = known.blocks if message.structured else known.flat
    for kind, newer in _by_kind(message).items():
        if not _is_beginning(newer, alike.get(kind, ())):
            alike[kind] = newer
    add_files(known.attachments, message)
    known.message = replace(
        message,
        author=message.author or old.author,
        model=message.model or old.model,
        time=message.time if message.time is not None else old.time,
        hidden=old.hidden or message.hidden,
        structured=old.structured or message.structured,
        metadata=_fields(old.metadata, message.metadata),
    )


def _is_beginning(newer: _Placed, older: _Placed) -> bool:
    """Whether the newer text is the older one cut off: it then says less, not something else."""
    new, old = _words(newer), _words(older)
    return len(new) < len(old) and old.startswith(new)


def _fields(old: Mapping[str, Any], new: Mapping[str, Any]) -> Mapping[str, Any]:
    """Both sets of fields, the newer value where it says something."""
    if not old or old is new:
        return new
    return {**old, **{name: value for name, value in new.items() if value is not None or name not in old}}


def _told_once(parts: Mapping[PartKind, _Placed]) -> Mapping[PartKind, _Placed]:
    """The parts without a text that says just what a more special part says.

    A slim export calls the words to a tool a text, a rich one of the same message a tool call.
    """
    text = _words(parts.get(PartKind.TEXT, ()))
    if text and any(_words(parts.get(kind, ())) == text for kind in _SPECIAL):
        return {kind: placed for kind, placed in parts.items() if kind is not PartKind.TEXT}
    return parts


def _words(placed: _Placed) -> str:
    return "".join(part.text for _place, part in placed)


def _finished(growing: _Growing) -> Message:
    """The message with its parts where their exports had them, kind by kind among equals."""
    shown = _told_once(growing.parts)
    placed = [
        (place, number, part)
        for number, kind in enumerate(_AMONG_EQUALS)
        for place, part in shown.get(kind, ())
    ]
    placed.sort(key=lambda each: each[:2])
    return replace(
        growing.message,
        parts=tuple(part for _place, _number, part in placed),
        attachments=tuple(growing.attachments.values()),
    )


def _said(growing: _Growing, parent: str) -> tuple[Any, ...]:
    """What a person would call the message: who said what, below what."""
    message = growing.message
    shown = _told_once(growing.parts)
    files = sorted(growing.attachments)
    texts = sorted(each.text for each in growing.attachments.values() if each.text)
    return message.role, message.author, message.model, dict(shown), files, texts, parent
