"""How each service hands out its export: where to ask, how long one waits, how long the link lives.

As the services say themselves: help.openai.com 7260999, support.claude.com 9450526, DeepSeek's FAQ.
"""

from __future__ import annotations

from dataclasses import dataclass

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
    each.provider: each
    for each in (
        Service("chatgpt", "ChatGPT", "https://chatgpt.com/#settings/DataControls", DAY),
        Service("claude", "Claude", "https://claude.ai/settings/data-privacy-controls", DAY, parts=True),
        Service("deepseek", "DeepSeek", "https://chat.deepseek.com/", 7 * DAY, mailed=False),
    )
}
"""All services, by the name of their provider."""

LONGEST_WAIT = 7 * DAY
"""So long, at most, an export takes to be made."""
