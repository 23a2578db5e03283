"""`chathold remind`."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack

import click

from chathold.archive.store import Archive
from chathold.cli.commands import Call, command
from chathold.cli.output import answer, day, table, write
from chathold.configuration import load
from chathold.core.errors import ChatholdError, UsageError
from chathold.core.plain import clean
from chathold.core.texts import N_, _
from chathold.reminders import Reminder, Said, Stage, said
from chathold.reminders.now import as_json, local, plan_of, reminders_now
from chathold.reminders.saying import LATER_DAYS
from chathold.reminders.words import name_of, words_of
from chathold.services import BY_NAME
from chathold.state import Marks, State

_STAGES = {
    Stage.FRESH: N_("nothing to do"),
    Stage.DUE: N_("due"),
    Stage.ASKED: N_("asked for"),
    Stage.LINK: N_("link to download"),
    Stage.OFF: N_("off"),
}


@command("remind")
@click.argument("words", nargs=-1, metavar="[list|on|off|snooze|asked|came] [PROVIDER[/ACCOUNT]]")
@click.option(
    "--days",
    type=click.FloatRange(0.01, 3650),
    default=LATER_DAYS,
    show_default=True,
    help=_("For how many days to snooze."),
)
def remind_command(call: Call, words: tuple[str, ...], days: float) -> None:
    """List the reminders, or answer some: all of a service's, or one account's."""
    verb, whose = _meant(words)
    now = time.time()
    plan = plan_of(load(call.home.configuration))
    with ExitStack() as stack:
        archive = Archive.open(call.home.archive)
        state = State.look(call.home.state) if verb == "list" else State.open(call.home.state)
        if archive:
            stack.callback(archive.close)
        if state:
            stack.callback(state.close)
        standing = reminders_now(archive, state, plan, now)
        if state and verb != "list":
            for chosen in _chosen(standing, whose, Said(verb)):
                before = state.reminders.marks().get((chosen.provider, chosen.account))
                before = before or Marks(chosen.provider, chosen.account)
                state.reminders.put(said(before, Said(verb), now, days))
            standing = reminders_now(archive, state, plan, now)
    found = [each for each in standing if _is_meant(each, whose)]
    answer({"reminders": as_json(found, now)}, as_json=call.as_json, words=lambda: _say(found, now))


def _meant(words: tuple[str, ...]) -> tuple[str, str]:
    """The verb, and whose reminders: a provider, or a provider and an account."""
    verb, *rest = words or ("list",)
    if verb not in ("list", *Said) or len(rest) > 1:
        raise UsageError(
            _("This is not how reminders are answered."),
            advice=_("chathold remind [list|on|off|snooze|asked|came] [PROVIDER[/ACCOUNT]]"),
        )
    return verb, rest[0] if rest else ""


def _is_meant(reminder: Reminder, whose: str) -> bool:
    provider, _slash, account = whose.partition("/")
    return provider in ("", reminder.provider) and account in ("", reminder.account, reminder.label)


def _chosen(standing: list[Reminder], whose: str, answered: Said) -> list[Reminder]:
    """The reminders that are answered. A service of which nothing is archived has one for the asking."""
    found = [each for each in standing if _is_meant(each, whose)]
    if answered in (Said.ASKED, Said.CAME) and len(found) > 1:
        raise UsageError(_("Several accounts could be meant."), advice=", ".join(_keys(found)))
    if not found and whose in BY_NAME:
        return [Reminder(whose, "", BY_NAME[whose].title, "", Stage.FRESH, None, None, 0.0)]
    if not found:
        raise ChatholdError(
            _("There is no such account."), place=whose, advice=_('"chathold account" lists them.')
        )
    return found


def _keys(found: list[Reminder]) -> Iterator[str]:
    return (f"{each.provider}/{each.account}" for each in found)


def _say(found: list[Reminder], now: float) -> None:
    if not found:
        write(_('No reminders yet. "chathold remind on PROVIDER" reminds you of a first export.'))
        return
    table(
        [_("Service"), _("Last export"), _("Next"), _("Now")],
        [[name_of(each), _exported(each), _day(each.due), _(_STAGES[each.stage])] for each in found],
    )
    for each in found:
        if told := words_of(each, now, local):
            write(clean(told))


def _exported(reminder: Reminder) -> str:
    return _("no date") if reminder.imported is not None else _day(reminder.exported)


def _day(at: float | None) -> str:
    return "–" if at is None else day(local(at).astimezone().isoformat())
