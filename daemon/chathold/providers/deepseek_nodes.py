"""The nodes of a DeepSeek conversation: each with what it says and what it claims to follow, before they are messages.

A conversation comes as a tree (`mapping`) or as a row of messages, some of them without ids or edges; what is missing
is made up as `deepseek_reading` says. Edges that lead nowhere and circles are told as problems, never dropped.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from chathold.core.model import Role
from chathold.core.problem import NO_MESSAGE, NO_MESSAGES
from chathold.core.texts import N_
from chathold.providers.deepseek_fragments import (
    all_words,
    best_text,
    compact,
    identifier,
    named_speaker,
    speakers,
)
from chathold.providers.notes import NO_PARENT, Notes
from chathold.providers.values import items, mapping, seconds, text
from chathold.providers.words import MISBUILT, holds_words

ROOT = "root"
"""The node that all else hangs below."""

_OF_NODE = frozenset({"id", "parent", "children", "message"})

_ODD_FRAGMENTS = N_("The pieces of this message could not be read.")
_ODD_CONTENT = N_("The text of this message is not plain text; what could be read is kept.")
_ODD_PARENT = N_("Which message this one follows could not be read.")
_NOBODY = N_("It is not said who wrote this message.")
_TWICE = N_("Two different messages carry the same id; both are kept.")
_ITSELF = N_("This message claims to follow itself.")
_NO_CHILD = N_("A message after this one is missing.")
_CIRCLE = N_("Messages follow each other in a circle.")


class Node(Struct):
    """A place in the tree: where the record holds it, what it claims to follow, and what it says.

    `speakers` are the roles known from the node alone; two, if it holds a question and its answer.
    """

    id: str
    where: str
    claims: list[str]
    message: dict[str, Any] | None
    fragments: list[Any]
    speakers: tuple[Role, ...]


def nodes_of(value: Mapping[str, Any], held: Mapping[str, Any], where: str, notes: Notes) -> dict[str, Node]:
    """The nodes of a record by id, edges settled; `held` is what holds a row of messages, at `where`."""
    match value, held:
        case {"mapping": dict(tree)}, _:
            nodes = _of_tree(tree, notes)
        case _, {"chat_messages": list(messages)}:
            nodes = _of_row(messages, where, notes)
        case {"messages": list(messages)}, _:
            nodes = _of_row(messages, "messages", notes)
        case _:
            notes.add("", NO_MESSAGES)
            return {}
    if all(node.message is None for node in nodes.values()) and (holds_words(value) or holds_words(held)):
        notes.add("", NO_MESSAGES)
    _settle_claims(nodes, notes)
    _report_circle(nodes, notes)
    return nodes


def _of_tree(tree: Mapping[str, Any], notes: Notes) -> dict[str, Node]:
    nodes: dict[str, Node] = {}
    for key, raw in tree.items():
        if not isinstance(raw, dict):
            notes.add(f"mapping.{key}", NO_MESSAGE)
        held = mapping(raw)
        if held.get("message") is None and holds_words(held):
            notes.add(f"mapping.{key}", NO_MESSAGE)
        elif not held.keys() <= _OF_NODE and holds_words(
            {name: held[name] for name in held.keys() - _OF_NODE}
        ):
            notes.add(f"mapping.{key}", MISBUILT)
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


def _of_row(messages: list[Any], where: str, notes: Notes) -> dict[str, Node]:
    chained = not any(isinstance(raw, dict) and ("parent_id" in raw or "parent" in raw) for raw in messages)
    nodes: dict[str, Node] = {}
    equals: dict[str, int] = {}
    last = ROOT
    for index, raw in enumerate(messages):
        place = f"{where}.{index}"
        if not isinstance(raw, dict):
            notes.add(place, NO_MESSAGE)
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


def _make_room(node: Node, nodes: Mapping[str, Node], notes: Notes) -> bool:
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


def _made_id(node: Node, equals: dict[str, int]) -> str:
    held = node.message or {}
    time = seconds(held.get("inserted_at", held.get("created_at")))
    base = f"{node.speakers[0] if node.speakers else ''}|{time}"
    equals[base] = ordinal = equals.get(base, -1) + 1
    return hashlib.sha256(f"{base}|{ordinal}".encode()).hexdigest()[:16]


def _node(name: str, where: str, claims: list[str], message: Any, notes: Notes) -> Node:
    if not isinstance(message, dict):
        if message is not None:
            notes.add(where, NO_MESSAGE)
        return Node(name, where, claims, None, [], ())
    fragments = message.get("fragments")
    if isinstance(fragments, list) and fragments:
        if message.get("content") or message.get("reasoning_content"):
            fragments = [*fragments, *_beside(fragments, message, where, notes)]
        return Node(name, where, claims, message, fragments, speakers(fragments) or named_speaker(message))
    if fragments is not None and not isinstance(fragments, list):
        notes.add(f"{where}.fragments", _ODD_FRAGMENTS)
    said = named_speaker(message)
    fragments = _flat(message, "REQUEST" if said == (Role.USER,) else "RESPONSE", where, notes)
    if fragments and not said:
        notes.add(where, _NOBODY)
        said = (Role.ASSISTANT,)
    return Node(name, where, claims, message, fragments, said)


def _beside(fragments: list[Any], message: Mapping[str, Any], where: str, notes: Notes) -> list[Any]:
    """What a message says beside its fragments, as fragments, where they do not say it."""
    told = [text(mapping(each).get("content")) for each in fragments]
    flat = [each for each in _flat(message, "RESPONSE", where, notes) if "content" in each]
    found = [each for each in flat if not any(each["content"] in words for words in told)]
    if found:
        notes.add(where, MISBUILT)
    return found


def _flat(message: Mapping[str, Any], kind: str, where: str, notes: Notes) -> list[Any]:
    """What a message without fragments says, as fragments; `kind` is the type of its text."""
    content = message.get("content")
    if content and not isinstance(content, str):
        if not best_text(content):
            notes.add(f"{where}.content", _ODD_CONTENT)
        content = all_words(content)
    said = (
        {"type": "THINK", "content": message.get("reasoning_content") or message.get("thinking_content")},
        {"type": "SEARCH", "results": message.get("search_results")},
        {"type": kind, "content": content},
    )
    return [piece for piece in said if piece.get("content") or piece.get("results")]


# The tree.


def _settle_claims(nodes: Mapping[str, Node], notes: Notes) -> None:
    """Report edges that lead nowhere, and put under the root what follows nothing."""
    for key, node in nodes.items():
        claims = node.claims
        for claim in claims:
            if claim == key:
                notes.add(node.where, _ITSELF)
            elif claim not in nodes and claim != ROOT:
                notes.add(node.where, NO_PARENT)
        if key in claims:
            claims.remove(key)
        if not claims and key != ROOT:
            claims.append(ROOT)


def _report_circle(nodes: Mapping[str, Node], notes: Notes) -> None:
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


def _in_order(nodes: Mapping[str, Node]) -> bool:
    """Whether every node stands after all that it claims to follow, as it does in real exports."""
    placed: set[str] = set()
    for key, node in nodes.items():
        for claim in node.claims:
            if claim not in placed and claim in nodes:
                return False
        placed.add(key)
    return True
