"""What a ChatGPT conversation means: a tree of nodes under `mapping`, most of which hold a message.

A node's key is its id and its message's id. Edges are claimed by a node (`parent`) and by what lists it
(`children`, left out since mid-2026); both are kept, the node's own first. If there is not one edge, messages
follow each other in order of time.

    root (no message) ← context (hidden) ← question ← answer          `current_node`: the leaf shown last
                                                    ← answer again

JSON objects have no order, and the order of `mapping` does change between exports: nodes are read by id, and
messages handed on by time, then id.

Documents inside conversations: custom instructions (`user_editable_context`), memory
(`model_editable_context` and what is said to `bio`), canvases (calls of `canmore.create_textdoc` and
`.update_textdoc`; the canvas's id is in the tool's answer, in `metadata.canvas` or as JSON in its text).
What a message's `metadata.canvas` quotes of a canvas is kept too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from msgspec import Struct, field

from chathold.core.model import Extract, Message, PartKind, Reading, Role
from chathold.core.problem import NO_MESSAGE, NO_MESSAGES, Problem
from chathold.core.texts import N_
from chathold.providers.chatgpt_content import look_beside, read_content
from chathold.providers.chatgpt_draft import Draft
from chathold.providers.chatgpt_text import compact, parsed, raw_text, shown
from chathold.providers.notes import ODD_TITLE
from chathold.providers.values import items, mapping, seconds, text
from chathold.providers.words import UNREAD, holds_words, unread

_ROLES = {
    "user": Role.USER,
    "human": Role.USER,
    "assistant": Role.ASSISTANT,
    "tool": Role.TOOL,
    "function": Role.TOOL,
    "system": Role.SYSTEM,
    "developer": Role.SYSTEM,
}
_OF_CONVERSATION = frozenset({"mapping", "moderation_results", "safe_urls", "blocked_urls", "owner"})
_OF_NODE = frozenset({"id", "message", "parent", "children"})
_BESIDE_METADATA = ("status", "end_turn", "weight", "recipient", "channel", "update_time")
_CONTEXTS = ("user_editable_context", "model_editable_context")
_UNSEEN = ("system", "developer")
_CANVAS_TEXTS = ("content", "textdoc_content", "text")

_NO_OBJECT = N_("This is not built like a ChatGPT conversation.")
_ODD_TIME = N_("This time could not be read.")
_NOBODY = N_("It is not said who wrote this message.")
_NEW_ROLE = N_("The author of this message has a role that is not known yet.")
_TWICE = N_("Two different messages carry the same id; both are kept.")
_ITSELF = N_("This message claims to follow itself.")
_NO_LEAF = N_("The message that was shown last is missing.")


class _Canvas(Struct, frozen=True):
    """What a tool's answer says of the canvas that a call made or changed."""

    id: str
    title: str


class _Finds(Struct):
    """What is gathered while the messages of one conversation are read."""

    problems: list[Problem] = field(default_factory=list)
    extracts: list[Extract] = field(default_factory=list)
    calls: list[tuple[Message, str, str]] = field(default_factory=list)
    canvases: dict[str, _Canvas] = field(default_factory=dict)

    def problem(self, where: str, what: str) -> None:
        self.problems.append(Problem(where, what))


def read_conversation(value: Any) -> Reading:
    """What a conversation means. Never raises."""
    if not isinstance(value, dict):
        return Reading(problems=(Problem("", _NO_OBJECT),))
    finds = _Finds()
    tree = value.get("mapping")
    if not isinstance(tree, dict):
        finds.problem("mapping", NO_MESSAGES)
        tree = {}
        messages, links = list[Message](), list[tuple[str, str]]()
    else:
        messages, links = _nodes(dict(sorted(tree.items())), finds)
        if not messages and holds_words(value):
            finds.problem("mapping", NO_MESSAGES)
        for name in unread(value, _OF_CONVERSATION) if messages else ():
            finds.problem(name, UNREAD)
    title = value.get("title")
    if title is not None and not isinstance(title, str):
        finds.problem("title", ODD_TITLE)
    extracts = (*finds.extracts, *_canvases(finds))
    return Reading(
        title=shown(text(title)),
        created=_time(value, "create_time", "", finds),
        updated=_time(value, "update_time", "", finds),
        leaf=_leaf(value, tree, finds),
        messages=tuple(messages),
        links=tuple(links),
        extracts=tuple(sorted(extracts, key=_extract_order)),
        problems=tuple(finds.problems),
    )


def _extract_order(extract: Extract) -> tuple[float, str, str]:
    return extract.time or 0.0, extract.message, extract.kind


def _time(held: Mapping[str, Any], name: str, node: str, finds: _Finds) -> float | None:
    """A time of the conversation, or of the message of a `node`."""
    value = held.get(name)
    if value is None or value == "":
        return None
    time = seconds(value)
    if time is None:
        finds.problem(f"mapping.{node}.message.{name}" if node else name, _ODD_TIME)
    return time


def _leaf(value: Mapping[str, Any], tree: Mapping[str, Any], finds: _Finds) -> str:
    leaf = text(value.get("current_node"))
    if leaf and leaf not in tree:
        finds.problem("current_node", _NO_LEAF)
        return ""
    return leaf


def _nodes(tree: Mapping[str, Any], finds: _Finds) -> tuple[list[Message], list[tuple[str, str]]]:
    """The messages of the tree, and the edges of nodes that hold none."""
    claims = _claims(tree, finds)
    messages: list[Message] = []
    links: list[tuple[str, str]] = []
    for node, held in tree.items():
        if not isinstance(held, dict):
            finds.problem(f"mapping.{node}", NO_MESSAGE)
            continue
        parents = tuple(claims[node])
        message = held.get("message")
        if isinstance(message, dict):
            if name := node or _name(held, message, tree, finds):
                beside = (
                    {} if held.keys() <= _OF_NODE else {each: held[each] for each in held.keys() - _OF_NODE}
                )
                messages.append(_message(name, parents, message, beside, finds))
            continue
        if message is not None:
            finds.problem(f"mapping.{node}.message", NO_MESSAGE)
        elif holds_words(held):
            finds.problem(f"mapping.{node}", NO_MESSAGE)
        links.extend((node, parent) for parent in parents)
    messages.sort(key=lambda message: (message.time or 0.0, message.id))
    return messages, sorted(links)


def _claims(tree: Mapping[str, Any], finds: _Finds) -> dict[str, list[str]]:
    """The nodes that each node claims to follow, its own claim first, then those that list it."""
    claims: dict[str, list[str]] = {}
    listed: dict[str, set[str]] = {}
    for node, held in tree.items():
        about = mapping(held)
        parent = about.get("parent")
        claims[node] = [parent] if isinstance(parent, str) and parent else []
        for child in items(about.get("children")):
            if isinstance(child, str) and mapping(tree.get(child)).get("parent") != node:
                listed.setdefault(child, set()).add(node)
    for child, nodes in listed.items():
        if child in claims:
            claims[child] += sorted(nodes)
    for node, parents in claims.items():
        if node in parents:
            parents.remove(node)
            finds.problem(f"mapping.{node}.parent", _ITSELF)
    if len(claims) > 1 and not any(claims.values()):
        _follow_time(tree, claims)
    return claims


def _follow_time(tree: Mapping[str, Any], claims: dict[str, list[str]]) -> None:
    """Make messages without any edge follow each other in order of time."""
    said = {node: mapping(mapping(held).get("message")) for node, held in tree.items()}
    timed = sorted(
        (seconds(message.get("create_time")) or 0.0, node) for node, message in said.items() if message
    )
    for (_, before), (_, after) in pairwise(timed):
        claims[after].append(before)


def _name(held: Mapping[str, Any], message: Mapping[str, Any], tree: Mapping[str, Any], finds: _Finds) -> str:
    """An id for the message under the key ""; "" if it is a copy of another."""
    name = text(held.get("id")) or text(message.get("id"))
    if not name:
        role = text(mapping(message.get("author")).get("role"))
        return _digest(f"{role}|{seconds(message.get('create_time'))}|0")[:16]
    if name not in tree:
        return name
    digest = _digest(compact(message))
    if _digest(compact(mapping(tree[name]).get("message"))) == digest:
        return ""
    finds.problem(f"mapping.{name}", _TWICE)
    return f"{name}~{digest[:8]}"


def _digest(value: str) -> str:
    return hashlib.sha256(value.encode("utf-8", "replace")).hexdigest()


def _message(
    node: str,
    parents: tuple[str, ...],
    message: Mapping[str, Any],
    beside: Mapping[str, Any],
    finds: _Finds,
) -> Message:
    """What a message means; `beside` is what its node holds beside it."""
    author = mapping(message.get("author"))
    role = _role(node, author, finds)
    metadata = mapping(message.get("metadata"))
    recipient = message.get("recipient")
    content = message.get("content")
    draft = Draft(
        node,
        role,
        text(author.get("name")),
        recipient if isinstance(recipient, str) else None,
        metadata,
        finds.problems,
    )
    read_content(draft, message)
    look_beside(draft, message, beside)
    told = {name: held for name in _BESIDE_METADATA if (held := message.get(name)) is not None}
    result = Message(
        node,
        role,
        parents,
        draft.author,
        text(metadata.get("model_slug")),
        _time(message, "create_time", node, finds),
        tuple(draft.parts),
        tuple(draft.attachments.values()),
        hidden=_out_of_sight(message, author, metadata, content),
        metadata={**metadata, **told} if told else metadata,
    )
    if isinstance(content, dict):
        _gather(draft, result, content, finds)
    return result


def _role(node: str, author: Mapping[str, Any], finds: _Finds) -> Role:
    """Who speaks; where that is not known, nobody: the system."""
    name = text(author.get("role"))
    role = _ROLES.get(name)
    if role is None:
        finds.problem(f"mapping.{node}.message.author", _NEW_ROLE if name else _NOBODY)
        return Role.SYSTEM
    return role


def _out_of_sight(
    message: Mapping[str, Any], author: Mapping[str, Any], metadata: Mapping[str, Any], content: Any
) -> bool:
    """Whether ChatGPT does not show this message in the chat."""
    if message.get("weight", 1) == 0 or metadata.get("is_visually_hidden_from_conversation") is True:
        return True
    kind = content.get("content_type") if isinstance(content, dict) else None
    return kind in _CONTEXTS or author.get("role") in _UNSEEN


# Documents inside conversations.


def _gather(draft: Draft, message: Message, content: Mapping[str, Any], finds: _Finds) -> None:
    """Take note of what belongs to a document."""
    kind = content.get("content_type")
    if kind == "user_editable_context":
        _remember(finds, "instructions", "Custom instructions", message)
    elif kind == "model_editable_context" or (draft.recipient == "bio" and draft.role is Role.ASSISTANT):
        _remember(finds, "memory", "Memory", message)
    elif draft.recipient in ("canmore.create_textdoc", "canmore.update_textdoc"):
        finds.calls.append((message, draft.recipient, raw_text(content)))
    if "canvas" in draft.metadata or draft.author.startswith("canmore."):
        _note_canvas(draft, message, content, finds)


def _remember(finds: _Finds, kind: str, title: str, message: Message) -> None:
    """A piece of the one document of its kind; the same text in many chats is one piece."""
    words = "\n\n".join(
        part.text for part in message.parts if part.kind in (PartKind.TEXT, PartKind.TOOL_CALL)
    )
    if words:
        finds.extracts.append(
            Extract(kind, kind, _digest(words)[:16], title, message.id, words, message.time)
        )


def _note_canvas(draft: Draft, message: Message, content: Mapping[str, Any], finds: _Finds) -> None:
    """What a message knows of a canvas: its id and title, for the call it answers, and perhaps its text."""
    canvas = mapping(draft.metadata.get("canvas"))
    answer = mapping(parsed(raw_text(content))) if draft.role is Role.TOOL else {}
    name = text(canvas.get("textdoc_id")) or text(answer.get("textdoc_id"))
    title = shown(text(canvas.get("title")) or text(answer.get("name")))
    if not name:
        return
    called = draft.recipient is not None and draft.recipient.startswith("canmore.")
    for node in (message.id,) if called else message.parents:
        finds.canvases.setdefault(node, _Canvas(name, title))
    words = next((found for key in _CANVAS_TEXTS if (found := text(canvas.get(key)))), "")
    if words and not called:
        finds.extracts.append(
            Extract("canvas", name, message.id, title, message.id, shown(words), message.time)
        )


def _canvases(finds: _Finds) -> Iterator[Extract]:
    """What the calls wrote into canvases; `.update_textdoc` gives replacements, often of the whole text."""
    for message, recipient, written in finds.calls:
        call = mapping(parsed(written))
        canvas = finds.canvases.get(message.id, _Canvas(message.id, ""))
        if recipient == "canmore.create_textdoc":
            words = text(call.get("content"))
        else:
            updates = map(mapping, items(call.get("updates")))
            words = "\n\n".join(filter(None, (text(update.get("replacement")) for update in updates)))
        title = shown(text(call.get("name"))) or canvas.title
        if words := shown(words or written):
            yield Extract("canvas", canvas.id, message.id, title, message.id, words, message.time)
