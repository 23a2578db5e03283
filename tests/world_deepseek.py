"""A DeepSeek export of a world: one ZIP of two files, its date the day; node ids count from 1 in every chat.

Rich: answers with their thoughts and pages. There is no poorer generation; words may still go missing.
"""

from __future__ import annotations

from datetime import timedelta, timezone
from typing import Any

from world_json import dealt, written
from world_truth import Blank, Chat, Container, Export, Kind, Piece, Turn, Written, stamp

_BEIJING = timezone(timedelta(hours=8))


def _time(seconds: float) -> str:
    return stamp(seconds).astimezone(_BEIJING).isoformat(timespec="microseconds")


def record(chat: Chat) -> dict[str, Any]:
    """A conversation object."""
    nodes: dict[str, dict[str, Any]] = {"root": {"id": "root", "parent": None, "message": None}}
    for turn in chat.turns:
        nodes[turn.id] = {"id": turn.id, "parent": turn.parent or "root", "message": _message(turn)}
    for node in nodes.values():
        node["children"] = [name for name, other in nodes.items() if other["parent"] == node["id"]]
    return {
        "id": chat.id,
        "title": chat.title,
        "inserted_at": _time(chat.created),
        "updated_at": _time(chat.updated if chat.updated is not None else chat.active),
        "mapping": nodes,
    }


def _message(turn: Turn) -> dict[str, Any]:
    match turn.blank:
        case Blank.LIST:
            fragments = []
        case Blank.NULL:
            kind = "REQUEST" if turn.role == "user" else "RESPONSE"
            fragments = [{"type": kind, "content": None}]
        case Blank.EMPTY | Blank.PLACEHOLDER:
            kind = "REQUEST" if turn.role == "user" else "RESPONSE"
            fragments = [{"type": kind, "content": ""}]
        case Blank.NO:
            fragments = [_fragment(piece, turn) for piece in turn.pieces]
    model = "deepseek-chat" if turn.role == "user" else "deepseek-reasoner"
    return {"model": model, "inserted_at": _time(turn.time), "fragments": fragments}


def _fragment(piece: Piece, turn: Turn) -> dict[str, Any]:
    match piece.kind:
        case Kind.REASONING:
            return {"type": "THINK", "content": piece.text}
        case Kind.PAGE:
            page = {
                "url": "https://example.org/page",
                "title": "A page",
                "snippet": piece.text,
                "cite_index": 1,
                "site_name": "Example",
                "query_indexes": [0],
                "is_hidden": False,
            }
            return {"type": "SEARCH", "results": [page]}
        case _:
            return {"type": "REQUEST" if turn.role == "user" else "RESPONSE", "content": piece.text}


def downloads(export: Export) -> list[Written]:
    """The files a browser would save for this export."""
    if export.shape.container is Container.LOOSE:
        hands = dealt(export.delivered, export.shape.shards)
        return [
            Written(
                "conversations.json",
                data=written([record(chat) for chat in chats], export, at),
                chats=tuple(chats),
            )
            for at, chats in enumerate(hands)
        ]
    records = [record(chat) for chat in export.delivered]
    members = [("conversations.json", written(records, export))]
    if export.shape.users:
        owner: dict[str, Any] = {
            "user_id": export.account,
            "email": "ada@example.com",
            "mobile": None,
            "oauth_profiles": [],
        }
        members.append(("user.json", written(owner, export)))
    name = f"deepseek_data-{stamp(export.time):%Y-%m-%d}.zip" if export.shape.dated else "deepseek.zip"
    return [
        Written(
            name,
            members=tuple(members),
            chats=export.delivered,
            users=export.shape.users,
            folder=export.shape.container is Container.FOLDER,
        )
    ]
