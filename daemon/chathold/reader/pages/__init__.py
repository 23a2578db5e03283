"""The pages: every module, and what stands in the navigation, in this order."""

from __future__ import annotations

from starlette.routing import BaseRoute

from chathold.core.texts import N_
from chathold.reader.pages import entering, home

MODULES = (
    entering,
    home,
)
"""Every module of pages; each has a list `ROUTES`."""

NAVIGATION = (("home", N_("Overview")),)
"""What the navigation leads to: the name of a route, and what it is called."""


def routes() -> list[BaseRoute]:
    """The routes of all pages."""
    return [route for module in MODULES for route in module.ROUTES]
