"""The story of an export: what is chosen is written to a hidden folder, piece by piece, which then becomes DEST."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from chathold.archive import views
from chathold.archive.store import Archive
from chathold.archive.summary import Filters, accounts, labelled, moment
from chathold.core.errors import ChatholdError, Damaged
from chathold.core.identity import SCHEMA
from chathold.core.texts import N_, _
from chathold.takeout.complete import VERSION
from chathold.takeout.destination import Destination, replacing
from chathold.takeout.files import path_in
from chathold.takeout.original import take_out_original
from chathold.takeout.others import Other, others
from chathold.takeout.page import index_of
from chathold.takeout.selection import Selection, chosen
from chathold.takeout.writing import Format, Labels, Writer

Json = dict[str, Any]
Progress = Callable[[int, int], None]

LEFT_OUT = N_("What is stored of this is damaged; it was left out.")
MISSING = N_('This file of yours is missing from the archive; "chathold verify" tells more.')


class Taken(Struct):
    """What was taken out. A problem says where and what, in English that can be translated.

    `messages` are those of conversations; documents have sections. `damaged` are the ids of what could not be.
    `replaced`: it took the place of an earlier export.
    """

    folder: Path
    format: Format
    replaced: bool = False
    conversations: int = 0
    documents: int = 0
    messages: int = 0
    files: int = 0
    problems: list[tuple[str, str]] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)

    def count(self, line: Json, messages: int) -> None:
        """One more conversation, or document, whose sections are no messages."""
        if line.get("kind"):
            self.documents += 1
        else:
            self.conversations += 1
            self.messages += messages

    def leave_out(self, line: Json, error: Damaged) -> None:
        """One that is damaged. Raises `Damaged` if an earlier export is to be replaced: that may have it whole."""
        if self.replaced:
            raise Damaged(
                error.title,
                place=error.place,
                advice=_(
                    "The export that is there may have it whole; it was left as it is. Choose a new folder."
                ),
            ) from error
        self.damaged.append(line["id"])
        self.problems.append((line["id"], LEFT_OUT))


def take_out(
    archive: Archive, dest: Path, form: Format, selection: Selection, now: float, progress: Progress
) -> Taken:
    """Write what is chosen to `dest`, whole or not at all; `progress` is told how many of how many are done.

    What is damaged is left out, and told. Raises `ChatholdError` if there is something else, if it cannot be written,
    or if all of it is damaged; then `dest` is as it was.
    """
    _check_place(archive, dest)
    about = {"format": form.value, "selection": selection.said}
    with archive.reading(), replacing(dest, about, moment(now)) as into:
        lines = chosen(archive, selection)
        taken = Taken(dest, form, replaced=into.replaces)
        if form is Format.ORIGINAL:
            take_out_original(archive, lines, into, taken, progress, selection.accounts)
        else:
            _write_each(archive, lines, selection.accounts, into, taken, progress)
        if taken.damaged and not (taken.conversations or taken.documents):
            views.show(archive, taken.damaged[0])
    return taken


def _check_place(archive: Archive, dest: Path) -> None:
    """Refuse to write into the archive."""
    inner, outer = Path(os.path.realpath(dest)), Path(os.path.realpath(archive.folder))
    if inner == outer or outer in inner.parents:
        raise ChatholdError(
            _("An export must not lie in the archive."),
            place=str(dest),
            advice=_("Choose a new or empty folder."),
        )


def _write_each(
    archive: Archive,
    lines: list[Json],
    whole: Filters | None,
    into: Destination,
    taken: Taken,
    progress: Progress,
) -> None:
    """A file for each conversation, the user's files beside it, those of whole accounts, and what lists them all."""
    labels = labelled(accounts(archive))
    writer = Writer(archive, taken.format, labels)
    entries: list[tuple[Json, str]] = []
    named: set[str] = set()
    for number, line in enumerate(lines):
        progress(number, len(lines))
        try:
            piece = writer.piece(line)
        except Damaged as error:
            taken.leave_out(line, error)
            continue
        into.write(piece.path, piece.text)
        for digest, path in piece.files.items():
            _copy(archive, digest, path, into, taken)
        named |= piece.files.keys()
        entries.append((line, piece.path))
        taken.count(line, piece.messages)
    unnamed = [] if whole is None else list(others(archive, whole, named, labels))
    _write_index(entries, _write_others(archive, unnamed, into, taken), labels, into, taken)


def _write_others(archive: Archive, found: list[Other], into: Destination, taken: Taken) -> list[Other]:
    """The files that no chat names: those that could be written, with their paths."""
    done = []
    for other in found:
        path = f"assets/{other.held.hash}" if taken.format is Format.JSON else other.path
        _copy(archive, other.held.hash, path, into, taken)
        if path in into.files:
            done.append(replace(other, path=path))
    return done


def _copy(archive: Archive, digest: str, path: str, into: Destination, taken: Taken) -> None:
    if path in into.files:
        return
    if into.copy(path_in(archive, digest), path):
        taken.files += 1
    else:
        taken.problems.append((path, MISSING))


def _write_index(
    entries: list[tuple[Json, str]], unnamed: list[Other], labels: Labels, into: Destination, taken: Taken
) -> None:
    if taken.format is Format.HTML:
        into.write("index.html", index_of(entries, unnamed, labels))
    if taken.format is Format.JSON:
        listed = [{**line, "file": path} for line, path in entries]
        files = [_listed(each) for each in unnamed]
        about = {"schema": SCHEMA, "version": VERSION, "records": listed, "files": files}
        into.write("index.json", json.dumps(about, ensure_ascii=False, indent=1) + "\n")


def _listed(other: Other) -> Json:
    held = other.held
    return {
        "provider": held.provider,
        "account": held.account,
        "id": held.ref,
        "name": other.name,
        "size": held.size,
        "sha256": held.hash,
        "file": other.path,
    }
