"""Documents that stand in pieces inside conversations: custom instructions, memories, canvases, artifacts.

No record holds them; what conversations say of them is noted while deriving (table `extract`), and put together
here: a document of an account, its sections in order of time, each told once however many chats repeat it.
"""

from __future__ import annotations

from typing import Any

from chathold.archive.reading import read_form, record_of
from chathold.archive.store import Archive
from chathold.archive.summary import Json, extracted, moment
from chathold.core.model import Role

_PIECES = (
    "SELECT provider, account, extract.kind, document, section, extract.title, message, time, extract.record"
    " FROM extract JOIN state ON state.record = extract.record JOIN record ON record.id = extract.record"
    " WHERE provider = ? AND account = ? AND extract.kind = ? AND document = ?"
    " ORDER BY time IS NULL, time, section, record.ref"
)


def find_extracted(archive: Archive, prefix: str) -> list[Json]:
    """The lines of the documents whose id begins with `prefix`."""
    return [line for line in extracted(archive) if line["id"].startswith(prefix.lower())]


def show_extracted(archive: Archive, line: Json) -> Json:
    """A document with its sections, as `show` prints it; `line` is its own of `list`."""
    which = (line["provider"], line["account"], line["kind"], line["provider_id"])
    rows = archive.database.execute(_PIECES, which).fetchall()
    sections: dict[str, tuple[Any, ...]] = {}
    for row in rows:
        sections.setdefault(row[4], row)
    return {"conversation": line, "messages": [_section(archive, row) for row in sections.values()]}


def _section(archive: Archive, row: tuple[Any, ...]) -> Json:
    """One piece, as a message of role `document`."""
    _provider, _account, kind, document, section, title, message, time, number = row
    return {
        "id": section,
        "parent": None,
        "role": Role.DOCUMENT.value,
        "author": title,
        "model": "",
        "time": moment(time),
        "parts": [{"kind": "text", "text": _text(archive, number, (kind, document, section))}],
        "attachments": [],
        "on_main_branch": True,
        "hidden": False,
        "first_seen": None,
        "last_seen": None,
        "metadata": {"message": message},
    }


def _text(archive: Archive, number: int, wanted: tuple[str, str, str]) -> str:
    """What the piece says, read again from the conversation it stands in."""
    record = record_of(archive.database, number)
    forms = archive.database.execute(
        "SELECT id FROM form WHERE record = ? ORDER BY hash", (number,)
    ).fetchall()
    texts = [
        each.text
        for (form,) in forms
        for each in read_form(archive.database, record, form).extracts
        if (each.kind, each.document, each.section) == wanted
    ]
    return max(texts, key=lambda text: (len(text), text), default="")
