"""Searching. What is sought is posted, never in an address; as somebody types, a script asks for the hits alone.

The address of what was found is a number that only this process knows the meaning of.
"""

from __future__ import annotations

import secrets
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chathold.archive.store import Archive
from chathold.archive.summary import accounts, labelled
from chathold.core.errors import UsageError
from chathold.core.texts import N_, _
from chathold.reader.forms import Form, posted
from chathold.reader.opening import archive_of, reader_of
from chathold.reader.pages.listing import account_key
from chathold.reader.showing import forward, link, page, part
from chathold.reader.talk import anchor
from chathold.search import Found, Hit, Wish, find

Json = dict[str, Any]

PAGE = 30
_MOST = 10_000
_REMEMBERED = 50
_ROLES = (("user", N_("You")), ("assistant", N_("Assistant")), ("tool", N_("Tool")), ("system", N_("System")))
_HAS = (("code", N_("with code")), ("attachment", N_("with a file")))
_NOTHING = Found(0, (), 0)


def search(request: Request) -> Response:
    """The page before anything is sought."""
    return _answer(request, Form([]), "search.html")


@posted
def sought(request: Request, form: Form) -> Response:
    """Note what is sought, and lead to what was found: so that the way back to it asks for nothing again."""
    searches = reader_of(request).searches
    number = secrets.token_urlsafe(6)
    searches[number] = form
    while len(searches) > _REMEMBERED:
        searches.pop(next(iter(searches)))
    return forward(request, "results", number=number)


def results(request: Request) -> Response:
    """What was found; nothing if the reader has forgotten what was sought."""
    form = reader_of(request).searches.get(request.path_params["number"], Form([]))
    return _answer(request, form, "search.html")


@posted
def hits(request: Request, form: Form) -> Response:
    """What was found alone; the last word may still be being typed."""
    return _answer(request, form, "hits.html")


def _answer(request: Request, form: Form, template: str) -> Response:
    """What a form finds; a query that cannot be understood is explained."""
    fault, found, offset = None, _NOTHING, _offset(form)
    with archive_of(request) as archive:
        known = accounts(archive) if archive else []
        wish = _wish(form, known)
        if archive is not None and wish != Wish(newest=wish.newest):
            try:
                found = _found(archive, wish, form, offset)
            except UsageError as error:
                fault = error
    values: Json = {
        "hits": [_shown(request, hit) for hit in found.results],
        "labels": labelled(known),
        "found": found,
        "fault": fault,
        "asked": wish != Wish(newest=wish.newest),
        "offset": offset,
        "further": offset + PAGE
        if found.total > offset + len(found.results) and offset + PAGE < _MOST
        else 0,
    }
    if template == "hits.html":
        return part(request, template, **values)
    return page(
        request,
        template,
        **values,
        form=form,
        accounts=[(account_key(each), each) for each in known],
        roles=[(name, _(label)) for name, label in _ROLES],
        has=[(name, _(label)) for name, label in _HAS],
        archive=bool(known),
    )


def _found(archive: Archive, wish: Wish, form: Form, offset: int) -> Found:
    return find(archive, wish, limit=PAGE, offset=offset, incomplete="incomplete" in form)


def _wish(form: Form, known: list[Json]) -> Wish:
    chosen = next((each for each in known if account_key(each) == form.get("account")), None)
    return Wish(
        form.get("q"),
        provider=chosen["provider"] if chosen else "",
        account=chosen["account"] if chosen else "",
        role=form.get("role"),
        since=form.get("since"),
        until=form.get("until"),
        has=frozenset(form.all("has")),
        newest=form.get("order") == "newest",
    )


def _offset(form: Form) -> int:
    asked = form.get("offset")
    return min(int(asked), _MOST) if asked.isdecimal() and len(asked) < 8 else 0  # noqa: PLR2004 - `_MOST` is less


def _shown(request: Request, hit: Hit) -> Json:
    """What the template needs of a hit."""
    address = link(request, "chat", id=hit.conversation)
    if hit.message:
        address += f"?{urlencode({'m': hit.message})}#{anchor(hit.message)}"
    return {"hit": hit, "line": {"title": hit.title}, "address": address}


ROUTES = [
    Route("/search", search),
    Route("/search", sought, methods=["POST"]),
    Route("/search/hits", hits, methods=["POST"]),
    Route("/search/{number}", results),
]
