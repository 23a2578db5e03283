"""Times, numbers and names as a person reads them. Times are Unix seconds or ISO 8601, in the user's zone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from markupsafe import Markup

from chathold.core.saying import ROLES, amount, role_of, title_of
from chathold.core.texts import N_, _, ngettext
from chathold.providers import PROVIDERS
from chathold.rendering.controls import name as plain_name

Time = float | str | None

MONTHS = (
    N_("Jan"), N_("Feb"), N_("Mar"), N_("Apr"), N_("May"), N_("Jun"),
    N_("Jul"), N_("Aug"), N_("Sep"), N_("Oct"), N_("Nov"), N_("Dec"),
)  # fmt: skip
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_RECENT_DAYS = 45
_TITLES = {each.NAME: each.TITLE for each in PROVIDERS}
_LONGEST_TITLE = 300


def local(time: Time) -> datetime | None:
    """A time where the user is; none for none."""
    if time is None or time == "":
        return None
    found = (
        datetime.fromisoformat(time) if isinstance(time, str) else datetime.fromtimestamp(time).astimezone()
    )
    return found.astimezone()


def exact(time: Time) -> str:
    """A day and minute, as in 21 Nov 2026, 14:05."""
    found = local(time)
    if found is None:
        return _("unknown")
    return _("{day}, {time}").format(day=day(time), time=found.strftime("%H:%M"))


def day(time: Time) -> str:
    """A day, as in 21 Nov 2026."""
    found = local(time)
    if found is None:
        return _("unknown")
    return _("{day} {month} {year}").format(day=found.day, month=_(MONTHS[found.month - 1]), year=found.year)


def month(time: Time) -> str:
    """A month, as in Nov 2026."""
    found = local(time)
    if found is None:
        return _("Without a date")
    return _("{month} {year}").format(month=_(MONTHS[found.month - 1]), year=found.year)


def ago(time: Time, now: float) -> str:
    """How long ago, as long as that says more than the day does."""
    found = local(time)
    if found is None:
        return _("unknown")
    past = now - found.timestamp()
    days = (datetime.fromtimestamp(now).astimezone().date() - found.date()).days
    if past < 0 or days > _RECENT_DAYS:
        return day(time)
    if days > 1:
        return ngettext("{n} day ago", "{n} days ago", days).format(n=days)
    if days == 1:
        return _("yesterday")
    if past >= _HOUR:
        return ngettext("{n} hour ago", "{n} hours ago", int(past // _HOUR)).format(n=int(past // _HOUR))
    if past >= _MINUTE:
        minutes = int(past // _MINUTE)
        return ngettext("{n} minute ago", "{n} minutes ago", minutes).format(n=minutes)
    return _("just now")


def _stamped(say: Callable[..., str]) -> Callable[..., Markup]:
    """What says a time, as an element that has the exact one, for a mouse at rest and for machines."""

    def stamped(time: Time, *given: Any) -> Markup:
        found = local(time)
        if found is None:
            return Markup('<span class="unknown">{}</span>').format(_("unknown"))
        return Markup('<time datetime="{}" title="{}">{}</time>').format(
            found.isoformat(timespec="seconds"), exact(time), say(time, *given)
        )

    return stamped


def number(value: int) -> str:
    """A number, its thousands apart."""
    return f"{value:,}"


def titled(line: dict[str, Any]) -> str:
    """The title of a line of `list`; a name that we gave, as Claude's memory has none, in the user's language."""
    return plain_name(title_of(line)[:_LONGEST_TITLE]) or _("(no title)")


def service(provider: str) -> str:
    """A provider's name as the service writes it."""
    return _TITLES.get(provider, provider)


def role(name: str) -> str:
    """Who speaks."""
    return role_of(name) if name in ROLES else plain_name(name)


FILTERS: dict[str, Callable[..., Any]] = {
    "ago": _stamped(ago),
    "day": _stamped(day),
    "exact": _stamped(exact),
    "day_name": day,
    "month": month,
    "amount": amount,
    "number": number,
    "titled": titled,
    "service": service,
    "role": role,
    "clean": plain_name,
}
"""What templates may use. `{{ time|ago(now) }}`, `{{ time|day }}`, `{{ line|titled }}`."""
