"""The reader's pages, and the services', in the user's browser."""

from __future__ import annotations

import time
from contextlib import closing

from chathold import address
from chathold.home import Home
from chathold.logs import LOG
from chathold.reader.session import entrance, new_code
from chathold.services import BY_NAME
from chathold.state import State
from chathold_service.opening import open_uri


def open_page(home: Home, name: str = "") -> None:
    """Show a page of the reader, by the name of its door. May take seconds: a browser may have to be started.

    The daemon itself listens for the reader, so nobody has to connect to see whether somebody does: a confined
    service may not.
    """
    with closing(State.open(home.state)) as state:
        at = address.remembered(state) if address.is_held(home.state) else None
        where = entrance(at, new_code(state, time.time()), name) if at else ""
    if where:
        _show(where)
    else:
        LOG.warning("Nobody listens for the reader.")


def open_service(provider: str) -> None:
    """Show where a service is asked for an export."""
    _show(BY_NAME[provider].page)


def _show(address: str) -> None:
    if not open_uri(address):
        LOG.warning("No browser could be started.")
