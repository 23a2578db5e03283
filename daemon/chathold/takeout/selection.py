"""Which conversations and documents are taken out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from msgspec import Struct, field, to_builtins

from chathold.archive import views
from chathold.archive.contents import ids_of
from chathold.archive.store import Archive
from chathold.archive.summary import Filters, records
from chathold.search import Query, Wish, find_chats, parse

Json = dict[str, Any]


class Selection(Struct, frozen=True):
    """A wish as for a search, whose filters all have to hold, and ids, or beginnings of them.

    Without words, role, model or `has`, a chat is chosen that was active after `since` and begun before `until`;
    with these, one in which a message matches.
    """

    wish: Wish = field(default_factory=Wish)
    ids: tuple[str, ...] = ()

    @property
    def said(self) -> Json:
        """What was asked for, as plain JSON: the fields that are not empty; nothing means everything."""
        fields: Json = {**to_builtins(self.wish, order="deterministic"), "ids": sorted(self.ids)}
        return {name: value for name, value in fields.items() if value}

    @property
    def query(self) -> Query:
        """The wish, understood. Raises `UsageError` if it is not."""
        return Query() if self.wish == Wish() else parse(self.wish)

    @property
    def accounts(self) -> Filters | None:
        """The accounts of which everything is taken out; none where single chats are chosen."""
        query = self.query
        whole = not self.ids and query == Query(
            provider=query.provider, account=query.account, newest=query.newest
        )
        return Filters(query.provider, query.account) if whole else None


def chosen(archive: Archive, selection: Selection) -> list[Json]:
    """The lines of `list` of all that is chosen, conversations before documents, newest first.

    Raises `ChatholdError` for an id that means none or several, `UsageError` for a wish that is not understood.
    """
    query = selection.query
    keeps: list[Callable[[Json], bool]] = [lambda line: _within(line, query)]
    if selection.ids:
        named = {views.show(archive, each)["conversation"]["id"] for each in selection.ids}
        keeps.append(lambda line: line["id"] in named)
    if query.match or query.role or query.model or query.has:
        found = ids_of(archive, find_chats(archive, selection.wish))
        keeps = [*keeps[1:], lambda line: line["id"] in found]
    filters = Filters(query.provider, query.account, query.title)
    lines = [line for documents in (False, True) for line in records(archive, filters, documents=documents)]
    return [line for line in lines if all(keep(line) for keep in keeps)]


def _within(line: Json, query: Query) -> bool:
    begun, active = _seconds(line["created"]), _seconds(line["updated"])
    after = query.since is None or (active is not None and active >= query.since)
    before = query.until is None or (begun is not None and begun < query.until)
    return after and before


def _seconds(moment: str | None) -> float | None:
    return datetime.fromisoformat(moment).timestamp() if moment else None
