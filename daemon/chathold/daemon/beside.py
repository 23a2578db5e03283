"""What goes on beside the loop: answering requests, and whatever else has a life of its own."""

from __future__ import annotations

from typing import Protocol

from chathold.state import State


class Beside(Protocol):
    """What goes on beside the loop, for as long as it runs."""

    def tend(self, state: State) -> None:
        """Look after it; called every few seconds, the first time when the daemon begins."""

    def stop(self) -> None:
        """End it."""
