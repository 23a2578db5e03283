"""What happens, told to whoever listens: the log, `status`, and what shows notices.

An event's words hold no titles and no chat text, and name no file that is no export.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Any

from msgspec import Struct


class Kind(StrEnum):
    """What happened."""

    STARTED = "started"
    FOUND = "found"
    IMPORTING = "importing"
    IMPORTED = "imported"
    PARTS_MISSING = "parts_missing"
    NEW_ACCOUNT = "new_account"
    WAITING = "waiting"
    FAILED = "failed"
    REPAIRED = "repaired"
    TROUBLE = "trouble"
    PAUSED = "paused"
    RESUMED = "resumed"
    SETTINGS = "settings"
    CLOCK = "clock"
    """The computer slept, or its clock was set."""
    STOPPED = "stopped"


class Event(Struct, frozen=True):
    """One thing that happened: its words, the export it is about, and the receipt of an import."""

    kind: Kind
    words: str
    path: Path | None = None
    receipt: dict[str, Any] | None = None
    share: float | None = None
    """Of an import under way, how much is done: 0 to 1."""
    cause: str = ""
    """Of trouble, what kind: the same word for the same cause."""
    chosen: bool = False
    """Somebody chose this file by hand, and wants to know what became of it."""


Listener = Callable[[Event], None]


class Stream:
    """Hands events to all listeners, in the order in which they came to listen."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []

    def listen(self, listener: Listener) -> None:
        """Have `listener` called with every event from now on; it must not raise."""
        self._listeners.append(listener)

    def tell(self, event: Event) -> None:
        """Something happened."""
        for listener in self._listeners:
            listener(event)
