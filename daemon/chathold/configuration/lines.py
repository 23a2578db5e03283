"""In which line of a TOML text a key stands, which the parser does not tell."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from typing import Any

Name = tuple[str, ...]

_TOKEN = re.compile(
    r'''
    """ (?: [^\\] | \\. )*? """ (?!")    # texts of several lines; they may end in quotes of their own
    | \'\'\' .*? \'\'\' (?!\')
    | " (?: [^"\\\n] | \\. )* "
    | ' [^'\n]* '
    | \# [^\n]*
    | [\[{] | [\]}] | \n
    ''',
    re.VERBOSE | re.DOTALL,
)
"""What must be told apart in TOML to know whether a line feed ends a statement."""


def key_lines(text: str) -> dict[Name, int]:
    """The line of each table `(table,)` and key `(table, key)` in a text that is known to be TOML; the first is 1."""
    found: dict[Name, int] = {}
    header: Name = ()
    for number, statement in statements(text):
        parsed = tomllib.loads(statement)
        is_header = statement.lstrip().startswith("[")
        for name in _names(parsed, () if is_header else header):
            found.setdefault(name, number)
        if is_header:
            header = _path(parsed)
    return found


def statements(text: str) -> Iterator[tuple[int, str]]:
    """Each statement of a TOML text with the number of its first line: it ends where no bracket is open."""
    depth = start = 0
    number = 1
    for token in _TOKEN.finditer(text + "\n"):
        if token[0] in ("[", "{"):
            depth += 1
        elif token[0] in ("]", "}"):
            depth -= 1
        elif token[0] == "\n" and not depth:
            statement = text[start : token.start()]
            yield number, statement
            number += statement.count("\n") + 1
            start = token.end()


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
