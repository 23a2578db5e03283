"""Names that people give to accounts."""

from __future__ import annotations

from chathold.archive.ledger import Ledger
from chathold.archive.store import Archive
from chathold.archive.summary import accounts
from chathold.core.errors import ChatholdError
from chathold.core.texts import _


def account_named(archive: Archive, provider: str, name: str) -> str:
    """The account of a provider that an id or a label names. Raises `ChatholdError` if none does."""
    for each in accounts(archive):
        if each["provider"] == provider and name in (each["account"], each["label"]):
            return str(each["account"])
    raise ChatholdError(
        _("There is no such account."), place=f"{provider}/{name}", advice=_('"chathold account" lists them.')
    )


def set_label(archive: Archive, ledger: Ledger, provider: str, name: str, label: str) -> None:
    """Give an account a label; an empty one takes it away. Use inside `Archive.writing`."""
    account = account_named(archive, provider, name)
    with archive.transaction("a label"):
        ledger.remove("label", "provider = ? AND account = ?", (provider, account))
        if label:
            ledger.add("label", (provider, account, label))
        ledger.settle()
