"""The filters that `search` and `export` share, as options of a command."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from chathold.core.texts import _

_OPTIONS = (
    click.option(
        "--provider",
        default="",
        metavar="PROVIDER",
        help=_("Only of this service: chatgpt, claude or deepseek."),
    ),
    click.option("--account", default="", metavar="ACCOUNT", help=_("Only of this account, by id or label.")),
    click.option(
        "--role",
        default="",
        metavar="ROLE",
        help=_("Only what this one said: user, assistant, system or tool."),
    ),
    click.option(
        "--since",
        default="",
        metavar="DAY",
        help=_("Not before this day, as in 2026-03-01, 2026-03 or 2026."),
    ),
    click.option("--until", default="", metavar="DAY", help=_("Not after this day.")),
    click.option(
        "--model", default="", metavar="NAME", help=_("Only answers of models with this in their name.")
    ),
    click.option("--title", default="", metavar="WORDS", help=_("Only in chats with this in their title.")),
    click.option(
        "--has", multiple=True, metavar="WHAT", help=_("Only messages with code, or with an attachment.")
    ),
)


def filtered(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that become the fields of a `Wish`, in the order of this page."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command
