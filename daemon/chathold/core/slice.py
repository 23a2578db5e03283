"""Where something stands in the bytes of a form."""

from __future__ import annotations

from msgspec import Struct


class Slice(Struct, frozen=True):
    """Bytes of a form: where they begin, and how many they are."""

    form: int
    at: int
    size: int
