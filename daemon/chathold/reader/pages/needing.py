"""Attention: which exports are due, and what is waiting, failed, missing or in doubt, each with the next step."""

from __future__ import annotations

from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chathold.archive.asking import answer, questions
from chathold.archive.store import Archive
from chathold.attention import Concern, Leads, concerns
from chathold.attention.gathering import situation_of
from chathold.configuration import examine
from chathold.core.errors import ArchiveError
from chathold.core.texts import N_, _
from chathold.reader.forms import Form, posted
from chathold.reader.opening import archive_of, reader_of, state_of
from chathold.reader.pages.listing import account_key
from chathold.reader.showing import forward, page, tell
from chathold.reminders import Reminder, Said, Stage, said
from chathold.reminders.now import calls, local, plan_of, reminders_now
from chathold.reminders.saying import LATER_DAYS
from chathold.reminders.words import words_of
from chathold.search import Indexed, standing
from chathold.state import Marks, State
from chathold.state.memory import PAUSED

STEPS = {
    Leads.IMPORTS: ("imported", N_("Imports")),
    Leads.PARTS: ("missing_parts", N_("Show the files")),
    Leads.SETTINGS: ("settings", N_("Open the settings")),
    Leads.SERVICES: ("services", N_("Show me how")),
    Leads.CHECK: ("before_deleting", N_("Check")),
    Leads.COPY: ("copy_place", N_("Make a second copy")),
}
"""The page that a next step leads to, and what its button says."""

_PATIENCE = 20.0


ANSWERS = {
    Stage.DUE: ((Said.ASKED, N_("I asked for it")), (Said.SNOOZE, N_("Later"))),
    Stage.ASKED: ((Said.CAME, N_("It came")), (Said.SNOOZE, N_("Not yet"))),
    Stage.LINK: (),
}
"""What can be answered to a reminder, and what the buttons say."""


def attention(request: Request) -> Response:
    """The list; a reminder or a question can be answered where it stands."""
    reader = reader_of(request)
    with archive_of(request) as archive:
        found, due = wanting(request, archive)
        asked = {each["file"]: each for each in questions(archive)} if archive else {}
    return page(
        request,
        "attention.html",
        concerns=found,
        questions=asked,
        steps=STEPS,
        reminders=[
            (_key(each), each, words_of(each, reader.wall(), local), ANSWERS[each.stage]) for each in due
        ],
    )


def wanting(request: Request, archive: Archive | None) -> tuple[list[Concern], list[Reminder]]:
    """All that the list holds: what needs attention other than reminders, and the reminders. Inside `archive_of`."""
    held = standing(archive) if archive else Indexed(0, 0)
    with state_of(request) as state:
        standings = _reminders(request, archive, state)
    situation = situation_of(
        reader_of(request).home, archive, to_index=held.pending - held.damaged, standing=standings
    )
    return [each for each in concerns(situation) if each.leads is not Leads.REMINDER], calls(standings)


@posted
def answer_reminder(request: Request, form: Form) -> Response:
    """Note what somebody answers to a reminder."""
    words = form.get("said")
    if words not in set(Said):
        raise HTTPException(400)
    with archive_of(request) as archive, state_of(request) as state:
        known = _reminders(request, archive, state)
        chosen = next((each for each in known if _key(each) == form.get("reminder")), None)
        if chosen is None:
            raise HTTPException(404)
        before = state.reminders.marks().get((chosen.provider, chosen.account))
        before = before or Marks(chosen.provider, chosen.account)
        state.reminders.put(said(before, Said(words), reader_of(request).wall(), LATER_DAYS))
    return forward(request, "attention")


def _reminders(request: Request, archive: Archive | None, state: State) -> list[Reminder]:
    reader = reader_of(request)
    settings, _faults = examine(reader.home.configuration)
    return reminders_now(archive, state, plan_of(settings), reader.wall())


def _key(reminder: Reminder) -> str:
    """A reminder as forms name it: they hold no id of a person's."""
    return account_key({"provider": reminder.provider, "account": reminder.account})


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
    Route("/attention/reminder", answer_reminder, methods=["POST"]),
    Route("/attention/resume", resume_watching, methods=["POST"]),
    Route("/attention/many-gone", many_gone, methods=["POST"]),
]
