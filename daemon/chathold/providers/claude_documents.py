"""What in a Claude export is no conversation: projects, memories, artifacts, feedback.

Each piece is a section, a message of role `DOCUMENT` with an id that stays from export to export:

    project    description, prompt_template, and each file of its knowledge by its uuid
    memory     conversations_memory, `project:<uuid>`, `file:<path>`, and whatever other text there is
    artifact   each version by its id; its page is an asset, `artifacts/<id>/versions/<version>`
    other      what else in any of these reads like words: exports rename things
    feedback   the entries of `reflections/`, whose shape is not known: every text in them
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chathold.core.model import Attachment, Message, Part, PartKind, Reading, Role
from chathold.core.texts import N_
from chathold.providers.claude_content import compact, objects
from chathold.providers.claude_identity import Register
from chathold.providers.notes import Notes
from chathold.providers.values import mapping, seconds, text
from chathold.providers.words import MISBUILT, NO_TEXT, other_words, told_by

_ODD_SECTION = N_("A section of this document could not be read.")
_MEMORY = N_("Memory")
_FEEDBACK = N_("Feedback")
_NAMELESS = ("uuid", "_id", "_at", "_time", "timestamp")
"""Endings of names whose values are no text."""
_NO_WORDS = NO_TEXT | {"creator", "owner_account"}


class _Document:
    """A document while its sections are read."""

    def __init__(self) -> None:
        self.notes = Notes()
        self.sections: list[Message] = []
        self.register = Register(self.notes)
        self.told: list[str] = []

    def add(
        self,
        name: str,
        said: Any,
        title: str = "",
        time: Any = None,
        file: Attachment | None = None,
    ) -> None:
        """Add a section; one that has nothing to say and no title is left out."""
        if not isinstance(said, str):
            self.told += other_words((), said)
            said = "" if said is None else compact(said)
        when = seconds(time)
        parts = [Part(PartKind.TEXT, said, name=title)] if said or title else []
        if file:
            parts.append(Part(PartKind.ATTACHMENT, name=file.name, ref=file.id))
        if not parts:
            return
        given = {"said": said, "title": title, "time": when}
        if unique := self.register.name(name, given, Role.DOCUMENT, when, name):
            self.sections.append(
                Message(
                    id=unique,
                    role=Role.DOCUMENT,
                    author=title,
                    time=when,
                    parts=tuple(parts),
                    attachments=(file,) if file else (),
                )
            )

    def look_through(self, value: Mapping[str, Any], *titles: str) -> None:
        """Add what reads like words in the document, beside its titles, and stands in no section."""
        told = told_by((part for each in self.sections for part in each.parts), ())
        if found := other_words([*told, *titles, *self.told], value, _NO_WORDS):
            self.notes.add("", MISBUILT)
            said = Part(PartKind.UNKNOWN, "\n".join(found))
            self.sections.append(Message(id="other", role=Role.DOCUMENT, parts=(said,)))

    def finish(self, title: str, account: Any, value: Mapping[str, Any]) -> Reading:
        """The reading of the document whose sections have been read."""
        return Reading(
            title=title,
            created=seconds(value.get("created_at")),
            updated=seconds(value.get("updated_at")),
            account=text(account),
            messages=tuple(self.sections),
            problems=tuple(self.notes.problems),
        )


def read_project(value: Mapping[str, Any]) -> Reading:
    """A project: what it is for, its instructions, its files. A starter project belongs to nobody."""
    document = _Document()
    for name in ("description", "prompt_template"):
        document.add(name, value.get(name))
    for _where, doc in objects(value.get("docs"), "docs", document.notes, _ODD_SECTION):
        title = text(doc.get("filename"))
        name = text(doc.get("uuid")) or (f"file:{title}" if title else "")
        document.add(name, doc.get("content"), title, doc.get("created_at"))
    creator = "" if value.get("is_starter_project") is True else mapping(value.get("creator")).get("uuid")
    document.look_through(value, text(value.get("name")))
    return document.finish(text(value.get("name")), creator, value)


def read_memory(value: Mapping[str, Any]) -> Reading:
    """What Claude remembers of one account."""
    document = _Document()
    document.add("conversations_memory", value.get("conversations_memory"))
    projects = mapping(value.get("project_memories"))
    for project in sorted(projects):
        document.add(f"project:{project}", projects[project])
    for _where, file in objects(value.get("memory_files"), "memory_files", document.notes, _ODD_SECTION):
        path = text(file.get("path"))
        document.add(f"file:{path}" if path else "", file.get("content"), path, file.get("updated_at"))
    known = {"conversations_memory", "project_memories", "memory_files"}
    for name in sorted(value.keys() - known):
        held = value[name]
        if held and isinstance(held, str | dict | list) and not name.endswith(_NAMELESS):
            document.add(name, held)
    document.look_through(value)
    return document.finish(_MEMORY, value.get("account_uuid"), value)


def version_asset(artifact: str, version: str) -> str:
    """The id of the page of one version of an artifact."""
    return f"artifacts/{artifact}/versions/{version}"


def read_artifact(value: Mapping[str, Any]) -> Reading:
    """A published artifact: its versions, whose pages are files beside it."""
    document = _Document()
    artifact, active = text(value.get("id")), text(value.get("active_version"))
    shown = newest = ""
    for _where, version in objects(value.get("versions"), "versions", document.notes, _ODD_SECTION):
        name, title = text(version.get("id")), text(version.get("title"))
        shown, newest = title if name == active else shown, title or newest
        page = Attachment(version_asset(artifact, name), title) if name else None
        said = "\n\n".join(filter(None, (title, text(version.get("description")))))
        document.add(name, said, title, version.get("created_at"), page)
    owner = value.get("owner_account")
    document.look_through(value)
    return document.finish(shown or newest, text(owner) or mapping(owner).get("uuid"), value)


def read_feedback(value: Mapping[str, Any]) -> Reading:
    """Whatever a person told the service, in whatever shape: one section for each entry that holds text."""
    document = _Document()
    for name in sorted(value):
        held = value[name]
        if name.endswith(_NAMELESS):
            continue
        if isinstance(held, list):
            for entry in held:
                _add_entry(document, name, entry)
        else:
            document.add(name, _told(held))
    account = value.get("account_uuid") or value.get("user_uuid")
    return document.finish(_FEEDBACK, account, value)


def _add_entry(document: _Document, name: str, entry: Any) -> None:
    held = mapping(entry)
    own = text(held.get("uuid")) or text(held.get("id"))
    document.add(f"{name}:{own}" if own else "", _told(entry), time=held.get("created_at"))


def _told(held: Any) -> str:
    """The strings directly in an object or list, names sorted; anything deeper as JSON."""
    match held:
        case str():
            return held
        case dict():
            names = sorted(name for name in held if not name.endswith(_NAMELESS) and name != "id")
            return "\n".join(filter(None, (_flat(held[name]) for name in names)))
        case list():
            return "\n".join(filter(None, map(_flat, held)))
        case _:
            return ""


def _flat(value: Any) -> str:
    if isinstance(value, str):
        return value
    return compact(value) if isinstance(value, dict | list) and value else ""


def holds_text(value: Any) -> bool:
    """Whether any text is in a value, be it ever so deep; ids and times are none."""
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, str) and each:
            return True
        if isinstance(each, list):
            waiting.extend(each)
        elif isinstance(each, dict):
            waiting.extend(
                held for name, held in each.items() if name != "id" and not name.endswith(_NAMELESS)
            )
    return False
