"""ChatGPT: the export under Settings → Data controls → Export data, or from OpenAI's Privacy Portal.

**Downloads.** `<64 hex>-YYYY-MM-DD-HH-MM-SS.zip` (since 2026 with `-<32 hex>` before `.zip`); people rename
them. The portal gives `OpenAI-export.zip` or `chatgpt_archive_….zip`, a container whose folder
`User Online Activity/` holds whole exports as inner ZIPs, `Conversations__<64 hex>-chatgpt-0001.zip` or
`…-chatgpt-0001-part-0001.zip` and on (`__` or `_`), beside `Files__…-files-0001.zip` and
`OtherActivity__….zip`.

**Members.**

    conversations.json, or conversations-000.json and on   conversations; rarely {"conversations": […]}
    user.json                                     the account; an object, in 2023 perhaps a list
    export_manifest.json                          the files of the export
    conversation_asset_file_names.json            names of the `.dat` files
    library_files.json                            names, types, sizes of files, and the message each is from
    file-…, file_…, *.dat, pictures, sound        the files themselves; an id begins their names
    codex.json                                    tasks of Codex in the cloud, `task_e_…`: documents "task"
    textdocs/<id>.json                            canvases: documents "canvas" (one source; shape unknown)
    message_feedback.json                         documents "feedback"
    model_comparisons.json                        documents "comparison": their texts stand nowhere else
    shared_conversations.json                     documents "share": ids of public links stand nowhere else
    group_chats, shopping, sora, tool_messages    usually empty; if not, kept whole, for want of a known shape
    chat.html, report.html                        left out: renderings of the members above
    user_settings.json, Financial/, User Profile/ left out: personal data that is no chat
    sites/                                        kept; its own export_manifest.json is not this export's

**Ids.** A conversation is named by `conversation_id` and `id`; they agree wherever both were seen, and the
first wins. A key of `mapping` is the node's id and the message's. All stay the same from export to export.
The order of a `mapping` does not, nor that of conversations among shards.

**Times.** Unix seconds with a fraction; null on system rows. An answer's time may precede its question's.
`update_time` tells when a chat was last active.

**Branches.** Edits and regenerations are siblings; `current_node` is the leaf shown last (`chatgpt_reading`).
**Content types** are listed in `chatgpt_content`, **documents** in `chatgpt_documents`.

**Drifts.**

    2023         one conversations.json, full trees, hardly any files
    2024 on      pictures, sound, real file names; group_chats, shopping, sora (2025)
    Feb 2026     shards of 100 conversations, export_manifest.json, user_settings.json
    May 2026 on  slim trees: no `children`, `status`, `weight`, `recipient`, `channel`; tool messages and code
                 left out and their edges mended or not; `metadata` cut; files as `<id>.dat`; codex.json
    Apr 2026 on  the portal's containers

So a newer export holds less than an older one of the same chat, and form and container vary independently.

**Lookalikes.** DeepSeek writes `mapping` too, with `inserted_at` and `fragments`. Claude also calls its file
conversations.json. Tools that save single chats (`mapping` in one object) have the very shape of the export
and the same ids; envelopes of other tools around such an object are not read.

**Volatile:** `finished_duration_sec`, `reasoning_start_time` and `reasoning_end_time` in a message's metadata
are derived anew for each export, and differ on byte-identical texts (measured by the polylogue project on
exports of April and July 2026).

**Left out on purpose:** what searches found and no answer cites, random padding, bookkeeping of the library.
All of it stays in the record's bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chathold.core.identity import CONVERSATION
from chathold.core.model import Reading
from chathold.core.texts import N_
from chathold.providers import chatgpt_documents, chatgpt_reading
from chathold.providers.chatgpt_combining import as_exported, asset_list, combine, stand, users
from chathold.providers.chatgpt_members import holds_exports, recognise
from chathold.providers.chatgpt_sidecars import (
    accounts,
    asset_id,
    asset_names,
    coverage,
    manifest,
    name_time,
    numbered,
)

__all__ = [
    "CHAT",
    "NAME",
    "NEVER_EXPORTED",
    "READER",
    "TITLE",
    "accounts",
    "as_exported",
    "asset_id",
    "asset_list",
    "asset_names",
    "combine",
    "coverage",
    "holds_exports",
    "manifest",
    "name_time",
    "numbered",
    "read",
    "recognise",
    "stand",
    "strip",
    "users",
]

NAME = "chatgpt"
TITLE = "ChatGPT"
READER = 4
CHAT = "https://chatgpt.com/c/{id}"

_LOOKED_UP = "2026-11-23"
NEVER_EXPORTED: tuple[tuple[str, str], ...] = (
    (N_("Your saved memories, except for what a chat wrote down or used."), _LOOKED_UP),
    (N_("The names of your projects."), _LOOKED_UP),
    (N_("Chats that were deleted before the export was made."), _LOOKED_UP),
    (
        N_("In exports since mid-2026: what tools were asked, what they answered, and the code they ran."),
        _LOOKED_UP,
    ),
    (N_("In many recent exports: the pictures that ChatGPT made."), _LOOKED_UP),
)

_VOLATILE = _FINISHED, _STARTED, _ENDED = (
    "finished_duration_sec",
    "reasoning_start_time",
    "reasoning_end_time",
)


def strip(kind: str, value: dict[str, Any]) -> int:
    """Remove the times of reasoning from a conversation's messages; how many names went."""
    tree = value.get("mapping")
    if kind != CONVERSATION or not isinstance(tree, dict):
        return 0
    removed = 0
    for node in tree.values():
        try:
            metadata = node["message"]["metadata"]
        except (TypeError, LookupError):  # a node or message that is none
            continue
        if type(metadata) is dict and (_FINISHED in metadata or _STARTED in metadata or _ENDED in metadata):
            for name in _VOLATILE:
                if name in metadata and not isinstance(metadata[name], dict | list | str):
                    del metadata[name]
                    removed += 1
    return removed


def read(kind: str, value: Mapping[str, Any]) -> Reading:
    """What a record means. Never raises; what does not fit becomes a problem."""
    if kind == CONVERSATION:
        return chatgpt_reading.read_conversation(value)
    return chatgpt_documents.read_document(kind, value)
