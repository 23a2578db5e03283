"""Notices in words, with what their buttons do. They hold counts, services and labels; never titles or file names.

What matters is reached by a button, by a click on the notice, and without either in the tray and on the page.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from datetime import datetime

from chathold.core.saying import sentences
from chathold.core.texts import _, ngettext
from chathold.desktop.menu import Actions
from chathold.desktop.unseen import Facts, Topic
from chathold.reminders import Reminder, Said, Stage
from chathold.reminders.now import local
from chathold.reminders.words import account_name, words_of
from chathold.state import Unseen
from chathold_service.notifying import Notice

Label = Callable[[str, str], str]
"""What people call an account of a provider's."""


def welcome(actions: Actions, *, tray: bool) -> Notice:
    """The first of all."""
    said = [
        _("Download an export from ChatGPT, Claude or DeepSeek and it is added by itself."),
        _("Nothing is sent anywhere."),
    ]
    if not tray:
        said.append(_("It is among your applications."))
    elif sys.platform == "win32":
        said.append(_("The icon may be behind ^ by the clock."))
    return Notice(
        _("Chathold is running"),
        sentences(*said),
        actions.open_page,
        ((_("Open Chathold"), actions.open_page),),
    )


def line(found: Unseen, label: Label) -> str:
    """What is to be told of one thing, in a line; empty of what is only for a notice."""
    match Topic(found.kind):
        case Topic.WELCOME:
            return ""
        case Topic.IMPORTED:
            return _imported(found.facts, label)
        case Topic.PARTS:
            return _parts(found.facts, label)
        case Topic.ATTENTION:
            return _trouble(found.facts)


def notice(topic: Topic, found: Sequence[Unseen], actions: Actions, label: Label, *, tray: bool) -> Notice:
    """One notice for all that is to be told of a topic."""
    body = "\n".join(line(each, label) for each in found)
    match topic:
        case Topic.WELCOME:
            return welcome(actions, tray=tray)
        case Topic.IMPORTED:
            return Notice(_("Added to your archive"), body, actions.open_page)
        case Topic.PARTS:
            return _leading_on(_("Files still to download"), body, actions)
        case Topic.ATTENTION:
            return _leading_on(_("Needs attention"), body, actions)


def _leading_on(title: str, body: str, actions: Actions) -> Notice:
    def show() -> None:
        actions.open_page("attention")

    return Notice(title, body, show, ((_("See why"), show),))


def _name(facts: Facts, label: Label) -> str:
    provider, account = facts["provider"], facts["account"]
    return account_name(provider, account, label(provider, account))


def _imported(facts: Facts, label: Label) -> str:
    name = _name(facts, label)
    counted = []
    if facts["new"]:
        counted.append(ngettext("{n} new chat", "{n} new chats", facts["new"]).format(n=f"{facts['new']:,}"))
    if facts["updated"]:
        counted.append(_("{n} continued").format(n=f"{facts['updated']:,}"))
    if documents := facts.get("documents"):
        counted.append(
            ngettext("{n} new document", "{n} new documents", documents).format(n=f"{documents:,}")
        )
    if not counted:
        return _("{name}: nothing new.").format(name=name)
    said = _("{name}: {counts}.").format(name=name, counts=_(", ").join(counted))
    if not facts["newest"]:
        return said
    newest = datetime.fromisoformat(facts["newest"]).astimezone().strftime("%Y-%m-%d %H:%M")
    return f"{said} " + _("Newest: {time}.").format(time=newest)


def _parts(facts: Facts, label: Label) -> str:
    if facts.get("within"):
        return _("{name}: the export is not whole; download it again.").format(name=_name(facts, label))
    return _("{name}: {here} of {all} files here, {missing} to download.").format(
        name=_name(facts, label),
        here=facts["here"],
        all=facts["here"] + facts["missing"],
        missing=facts["missing"],
    )


def _trouble(facts: Facts) -> str:
    if facts["count"] == 1:
        return str(facts["words"])
    return _("{n} times: {words}").format(n=facts["count"], words=facts["words"])


def of_reminders(found: Sequence[Reminder], actions: Actions, now: float) -> Notice:
    """One notice for these reminders; of a single one it can be answered."""
    body = "\n".join(words_of(each, now, local) for each in found)

    def show_how() -> None:
        actions.open_page("services")

    if len(found) > 1:

        def later() -> None:
            for each in found:
                actions.answer(each.provider, each.account, Said.SNOOZE)

        buttons = ((_("Show me how"), show_how), (_("Later"), later))
        return Notice(_("Time for new exports"), body, show_how, buttons)
    return _of_one(found[0], body, actions, show_how)


def _of_one(reminder: Reminder, body: str, actions: Actions, show_how: Callable[[], None]) -> Notice:
    def answer(said: Said) -> Callable[[], None]:
        return lambda: actions.answer(reminder.provider, reminder.account, said)

    def ask() -> None:
        actions.open_service(reminder.provider)

    buttons: tuple[tuple[str, Callable[[], None]], ...]
    match reminder.stage:
        case Stage.ASKED:
            buttons = ((_("It came"), answer(Said.CAME)), (_("Not yet"), _nothing))
            return Notice(_("Has your export come?"), body, show_how, buttons)
        case Stage.LINK:
            return Notice(_("Your download waits"), body, ask, ((_("Ask for a new one"), ask),))
        case _:
            buttons = (
                (_("Show me how"), show_how),
                (_("I asked for it"), answer(Said.ASKED)),
                (_("Later"), answer(Said.SNOOZE)),
            )
            return Notice(_("Time for a new export"), body, show_how, buttons)


def _nothing() -> None:
    """It will be asked again."""
