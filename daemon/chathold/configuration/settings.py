"""Every setting, described once: its table and name, what it can be, its default, what it means.

The check of `config.toml` follows from this, and so does the test of `config.example.toml`. Names are a promise:
they may be added to, never changed.
"""

from __future__ import annotations

from datetime import time
from pathlib import Path
from typing import Annotated, Any, get_args, get_type_hints

from msgspec import Struct, field
from msgspec.structs import fields

from chathold.configuration.kinds import Choice, Filters, Flag, Folder, Folders, Kind, Number, TimeOfDay
from chathold.core.texts import LOCALES, N_

LEAVE, TRASH, MOVE = "leave", "trash", "move"
"""What becomes of a download once it is imported."""

LANGUAGES = ("", "en", *sorted(each.name for each in Path(LOCALES).iterdir()))
"""Those that the program speaks; the first is the desktop's."""


class Downloads(Struct, frozen=True):
    """Which folders are watched, how, and what becomes of the exports in them."""

    folders: Annotated[
        tuple[Path, ...],
        Folders(),
        N_("The folders to watch. None: the desktop's Downloads folder, wherever it is moved."),
    ] = ()
    after_import: Annotated[
        str,
        Choice((LEAVE, TRASH, MOVE)),
        N_(
            "What becomes of an export once it is in the archive: it is left alone, put into the trash, or moved."
        ),
    ] = LEAVE
    move_to: Annotated[
        Path | None,
        Folder(),
        N_('The folder that exports are moved to, if after_import is "move".'),
    ] = None
    quiet_seconds: Annotated[
        float,
        Number(0.1, 600),
        N_("For how many seconds a download must not have changed before it is looked into."),
    ] = 3.0
    scan_minutes: Annotated[
        float,
        Number(0.1, 1440),
        N_(
            "After how many minutes the folders are looked through again, whatever the system told of changes."
        ),
    ] = 5.0
    events: Annotated[
        bool,
        Flag(),
        N_("Whether the system is asked to tell of changes, so that a download is noticed at once."),
    ] = True


class ArchivePlace(Struct, frozen=True):
    """Where the archive is."""

    folder: Annotated[
        Path | None,
        Folder(),
        N_('The archive\'s folder. Empty: the usual place, which "chathold status" names.'),
    ] = None


class Log(Struct, frozen=True):
    """What is logged."""

    level: Annotated[
        str,
        Choice(("info", "debug")),
        N_("How much the log tells. Chat text is never in it."),
    ] = "info"


class Desktop(Struct, frozen=True):
    """How Chathold shows itself on the desktop."""

    language: Annotated[
        str,
        Choice(LANGUAGES),
        N_("The language of the pages, the notices, the tray and the log. Empty: the desktop's."),
    ] = ""


class Mirror(Struct, frozen=True):
    """Which chats are kept up to date as notes, and where."""

    folder: Annotated[
        Path | None,
        Folder(),
        N_(
            'The folder of notes to keep up to date. Empty: none. "chathold mirror DIR" shows what it would hold.'
        ),
    ] = None
    format: Annotated[
        str,
        Choice(("markdown",)),
        N_("How the notes are written."),
    ] = "markdown"
    filters: Annotated[
        str,
        Filters(),
        N_("Which chats: words and filters as in a search, such as provider:claude. Empty: all."),
    ] = ""


class Reminders(Struct, frozen=True):
    """When Chathold reminds of exporting again."""

    on: Annotated[
        bool,
        Flag(),
        N_("Whether Chathold reminds you of exporting again."),
    ] = True
    days: Annotated[
        float,
        Number(1, 3650),
        N_("After how many days an account's last export is old, counted from the export's own date."),
    ] = 30.0
    chatgpt_days: Annotated[
        float,
        Number(0, 3650),
        N_("The same for ChatGPT alone. 0: as days says."),
    ] = 0.0
    claude_days: Annotated[
        float,
        Number(0, 3650),
        N_("The same for Claude alone. 0: as days says."),
    ] = 0.0
    deepseek_days: Annotated[
        float,
        Number(0, 3650),
        N_("The same for DeepSeek alone. 0: as days says."),
    ] = 0.0


class Notices(Struct, frozen=True):
    """What notices tell of, and when."""

    imported: Annotated[
        bool,
        Flag(),
        N_("Whether a notice says what was imported."),
    ] = True
    attention: Annotated[
        bool,
        Flag(),
        N_("Whether a notice says that something needs attention."),
    ] = True
    parts: Annotated[
        bool,
        Flag(),
        N_("Whether a notice says that parts of an export are still to be downloaded."),
    ] = True
    quiet_from: Annotated[
        time,
        TimeOfDay(),
        N_("From when on no notice is shown, reminders included; it is shown when the quiet hours are over."),
    ] = time(22)
    quiet_until: Annotated[
        time,
        TimeOfDay(),
        N_("Until when no notice is shown. The same as quiet_from: there are no quiet hours."),
    ] = time(8)


class Settings(Struct, frozen=True):
    """All settings; a field is a table of `config.toml`."""

    downloads: Downloads = field(default_factory=Downloads)
    archive: ArchivePlace = field(default_factory=ArchivePlace)
    log: Log = field(default_factory=Log)
    desktop: Desktop = field(default_factory=Desktop)
    mirror: Mirror = field(default_factory=Mirror)
    reminders: Reminders = field(default_factory=Reminders)
    notices: Notices = field(default_factory=Notices)


class Setting(Struct, frozen=True):
    """One setting as it is described above. `meaning` is in English, to be translated where it is shown."""

    table: str
    key: str
    kind: Kind
    default: Any
    meaning: str

    @property
    def name(self) -> str:
        """As in `downloads.folders`."""
        return f"{self.table}.{self.key}"


TABLES: dict[str, type[Any]] = get_type_hints(Settings)
"""The class of each table."""


def _described(table: str) -> list[Setting]:
    hints = get_type_hints(TABLES[table], include_extras=True)
    return [
        Setting(table, each.name, *_order(hints[each.name], each.default)) for each in fields(TABLES[table])
    ]


def _order(hint: Any, default: Any) -> tuple[Kind, Any, str]:
    _type, kind, meaning = get_args(hint)
    return kind, default, meaning


SETTINGS: tuple[Setting, ...] = tuple(setting for table in TABLES for setting in _described(table))
"""Every setting, in the order of the file."""
