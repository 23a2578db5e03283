"""The kinds of settings: which values of TOML will do, and what they become.

Each has `read`, which gives the value that the program works with or raises `Unfit`.
"""

from __future__ import annotations

import re
from datetime import time
from pathlib import Path
from typing import Any, Protocol

from msgspec import Struct

from chathold.core.errors import ChatholdError
from chathold.core.saying import listed
from chathold.core.texts import _

_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


class Unfit(ValueError):
    """The value will not do; `value` is the part of it that is wrong, `fix` what would do, if there is more to say."""

    def __init__(self, value: object, fix: str = "") -> None:
        super().__init__("unfit")
        self.value = value
        self.fix = fix


class Kind(Protocol):
    """What a setting can be."""

    def read(self, value: object) -> Any:
        """The value as the program wants it. Raises `Unfit`."""

    @property
    def wanted(self) -> str:
        """A sentence that says what will do."""


class Flag(Struct, frozen=True):
    """Yes or no."""

    @property
    def wanted(self) -> str:
        """As the protocol says."""
        return _("It is true or false.")

    def read(self, value: object) -> bool:
        """As the protocol says."""
        if not isinstance(value, bool):
            raise Unfit(value)
        return value


class Number(Struct, frozen=True):
    """A number from `low` to `high`, both included."""

    low: float
    high: float

    @property
    def wanted(self) -> str:
        """As the protocol says."""
        return _("It is a number from {low:g} to {high:g}.").format(low=self.low, high=self.high)

    def read(self, value: object) -> float:
        """As the protocol says."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise Unfit(value)
        if not self.low <= value <= self.high:  # which is true of NaN, too
            raise Unfit(value)
        return float(value)


class TimeOfDay(Struct, frozen=True):
    """A time of day, as in "22:30"."""

    @property
    def wanted(self) -> str:
        """As the protocol says."""
        return _('It is a time of day between quotes, from "00:00" to "23:59".')

    def read(self, value: object) -> time:
        """As the protocol says."""
        if not isinstance(value, str) or not _TIME.fullmatch(value):
            raise Unfit(value)
        return time.fromisoformat(value)


class Choice(Struct, frozen=True):
    """One of a few words."""

    words: tuple[str, ...]

    @property
    def wanted(self) -> str:
        """As the protocol says."""
        return _("It is one of these: {words}.").format(words=listed(f'"{word}"' for word in self.words))

    def read(self, value: object) -> str:
        """As the protocol says."""
        if not isinstance(value, str) or value not in self.words:
            raise Unfit(value)
        return value


class Filters(Struct, frozen=True):
    """Words and filters as in a search; an empty text means all."""

    @property
    def wanted(self) -> str:
        """As the protocol says."""
        return _("It is words and filters as in a search, between quotes.")

    def read(self, value: object) -> str:
        """As the protocol says."""
        if not isinstance(value, str) or not value.isprintable():
            raise Unfit(value)
        if not value:
            return value
        from chathold.queries.query import parse  # noqa: PLC0415 - most settings hold no query
        from chathold.queries.wishes import Wish  # noqa: PLC0415 - likewise

        try:
            parse(Wish(value))
        except ChatholdError as error:
            raise Unfit(value, f"{error.title} {error.advice}".rstrip()) from error
        return value


class Folder(Struct, frozen=True):
    """A folder's full path, which may begin with `~`; an empty text means none."""

    @property
    def wanted(self) -> str:
        """As the protocol says."""
        return _("It is the full path of a folder, between quotes. It may begin with ~.")

    def read(self, value: object) -> Path | None:
        """As the protocol says."""
        return None if value == "" else _full_path(value)


class Folders(Struct, frozen=True):
    """A list of full paths."""

    @property
    def wanted(self) -> str:
        """As the protocol says."""
        return _(
            "It is a list of folders in [ ], each with its full path between quotes. They may begin with ~."
        )

    def read(self, value: object) -> tuple[Path, ...]:
        """As the protocol says; what is named twice is there once."""
        if not isinstance(value, list):
            raise Unfit(value)
        return tuple(dict.fromkeys(map(_full_path, value)))


def _full_path(value: object) -> Path:
    if not isinstance(value, str) or "\0" in value:
        raise Unfit(value)
    try:
        path = Path(value).expanduser()
    except RuntimeError:  # ~somebody whom this computer does not know
        raise Unfit(value) from None
    if not path.is_absolute():
        raise Unfit(value)
    return path
