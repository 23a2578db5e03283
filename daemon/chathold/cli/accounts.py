"""`chathold account`."""

from __future__ import annotations

import time

import click

from chathold.archive import summary
from chathold.archive.labels import set_label
from chathold.archive.naming import account_meant
from chathold.cli.commands import Call, command
from chathold.cli.opening import archive_of, waiting
from chathold.cli.output import answer, day, table
from chathold.core.errors import UsageError
from chathold.core.texts import _
from chathold.reminders.now import reminders_at, with_due


@command("account")
@click.argument("words", nargs=-1, metavar="[label PROVIDER[/ACCOUNT] NAME]")
def account_command(call: Call, words: tuple[str, ...]) -> None:
    """List the accounts, or give one a label."""
    with archive_of(call.home) as archive:
        if words:
            whose, label = _wanted(words)
            with archive.writing(waiting=waiting) as ledger:
                set_label(archive, ledger, *account_meant(archive.database, whose), label)
        known = summary.accounts(archive)
        found = with_due(known, reminders_at(call.home, archive, time.time(), known))
    answer(
        {"accounts": found},
        as_json=call.as_json,
        words=lambda: table(
            [_("Service"), _("Account"), _("Shown as"), _("Chats"), _("Last export")],
            [
                [
                    each["provider"],
                    each["account"],
                    each["label"],
                    str(each["conversations"]),
                    day(each["last_export"]),
                ]
                for each in found
            ],
            right=(3,),
        ),
    )


def _wanted(words: tuple[str, ...]) -> tuple[str, str]:
    """Whose label is wanted, and which. Raises `UsageError` for anything else than `label WHOSE NAME`."""
    match words:
        case ("label", whose, label):
            return whose, label
    raise UsageError(
        _("This is not how an account gets a label."),
        place=" ".join(words),
        advice=_(
            "Say whose it is, then the name (one with spaces in quotes):"
            ' "chathold account label PROVIDER/ACCOUNT NAME".'
        ),
    )
