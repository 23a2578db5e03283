"""What a reader has to tell of a record beside what it read."""

from __future__ import annotations

from msgspec import Struct, field

from chathold.core.problem import Problem
from chathold.core.texts import N_

NEW_TYPE = N_("This kind of piece is not known yet; the text found in it is kept.")
NOT_UNDERSTOOD = N_("This part of the export is not understood yet; it is kept as it is.")
ODD_TITLE = N_("The title is not plain text.")
NO_PARENT = N_("The message before this one is missing.")
ODD_TEXT = N_("The text of this piece is not plain text; what could be read is kept.")


class Notes(Struct):
    """The problems met in a record, and the types that are unknown or misbuilt, which are told once."""

    problems: list[Problem] = field(default_factory=list)
    types: set[str] = field(default_factory=set)
    misbuilt: set[str] = field(default_factory=set)

    def add(self, where: str, what: str) -> None:
        """Keep one problem."""
        self.problems.append(Problem(where, what))
