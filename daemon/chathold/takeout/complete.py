"""A conversation in the JSON of our own, complete with branches and versions.

The schema, version 1, is described in `daemon/README.md`.
"""

from __future__ import annotations

import json
from typing import Any

from chathold.archive import views
from chathold.archive.store import Archive
from chathold.core.identity import SCHEMA

Json = dict[str, Any]

VERSION = 1


def complete(archive: Archive, line: Json) -> Json:
    """All that `show` and `history` say of a record, and for each version what it added, and what was before."""
    shown = views.show(archive, line["id"])
    return {"schema": SCHEMA, "version": VERSION, **shown, "versions": _versions(archive, line)}


def written(value: Json) -> str:
    """The record as JSON, a message or version a line."""
    fields = []
    for name, held in value.items():
        if isinstance(held, list):
            items = ",\n".join(json.dumps(each, ensure_ascii=False) for each in held)
            fields.append(f"{json.dumps(name)}: [\n{items}\n]")
        else:
            fields.append(f"{json.dumps(name)}: {json.dumps(held, ensure_ascii=False)}")
    return "{\n" + ",\n".join(fields) + "\n}\n"


def _versions(archive: Archive, line: Json) -> list[Json]:
    """The versions, oldest first; with what is told of each, the one before can be put together from it."""
    if line.get("extracted"):
        return []
    found: list[Json] = []
    before: dict[str, Json] = {}
    listed = views.history(archive, line["id"])["versions"]
    for each in listed if len(listed) > 1 else ():
        then = views.show(archive, line["id"], str(each["version"]))["messages"]
        now = {message["id"]: message for message in then}
        replaced = [old for name, old in before.items() if said(now.get(name)) != said(old)]
        new = [name for name in now if name not in before]
        found.append({**each, "new": new if found else [], "before": replaced})
        before = now
    return found or [{**each, "new": [], "before": []} for each in listed]


def said(message: Json | None) -> Json | None:
    """A message without the times at which exports had it."""
    if message is None:
        return None
    return {name: value for name, value in message.items() if name not in ("first_seen", "last_seen")}
