"""`chathold account`."""

from __future__ import annotations

import time

import click

from chathold.archive import summary
from chathold.archive.labels import set_label
from chathold.cli.commands import Call, command
from chathold.cli.opening import archive_of, waiting
from chathold.cli.output import answer, day, table
from chathold.core.errors import UsageError
from chathold.core.texts import _
from chathold.reminders.now import reminders_at, with_due


@command("account")
@click.argument("words", nargs=-1, metavar="[label PROVIDER/ACCOUNT NAME]")
def account_command(call: Call, words: tuple[str, ...]) -> None:
    """List the accounts, or give one a label."""
    with archive_of(call.home) as archive:
        if words:
            if len(words) != 3 or words[0] != "label" or "/" not in words[1]:  # noqa: PLR2004 - as the usage says
                raise UsageError(
                    _("This is not how an account gets a label."),
                    advice=_("chathold account label PROVIDER/ACCOUNT NAME"),
                )
            provider, account = words[1].split("/", 1)
            with archive.writing(waiting=waiting) as ledger:
                set_label(archive, ledger, provider, account, words[2])
        known = summary.accounts(archive)
        found = with_due(known, reminders_at(call.home, archive, time.time(), known))
    answer(
        {"accounts": found},
        as_json=call.as_json,
        words=lambda: table(
            [_("Service"), _("Account"), _("Label"), _("Chats"), _("Last export")],
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
