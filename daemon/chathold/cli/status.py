"""`chathold status`."""

from __future__ import annotations

import time
from typing import Any

from chathold.archive.store import Archive
from chathold.archive.summary import accounts, totals
from chathold.archive.waiting import downloads
from chathold.attention.concerns import Concern, Kind, concerns
from chathold.attention.gathering import situation_of
from chathold.cli.commands import Call, command
from chathold.cli.counts import chats, documents, files, joined, messages, unsearchable, versions
from chathold.cli.doings import doings_of
from chathold.cli.output import answer, day, table, write
from chathold.core.plain import clean
from chathold.core.saying import amount, sentences
from chathold.core.texts import _, ngettext
from chathold.reminders.now import reminders_at, with_due
from chathold.search.completeness import Indexed, standing

_NOTHING: dict[str, Any] = {
    "conversations": 0,
    "documents": 0,
    "versions": 0,
    "messages": 0,
    "assets": 0,
    "bytes": 0,
}

_SAID_HERE = frozenset(
    {Kind.SETTINGS, Kind.ARCHIVE, Kind.DAMAGE, Kind.NOTES, Kind.GONE, Kind.COPY, Kind.REMINDER}
)
"""What needs attention and is said by no other line."""


@command("status")
def status_command(call: Call) -> None:
    """Say what is archived and what is missing."""
    archive = Archive.open(call.home.archive)
    doings = doings_of(call.home)
    if archive is None:
        value = _value({"path": str(call.home.archive)} | _NOTHING, [], [], Indexed(0, 0)) | doings
        found = concerns(situation_of(call.home, None))
    else:
        try:
            with archive.reading():
                indexed, known = standing(archive), accounts(archive)
                due = reminders_at(call.home, archive, time.time(), known)
                value = _value(totals(archive), with_due(known, due), downloads(archive), indexed)
                value |= doings | {"downloads": value["downloads"] + doings["downloads"]}
                to_index = indexed.pending - indexed.damaged
                found = concerns(situation_of(call.home, archive, to_index=to_index, standing=due))
        finally:
            archive.close()
    value |= {"attention": [each.json() for each in found]}
    answer(value, as_json=call.as_json, words=lambda: _say(value, found))


def _value(
    held: dict[str, Any], known: list[dict[str, Any]], waiting: list[dict[str, Any]], index: Indexed
) -> dict[str, Any]:
    return {
        "archive": held,
        "accounts": known,
        "downloads": waiting,
        "index": {
            "indexed": index.indexed,
            "pending": index.pending,
            "unread": index.unread,
            "damaged": index.damaged,
        },
    }


def _say(value: dict[str, Any], found: tuple[Concern, ...]) -> None:
    away = any(each.kind is Kind.ARCHIVE for each in found)
    if not away:
        _say_held(value["archive"], value["accounts"])
    for each in value["downloads"]:
        calm = each["state"] in ("importing", "queued", "downloading")
        write(f"{'·' if calm else '!'} {clean(each['path'])}: {clean(each['reason'])}")
    _say_index(value["index"])
    for each in found:
        if each.kind in _SAID_HERE:
            write("! " + sentences(each.title, clean(each.detail), each.step_to_type))
    if not away:  # who watches is known by a lock in its folder
        _say_watching(value)
    write(_("Archive: {folder}").format(folder=value["archive"]["path"]))


def _say_held(held: dict[str, Any], known: list[dict[str, Any]]) -> None:
    """What is kept, and of whom; or how to begin."""
    if not held["conversations"] and not held["documents"]:
        write(_("Nothing here yet. Chathold cannot fetch your chats: it has no access to your accounts."))
        write(_('Ask the service for an export, download it, then: "chathold import FILE".'))
    else:
        write(
            joined(
                _("Kept: {chats}").format(chats=chats(held["conversations"])),
                documents(held["documents"]) if held["documents"] else "",
                messages(held["messages"]),
                versions(held["versions"]),
                files(held["assets"]) if held["assets"] else "",
                amount(held["bytes"]),
            )
        )
        table(
            [_("Service"), _("Account"), _("Chats"), _("Newest chat"), _("Last export"), _("Not in it")],
            [
                [
                    each["provider"],
                    each["label"],
                    str(each["conversations"]),
                    day(each["newest_chat"]),
                    day(each["last_export"]),
                    str(each["gone"]),
                ]
                for each in known
            ],
            right=(2, 5),
        )


def _say_index(index: dict[str, int]) -> None:
    """What is still to be done before all can be read, or found."""
    unread, pending = index["unread"], index["pending"]
    if unread:
        write(
            ngettext(
                "{n} chat or document is still to be read.",
                "{n} chats and documents are still to be read.",
                unread,
            ).format(n=unread)
        )
    elif pending > index["damaged"]:
        write(
            ngettext(
                "{n} chat or document is not searchable yet.",
                "{n} chats and documents are not searchable yet.",
                pending,
            ).format(n=pending)
        )
    elif index["damaged"]:
        write(unsearchable(index["damaged"]))


def _say_watching(value: dict[str, Any]) -> None:
    """Whether anybody watches, and which folders."""
    if not value["daemon"]["running"]:
        write(_('Nobody watches for downloads: start "chathold run".'))
        return
    if not value["tray"]["shown"]:
        write(_("No icon: {reason}").format(reason=value["tray"]["why"]))
    if count := len(value["notices"]):
        write(
            ngettext(
                "{n} notice has not been shown yet.", "{n} notices have not been shown yet.", count
            ).format(n=count)
        )
    if value["daemon"]["paused"]:
        write(_('Paused: new downloads are not looked at until "chathold resume".'))
    for each in value["watching"]:
        if each["state"] in ("watching", "polling"):
            write(_("Watching: {folder}").format(folder=clean(each["folder"])))
        else:
            write(f"! {clean(each['folder'])}: {clean(each['reason'])}")
