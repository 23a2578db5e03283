"""Events in the log: what happened, and the name of a file only where it is an export."""

from __future__ import annotations

from chathold.daemon.telling import Event, Kind
from chathold.logs import LOG

_SERIOUS = (Kind.FAILED, Kind.TROUBLE)


def log(event: Event) -> None:
    """Write one event to the log."""
    if not event.words:
        return
    name = f"{event.path.name}: " if event.path is not None else ""
    words = name.encode("utf-8", "replace").decode() + event.words
    (LOG.warning if event.kind in _SERIOUS else LOG.info)("%s", words)
