"""`chathold check`: before deleting chats at the service."""

from __future__ import annotations

from typing import Any

import click

from chathold.archive.deriving import derive
from chathold.archive.safety import ALL_HERE, EXCEPT, check
from chathold.cli.commands import Call, command
from chathold.cli.opening import archive_of, waiting
from chathold.cli.output import answer, clean, day, note, write
from chathold.core.errors import ChatholdError
from chathold.core.texts import _
from chathold.providers import PROVIDERS

_SHOWN = 8


@command("check")
@click.argument("account", default="", metavar="[PROVIDER[/ACCOUNT]]")
def check_command(call: Call, account: str) -> int:
    """Say what is safe on this disk; 1 if something is damaged."""
    provider, _slash, name = account.partition("/")
    if provider and provider not in {each.NAME for each in PROVIDERS}:
        raise ChatholdError(
            _("There is no service of this name."),
            place=provider,
            advice=", ".join(each.NAME for each in PROVIDERS),
        )
    with archive_of(call.home) as archive, archive.writing(waiting=waiting):
        derive(archive)
        found = check(archive, provider, name)
    if not found:
        raise ChatholdError(
            _("Nothing of this account is archived yet."),
            place=account,
            advice=_('Import an export first: "chathold import FILE".'),
        )

    def words() -> None:
        for each in found:
            _say(each)

    answer({"accounts": found}, as_json=call.as_json, words=words)
    return int(any(each["read_back"]["damaged"] for each in found))


def _say(found: dict[str, Any]) -> None:
    title = next(each.TITLE for each in PROVIDERS if found["provider"] == each.NAME)
    write(f"{title} ({clean(found['label'])})")
    _say_coverage(found)
    _say_read_back(found)
    if found["missing_parts"]:
        write("  ✗ " + _("Still to be downloaded: {names}").format(names=", ".join(found["missing_parts"])))
    _say_left_out(found)
    if found["unreadable"]:
        write(
            "  ! "
            + _("{n} records could not be read; they are kept as they are.").format(n=found["unreadable"])
        )
    if found["unconfirmed_gone"]:
        write(
            "  ! "
            + _(
                "{n} chats were missing all at once from the newest export; nothing here was removed."
            ).format(n=found["unconfirmed_gone"])
        )
    for each in found["never_exported"]:
        write(
            "  ! "
            + _("Never in {service} exports: {what} (as of {day}; check the provider's page)").format(
                service=title, what=each["what"], day=each["as_of"]
            )
        )
    _say_copies(found)
    _say_verdict(found)
    write()


def _say_coverage(found: dict[str, Any]) -> None:
    if found["last_whole_export"]:
        write(
            "  ✓ "
            + _("Export of {day}, newest chat {newest}. Later chats are not covered.").format(
                day=day(found["last_whole_export"]), newest=day(found["newest_chat"])
            )
        )
    else:
        write(
            "  ✗ "
            + _("No export here is known to be whole. Newest chat {newest}; others may be missing.").format(
                newest=day(found["newest_chat"])
            )
        )


def _say_read_back(found: dict[str, Any]) -> None:
    damaged = found["read_back"]["damaged"]
    if damaged:
        write(
            "  ✗ "
            + _("Damaged on this disk: {names}. Restore them from a copy.").format(
                names=", ".join(damaged[:_SHOWN])
            )
        )
        return
    write(
        "  ✓ "
        + _("{chats} chats and {documents} documents, all read back now ({now}).").format(
            chats=found["conversations"], documents=found["documents"], now=day(found["read_back"]["at"])
        )
    )


def _say_left_out(found: dict[str, Any]) -> None:
    left_out = found["files_left_out"]
    if not left_out["files"]:
        return
    write(
        "  ! "
        + _(
            "{chats} chats mention {files} files that the export left out; deleting there loses them for good."
        ).format(**left_out)
    )
    for each in left_out["list"][:_SHOWN]:
        write(
            f"      {each['conversation'][:8]}  {clean(each['file'])}  ({clean(each['title']) or _('no title')})"
        )
    if left_out["files"] > _SHOWN:
        note("      " + _("… the whole list: chathold check --json"))


def _say_copies(found: dict[str, Any]) -> None:
    for each in found["second_copies"]:
        state = "" if each["reachable"] else " · " + _("not reachable now")
        write(
            "  ✓ "
            + _("Second copy of {day} in {folder}").format(day=day(each["made"]), folder=each["folder"])
            + state
        )
    if not found["second_copies"]:
        write("  ! " + _('One copy only. Make a second one on another disk: "chathold backup DIR".'))


def _say_verdict(found: dict[str, Any]) -> None:
    if found["verdict"] == ALL_HERE:
        write("  " + _("Everything this export contains is here."))
    elif found["verdict"] == EXCEPT:
        write("  " + _("Everything this export contains is here, except what is named above."))
    else:
        write("  " + _("Not yet: see ✗ above."))
        return
    write("  " + _("The points marked ! are yours to decide. Deleting does not undo past training."))
