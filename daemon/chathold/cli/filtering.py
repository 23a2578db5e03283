"""The filters that `search` and `export` share, as options of a command."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from chathold.core.texts import _

_MESSAGES = {
    "provider": _("Only of this service: chatgpt, claude or deepseek."),
    "account": _("Only of this account, by id or label."),
    "role": _("Only what this one said: user, assistant, system, tool or document."),
    "since": _("Not before this day, as in 2026-03-01, 2026-03 or 2026."),
    "until": _("Not after this day."),
    "model": _("Only answers of models with this in their name."),
    "title": _("Only in chats with this in their title."),
    "has": _("Only messages with code, or with an attachment."),
}
"""What each does where messages are chosen."""

_CHATS = _MESSAGES | {
    "role": _("Only chats in which this one said something: user, assistant, system, tool or document."),
    "since": _("Only chats that went on after this day began, as in 2026-03-01, 2026-03 or 2026."),
    "until": _("Only chats that were begun by the end of this day."),
    "model": _("Only chats with an answer of a model with this in its name."),
    "title": _("Only chats with this in their title."),
    "has": _("Only chats in which a message has code, or an attachment."),
}
"""What each does where chats are chosen, which are taken whole."""

_VALUES = {
    "provider": "PROVIDER",
    "account": "ACCOUNT",
    "role": "ROLE",
    "since": "DAY",
    "until": "DAY",
    "model": "NAME",
    "title": "WORDS",
    "has": "WHAT",
}


def filtered(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command that chooses messages options that become the fields of a `Wish`, in the order of this page."""
    return _with_options(command, _MESSAGES)


def filtered_chats(command: Callable[..., Any]) -> Callable[..., Any]:
    """The same for a command that chooses whole chats."""
    return _with_options(command, _CHATS)


def _with_options(command: Callable[..., Any], helps: dict[str, str]) -> Callable[..., Any]:
    for name, metavar in reversed(_VALUES.items()):
        many = name == "has"
        default = () if many else ""
        option = click.option(f"--{name}", default=default, multiple=many, metavar=metavar, help=helps[name])
        command = option(command)
    return command
