"""`chathold check`: before deleting chats at the service."""

from __future__ import annotations

from itertools import groupby
from typing import Any

import click

from chathold.archive import asking
from chathold.archive.deriving import derive
from chathold.archive.ledger import Ledger
from chathold.archive.naming import account_meant
from chathold.archive.safety import ALL_HERE, EXCEPT, check
from chathold.archive.store import Archive
from chathold.cli.commands import Call, command
from chathold.cli.counts import chats, documents, files, joined
from chathold.cli.opening import archive_of, waiting
from chathold.cli.output import answer, day, note, write
from chathold.core.errors import ChatholdError
from chathold.core.plain import clean
from chathold.core.texts import _, ngettext
from chathold.providers import PROVIDERS
from chathold.services.naming import service_named

_SHOWN = 8


@command("check")
@click.argument("account", default="", metavar="[PROVIDER[/ACCOUNT]]")
@click.option(
    "--deleted-there",
    type=click.Choice(["yes", "no"]),
    help=_("Whether you deleted the many chats that the newest export lacks."),
)
def check_command(call: Call, account: str, deleted_there: str | None) -> int:
    """Say what is here and what is not; 1 if something is damaged."""
    provider, _slash, name = account.partition("/")
    provider = service_named(provider)
    with archive_of(call.home) as archive, archive.writing(waiting=waiting) as ledger:
        derive(archive)
        if deleted_there:
            _note_answer(archive, ledger, account, deleted=deleted_there == "yes")
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


def _note_answer(archive: Archive, ledger: Ledger, whose: str, *, deleted: bool) -> None:
    """Note what the user says of the chats that this account's exports lack, or now says of the newest of them.

    Raises `UsageError` if no one account is meant, `ChatholdError` if none of its exports lacks very many.
    """
    mine = account_meant(archive.database, whose)
    asked = [each for each in asking.absences(archive) if (each["provider"], each["account"]) == mine]
    if not asked:
        raise ChatholdError(
            _("No export of this account lacks very many chats at once."), place="/".join(mine)
        )
    for each in [each for each in asked if each["answer"] is None] or asked[-1:]:
        asking.answer(archive, ledger, each["file"], deleted=deleted)
        note(
            _("Noted of the export of {day}: the chats that it lacks were deleted there.").format(
                day=day(each["exported_at"])
            )
            if deleted
            else _("Noted of the export of {day}: it lacks chats that were not deleted there.").format(
                day=day(each["exported_at"])
            )
        )


def _say(found: dict[str, Any]) -> None:
    title = next(each.TITLE for each in PROVIDERS if found["provider"] == each.NAME)
    write(f"{title} ({clean(found['label'])})")
    _say_coverage(found)
    _say_read_back(found)
    if found["not_read_whole"]:
        write(
            "  ✗ "
            + _("Of the export of {day} some chats could not be read: see its receipt.").format(
                day=day(found["not_read_whole"])
            )
        )
    _say_doubtful(found)
    if found["missing_parts"]:
        write(
            "  ✗ "
            + _("Missing from the newest export: {names}").format(
                names=clean(", ".join(found["missing_parts"]))
            )
        )
    _say_left_out(found)
    if found["unreadable"]:
        write(
            "  ! "
            + ngettext(
                "{n} record could not be read in full; it is kept as it is.",
                "{n} records could not be read in full; they are kept as they are.",
                found["unreadable"],
            ).format(n=found["unreadable"])
        )
    if found["forgotten"]:
        write(
            "  ! "
            + _("What you had Chathold forget, of any account, is not here, whatever exports hold of it.")
        )
    if found["unconfirmed_gone"] and not found["doubtful_export"]:
        write(
            "  ! "
            + ngettext(
                "{n} chat is missing from a newer export, all at once; nothing here was removed.",
                "{n} chats are missing from a newer export, all at once; nothing here was removed.",
                found["unconfirmed_gone"],
            ).format(n=found["unconfirmed_gone"])
        )
        note("      " + _("Did you delete them there? Say so with --deleted-there yes, or no."))
    _say_never(found, title)
    _say_copies(found)
    _say_verdict(found)
    write()


def _say_never(found: dict[str, Any], service: str) -> None:
    """What no export of this service holds."""
    words = _("Never in {service} exports, as of {day} (see the service's own page):")
    for as_of, never in groupby(found["never_exported"], key=lambda each: each["as_of"]):
        write("  ! " + words.format(service=service, day=as_of))
        for each in never:
            write(f"      {each['what']}")


def _say_coverage(found: dict[str, Any]) -> None:
    if found["last_whole_export"] and not found["chats_in_it"]:
        words = _("Export of {day}: it holds no chats at all. Later chats are not covered.")
        write("  ✓ " + words.format(day=day(found["last_whole_export"])))
    elif found["last_whole_export"]:
        words = _("Export of {day}: {chats}, the newest of {newest}. Later chats are not covered.")
        if found["covered_since"]:
            words = _(
                "Export of {day}: {chats}, the oldest of {oldest}, the newest of {newest}. Later chats are not"
                " covered, and older ones may have been left out."
            )
        write(
            "  ✓ "
            + words.format(
                day=day(found["last_whole_export"]),
                chats=chats(found["chats_in_it"]),
                oldest=day(found["covered_since"]),
                newest=day(found["newest_chat"]),
            )
        )
    else:
        write(
            "  ✗ "
            + _("No export here is known to be whole. Newest chat {newest}; others may be missing.").format(
                newest=day(found["newest_chat"])
            )
        )


def _say_doubtful(found: dict[str, Any]) -> None:
    """An export that lacks very many chats, and what is to be done about it."""
    doubtful = found["doubtful_export"]
    if not doubtful:
        return
    held = ngettext(
        "The export of {day} holds {held} of your {n} chat; it may not be whole.",
        "The export of {day} holds {held} of your {n} chats; it may not be whole.",
        doubtful["known"],
    )
    write(
        "  ✗ "
        + held.format(day=day(doubtful["exported_at"]), held=doubtful["held"], n=f"{doubtful['known']:,}")
    )
    if doubtful["answered"]:
        note("      " + _("You said that you did not delete the others there: ask for a new export."))
    else:
        asked = _(
            'Did you delete the others there? Say so: "chathold check {whose} --deleted-there yes", or no.'
        )
        note("      " + asked.format(whose=clean(f"{found['provider']}/{found['account']}")))


def _say_read_back(found: dict[str, Any]) -> None:
    damaged = found["read_back"]["damaged"]
    if damaged:
        names = ", ".join(damaged[:_SHOWN]) + (" …" if len(damaged) > _SHOWN else "")
        write("  ✗ " + _("Damaged on this disk: {names}. Bring them back from a copy.").format(names=names))
        return
    held = joined(chats(found["conversations"]), documents(found["documents"]) if found["documents"] else "")
    write(
        "  ✓ "
        + _("{held}: all read back just now ({now}).").format(held=held, now=day(found["read_back"]["at"]))
    )


def _say_left_out(found: dict[str, Any]) -> None:
    left_out = found["files_left_out"]
    if not left_out["files"]:
        return
    write(
        "  ! "
        + _("Left out of the exports: {files}. Deleting there loses them for good.").format(
            files=files(left_out["files"])
        )
    )
    for each in left_out["list"][:_SHOWN]:
        write("      " + _where(each) + "  " + clean(each["file"]))
    if len(left_out["list"]) > _SHOWN:
        note("      " + _('… and more: "chathold check --json" lists them.'))


def _where(file: dict[str, Any]) -> str:
    """The chat that names a file."""
    if file["conversation"] is None:
        return _("(no chat names it)")
    return f"{file['conversation'][:8]}  {clean(file['title']) or _('(no title)')}"


def _say_copies(found: dict[str, Any]) -> None:
    for each in found["second_copies"]:
        said = _("Second copy of {day} in {folder}").format(
            day=day(each["made"]), folder=clean(each["folder"])
        )
        whole = each["reachable"] and each["current"] and not each["same_disk"]
        lacks = [] if each["current"] else [_("what was imported since is not in it")]
        lacks += [_("on the same disk as the archive")] if each["same_disk"] else []
        lacks += [] if each["reachable"] else [_("not reachable now")]
        write(" · ".join([f"  {'✓' if whole else '!'} {said}", *lacks]))
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
