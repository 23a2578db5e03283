"""`chathold remind`."""

from __future__ import annotations

import time
from contextlib import ExitStack

import click

from chathold.archive.naming import best_named, no_such_account, several_meant
from chathold.archive.store import Archive
from chathold.cli.borrowed import Between
from chathold.cli.commands import Call, command
from chathold.cli.output import answer, day, table, write
from chathold.configuration import load
from chathold.core.errors import UsageError
from chathold.core.plain import clean
from chathold.core.texts import N_, _
from chathold.reminders import Reminder, Said, Stage, said
from chathold.reminders.now import as_json, local, plan_of, reminders_now
from chathold.reminders.rules import DAY
from chathold.reminders.saying import LATER_DAYS
from chathold.reminders.words import key_of, name_of, words_of
from chathold.services import BY_NAME
from chathold.services.naming import service_named
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
    type=Between(0.01, 3650),
    metavar="N",
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
    found = _those_meant(standing, whose)

    def words_for_people() -> None:
        _say(found, now)
        for each in found if verb == Said.SNOOZE else ():
            _say_put_off(each, now + days * DAY)

    answer({"reminders": as_json(found, now)}, as_json=call.as_json, words=words_for_people)


def _meant(words: tuple[str, ...]) -> tuple[str, str]:
    """The verb, and whose reminders: a provider, or a provider and an account."""
    verb, *rest = words or ("list",)
    if verb not in ("list", *Said) or len(rest) > 1:
        raise UsageError(
            _("This is not how reminders are answered."),
            advice=_("chathold remind [list|on|off|snooze|asked|came] [PROVIDER[/ACCOUNT]]"),
        )
    return verb, rest[0] if rest else ""


def _those_meant(standing: list[Reminder], whose: str) -> list[Reminder]:
    """The reminders of a service, or of the account that is named. Raises `UsageError` for no service."""
    provider, _slash, account = whose.partition("/")
    provider = service_named(provider)
    of = [each for each in standing if provider in ("", each.provider)]
    names = [(name, each) for each in of for name in {each.account, each.label, each.signed_in_as}]
    meant = best_named(names, account) if account else of
    return [each for each in of if each in meant]


def _chosen(standing: list[Reminder], whose: str, answered: Said) -> list[Reminder]:
    """The reminders that are answered. A service of which nothing is archived has one for the asking."""
    found = _those_meant(standing, whose)
    if answered in (Said.ASKED, Said.CAME) and len(found) > 1:
        raise several_meant(whose, map(_named, found))
    provider, slash, _account = whose.partition("/")
    if not found and provider and not slash:
        name = service_named(provider)
        return [Reminder(name, "", BY_NAME[name].title, "", Stage.FRESH, None, None, 0.0)]
    if not found:
        raise no_such_account(whose)
    return found


def _named(reminder: Reminder) -> str:
    """An account by its id, with what else it is called."""
    more = "" if reminder.label == reminder.account else f" ({reminder.label})"
    return f"{reminder.provider}/{reminder.account}{more}"


def _say(found: list[Reminder], now: float) -> None:
    if not found:
        write(_('No reminders yet. "chathold remind on PROVIDER" reminds you of a first export.'))
        return
    table(
        [_("Service"), _("Account"), _("Counted from"), _("Next"), _("Now")],
        [
            [name_of(each), key_of(each), _exported(each), _day(each.due), _(_STAGES[each.stage])]
            for each in found
        ],
    )
    for each in found:
        if told := words_of(each, now, local):
            write(clean(told))


def _say_put_off(reminder: Reminder, until: float) -> None:
    """What is so once a reminder was put off; where that shows nowhere else, why."""
    said = {
        Stage.OFF: _("{name}: nothing was put off, for its reminders are off."),
        Stage.ASKED: _(
            "{name}: the export that you asked for is still awaited; no other reminder before {day}."
        ),
        Stage.LINK: _("{name}: there is still a link to download; no other reminder before {day}."),
    }.get(reminder.stage, _("{name}: no reminder before {day}."))
    write(said.format(name=name_of(reminder), day=_day(until)))


def _exported(reminder: Reminder) -> str:
    """The last export's own date, as `status` has it."""
    if reminder.exported is None and reminder.imported is None:
        return "–"
    return _day(reminder.exported) if reminder.dated else day(None)


def _day(at: float | None) -> str:
    return "–" if at is None else day(local(at).astimezone().isoformat())
