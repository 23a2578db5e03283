"""The story of a mirror: chats that changed since they were written are found among the notes, and renewed there."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from chathold.archive import views
from chathold.archive.freshness import marks
from chathold.archive.reading import provider_of
from chathold.archive.store import Archive
from chathold.archive.summary import accounts, labelled
from chathold.core.errors import ChatholdError, Damaged
from chathold.core.texts import N_, _
from chathold.mirror.folder import Found, Notes
from chathold.mirror.memory import Memory, Written
from chathold.mirror.notes import FILES, NAMES, fit, hash_of, hash_of_facts, new_note, renewed
from chathold.places import check_notes
from chathold.search import Wish
from chathold.takeout.destination import explained
from chathold.takeout.facts import facts_of, title_of
from chathold.takeout.files import named_by_hash, path_in, with_names
from chathold.takeout.markdown import body_of
from chathold.takeout.names import safe_stem
from chathold.takeout.selection import Selection, chosen

Json = dict[str, Any]

WRITER = "1"
"""Raised when notes are written otherwise: then all are looked at again."""

MEANWHILE = N_("This note was changed while it was to be written; it will be looked at again.")
DAMAGED = N_("What is stored of this is damaged; its note stays as it is.")
_SAMPLES = 3


class Act(StrEnum):
    """What is done about a chat."""

    NEW = "new"
    RENEWED = "renewed"
    BESIDE = "beside"
    LEFT = "left"
    DELETED = "deleted"


class Plan(Struct, frozen=True):
    """What is to be done about one chat: where, with which text; `found` is the note that is there."""

    act: Act
    path: Path
    text: str = ""
    found: Found | None = None
    beside: bool = False


class Mirrored(Struct):
    """What was done, or would be. `samples` are the first new or renewed notes, as (path, text)."""

    folder: Path
    acts: Counter[Act] = field(default_factory=Counter)
    samples: list[tuple[str, str]] = field(default_factory=list)
    problems: list[tuple[str, str]] = field(default_factory=list)


def mirror(
    archive: Archive,
    root: Path,
    query: str,
    state: Path,
    *,
    write: bool = True,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Mirrored:
    """Bring the notes in `root` up to date; without `write`, only tell what would be done.

    `query` is one as for a search, "" for all chats. Raises `ChatholdError` if the folder lies where it must not, or
    (with `write`) is not there or cannot be written to.
    """
    check_notes(root, archive.folder, write=write)
    memory = Memory(state, root)
    with archive.reading(), explained(root):
        known = marks(archive.database)
        lines = [line for line in chosen(archive, Selection(Wish(query))) if not line.get("kind")]
        changed = [line for line in lines if _mark(known, line) != _remembered(memory, line)]
        done = Mirrored(root, Counter({Act.LEFT: len(lines) - len(changed)}))
        if not changed:
            return done
        notes = Notes(root)
        _check_there(memory, notes)
        writer = _Writer(archive, notes, memory, done, write=write)
        for number, line in enumerate(changed):
            progress(number, len(changed))
            try:
                writer.treat(line, _mark(known, line))
            except Damaged:
                done.problems.append((line["id"], DAMAGED))
        if write:
            memory.save()
    return done


def _mark(known: dict[str, bytes], line: Json) -> str:
    return f"{WRITER} {known[line['id']].hex()}"


def _remembered(memory: Memory, line: Json) -> str:
    written = memory.notes.get(line["id"])
    return written.mark if written else ""


def _check_there(memory: Memory, notes: Notes) -> None:
    """Where none of many notes is left, they are rather elsewhere than deleted."""
    if memory.notes and not notes.found:
        raise ChatholdError(
            _("None of the notes that were written is in this folder any more."),
            place=str(notes.root),
            advice=_("Bring them back; or remove {file}, and all are written anew.").format(file=memory.path),
        )


class _Writer:
    """Treats one chat after another."""

    def __init__(
        self, archive: Archive, notes: Notes, memory: Memory, done: Mirrored, *, write: bool
    ) -> None:
        self._archive = archive
        self._notes = notes
        self._memory = memory
        self._done = done
        self._write = write
        self._labels = labelled(accounts(archive))

    def treat(self, line: Json, mark: str) -> None:
        """Plan what is to be done about a chat, and do it."""
        shown = with_names(self._archive, views.show(self._archive, line["id"]))
        named = facts_of(shown, self._labels)
        facts = {name: named[name] for name in NAMES}
        plan = self._plan(shown, facts)
        if plan.text and len(self._done.samples) < _SAMPLES:
            self._done.samples.append((self._notes.relative(plan.path), plan.text))
        if self._write and plan.text and not self._do(plan, shown):
            self._done.problems.append((str(plan.path), MEANWHILE))
            return
        self._done.acts[plan.act] += 1
        self._memory.notes[line["id"]] = Written(self._notes.relative(plan.path), mark, plan.beside)

    def _do(self, plan: Plan, shown: Json) -> bool:
        """Write the note, its files first; false if something came between."""
        for digest, name in _files(shown):
            self._notes.add_file(path_in(self._archive, digest), name)
        if plan.found is not None:
            return self._notes.replace(plan.found, plan.text)
        return self._notes.add(plan.path, plan.text)

    def _plan(self, shown: Json, facts: dict[str, str | int | None]) -> Plan:
        """A note that is ours is renewed; beside one that a person changed stands a new one; deleted is deleted."""
        line = shown["conversation"]
        written = self._memory.notes.get(line["id"])
        notes = self._notes.of(line["id"])
        notes.sort(
            key=lambda each: (not each.note.intact, written is None or self._is(each, written) is False)
        )
        first = next(iter(notes), None)
        if first is None:
            if written is not None:
                return Plan(Act.DELETED, self._notes.root / written.path, beside=written.beside)
            path = self._notes.free(
                self._notes.root / provider_of(line["provider"]).TITLE,
                safe_stem(title_of(line)),
                line["id"][:8],
            )
            return Plan(Act.NEW, path, new_note(facts, self._body(shown, path)))
        body = self._body(shown, first.path)
        beside = written is not None and written.beside
        if (first.note.block, first.note.facts) == (hash_of(fit(body)), hash_of_facts(facts)):
            return Plan(Act.LEFT, first.path, beside=beside and self._is(first, written))
        if first.note.intact:
            text = renewed(first.text, facts, body)
            return Plan(Act.RENEWED, first.path, text, first, beside=beside and self._is(first, written))
        if beside and not any(self._is(each, written) for each in notes):
            return Plan(Act.DELETED, self._notes.root / written.path, beside=True)  # type: ignore[union-attr]
        return self._beside(first, shown, facts)

    def _beside(self, changed: Found, shown: Json, facts: dict[str, str | int | None]) -> Plan:
        path = self._notes.free(
            changed.path.parent, f"{changed.path.stem} (chathold)", shown["conversation"]["id"][:8]
        )
        return Plan(Act.BESIDE, path, new_note(facts, self._body(shown, path)), beside=True)

    def _is(self, found: Found, written: Written | None) -> bool:
        return written is not None and self._notes.relative(found.path) == written.path

    def _body(self, shown: Json, path: Path) -> str:
        """The text of the note at this path, with its links from there."""
        up = os.path.relpath(self._notes.root / FILES, path.parent).replace(os.sep, "/")
        return body_of(shown, lambda each: f"{up}/{named_by_hash(each)}" if each["sha256"] else None)


def _files(shown: Json) -> Iterator[tuple[str, str]]:
    """The hashes and names of the files that a chat names and the archive has."""
    for message in shown["messages"]:
        for attachment in message["attachments"]:
            if attachment["sha256"]:
                yield attachment["sha256"], named_by_hash(attachment)
