"""All conversations by time, in pages, with the months to jump to; and the documents."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chathold.archive.listing import Wanted, count, months, page_of
from chathold.archive.summary import Filters, accounts, labelled, records
from chathold.core.identity import stable_id
from chathold.core.texts import N_, _
from chathold.reader.opening import archive_of, reader_of
from chathold.reader.showing import link, page
from chathold.reader.wording import MONTHS, local, month

Json = dict[str, Any]

PAGE = 100

KINDS = {
    "project": N_("Projects"),
    "memory": N_("Memories"),
    "instructions": N_("Custom instructions"),
    "canvas": N_("Canvases"),
    "artifact": N_("Artifacts"),
    "task": N_("Coding tasks"),
    "feedback": N_("Feedback"),
    "comparison": N_("Comparisons of answers"),
    "share": N_("Shared chats"),
}
"""What documents of a kind are called."""


_NOTHING: Json = {
    "groups": [],
    "years": [],
    "total": 0,
    "accounts": [],
    "chosen": "",
    "gone": False,
}


def account_key(line: Json) -> str:
    """An account as addresses name it: they hold no id of a person's."""
    return stable_id(line["provider"], "account", line["account"])[:10]


def chats(request: Request) -> Response:
    """One page of the conversations that match."""
    asked = request.query_params
    with archive_of(request) as archive:
        if archive is None:
            return page(request, "chats.html", **_NOTHING)
        sums = partial(reader_of(request).recent.sum, request.state.stamp)
        known = sums("accounts", partial(accounts, archive))
        chosen = next((each for each in known if account_key(each) == asked.get("account")), None)
        wanted = Wanted(
            chosen["provider"] if chosen else "", chosen["account"] if chosen else "", "gone" in asked
        )
        counted = sums(("months", wanted), partial(months, archive, wanted))
        total = sums(("count", wanted), partial(count, archive, wanted))
        pages = max(1, -(-total // PAGE))
        number = min(_number(asked.get("page", "")), pages)
        lines = page_of(archive, wanted, limit=PAGE, offset=(number - 1) * PAGE)
    kept = {name: asked[name] for name in ("account", "gone") if asked.get(name)}

    def turn(wanted_page: int) -> str:
        query = urlencode(kept | ({"page": str(wanted_page)} if wanted_page > 1 else {}))
        return link(request, "chats") + (f"?{query}" if query else "")

    return page(
        request,
        "chats.html",
        groups=[(*name, list(found)) for name, found in groupby(lines, key=_month)],
        years=_years(counted, turn),
        total=total,
        accounts=[(account_key(each), each) for each in known],
        labels=labelled(known),
        chosen=asked.get("account", ""),
        gone=wanted.gone,
        number=number,
        pages=pages,
        turn=turn,
    )


def documents(request: Request) -> Response:
    """What is no conversation, by kind."""
    with archive_of(request) as archive:
        lines = records(archive, Filters(), documents=True) if archive else []
        labels = labelled(accounts(archive)) if archive else {}
    kinds = sorted({line["kind"] for line in lines}, key=lambda kind: [*KINDS, kind].index(kind))
    groups = [
        (kind, _(KINDS[kind]) if kind in KINDS else kind, [line for line in lines if line["kind"] == kind])
        for kind in kinds
    ]
    return page(request, "documents.html", groups=groups, labels=labels)


def _number(asked: str) -> int:
    """A page's number; the first, if it is none."""
    return max(1, int(asked)) if asked.isdecimal() and len(asked) < 8 else 1  # noqa: PLR2004 - there are no more


def _month(line: Json) -> tuple[str, str]:
    """The month in which a conversation changed last: the name of its place, and its own."""
    then = local(line["updated"])
    return (place(then.year, then.month) if then else "undated"), month(line["updated"])


def _years(counted: list[tuple[int, int, int]], turn: Callable[[int], str]) -> list[Json]:
    """Every year with its months: what they are called, how many chats, and where they begin."""
    years: list[Json] = []
    before = 0
    for year, number, many in counted:
        if not years or years[-1]["year"] != year:
            years.append({"year": year, "months": []})
        address = f"{turn(before // PAGE + 1)}#{place(year, number)}"
        years[-1]["months"].append({"name": _(MONTHS[number - 1]), "chats": many, "address": address})
        before += many
    return years


def place(year: int, number: int) -> str:
    """The name of a month's place on a page."""
    return f"m{year}-{number:02}"


ROUTES = [Route("/chats", chats), Route("/documents", documents)]
