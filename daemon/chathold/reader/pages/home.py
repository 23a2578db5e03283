"""The first page: each account, what is new since the last visit, what needs attention; how to begin.

What is new is counted from the visit before this one: a visit lasts as long as pages are looked at, with pauses of
up to an hour.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chathold.archive.listing import Wanted, page_of
from chathold.archive.news import since
from chathold.archive.safety import copies
from chathold.archive.summary import accounts, labelled, totals
from chathold.attention import Severity
from chathold.daemon.presence import is_held
from chathold.reader.opening import archive_of, reader_of, state_of
from chathold.reader.pages.copies import copying_of
from chathold.reader.pages.listing import account_key
from chathold.reader.pages.needing import wanting
from chathold.reader.showing import page
from chathold.state import State
from chathold.state.memory import READER_VISITS, WATCHING

Json = dict[str, Any]

_PAUSE = 3600.0
_SHOWN = 6


def home(request: Request) -> Response:
    """The overview; of an empty archive, the steps to the first export."""
    now = reader_of(request).wall()
    with state_of(request) as state:
        before = visit(state, now)
        watching = [each["folder"] for each in state.memory.get(WATCHING) or []]
    with archive_of(request) as archive:
        sums = partial(reader_of(request).recent.sum, request.state.stamp)
        held = sums("totals", partial(totals, archive)) if archive else None
        if archive is None or not held or not (held["conversations"] or held["documents"]):
            watched = is_held(reader_of(request).home.archive)
            return page(request, "welcome.html", watching=watching if watched else [])
        known = sums("accounts", partial(accounts, archive))
        news = since(archive, before) if before else {}
        found, due = wanting(request, archive)
        values: Json = {
            "held": held,
            "accounts": [_account(each, news) for each in known],
            "attention": len(found) + len(due),
            "grave": any(each.severity > Severity.MILD for each in found),
            "copies": copies(archive),
            **copying_of(request),
            "newest": sums("newest", partial(page_of, archive, Wanted(), limit=_SHOWN)),
            "labels": labelled(known),
        }
    return page(request, "home.html", **values)


def visit(state: State, now: float) -> float | None:
    """Note that the page is looked at; when the visit before this one ended, if there was one (Unix seconds)."""
    known: dict[str, float | None] = state.memory.get(READER_VISITS) or {"last": None, "before": None}
    last, before = known["last"], known["before"]
    if last is not None and now - last > _PAUSE:
        before = last
    state.memory.set(READER_VISITS, {"last": now, "before": before})
    return before


def _account(account: Json, news: dict[tuple[str, str], Json]) -> Json:
    """What is shown of an account."""
    brought = news.get((account["provider"], account["account"]), {"new": 0, "updated": 0})
    return account | {"key": account_key(account), "news": brought}


ROUTES = [Route("/", home)]
