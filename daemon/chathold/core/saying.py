"""Sentences, amounts, roles and titles in words, the same on the command line and on pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from chathold.core.texts import N_, _

_NAMED_BY_US = ("memory", "feedback", "instructions")


ROLES = {
    "user": N_("You"),
    "assistant": N_("Assistant"),
    "system": N_("System"),
    "tool": N_("Tool"),
    "document": N_("Document"),
}


def role_of(name: str) -> str:
    """Who speaks."""
    return _(ROLES[name]) if name in ROLES else name


_FULL_STOPS = ("。", "！", "？", "…", "；")


def sentences(*said: str) -> str:
    """Sentences in a row, those that are empty left out: after a Chinese full stop there is no space."""
    found = ""
    for each in filter(None, said):
        space = "" if not found or found.endswith(_FULL_STOPS) else " "
        found = found + space + each  # no f-string: markup stays markup
    return found


def listed(names: Iterable[str]) -> str:
    """Names in a row, as the language parts them."""
    return _(", ").join(names)


def amount(size: int) -> str:
    """A number of bytes, in decimal units."""
    value = float(size)
    for unit in ("B", "kB", "MB"):
        if value < 1000:  # noqa: PLR2004 - decimal units
            return f"{value:.0f} {unit}"
        value /= 1000
    return f"{value:.1f} GB"


def title_of(line: Mapping[str, Any]) -> str:
    """The title of a line of `list`; a name that we gave, as Claude's memory has none, in the user's language."""
    title: str = line["title"]
    return _(title) if title and line.get("kind") in _NAMED_BY_US else title
