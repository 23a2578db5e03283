"""A conversation in the JSON of our own, complete with branches and versions.

The schema, version 1, is described in `daemon/README.md`.
"""

from __future__ import annotations

from typing import Any

from chathold.archive import views
from chathold.archive.store import Archive

Json = dict[str, Any]

SCHEMA = "chathold"
VERSION = 1


def complete(archive: Archive, line: Json) -> Json:
    """All that `show` and `history` say of a record, and for each version what it added or changed."""
    shown = views.show(archive, line["id"])
    return {"schema": SCHEMA, "version": VERSION, **shown, "versions": _versions(archive, line)}


def _versions(archive: Archive, line: Json) -> list[Json]:
    if line.get("extracted"):
        return []
    found: list[Json] = []
    before: dict[str, Json] = {}
    for each in views.history(archive, line["id"])["versions"]:
        then = views.show(archive, line["id"], str(each["version"]))["messages"]
        now = {message["id"]: message for message in then}
        differing = [message for name, message in now.items() if _said(message) != _said(before.get(name))]
        found.append({**each, "differences": differing})
        before = now
    return found


def _said(message: Json | None) -> Json | None:
    """A message without the times at which exports had it."""
    if message is None:
        return None
    return {name: value for name, value in message.items() if name not in ("first_seen", "last_seen")}
