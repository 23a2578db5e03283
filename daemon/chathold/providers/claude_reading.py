"""What a Claude conversation means: `chat_messages` of an ordinary chat, or `messages` of a design chat.

Edges. A message names its parent; the root's is the nil-like `00000000-0000-4000-8000-000000000000`, which is
no message. Exports before 2026 name no parents, and web dumps sometimes null: such a message follows the one
before it in the list, as design chats do throughout.

    parent_message_uuid:  0000…  ←  "a" human  ←  "b" assistant
                                               ↖  "c" assistant (a retry)

Text. Blocks come first and `text` only where they hold none: it is a rendering of them (`claude_blocks`). A
message read from `text` alone is not structured, so that it never outranks the same one read from blocks.

A design chat's message keeps all under `content`, in camel case: `contentBlocks` (text, thinking, tool_call
with its output, error, user_interjection) and `content`, a rendering that may be empty.

Tools that make things (`artifacts`, and `create_file` under /mnt/user-data/outputs) also give extracts. An
artifact's name is short ("todo-app") and unique in its chat only, so the chat's id stands before it.

Left out on purpose: the summary that Claude writes of a chat (it changes by itself; a person's chat is not in
it), `updated_at` of a message, `index`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from chathold.core.model import Attachment, Extract, Message, Part, PartKind, Reading, Role
from chathold.core.problem import NO_MESSAGE, NO_MESSAGES
from chathold.core.texts import N_
from chathold.providers.claude_blocks import (
    IN_FILES,
    ODD_BLOCK,
    ODD_FILE,
    best_text,
    flat_text,
    read_blocks,
    read_files,
    read_unknown,
    tool_call,
)
from chathold.providers.claude_content import Content, compact, objects
from chathold.providers.claude_identity import Register
from chathold.providers.notes import NO_PARENT, ODD_TITLE, Notes
from chathold.providers.values import mapping, seconds, size, text
from chathold.providers.words import UNREAD, holds_words, unread

ROOT = "00000000-0000-4000-8000-000000000000"
"""The parent of a message that follows nothing."""

_OUTPUTS = "/mnt/user-data/outputs/"
_ROLES = {
    "human": Role.USER,
    "user": Role.USER,
    "assistant": Role.ASSISTANT,
    "system": Role.SYSTEM,
    "developer": Role.SYSTEM,
    "tool": Role.TOOL,
}
_OF_CONVERSATION = frozenset({"chat_messages", "messages"})
_READ = frozenset(
    {"uuid", "sender", "role", "created_at", "updated_at", "parent_message_uuid", "index", "model"}
) | {"text", "content", "attachments", "files", "files_v2"}
_READ_IN_DESIGN = frozenset({"id", "role", "content", "contentBlocks", "timestamp", "attachments"}) | {
    "authorAccountUuid",
    "authorName",
}

_ODD_TIME = N_("This time could not be read.")
_NOBODY = N_("It is not said who wrote this message.")
_ITSELF = N_("This message claims to follow itself.")
_CIRCLE = N_("Messages follow each other in a circle.")


class _Chat(Struct):
    """A conversation while it is read; `listed` is false if it has no list of messages."""

    uuid: str
    notes: Notes = field(default_factory=Notes)
    messages: list[Message] = field(default_factory=list)
    extracts: list[Extract] = field(default_factory=list)
    later: bool = False
    listed: bool = True

    def finish(self, value: Mapping[str, Any], account: str) -> Reading:
        """The reading of the conversation whose messages have been read."""
        if self.later:
            self._check_parents()
        if not self.messages and (not self.listed or holds_words(value)):
            self.notes.add("chat_messages", NO_MESSAGES)
        for name in unread(value, _OF_CONVERSATION) if self.messages else ():
            self.notes.add(name, UNREAD)
        if not isinstance(value.get("name"), str | None):
            self.notes.add("name", ODD_TITLE)
        return Reading(
            title=text(value.get("name")) or text(value.get("title")),
            created=_time(value.get("created_at"), "created_at", self.notes),
            updated=_time(value.get("updated_at"), "updated_at", self.notes),
            account=account,
            leaf=text(value.get("current_leaf_message_uuid")),
            messages=tuple(self.messages),
            extracts=tuple(self.extracts),
            problems=tuple(self.notes.problems),
        )

    def _check_parents(self) -> None:
        """Report parents that are missing, and a circle once."""
        parents = {message.id: message.parents[0] for message in self.messages if message.parents}
        names = {message.id for message in self.messages}
        safe: set[str] = set()
        circle = ""
        for name, parent in parents.items():
            if parent not in names:
                self.notes.add(f"chat_messages.{name}.parent_message_uuid", NO_PARENT)
            path: dict[str, None] = {}
            while name in parents and name not in safe and name not in path:
                path[name] = None
                name = parents[name]  # noqa: PLW2901 - climbing
            circle = circle or (name if name in path else "")
            safe.update(path)
        if circle:
            self.notes.add(f"chat_messages.{circle}.parent_message_uuid", _CIRCLE)


def read_conversation(value: Mapping[str, Any]) -> Reading:
    """What a conversation means. Never raises."""
    match value:
        case {"chat_messages": list(listed)}:
            return _read_chat(value, listed)
        case {"messages": list(listed)}:
            return _read_design(value, listed)
        case _:
            return _Chat("", listed=False).finish(value, _account(value))


def _account(value: Mapping[str, Any]) -> str:
    return text(mapping(value.get("account")).get("uuid"))


def _time(value: Any, where: str, notes: Notes) -> float | None:
    time = seconds(value)
    if time is None and value is not None and value != "":
        notes.add(where, _ODD_TIME)
    return time


def _role(said: Any, where: str, notes: Notes) -> Role:
    role = _ROLES.get(said) if isinstance(said, str) else None
    if role is None:
        notes.add(where, _NOBODY)
        return Role.SYSTEM
    return role


def named_messages(value: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The messages of a conversation as it writes them, by the ids under which they are read."""
    notes = Notes()
    register = Register(notes)
    listed = value.get("chat_messages")
    for place, raw in objects(listed if isinstance(listed, list) else value.get("messages"), "", notes, ""):
        inner = mapping(raw.get("content"))
        said = raw.get("sender") or raw.get("role") or inner.get("role")
        time = seconds(raw.get("created_at") or inner.get("timestamp"))
        claimed = text(raw.get("uuid")) or text(inner.get("id"))
        register.name(claimed, raw, _role(said, place, notes), time, place)
    return register.values


# Ordinary chats.


def _read_chat(value: Mapping[str, Any], listed: list[Any]) -> Reading:
    chat = _Chat(text(value.get("uuid")))
    register = Register(chat.notes)
    last = ""
    for place, raw in objects(listed, "chat_messages", chat.notes, NO_MESSAGE):
        claimed = text(raw.get("uuid"))
        where = f"chat_messages.{claimed}" if claimed else place
        role = _role(raw.get("sender") or raw.get("role"), where, chat.notes)
        time = _time(raw.get("created_at"), where, chat.notes)
        name = register.name(claimed, raw, role, time, where)
        if not name:
            continue
        said = text(raw.get("parent_message_uuid"))
        parent = said or last or ROOT
        if parent == name:
            chat.notes.add(where, _ITSELF)
            parent = ROOT
        if parent != ROOT and parent not in register.values:
            chat.later = True
        message = _message(chat, raw, name, (parent,) if parent != ROOT else (), role, time, where)
        chat.messages.append(message if said or not message.parents else replace(message, inferred=True))
        last = name
    return chat.finish(value, _account(value))


def _message(
    chat: _Chat,
    raw: dict[str, Any],
    name: str,
    parents: tuple[str, ...],
    role: Role,
    time: float | None,
    where: str,
) -> Message:
    content = Content(where, chat.notes)
    blocks = raw.get("content")
    structured = _read_content(blocks, raw, content)
    read_files(raw, content)
    rest = _rest(raw, _READ)
    content.finish(rest)
    if content.calls and isinstance(blocks, list):
        chat.extracts.extend(_extracts(chat.uuid, name, time, blocks))
    return Message(
        id=name,
        role=role,
        parents=parents,
        model=text(raw.get("model")),
        time=time,
        parts=tuple(content.parts),
        attachments=tuple(content.attachments),
        structured=structured,
        metadata=rest,
    )


def _read_content(blocks: Any, raw: Mapping[str, Any], content: Content) -> bool:
    """Read the blocks of a message, or else its flat text; whether there were blocks that say something."""
    if isinstance(blocks, str):
        content.say(blocks)
        blocks = None
    elif isinstance(blocks, list):
        read_blocks(blocks, content)
    elif isinstance(blocks, dict):
        read_blocks([blocks], content)
    elif blocks is not None:
        content.notes.add(f"{content.where}.content", ODD_BLOCK)
    structured = blocks is not None and bool(content.parts)
    for part in content.parts:
        if part.kind is PartKind.TEXT:
            return structured
    flat_text(raw, content)
    return structured


def _rest(raw: Mapping[str, Any], read: frozenset[str]) -> Mapping[str, Any]:
    """The fields of a message that nothing else of the model holds."""
    if raw.keys() <= read:
        return {}
    return {name: value for name, value in raw.items() if name not in read}


def _extracts(chat: str, message: str, time: float | None, blocks: list[Any]) -> Iterator[Extract]:
    """The artifacts and files that the tools of a message make or change."""
    for number, block in enumerate(blocks):
        match block:
            case {"type": "tool_use", "input": {"id": str(name), "command": "create" | "update" | "rewrite"}}:
                given = block["input"]
                title = text(given.get("title"))
                said = text(given.get("content")) or text(given.get("new_str"))
            case {
                "type": "tool_use",
                "name": "create_file",
                "input": {"path": str(name), "file_text": str(said)},
            }:
                if not name.startswith(_OUTPUTS):
                    continue
                title = name.removeprefix(_OUTPUTS)
            case _:
                continue
        if name and said:
            document = f"{chat}:{name}" if chat else name
            yield Extract("artifact", document, f"{message}:{number}", title, message, said, time)


# Design chats.


def _read_design(value: Mapping[str, Any], listed: list[Any]) -> Reading:
    chat = _Chat(text(value.get("uuid")))
    register = Register(chat.notes)
    authors: set[str] = set()
    parents: tuple[str, ...] = ()
    for place, raw in objects(listed, "messages", chat.notes, NO_MESSAGE):
        inner = mapping(raw.get("content"))
        claimed = text(raw.get("uuid")) or text(inner.get("id"))
        where = f"messages.{claimed}" if claimed else place
        role = _role(raw.get("role") or inner.get("role"), where, chat.notes)
        time = _time(raw.get("created_at") or inner.get("timestamp"), where, chat.notes)
        name = register.name(claimed, raw, role, time, where)
        if not name:
            continue
        authors.add(text(inner.get("authorAccountUuid")))
        chat.messages.append(_design_message(chat, raw, name, parents, role, time, where))
        parents = (name,)
    authors.discard("")
    account = _account(value) or (authors.pop() if len(authors) == 1 else "")
    return chat.finish(value, account)


def _design_message(
    chat: _Chat,
    raw: dict[str, Any],
    name: str,
    parents: tuple[str, ...],
    role: Role,
    time: float | None,
    where: str,
) -> Message:
    content = Content(where, chat.notes)
    inner = raw.get("content")
    if isinstance(inner, dict):
        structured = _read_design_content(inner, content)
        rest = _rest(inner, _READ_IN_DESIGN)
    else:
        structured = _read_content(inner, raw, content)
        rest = {}
    content.finish({**rest, **_rest(raw, _READ)})
    return Message(
        id=name,
        role=role,
        parents=parents,
        author=text(mapping(inner).get("authorName")),
        time=time,
        parts=tuple(content.parts),
        attachments=tuple(content.attachments),
        structured=structured,
        inferred=bool(parents),
        metadata=rest,
    )


def _read_design_content(inner: dict[str, Any], content: Content) -> bool:
    blocks = inner.get("contentBlocks")
    for _where, block in objects(blocks, f"{content.where}.contentBlocks", content.notes, ODD_BLOCK):
        before = len(content.parts)
        _read_design_block(block, content)
        content.look_through_block(block, before)
    structured = bool(content.parts)
    if not any(part.kind is PartKind.TEXT for part in content.parts):
        flat_text({"text": inner.get("content")}, content)
    _read_design_files(inner, content)
    return structured


def _read_design_block(block: dict[str, Any], content: Content) -> None:
    match block:
        case {"type": "text"}:
            read_blocks([block], content)
        case {"type": "thinking"}:
            said = text(block.get("text")) or text(block.get("thinking"))
            content.say(said, PartKind.REASONING, "thinking")
        case {"type": "tool_call", "toolCall": dict(call)}:
            name = text(call.get("name"))
            content.parts.append(tool_call(name, call.get("input"), "tool_call"))
            output = call.get("output")
            said = output if isinstance(output, str) else compact(output) if output else ""
            content.say(said, PartKind.TOOL_RESULT, "tool_call", name)
        case {"type": "error"}:
            content.parts.append(Part(PartKind.UNKNOWN, best_text(block), "error"))
        case {"type": "user_interjection", "message": dict(message)}:
            content.say(text(message.get("content")), type="user_interjection")
            _read_design_files(message, content)
        case _:
            read_unknown(block, text(block.get("type")), content)


def _read_design_files(holder: Mapping[str, Any], content: Content) -> None:
    """The files given to a design chat; the bytes of an image stay in the record."""
    files = holder.get("attachments")
    for _where, file in objects(files, f"{content.where}.attachments", content.notes, ODD_FILE):
        kind, said = text(file.get("type")), text(file.get("content"))
        if kind == "image" or said.startswith("data:"):
            said = ""
        name = text(file.get("name")) or text(file.get("path"))
        content.attach(Attachment(text(file.get("id")), name, "", size(file.get("size")), said), kind)
        if not said:
            content.look_through("attachments", file, IN_FILES)
