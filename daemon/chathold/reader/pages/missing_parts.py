"""Exports that come in several files: which are here, and the link of each that is not.

A link is Claude's own, works once, and is opened by the user's browser, which is signed in there; nothing here
follows it. It is shown for the first use only; that it was used is told by a script, or not at all.
"""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chathold.archive.waiting import sets
from chathold.core.texts import N_, _
from chathold.reader.forms import Form, posted
from chathold.reader.opening import archive_of, reader_of, state_of
from chathold.reader.showing import forward, page
from chathold.state.links import Link

Json = dict[str, Any]

_RECENT = 7 * 86_400.0
"""Seconds for which a set that is whole is still shown."""

CATEGORIES = {
    "conversations": N_("Chats"),
    "light_metadata": N_("Account"),
    "projects": N_("Projects"),
    "memories": N_("Memories"),
    "design_chats": N_("Design chats"),
    "frames": N_("Artifacts"),
    "feedback": N_("Feedback"),
}
"""What is in the files of an export, by the first part of their names."""


def missing_parts(request: Request) -> Response:
    """The sets that lack files, and those that have become whole of late."""
    now = reader_of(request).wall()
    with archive_of(request) as archive:
        found = sets(archive) if archive else []
    with state_of(request) as state:
        state.links.tidy(now)
        shown = [_with_links(each, state.links.of(each["file"], now)) for each in found]
    shown = [each for each in shown if each["missing"] or now - each["imported"] < _RECENT]
    return page(request, "missing_parts.html", sets=shown)


def _with_links(found: Json, links: tuple[Link, ...]) -> Json:
    """A set as the page shows it."""
    by_part = {each.part: each for each in links}
    parts = [
        each | {"what": _what(each["name"]), "link": by_part.get(each["name"])} for each in found["parts"]
    ]
    missing = [each for each in parts if not each["here"]]
    return found | {"parts": parts, "missing": missing, "linked": any(each["link"] for each in missing)}


def _what(name: str) -> str:
    category = name.rpartition("-")[0]
    return _(CATEGORIES[category]) if category in CATEGORIES else ""


@posted
def part_opened(request: Request, form: Form) -> Response:
    """A link was opened: it is not ready any more."""
    with state_of(request) as state:
        state.links.open(form.get("file"), form.get("part"), reader_of(request).wall())
    return forward(request, "missing_parts")


ROUTES = [
    Route("/parts", missing_parts),
    Route("/parts/opened", part_opened, methods=["POST"]),
]
