"""Several records of a ChatGPT conversation put together as one, in the shape of the export of 2023 to 2026.

    {"title", "create_time", "update_time", "mapping": {node: {"id", "message", "parent", "children"}},
     "current_node", …}

Every message stays as its export wrote it; edges are written anew. All that follows nothing hangs below one node
without a message, as ChatGPT's own root.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from chathold.core.identity import CONVERSATION
from chathold.providers.base import AssetName, Kept, Outer, Stand
from chathold.providers.values import mapping, seconds, text

_ROOT = "client-created-root"
_PLACES = {
    CONVERSATION: Stand("conversations.json", listed=True),
    "task": Stand("codex.json", listed=True),
    "feedback": Stand("message_feedback.json", listed=True),
    "comparison": Stand("model_comparisons.json", listed=True),
    "share": Stand("shared_conversations.json", listed=True),
}


def combine(base: Mapping[str, Any], outer: Outer, kept: Sequence[Kept]) -> dict[str, Any]:
    """One record with all messages; `current_node` is the one shown last."""
    names = {each.id for each in kept}
    root = next((node for node in _roots(base) if node not in names), _ROOT)
    tree: dict[str, dict[str, Any]] = {root: {"id": root, "message": None, "parent": None, "children": []}}
    for each in kept:
        above = each.parent or root
        tree[each.id] = {**_node(each), "id": each.id, "parent": above, "children": []}
    for each in kept:
        tree[each.parent or root]["children"].append(each.id)
    times = {"create_time": outer.created, "update_time": outer.updated}
    differing = {name: time for name, time in times.items() if seconds(base.get(name)) != time}
    result = {**base, **differing, "title": outer.title, "mapping": tree, "current_node": outer.leaf or root}
    if not (text(base.get("conversation_id")) or text(base.get("id"))):
        result["id"] = outer.ref
    return result


def _roots(base: Mapping[str, Any]) -> list[str]:
    """The nodes of a record that hold no message and follow nothing."""
    return [
        node
        for node, held in mapping(base.get("mapping")).items()
        if node and isinstance(held, dict) and held.get("message") is None and not held.get("parent")
    ]


def _node(kept: Kept) -> Mapping[str, Any]:
    """The node of a message; one under the key "" is found where no other has its id."""
    tree = mapping(kept.record.get("mapping"))
    return mapping(tree.get(kept.id)) or mapping(tree.get(""))


def as_exported(kind: str, value: Mapping[str, Any]) -> Mapping[str, Any] | None:  # noqa: ARG001 - the protocol's signature
    """The record as it is: every shape that is read is that of the export, and names nobody."""
    return value


def stand(kind: str, ref: str) -> Stand | None:
    """Where a record of this kind stands in an export."""
    return Stand(f"textdocs/{ref}.json", listed=False) if kind == "canvas" else _PLACES.get(kind)


def users(account: str) -> tuple[str, Any]:
    """`user.json` with the account's id alone."""
    return "user.json", {"id": account}


def asset_list(names: Sequence[AssetName]) -> tuple[str, Any] | None:
    """`library_files.json`."""
    entries = [
        {
            "file_id": each.id,
            "file_name": each.name,
            "mime_type": each.mime or None,
            "file_size_bytes": each.size,
            "origination_thread_id": each.conversation or None,
            "origination_message_id": each.message or None,
        }
        for each in names
    ]
    return ("library_files.json", entries) if entries else None
