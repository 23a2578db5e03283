"""Worlds made by hand: the smallest histories that show a rule."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import world_chatgpt
import world_claude
import world_deepseek
from world_truth import CHATGPT, CLAUDE, DAY, DEEPSEEK, Chat, Export, Kind, Piece, Shape, Turn
from worlds import World

ADA, BOB = "user-Ada0001", "user-Bob0002"
NEW_YEAR = 1_767_225_600.0


def turn(name: str, parent: str, role: str, *pieces: tuple[Kind, str], **fields: Any) -> Turn:
    """A message said on New Year's Day."""
    return Turn(name, parent, role, NEW_YEAR + len(name), tuple(Piece(*piece) for piece in pieces), **fields)


def talk(name: str, *turns: Turn, account: str = ADA, title: str | None = "A talk") -> Chat:
    """A chat of these messages, the last one shown."""
    turns = turns or (turn(f"{name}-q", "", "user", (Kind.TEXT, f"question of {name}")),)
    return Chat(name, account, NEW_YEAR, NEW_YEAR + 60, title, turns, turns[-1].id)


def export(
    number: int, *chats: Chat, provider: str = CHATGPT, days: float | None = None, **shape: Any
) -> Export:
    """An export of these chats, a month after the one before."""
    time = NEW_YEAR + DAY * (1 + 30 * number if days is None else days)
    account = chats[0].account if chats else ADA
    return Export(number, provider, account, time, chats, shape=Shape(**shape))


def history(*exports: Export) -> World:
    """The world in which these exports were taken, each kept in a folder of its own."""
    return World(exports[0].provider, exports, {}, tidy=True)


def later(chat: Chat, days: float) -> Chat:
    """The same chat, begun so many days after New Year."""
    shift = days * DAY
    turns = tuple(replace(turn, time=turn.time + shift) for turn in chat.turns)
    return replace(chat, created=chat.created + shift, updated=(chat.updated or 0.0) + shift, turns=turns)


GOOD = {
    CHATGPT: lambda chat: world_chatgpt.record(chat, export(0, chat)),
    CLAUDE: lambda chat: world_claude.record(chat, export(0, chat, provider=CLAUDE)),
    DEEPSEEK: world_deepseek.record,
}


def put(path: Path, provider: str, records: Sequence[str]) -> Path:
    """A whole export of these records, as a ZIP."""
    owners: dict[str, tuple[str, Any]] = {
        CHATGPT: ("user.json", {"id": ADA, "email": "ada@example.com"}),
        CLAUDE: ("users.json", [{"uuid": ADA, "full_name": "Ada", "email_address": "ada@example.com"}]),
        DEEPSEEK: ("user.json", {"user_id": ADA, "email": "ada@example.com", "mobile": None}),
    }
    name, owner = owners[provider]
    members = [("conversations.json", f"[{','.join(records)}]".encode()), (name, json.dumps(owner).encode())]
    path.write_bytes(world_chatgpt.zipped(members, NEW_YEAR + DAY))
    return path
