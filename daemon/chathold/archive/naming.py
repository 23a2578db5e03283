"""Accounts as people name them: by id, label or masked address, in any case.

A name as it is written comes before others that only differ in their case: "Anna" and "anna" can be two accounts.
Where a name is that of several accounts of a service, each is also called by it and the beginning of its id.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable
from typing import TypeVar

from chathold.core.errors import ChatholdError, UsageError
from chathold.core.identity import UNKNOWN, shortened
from chathold.core.saying import listed
from chathold.core.texts import _
from chathold.services.naming import service_named

Account = tuple[str, str]
"""A provider and an id."""

_Named = TypeVar("_Named")

_NAMES = (
    "WITH known AS (SELECT provider, account FROM state JOIN record ON record.id = state.record"
    " UNION SELECT provider, account FROM file_state JOIN file ON file.id = file_state.file WHERE account != ?)"
    " SELECT provider, account, account FROM known"
    " UNION SELECT provider, account, label FROM label JOIN known USING (provider, account)"
    " UNION SELECT known.provider, known.account, hint FROM owner JOIN file ON file.id = owner.file"
    " JOIN known ON known.provider = file.provider AND known.account = owner.account WHERE hint != ''"
    " ORDER BY 1, 2, 3"
)


def best_named(named: Iterable[tuple[str, _Named]], name: str) -> list[_Named]:
    """What bears this name: exactly, else in another case."""
    found = [(each, what) for each, what in named if each.casefold() == name.casefold()]
    return [what for each, what in found if each == name] or [what for _each, what in found]


def told_apart(names: Iterable[tuple[Account, str]]) -> dict[tuple[Account, str], str]:
    """What to call an account, in place of a name that another of its service bears, too: "a•••@x.org · 1234abcd…"."""
    bearers = defaultdict[tuple[str, str], set[str]](set)
    for (provider, account), name in names:
        bearers[provider, name].add(account)
    return {
        ((provider, account), name): f"{name} · {_beginning(account, accounts)}"
        for (provider, name), accounts in bearers.items()
        if len(accounts) > 1
        for account in accounts
        if account != name
    }


def _beginning(account: str, among: Iterable[str]) -> str:
    """As much of an id as tells it from others."""
    short = shortened(account)
    return account if sum(shortened(each) == short for each in among) > 1 else short


def accounts_named(database: sqlite3.Connection, provider: str, name: str) -> set[Account]:
    """The accounts that a name means ("": all of them), of one provider or (with "") of any."""
    named = [(each, whose) for whose, each in _names(database, provider)]
    return set(best_named(named, name) if name else [whose for _each, whose in named])


def accounts_called(database: sqlite3.Connection, provider: str, name: str) -> set[Account]:
    """The accounts of a provider that bear exactly this name."""
    return {whose for whose, each in _names(database, provider) if each == name}


def account_meant(database: sqlite3.Connection, whose: str) -> Account:
    """The one account that PROVIDER[/ACCOUNT] means.

    Raises `ChatholdError` if there is no such account, `UsageError` if there is no such service, or several could be
    meant.
    """
    provider, _slash, name = whose.partition("/")
    found = accounts_named(database, service_named(provider), name)
    if len(found) > 1:
        raise several_meant(whose, [_described(database, each) for each in sorted(found)])
    if not found:
        raise no_such_account(whose)
    return found.pop()


def unnamed(database: sqlite3.Connection, provider: str, name: str) -> ChatholdError | None:
    """The error if a name is given that no account bears: what is sought there is not found, which is no failure."""
    if not name or accounts_named(database, provider, name):
        return None
    return no_such_account("/".join(filter(None, (provider, name))))


def _names(database: sqlite3.Connection, provider: str) -> list[tuple[Account, str]]:
    """Every account of a provider (with "" of all), once with each of its names."""
    names = [
        ((service, account), each)
        for service, account, each in database.execute(_NAMES, (UNKNOWN,))
        if provider in ("", service)
    ]
    return names + [(whose, each) for (whose, _name), each in told_apart(names).items()]


def _described(database: sqlite3.Connection, account: Account) -> str:
    """An account as it can be named, with what else it is called."""
    names = _names(database, account[0])
    apart = set(told_apart(names).values())
    others = [each for whose, each in names if whose == account and each != account[1] and each not in apart]
    return "/".join(account) + (f" ({', '.join(others)})" if others else "")


def no_such_account(place: str) -> ChatholdError:
    """The error where nothing bears a name."""
    return ChatholdError(
        _("There is no such account."), place=place, advice=_('"chathold account" lists them.')
    )


def several_meant(place: str, found: Iterable[str]) -> UsageError:
    """The error where a name could mean several accounts, each as it can be named."""
    return UsageError(
        _("Several accounts could be meant."),
        place=place,
        advice=_("Name one of these: {accounts}.").format(accounts=listed(found)),
    )
