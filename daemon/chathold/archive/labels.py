"""Names that people give to accounts."""

from __future__ import annotations

from chathold.archive.ledger import Ledger
from chathold.archive.naming import accounts_called
from chathold.archive.store import Archive
from chathold.core.errors import UsageError
from chathold.core.texts import _


def set_label(archive: Archive, ledger: Ledger, provider: str, account: str, label: str) -> None:
    """Give an account a label; an empty one takes it away. Use inside `Archive.writing`.

    Raises `UsageError` if another account of the service is called that.
    """
    if label and accounts_called(archive.database, provider, label) - {(provider, account)}:
        raise UsageError(
            _("Another account of this service is called that."),
            place=label,
            advice=_("Choose another name, so that both can be told apart."),
        )
    with archive.transaction("a label"):
        ledger.remove("label", "provider = ? AND account = ?", (provider, account))
        if label:
            ledger.add("label", (provider, account, label))
        ledger.settle()
