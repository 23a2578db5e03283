"""A reminder in words. It names the service and the account's label, and nothing of anybody's chats."""

from __future__ import annotations

from datetime import timedelta

from chathold.core.identity import UNKNOWN, shortened
from chathold.core.plain import clean
from chathold.core.saying import sentences
from chathold.core.texts import _, ngettext
from chathold.reminders.rules import DAY, Local, Reminder, Stage
from chathold.services import BY_NAME

_QUOTED = " \t'\"$`\\&|;<>()*?#!~/"
"""What a shell would not take as it is, and what `/` parts."""


def name_of(reminder: Reminder) -> str:
    """The service, and the account where that has a name, or could be mistaken for another: "ChatGPT (Work)"."""
    if reminder.several and reminder.label == reminder.account != UNKNOWN:
        return account_name(reminder.provider, "", shortened(reminder.account))
    return account_name(reminder.provider, reminder.account, reminder.label)


def key_of(reminder: Reminder) -> str:
    """The account as commands take it: "claude/Work"."""
    plain = _own_label(reminder) and clean(reminder.label) == reminder.label
    name = reminder.label if plain and not set(reminder.label) & set(_QUOTED) else reminder.account
    return "/".join(filter(None, (reminder.provider, name)))


def _own_label(reminder: Reminder) -> bool:
    """Whether the label is one that the user gave."""
    return reminder.label not in (
        "",
        reminder.account,
        reminder.signed_in_as,
        UNKNOWN,
        reminder.title,
    )


def account_name(provider: str, account: str, label: str) -> str:
    """The service's name, and the account's label if it has one, with nothing in it that steers what shows it."""
    service = BY_NAME.get(provider)
    title = service.title if service else provider
    if label in ("", account, UNKNOWN, title):
        return title
    return f"{title} ({clean(label)})"


def age(begun: float, now: float) -> int:
    """So many whole days."""
    return max(0, int((now - begun) // DAY))


def words_of(reminder: Reminder, now: float, local: Local) -> str:
    """What is to be said of an account now; empty if nothing is."""
    match reminder.stage:
        case Stage.DUE:
            return _due(reminder, now)
        case Stage.ASKED:
            return _asked(reminder, now)
        case Stage.LINK if reminder.until is not None:
            return _link(reminder, reminder.until, now, local)
        case _:
            return ""


def _due(reminder: Reminder, now: float) -> str:
    if reminder.imported is not None:
        days = age(reminder.imported, now)
        said = ngettext(
            "Your {name} copy has no date; it was imported {n} day ago.",
            "Your {name} copy has no date; it was imported {n} days ago.",
            days,
        ).format(name=name_of(reminder), n=days)
    elif reminder.exported is None:
        said = _("There is no copy of your {name} chats yet.").format(name=name_of(reminder))
    else:
        days = age(reminder.exported, now)
        said = ngettext("Your {name} copy is {n} day old.", "Your {name} copy is {n} days old.", days).format(
            name=name_of(reminder), n=days
        )
    return sentences(said, _whom(reminder))


def _whom(reminder: Reminder) -> str:
    """Whom to sign in as, where that could be mistaken and is known: nobody signs in with an id, or a label."""
    if not reminder.several or not reminder.signed_in_as:
        return ""
    return _("Sign in as {account}.").format(account=clean(reminder.signed_in_as))


def _asked(reminder: Reminder, now: float) -> str:
    days = age(reminder.begun, now)
    said = (
        ngettext("{name}: asked {n} day ago.", "{name}: asked {n} days ago.", days)
        if days
        else _("{name}: asked less than a day ago.")
    ).format(name=name_of(reminder), n=days)
    service = BY_NAME[reminder.provider]
    if not service.mailed:
        return sentences(said, _("Is the download ready? No mail is sent: look in the settings there."))
    if service.texted:
        return sentences(said, _("Has the mail or SMS come? Look in spam too."))
    return sentences(said, _("Has the mail come? Look in spam too."))


def _link(reminder: Reminder, until: float, now: float, local: Local) -> str:
    service = BY_NAME[reminder.provider]
    days = round(service.link_hours / 24)
    works = (
        _("{name}: the link works about 24 hours.").format(name=name_of(reminder))
        if days <= 1
        else ngettext(
            "{name}: the link works about {n} day.", "{name}: the link works about {n} days.", days
        ).format(name=name_of(reminder), n=days)
    )
    when = moment(until, now, local)
    if reminder.signed_in_as:
        download = _("Download before about {when}, signed in as {account}.").format(
            when=when, account=clean(reminder.signed_in_as)
        )
    elif reminder.several and _own_label(reminder):
        download = _(
            "Download before about {when}, signed in to the account that you call “{label}”."
        ).format(when=when, label=clean(reminder.label))
    else:
        download = _("Download before about {when}.").format(when=when)
    said = [works, download]
    if service.parts:
        said.append(_("It leads to several files: open each link once, and keep all of them."))
    return sentences(*said)


def moment(at: float, now: float, local: Local) -> str:
    """A time in the near future for a person: "09:40 tomorrow"."""
    then, day = local(at), local(now).date()
    clock = then.strftime("%H:%M")
    if then.date() == day:
        return _("{time} today").format(time=clock)
    if then.date() == day + timedelta(days=1):
        return _("{time} tomorrow").format(time=clock)
    return _("{time} on {day}").format(time=clock, day=then.date().isoformat())
