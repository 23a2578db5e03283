"""How each service hands out its export, as reminders need to know it; `chathold.services` has it, with the sources."""

from __future__ import annotations

from dataclasses import dataclass

from chathold import services

HOUR = 3600.0
DAY = 24 * HOUR


@dataclass(frozen=True, slots=True)
class Service:
    """A chat service's way with exports. Times are in seconds.

    `page` is where an export is asked for; `link` is about how long the link to it works; `mailed`: a message
    says that it is ready (otherwise it just stands in the service's settings); `parts`: it may come as several
    files, the link to each of which works once.
    """

    provider: str
    title: str
    page: str
    link: float
    mailed: bool = True
    parts: bool = False


SERVICES: dict[str, Service] = {
    each.name: Service(
        each.name, each.title, each.page, each.link_hours * HOUR, mailed=each.mailed, parts=each.parts
    )
    for each in services.SERVICES
}
"""All services, by the name of their provider."""

LONGEST_WAIT = 7 * DAY
"""So long, at most, an export takes to be made."""
