"""A conversation as it is read: the messages of one branch, in pages, each with where one can switch. Pure.

What `views.show` gives goes in; what a template needs comes out, but for the messages' HTML.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from msgspec import Struct

from chathold.rendering.branches import Branches, Step

Json = dict[str, Any]

_ASIDE = frozenset({"reasoning", "tool_call", "tool_result", "unknown"})

PAGE = 50
"""So many messages stand on one page."""


def anchor(message: str) -> str:
    """The name of a message's place on a page: its own id may be anything."""
    return "m" + sha256(message.encode("utf-8", "replace")).hexdigest()[:12]


class Wish(Struct, frozen=True):
    """What is to be read: the branch that the message `branch` is on, page `number` or the one with `message`."""

    branch: str = ""
    number: int = 0
    message: str = ""
    hidden: bool = False


class Reading(Struct, frozen=True):
    """One page of a conversation. `hidden` is how many messages of this branch are not shown unless asked for."""

    steps: tuple[Step, ...]
    number: int
    pages: int
    branch: str
    hidden: int
    last_seen: str


def read(shown: Json, wish: Wish) -> Reading:
    """The page that is wished for; the first, where there is no such page or message."""
    branches = Branches(shown["messages"])
    chosen = wish.branch or wish.message
    way = branches.path(chosen)
    if wish.branch and wish.message and not any(step.message["id"] == wish.message for step in way):
        way = branches.path(wish.message)
    visible = [
        step
        for step in way
        if wish.hidden or not is_hidden(step.message) or step.message["id"] == wish.message
    ]
    pages = max(1, -(-len(visible) // PAGE))
    number = min(max(wish.number, 1), pages)
    for place, step in enumerate(visible):
        if wish.message and step.message["id"] == wish.message:
            number = place // PAGE + 1
    steps = tuple(visible[(number - 1) * PAGE : number * PAGE])
    off_main = next((step.message["id"] for step in reversed(way) if not step.message["on_main_branch"]), "")
    return Reading(
        steps,
        number,
        pages,
        off_main if chosen else "",
        sum(is_hidden(step.message) for step in way),
        max((message["last_seen"] or "" for message in shown["messages"]), default=""),
    )


def is_hidden(message: Json) -> bool:
    """Whether the service itself does not show the message: instructions, notes to itself, empty ones."""
    return bool(message["hidden"]) or (
        message["role"] != "document" and not message["parts"] and not message["attachments"]
    )


def goes_on(above: Json, message: Json) -> bool:
    """Whether a message is a step on the way to an answer that began above: a thought, a tool, what it said."""
    answering = ("assistant", "tool")
    return (
        above["role"] in answering
        and message["role"] in answering
        and not message["attachments"]
        and all(part["kind"] in _ASIDE for part in message["parts"])
    )


def neighbours(step: Step) -> tuple[str, str]:
    """The ids of the messages that could be read here instead, before and after; "" where there is none."""
    place = step.place - 1
    before = step.siblings[place - 1] if place else ""
    after = step.siblings[place + 1] if place + 1 < len(step.siblings) else ""
    return before, after


def spoken(message: Json) -> str:
    """What was said in a message, as it was written, to be copied."""
    return "\n\n".join(_said(message))


def _said(message: Json) -> Iterator[str]:
    for part in message["parts"]:
        if part["kind"] in ("text", "code") and part["text"]:
            yield part["text"]
