"""Foreign JSON values made into what the model wants: tolerant, total, never raising."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

_LONGEST_TIME = 64
_LONGEST_SIZE = 15
_YEAR_10000 = 253_402_300_800.0


def text(value: Any) -> str:
    """`value` if it is a string, else ""."""
    return value if isinstance(value, str) else ""


def mapping(value: Any) -> Mapping[str, Any]:
    """`value` if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def items(value: Any) -> Sequence[Any]:
    """`value` if it is an array, else an empty one."""
    return value if isinstance(value, list) else ()


def size(value: Any) -> int | None:
    """A size in bytes, if `value` is one."""
    match value:
        case bool():
            return None
        case int() if value >= 0:
            return value
        case str() if value.isascii() and value.isdigit() and len(value) <= _LONGEST_SIZE:
            return int(value)
        case _:
            return None


def seconds(value: Any) -> float | None:
    """A time in seconds since 1970, UTC.

    Takes Unix seconds as number or numeral and ISO 8601 with any offset (without one: UTC). Anything else,
    and what lies before 1970 or after the year 9999, is unknown.
    """
    match value:
        case float():  # as nearly all are
            return _plausible(value)
        case bool():
            return None
        case int():
            return _plausible(value)
        case str():
            return _from_text(value.strip())
        case _:
            return None


def _from_text(value: str) -> float | None:
    if not value or len(value) > _LONGEST_TIME:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return _numeral(value)
    if value.isdecimal():
        return _numeral(value)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return _plausible(moment.timestamp())


def _numeral(value: str) -> float | None:
    try:
        return _plausible(float(value))
    except ValueError:
        return None


def _plausible(value: float) -> float | None:
    return float(value) if 0 < value < _YEAR_10000 else None


def masked(address: Any) -> str:
    """An e-mail address made fit to show: its first letter and its domain."""
    name, at, domain = text(address).rpartition("@")
    return f"{name[:1]}•••@{domain}" if at and name else ""
