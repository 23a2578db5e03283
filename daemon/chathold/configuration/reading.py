"""From `config.toml` to settings, or to all that is wrong with it."""

from __future__ import annotations

import difflib
import json
import re
import tomllib
from bisect import bisect_left
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from chathold.configuration.faults import ConfigurationError, Fault
from chathold.configuration.kinds import Unfit
from chathold.configuration.lines import Name, key_lines
from chathold.configuration.settings import MOVE, SETTINGS, TABLES, Setting, Settings
from chathold.core.texts import _

LARGEST = 64 << 10
"""Bytes; no one writes so many settings by hand."""

_POSITION = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")
_SHOWN = 60
_PLAIN_BITS = 64
_BY_NAME = {(setting.table, setting.key): setting for setting in SETTINGS}


def load(path: Path) -> Settings:
    """The settings in the file `path`; the defaults if there is none. Raises `ConfigurationError`."""
    settings, faults = examine(path)
    if faults:
        raise ConfigurationError(str(path), faults)
    return settings


def examine(path: Path) -> tuple[Settings, tuple[Fault, ...]]:
    """As many settings as can be used, defaults in place of the others, and all that is wrong with the file."""
    try:
        return examine_text(_text(path).removeprefix("\ufeff").replace("\r\n", "\n"))
    except _Unreadable as error:
        return Settings(), (error.fault,)


def text_of(path: Path) -> str:
    """The file's text as it is; empty if there is no file. Raises `ConfigurationError`."""
    try:
        return _text(path)
    except _Unreadable as error:
        raise ConfigurationError(str(path), [error.fault]) from error


def examine_text(text: str) -> tuple[Settings, tuple[Fault, ...]]:
    """The same for a file that holds this text."""
    try:
        document = _document(text)
    except _Unreadable as error:
        return Settings(), (error.fault,)
    values: dict[str, dict[str, Any]] = {table: {} for table in TABLES}
    doubts = list(_doubts(document, values))
    settings = Settings(**{table: TABLES[table](**values[table]) for table in TABLES})
    doubted = {doubt.name for doubt in doubts}
    if ("mirror", "filters") in doubted:  # without them the folder of notes would get what it must not hold
        settings = replace(settings, mirror=replace(settings.mirror, folder=None))
    doubts += _contradictions(settings, doubted)
    if not doubts:
        return settings, ()
    lines = key_lines(text)
    faults = [
        Fault(
            doubt.what,
            doubt.fix,
            lines.get(doubt.name) or lines.get(doubt.name[:1], 1),
            _shortened(".".join(doubt.name)),
        )
        for doubt in doubts
    ]
    return settings, tuple(sorted(faults, key=lambda fault: fault.line))


class _Unreadable(Exception):
    """Nothing of the file can be used."""

    def __init__(self, what: str, fix: str, line: int = 0) -> None:
        super().__init__(what)
        self.fault = Fault(what, fix, line)


class _Doubt(Struct, frozen=True):
    """A fault whose line has not been looked for."""

    name: Name
    what: str
    fix: str


# --- the file


def _text(path: Path) -> str:
    """The file's text; empty if there is no file."""
    try:
        if not path.exists() and not path.is_symlink():
            return ""
        if not path.is_file():
            raise _Unreadable(_("The settings are no file."), _("Remove what is there, or what it links to."))
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        reason = error.strerror or str(error)
        raise _Unreadable(
            _("The settings cannot be read: {reason}").format(reason=reason),
            _("Check that the file belongs to you."),
        ) from error
    if len(data) > LARGEST:
        raise _Unreadable(_("The file is too long for settings."), _("Begin with an empty one."), 1)
    return _decoded(data)


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _Unreadable(_("This is not UTF-8."), _("Save the file as UTF-8."), line) from error


def _document(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _not_toml(text, str(error)) from error
    except (ValueError, RecursionError) as error:
        fix = _("Correct this line, or put # before it.")
        raise _Unreadable(_("This is too deep, or too large a number."), fix, _too_much(text)) from error


def _not_toml(text: str, message: str) -> _Unreadable:
    """What the parser says, with its line; it says it in English."""
    lines = text.split("\n")
    position = _POSITION.search(message)
    number = int(position[1]) if position and position[1] else len(lines)
    reason = message[: position.start()] if position else message
    fix = _("Correct this line, or put # before it.")
    if "\\" in lines[number - 1] and '"' in lines[number - 1]:
        fix = _("A path with \\ goes between single quotes: 'D:\\Downloads'.")
    return _Unreadable(_("This is not TOML: {reason}").format(reason=reason), fix, number)


def _too_much(text: str) -> int:
    """The line at which the parser gives up: all beginnings of the text that reach it fail alike."""
    lines = text.split("\n")

    def gives_up(count: int) -> bool:
        try:
            tomllib.loads("\n".join(lines[:count]))
        except tomllib.TOMLDecodeError:
            return False
        except (ValueError, RecursionError):
            return True
        return False

    return bisect_left(range(len(lines)), True, lo=1, key=gives_up)


# --- what stands in it


def _doubts(document: dict[str, Any], values: dict[str, dict[str, Any]]) -> Iterator[_Doubt]:
    """All that will not do; what will is put into `values`."""
    for table, content in document.items():
        if table not in TABLES:
            yield _unknown((table,))
        elif not isinstance(content, dict):
            what = _("{name} is a table, with settings of its own.").format(name=table)
            yield _Doubt(
                (table,), what, _("Write [{name}] in a line, its settings below.").format(name=table)
            )
        else:
            yield from _doubts_in(table, content, values[table])


def _doubts_in(table: str, content: dict[str, Any], values: dict[str, Any]) -> Iterator[_Doubt]:
    for key, value in content.items():
        setting = _BY_NAME.get((table, key))
        if setting is None:
            yield _unknown((table, key))
            continue
        try:
            values[key] = setting.kind.read(value)
        except Unfit as unfit:
            yield _unfit(setting, unfit)


def _unfit(setting: Setting, unfit: Unfit) -> _Doubt:
    what = _("{name} cannot be {value}.").format(name=setting.name, value=_shown(unfit.value))
    return _Doubt((setting.table, setting.key), what, unfit.fix or setting.kind.wanted)


def _unknown(name: Name) -> _Doubt:
    """A name that nobody knows, and what it may have been meant for."""
    *table, key = name
    tables = {} if table else {known: f"[{known}]" for known in TABLES}
    here = tables | {setting.key: setting.name for setting in SETTINGS if [setting.table] == table}
    elsewhere = {setting.key: setting.name for setting in SETTINGS if setting.key == key}
    nearest = difflib.get_close_matches(key[:_SHOWN], here, n=1, cutoff=0.5)
    meant = here[nearest[0]] if nearest else elsewhere.get(key)
    fix = _("Did you mean {name}?") if meant else _("Known here: {name}.")
    what = _("There is no setting {name}.").format(name=_shortened(".".join(name)))
    return _Doubt(name, what, fix.format(name=meant or ", ".join(here.values())))


def _contradictions(settings: Settings, doubted: set[Name]) -> list[_Doubt]:
    """Settings that will do by themselves, and not together."""
    downloads = settings.downloads
    if downloads.after_import != MOVE or downloads.move_to or ("downloads", "move_to") in doubted:
        return []
    what = _("Exports are to be moved, and no folder is named for them.")
    return [_Doubt(("downloads", "after_import"), what, _("Name one in downloads.move_to."))]


def _shown(value: object) -> str:
    """A value as it stands in the file, more or less."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return _shortened(json.dumps(value, ensure_ascii=False))
        case int() if value.bit_length() > _PLAIN_BITS:
            return "…"
        case list():
            return "[…]"
        case dict():
            return "{…}"
        case _:
            return str(value)


def _shortened(text: str) -> str:
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
