"""What a click does. Clicks come from whichever thread shows the menu; what they do is done in the desktop's."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct

from chathold.desktop import opening
from chathold.home import Home
from chathold.reminders import Said

Dialog = Callable[[], Coroutine[Any, Any, list[Path] | None]]
"""Has files chosen: none of them if that was cancelled, `None` where there is no dialog."""


class Clicks(Struct):
    """As the protocol `menu.Actions` says.

    `work` runs what may take a while in another thread; `dialog`, `said`, `pausing` and `forget` are called in the
    desktop's event loop.
    """

    home: Home
    loop: asyncio.AbstractEventLoop
    work: Callable[[Callable[[], None]], None]
    dialog: Dialog
    take: Callable[[Sequence[Path]], None]
    pausing: Callable[[], None]
    forget: Callable[[], None]
    said: Callable[[str, str, Said], None]
    end: Callable[[], None]

    def open_page(self, name: str = "") -> None:
        """As the protocol says."""
        self.work(lambda: opening.open_page(self.home, name))

    def open_service(self, provider: str) -> None:
        """As the protocol says."""
        self.work(lambda: opening.open_service(provider))

    def choose_files(self) -> None:
        """As the protocol says: in the desktop's dialog, else on the reader's page."""
        asyncio.run_coroutine_threadsafe(self._choose(), self.loop)

    async def _choose(self) -> None:
        chosen = await self.dialog()
        if chosen is None:
            self.open_page("imported")
        elif chosen:
            self.take(chosen)

    def pause(self) -> None:
        """As the protocol says."""
        self.loop.call_soon_threadsafe(self.pausing)

    def answer(self, provider: str, account: str, said: Said) -> None:
        """As the protocol says."""
        self.loop.call_soon_threadsafe(self.said, provider, account, said)

    def seen(self) -> None:
        """As the protocol says."""
        self.open_page()
        self.loop.call_soon_threadsafe(self.forget)

    def quit(self) -> None:
        """As the protocol says."""
        self.work(self.end)
