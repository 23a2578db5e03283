"""What a Claude message holds: content blocks, attached files, and the flat text where there is nothing else.

Blocks → parts, in order:

    text                        text, then a citation for each page it cites
    voice_note                  text, by the name of its title
    thinking, redacted_thinking reasoning (its summaries, where the thinking itself is left out)
    tool_use                    tool call: the strings of its input, or else the input as JSON
    tool_result                 tool result: its text and knowledge items as one text; image, document and
                                local_resource items follow as attachments
    image, document, file, local_resource
                                attachment, with the text of a document
    code                        code
    knowledge                   citation, with its text
    token_budget, a bare flag   nothing: they say nothing
    injected_prompt_block, flag unknown, with the best text in it: the service's words, not the user's
    any other                   the same, and reported once per conversation and type
    what gives no text          unknown, with all words that stand nowhere else in the message, reported likewise

Left out on purpose, as they repeat or decorate the rest: display_content and structured_content (unless a
tool result has nothing else), icons, integration names, approval questions, the "message" shown while a tool
runs, time stamps and flags of a block, and where in the text a citation stands. Ids of tool calls are often
null, so that calls and results belong together by order.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from chathold.core.model import Attachment, Part, PartKind
from chathold.core.texts import N_
from chathold.providers.claude_content import IN_BLOCKS, Content, compact, objects
from chathold.providers.notes import NEW_TYPE, ODD_TEXT
from chathold.providers.values import items, mapping, size, text
from chathold.providers.words import NO_TEXT, reads_like_words, with_other_words

ODD_BLOCK = N_("A piece of this message could not be read.")
ODD_CITATION = N_("A citation names neither a page nor a title.")
ODD_FILE = N_("An attached file could not be read.")

_UNSUPPORTED = "```\nThis block is not supported on your current device yet.\n```"

_HOUSEKEEPING = frozenset({"type", "start_timestamp", "stop_timestamp", "flags", "remaining", "citations"})
_TEXTS = ("text", "parts", "result", "content", "message")
_SHOWN = (*_TEXTS, "json_block", "code")
_FILE_IDS = ("file_uuid", "file_path", "id", "uuid")
_FILE_NAMES = ("file_name", "name", "title", "path", "file_path")
IN_FILES = NO_TEXT | frozenset(_FILE_NAMES)
"""Names under which no words of a file stand."""

_FILE_TYPES = ("mime_type", "media_type", "file_type")

# Of a tool's input: what says nothing to a person unless it is words, and what is read before and after the rest.
_NOT_SAID = frozenset({"id", "type", "language", "version_uuid", "md_citations", "loading_messages"})
_SAID_FIRST = {"command": 0, "title": 1, "path": 2, "description": 3, "old_str": 5, "new_str": 6}
_SAID_BETWEEN = 4


def read_blocks(blocks: list[Any], into: Content) -> None:
    """Add what the content blocks of a message say."""
    for block in blocks:
        if isinstance(block, dict):
            before = len(into.parts)
            _read_block(block, into)
            if before == len(into.parts) or not into.parts[before].text:
                into.look_through_block(block, before)
        elif isinstance(block, str):
            into.say(block)
        else:
            into.notes.add(into.where, ODD_BLOCK)
            into.look_through("", block, NO_TEXT)


def _read_block(block: dict[str, Any], into: Content) -> None:
    match block.get("type"):
        case "text":
            _read_text(block, into)
        case "voice_note":
            into.say(text(block.get("text")), type="voice_note", name=text(block.get("title")))
        case "thinking" | "redacted_thinking" as kind:
            _read_thinking(block, kind, into)
        case "tool_use":
            into.calls = True
            into.parts.append(tool_call(text(block.get("name")), block.get("input"), "tool_use"))
        case "tool_result":
            _read_result(block, into)
        case "image" | "document" | "file" | "local_resource" as kind:
            into.attach(_file(block, kind), kind)
        case "code":
            said = best_text(block, ("code", "text", "content"))
            into.parts.append(Part(PartKind.CODE, said, "code", language=text(block.get("language"))))
        case "knowledge":
            title, url = text(block.get("title")), text(block.get("url"))
            into.parts.append(Part(PartKind.CITATION, text(block.get("text")), "knowledge", title, url=url))
        case "token_budget":
            pass
        case "flag" if not any(block[name] for name in block.keys() - _HOUSEKEEPING):
            pass
        case "flag" | "injected_prompt_block" as kind:
            into.parts.append(Part(PartKind.UNKNOWN, best_text(block), kind))
        case None | "" if isinstance(block.get("text"), str):
            _read_text(block, into)
        case kind:
            read_unknown(block, text(kind), into)


def _read_text(block: Mapping[str, Any], into: Content) -> None:
    said = block.get("text")
    if isinstance(said, str):
        into.say(said)
    elif said is not None:
        into.notes.add(into.where, ODD_TEXT)
        into.parts.append(Part(PartKind.UNKNOWN, _all_words(block), "text"))
    if cited := block.get("citations"):
        _read_citations(cited, into)


def _read_citations(cited: Any, into: Content) -> None:
    """Each page cited by a text, once."""
    seen: set[tuple[str, str]] = set()
    for where, citation in objects(cited, f"{into.where}.citations", into.notes, ODD_CITATION):
        pages = [page for page in _pages(citation) if page[:2] != ("", "")]
        if not pages and (ref := text(citation.get("uuid"))):
            into.parts.append(Part(PartKind.CITATION, ref=ref))
        elif not pages:
            into.notes.add(where, ODD_CITATION)
        for url, title, kind in pages:
            if (url, title) not in seen:
                seen.add((url, title))
                into.parts.append(Part(PartKind.CITATION, type=kind, name=title, url=url))


def _pages(citation: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Address, title and type of the pages that a citation names."""
    details = mapping(citation.get("details"))
    url = text(citation.get("url")) or text(details.get("url"))
    title = text(citation.get("title")) or text(details.get("title"))
    yield url, title, text(details.get("type"))
    for each in items(citation.get("sources")):
        source = mapping(each)
        if (address := text(source.get("url"))) != url:
            yield address, text(source.get("title")), ""


def _read_thinking(block: Mapping[str, Any], kind: str, into: Content) -> None:
    said = text(block.get("thinking")) or text(block.get("text"))
    if not said:
        summaries = (text(mapping(each).get("summary")) for each in items(block.get("summaries")))
        said = "\n".join(filter(None, summaries))
        into.look_through(
            kind, {name: held for name, held in block.items() if name != "summaries"}, IN_BLOCKS
        )
    if said or kind == "redacted_thinking":
        into.parts.append(Part(PartKind.REASONING, said, kind))


def tool_call(name: str, given: Any, kind: str) -> Part:
    """The part for a tool called `name` with an input: its strings, and as JSON what else is in it."""
    if isinstance(given, str):
        return Part(PartKind.TOOL_CALL, given, kind, name)
    if not isinstance(given, dict):
        return Part(PartKind.TOOL_CALL, "" if given is None else compact(given), kind, name)
    said, rest = [], {}
    for key in sorted(given, key=lambda key: (_SAID_FIRST.get(key, _SAID_BETWEEN), key)):
        value = given[key]
        if not value or (key in _NOT_SAID and not (isinstance(value, str) and reads_like_words(value))):
            continue
        if isinstance(value, str):
            said.append(value)
        elif isinstance(value, dict | list):
            rest[key] = value
    if rest or not said:
        said.append(compact(rest or given) if given else "")
    return Part(PartKind.TOOL_CALL, "\n".join(said), kind, name, text(given.get("language")))


def _read_result(block: Mapping[str, Any], into: Content) -> None:
    """What a tool answered: one part for its text, then its files, then what is not known."""
    said: list[str] = []
    others: list[dict[str, Any]] = []
    content = block.get("content")
    for item in content if isinstance(content, list) else () if content is None else (content,):
        if isinstance(item, str):
            said.append(item)
        elif not isinstance(item, dict):
            into.notes.add(into.where, ODD_BLOCK)
        elif item.get("type") in ("text", "knowledge"):
            said.append(_result_text(item))
            if not text(item.get("text")):
                into.look_through(text(item["type"]), item, IN_BLOCKS)
        else:
            others.append(item)
    shown = "\n".join(filter(None, said))
    if not shown and not others:
        instead = block.get("display_content") or block.get("structured_content")
        shown = best_text(mapping(instead), _SHOWN) if instead else ""
    name = text(block.get("name"))
    if shown or name or not others:
        into.parts.append(Part(PartKind.TOOL_RESULT, shown, "tool_result", name))
    for item in others:
        before = len(into.parts)
        _read_block(item, into)
        into.look_through_block(item, before)


def _result_text(item: Mapping[str, Any]) -> str:
    """A text item, or a page that was found: its title, address and text."""
    return "\n".join(filter(None, (text(item.get(name)) for name in ("title", "url", "text"))))


def read_unknown(block: Mapping[str, Any], kind: str, into: Content) -> None:
    """Keep what a piece of a type that is not known says, the best text first, and say so once."""
    if kind not in into.notes.types:
        into.notes.types.add(kind)
        into.notes.add(f"{into.where}.content[{kind}]", NEW_TYPE)
    into.parts.append(Part(PartKind.UNKNOWN, _all_words(block), kind))
    if cited := block.get("citations"):
        _read_citations(cited, into)


def _all_words(block: Mapping[str, Any]) -> str:
    """The best text in an object that is not understood and all other words in it; else the object as JSON."""
    found = _found_text(block, _TEXTS)
    rest = {name: value for name, value in block.items() if name != "citations"}
    return with_other_words(found, rest) if found else best_text(block)


def best_text(block: Mapping[str, Any], names: tuple[str, ...] = _TEXTS) -> str:
    """The text a person would look for in an object that is not understood; else the object as JSON."""
    if found := _found_text(block, names):
        return found
    rest = {name: value for name, value in block.items() if name not in _HOUSEKEEPING and value is not None}
    return compact(rest) if rest else ""


def _found_text(block: Mapping[str, Any], names: tuple[str, ...]) -> str:
    for name in names:
        match block.get(name):
            case str(said) if said and not said.isspace():
                return said
            case list(found):
                said = "\n".join(
                    filter(None, (text(each) or text(mapping(each).get("text")) for each in found))
                )
                if said:
                    return said
            case {"text": str(said)} if said:
                return said
    return ""


def _first(block: Mapping[str, Any], names: tuple[str, ...]) -> str:
    return next((said for name in names if (said := text(block.get(name)))), "")


def _file(block: Mapping[str, Any], kind: str) -> Attachment:
    """The file that a block shows; bytes that stand in the block itself stay in the record."""
    source = mapping(block.get("source"))
    mime = _first(block, _FILE_TYPES) or _first(source, _FILE_TYPES)
    said = text(block.get("extracted_content")) or text(block.get("text"))
    if not said and source.get("type") == "text":
        said = text(source.get("data"))
    elif not said and isinstance(block.get("content"), str | list):
        said = best_text({"content": block["content"]})
    return Attachment(
        _first(block, _FILE_IDS), _first(block, _FILE_NAMES) or mime or kind, mime, _size(block), said
    )


def _size(file: Mapping[str, Any]) -> int | None:
    return size(file.get("file_size") if "file_size" in file else file.get("size_bytes"))


def read_files(message: Mapping[str, Any], into: Content) -> None:
    """Add the files that a message names outside its blocks, with the text the service took out of them."""
    for name in ("attachments", "files", "files_v2"):
        if named := message.get(name):
            for _where, file in objects(named, f"{into.where}.{name}", into.notes, ODD_FILE):
                found = _named_file(file)
                into.attach(found)
                if not found.text:
                    into.look_through(name, file, IN_FILES)
            if not isinstance(named, list):
                into.look_through(name, named, IN_FILES)


def _named_file(file: Mapping[str, Any]) -> Attachment:
    kind = text(file.get("file_type"))
    mime = kind if "/" in kind else "text/plain" if kind == "txt" else ""
    return Attachment(
        _first(file, ("file_uuid", "uuid", "id")),
        text(file.get("file_name")),
        mime,
        _size(file),
        text(file.get("extracted_content")),
    )


def flat_text(message: Mapping[str, Any], into: Content) -> None:
    """Add the flat rendering of a message whose blocks held no text, unless it only repeats their reasoning.

    Where the service could not render a block, it wrote a fenced line instead, which is left out.
    """
    said = message.get("text")
    if not isinstance(said, str):
        if said is not None:
            into.notes.add(f"{into.where}.text", ODD_TEXT)
            into.parts.append(Part(PartKind.UNKNOWN, compact(said), "text"))
        return
    if _UNSUPPORTED in said:
        said = "\n\n".join(filter(None, (piece.strip() for piece in said.split(_UNSUPPORTED))))
    thought = "".join(part.text for part in into.parts if part.kind is PartKind.REASONING)
    if not thought or "".join(said.split()) not in "".join(thought.split()):
        into.say(said)
