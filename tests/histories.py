"""Small histories of exports in which everything occurs that an archive has a table for."""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any
from zipfile import ZipFile, ZipInfo

from world_truth import (
    CHATGPT,
    CLAUDE,
    DAY,
    Asset,
    Chat,
    Container,
    Document,
    Export,
    Kind,
    Piece,
    Shape,
    Turn,
    named,
)
from worlds import AS_SAVED, World, Wrap, write

START = 1_767_225_600.0
ADA = "user-Ada0001"
CLAUDE_ADA = named(CLAUDE, "Ada")


def noise(*words: object, size: int = 300) -> str:
    """Text that no compressor can make shorter by much, the same for the same words."""
    return b64encode(Random("/".join(map(str, words))).randbytes(size)).decode()


def chat(
    number: int,
    *,
    provider: str = CHATGPT,
    turns: int = 2,
    file: str = "",
    account: str = "",
    size: int = 300,
) -> Chat:
    """A conversation of so many turns; later ones of the same number go on from it."""
    name = named(provider, "chat", number)
    begun = START + number * 600.0
    said: list[Turn] = []
    for at in range(turns):
        role = "assistant" if at % 2 else "user"
        text = f"{role} {number}.{at} {noise(provider, number, at, size=size)}"
        said.append(
            Turn(
                named(name, at),
                said[-1].id if said else "",
                role,
                begun + at * 10.0,
                (Piece(Kind.TEXT, text),),
                file=file if at == 0 else "",
            )
        )
    owner = account or (ADA if provider == CHATGPT else named(provider, "Ada"))
    updated = said[-1].time if said else begun
    return Chat(name, owner, begun, updated, f"Chat {number}", tuple(said), said[-1].id if said else "")


def renamed(of: Chat, title: str) -> Chat:
    """The chat under another title."""
    return replace(of, title=title)


def file_id(number: int) -> str:
    """ChatGPT's id of a file."""
    return f"file_{number:016x}"


def asset(number: int, size: int = 900) -> Asset:
    """A file of the person's."""
    return Asset(file_id(number), f"photo-{number}.png", noise("asset", number, size=size).encode())


def task(number: int) -> Document:
    """A coding task of ChatGPT's."""
    return Document(f"task_e_{number:08x}", "task", ADA, f"Task {number}", noise("task", number), START)


def chatgpt(
    folder: Path, number: int, chats: list[Chat], wrap: Wrap = AS_SAVED, account: str = ADA, **beyond: Any
) -> Path:
    """An export of ChatGPT's, taken `number` months after the beginning; the ZIP."""
    export = Export(number, CHATGPT, account, START + 30 * DAY * (number + 1), tuple(chats), **beyond)
    return write(World(CHATGPT, (export,), {}), folder, wrap)[0].path


def chatgpt_earlier(folder: Path) -> Path:
    """Twelve chats, two tasks, three files."""
    chats = [chat(n, file=file_id(n) if n < 3 else "") for n in range(12)]
    return chatgpt(
        folder,
        0,
        chats,
        documents=(task(0), task(1)),
        assets=(asset(0), asset(1), asset(2)),
        shape=Shape(shards=2),
    )


def chatgpt_later(folder: Path) -> Path:
    """A month on: two chats gone, four continued, four new, a task and two files more, in two shards."""
    chats = [
        chat(n, turns=4 if n in range(5, 9) else 2, file=file_id(n) if n < 3 or n == 13 else "")
        for n in range(2, 16)
    ]
    return chatgpt(
        folder,
        1,
        chats,
        documents=(task(1), task(2)),
        assets=(asset(2), asset(13), asset(14)),
        shape=Shape(shards=2, rich=False),
    )


def claude_earlier(folder: Path) -> Path:
    """Claude's older form: one ZIP with five chats and a project."""
    export = Export(
        0,
        CLAUDE,
        CLAUDE_ADA,
        START + 30 * DAY,
        tuple(chat(n, provider=CLAUDE) for n in range(5)),
        documents=(_project(0),),
        shape=Shape(container=Container.BATCHES),
    )
    return write(World(CLAUDE, (export,), {}), folder)[0].path


def claude_parts(folder: Path, *, lost: bool = False) -> list[Path]:
    """Claude's newer form: the manifest, then its parts; with `lost`, one part was never downloaded."""
    chats = tuple(chat(n, provider=CLAUDE, turns=4 if n == 3 else 2) for n in range(9))
    export = Export(
        1,
        CLAUDE,
        CLAUDE_ADA,
        START + 60 * DAY,
        chats,
        documents=(_project(0), _project(1), _memory()),
        shape=Shape(container=Container.PARTS, shards=3),
        lost=frozenset({chats[-1].id}) if lost else frozenset(),
    )
    return [download.path for download in write(World(CLAUDE, (export,), {}), folder)]


def _project(number: int) -> Document:
    return Document(
        named("project", number),
        "project",
        CLAUDE_ADA,
        f"Project {number}",
        noise("project", number),
        START,
    )


def _memory() -> Document:
    return Document(CLAUDE_ADA, "memory", CLAUDE_ADA, "", noise("memory"), START)


def artifacts(folder: Path) -> Path:
    """A ZIP of Claude's with a chat that makes an artifact, and a published one with a page for each version."""
    name, chat_name = named("artifact"), named("chat with an artifact")
    made = {"id": "page", "command": "create", "title": "A page", "content": noise("page")}
    said = {
        "uuid": named(chat_name, 0),
        "sender": "assistant",
        "created_at": "2026-01-02T00:00:00Z",
        "content": [{"type": "tool_use", "name": "artifacts", "input": made}],
    }
    talk = {
        "uuid": chat_name,
        "name": "With an artifact",
        "created_at": "2026-01-02T00:00:00Z",
        "updated_at": "2026-01-02T00:00:00Z",
        "account": {"uuid": CLAUDE_ADA},
        "chat_messages": [said],
    }
    published = {
        "id": name,
        "owner_account": CLAUDE_ADA,
        "active_version": "v2",
        "versions": [{"id": version, "title": f"A page, {version}"} for version in ("v1", "v2")],
    }
    members = {
        "conversations.json": json.dumps([talk]),
        f"artifacts/{name}/artifact.json": json.dumps(published),
        f"artifacts/{name}/versions/v1.html": noise("v1"),
        f"artifacts/{name}/versions/v2.html": noise("v2"),
    }
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "frames-000.zip"
    with ZipFile(path, "w") as file:
        for member, text in members.items():
            file.writestr(ZipInfo(member, (2026, 2, 1, 0, 0, 0)), text)
    return path
