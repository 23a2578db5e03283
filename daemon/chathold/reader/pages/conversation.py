"""A conversation, or a document: the messages of one branch, one page of them at a time."""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from typing import Any
from urllib.parse import quote, urlencode

from markupsafe import Markup
from msgspec import Struct
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from chathold.archive.store import Archive
from chathold.archive.summary import accounts, labelled
from chathold.core.errors import ChatholdError
from chathold.core.texts import _
from chathold.providers import PROVIDERS
from chathold.reader.opening import archive_of, reader_of
from chathold.reader.pages.files import with_type
from chathold.reader.showing import link, page, part
from chathold.reader.talk import Wish, anchor, goes_on, neighbours, read, spoken
from chathold.rendering import message_html
from chathold.rendering.branches import Step

Json = dict[str, Any]

_CHATS = {each.NAME: each.CHAT for each in PROVIDERS}


def chat(request: Request) -> Response:
    """The conversation of this id.

    `branch` names a message of the branch to read, `m` one message to go to, `page` a page of them, `version`
    an earlier state; `hidden=1` shows what the service hides. `part=1` gives the messages alone.
    """
    name, version = request.path_params["id"], request.query_params.get("version", "")
    with archive_of(request) as archive:
        shown = shown_of(request, archive, name, version)
        labels = labelled(accounts(archive)) if archive else {}
    wish = _wish(request)
    reading = read(shown, wish)
    turn = Turn(link(request, "chat", id=name), version, reading.branch, wish.hidden)
    messages = [_message(request, step, turn) for step in reading.steps]
    for above, each in pairwise(messages):
        each["continues"] = goes_on(above["message"], each["message"])
    values = {
        "reading": reading,
        "messages": messages,
        "turn": turn,
        "wish": wish,
        "line": shown["conversation"],
        "target": anchor(wish.message) if wish.message else "",
    }
    if "part" in request.query_params:
        return part(request, "messages.html", **values)
    return page(
        request,
        "chat.html",
        **values,
        labels=labels,
        version=version,
        outside=outside(shown["conversation"]),
    )


def shown_of(request: Request, archive: Archive | None, name: str, version: str = "") -> Json:
    """The conversation as `show` gives it. Raises `ChatholdError` if there is none of this id."""
    if archive is None:
        raise ChatholdError(_("There is no archive yet."), advice=_("Import an export first."))
    return reader_of(request).recent.show(archive, request.state.stamp, name, version)


def outside(line: Json) -> str:
    """Where the service shows this conversation; "" if it shows none such."""
    if line.get("kind") or line["provider"] not in _CHATS:
        return ""
    return _CHATS[line["provider"]].format(id=quote(line["provider_id"], safe=""))


def _wish(request: Request) -> Wish:
    asked = request.query_params
    number = asked.get("page", "")
    return Wish(
        asked.get("branch", ""),
        int(number) if number.isdecimal() and len(number) < 8 else 0,  # noqa: PLR2004 - no more pages than that
        asked.get("m", ""),
        "hidden" in asked,
    )


class Turn(Struct, frozen=True):
    """Addresses of the same conversation with something else about it."""

    address: str
    version: str
    branch: str
    hidden: bool

    def __call__(
        self,
        *,
        number: int = 1,
        branch: str | None = None,
        message: str = "",
        hidden: bool | None = None,
        bare: bool = False,
    ) -> str:
        """The address of page `number`, of another branch, of one message; what is not named stays as it is."""
        asked = {
            "version": self.version,
            "branch": self.branch if branch is None else branch,
            "page": str(number) if number > 1 else "",
            "m": message,
            "hidden": "1" if (self.hidden if hidden is None else hidden) else "",
            "part": "1" if bare else "",
        }
        query = urlencode({key: value for key, value in asked.items() if value})
        place = f"#{anchor(message)}" if message else ""
        return self.address + (f"?{query}" if query else "") + place


def _message(request: Request, step: Step, turn: Turn) -> Json:
    """What the template needs of one message."""
    assets = reader_of(request).home.archive / "assets"
    message = step.message
    message = message | {"attachments": [with_type(each, assets) for each in message["attachments"]]}
    before, after = neighbours(step)
    return {
        "message": message,
        "continues": False,
        "anchor": anchor(message["id"]),
        "html": Markup(message_html(message, link=partial(_file, request))),  # noqa: S704 - it has passed nh3
        "step": step,
        "before": turn(branch=before, message=before) if before else "",
        "after": turn(branch=after, message=after) if after else "",
        "permanent": turn(message=message["id"]),
        "text": _text_link(request, message["id"]),
    }


def _text_link(request: Request, message: str) -> str:
    address = link(request, "text", id=request.path_params["id"])
    version = request.query_params.get("version", "")
    return f"{address}?{urlencode({'m': message} | ({'version': version} if version else {}))}"


def _file(request: Request, attachment: Json) -> str | None:
    """Where the bytes of a file are, if the archive has them."""
    return link(request, "file", digest=attachment["sha256"]) if attachment.get("sha256") else None


def text(request: Request) -> Response:
    """What one message says, as it was written; for the clipboard."""
    wanted = request.query_params.get("m", "")
    with archive_of(request) as archive:
        shown = shown_of(request, archive, request.path_params["id"], request.query_params.get("version", ""))
    said = next((spoken(each) for each in shown["messages"] if each["id"] == wanted), "")
    return PlainTextResponse(said.encode("utf-8", "replace"))


ROUTES = [Route("/chat/{id}", chat), Route("/chat/{id}/text", text)]
