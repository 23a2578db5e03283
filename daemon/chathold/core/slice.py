"""Where something stands in the bytes of a form."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Slice:
    """Bytes of a form: where they begin, and how many they are."""

    form: int
    at: int
    size: int
