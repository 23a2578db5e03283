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

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from chathold.core.model import Message, Problem, Reading, Role
from chathold.core.texts import N_
from chathold.providers.deepseek_fragments import (
    Notes,
    best_text,
    compact,
    identifier,
    named_speaker,
    read_fragments,
    speakers,
)
from chathold.providers.values import items, mapping, seconds, text

ROOT = "root"
"""The node that all else hangs below."""

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

_FLAT = frozenset({"content", "reasoning_content", "thinking_content", "search_results"})

_NO_CONVERSATION = N_("This is not built like a DeepSeek conversation.")
_NO_MESSAGES = N_("No messages were found in this conversation.")
_ODD_NODE = N_("This place in the conversation holds no message that can be read.")
_ODD_FRAGMENTS = N_("The pieces of this message could not be read.")
_ODD_CONTENT = N_("The text of this message is not plain text; what could be read is kept.")
_ODD_PARENT = N_("Which message this one follows could not be read.")
_ODD_TIME = N_("This time could not be read.")
_ODD_TITLE = N_("The title is not plain text.")
_NOBODY = N_("It is not said who wrote this message.")
_TWICE = N_("Two different messages carry the same id; both are kept.")
_ITSELF = N_("This message claims to follow itself.")
_NO_PARENT = N_("The message before this one is missing.")
_NO_CHILD = N_("A message after this one is missing.")
_CIRCLE = N_("Messages follow each other in a circle.")


@dataclass(slots=True)
class _Node:
    """A place in the tree: where the record holds it, what it claims to follow, and what it says.

    `speakers` are the roles known from the node alone; two, if it holds a question and its answer.
    """

    id: str
    where: str
    claims: list[str]
    message: dict[str, Any] | None
    fragments: list[Any]
    speakers: tuple[Role, ...]


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
        notes.add("title", _ODD_TITLE)
    created = _time(about, _CREATED, "", notes)
    updated = _time(about, _UPDATED, "", notes)
    nodes = _nodes(value, held, ".".join((*path, "chat_messages")), notes)
    answers = _answers(nodes)
    messages, links = _messages(nodes, answers, notes)
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
    nodes = _nodes(value, session_holder(value)[1], "", notes)
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


# From a record to nodes.


def _nodes(value: Mapping[str, Any], held: Mapping[str, Any], where: str, notes: Notes) -> dict[str, _Node]:
    match value, held:
        case {"mapping": dict(tree)}, _:
            nodes = _of_tree(tree, notes)
        case _, {"chat_messages": list(messages)}:
            nodes = _of_row(messages, where, notes)
        case {"messages": list(messages)}, _:
            nodes = _of_row(messages, "messages", notes)
        case _:
            notes.add("", _NO_MESSAGES)
            return {}
    _settle_claims(nodes, notes)
    _report_circle(nodes, notes)
    return nodes


def _of_tree(tree: Mapping[str, Any], notes: Notes) -> dict[str, _Node]:
    nodes: dict[str, _Node] = {}
    for key, raw in tree.items():
        if not isinstance(raw, dict):
            notes.add(f"mapping.{key}", _ODD_NODE)
        held = mapping(raw)
        claims = _claims(held.get("parent"), f"mapping.{key}.parent", notes)
        nodes[key] = _node(key, f"mapping.{key}.message", claims, held.get("message"), notes)
    for key, raw in tree.items():
        for child in items(mapping(raw).get("children")):
            listed = nodes.get(identifier(child))
            if listed is None:
                notes.add(f"mapping.{key}.children", _NO_CHILD)
            elif key not in listed.claims:
                listed.claims.append(key)
    return nodes


def _claims(parent: Any, where: str, notes: Notes) -> list[str]:
    name = identifier(parent)
    if parent is not None and not name and parent != "":
        notes.add(where, _ODD_PARENT)
    return [name] if name else []


def _of_row(messages: list[Any], where: str, notes: Notes) -> dict[str, _Node]:
    chained = not any(isinstance(raw, dict) and ("parent_id" in raw or "parent" in raw) for raw in messages)
    nodes: dict[str, _Node] = {}
    equals: dict[str, int] = {}
    last = ROOT
    for index, raw in enumerate(messages):
        place = f"{where}.{index}"
        if not isinstance(raw, dict):
            notes.add(place, _ODD_NODE)
            continue
        claims = (
            [last]
            if chained
            else _claims(raw.get("parent_id", raw.get("parent")), f"{place}.parent_id", notes)
        )
        node = _node(identifier(raw.get("message_id", raw.get("id"))), place, claims, raw, notes)
        node.id = node.id or _made_id(node, equals)
        if node.id in nodes and not _make_room(node, nodes, notes):
            continue
        nodes[node.id] = node
        last = node.id
    return nodes


def _make_room(node: _Node, nodes: Mapping[str, _Node], notes: Notes) -> bool:
    """Give a node whose id is taken another one, made of its content; false, if it says nothing new."""
    content = compact(node.message)
    if content and content == compact(nodes[node.id].message):
        return False
    name = f"{node.id}~{hashlib.sha256(content.encode('utf-8', 'replace')).hexdigest()[:8]}"
    if content and name in nodes:
        return False
    while name in nodes:
        name += "~"
    notes.add(node.where, _TWICE)
    node.id = name
    return True


def _made_id(node: _Node, equals: dict[str, int]) -> str:
    held = node.message or {}
    time = seconds(held.get("inserted_at", held.get("created_at")))
    base = f"{node.speakers[0] if node.speakers else ''}|{time}"
    equals[base] = ordinal = equals.get(base, -1) + 1
    return hashlib.sha256(f"{base}|{ordinal}".encode()).hexdigest()[:16]


def _node(name: str, where: str, claims: list[str], message: Any, notes: Notes) -> _Node:
    if not isinstance(message, dict):
        if message is not None:
            notes.add(where, _ODD_NODE)
        return _Node(name, where, claims, None, [], ())
    fragments = message.get("fragments")
    if isinstance(fragments, list) and fragments:
        return _Node(name, where, claims, message, fragments, speakers(fragments) or named_speaker(message))
    if fragments is not None and not isinstance(fragments, list):
        notes.add(f"{where}.fragments", _ODD_FRAGMENTS)
    said = named_speaker(message)
    fragments = _flat(message, "REQUEST" if said == (Role.USER,) else "RESPONSE", where, notes)
    if fragments and not said:
        notes.add(where, _NOBODY)
        said = (Role.ASSISTANT,)
    return _Node(name, where, claims, message, fragments, said)


def _flat(message: Mapping[str, Any], kind: str, where: str, notes: Notes) -> list[Any]:
    """What a message without fragments says, as fragments; `kind` is the type of its text."""
    content = message.get("content")
    if content and not isinstance(content, str):
        found = best_text(content)
        if not found:
            notes.add(f"{where}.content", _ODD_CONTENT)
        content = found or compact(content)
    said = (
        {"type": "THINK", "content": message.get("reasoning_content") or message.get("thinking_content")},
        {"type": "SEARCH", "results": message.get("search_results")},
        {"type": kind, "content": content},
    )
    return [piece for piece in said if piece.get("content") or piece.get("results")]


# The tree.


def _settle_claims(nodes: Mapping[str, _Node], notes: Notes) -> None:
    """Report edges that lead nowhere, and put under the root what follows nothing."""
    for key, node in nodes.items():
        claims = node.claims
        for claim in claims:
            if claim == key:
                notes.add(node.where, _ITSELF)
            elif claim not in nodes and claim != ROOT:
                notes.add(node.where, _NO_PARENT)
        if key in claims:
            claims.remove(key)
        if not claims and key != ROOT:
            claims.append(ROOT)


def _report_circle(nodes: Mapping[str, _Node], notes: Notes) -> None:
    """Say so once, if the nodes can't be put in an order in which each follows all that it claims."""
    if _in_order(nodes):
        return
    waits: dict[str, int] = {}
    behind: dict[str, list[str]] = {}
    for key, node in nodes.items():
        before = [claim for claim in node.claims if claim in nodes]
        waits[key] = len(before)
        for claim in before:
            behind.setdefault(claim, []).append(key)
    free = [key for key, count in waits.items() if not count]
    while free:
        for key in behind.get(free.pop(), ()):
            waits[key] -= 1
            if not waits[key]:
                free.append(key)
    for key, count in waits.items():
        if count:
            notes.add(nodes[key].where, _CIRCLE)
            return


def _in_order(nodes: Mapping[str, _Node]) -> bool:
    """Whether every node stands after all that it claims to follow, as it does in real exports."""
    placed: set[str] = set()
    for key, node in nodes.items():
        for claim in node.claims:
            if claim not in placed and claim in nodes:
                return False
        placed.add(key)
    return True


def _answers(nodes: Mapping[str, _Node]) -> dict[str, str]:
    """The ids of the answers that lie in one node with their question."""
    answers: dict[str, str] = {}
    for key, node in nodes.items():
        if len(node.speakers) > 1:
            name = key + _ANSWER
            while name in nodes:
                name += _ANSWER
            answers[key] = name
    return answers


# From nodes to messages.


def _messages(
    nodes: Mapping[str, _Node], answers: Mapping[str, str], notes: Notes
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


def _role_by_place(node: _Node, nodes: Mapping[str, _Node]) -> Role:
    before = [nodes[claim] for claim in node.claims if claim in nodes]
    return Role.ASSISTANT if any(other.speakers[-1:] == (Role.USER,) for other in before) else Role.USER


def _message(
    node: _Node,
    held: dict[str, Any],
    name: str,
    role: Role,
    parents: tuple[str, ...],
    pieces: list[tuple[int, Any]],
    files: Any,
    notes: Notes,
) -> Message:
    parts, attachments = read_fragments(pieces, files, node.where, notes)
    return Message(
        id=name,
        role=role,
        parents=parents,
        model=text(held.get("model")),
        time=_time(held, _CREATED, node.where, notes),
        parts=parts,
        attachments=attachments,
        structured=isinstance(held.get("fragments"), list),
        metadata={key: value for key, value in held.items() if key not in _READ_OF_MESSAGES},
    )
