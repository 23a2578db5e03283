"""What `show`, `history` and `diff` print, as plain JSON values (DESIGN §7).

Beside an import that has not been derived yet, all of them tell of the archive before it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any

from chathold.archive import blobs
from chathold.archive.contents import name_of
from chathold.archive.extracts import find_extracted, show_extracted
from chathold.archive.reading import Record, merged, places
from chathold.archive.store import Archive
from chathold.archive.summary import STATE, Filters, Json, line_of, moment, records
from chathold.core.errors import ChatholdError
from chathold.core.merge import Merged, Seen
from chathold.core.model import Attachment, Part
from chathold.core.shallow import shallow
from chathold.core.texts import _

_SHORTEST_PREFIX = 2


def find(archive: Archive, prefix: str) -> tuple[Record, Json]:
    """The record that an id, or the beginning of one, names. Raises `ChatholdError` if none or several."""
    rows = _rows(archive, prefix)
    exact = [row for row in rows if prefix in (row[0], row[3])]
    if len(exact) == 1:
        rows = exact
    if not rows and find_extracted(archive, prefix):
        raise ChatholdError(
            _("This document stands in pieces inside conversations; they have it, and its history."),
            place=prefix,
            advice=_('"chathold show" shows it.'),
        )
    if not rows:
        raise ChatholdError(
            _("There is no conversation of this id."),
            place=prefix,
            advice=_('"chathold list" shows the ids.'),
        )
    if len(rows) > 1:
        raise ChatholdError(_("Several ids begin like this."), place=prefix, advice=_("Give more of the id."))
    if not exact and len(prefix) < _SHORTEST_PREFIX:
        raise ChatholdError(_("This is too little of an id."), place=prefix, advice=_("Give more of the id."))
    row = rows[0]
    return Record(row[12], row[1], row[11], row[3]), line_of(row)


def _rows(archive: Archive, prefix: str) -> list[tuple[Any, ...]]:
    """The first few records of which the id begins like this."""
    return archive.database.execute(
        f"{STATE} WHERE state.id >= ? AND state.id < ? OR ref = ? LIMIT 3",
        (prefix.lower(), prefix.lower() + "g", prefix),
    ).fetchall()


def show(archive: Archive, prefix: str, version: str = "") -> Json:
    """A conversation with every message of its tree, parents first; `version` is a number or a key.

    With `version` title, times and number of messages are that version's, too.
    """
    pieced = [] if _rows(archive, prefix) else find_extracted(archive, prefix)
    if len(pieced) == 1:
        return show_extracted(archive, pieced[0])
    record, line = find(archive, prefix)
    known = merged(archive.database, record)
    if version:
        known = merged(archive.database, record, _version(known, version, prefix))
        line |= {
            "title": known.title,
            "created": moment(known.created),
            "updated": moment(known.updated),
            "messages": len(known.messages),
        }
    return _shown(archive, record, line, known)


def _shown(archive: Archive, record: Record, line: Json, known: Merged) -> Json:
    lookup = _Assets(archive.database, record.provider)
    return {"conversation": line, "messages": [_message(seen, lookup) for seen in known.messages]}


def _version(known: Merged, version: str, asked: str) -> int:
    """The position of a version given by position or key; the newest of equal keys. `asked`: the id as given."""
    for each in reversed(known.versions):
        if version == str(each.number) or (len(version) > 3 and each.key.startswith(version)):  # noqa: PLR2004
            return each.number
    raise ChatholdError(
        _("There is no version {version}.").format(version=version),
        place=asked,
        advice=_('"chathold history {id}" shows the versions.').format(id=asked),
    )


class _Assets:
    """Looks up which bytes the archive has for a file that a message names."""

    def __init__(self, database: sqlite3.Connection, provider: str) -> None:
        self._database = database
        self._provider = provider

    def find(self, attachment: Attachment) -> str | None:
        """The SHA-256 of the file's bytes, in hex; none if no export held them."""
        if not attachment.id:
            return None
        row = self._database.execute(
            "SELECT min(asset) FROM asset_member JOIN file ON file.id = asset_member.file"
            " JOIN file_state ON file_state.file = file.id WHERE ref = ? AND provider = ?",
            (attachment.id, self._provider),
        ).fetchone()
        return row[0].hex() if row[0] else None

    def name(self, attachment: Attachment) -> str:
        """The name the user gave the file, as far as any export says."""
        return name_of(self._database, self._provider, attachment)


def _message(seen: Seen, assets: _Assets) -> Json:
    message = seen.message
    return {
        "id": message.id,
        "parent": seen.parent or None,
        "role": message.role.value,
        "author": message.author,
        "model": message.model,
        "time": moment(message.time),
        "parts": [_part(part) for part in message.parts],
        "attachments": [_attachment(each, assets) for each in message.attachments],
        "on_main_branch": seen.on_main_branch,
        "hidden": message.hidden,
        "first_seen": moment(seen.first_seen),
        "last_seen": moment(seen.last_seen),
        "metadata": shallow(dict(message.metadata)),
    }


def _part(part: Part) -> Json:
    said = {"kind": part.kind.value, "text": part.text}
    for name in ("type", "name", "language", "url", "ref"):
        value = getattr(part, name)
        if value:
            said[name] = value
    return said


def _attachment(attachment: Attachment, assets: _Assets) -> Json:
    found = assets.find(attachment)
    said: Json = {
        "id": attachment.id,
        "name": assets.name(attachment),
        "mime": attachment.mime,
        "size": attachment.size,
        "sha256": found,
        "in_archive": found is not None or bool(attachment.text),
    }
    if attachment.text:
        said["text"] = attachment.text
    return said


def history(archive: Archive, prefix: str) -> Json:
    """The versions of a conversation, the oldest first."""
    record, line = find(archive, prefix)
    return {"conversation": line, "versions": _versions(merged(archive.database, record))}


def _versions(known: Merged) -> list[Json]:
    return [
        {
            "version": each.number,
            "key": each.key,
            "exported_at": moment(each.exported),
            "messages": each.messages,
            "added": len(each.added),
            "changed": len(each.changed),
            "title": each.title,
        }
        for each in known.versions
    ]


def diff(archive: Archive, prefix: str, old: str, new: str) -> Json:
    """What differs between two versions: title, and messages added, changed, or not in the newer one."""
    record, line = find(archive, prefix)
    known = merged(archive.database, record)
    numbers = (_version(known, old, prefix), _version(known, new, prefix))
    before, after = (merged(archive.database, record, number) for number in numbers)
    lookup = _Assets(archive.database, record.provider)
    then = {seen.message.id: _compared(seen, lookup) for seen in before.messages}
    now = {seen.message.id: _compared(seen, lookup) for seen in after.messages}
    return {
        "conversation": line,
        "versions": list(numbers),
        "title": {"old": before.title, "new": after.title} if before.title != after.title else None,
        "added": [now[each] for each in now if each not in then],
        "changed": [
            {"old": then[each], "new": now[each]} for each in now if each in then and then[each] != now[each]
        ],
        "removed": [then[each] for each in then if each not in now],
    }


def _compared(seen: Seen, assets: _Assets) -> Json:
    """A message as far as a person would call it changed."""
    message = _message(seen, assets)
    for name in ("first_seen", "last_seen", "metadata", "on_main_branch"):
        del message[name]
    return message


def verbatim(archive: Archive, prefix: str, version: str = "") -> list[bytes]:
    """The provider's own bytes of a record: of one version, or of its newest form."""
    record, _shown = find(archive, prefix)
    found = places(archive.database, record.number)
    if version:
        known = merged(archive.database, record)
        key = known.versions[_version(known, version, prefix) - 1].key
        found = [place for place in found if place.key == key]
    return [blobs.fetch(archive.database, found[-1].form)]


def every(archive: Archive) -> Iterator[Json]:
    """All that `list`, `show` and `history` print, record by record, for the digest of the views."""
    for documents in (False, True):
        for line in records(archive, Filters(), documents=documents):
            if line.get("extracted"):
                yield show_extracted(archive, line)
                continue
            record, told = find(archive, line["id"])
            known = merged(archive.database, record)
            yield _shown(archive, record, told, known) | {"versions": _versions(known)}
