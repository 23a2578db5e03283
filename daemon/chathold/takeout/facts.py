"""What an export says of a conversation beside its messages, the same in every format for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

from chathold.archive.reading import provider_of
from chathold.core.texts import _

Json = dict[str, Any]


def title_of(line: Json) -> str:
    """The title of a chat, or words for its lack."""
    return " ".join(str(line["title"]).split()) or _("(no title)")


def facts_of(shown: Json, labels: Mapping[tuple[str, str], str]) -> dict[str, str | int | None]:
    """The facts of a conversation or document, as `show` gives it; `exported` is the newest export that has it."""
    line = shown["conversation"]
    seen = [each["last_seen"] for each in shown["messages"] if each["last_seen"]]
    return {
        "chathold_id": line["id"],
        "provider": line["provider"],
        "account": labels.get((line["provider"], line["account"]), line["account"]),
        "kind": line.get("kind"),
        "title": title_of(line),
        "created": line["created"],
        "updated": line["updated"],
        "exported": max(seen, default=None),
        "gone_since": line["gone_since"],
        "url": address_of(line),
        "messages": len(shown["messages"]),
    }


def address_of(line: Json) -> str:
    """Where the chat is at the service; "" for a document."""
    if line.get("kind"):
        return ""
    return provider_of(line["provider"]).CHAT.format(id=quote(line["provider_id"], safe=""))


def who(message: Json) -> str:
    """Who speaks, and when, in a line."""
    roles = {
        "user": _("You"),
        "assistant": _("Assistant"),
        "system": _("System"),
        "tool": _("Tool"),
        "document": _("Document"),
    }
    return " · ".join(
        " ".join(each.split())
        for each in (roles[message["role"]], message["author"], message["model"], local(message["time"]))
        if each
    )


def begins(branch: Sequence[Json], messages: Mapping[str, Json]) -> str:
    """Where a branch begins: after which of all the messages, given by their ids."""
    start = messages.get(branch[0]["parent"])
    return _("Branch after: {message}").format(message=who(start)) if start else _("Branch from the start")


def local(moment: str | None) -> str:
    """A time of ours (ISO, UTC) as a day and minute where the user is; "" if unknown."""
    return datetime.fromisoformat(moment).astimezone().strftime("%Y-%m-%d %H:%M") if moment else ""
