"""A Claude export of a world: one ZIP, ZIPs in batches, or a manifest with one ZIP for each category.

Rich: messages are content blocks beside a flat `text`. Poor: the flat `text` alone. The older layouts name no
parent, and may leave the account out of the records.
"""

from __future__ import annotations

from typing import Any

from world_json import dealt, written
from world_truth import Blank, Chat, Container, Document, Export, Kind, Turn, Written, named, stamp

_FIRST = "00000000-0000-4000-8000-000000000000"
_UNSUPPORTED = "```\nThis block is not supported on your current device yet.\n```"
_FLAT = {Kind.TEXT, Kind.PASTED}


def flattened(turn: Turn) -> tuple[Any, ...]:
    """The pieces that a flat rendering shows: what was said and pasted, no thoughts and no tools."""
    return tuple(piece for piece in turn.pieces if piece.kind in _FLAT)


def _time(seconds: float) -> str:
    return f"{stamp(seconds):%Y-%m-%dT%H:%M:%S.%fZ}"


def record(chat: Chat, export: Export) -> dict[str, Any]:
    """A conversation object."""
    value: dict[str, Any] = {
        "uuid": chat.id,
        "name": chat.title or "",
        "summary": "",
        "created_at": _time(chat.created),
        "updated_at": _time(chat.updated if chat.updated is not None else chat.active),
        "chat_messages": [_message(turn, export) for turn in chat.turns],
    }
    if export.shape.ids:
        value["account"] = {"uuid": chat.account}
    return value


def _message(turn: Turn, export: Export) -> dict[str, Any]:
    pasted = [piece.text for piece in turn.pieces if piece.kind is Kind.PASTED and not turn.blank]
    value: dict[str, Any] = {
        "uuid": turn.id,
        "text": _text(turn, export),
        "content": _blocks(turn, export),
        "sender": "human" if turn.role == "user" else "assistant",
        "created_at": _time(turn.time),
        "updated_at": _time(turn.time),
        "attachments": [
            {
                "file_name": "pasted.txt",
                "file_size": len(text.encode()),
                "file_type": "txt",
                "extracted_content": text,
            }
            for text in pasted
        ],
        "files": [],
    }
    if turn.nameless:
        value["uuid"] = None
    if export.shape.links:
        value["parent_message_uuid"] = turn.parent or _FIRST
    return value


def _text(turn: Turn, export: Export) -> str | None:
    """The flat rendering: blocks it cannot show leave a line that says so."""
    match turn.blank:
        case Blank.NULL:
            return None
        case Blank.EMPTY | Blank.LIST:
            return ""
        case Blank.PLACEHOLDER:
            return _UNSUPPORTED
        case Blank.NO:
            pass
    words = [piece.text for piece in turn.pieces if piece.kind is Kind.TEXT]
    tools = [_UNSUPPORTED for piece in turn.pieces if piece.kind is Kind.CODE and export.shape.rich]
    return "\n\n".join(tools + words)


def _blocks(turn: Turn, export: Export) -> list[dict[str, Any]] | None:
    if turn.blank is Blank.NULL:
        return None
    if turn.blank is Blank.EMPTY and export.shape.rich:
        return [{"type": "text", "text": "", "citations": []}]
    if turn.blank or not export.shape.rich:
        return []
    return [_block(piece.kind, piece.text, turn) for piece in turn.pieces if piece.kind is not Kind.PASTED]


def _block(kind: Kind, text: str, turn: Turn) -> dict[str, Any]:
    common = {"start_timestamp": _time(turn.time), "stop_timestamp": _time(turn.time), "flags": None}
    match kind:
        case Kind.REASONING:
            return common | {"type": "thinking", "thinking": text, "summaries": [], "cut_off": False}
        case Kind.CODE:
            return common | {"type": "tool_use", "id": None, "name": "repl", "input": {"code": text}}
        case Kind.RESULT:
            content = [{"type": "text", "text": text}]
            return common | {"type": "tool_result", "tool_use_id": None, "name": "repl", "content": content,
                             "is_error": False}  # fmt: skip
        case _:
            return common | {"type": "text", "text": text, "citations": []}


def _project(document: Document) -> dict[str, Any]:
    return {
        "uuid": document.id,
        "name": document.title,
        "description": "",
        "is_private": True,
        "is_starter_project": False,
        "prompt_template": document.text,
        "created_at": _time(document.updated),
        "updated_at": _time(document.updated),
        "creator": {"uuid": document.account, "full_name": "Ada"},
        "docs": [],
    }


def _memory(document: Document) -> dict[str, Any]:
    return {"account_uuid": document.account, "conversations_memory": document.text, "project_memories": {}}


def downloads(export: Export) -> list[Written]:
    """The files a browser would save for this export."""
    hands = dealt(export.delivered, export.shape.shards)
    if export.shape.repeats and len(hands) > 1:
        hands[-1] = [*hands[-1], hands[0][0]]
    match export.shape.container:
        case Container.LOOSE:
            return [
                Written("conversations.json", data=_conversations(chats, export, at), chats=tuple(chats))
                for at, chats in enumerate(hands)
            ]
        case Container.PARTS:
            return _parts(export, hands)
        case Container.BATCHES:
            return [_batch(export, chats, at) for at, chats in enumerate(hands)]
        case _:
            return [_batch(export, list(export.delivered), 0)]


def _conversations(chats: list[Chat], export: Export, at: int) -> bytes:
    return written([record(chat, export) for chat in chats], export, at)


def _batch(export: Export, chats: list[Chat], at: int) -> Written:
    """A ZIP that is whole in itself; the first one has the users file and the documents."""
    members = [("conversations.json", _conversations(chats, export, at))]
    documents = export.documents if at == 0 else ()
    users = export.shape.users and at == 0
    if users:
        members.append(("users.json", _users(export)))
    projects = [document for document in documents if document.sort == "project"]
    memories = [document for document in documents if document.sort == "memory"]
    if export.shape.listed:
        members += [
            (f"projects/{project.id}.json", written(_project(project), export)) for project in projects
        ]
    elif projects:
        members.append(("projects.json", written([_project(project) for project in projects], export)))
    if memories:
        members.append(("memories.json", written([_memory(memory) for memory in memories], export)))
    return Written(
        _name(export, at),
        members=tuple(members),
        chats=tuple(chats),
        documents=documents,
        users=users,
        folder=export.shape.container is Container.FOLDER,
    )


def _name(export: Export, at: int) -> str:
    if not export.shape.dated:
        return f"claude-{at}.zip"
    if export.number % 2:
        organisation = named(export.account, "organisation")
        return f"data-{organisation}-{int(export.time)}-{organisation[:8]}-batch-{at:04}.zip"
    return f"data-{stamp(export.time):%Y-%m-%d-%H-%M-%S}-batch-{at:04}.zip"


def _users(export: Export) -> bytes:
    owner = {"uuid": export.account, "full_name": "Ada", "email_address": "ada@example.com"}
    return written([owner | {"verified_phone_number": None}], export)


def _parts(export: Export, hands: list[list[Chat]]) -> list[Written]:
    """The manifest, and a ZIP for each category; all but the manifest are called the same in every export."""
    parts: list[Written] = []

    def part(category: str, members: list[tuple[str, bytes]], **truth: Any) -> None:
        number = sum(other.name.startswith(category) for other in parts)
        parts.append(Written(f"{category}-{number:03}.zip", members=tuple(members), **truth))

    if export.shape.users:
        logins = ("login_history.json", b"[]")
        part("light_metadata", [("users.json", _users(export)), logins], users=True)
    if projects := [document for document in export.documents if document.sort == "project"]:
        members = [
            (f"projects/{project.id}.json", written(_project(project), export)) for project in projects
        ]
        part("projects", members, documents=tuple(projects))
    if memories := [document for document in export.documents if document.sort == "memory"]:
        members = [
            (f"memories/{memory.account}.json", written(_memory(memory), export)) for memory in memories
        ]
        part("memories", members, documents=tuple(memories))
    for at, chats in enumerate(hands):
        part("conversations", [("conversations.json", _conversations(chats, export, at))], chats=tuple(chats))
    names = [other.name for other in parts]
    if export.lost:
        names.append(f"conversations-{len(hands):03}.zip")
    return [_manifest(export, names), *parts]


def _manifest(export: Export, names: list[str]) -> Written:
    files = [
        {
            "batch_index": at,
            "category": name.rpartition("-")[0],
            "part": int(name[-7:-4]),
            "filename": name,
            "export_url": f"https://claude.ai/export/{named(export.number, name)}",
        }
        for at, name in enumerate(names)
    ]
    value = {
        "version": "1.0",
        "created_at": _time(export.time),
        "instructions": "Open each link once.",
        "total_files": len(files),
        "data_files": files,
    }
    known = named(export.account, "organisation")
    moment = f"{stamp(export.time):%Y-%m-%d-%H-%M-%S}"
    name = f"manifest-{known}-{int(export.time)}-{known[:8]}-{moment}.json"
    return Written(name, data=written(value, export))
