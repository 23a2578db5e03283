"""How things are, in a line."""

from __future__ import annotations

from chathold.core.texts import _, ngettext
from chathold.desktop.view import Importing, View
from chathold.reminders import Reminder, Stage
from chathold.reminders.now import local
from chathold.reminders.words import age, moment, name_of

_MINUTE = 60.0


def status(view: View) -> str:
    """What matters most now."""
    if view.importing:
        return _importing(view.importing, view.steady)
    if view.paused:
        return _("Paused · new downloads are not looked at")
    if view.failed:
        return ngettext(
            "{n} download could not be read · see why",
            "{n} downloads could not be read · see why",
            view.failed,
        ).format(n=view.failed)
    if view.kept.missing:
        return ngettext(
            "{n} file of an export still to download",
            "{n} files of an export still to download",
            view.kept.missing,
        ).format(n=view.kept.missing)
    return _idle(view)


def _importing(importing: Importing, steady: float) -> str:
    said = _("Importing an export · {percent} %").format(percent=int(importing.share * 100))
    left = importing.left(steady)
    if left is None or left < _MINUTE:
        return said
    minutes = round(left / _MINUTE)
    rest = ngettext("about {n} min left", "about {n} min left", minutes).format(n=minutes)
    return f"{said} · {rest}"


def _idle(view: View) -> str:
    if not view.kept.exports:
        return _("No exports yet · how to get the first")
    chats = ngettext("{n} chat kept", "{n} chats kept", view.kept.chats).format(n=f"{view.kept.chats:,}")
    if view.kept.newest is None:
        return chats
    days = age(view.kept.newest, view.now)
    newest = ngettext("newest export {n} day old", "newest export {n} days old", days).format(n=days)
    return f"{chats} · {newest}"


def account(reminder: Reminder, now: float) -> str:
    """An account, the age of its copy, and what is to be done."""
    said = [name_of(reminder)]
    if reminder.imported is not None:
        said.append(_("of an unknown date"))
    elif reminder.exported is None:
        said.append(_("no export yet"))
    else:
        days = age(reminder.exported, now)
        said.append(ngettext("{n} day old", "{n} days old", days).format(n=days))
    match reminder.stage:
        case Stage.DUE:
            said.append(_("time to export"))
        case Stage.ASKED:
            days = age(reminder.begun, now)
            words = (
                ngettext("asked {n} day ago", "asked {n} days ago", days)
                if days
                else _("asked less than a day ago")
            )
            said.append(words.format(n=days))
        case Stage.LINK if reminder.until is not None:
            when = moment(reminder.until, now, local)
            said.append(_("download before about {when}").format(when=when))
        case _:
            pass
    return " · ".join(said)


def attention(view: View) -> str:
    """What needs attention, counted."""
    count = view.failed + view.kept.missing + len(view.calls)
    return _("What needs attention ({n})").format(n=count) if count else _("What needs attention")
