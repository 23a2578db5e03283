"""A ChatGPT export of a world, rich (generations B and C) or slim (generation D, which lost things).

Rich: the full tree with `children`, tool messages, code, status, and durations that change at every export.
Slim: `children`, tool and code messages and most metadata are gone; files are called `<id>.dat`.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from dataclasses import replace
from random import Random
from typing import Any

from world_json import dealt, written
from world_truth import Asset, Blank, Chat, Container, Document, Export, Kind, Turn, Written, stamp

_ROOT = "client-created-root"
_LEFT_OUT = {Kind.CODE, Kind.RESULT}


def slimmed(chat: Chat, *, husks: bool) -> Chat:
    """What a slim export shows of a chat: no tool calls and results, their places closed or left empty."""
    gone = {turn.id: turn.parent for turn in chat.turns if turn.pieces[-1].kind in _LEFT_OUT}
    if husks:
        return replace(
            chat, turns=tuple(t for t in chat.turns if t.id not in gone), husks=tuple(gone.items())
        )

    def kept(parent: str) -> str:
        while parent in gone:
            parent = gone[parent]
        return parent

    turns = tuple(replace(turn, parent=kept(turn.parent)) for turn in chat.turns if turn.id not in gone)
    return replace(chat, turns=turns)


def record(chat: Chat, export: Export) -> dict[str, Any]:
    """A conversation object."""
    value: dict[str, Any] = {
        "title": chat.title,
        "create_time": chat.created,
        "update_time": chat.updated,
        "mapping": _mapping(chat, export),
        "current_node": chat.leaf or _ROOT,
        "conversation_id": chat.id,
        "id": chat.id,
        "conversation_template_id": None,
        "default_model_slug": "gpt-5",
        "is_archived": False,
        "plugin_ids": None,
    }
    if export.shape.rich:
        value |= {"moderation_results": [], "safe_urls": [], "blocked_urls": [], "gizmo_id": None}
    return value


def _mapping(chat: Chat, export: Export) -> dict[str, Any]:
    nodes: dict[str, dict[str, Any]] = {_ROOT: {"id": _ROOT, "parent": None, "message": None}}
    for name, parent in chat.husks:
        nodes[name] = {"id": name, "parent": parent or _ROOT, "message": None}
    for turn in chat.turns:
        nodes[turn.id] = {"id": turn.id, "parent": turn.parent or _ROOT, "message": _message(turn, export)}
    if export.shape.rich:
        for node in nodes.values():
            node["children"] = [name for name, other in nodes.items() if other["parent"] == node["id"]]
    return nodes


def _message(turn: Turn, export: Export) -> dict[str, Any]:
    kind = turn.pieces[-1].kind
    slim = {
        "id": turn.id,
        "author": {"role": turn.role, "name": "python" if turn.role == "tool" else None},
        "content": _content(turn, export),
        "create_time": turn.time,
        "metadata": _metadata(turn, export),
    }
    if not export.shape.rich:
        return slim
    return slim | {
        "author": {**slim["author"], "metadata": {}},  # type: ignore[dict-item]
        "update_time": None,
        "status": "finished_successfully",
        "end_turn": turn.role == "assistant" and kind is Kind.TEXT,
        "weight": 1.0,
        "recipient": "python" if kind is Kind.CODE else "all",
        "channel": None,
    }


def _metadata(turn: Turn, export: Export) -> dict[str, Any]:
    value: dict[str, Any] = {"model_slug": "gpt-5"} if turn.role == "assistant" else {}
    if turn.file:
        value["attachments"] = [{"id": turn.file, "name": "photo.png", "mime_type": "image/png", "size": 60}]
    if export.shape.rich:
        value["message_type"] = "next"
        volatile = Random(f"{export.number}/{export.shape.seed}/{turn.id}")
        if turn.role == "assistant" and volatile.random() > 0.3:
            value["finished_duration_sec"] = volatile.randrange(60)
            value["reasoning_start_time"] = turn.time - volatile.randrange(9)
            value["reasoning_end_time"] = None if volatile.random() > 0.5 else turn.time
    return value


def _content(turn: Turn, export: Export) -> dict[str, Any] | None:
    text = turn.pieces[-1].text
    match turn.blank:
        case Blank.NULL:
            return None
        case Blank.LIST:
            return {"content_type": "text", "parts": []}
        case Blank.EMPTY | Blank.PLACEHOLDER:
            text = ""
        case Blank.NO:
            pass
    match turn.pieces[-1].kind:
        case Kind.CODE:
            return {"content_type": "code", "language": "python", "response_format_name": None, "text": text}
        case Kind.RESULT:
            return {"content_type": "execution_output", "text": text}
        case Kind.REASONING:
            thought = {"summary": "", "content": text, "chunks": [], "finished": True}
            return {"content_type": "thoughts", "thoughts": [thought], "source_analysis_msg_id": turn.parent}
    if turn.file and not turn.blank:
        pointer = {"content_type": "image_asset_pointer", "asset_pointer": f"sediment://{turn.file}"}
        extra = {"size_bytes": 60, "width": 8, "height": 8} if export.shape.rich else {}
        return {"content_type": "multimodal_text", "parts": [pointer | extra, text]}
    return {"content_type": "text", "parts": [text]}


def _task(document: Document) -> dict[str, Any]:
    """A coding task of codex.json."""
    asked = {"type": "message", "role": "user", "content": [{"content_type": "text", "text": document.text}]}
    turn = {"id": f"{document.id}~usertrn_e_1", "role": "user", "input_items": [asked]}
    return {"id": document.id, "title": document.title, "turns": [turn]}


def downloads(export: Export) -> list[Written]:
    """The files a browser would save for this export."""
    match export.shape.container:
        case Container.LOOSE:
            return [
                Written(name, data=data, chats=tuple(chats))
                for name, data, chats in _conversations(export)
                if data
            ]
        case Container.PORTAL:
            return [_portal(export)]
        case container:
            return [
                Written(
                    _name(export),
                    members=tuple(_members(export)),
                    chats=export.delivered,
                    documents=export.documents,
                    assets=export.assets,
                    users=export.shape.users,
                    folder=container is Container.FOLDER,
                )
            ]


def _name(export: Export) -> str:
    if not export.shape.dated:
        return "chatgpt.zip"
    digest = hashlib.sha256(export.account.encode()).hexdigest()
    return f"{digest}-{stamp(export.time):%Y-%m-%d-%H-%M-%S}-{digest[:32]}.zip"


def _conversations(export: Export) -> list[tuple[str, bytes | None, list[Chat]]]:
    """The conversation files by name; the one that never reached the disk has no bytes."""
    shape = export.shape
    hands = dealt(export.delivered, shape.shards)
    if shape.repeats and len(hands) > 1:
        hands[-1] = [*hands[-1], hands[0][0]]
    lost = [chat for chat in export.chats if chat.id in export.lost]
    if lost:
        hands.insert(len(hands) // 2, lost)
    single = len(hands) == 1 and not shape.named_shards
    files: list[tuple[str, bytes | None, list[Chat]]] = []
    for number, chats in enumerate(hands):
        name = "conversations.json" if single else f"conversations-{number:03}.json"
        records = [record(chat, export) for chat in chats]
        data = written(records, export, number)
        files.append((name, None if lost and chats is lost else data, chats))
    return files


def _members(export: Export) -> list[tuple[str, bytes]]:
    files = _conversations(export)
    members = [(name, data) for name, data, _ in files if data is not None]
    if export.shape.users:
        owner = {
            "id": export.account,
            "email": "ada@example.com",
            "chatgpt_plus_user": True,
            "birth_year": 1990,
        }
        members.append(("user.json", written(owner, export)))
    if export.documents:
        members.append(("codex.json", written([_task(d) for d in export.documents], export)))
    members.append(("chat.html", b"<html><body>a rendering</body></html>"))
    members += _assets(export)
    if export.shape.listed:
        names = [name for name, _, _ in files]
        listed = [{"path": name, "size_bytes": len(data)} for name, data in members]
        missing = [{"path": name, "size_bytes": 9} for name, data, _ in files if data is None]
        logical = {"conversations.json": {"files": names, "sharded": len(names) > 1}}
        manifest = {"version": 1, "manifest_file": "export_manifest.json", "export_files": listed + missing,
                    "logical_files": logical}  # fmt: skip
        members.append(("export_manifest.json", written(manifest, export)))
    return members


def _assets(export: Export) -> list[tuple[str, bytes]]:
    if export.shape.rich:
        return [(f"{asset.id}-{asset.name}", asset.data) for asset in export.assets]
    members = [(f"{asset.id}.dat", asset.data) for asset in export.assets]
    names = {f"{asset.id}.dat": asset.name for asset in export.assets}
    members.append(("conversation_asset_file_names.json", written(names, export)))
    library = [_library_file(asset) for asset in export.assets]
    members.append(("library_files.json", written(library, export)))
    return members


def _library_file(asset: Asset) -> dict[str, Any]:
    return {
        "file_id": asset.id,
        "id": {"id": f"libfile_{asset.id}", "partition_key": "p"},
        "file_name": asset.name,
        "mime_type": "image/png",
        "file_size_bytes": len(asset.data),
        "origination_message_id": None,
        "origination_thread_id": None,
        "library_artifact_type": None,
        "deleted_at": None,
    }


def _portal(export: Export) -> Written:
    """ZIPs in a ZIP: each part an export of its own, the owner named in all of them.

    Chats that were lost make the first part missing.
    """
    digest = hashlib.sha256(export.account.encode()).hexdigest()
    members: list[tuple[str, bytes]] = [("report.html", b"<html>report</html>")]
    hands = dealt(export.delivered, export.shape.shards)
    first = 2 if export.lost else 1
    for number, chats in enumerate(hands, first):
        inner = replace(
            export,
            chats=tuple(chats),
            lost=frozenset(),
            documents=export.documents if number == first else (),
            assets=export.assets if number == first else (),
            shape=replace(export.shape, shards=1, named_shards=True),
        )
        name = f"User Online Activity/Conversations__{digest}-chatgpt-0001-part-{number:04}.zip"
        members.append((name, zipped(_members(inner), export.time)))
    return Written(
        "OpenAI-export.zip",
        members=tuple(members),
        chats=export.delivered,
        documents=export.documents,
        assets=export.assets,
        users=export.shape.users,
    )


def zipped(members: list[tuple[str, bytes]], time: float, *, deflate: bool = True) -> bytes:
    """A ZIP of these members in this order, each dated by the export."""
    date = stamp(time)
    buffer = io.BytesIO()
    method = zipfile.ZIP_DEFLATED if deflate else zipfile.ZIP_STORED
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in members:
            info = zipfile.ZipInfo(
                name, (date.year, date.month, date.day, date.hour, date.minute, date.second)
            )
            archive.writestr(info, data, method)
    return buffer.getvalue()
