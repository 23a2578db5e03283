"""What a click in the menu or on a notice does, noted and not done."""

from __future__ import annotations

from chathold.reminders import Said


class Clicks:
    """Notes what was clicked."""

    def __init__(self) -> None:
        self.done: list[tuple[str, ...]] = []

    def open_page(self, name: str = "") -> None:
        """As the protocol says."""
        self.done.append(("page", name))

    def open_service(self, provider: str) -> None:
        """As the protocol says."""
        self.done.append(("service", provider))

    def answer(self, provider: str, account: str, said: Said) -> None:
        """As the protocol says."""
        self.done.append((provider, account, said.value))

    def choose_files(self) -> None:
        """As the protocol says."""
        self.done.append(("choose",))

    def pause(self) -> None:
        """As the protocol says."""
        self.done.append(("pause",))

    def seen(self) -> None:
        """As the protocol says."""
        self.done.append(("seen",))

    def quit(self) -> None:
        """As the protocol says."""
        self.done.append(("quit",))
