"""The versions of a conversation by export, and what differs between two of them, side by side."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chathold.archive import views
from chathold.core.errors import ChatholdError
from chathold.core.texts import _
from chathold.reader.comparing import compare
from chathold.reader.opening import archive_of
from chathold.reader.pages.conversation import shown_of
from chathold.reader.showing import page
from chathold.reader.talk import anchor, is_hidden, spoken

Json = dict[str, Any]


def history(request: Request) -> Response:
    """Every version, the newest first."""
    with archive_of(request) as archive:
        if archive is None:
            raise ChatholdError(_("There is no archive yet."), advice=_("Import an export first."))
        known = views.history(archive, request.path_params["id"])
    versions = known["versions"]
    before = [None, *versions]
    rows = [
        each | {"renamed": bool(old) and old["title"] != each["title"]}
        for old, each in zip(before, versions, strict=False)
    ]
    return page(request, "history.html", line=known["conversation"], versions=rows[::-1])


def changes(request: Request) -> Response:
    """What differs between the versions `old` and `new`; without them, between the newest and the one before."""
    name, asked = request.path_params["id"], request.query_params
    with archive_of(request) as archive:
        if archive is None:
            raise ChatholdError(_("There is no archive yet."), advice=_("Import an export first."))
        versions = {each["version"]: each for each in views.history(archive, name)["versions"]}
        newest = len(versions)
        new = _chosen(asked.get("new", ""), versions, newest)
        old = _chosen(asked.get("old", ""), versions, max(1, new - 1))
        old, new = sorted((old, new))
        shown = shown_of(request, archive, name)
        differing = views.diff(archive, name, str(old), str(new))
        now = shown_of(request, archive, name, str(new))
    return page(
        request,
        "changes.html",
        line=shown["conversation"],
        versions=list(versions.values()),
        old=versions[old],
        new=versions[new],
        title=differing["title"],
        added=_told(differing["added"]),
        changed=[_compared(each["old"], each["new"]) for each in differing["changed"]],
        undelivered=_told(_undelivered(now["messages"], versions[old], versions[new])),
        anchor=anchor,
    )


def _chosen(asked: str, versions: dict[int, Json], otherwise: int) -> int:
    """The number of a version."""
    number = int(asked) if asked.isdecimal() and len(asked) < 8 else otherwise  # noqa: PLR2004 - there are no more
    return number if number in versions else otherwise


def _told(messages: list[Json]) -> list[Json]:
    """The messages that a person would miss, with their words."""
    return [
        {"message": each, "text": spoken(each) or _pieces(each)} for each in messages if not is_hidden(each)
    ]


def _compared(old: Json, new: Json) -> Json:
    before, after = spoken(old), spoken(new)
    if before == after:
        before, after = _pieces(old), _pieces(new)
    return {"message": new, "rows": compare(before, after)}


def _pieces(message: Json) -> str:
    """Everything in a message, for one that says nothing, or the same."""
    said = [f"{part['kind']}: {part['text'] or part.get('name', '')}" for part in message["parts"]]
    return "\n".join([*said, *(each["name"] or each["id"] for each in message["attachments"])])


def _undelivered(messages: list[Json], old: Json, new: Json) -> list[Json]:
    """The messages that the older export still held and the newer one did not; they stay here."""
    then, now = old["exported_at"], new["exported_at"]
    if not then or not now or then == now:
        return []
    return [each for each in messages if each["last_seen"] and then <= each["last_seen"] < now]


ROUTES = [Route("/chat/{id}/history", history), Route("/chat/{id}/changes", changes)]
