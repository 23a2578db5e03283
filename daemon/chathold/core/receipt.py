"""What an import found, added and left alone."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from msgspec import Struct, field
from msgspec.structs import asdict

from chathold.core.problem import Problem


class Outcome(StrEnum):
    """How an import ended."""

    IMPORTED = "imported"
    UNCHANGED = "unchanged"
    ALREADY_IMPORTED = "already_imported"
    INCOMPLETE = "incomplete"
    NOT_AN_EXPORT = "not_an_export"
    FAILED = "failed"

    @property
    def failure(self) -> bool:
        """Whether the user has to do something."""
        return self in (Outcome.INCOMPLETE, Outcome.NOT_AN_EXPORT, Outcome.FAILED)


class Tally(Struct, frozen=True):
    """Distinct records of one download, by what became of them; `found` is the sum of the others."""

    found: int = 0
    new: int = 0
    updated: int = 0
    unchanged: int = 0
    failed: int = 0
    forgotten: int = 0

    def json(self) -> dict[str, int]:
        """The tally as `import --json` prints it."""
        return asdict(self)


class Receipt(Struct, frozen=True):
    """One download's import. Times are seconds in UTC.

    `parts_within`: what is missing belongs into this download, and cannot be downloaded by itself.
    """

    path: str
    outcome: Outcome
    sha256: str = ""
    provider: str = ""
    account: str = ""
    exported: float | None = None
    oldest: float | None = None
    newest: float | None = None
    conversations: Tally = field(default_factory=Tally)
    documents: Tally = field(default_factory=Tally)
    new_messages: int = 0
    kept_conversations: int = 0
    kept_messages: int = 0
    kept_assets: int = 0
    new_assets: int = 0
    missing_assets: int = 0
    parts_seen: tuple[str, ...] = ()
    parts_missing: tuple[str, ...] = ()
    parts_within: bool = False
    problems: tuple[Problem, ...] = ()
    advice: str = ""
    extra: dict[str, Any] = field(default_factory=dict)
