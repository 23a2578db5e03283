"""Settings as the fields of a form, made from their descriptions: a new setting appears by itself.

What is not named here is shown by its own name, in a text field.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from datetime import time
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from chathold.configuration import SETTINGS, Fault, Setting
from chathold.configuration.kinds import Choice, Filters, Flag, Folder, Folders, Number, TimeOfDay
from chathold.configuration.writing import Value
from chathold.core.texts import N_, _
from chathold.reader.forms import Form

TABLES = {
    "downloads": N_("Downloads"),
    "archive": N_("Archive"),
    "desktop": N_("Desktop"),
    "log": N_("Log"),
    "reminders": N_("Reminders"),
    "notices": N_("Notices"),
    "mirror": N_("Notes folder"),
}

TITLES = {
    "downloads.folders": N_("Watched folders"),
    "downloads.after_import": N_("After an import"),
    "downloads.move_to": N_("Move to"),
    "downloads.quiet_seconds": N_("Seconds of quiet"),
    "downloads.scan_minutes": N_("Minutes between looks"),
    "downloads.events": N_("Notice downloads at once"),
    "archive.folder": N_("Archive folder"),
    "log.level": N_("Detail of the log"),
    "reminders.on": N_("Remind me of exporting again"),
    "reminders.days": N_("After so many days"),
    "reminders.chatgpt_days": N_("Days for ChatGPT"),
    "reminders.claude_days": N_("Days for Claude"),
    "reminders.deepseek_days": N_("Days for DeepSeek"),
    "notices.imported": N_("Say what was imported"),
    "notices.attention": N_("Say what needs attention"),
    "notices.parts": N_("Say which parts are missing"),
    "notices.quiet_from": N_("Quiet from"),
    "notices.quiet_until": N_("Quiet until"),
    "mirror.folder": N_("Folder of notes"),
    "mirror.format": N_("Form of the notes"),
    "mirror.filters": N_("Which chats"),
    "desktop.language": N_("Language"),
}

WORDS = {
    "downloads.after_import": {
        "leave": N_("Leave the download where it is"),
        "trash": N_("Put it into the trash"),
        "move": N_("Move it to a folder"),
    },
    "desktop.language": {"": N_("The desktop's"), "en": "English", "zh_CN": "简体中文"},
    "mirror.format": {"markdown": "Markdown"},
    "log.level": {"info": N_("Usual"), "debug": N_("More, to find a mistake")},
}

MEANINGS = {
    "downloads.move_to": N_("The folder that exports are moved to, if they are to be moved after an import."),
    "mirror.folder": N_("The folder of notes to keep up to date. Empty: none."),
    "reminders.chatgpt_days": N_("The same for ChatGPT alone. 0: as for all."),
    "reminders.claude_days": N_("The same for Claude alone. 0: as for all."),
    "reminders.deepseek_days": N_("The same for DeepSeek alone. 0: as for all."),
    "notices.quiet_until": N_(
        "Until when no notice is shown. The same time twice: there are no quiet hours."
    ),
}
"""What a setting means, where the file says it by the names of others."""

WANTED: dict[type[Any], str] = {
    TimeOfDay: N_("It is a time of day, from 00:00 to 23:59."),
    Filters: N_("It is words and filters as in a search."),
    Folder: N_("It is the full path of a folder. It may begin with ~."),
    Folders: N_("Each line is the full path of a folder. It may begin with ~."),
}
"""What will do in a field, where the file wants it in brackets or between quotes."""

_NAMES = re.compile("|".join(sorted((re.escape(each.name) for each in SETTINGS), key=len, reverse=True)))

RARE = frozenset(
    {
        "downloads.quiet_seconds",
        "downloads.scan_minutes",
        "downloads.events",
        "archive.folder",
        "log.level",
        "mirror.format",
        "reminders.chatgpt_days",
        "reminders.claude_days",
        "reminders.deepseek_days",
    }
)
"""What hardly anybody changes, shown when asked for."""


class Field(Struct, frozen=True):
    """One setting in the form. `shown` is what stands in the field; `choices` are value and words."""

    name: str
    title: str
    meaning: str
    sort: str
    shown: str
    fault: Fault | None = None
    choices: Sequence[tuple[str, str]] = ()
    low: float = 0.0
    high: float = 0.0
    placeholder: str = ""

    @property
    def place(self) -> str:
        """The field's id in the page."""
        return self.name.replace(".", "-")


class Group(Struct, frozen=True):
    """Settings that stand together."""

    title: str
    fields: tuple[Field, ...]
    rare: bool = False

    @property
    def faulty(self) -> bool:
        """Whether something in it has to be put right."""
        return any(each.fault for each in self.fields)


def groups(
    values: Mapping[str, Any], faults: Sequence[Fault] = (), placeholders: Mapping[str, str] | None = None
) -> list[Group]:
    """All settings as fields, by table, those that are seldom changed last.

    `values` are those that are written, or were tried, by name.
    """
    known = {fault.name: fault for fault in faults}
    fields = {
        each.name: _field(each, values, known.get(each.name), (placeholders or {}).get(each.name, ""))
        for each in SETTINGS
    }
    made = [
        Group(
            _(TABLES[table]) if table in TABLES else table.capitalize(),
            tuple(fields[each.name] for each in SETTINGS if each.table == table and each.name not in RARE),
        )
        for table in dict.fromkeys(each.table for each in SETTINGS)
    ]
    rare = tuple(fields[each.name] for each in SETTINGS if each.name in RARE)
    return [*(each for each in made if each.fields), Group(_("What is seldom changed"), rare, rare=True)]


def read(form: Form) -> dict[str, Value]:
    """The settings that a form says, as they would be written; what is no number stays as it was typed."""
    return {
        each.name: _said(each, form) for each in SETTINGS if each.name in form or isinstance(each.kind, Flag)
    }


def _field(setting: Setting, values: Mapping[str, Any], fault: Fault | None, placeholder: str) -> Field:
    value = values.get(setting.name, setting.default)
    meaning = _(MEANINGS.get(setting.name, setting.meaning))
    fault = _for_a_form(fault, setting) if fault else None
    field = Field(
        setting.name, _title(setting), meaning, "text", _shown(value), fault, placeholder=placeholder
    )
    match setting.kind:
        case Flag():
            return replace(field, sort="flag", shown="on" if value is True else "")
        case Number(low=low, high=high):
            return replace(field, sort="number", low=low, high=high)
        case Choice(words=words):
            said = WORDS.get(setting.name, {})
            return replace(
                field,
                sort="choice",
                choices=[(word, _(said[word]) if said.get(word) else word) for word in words],
            )
        case Folders():
            return replace(field, sort="lines")
        case Folder():
            return replace(field, sort="folder")
        case TimeOfDay():
            return replace(field, sort="time")
        case _:
            return field


def _title(setting: Setting) -> str:
    known = TITLES.get(setting.name)
    return _(known) if known else setting.key.replace("_", " ").capitalize()


def _for_a_form(fault: Fault, setting: Setting) -> Fault:
    """A fault in words of the form: settings by their titles, and nothing of how the file is written."""
    fix = fault.fix
    if fix == setting.kind.wanted and type(setting.kind) in WANTED:
        fix = _(WANTED[type(setting.kind)])
    return replace(fault, what=_titled(fault.what), fix=_titled(fix))


def _titled(words: str) -> str:
    titles = {each.name: _title(each) for each in SETTINGS}
    return _NAMES.sub(lambda found: _("“{title}”").format(title=titles[found[0]]), words)


def _shown(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case time():
            return value.strftime("%H:%M")
        case float() if value.is_integer():
            return str(int(value))
        case list() | tuple():
            return "\n".join(map(str, value))
        case _:
            return str(value)


def _said(setting: Setting, form: Form) -> Value:
    typed = form.get(setting.name)
    match setting.kind:
        case Flag():
            return setting.name in form
        case Number():
            return _number(typed)
        case Folders():
            return [each.strip() for each in typed.splitlines() if each.strip()]
        case _:
            return typed


def _number(typed: str) -> Value:
    try:
        number = float(typed.replace(",", "."))
    except ValueError:
        return typed
    if math.isnan(number):
        return typed
    return int(number) if number.is_integer() and "e" not in typed.lower() else number
