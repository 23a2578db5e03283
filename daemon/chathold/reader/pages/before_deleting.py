"""Before you delete: an account's chats are read back, and it is said what is here and what is not.

The verdict is never a bare "safe": all that the export contains is here; or here except something named; or not yet.
"""

from __future__ import annotations

from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chathold.archive.summary import accounts
from chathold.core.texts import N_, _
from chathold.reader.checks import Checks
from chathold.reader.forms import Form, posted
from chathold.reader.opening import archive_of, reader_of
from chathold.reader.pages.listing import account_key
from chathold.reader.showing import forward, page, part
from chathold.reader.working import begin
from chathold.services import BY_NAME

Json = dict[str, Any]

VERDICTS = {
    "all_here": N_("Everything this export contains is here."),
    "here_except": N_("Everything this export contains is here, except what is named below."),
    "not_yet": N_("Not yet."),
}


def before_deleting(request: Request) -> Response:
    """The accounts, each with its check."""
    return page(
        request, "before_deleting.html", accounts=[_shown(request, each) for each in _accounts(request)]
    )


def check_now(request: Request) -> Response:
    """The check of one account as it is now, for a script."""
    return part(
        request, "check_now.html", each=_shown(request, _account(request, request.path_params["key"]))
    )


@posted
def check_account(request: Request, form: Form) -> Response:
    """Check an account; it goes on in the background."""
    account = _account(request, form.get("account"))
    reader, checks, name = reader_of(request), _checks(request), (account["provider"], account["account"])
    if checks.begin(name):
        begin(reader, lambda: checks.run(reader, name))
    return forward(request, "before_deleting")


def _accounts(request: Request) -> list[Json]:
    with archive_of(request) as archive:
        return accounts(archive) if archive else []


def _account(request: Request, key: str) -> Json:
    for each in _accounts(request):
        if account_key(each) == key:
            return each
    raise HTTPException(404)


def _shown(request: Request, account: Json) -> Json:
    """An account with its check, and what its service is known for."""
    checking = _checks(request).of((account["provider"], account["account"]))
    found = checking.found if checking else None
    verdict = VERDICTS[found["verdict"]] if found else ""
    return account | {
        "key": account_key(account),
        "checking": checking,
        "found": found,
        "verdict": _(verdict) if verdict else "",
        "facts": BY_NAME.get(account["provider"]),
    }


def _checks(request: Request) -> Checks:
    found: Checks = request.app.state.checks
    return found


ROUTES = [
    Route("/before-deleting", before_deleting),
    Route("/before-deleting/check", check_account, methods=["POST"]),
    Route("/before-deleting/now/{key}", check_now),
]
