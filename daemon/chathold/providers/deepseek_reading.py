"""What a DeepSeek conversation means: a tree of nodes, most of which hold a message.

**Ids and edges.** A node's key is its message's id; the number that the web interface gives a message is
the same id. Whatever follows nothing follows "root". An edge is claimed by the node (`parent`) and by the
node that lists it (`children`); where the two disagree, both claims are kept, the node's own first.

**A question with its answer** in one node becomes two messages; what followed the node follows the answer:

    node "7" [REQUEST, THINK, RESPONSE]     →     "7" user  ←  "7/answer" assistant  ←  children of "7"

An export in which "7" holds the question alone says that its children follow "7"; as "7/answer" lies below
"7", both claims together still put them below the answer. A node that holds an answer alone keeps its id.

**Who speaks** is told by the fragments, else by `role`, else by the place: what follows a user's message is
an answer, all else a question. In a message that both speak, what tells nothing belongs to whoever spoke
before it.

**No ids:** an id is made of role, time and ordinal among equals. Messages in a row of which none says what
it follows each follow the one before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from chathold.core.model import Message, Reading, Role
from chathold.core.problem import Problem
from chathold.core.texts import N_
from chathold.providers.deepseek_fragments import (
    identifier,
    misbuilt,
    read_fragments,
    speakers,
)
from chathold.providers.deepseek_nodes import Node, nodes_of
from chathold.providers.notes import ODD_TITLE, Notes
from chathold.providers.values import mapping, seconds, text
from chathold.providers.words import UNREAD, silent, unread

_ANSWER = "/answer"
_HOLDERS = (("data", "biz_data"), ("data",), ())
_CREATED = ("inserted_at", "created_at")
_UPDATED = ("updated_at",)
_READ_OF_MESSAGES = frozenset(
    {
        *("id", "message_id", "parent_id", "parent", "role", "author", "model", *_CREATED),
        *("fragments", "files", "content", "reasoning_content", "thinking_content", "search_results"),
    }
)

_OF_CONVERSATIONS = frozenset({"mapping", "messages", "chat_messages", "chat_session", "data"})
_FLAT = frozenset({"content", "reasoning_content", "thinking_content", "search_results"})

_NO_CONVERSATION = N_("This is not built like a DeepSeek conversation.")
_ODD_TIME = N_("This time could not be read.")


def session_holder(value: Mapping[str, Any]) -> tuple[tuple[str, ...], Mapping[str, Any]]:
    """Where in an answer of the web interface the chat lies: the names that lead there, and the object.

    If `value` is no such answer: no names, and `value` itself.
    """
    for path in _HOLDERS:
        held = value
        for name in path:
            held = mapping(held.get(name))
        if "chat_session" in held or "chat_messages" in held:
            return path, held
    return (), value


def read_conversation(value: Any) -> Reading:
    """What a conversation means, in the official shape or one of the others. Never raises."""
    if not isinstance(value, dict):
        return Reading(problems=(Problem("", _NO_CONVERSATION),))
    notes = Notes()
    path, held = session_holder(value)
    session = held.get("chat_session")
    about = session if isinstance(session, dict) else value
    if about.get("title") is not None and not isinstance(about["title"], str):
        notes.add("title", ODD_TITLE)
    created = _time(about, _CREATED, "", notes)
    updated = _time(about, _UPDATED, "", notes)
    nodes = nodes_of(value, held, ".".join((*path, "chat_messages")), notes)
    answers = _answers(nodes)
    messages, links = _messages(nodes, answers, notes)
    for name in unread({**value, **held}, _OF_CONVERSATIONS) if messages else ():
        notes.add(name, UNREAD)
    leaf = identifier(about.get("current_message_id"))
    return Reading(
        title=text(about.get("title")),
        created=created,
        updated=updated,
        leaf=answers.get(leaf, leaf) if leaf in nodes else "",
        messages=messages,
        links=links,
        problems=tuple(notes.problems),
    )


def said_by(value: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The messages of a conversation, all with fragments, by the ids under which they are read."""
    notes = Notes()
    nodes = nodes_of(value, session_holder(value)[1], "", notes)
    answers = _answers(nodes)
    found: dict[str, Mapping[str, Any]] = {}
    for key, node in nodes.items():
        if node.message is None:
            continue
        message = node.message
        if node.fragments and node.speakers not in ((Role.SYSTEM,), (Role.TOOL,)):
            message = {name: held for name, held in message.items() if name not in _FLAT}
            message["fragments"] = node.fragments
        if key in answers:
            asked, answered = _shares(list(enumerate(node.fragments)))
            found[answers[key]] = {name: held for name, held in message.items() if name != "files"} | {
                "fragments": [fragment for _place, fragment in answered]
            }
            message = {**message, "fragments": [fragment for _place, fragment in asked]}
        found[key] = message
    return found


def _time(held: Mapping[str, Any], names: Iterable[str], where: str, notes: Notes) -> float | None:
    for name in names:
        value = held.get(name)
        if value is None or value == "":
            continue
        time = seconds(value)
        if time is None:
            notes.add(f"{where}.{name}" if where else name, _ODD_TIME)
        return time
    return None


def _answers(nodes: Mapping[str, Node]) -> dict[str, str]:
    """The ids of the answers that lie in one node with their question."""
    answers: dict[str, str] = {}
    for key, node in nodes.items():
        if len(node.speakers) > 1:
            name = key + _ANSWER
            while name in nodes:
                name += _ANSWER
            answers[key] = name
    return answers


def _messages(
    nodes: Mapping[str, Node], answers: Mapping[str, str], notes: Notes
) -> tuple[tuple[Message, ...], tuple[tuple[str, str], ...]]:
    messages: list[Message] = []
    links: list[tuple[str, str]] = []
    for key, node in nodes.items():
        parents = tuple([answers.get(claim, claim) for claim in node.claims])
        if node.message is None:
            links.extend([(key, parent) for parent in parents])
            continue
        pieces = list(enumerate(node.fragments))
        files = node.message.get("files")
        if key in answers:
            asked, answered = _shares(pieces)
            messages.append(_message(node, node.message, key, Role.USER, parents, asked, files, notes))
            files, pieces, parents = None, answered, (key,)
        role = node.speakers[-1] if node.speakers else _role_by_place(node, nodes)
        messages.append(
            _message(node, node.message, answers.get(key, key), role, parents, pieces, files, notes)
        )
    return tuple(messages), tuple(links)


def _shares(pieces: list[tuple[int, Any]]) -> tuple[list[tuple[int, Any]], list[tuple[int, Any]]]:
    """The fragments of the user, and those of the answer."""
    asked: list[tuple[int, Any]] = []
    answered: list[tuple[int, Any]] = []
    share = asked
    for piece in pieces:
        match speakers((piece[1],)):
            case (Role.USER,):
                share = asked
            case (Role.ASSISTANT,):
                share = answered
        share.append(piece)
    return asked, answered


def _role_by_place(node: Node, nodes: Mapping[str, Node]) -> Role:
    before = [nodes[claim] for claim in node.claims if claim in nodes]
    return Role.ASSISTANT if any(other.speakers[-1:] == (Role.USER,) for other in before) else Role.USER


def _message(
    node: Node,
    held: dict[str, Any],
    name: str,
    role: Role,
    parents: tuple[str, ...],
    pieces: list[tuple[int, Any]],
    files: Any,
    notes: Notes,
) -> Message:
    parts, attachments = read_fragments(pieces, files, node.where, notes)
    metadata = {key: value for key, value in held.items() if key not in _READ_OF_MESSAGES}
    whole = isinstance(held.get("fragments"), list)
    other = metadata
    if not whole and silent(parts):
        other = {**metadata, "fragments": held.get("fragments")}
    if other and (len(node.speakers) < 2 or role is not Role.USER):  # noqa: PLR2004 - a question with its answer
        parts = (*parts, *misbuilt(parts, other, "", node.where, notes))
    return Message(
        id=name,
        role=role,
        parents=parents,
        model=text(held.get("model")),
        time=_time(held, _CREATED, node.where, notes),
        parts=parts,
        attachments=attachments,
        structured=whole,
        metadata=metadata,
    )
