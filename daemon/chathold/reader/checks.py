"""Checks before deleting that are under way, or were made while this reader has been up: one an account."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from chathold.archive.deriving import derive
from chathold.archive.safety import check
from chathold.archive.store import Archive
from chathold.core.errors import ArchiveError, ChatholdError
from chathold.core.texts import _
from chathold.reader.opening import Reader


class Checking(Struct, frozen=True):
    """One check: how far it is (of records), or what it found (as `check --json` prints it), or why it could not."""

    done: int = 0
    total: int = 0
    waiting: bool = False
    found: dict[str, Any] | None = None
    error: ChatholdError | None = None

    @property
    def over(self) -> bool:
        """Whether nothing more comes of it."""
        return self.found is not None or self.error is not None


class Checks:
    """By account, as (provider, id)."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[tuple[str, str], Checking] = {}

    def of(self, account: tuple[str, str]) -> Checking | None:
        """The last check of an account; none if there was none."""
        with self._lock:
            return self._known.get(account)

    def begin(self, account: tuple[str, str]) -> bool:
        """Note that an account is to be checked; whether nobody does already."""
        with self._lock:
            known = self._known.get(account)
            if known is not None and not known.over:
                return False
            self._known[account] = Checking()
            return True

    def run(self, reader: Reader, account: tuple[str, str]) -> None:
        """Check an account, which takes as long as it takes to read everything back."""
        note = _Note(self._note, account)
        try:
            found = _checked(reader, account, note)
        except ChatholdError as error:
            note(error=error)
        except BaseException:
            note(error=ChatholdError(_("This is a bug in Chathold.")))
            raise
        else:
            note(found=found)

    def _note(self, account: tuple[str, str], changes: dict[str, Any]) -> None:
        with self._lock:
            self._known[account] = replace(self._known.get(account) or Checking(), **changes)


class _Note(Struct, frozen=True):
    """Notes how far the check of one account is."""

    put: Callable[[tuple[str, str], dict[str, Any]], None]
    account: tuple[str, str]

    def __call__(self, **changes: Any) -> None:
        self.put(self.account, changes)


def _checked(reader: Reader, account: tuple[str, str], note: _Note) -> dict[str, Any]:
    archive = Archive.open(reader.home.archive)
    if archive is None:
        raise ArchiveError(_("The archive is not where it was."), place=str(reader.home.archive))
    try:
        with archive.writing(waiting=lambda: note(waiting=True)):
            note(waiting=False)
            derive(archive)
            found = check(archive, *account, lambda done, total: note(done=done, total=total))
    finally:
        archive.close()
    mine = [each for each in found if (each["provider"], each["account"]) == account]
    if not mine:
        raise ChatholdError(_("Nothing of this account is archived yet."))
    return mine[0]
