"""ChatGPT's records that are no conversations: coding tasks, canvases, feedback, comparisons, shared links.

Only the tasks and the feedback have a known shape; the others are read for whatever text is in them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

from chathold.core.model import Message, Part, PartKind, Reading, Role
from chathold.core.problem import Problem
from chathold.core.texts import N_
from chathold.providers.chatgpt_text import best_text, compact, parsed, shown
from chathold.providers.notes import NOT_UNDERSTOOD
from chathold.providers.values import items, mapping, seconds, size, text

_TITLE_LENGTH = 80
_TEXTS = frozenset({"text", "content", "parts", "prompt", "completion", "result", "message", "output_text"})
_ODD_TURN = N_("A step of this task could not be read.")


def read_document(kind: str, value: Any) -> Reading:
    """What a record that is no conversation means."""
    record = mapping(value)
    if not record:
        return Reading(messages=(_section("content", (_whole(value, kind),), {}),), problems=(_unknown(),))
    return _READERS.get(kind, _other)(record)


def _unknown() -> Problem:
    return Problem("", NOT_UNDERSTOOD)


def _whole(value: Any, kind: str) -> Part:
    return Part(PartKind.UNKNOWN, shown(compact(value)), kind)


def _section(
    name: str, parts: tuple[Part, ...], about: Mapping[str, Any], author: str = "", time: float | None = None
) -> Message:
    return Message(name, Role.DOCUMENT, author=author, time=time, parts=parts, metadata=about)


def _created(record: Mapping[str, Any]) -> float | None:
    return seconds(record.get("created_at") or record.get("create_time"))


def _updated(record: Mapping[str, Any]) -> float | None:
    return seconds(record.get("updated_at") or record.get("update_time"))


def _task(record: Mapping[str, Any]) -> Reading:
    """A task of Codex in the cloud: its turns are its sections. The export gives no times."""
    turns: list[Message] = []
    problems = []
    for index, turn in enumerate(items(record.get("turns"))):
        if isinstance(turn, dict):
            turns.append(_turn(turn, index))
        else:
            problems.append(Problem(f"turns.{index}", _ODD_TURN))
    asked = next((part.text for turn in turns for part in turn.parts if part.text), "")
    return Reading(
        title=shown(text(record.get("title"))) or asked.strip().partition("\n")[0][:_TITLE_LENGTH],
        created=_created(record),
        updated=_updated(record),
        messages=tuple(turns),
        problems=tuple(problems),
    )


def _turn(turn: Mapping[str, Any], index: int) -> Message:
    author = text(turn.get("role"))
    made = hashlib.sha256(f"{author}|{_created(turn)}|{index}".encode("utf-8", "replace")).hexdigest()[:16]
    parts = [
        part
        for name in ("input_items", "output_items")
        for item in items(turn.get(name))
        for piece in items(mapping(item).get("content")) or (item,)
        if (part := _turn_part(piece))
    ]
    about = {name: held for name, held in turn.items() if name not in {"input_items", "output_items"}}
    return _section(text(turn.get("id")) or made, tuple(parts), about, author, _created(turn))


def _turn_part(piece: Any) -> Part | None:
    match piece:
        case {"content_type": "text", "text": str(words)}:
            return Part(PartKind.TEXT, shown(words), "text") if words else None
        case {"content_type": "repo_file_citation", "path": str(path)}:
            return Part(PartKind.CITATION, type="repo_file_citation", name=shown(path), ref=path)
        case dict() if piece:
            kind = text(piece.get("content_type")) or text(piece.get("type"))
            return Part(PartKind.UNKNOWN, shown(best_text(piece)), kind)
        case str() if piece:
            return Part(PartKind.TEXT, shown(piece), "text")
        case None | {} | [] | "":
            return None
        case _:
            return Part(PartKind.UNKNOWN, compact(piece))


def _canvas(record: Mapping[str, Any]) -> Reading:
    """A canvas: its text, and that of earlier versions if they are there."""
    sections = []
    for index, version in enumerate(items(record.get("versions"))):
        about = mapping(version)
        number = size(about.get("version"))
        name = f"version-{index if number is None else number}"
        sections.append(_section(name, _canvas_parts(about), about, time=_created(about)))
    own = {name: held for name, held in record.items() if name != "versions"}
    parts = _canvas_parts(own)
    if not parts and not any(section.parts for section in sections):
        return _other(record)
    sections.append(_section("content", parts, own, time=_updated(record)))
    return Reading(
        title=shown(text(record.get("title")) or text(record.get("name"))),
        created=_created(record),
        updated=_updated(record),
        messages=tuple(section for section in sections if section.parts),
    )


def _canvas_parts(held: Mapping[str, Any]) -> tuple[Part, ...]:
    words = next(
        (found for name in ("content", "text", "textdoc_content") if (found := text(held.get(name)))), ""
    )
    kind = text(held.get("textdoc_type")) or text(held.get("type"))
    if not words:
        return ()
    if kind.startswith("code/"):
        return (Part(PartKind.CODE, shown(words), kind, language=kind.removeprefix("code/")),)
    return (Part(PartKind.TEXT, shown(words), kind),)


def _feedback(record: Mapping[str, Any]) -> Reading:
    """A thumb up or down, and what was written with it: `content` is JSON in a string."""
    rating = text(record.get("rating"))
    said = parsed(text(record.get("content")))
    words = _texts(said) if isinstance(said, dict) else [text(record.get("content"))]
    tags = [tag for tag in items(mapping(said).get("tags")) if isinstance(tag, str)]
    typed = [("rating", rating), *(("content", word) for word in words), *(("tag", tag) for tag in tags)]
    parts = [Part(PartKind.TEXT, shown(word), name) for name, word in typed if word]
    created = _created(record)
    return Reading(
        title=shown(rating),
        created=created,
        updated=_updated(record),
        account=text(record.get("user_id")),
        messages=(_section("content", tuple(parts), record, time=created),),
    )


def _comparison(record: Mapping[str, Any]) -> Reading:
    """A choice between two answers: all the texts in it, in the order of their names."""
    words = _texts(record)
    parts = tuple(Part(PartKind.TEXT, shown(word)) for word in words) or (_whole(record, "comparison"),)
    created = _created(record)
    return Reading(
        title=shown(text(record.get("title"))),
        created=created,
        updated=_updated(record),
        account=text(record.get("user_id")),
        messages=(_section("content", parts, record, time=created),),
    )


def _share(record: Mapping[str, Any]) -> Reading:
    """A chat that a link makes public: the link is made of the share's id."""
    name = text(record.get("id"))
    if not name:
        return _other(record)
    title = shown(text(record.get("title")))
    part = Part(PartKind.CITATION, type="share", name=title, url=f"https://chatgpt.com/share/{name}")
    return Reading(title=title, messages=(_section("content", (part,), record),))


def _other(record: Mapping[str, Any]) -> Reading:
    """A record of a kind that has no rule: kept whole, and findable."""
    return Reading(
        title=shown(text(record.get("title"))),
        messages=(_section("content", (_whole(record, ""),), {}),),
        problems=(_unknown(),),
    )


def _texts(value: Any) -> list[str]:
    """The strings below `value` that stand under a name for text, each once."""
    found: dict[str, None] = {}
    waiting: list[tuple[bool, Any]] = [(False, value)]
    while waiting:
        meant, held = waiting.pop()
        match held:
            case str() if meant and held:
                found[held] = None
            case dict():
                waiting.extend((name in _TEXTS, held[name]) for name in sorted(held, reverse=True))
            case list():
                waiting.extend((meant, element) for element in reversed(held))
    return list(found)


_READERS: Mapping[str, Callable[[Mapping[str, Any]], Reading]] = {
    "task": _task,
    "canvas": _canvas,
    "feedback": _feedback,
    "comparison": _comparison,
    "share": _share,
}
