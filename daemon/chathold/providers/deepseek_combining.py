"""Several records of a DeepSeek conversation put together as one, in the shape of the official export.

    {"id", "title", "inserted_at", "updated_at", "mapping": {node: {"id", "parent", "children", "message"}}}

What other tools saved flat is written as fragments. A question and its answer that stood in one node stand in two.
The message shown last, which official exports do not name, is named (`current_message_id`) where a record did.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from chathold.core.identity import CONVERSATION
from chathold.providers.base import AssetName, Kept, Outer, Stand
from chathold.providers.deepseek_nodes import ROOT
from chathold.providers.deepseek_reading import said_by
from chathold.providers.values import seconds

_ZONE = timezone(timedelta(hours=8))
_NAMES_OF_PLACE = frozenset({"id", "message_id", "parent_id", "parent"})


def combine(base: Mapping[str, Any], outer: Outer, kept: Sequence[Kept]) -> dict[str, Any]:
    """One record with all messages below "root"."""
    said: dict[int, Mapping[str, Mapping[str, Any]]] = {}
    tree: dict[str, dict[str, Any]] = {ROOT: {"id": ROOT, "parent": None, "children": [], "message": None}}
    for each in kept:
        if id(each.record) not in said:
            said[id(each.record)] = said_by(each.record)
        message = _official(said[id(each.record)].get(each.id, {}))
        tree[each.id] = {"id": each.id, "parent": each.parent or ROOT, "children": [], "message": message}
    for each in kept:
        tree[each.parent or ROOT]["children"].append(each.id)
    outside = base if isinstance(base.get("mapping"), dict) else {}
    result = {**outside, "id": outer.ref, "title": outer.title, "mapping": tree}
    for name, time in (("inserted_at", outer.created), ("updated_at", outer.updated)):
        if time is not None and seconds(outside.get(name)) != time:
            result[name] = _moment(time)
    if outer.leaf:
        result["current_message_id"] = outer.leaf
    return result


def _official(message: Mapping[str, Any]) -> dict[str, Any]:
    """A message as official exports have it: its place told by its node, its time in ISO 8601."""
    result = {name: value for name, value in message.items() if name not in _NAMES_OF_PLACE}
    for name in ("inserted_at", "created_at"):
        time = seconds(result.get(name))
        if time is not None and not isinstance(result[name], str):
            del result[name]
            result.setdefault("inserted_at", _moment(time))
    return result


def _moment(time: float) -> str:
    return datetime.fromtimestamp(time, UTC).astimezone(_ZONE).isoformat(timespec="microseconds")


def as_exported(kind: str, value: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The record as it is, if it has a `mapping`; other tools save conversations otherwise."""
    return value if kind != CONVERSATION or isinstance(value.get("mapping"), dict) else None


def stand(kind: str, ref: str) -> Stand | None:  # noqa: ARG001 - the protocol's signature
    """Conversations stand in `conversations.json`; nothing else is in the export."""
    return Stand("conversations.json", listed=True) if kind == CONVERSATION else None


def users(account: str) -> tuple[str, Any]:
    """`user.json` with the account's id alone."""
    return "user.json", {"user_id": account}


def asset_list(names: Sequence[AssetName]) -> tuple[str, Any] | None:  # noqa: ARG001 - the protocol's signature
    """None: the export names no files."""
    return None
