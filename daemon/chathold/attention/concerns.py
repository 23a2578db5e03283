"""From how things are to what needs attention, the gravest first.

Titles name no file and nothing that stands in a chat, so that a tray or a notice may show them; details name files.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from enum import IntEnum, StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from chathold.core.texts import _, ngettext
from chathold.reminders.words import key_of
from chathold.state import Pending, Stage

if TYPE_CHECKING:
    from chathold.configuration import Fault
    from chathold.core.errors import ChatholdError
    from chathold.reminders import Reminder


class Severity(IntEnum):
    """How much it matters."""

    MILD = 1
    """Worth knowing; all works."""
    WAITING = 2
    """Something does not go on before somebody does something, or time passes."""
    FAILED = 3
    """Something did not work."""


class Kind(StrEnum):
    """What it is about."""

    SETTINGS = "settings"
    ARCHIVE = "archive"
    DAMAGE = "damage"
    DOWNLOAD = "download"
    PARTS = "parts"
    RESCUED = "rescued"
    GONE = "gone"
    FOLDER = "folder"
    NOTES = "notes"
    PAUSED = "paused"
    STOPPED = "stopped"
    READING = "reading"
    COPY = "copy"
    REMINDER = "reminder"
    NOTICES = "notices"


class Leads(StrEnum):
    """Where the next step can be made."""

    NOWHERE = ""
    IMPORTS = "imports"
    PARTS = "parts"
    QUESTION = "question"
    SETTINGS = "settings"
    SERVICES = "services"
    RESUME = "resume"
    CHECK = "check"
    COPY = "copy"
    REMINDER = "reminder"


class Concern(Struct, frozen=True):
    """One thing: what it is, more of it, the next step in words, and where that leads.

    `target` is what it is about, where `leads` needs to know: an export's SHA-256, a service's name. `typed` is the
    step with the command to type, for a terminal, where a page has a button for it.
    """

    kind: Kind
    severity: Severity
    title: str
    detail: str = ""
    step: str = ""
    leads: Leads = Leads.NOWHERE
    target: str = ""
    typed: str = ""

    @property
    def step_to_type(self) -> str:
        """The next step for who reads it in a terminal."""
        return self.typed or self.step

    def json(self) -> dict[str, str]:
        """As `status --json` prints it."""
        return {
            "kind": self.kind.value,
            "severity": self.severity.name.lower(),
            "title": self.title,
            "detail": self.detail,
            "step": self.step_to_type,
        }


class Situation(Struct, frozen=True):
    """How things are. `parts` and `questions` as `archive.waiting` and `archive.asking` have them.

    `watching` as `status` prints it; `to_read` chats and documents are not read yet, `to_index` not searchable yet.
    `holds`: whether there is anything in the archive of which a second copy could be made; `beside` of the `copies`
    are on the same disk as the archive.
    `away` is what to say where the archive is not where it was; `damaged` chats, documents and files are known to be.
    `lost` of the copies are not where they were made.
    `notes` is why the folder of notes cannot be kept up to date.
    `reminders` are those that want something, each with its words; `unseen` notices no desktop has shown.
    """

    pending: Sequence[Pending] = ()
    parts: Sequence[Mapping[str, Any]] = ()
    questions: Sequence[Mapping[str, Any]] = ()
    faults: Sequence[Fault] = ()
    notes: ChatholdError | None = None
    away: ChatholdError | None = None
    damaged: int = 0
    watching: Sequence[Mapping[str, str]] = ()
    running: bool = True
    paused: bool = False
    to_read: int = 0
    to_index: int = 0
    holds: bool = False
    copies: int = 0
    beside: int = 0
    lost: int = 0
    reminders: Sequence[tuple[Reminder, str]] = ()
    unseen: int = 0


def concerns(now: Situation) -> tuple[Concern, ...]:
    """What needs attention, the gravest first."""
    found = [
        *_of_settings(now.faults),
        *_of_archive(now),
        *_of_notes(now.notes),
        *map(_of_download, now.pending),
        *map(_of_parts, now.parts),
        *map(_of_gone, now.questions),
        *_of_watching(now),
        *_of_catching_up(now),
        *_of_copies(now),
        *(_of_reminder(each, words) for each, words in now.reminders),
        *_of_notices(now.unseen),
    ]
    return tuple(sorted(found, key=lambda each: -each.severity))


def _of_settings(faults: Sequence[Fault]) -> Iterator[Concern]:
    for each in faults:
        place = _("Line {line}: {what}").format(line=each.line, what=each.what) if each.line else each.what
        yield Concern(
            Kind.SETTINGS,
            Severity.FAILED,
            _("There is a mistake in the settings."),
            place,
            each.fix,
            Leads.SETTINGS,
        )


def _of_archive(now: Situation) -> Iterator[Concern]:
    if now.away is not None:
        yield Concern(Kind.ARCHIVE, Severity.FAILED, now.away.title, now.away.place, now.away.advice)
    if now.damaged:
        title = ngettext(
            "{n} chat, document or file is damaged on this disk.",
            "{n} chats, documents or files are damaged on this disk.",
            now.damaged,
        ).format(n=f"{now.damaged:,}")
        step = _("Import again the export that held it, or bring a second copy up to date: that mends it.")
        typed = _('"chathold verify" names all that is damaged, and what mends it.')
        yield Concern(Kind.DAMAGE, Severity.FAILED, title, "", step, Leads.CHECK, typed=typed)


def _of_notes(error: ChatholdError | None) -> Iterator[Concern]:
    if error is not None:
        title = _("The folder of notes is not kept up to date.")
        detail = f"{error.place}: {error.title}"
        yield Concern(Kind.NOTES, Severity.FAILED, title, detail, error.advice, Leads.SETTINGS)


def _of_download(pending: Pending) -> Concern:
    title, severity = {
        Stage.FAILED: (_("A download could not be read."), Severity.FAILED),
        Stage.RETRYING: (_("A download waits; it is tried again by itself."), Severity.WAITING),
        Stage.WAITING: (_("A download is not whole yet."), Severity.MILD),
    }[pending.stage]
    detail = f"{pending.path.name}: {pending.reason}"
    leads = Leads.SERVICES if pending.stage is Stage.FAILED else Leads.NOWHERE
    return Concern(Kind.DOWNLOAD, severity, title, detail, pending.advice, leads)


def _of_parts(line: Mapping[str, Any]) -> Concern:
    if line["state"] == "partly_read":
        detail = f"{Path(line['path']).name}: {line['reason']}"
        step = _("Download it again, if the service still has it.")
        title = _("Of a download only a part could be read.")
        return Concern(Kind.RESCUED, Severity.WAITING, title, detail, step, Leads.SERVICES)
    if line["state"] == "lacks_parts":
        step = _("Download it again, or ask the service for a new one. Until then nothing counts as gone.")
        return Concern(
            Kind.PARTS, Severity.WAITING, _("An export is not whole."), line["reason"], step, Leads.PARTS
        )
    step = _("Download each of them once. Until then nothing counts as gone.")
    title = ngettext(
        "An export is not complete: {n} file is still to be downloaded.",
        "An export is not complete: {n} files are still to be downloaded.",
        len(line["missing"]),
    ).format(n=len(line["missing"]))
    if not line["missing"]:
        title = _("Files of two exports could be mixed up.")
        step = _("Keep each export's files in a folder of their own, and import them from there.")
    return Concern(Kind.PARTS, Severity.WAITING, title, line["reason"], step, Leads.PARTS)


def _of_gone(question: Mapping[str, Any]) -> Concern:
    held = ngettext(
        "The {service} export ({label}) holds {held} of your {n} chat. Nothing here was removed.",
        "The {service} export ({label}) holds {held} of your {n} chats. Nothing here was removed.",
        question["known"],
    )
    return Concern(
        Kind.GONE,
        Severity.WAITING,
        _("Very many chats are missing from an export all at once."),
        held.format(
            service=question["service"], label=question["label"], held=question["held"], n=question["known"]
        ),
        _(
            'Say whether you deleted the others there: "chathold check {account} --deleted-there yes", or no.'
        ).format(account=f"{question['provider']}/{question['account']}"),
        Leads.QUESTION,
        question["file"],
    )


def _of_watching(now: Situation) -> Iterator[Concern]:
    if not now.running:
        title = _("Nobody watches for downloads.")
        step = _('Start Chathold from the applications menu, or with "chathold run".')
        yield Concern(Kind.STOPPED, Severity.WAITING, title, "", step)
        return
    if now.paused:
        title = _("Paused: new downloads are not looked at.")
        yield Concern(Kind.PAUSED, Severity.WAITING, title, "", _("Go on watching."), Leads.RESUME)
    for each in now.watching:
        if each["state"] not in ("watching", "polling"):
            yield Concern(
                Kind.FOLDER,
                Severity.FAILED,
                _("A folder cannot be watched."),
                f"{each['folder']}: {each['reason']}",
                _("Bring it back, or watch another one."),
                Leads.SETTINGS,
            )


def _of_catching_up(now: Situation) -> Iterator[Concern]:
    if now.to_read:
        title = ngettext(
            "{n} chat or document is still to be read.",
            "{n} chats and documents are still to be read.",
            now.to_read,
        ).format(n=f"{now.to_read:,}")
        yield Concern(Kind.READING, Severity.MILD, title, "", _("That goes on by itself."))
    elif now.to_index:
        title = ngettext(
            "{n} chat or document cannot be searched yet.",
            "{n} chats and documents cannot be searched yet.",
            now.to_index,
        ).format(n=f"{now.to_index:,}")
        yield Concern(Kind.READING, Severity.MILD, title, "", _("That goes on by itself."))


def _of_copies(now: Situation) -> Iterator[Concern]:
    if not now.holds:
        return
    if not now.copies:
        title, detail = _("There is only one copy of your archive."), _("If this disk fails, it is lost.")
        step = _("Make a second one on another disk.")
        typed = _('Make a second one on another disk: "chathold backup DIR".')
    elif now.copies == now.lost:
        title = _("The second copy of your archive is not where it was.")
        detail, step = (
            _("If this disk fails, there may be no other."),
            _("Connect its disk, or make another one."),
        )
        typed = _('Connect its disk, or make another one: "chathold backup DIR".')
    elif now.copies == now.beside:
        title = _("The second copy of your archive is on the same disk.")
        detail, step = _("If this disk fails, both are lost."), _("Make one on another disk.")
        typed = _('Make one on another disk: "chathold backup DIR".')
    else:
        return
    yield Concern(Kind.COPY, Severity.MILD, title, detail, step, Leads.COPY, typed=typed)


def _of_reminder(reminder: Reminder, words: str) -> Concern:
    key = f"{reminder.provider}/{reminder.account}"
    step = {
        "due": _('Ask for a new export there, and say so: "chathold remind asked {account}".'),
        "asked": _('When its link is there, say so: "chathold remind came {account}".'),
    }.get(reminder.stage.value, _("Download it as soon as it is there."))
    step = step.format(account=key_of(reminder))
    return Concern(Kind.REMINDER, Severity.MILD, words, "", step, Leads.REMINDER, key)


def _of_notices(count: int) -> Iterator[Concern]:
    if count:
        title = ngettext(
            "{n} notice could not be shown on the desktop yet.",
            "{n} notices could not be shown on the desktop yet.",
            count,
        ).format(n=count)
        yield Concern(
            Kind.NOTICES, Severity.MILD, title, "", _("The list of imports tells the same."), Leads.IMPORTS
        )
