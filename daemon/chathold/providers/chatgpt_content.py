"""What a ChatGPT message says: `content` by its `content_type`, and the files and sources in `metadata`.

    content_type                        parts
    text, multimodal_text               text; a call, if an assistant speaks to a tool (`recipient`);
                                        a result, if a tool speaks; a voice's transcription is text
    code                                a call of the recipient; code, if it is for all, or a tool's
    thoughts, reasoning_recap           reasoning, one part for each thought, its summary first
    execution_output, citable_code_output, tether_browsing_display, computer_output, system_error
                                        a tool's result
    tether_quote, sonic_webpage         a tool's result that has a title (`name`) and an address: a reader
                                        wants to see which page was read, to open it, and its text folded
    user_editable_context, model_editable_context
                                        text: custom instructions and memory
    any other                           unknown, with the best text in it, else all of it as JSON

What of a known type says nothing where its words belong is looked through for words, as is what holds text in
two places; they are unknown then, and told of once per conversation and type. `metadata` is not looked through.

Exports since mid-2026 leave out `recipient`. Code of an assistant is then taken for a call, as it nearly
always is, so that a poor and a rich export of one message agree on the kind of its part.

A file is an attachment where its pointer stands in the content (pictures, sound, video frames), where
`metadata.attachments` lists it (uploads), where code painted it (`aggregate_result`), and where an answer
links to it as `sandbox:/mnt/data/…`: such a link is its id then; only `library_files.json` may know more.

What an answer cites (`citations`, `content_references`) is a citation, each address once. What a search
merely found (`search_result_groups`, `_cite_metadata`) stays in the record's bytes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from chathold.core.model import Attachment, Part, PartKind, Role
from chathold.core.texts import N_
from chathold.providers.chatgpt_draft import Draft
from chathold.providers.chatgpt_sidecars import file_id
from chathold.providers.chatgpt_text import best_text, compact, raw_text, shown
from chathold.providers.values import items, mapping, size, text
from chathold.providers.words import NO_TEXT, silent

_SANDBOX = re.compile(r"\(sandbox:(/[^)\n]+)\)|sandbox:(/[^\s)\]\"'>]+)")
_SOURCES = ("items", "sources", "supporting_websites", "fallback_items", "products")
_POINTERS = ("audio_asset_pointer", "video_container_asset_pointer", "frames_asset_pointers")
_USUAL = len(("content_type", "parts"))
_BESIDE_CONTENT = NO_TEXT | {"content", "recipient", "channel", "end_turn", "weight"}
_EMPTY = {"content_type": "text", "parts": [""]}

_NO_CONTENT = N_("This message has no content.")
_ODD_PIECE = N_("A piece of this message could not be read; it is shown as it is.")
_ODD_FILE = N_("A file of this message has neither a name nor an id.")


def read_content(draft: Draft, message: Mapping[str, Any]) -> None:
    """Read what a message says, the files it names and the sources it cites into `draft`."""
    if "attachments" in draft.metadata:
        _uploads(draft)
    content = message.get("content")
    match content:
        case dict():
            kind = text(content.get("content_type"))
            _READERS.get(kind, _any_other)(draft, content)
            if len(content) > (_USUAL if kind else 1) and _twofold(content):
                draft.keep_words(content, kind)
        case str():
            draft.say(draft.voice[0], content, type_="", name=draft.voice[1])
    if not draft.parts or not draft.parts[0].text:
        _without_text(draft, message)
    if "aggregate_result" in draft.metadata:
        _painted(draft)
    if draft.metadata.get("citations") or draft.metadata.get("content_references"):
        _citations(draft)
    if "attachments" in draft.metadata:
        draft.keep_words(draft.metadata["attachments"], "attachments")


def look_beside(draft: Draft, message: Mapping[str, Any], beside: Mapping[str, Any]) -> None:
    """Keep the words that stand in a message under names that are not known, and in its node `beside` it."""
    if beside or not message.keys() <= _BESIDE_CONTENT:
        for name, held in sorted({**message, **beside}.items()):
            if name not in _BESIDE_CONTENT:
                draft.keep_words(held, name)


def _twofold(content: Mapping[str, Any]) -> bool:
    """Whether words may stand in several places of which one is read."""
    return "parts" in content or ("text" in content) + ("content" in content) + ("output_str" in content) > 1


def _without_text(draft: Draft, message: Mapping[str, Any]) -> None:
    """Keep the words of a message that seems to say nothing, wherever they are, or tell that it has no content."""
    content = message.get("content")
    if content == _EMPTY and _BESIDE_CONTENT.issuperset(message):
        return
    if silent(draft.parts):
        unread = {name: message[name] for name in message if name == "content" or name not in _BESIDE_CONTENT}
        draft.keep_words(unread, text(mapping(content).get("content_type")))
    if silent(draft.parts) and not isinstance(content, str) and not mapping(content):
        draft.problem("content", _NO_CONTENT)


def _words(draft: Draft, content: Mapping[str, Any]) -> None:
    """`text` and `multimodal_text`."""
    kind, name = draft.voice
    parts = content.get("parts")
    if isinstance(parts, list):
        for index, part in enumerate(parts):
            if isinstance(part, str):
                draft.say(kind, part, type_="text", name=name)
                if "sandbox:/" in part:
                    _sandboxed(draft, part)
            elif part is not None:
                _piece(draft, part, index)
    elif parts is None or isinstance(parts, str):
        draft.say(kind, text(content.get("text")) if parts is None else parts, type_="text", name=name)
    else:
        _odd(draft, parts, "content.parts")


def _odd(draft: Draft, value: Any, place: str) -> None:
    draft.problem(place, _ODD_PIECE)
    draft.parts.append(Part(PartKind.UNKNOWN, shown(compact(value))))


def _piece(draft: Draft, part: Any, index: int) -> None:
    """A part that is no string: a file, a transcription, or something unknown."""
    if not isinstance(part, dict):
        _odd(draft, part, f"content.parts.{index}")
        return
    kind, before = text(part.get("content_type")), len(draft.parts)
    if kind == "audio_transcription":
        draft.say(draft.voice[0], text(part.get("text")), type_=kind, name=draft.voice[1])
    elif not _pointed(draft, part, kind):
        draft.unknown(part, kind)
    if silent(draft.parts, before):
        draft.keep_words(part, kind)


def _pointed(draft: Draft, part: Mapping[str, Any], kind: str) -> bool:
    """Attach the files that `part` points to, one below another in a video call; whether there were any."""
    if file := file_id(text(part.get("asset_pointer"))):
        _attach_here(draft, file, part, kind)
        return True
    found = False
    for name in _POINTERS:
        held = part.get(name)
        for pointer in held if isinstance(held, list) else [held]:
            about = pointer if isinstance(pointer, dict) else {"asset_pointer": pointer}
            if file := file_id(text(about.get("asset_pointer"))):
                _attach_here(draft, file, about, text(about.get("content_type")) or name)
                found = True
    return found


def _attach_here(draft: Draft, file: str, about: Mapping[str, Any], kind: str) -> None:
    """A file that stands at this place of the content. What a picture was asked to show is its text."""
    wish = text(mapping(mapping(about.get("metadata")).get("dalle")).get("prompt"))
    draft.attach(Attachment(file, size=size(about.get("size_bytes")), text=shown(wish)))
    draft.parts.append(Part(PartKind.ATTACHMENT, type=kind, name=draft.attachments[file].name, ref=file))


def _code(draft: Draft, content: Mapping[str, Any]) -> None:
    kind, name = draft.voice
    if kind is not PartKind.TOOL_CALL:
        poor = draft.role is Role.ASSISTANT and draft.recipient is None
        kind = PartKind.TOOL_CALL if poor else PartKind.CODE
    language = text(content.get("language"))
    if language == "unknown":
        language = "python" if name == "python" else ""
    draft.say(kind, raw_text(content), type_="code", name=name, language=language)


def _thoughts(draft: Draft, content: Mapping[str, Any]) -> None:
    for index, thought in enumerate(items(content.get("thoughts"))):
        match thought:
            case dict():
                said = text(thought.get("content")) or "".join(map(text, items(thought.get("chunks"))))
                summary = text(thought.get("summary"))
                draft.say(PartKind.REASONING, "\n\n".join(filter(None, (summary, said))), type_="thoughts")
                if not said:
                    draft.keep_words(thought, "thoughts")
            case str():
                draft.say(PartKind.REASONING, thought, type_="thoughts")
            case _:
                _odd(draft, thought, f"content.thoughts.{index}")
    if not draft.parts:
        draft.say(PartKind.REASONING, raw_text(content), type_="thoughts")


def _recap(draft: Draft, content: Mapping[str, Any]) -> None:
    draft.say(PartKind.REASONING, text(content.get("content")) or raw_text(content), type_="reasoning_recap")


def _output(draft: Draft, content: Mapping[str, Any]) -> None:
    """`execution_output` and `citable_code_output`."""
    draft.result(text(content.get("output_str")) or raw_text(content), text(content.get("content_type")))


def _browsing(draft: Draft, content: Mapping[str, Any]) -> None:
    said = filter(None, (text(content.get("summary")), text(content.get("result"))))
    draft.result("\n\n".join(said), "tether_browsing_display")


def _page(draft: Draft, content: Mapping[str, Any]) -> None:
    """`tether_quote` and `sonic_webpage`: a page, or a piece of an uploaded file, that was read."""
    address = text(content.get("url"))
    uploaded = address.startswith(("file-", "file_"))
    draft.result(
        text(content.get("text")) or text(content.get("snippet")),
        text(content.get("content_type")),
        name=text(content.get("title")) or text(content.get("domain")),
        url="" if uploaded else address,
        ref=address if uploaded else "",
    )


def _error(draft: Draft, content: Mapping[str, Any]) -> None:
    name = text(content.get("name"))
    draft.result(text(content.get("text")) or name, "system_error", name=name)


def _screen(draft: Draft, content: Mapping[str, Any]) -> None:
    """`computer_output`: the page a browser of ChatGPT's shows, and a picture of it."""
    state = mapping(content.get("state"))
    draft.result(text(state.get("title")), "computer_output", url=text(state.get("url")))
    if not _pointed(draft, mapping(content.get("screenshot")), "screenshot") and not state:
        draft.unknown(content, "computer_output")


def _context(draft: Draft, content: Mapping[str, Any]) -> None:
    """`user_editable_context` and `model_editable_context`: a part for each of their texts."""
    for name in _CONTEXTS:
        match content.get(name):
            case str(words):
                draft.say(PartKind.TEXT, words, type_=name)
            case dict(held) if said := [words for _, words in sorted(held.items()) if text(words)]:
                draft.say(PartKind.TEXT, "\n\n".join(said), type_=name)
            case other if other:
                draft.say(PartKind.TEXT, compact(other), type_=name)
    if not draft.parts:
        for name, words in sorted(mapping(draft.metadata.get("user_context_message_data")).items()):
            draft.say(PartKind.TEXT, text(words), type_=name)
    unread = {name: held for name, held in content.items() if name not in _CONTEXTS or isinstance(held, dict)}
    draft.keep_words(unread, text(content.get("content_type")))


_CONTEXTS = (
    "user_profile",
    "user_instructions",
    "model_set_context",
    "repository",
    "repo_summary",
    "structured_context",
)


def _any_other(draft: Draft, content: Mapping[str, Any]) -> None:
    """A type without a rule here. Files in it are still found; without a type, its parts are words."""
    kind = text(content.get("content_type"))
    if not kind and ("parts" in content or "text" in content):
        _words(draft, content)
        return
    if not content:
        return
    pointed = [_pointed(draft, mapping(part), kind) for part in (content, *items(content.get("parts")))]
    if not any(pointed) or best_text(content) != compact(content):
        draft.unknown(content, kind)


_READERS: Mapping[str, Callable[[Draft, Mapping[str, Any]], None]] = {
    "text": _words,
    "multimodal_text": _words,
    "code": _code,
    "thoughts": _thoughts,
    "reasoning_recap": _recap,
    "execution_output": _output,
    "citable_code_output": _output,
    "tether_browsing_display": _browsing,
    "tether_quote": _page,
    "sonic_webpage": _page,
    "system_error": _error,
    "computer_output": _screen,
    "user_editable_context": _context,
    "model_editable_context": _context,
}


def _uploads(draft: Draft) -> None:
    """The files that `metadata.attachments` lists."""
    for index, entry in enumerate(items(draft.metadata.get("attachments"))):
        about = mapping(entry)
        file = file_id(text(about.get("id")) or text(about.get("file_id")))
        name = text(about.get("name"))
        if not (file or name):
            draft.problem(f"metadata.attachments.{index}", _ODD_FILE)
            continue
        mime = text(about.get("mime_type")) or text(about.get("mimeType"))
        draft.attach(Attachment(file, name, mime, size(about.get("size"))))


def _painted(draft: Draft) -> None:
    """The pictures that code painted."""
    for message in items(mapping(draft.metadata.get("aggregate_result")).get("messages")):
        if file := file_id(text(mapping(message).get("image_url"))):
            _attach_here(draft, file, {}, "image")


def _sandboxed(draft: Draft, words: str) -> None:
    """The files that an answer links to, in the place where the code ran."""
    for found in _SANDBOX.finditer(words):
        path = unquote(found[1] or found[2].rstrip(".,;:!?"))
        draft.attach(Attachment(f"sandbox:{path}", path.rpartition("/")[2]))


def _citations(draft: Draft) -> None:
    cited = [mapping(entry) for entry in items(draft.metadata.get("citations"))]
    references = [mapping(entry) for entry in items(draft.metadata.get("content_references"))]
    seen: set[str] = set()
    for about in [*(mapping(entry.get("metadata")) or entry for entry in cited), *_sources(references)]:
        kind = text(about.get("type"))
        url, ref = text(about.get("url")), ""
        if not url and kind == "file":
            ref = file_id(text(about.get("id"))) or text(about.get("name"))
        target = url or ref
        if target and target not in seen:
            seen.add(target)
            title = shown(text(about.get("title")) or text(about.get("name")))
            draft.parts.append(Part(PartKind.CITATION, type=kind, name=title, url=url, ref=ref))


def _sources(references: list[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Every object among `references` and below that may name a source, in order."""
    waiting = references[::-1]
    while waiting:
        about = waiting.pop()
        yield about
        below = [mapping(entry) for name in _SOURCES for entry in items(about.get(name))]
        waiting.extend(reversed(below))
