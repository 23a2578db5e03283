"""The pages: every module; what stands in the navigation, and what behind its last word, in this order."""

from __future__ import annotations

from starlette.routing import BaseRoute

from chathold.core.texts import N_
from chathold.reader.pages import (
    before_deleting,
    conversation,
    copies,
    entering,
    files,
    history,
    home,
    imports,
    installed,
    listing,
    missing_parts,
    needing,
    searching,
    services,
    settings,
    taking_out,
)

MODULES = (
    before_deleting,
    conversation,
    copies,
    entering,
    files,
    history,
    home,
    imports,
    installed,
    listing,
    missing_parts,
    needing,
    searching,
    services,
    settings,
    taking_out,
)
"""Every module of pages; each has a list `ROUTES`."""

NAVIGATION = (
    ("home", N_("Overview")),
    ("chats", N_("Chats")),
    ("documents", N_("Documents")),
    ("imported", N_("Imports")),
    ("before_deleting", N_("Before you delete")),
)
"""What the navigation leads to: the name of a route, and what it is called."""

MORE = (
    ("search", N_("Search")),
    ("attention", N_("Attention")),
    ("services", N_("Services")),
    ("settings", N_("Settings")),
)
"""What is looked at more seldom, or has a door of its own on other pages; shown when asked for."""


def routes() -> list[BaseRoute]:
    """The routes of all pages."""
    return [route for module in MODULES for route in module.ROUTES]
