"""Changing single settings in `config.toml`, and nothing else in it.

What people wrote stays as it is: order, comments, lines that nobody knows. A value that is replaced keeps its
place; a new line goes below the last one of its table. What the checker would refuse is not written.
"""

from __future__ import annotations

import os
import tempfile
import tomllib
from collections.abc import Callable, Iterable, Mapping
from datetime import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chathold.configuration.faults import ConfigurationError, Fault
from chathold.configuration.lines import statements
from chathold.configuration.reading import examine_text, text_of
from chathold.configuration.settings import SETTINGS, Settings
from chathold.core.errors import ChatholdError
from chathold.core.texts import _

if TYPE_CHECKING:
    from tomlkit import TOMLDocument
    from tomlkit.items import Array

Value = bool | int | float | str | list[str]
"""What a setting can be in TOML."""

_BY_NAME = {setting.name: setting for setting in SETTINGS}
_MARK = "\ufeff"


def written(path: Path) -> dict[str, Any]:
    """The settings that stand in the file, by name, as they are written there; the unknown ones, too.

    Raises `ConfigurationError` if it cannot be read at all.
    """
    document = _parsed(_read(path)[0], path)
    tables = {table: content for table, content in document.items() if isinstance(content, dict)}
    return {f"{table}.{key}": value for table, content in tables.items() for key, value in content.items()}


def write(
    path: Path,
    changes: Mapping[str, Value],
    further: Callable[[Settings], Iterable[Fault]] = lambda _settings: (),
) -> Settings:
    """Set these settings, by name as in `downloads.folders`; what then holds.

    All or none is written. `further` finds faults that the file alone does not show. Raises `ConfigurationError`
    with the faults that the changes would bring (each with its setting's name), or if the file cannot be read at
    all; `ChatholdError` if it cannot be written.
    """
    before, marked = _read(path)
    after = changed(before, changes, path)
    settings = _checked(before, after, changes, path)
    if beyond := list(further(settings)):
        raise ConfigurationError(str(path), beyond)
    if after != before:
        _replace(path, (_MARK if marked else "") + after)
    return settings


def changed(text: str, changes: Mapping[str, Value], path: Path) -> str:
    """The text of a settings file with these changes; `path` is named in errors. Raises as `write` does."""
    known = _parsed(text, path)
    wanted = {name: value for name, value in changes.items() if not _holds(known, name, value)}
    for name, value in wanted.items():
        table, _dot, key = name.partition(".")
        content = known.get(table, {})
        if not isinstance(content, dict):
            raise _unchangeable(path)
        text = _set(text, table, key, value)
        known = known | {table: content | {key: value}}
    if _parsed(text, path) != known:
        raise _unchangeable(path)
    return text


def _unchangeable(path: Path) -> ChatholdError:
    return ChatholdError(
        _("The settings file is written in a way that cannot be changed here."),
        place=str(path),
        advice=_("Change the file with an editor."),
    )


def _read(path: Path) -> tuple[str, bool]:
    """The file's text with its line ends as they are, and whether a mark of UTF-8 stands before it."""
    text = text_of(path)
    return text.removeprefix(_MARK), text.startswith(_MARK)


def _parsed(text: str, path: Path) -> dict[str, Any]:
    """What TOML says. Raises `ConfigurationError` if it is none."""
    try:
        return tomllib.loads(text.replace("\r\n", "\n"))
    except (ValueError, RecursionError) as error:
        _settings, faults = examine_text(text.replace("\r\n", "\n"))
        raise ConfigurationError(str(path), faults) from error


def _holds(document: dict[str, Any], name: str, value: Value) -> bool:
    """Whether a setting is so already: written, or by not being written."""
    table, _dot, key = name.partition(".")
    content = document.get(table, {})
    if isinstance(content, dict) and key in content:
        return bool(content[key] == value and isinstance(content[key], bool) is isinstance(value, bool))
    setting = _BY_NAME.get(name)
    return setting is not None and value == _plain(setting.default)


def _plain(default: Any) -> Any:
    """A default as it would be written."""
    match default:
        case None:
            return ""
        case tuple():
            return [os.fspath(each) for each in default]
        case Path():
            return os.fspath(default)
        case time():
            return default.strftime("%H:%M")
        case _:
            return default


def _set(text: str, table: str, key: str, value: Value) -> str:
    """The text with one setting changed, or added."""
    import tomlkit  # noqa: PLC0415 - loads only where settings are written

    document = tomlkit.parse(text)
    content: Any = document.get(table)
    if content is not None and key in content:
        return _replaced(document, content, key, value)
    line = f"{key} = {tomlkit.item(value).as_string()}"
    end = "\r\n" if "\r\n" in text else "\n"
    if content is None:
        gap = end if text.strip() else ""
        return _ended(text, end) + gap + f"[{table}]{end}{line}{end}"
    place = _last_line(text, table)
    if place is None:  # the table is no header's: written between braces, or with dots
        content[key] = value
        return tomlkit.dumps(document)
    lines = text.split("\n")
    head, tail = "\n".join([*lines[:place], ""]), "\n".join(lines[place:])
    return _ended(head if place < len(lines) else text, end) + line + end + tail


def _replaced(document: TOMLDocument, content: Any, key: str, value: Value) -> str:
    """A list keeps the comments of what stays in it."""
    import tomlkit  # noqa: PLC0415 - as above

    if isinstance(value, list) and hasattr(content[key], "add_line"):
        _refill(content[key], value)
    if content[key] != value:
        content[key] = value
    return tomlkit.dumps(document)


def _refill(array: Array, values: list[str]) -> None:
    for number in reversed(range(len(array))):
        if array[number] not in values:
            del array[number]
    for each in values:
        if each not in array:
            array.append(each)


def _ended(text: str, end: str) -> str:
    return text if not text or text.endswith("\n") else text + end


def _last_line(text: str, table: str) -> int | None:
    """How many lines there are up to the last one that a table's header speaks for; none without a header."""
    found = None
    here = False
    for number, statement in statements(text.replace("\r\n", "\n")):
        parsed = tomllib.loads(statement)
        if not parsed:
            continue
        if statement.lstrip().startswith("["):
            here = parsed == {table: {}}
        if here:
            found = number + statement.count("\n")
    return found


def _checked(before: str, after: str, changes: Mapping[str, Value], path: Path) -> Settings:
    """The settings that would hold. Raises `ConfigurationError` for what the changes would spoil."""
    settings, faults = examine_text(after.replace("\r\n", "\n"))
    old = {(fault.name, fault.what) for fault in examine_text(before.replace("\r\n", "\n"))[1]}
    new = [each for each in faults if each.name in changes or (each.name, each.what) not in old]
    if new:
        raise ConfigurationError(str(path), [Fault(each.what, each.fix, name=each.name) for each in new])
    return settings


def _replace(path: Path, text: str) -> None:
    """Write the file, for its owner only, at once or not at all; a link to it stays one."""
    target = Path(os.path.realpath(path))
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{target.name}-", dir=target.parent)
        building = Path(name)
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            building.replace(target)
        except BaseException:
            building.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise ChatholdError(
            _("The settings cannot be written: {reason}").format(reason=error.strerror or error),
            place=str(path),
            advice=_("Check that the file and its folder belong to you."),
        ) from error
