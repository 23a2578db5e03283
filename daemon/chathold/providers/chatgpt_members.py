"""What the members of a ChatGPT export are: by content where it proves something, else by name.

Names are compared without their folder, shard number and a browser's ` (1)`: `export/conversations-003.json`
is `conversations`. Looked at in this order:

    a file of the user's, by name   file-…, file_…, *.dat, and what lies in Files__…zip, JSON or not
    content that proves ChatGPT     conversations, Codex tasks, user.json, the manifest
    Financial/, User Profile/       personal data that is no chat
    the other side-cars, by name    and those among them that are empty
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import islice
from typing import Any

from chathold.providers.base import Recognition, Use
from chathold.providers.values import items, mapping, text

CONVERSATION_IDS = ("conversation_id", "id")
"""Where a conversation carries its id. Both agree in all exports seen; fixtures of tools prefer the first."""

_LOOKED_AT = 20
"""How many elements of a list are looked at to tell whose it is."""

_PORTAL_ZIP = re.compile(
    r"(?:Conversations_{1,2}[^/]*-chatgpt-\d+(?:-part-\d+)?"
    r"|Files_{1,2}[^/]*-files-\d+(?:-part-\d+)?"
    r"|OtherActivity_{1,2}[^/]*)\.zip",
    re.IGNORECASE,
)
_FILES_ZIP = re.compile(r"Files_{1,2}[^/]*-files-\d+(?:-part-\d+)?(?:\.zip)?", re.IGNORECASE)
_STEM = re.compile(r"(.+?)(?:-\d{1,4})?(?: ?\(\d+\))?\.json", re.IGNORECASE)
_UPLOAD = re.compile(r"file-[0-9A-Za-z]{16,}|file_[0-9a-f]{8,}|.+\.dat\Z", re.IGNORECASE)
_RENDERING = re.compile(r"(?:chat(?:-\d+)?|report)\.html", re.IGNORECASE)
_PERSONAL = frozenset({"Financial", "User Profile"})
_CHATGPT_ONLY = (
    "conversation_id",
    "current_node",
    "create_time",
    "update_time",
    "default_model_slug",
    "moderation_results",
)
_FOREIGN = ("chat_messages", "inserted_at")
_LISTED = {
    "message_feedback": Recognition(Use.RECORDS, "feedback"),
    "model_comparisons": Recognition(Use.RECORDS, "comparison"),
    "shared_conversations": Recognition(Use.RECORDS, "share"),
    "user_settings": Recognition(Use.IGNORED),
    "library_files": Recognition(Use.ASSET_NAMES),
}
_USUALLY_EMPTY = frozenset({"codex", "group_chats", "shopping", "sora", "tool_messages"})


def recognise(name: str, sample: Any) -> Recognition | None:
    """What the member called `name` is; `None` for what is not ours, or ours and not known."""
    *folders, base = name.split("/")
    stem = found[1].lower() if (found := _STEM.fullmatch(base)) else ""
    if any(map(_FILES_ZIP.fullmatch, folders)):
        return _by_name(folders, stem, sample) if _names_files(stem) else Recognition(Use.ASSET)
    if _UPLOAD.match(base):
        return Recognition(Use.ASSET)
    if "sites" in folders:
        return Recognition(Use.ASSET) if sample is None and not stem else None
    if sample is None:
        return _no_json(folders, base, stem)
    return _by_content(stem, sample) or _by_name(folders, stem, sample)


def holds_exports(name: str) -> bool:
    """Whether a member is one of the ZIPs inside a Privacy Portal container."""
    return _PORTAL_ZIP.fullmatch(name.rpartition("/")[2]) is not None


def _names_files(stem: str) -> bool:
    return stem in {"conversation_asset_file_names", "library_files"}


def _no_json(folders: list[str], base: str, stem: str) -> Recognition | None:
    if _PERSONAL.intersection(folders) or (
        _RENDERING.fullmatch(base) and len(folders) <= len(["zip", "folder"])
    ):
        return Recognition(Use.IGNORED)
    return None if stem else Recognition(Use.ASSET)


def _by_content(stem: str, sample: Any) -> Recognition | None:
    match sample:
        case list():
            first = sample[:_LOOKED_AT]
            if any(map(_is_conversation, first)):
                return Recognition(Use.RECORDS, evidence=True, ids=CONVERSATION_IDS, body="mapping")
            if any(map(_is_task, first)):
                return Recognition(Use.RECORDS, "task", evidence=True)
            if any(_is_user(element, stem) for element in first):
                return Recognition(Use.ACCOUNTS, evidence=True)
        case dict():
            return _object_by_content(stem, sample)
    return None


def _object_by_content(stem: str, sample: dict[str, Any]) -> Recognition | None:
    if _is_conversation(sample):
        return Recognition(Use.RECORD, evidence=True, ids=CONVERSATION_IDS)
    if any(map(_is_conversation, items(sample.get("conversations"))[:_LOOKED_AT])):
        return Recognition(Use.RECORDS, evidence=True, ids=CONVERSATION_IDS, array="conversations")
    if _is_user(sample, stem):
        return Recognition(Use.ACCOUNTS, evidence=True)
    match sample:
        case {"export_files": list(), "logical_files": dict()}:
            return Recognition(Use.MANIFEST, evidence=True)
        case {"export_files": list(), "manifest_file": "export_manifest.json"}:
            return Recognition(Use.MANIFEST, evidence=True)
        case _:
            return None


def _is_conversation(record: Any) -> bool:
    """Whether `record` is a tree of messages as ChatGPT writes it; one of DeepSeek's is not."""
    if not isinstance(record, dict) or "inserted_at" in record:
        return False
    tree = record.get("mapping")
    if not isinstance(tree, dict):
        return False
    messages = [mapping(mapping(node).get("message")) for node in islice(tree.values(), _LOOKED_AT)]
    if any("fragments" in message or "inserted_at" in message for message in messages):
        return False
    return any(name in record for name in _CHATGPT_ONLY) or any(
        "author" in message and "content" in message for message in messages
    )


def _is_task(record: Any) -> bool:
    """Whether `record` is plainly a task of Codex in the cloud."""
    match record:
        case {"id": str(name), "turns": list()}:
            return name.startswith("task_e_") and "mapping" not in record
        case _:
            return False


def _is_user(value: Any, stem: str) -> bool:
    """Whether `value` can only be ChatGPT's `user.json`; an e-mail address proves it under that name only."""
    user = mapping(value)
    if not text(user.get("id")).startswith("user-") or "mapping" in user:
        return False
    return "chatgpt_plus_user" in user or (stem == "user" and "email" in user)


def _by_name(folders: list[str], stem: str, sample: Any) -> Recognition | None:
    """What a member is whose content proves nothing."""
    if _PERSONAL.intersection(folders):
        return Recognition(Use.IGNORED)
    match stem, sample:
        case "conversations", list():
            return Recognition(Use.RECORDS, ids=CONVERSATION_IDS) if not _foreign(sample) else None
        case "conversations", {"conversations": list(held)}:
            found = Recognition(Use.RECORDS, ids=CONVERSATION_IDS, array="conversations")
            return found if not _foreign(held) else None
        case _ if _empty(sample) and (stem in _USUALLY_EMPTY or stem in _LISTED):
            return Recognition(Use.IGNORED)
        case "codex", list():
            turns = any("turns" in mapping(task) for task in sample[:_LOOKED_AT])
            return Recognition(Use.RECORDS, "task") if turns else None
        case "user", list() | dict():
            return Recognition(Use.ACCOUNTS) if _names_owner(sample) else None
        case "export_manifest", dict():
            return Recognition(Use.MANIFEST) if "data_files" not in sample else None
        case "conversation_asset_file_names", dict():
            return Recognition(Use.ASSET_NAMES)
        case _, list():
            return _LISTED.get(stem)
        case _, {"id": str()} | {"textdoc_id": str()} if "textdocs" in folders:
            return Recognition(Use.RECORD, "canvas", ids=("id", "textdoc_id"))
        case _:
            return None


def _foreign(sample: list[Any]) -> bool:
    return any(name in mapping(element) for element in sample[:_LOOKED_AT] for name in _FOREIGN)


def _empty(sample: Any) -> bool:
    """Whether there is nothing in `sample`, nor in what it holds: `[]`, `{}`, `{"chats": []}`."""
    if isinstance(sample, dict):
        return all(held in (None, [], {}) for held in sample.values())
    return isinstance(sample, list) and not sample


def _names_owner(sample: Any) -> bool:
    """Whether a `user.json` is laid out like ChatGPT's: an `id`, and no other service's name for it."""
    users: list[Mapping[str, Any]] = [
        mapping(user) for user in (sample if isinstance(sample, list) else [sample])
    ]
    return any(
        text(user.get("id")) and "user_id" not in user and "uuid" not in user for user in users[:_LOOKED_AT]
    )
