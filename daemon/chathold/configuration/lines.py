"""In which line of a TOML text a key stands, which the parser does not tell."""

from __future__ import annotations

import tomllib
from typing import Any

_ENDS = ("]", "}", '"""', "'''")
"""One of these stands in the last line of whatever takes several."""

Name = tuple[str, ...]


def key_lines(text: str) -> dict[Name, int]:
    """The line of each table `(table,)` and key `(table, key)` in a text that is known to be TOML; the first is 1.

    Lines are gathered until the parser is content: that is one statement, for no beginning of one can be read.
    """
    found: dict[Name, int] = {}
    header: Name = ()
    statement: list[str] = []
    for number, line in enumerate(text.split("\n"), 1):
        statement.append(line)
        parsed = _parsed(statement)
        if parsed is None:
            continue
        is_header = statement[0].lstrip().startswith("[")
        for name in _names(parsed, () if is_header else header):
            found.setdefault(name, number - len(statement) + 1)
        if is_header:
            header = _path(parsed)
        statement = []
    return found


def _parsed(statement: list[str]) -> dict[str, Any] | None:
    """What the lines say, if they are whole."""
    if len(statement) > 1 and not any(end in statement[-1] for end in _ENDS):
        return None
    try:
        return tomllib.loads("\n".join(statement))
    except (ValueError, RecursionError):
        return None


def _names(parsed: dict[str, Any], header: Name) -> list[Name]:
    """The tables and keys that a statement below `header` names, two levels deep."""
    names = [header[:2]] if header else []
    for key, value in parsed.items():
        names.append((*header, key)[:2])
        if isinstance(value, dict) and not header:
            names += [(key, each) for each in value]
    return names


def _path(parsed: Any) -> Name:
    """The table that a header opens, as far as we care."""
    path: list[str] = []
    while len(path) < 2 and parsed:  # noqa: PLR2004 - as deep as settings are
        parsed = parsed[0] if isinstance(parsed, list) else parsed
        if not parsed:
            break
        (name,) = parsed
        path.append(name)
        parsed = parsed[name]
    return tuple(path)
