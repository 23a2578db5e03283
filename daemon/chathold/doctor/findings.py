"""What a check is given, and what it finds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from pathlib import Path

from msgspec import Struct

from chathold.configuration import Fault, Settings, examine
from chathold.core.errors import ChatholdError
from chathold.core.texts import _
from chathold.home import Home
from chathold.places import archive_folder


class State(StrEnum):
    """How a check went: a warning can be lived with, a fault cannot."""

    OK = "ok"
    WARNING = "warning"
    FAULT = "fault"


class Finding(Struct, frozen=True):
    """One thing that was looked at: `name` is the check's, `what` was found, and what will `fix` it."""

    name: str
    state: State
    what: str
    fix: str = ""

    def json(self) -> dict[str, str]:
        """As `doctor --json` prints it."""
        return {"name": self.name, "state": self.state.value, "what": self.what, "fix": self.fix}


class Patient(Struct, frozen=True):
    """Whose computer is looked at: the places, and as many of the settings as can be used."""

    home: Home
    settings: Settings
    faults: tuple[Fault, ...]

    @classmethod
    def of(cls, home: Home) -> Patient:
        """Read the settings; their faults are kept to be told."""
        return cls(home, *examine(home.configuration))

    @property
    def archive(self) -> Path:
        """Where the archive is, or would be. `Home.archive` gives up if any setting is wrong; this does not."""
        return archive_folder(self.settings, self.home)


Check = Callable[[Patient], Iterable[Finding]]


def examined(patient: Patient, checks: Iterable[Check]) -> Iterator[Finding]:
    """What the checks find, one after the other."""
    for check in checks:
        yield from _guarded(check, patient)


def _guarded(check: Check, patient: Patient) -> Iterator[Finding]:
    """What one check finds; that it broke off is a finding, too.

    Errors that are not ours may say anything, so only their kind is told.
    """
    name = check.__name__
    try:
        yield from check(patient)
    except ChatholdError as error:
        where = f"{error.place}: " if error.place else ""
        yield Finding(name, State.FAULT, where + error.title, error.advice)
    except Exception as error:  # noqa: BLE001 - an edge: the other checks have to be told, whatever this one ran into
        reason = error.strerror if isinstance(error, OSError) and error.strerror else type(error).__qualname__
        what = _("{check}: this could not be looked at: {reason}").format(check=name, reason=reason)
        yield Finding(name, State.FAULT, what, _("If nothing else here explains it, please report it."))
