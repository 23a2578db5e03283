"""Attention: what is waiting, failed, missing or in doubt, each with the next step."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chathold.archive.asking import answer, questions
from chathold.archive.store import Archive
from chathold.attention import Leads, concerns
from chathold.attention.gathering import situation_of
from chathold.core.errors import ArchiveError
from chathold.core.texts import N_, _
from chathold.reader.forms import Form, posted
from chathold.reader.opening import archive_of, reader_of, state_of
from chathold.reader.showing import forward, page, tell
from chathold.search import standing
from chathold.state.memory import PAUSED

STEPS = {
    Leads.IMPORTS: ("imported", N_("Imports")),
    Leads.PARTS: ("missing_parts", N_("Show the files")),
    Leads.SETTINGS: ("settings", N_("Open the settings")),
    Leads.SERVICES: ("services", N_("Show me how")),
    Leads.CHECK: ("before_deleting", N_("Check")),
}
"""The page that a next step leads to, and what its button says."""

_PATIENCE = 20.0


def attention(request: Request) -> Response:
    """The list; a question can be answered where it stands."""
    home = reader_of(request).home
    with archive_of(request) as archive:
        behind = standing(archive).pending if archive else 0
        found = concerns(situation_of(home, archive, to_index=behind))
        asked = {each["file"]: each for each in questions(archive)} if archive else {}
    return page(request, "attention.html", concerns=found, questions=asked, steps=STEPS)


@posted
def resume_watching(request: Request, form: Form) -> Response:
    """Look at new downloads again."""
    del form
    with state_of(request) as state:
        state.memory.set(PAUSED, value=False)
    tell(request, _("Watching again."))
    return forward(request, "attention")


@posted
def many_gone(request: Request, form: Form) -> Response:
    """Note whether the user deleted the chats that an export lacks."""
    deleted = form.get("answer") == "yes"
    archive: Any = Archive.open(reader_of(request).home.archive)
    if archive is None:
        raise ArchiveError(_("The archive is not where it was."))
    try:
        with archive.writing(wait=_PATIENCE) as ledger:
            answer(archive, ledger, form.get("file"), deleted=deleted)
    finally:
        archive.close()
    tell(
        request,
        _("They are marked as no longer at the service. Your copies stay.")
        if deleted
        else _("Nothing is marked, unless a later export lacks them, too. Your copies stay."),
    )
    return forward(request, "attention")


ROUTES = [
    Route("/attention", attention),
    Route("/attention/resume", resume_watching, methods=["POST"]),
    Route("/attention/many-gone", many_gone, methods=["POST"]),
]
