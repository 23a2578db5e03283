"""DeepSeek's fragments, the pieces a message is made of, as parts and attachments.

    REQUEST, RESPONSE   text; [citation:N] stays in it and means the citation whose `ref` is N
    THINK               reasoning
    FILE                attachments (`files` beside the fragments, in older exports)
    SEARCH              tool result, then a citation for each result
    TOOL_SEARCH         tool call (its queries), then a citation for each result
    TOOL_OPEN, TOOL_FIND, READ_LINK
                        tool call, tool result if there is text, a citation for the page it names
    any other           unknown, with the best text in it; told once per conversation and type
    what gives no text  unknown, with all words that stand nowhere else in the message; told likewise

Who speaks: REQUEST is the user, the other known types are the service. FILE and unknown fragments tell
nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from chathold.core.model import Attachment, Part, PartKind, Role
from chathold.core.texts import N_
from chathold.providers.notes import NEW_TYPE, ODD_TEXT, Notes
from chathold.providers.values import items, mapping, size, text
from chathold.providers.words import MISBUILT, NO_TEXT, other_words, silent, told_by, with_other_words

_SPOKEN = {"REQUEST": PartKind.TEXT, "RESPONSE": PartKind.TEXT, "THINK": PartKind.REASONING}
_TOOLS = {
    "SEARCH": "search",
    "TOOL_SEARCH": "search",
    "TOOL_OPEN": "open",
    "TOOL_FIND": "find",
    "READ_LINK": "read_link",
}
_ANSWERS = frozenset({"RESPONSE", "THINK", *_TOOLS})
_SPEAKERS = {
    (False, False): (),
    (True, False): (Role.USER,),
    (False, True): (Role.ASSISTANT,),
    (True, True): (Role.USER, Role.ASSISTANT),
}
_ROLES = {
    "user": Role.USER,
    "human": Role.USER,
    "assistant": Role.ASSISTANT,
    "bot": Role.ASSISTANT,
    "system": Role.SYSTEM,
    "developer": Role.SYSTEM,
    "tool": Role.TOOL,
    "function": Role.TOOL,
}
_TEXTS = ("text", "query", "parts", "result", "content", "url", "link", "pattern")
_READ_OF_TOOLS = frozenset(
    {
        *("type", "id", "content", "status", "queries", "result", "results", "reference", "references"),
        *("stage_id", "elapsed_secs"),
    }
)

_BESIDE_TEXT = NO_TEXT | {"published_at", "site_icon", "site_name"}

_ODD_RESULT = N_("A search result could not be read.")
_ODD_FILE = N_("A file of this message has neither a name nor an id.")


def identifier(value: Any) -> str:
    """An id as a string, be it written as one or as a number; "" if `value` is none."""
    match value:
        case str():
            return value
        case bool():
            return ""
        case int() if abs(value) < 1 << 64:
            return str(value)
        case float() if value.is_integer() and abs(value) < 1 << 53:
            return str(int(value))
        case _:
            return ""


def compact(value: Any) -> str:
    """`value` as JSON on one line; "" if it is nested too deeply to be written."""
    try:
        return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    except (RecursionError, ValueError):  # ValueError: an integer of thousands of digits
        return ""


def best_text(value: Any) -> str:
    """The best text at hand in `value`: itself, its own, or what its elements have, a line each."""
    if isinstance(value, list):
        return "\n".join([words for element in value if (words := _own_words(element))])
    return _own_words(value)


def all_words(value: Any) -> str:
    """The best text in `value` and all other words in it; else `value` as JSON."""
    found = best_text(value)
    return with_other_words(found, value) if found else compact(value)


def speakers(fragments: Iterable[Any]) -> tuple[Role, ...]:
    """Whose fragments these are, as far as their types tell: nobody's, one's, or the user's and an answer."""
    asks = answers = False
    for fragment in fragments:
        kind = fragment.get("type") if isinstance(fragment, dict) else None
        if kind == "REQUEST":
            asks = True
        elif isinstance(kind, str) and (kind in _ANSWERS or kind.startswith("TOOL_")):
            answers = True
    return _SPEAKERS[asks, answers]


def named_speaker(message: Mapping[str, Any]) -> tuple[Role, ...]:
    """The speaker that a message itself names, if it does."""
    author = message.get("author")
    said = message.get("role") or (author.get("role") if isinstance(author, dict) else author)
    role = _ROLES.get(text(said).lower())
    return (role,) if role else ()


def read_fragments(
    fragments: Iterable[tuple[int, Any]], files: Any, where: str, notes: Notes
) -> tuple[tuple[Part, ...], tuple[Attachment, ...]]:
    """The parts and attachments of the message that stands at `where`.

    Each fragment comes with its number in the message; `files` is what lies beside the fragments.
    """
    parts: list[Part] = []
    attached: dict[tuple[str, str, int | None], Attachment] = {}
    for number, fragment in fragments:
        if not isinstance(fragment, dict):
            notes.add(f"{where}.fragments.{number}", MISBUILT)
            parts.append(Part(PartKind.UNKNOWN, all_words(fragment)))
            continue
        kind = fragment.get("type")
        said = fragment.get("content")
        if said and isinstance(said, str) and isinstance(kind, str) and kind in _SPOKEN:
            parts.append(Part(_SPOKEN[kind], said, kind))
            continue
        before = len(parts)
        if kind == "FILE":
            parts.extend(_files(fragment, f"{where}.fragments.{number}", attached, notes))
        else:
            parts.extend(_parts(fragment, f"{where}.fragments.{number}", notes))
        if silent(parts, before) or (isinstance(kind, str) and kind in _TOOLS):
            parts.extend(misbuilt(parts, fragment, text(kind), f"{where}.fragments.{number}", notes))
    if files:
        parts.extend(_files({"files": files}, where, attached, notes))
        parts.extend(misbuilt(parts, files, "FILE", f"{where}.files", notes))
    return tuple(parts), tuple(attached.values())


def misbuilt(parts: Iterable[Part], value: Any, kind: str, where: str, notes: Notes) -> Iterator[Part]:
    """What reads like words in `value` and is in none of a message's `parts`; told once per conversation and type."""
    if found := other_words(told_by(parts, ()), value, _BESIDE_TEXT):
        if kind not in notes.misbuilt:
            notes.misbuilt.add(kind)
            notes.add(where, MISBUILT)
        yield Part(PartKind.UNKNOWN, "\n".join(found), kind)


def _parts(fragment: Mapping[str, Any], where: str, notes: Notes) -> Iterator[Part]:
    kind = fragment.get("type")
    match kind:
        case str() if kind in _SPOKEN:
            if said := _content(fragment, where, notes):
                yield Part(_SPOKEN[kind], said, kind)
        case str() if kind in _TOOLS:
            yield from _tool(fragment, kind, where, notes)
        case _:
            name = text(kind)
            if name not in notes.types:
                notes.types.add(name)
                notes.add(where, NEW_TYPE)
            rest = {key: value for key, value in fragment.items() if key != "type"}
            yield Part(PartKind.UNKNOWN, all_words(rest) if rest else "", name)


def _content(fragment: Mapping[str, Any], where: str, notes: Notes) -> str:
    content = fragment.get("content")
    if isinstance(content, str):
        return content
    if content is None:
        return ""
    notes.add(f"{where}.content", ODD_TEXT)
    return all_words(content)


def _own_words(value: Any) -> str:
    if not isinstance(value, dict):
        return text(value)
    for name in _TEXTS:
        found = value.get(name)
        if isinstance(found, str) and found:
            return found
        if isinstance(found, list) and (lines := [line for line in found if isinstance(line, str) and line]):
            return "\n".join(lines)
    return ""


# What the service looked up.


def _tool(fragment: Mapping[str, Any], kind: str, where: str, notes: Notes) -> Iterator[Part]:
    name = _TOOLS[kind]
    page = mapping(fragment.get("result"))
    told = _content(fragment, where, notes) or best_text(page.get("content")) or text(fragment.get("result"))
    if kind != "SEARCH":
        reference = identifier(mapping(fragment.get("reference")).get("id"))
        yield Part(PartKind.TOOL_CALL, _asked(fragment), kind, name, url=text(page.get("url")), ref=reference)
    if told or kind == "SEARCH":
        yield Part(PartKind.TOOL_RESULT, told, kind, name)
    results = fragment.get("results")
    if results is not None and not isinstance(results, list):
        notes.add(f"{where}.results", _ODD_RESULT)
    for result in (*items(results), *([page] if page else ())):
        if isinstance(result, str):
            yield Part(PartKind.CITATION, type=kind, url=result)
        elif isinstance(result, dict):
            cited = _citation(result, kind)
            if not cited.empty:
                yield cited
        else:
            notes.add(f"{where}.results", _ODD_RESULT)


def _asked(fragment: Mapping[str, Any]) -> str:
    """What a tool was asked for: its queries, else whatever else the fragment holds."""
    if queries := fragment.get("queries"):
        return best_text(queries) or compact(queries)
    rest = {key: value for key, value in fragment.items() if key not in _READ_OF_TOOLS and value is not None}
    return _own_words(rest) or (compact(rest) if rest else "")


def _citation(result: Mapping[str, Any], kind: str) -> Part:
    return Part(
        PartKind.CITATION,
        text(result.get("snippet")),
        kind,
        text(result.get("title")),
        url=text(result.get("url")),
        ref=identifier(result.get("cite_index")),
    )


# Files.


def _files(
    fragment: Mapping[str, Any],
    where: str,
    attached: dict[tuple[str, str, int | None], Attachment],
    notes: Notes,
) -> Iterator[Part]:
    """A part for each file that was not attached before; the attachment goes to `attached`."""
    listed = fragment.get("files")
    for raw in listed if isinstance(listed, list) else [fragment]:
        file = _file(mapping(raw))
        if not (file.id or file.name):
            notes.add(f"{where}.files", _ODD_FILE)
            continue
        key = (file.id, "", None) if file.id else ("", file.name, file.size)
        if key not in attached:
            attached[key] = file
            yield Part(PartKind.ATTACHMENT, type="FILE", name=file.name, ref=file.id)


def _file(raw: Mapping[str, Any]) -> Attachment:
    return Attachment(
        id=identifier(raw.get("file_id")) or identifier(raw.get("id")),
        name=text(raw.get("file_name")) or text(raw.get("name")),
        size=size(raw.get("file_size")),
    )
