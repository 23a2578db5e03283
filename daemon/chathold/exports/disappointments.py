"""What to tell the owner of a download that no provider claims: what it is, or at least what was in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from chathold.core.texts import N_, _
from chathold.exports.members import Export, ExportForm

_SHOWN = 3

_GEMS = N_(
    "This Google Takeout holds Gems and no chats; Gemini's chats are under “My Activity”. Chathold cannot "
    "read those either: it reads exports of ChatGPT, Claude and DeepSeek."
)
_TAKEOUT = N_("This is a Google Takeout. Chathold reads exports of ChatGPT, Claude and DeepSeek.")
_USAGE = N_(
    "This is DeepSeek's list of API usage, and holds no chats. Export your chats at chat.deepseek.com, under "
    "Settings, Data."
)
_ARCHIVE = N_(
    "This is an archive of Chathold itself. To use it on this computer, open it with “chathold restore”."
)
_OTHER = N_("This is an export of {service}. Chathold reads exports of ChatGPT, Claude and DeepSeek.")
_NO_CHATS = N_(
    "Chathold reads exports of ChatGPT, Claude and DeepSeek, as they were downloaded or unpacked. This file holds"
    " none of their chats."
)
_UNKNOWN = N_(
    "Chathold reads exports of ChatGPT, Claude and DeepSeek, as they were downloaded or unpacked. This holds "
    "{names}."
)

Names = Sequence[str]


def _some(pattern: str) -> Callable[[Names], bool]:
    """A test whether any member's name matches."""
    expression = re.compile(pattern, re.IGNORECASE)
    return lambda names: any(map(expression.search, names))


def _all(pattern: str) -> Callable[[Names], bool]:
    """A test whether every member's name matches."""
    expression = re.compile(pattern, re.IGNORECASE)
    return lambda names: all(map(expression.search, names))


_is_activity = _some(r"My ?Activity[^/]*\.(?:json|html)$|safeHtmlItem")
_has_gems = _some(r"(?:^|/)gemini_(?:gems|scheduled_actions)_data\.html$")

_KNOWN: tuple[tuple[Callable[[Names], bool], str], ...] = (
    (lambda names: _has_gems(names) and not _is_activity(names), _GEMS),
    (_some(r"(?:^|/)Takeout/"), _TAKEOUT),
    (_all(r"(?:^|/)(?:amount|cost)-[^/]*\.csv$"), _USAGE),
    (lambda names: "archive.db" in {name.rpartition("/")[2] for name in names}, _ARCHIVE),
)
_SERVICES: tuple[tuple[Callable[[Names], bool], str], ...] = (
    (_some(r"(?:^|/)prod-grok-backend\.json$"), "Grok"),
    (_some(r"^(?:[^/]+/)?chat-[0-9a-f]{8}-[0-9a-f-]{27}\.json$"), "Mistral Le Chat"),
    (_some(r"(?:^|/)qwen-chat-export-\d+[^/]*\.json$"), "Qwen"),
    (_all(r"(?:^|/)chat-export-\d{13}[^/]*\.json$"), "Open WebUI"),
    (_some(r"(?:^|/)(?:perplexity_[^/]*\.json|part\d+of\d+\.zip)$"), "Perplexity"),
    (_some(r"copilot[^/]*activity[^/]*\.csv$"), "Microsoft Copilot"),
    (_some(r"(?:^|/)your_ai_conversations\.html$"), "Meta AI"),
    (_some(r"_typingmind_export/"), "TypingMind"),
)


def not_an_export_advice(export: Export) -> str:
    """What to tell of an open download that nobody claims, in one or two sentences."""
    names = [member.name for member in export.members]
    for fits, text in _KNOWN:
        if fits(names):
            return _(text)
    for fits, service in _SERVICES:
        if fits(names):
            return _(_OTHER).format(service=service)
    if export.form is ExportForm.JSON:
        return _(_NO_CHATS)
    shown = ", ".join(names[:_SHOWN]) + (" …" if len(names) > _SHOWN else "")
    return _(_UNKNOWN).format(names=shown)
