"""The pages: every module, and what stands in the navigation, in this order."""

from __future__ import annotations

from starlette.routing import BaseRoute

from chathold.core.texts import N_
from chathold.reader.pages import conversation, entering, files, history, home, listing, searching

MODULES = (
    conversation,
    entering,
    files,
    history,
    home,
    listing,
    searching,
)
"""Every module of pages; each has a list `ROUTES`."""

NAVIGATION = (
    ("home", N_("Overview")),
    ("search", N_("Search")),
    ("chats", N_("Chats")),
    ("documents", N_("Documents")),
)
"""What the navigation leads to: the name of a route, and what it is called."""


def routes() -> list[BaseRoute]:
    """The routes of all pages."""
    return [route for module in MODULES for route in module.ROUTES]
