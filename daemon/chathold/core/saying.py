"""Amounts and titles in words, the same on the command line and on pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chathold.core.texts import _

_NAMED_BY_US = ("memory", "feedback", "instructions")


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
