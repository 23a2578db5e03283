"""`chathold forget`."""

from __future__ import annotations

import sys
from typing import Any

import click

from chathold.archive.forgetting import forget_account, forget_records
from chathold.archive.naming import account_meant
from chathold.archive.reading import provider_of
from chathold.archive.views import find
from chathold.cli.commands import Call, command
from chathold.cli.counts import chats, documents, joined
from chathold.cli.indexing import make_searchable
from chathold.cli.opening import archive_of, waiting
from chathold.cli.output import answer, note, titled, write
from chathold.core.errors import UsageError
from chathold.core.plain import clean
from chathold.core.texts import _, ngettext
from chathold.search import catch_up


@command("forget")
@click.argument("ids", nargs=-1)
@click.option("--account", default="", metavar="PROVIDER/ACCOUNT", help=_("Everything of this account."))
@click.option("--yes", is_flag=True, help=_("Do not ask."))
def forget_command(call: Call, ids: tuple[str, ...], account: str, *, yes: bool) -> int:
    """Erase chats, or an account; they never come back."""
    if bool(ids) == bool(account):
        raise UsageError(
            _("Say what to forget."),
            advice=_("chathold forget ID…, or chathold forget --account PROVIDER/ACCOUNT"),
        )
    with archive_of(call.home) as archive:
        whose = account_meant(archive.database, account) if account else None
        records, lines = [], []
        for each in ids:
            record, line = find(archive, each)
            records.append(record)
            lines.append(line)
        if not yes and not call.as_json and not _agreed(lines, "/".join(whose or ())):
            note(_("Nothing was forgotten."))
            return 1
        kept: list[str] = []
        with archive.writing(waiting=waiting) as ledger:
            if whose:
                number = forget_account(archive, ledger, *whose)
            else:
                kept = forget_records(archive, ledger, records)
                number = len(records)
        catch_up(archive, stop=lambda: True, anew=True)  # no word of it stays in the index
        _say(call, number, kept)
        make_searchable(archive)
    return 0


def _say(call: Call, number: int, kept: list[str]) -> None:
    def words() -> None:
        write(
            ngettext(
                "{n} chat or document was erased.", "{n} chats or documents were erased.", number
            ).format(n=number)
        )
        write(_("Backups made earlier still hold it: refresh them, or make new ones."))
        write(
            _(
                "So do the exports that you downloaded, where they still lie, in Downloads for one: delete them there."
            )
        )

        if kept:
            write(
                "! "
                + _(
                    "Of {names} not all could be read, so the file is kept as it came, and may hold it, too:"
                    ' "chathold forget --account" would erase it.'
                ).format(names=clean(", ".join(kept)))
            )

    answer({"forgotten": number, "kept": kept}, as_json=call.as_json, words=words)


def _agreed(lines: list[dict[str, Any]], account: str) -> bool:
    """Ask, if there is somebody to ask; several chats are named above the question, a single one in it."""
    if not sys.stdin.isatty():
        raise UsageError(_("Forgetting cannot be undone."), advice=_("Add --yes if you mean it."))
    what = account
    if len(lines) == 1:
        what = _named(lines[0])
    elif lines:
        for each in lines:
            note(f"  {_named(each)}")
        talks = sum("kind" not in each for each in lines)
        what = joined(
            chats(talks) if talks else "", documents(len(lines) - talks) if talks < len(lines) else ""
        )
    return click.confirm(_("Erase {what} for good, here and in later imports?").format(what=what), err=True)


def _named(line: dict[str, Any]) -> str:
    """A chat or document as a person knows it."""
    words = _("the document “{title}” ({service})") if "kind" in line else _("the chat “{title}” ({service})")
    return words.format(title=titled(line), service=provider_of(line["provider"]).TITLE)
