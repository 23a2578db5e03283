"""Where something stands in the bytes of a form."""

from __future__ import annotations

from typing import NamedTuple


class Slice(NamedTuple):
    """Bytes of a form: where they begin, and how many they are."""

    form: int
    at: int
    size: int
