"""Names that people give to accounts."""

from __future__ import annotations

from chathold.archive.ledger import Ledger
from chathold.archive.store import Archive


def set_label(archive: Archive, ledger: Ledger, provider: str, account: str, label: str) -> None:
    """Give an account a label; an empty one takes it away. Use inside `Archive.writing`."""
    with archive.transaction("a label"):
        ledger.remove("label", "provider = ? AND account = ?", (provider, account))
        if label:
            ledger.add("label", (provider, account, label))
        ledger.settle()
