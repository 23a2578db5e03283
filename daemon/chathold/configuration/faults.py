"""What is wrong with the settings, in words."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from chathold.core.errors import ChatholdError
from chathold.core.saying import sentences
from chathold.core.texts import _, ngettext

_TOLD = 10
"""As many are told in one message; whoever has more to put right will ask again."""


class Fault(Struct, frozen=True):
    """One thing that is wrong: `what` it is, how to `fix` it, and its line; 0 if it stands in no line.

    `name` is the setting it is about, as in `downloads.folders`; a table's, or empty, if it is about no single one.
    """

    what: str
    fix: str
    line: int = 0
    name: str = ""


class ConfigurationError(ChatholdError):
    """The settings cannot be used. `faults` are all that were found, `place` the file and the first one's line."""

    def __init__(self, place: str, faults: Sequence[Fault]) -> None:
        first = faults[0]
        super().__init__(
            _all_in_one(faults),
            place=f"{place}:{first.line}" if first.line else place,
            advice=first.fix if len(faults) == 1 else "",
        )
        self.faults = tuple(faults)


def _all_in_one(faults: Sequence[Fault]) -> str:
    if len(faults) == 1:
        return faults[0].what
    count = ngettext("There is {n} mistake.", "There are {n} mistakes.", len(faults)).format(n=len(faults))
    more = ["…"] if len(faults) > _TOLD else []
    return sentences(count, *map(_with_line, faults[:_TOLD]), *more)


def _with_line(fault: Fault) -> str:
    said = sentences(fault.what, fault.fix)
    return _("Line {line}: {what}").format(line=fault.line, what=said) if fault.line else said
