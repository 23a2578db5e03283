"""Several records of a Claude conversation put together as one, in the shape of the export of 2026.

Every message stays as its export wrote it, and names its parent. Of the account only the id is written: names and
addresses of people stay out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from chathold.core.identity import CONVERSATION
from chathold.providers.base import AssetName, Kept, Outer, Stand
from chathold.providers.claude_reading import ROOT, named_messages
from chathold.providers.values import mapping, seconds, text

_PLACES = {
    CONVERSATION: "conversations.json",
    "project": "projects/{ref}.json",
    "memory": "memories/{ref}.json",
    "artifact": "artifacts/{ref}/artifact.json",
    "feedback": "reflections/{ref}.json",
}

_OWNERS = ("account", "creator")


def combine(base: Mapping[str, Any], outer: Outer, kept: Sequence[Kept]) -> dict[str, Any]:
    """One record with all messages; a leaf is only named where an export named one."""
    design = isinstance(base.get("messages"), list) and not isinstance(base.get("chat_messages"), list)
    records: dict[int, Mapping[str, Mapping[str, Any]]] = {}
    messages = []
    for each in kept:
        if id(each.record) not in records:
            records[id(each.record)] = named_messages(each.record)
        message = {**records[id(each.record)].get(each.id, {}), "uuid": each.id}
        messages.append(message if design else {**message, "parent_message_uuid": each.parent or ROOT})
    result = {**base, "messages" if design else "chat_messages": messages}
    result["title" if "title" in base and not text(base.get("name")) else "name"] = outer.title
    for name, time in (("created_at", outer.created), ("updated_at", outer.updated)):
        if time is not None and seconds(base.get(name)) != time:
            result[name] = datetime.fromtimestamp(time, UTC).isoformat(timespec="microseconds")
    if outer.leaf:
        result["current_leaf_message_uuid"] = outer.leaf
    return {"uuid": outer.ref, **result}


def as_exported(kind: str, value: Mapping[str, Any]) -> Mapping[str, Any] | None:  # noqa: ARG001 - the protocol's signature
    """The record with no more of its owner than the id."""
    named = {name: {"uuid": held["uuid"]} for name in _OWNERS if "uuid" in (held := mapping(value.get(name)))}
    return {**value, **named}


def stand(kind: str, ref: str) -> Stand | None:
    """Where a record of this kind stands in an export."""
    place = _PLACES.get(kind)
    return Stand(place.format(ref=ref), listed=kind == CONVERSATION) if place else None


def users(account: str) -> tuple[str, Any]:
    """`users.json` with the account's id alone."""
    return "users.json", [{"uuid": account}]


def asset_list(names: Sequence[AssetName]) -> tuple[str, Any] | None:  # noqa: ARG001 - the protocol's signature
    """None: the export names no files."""
    return None
