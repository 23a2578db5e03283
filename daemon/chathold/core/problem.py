"""What could not be read, told beside what could."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that could not be read: where it stands, and what it is (an untranslated English text)."""

    where: str
    what: str
