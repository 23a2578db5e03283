"""`chathold list`."""

from __future__ import annotations

import click

from chathold.archive.naming import unnamed
from chathold.archive.summary import Filters, accounts, labelled, records
from chathold.cli.borrowed import AtLeast
from chathold.cli.commands import Call, command
from chathold.cli.opening import archive_of
from chathold.cli.output import answer, day, fail, note, table, titled
from chathold.core.texts import _
from chathold.services.naming import service_named

_SHOWN = 50


@command("list")
@click.argument("words", nargs=-1)
@click.option(
    "--provider",
    default="",
    metavar="PROVIDER",
    help=_("Only of this service: chatgpt, claude or deepseek."),
)
@click.option("--account", default="", metavar="ACCOUNT", help=_("Only of this account, by id or label."))
@click.option("--gone", is_flag=True, help=_("Only what the newest export no longer holds."))
@click.option(
    "--documents", is_flag=True, help=_("Projects, memories, artifacts and the like instead of chats.")
)
@click.option("--limit", type=AtLeast(1), metavar="N", help=_("At most so many."))
def list_command(
    call: Call,
    words: tuple[str, ...],
    provider: str,
    account: str,
    limit: int | None,
    *,
    gone: bool,
    documents: bool,
) -> None:
    """List what matches, the one that changed last first."""
    filters = Filters(service_named(provider), account, " ".join(words), gone)
    with archive_of(call.home) as archive, archive.reading():
        odd = unnamed(archive.database, filters.provider, filters.account)
        wanted = limit if limit is not None else -1 if call.as_json else _SHOWN + 1
        found = records(archive, filters, documents=documents, limit=wanted)
        names = labelled(accounts(archive))
    more = limit is None and not call.as_json and len(found) > _SHOWN

    def words_for_people() -> None:
        if not found:
            note(_("Nothing matches."))
            if odd:
                fail(odd, as_json=False)
            return
        table(
            [_("Id"), _("Changed"), _("Service"), _("Account"), _("Messages"), _("Title")],
            [
                [
                    line["id"][:8],
                    day(line["updated"])[:10],
                    line["provider"],
                    names.get((line["provider"], line["account"]), str(line["account"])),
                    str(line["messages"]),
                    ("∅ " if line["gone_since"] else "") + titled(line),
                ]
                for line in found[: _SHOWN if more else None]
            ],
            right=(4,),
        )
        if more:
            note(_("There are more: add words of the title, or --limit N."))
        if any(line["gone_since"] for line in found):
            note(_("∅ not in the newest export; your copy stays."))

    answer(
        {"documents" if documents else "conversations": found}, as_json=call.as_json, words=words_for_people
    )
