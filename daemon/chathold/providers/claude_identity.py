"""Ids for the messages of a Claude record that gives them none, or the same one twice (DESIGN §3, law 10)."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from msgspec import Struct, field

from chathold.core.model import Role
from chathold.core.texts import N_
from chathold.providers.claude_content import compact
from chathold.providers.notes import Notes

TWICE = N_("Two different messages carry the same id; both are kept.")


class Register(Struct):
    """The ids given out in one record, and the values they were given to."""

    notes: Notes
    values: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    equals: dict[str, int] = field(default_factory=dict)
    firsts: dict[str, str] = field(default_factory=dict)

    def name(self, claimed: str, value: Mapping[str, Any], role: Role, time: float | None, where: str) -> str:
        """The id for `value`, which claims one or ""; "" as answer: the very same was there before."""
        name = claimed or self._made(role, time)
        known = self.values.setdefault(name, value)
        if known is value:
            return name
        digest = _digest(value) or self._made(role, time)[:8]
        first = self.firsts.get(name)
        if first is None:
            first = self.firsts[name] = _digest(known)
        twin = f"{name}~{digest}"
        if digest == first or twin in self.values:
            return ""
        self.values[twin] = value
        self.notes.add(where, TWICE)
        return twin

    def _made(self, role: Role, time: float | None) -> str:
        """An id out of role, time, and the ordinal among equals."""
        base = f"{role}|{time}"
        ordinal = self.equals.get(base, 0)
        self.equals[base] = ordinal + 1
        return sha256(f"{base}|{ordinal}".encode()).hexdigest()[:16]


def _digest(value: Mapping[str, Any]) -> str:
    """8 hex of what `value` says; "" if it is nested too deeply."""
    content = compact(value)
    return sha256(content.encode("utf-8", "replace")).hexdigest()[:8] if content else ""
