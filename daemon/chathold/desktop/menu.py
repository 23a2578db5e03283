"""The tray's menu, described once with pystray's classes; whoever shows it asks for its texts anew each time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Protocol

from chathold.core.texts import _
from chathold.desktop import words
from chathold.desktop.view import View
from chathold.reminders import Reminder, Said, Stage
from chathold.services import SERVICES
from chathold_service.tray.menus import Menu, MenuItem

_SHOWN = 3


class Actions(Protocol):
    """What the entries of the menu do. May be called from any thread."""

    def open_page(self, name: str = "") -> None:
        """Show a page of the reader, by the name of its door; the first one without a name."""

    def open_service(self, provider: str) -> None:
        """Show where this service is asked for an export."""

    def choose_files(self) -> None:
        """Let somebody choose exports that lie elsewhere, and import them."""

    def pause(self) -> None:
        """Pause watching, or go on."""

    def answer(self, provider: str, account: str, said: Said) -> None:
        """Answer the reminder of an account."""

    def seen(self) -> None:
        """What no desktop has taken to show has been seen in the menu: show the reader, and tell no more of it."""

    def quit(self) -> None:
        """End the program."""


def menu(view: Callable[[], View], actions: Actions) -> Any:
    """The menu, which shows what `view` says now."""

    def lines() -> Iterator[Any]:
        now = view()
        yield MenuItem(words.status(now), _does(actions.open_page, "attention" if now.failed else ""))
        for told in now.unseen[:_SHOWN]:
            yield MenuItem(told, _does(actions.seen))
        yield Menu.SEPARATOR
        yield from _accounts(now, actions)
        yield Menu.SEPARATOR
        yield MenuItem(_("Import file…"), _does(actions.choose_files))
        yield MenuItem(_("Open archive"), _does(actions.open_page), default=True)
        yield MenuItem(_("Search…"), _does(actions.open_page, "search"))
        yield Menu.SEPARATOR
        yield MenuItem(_("Pause watching"), _does(actions.pause), checked=_always(now.paused))
        yield MenuItem(_("Reminders…"), _does(actions.open_page, "settings"))
        yield MenuItem(words.attention(now), _does(actions.open_page, "attention"))
        yield Menu.SEPARATOR
        yield MenuItem(_("Quit"), _does(actions.quit))

    return Menu(lines)


def _does(action: Callable[..., None], *given: Any) -> Callable[[], None]:
    """An action as pystray wants it: it counts what a function takes."""
    return lambda: action(*given)


def _always(value: bool) -> Callable[[Any], bool]:  # noqa: FBT001 - a check mark
    return lambda _item: value


def _accounts(view: View, actions: Actions) -> Iterator[Any]:
    """A line for each account; where nothing is archived yet, one for each service."""
    if not view.reminders:
        for service in SERVICES:
            below = Menu(MenuItem(_("Ask for an export…"), _does(actions.open_service, service.name)))
            yield MenuItem(_("{name} · no export yet").format(name=service.title), below)
    for each in view.reminders:
        yield MenuItem(words.account(each, view.now), Menu(*_answers(each, actions)))


def _answers(reminder: Reminder, actions: Actions) -> Iterator[Any]:
    """What can be done about an account's export."""

    def answer(said: Said) -> Callable[[], None]:
        return _does(actions.answer, reminder.provider, reminder.account, said)

    yield MenuItem(_("Ask for an export…"), _does(actions.open_service, reminder.provider))
    if reminder.stage in (Stage.DUE, Stage.FRESH):
        yield MenuItem(_("I asked for it"), answer(Said.ASKED))
    if reminder.stage in (Stage.DUE, Stage.ASKED):
        yield MenuItem(_("It came"), answer(Said.CAME))
    if reminder.stage is Stage.DUE:
        yield MenuItem(_("Later"), answer(Said.SNOOZE))
    if reminder.stage is Stage.LINK:
        yield MenuItem(_("I asked for a new one"), answer(Said.ASKED))
    reminded = reminder.stage is not Stage.OFF
    yield MenuItem(_("Remind me"), answer(Said.OFF if reminded else Said.ON), checked=_always(reminded))
