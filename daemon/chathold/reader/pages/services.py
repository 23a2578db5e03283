"""Services: how to ask each for an export, and what is known of privacy there, with day and source."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chathold.providers import PROVIDERS
from chathold.reader.showing import page
from chathold.services import OTHERS, SERVICES, About


def services(request: Request) -> Response:
    """The page."""
    never = {each.NAME: each.NEVER_EXPORTED for each in PROVIDERS}
    return page(request, "services.html", services=SERVICES, others=OTHERS, abouts=list(About), never=never)


ROUTES = [Route("/services", services)]
