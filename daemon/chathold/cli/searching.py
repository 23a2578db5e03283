"""`chathold search`."""

from __future__ import annotations

import sys
import time
from typing import Any

import click

from chathold.archive.naming import unnamed
from chathold.archive.store import Archive
from chathold.archive.summary import moment
from chathold.cli.borrowed import AtLeast
from chathold.cli.commands import Call, command
from chathold.cli.counts import unsearchable
from chathold.cli.filtering import filtered
from chathold.cli.opening import archive_of
from chathold.cli.output import answer, day, fail, note, titled, write
from chathold.core.errors import ArchiveError, UsageError
from chathold.core.plain import clean
from chathold.core.saying import listed, role_of, sentences
from chathold.core.texts import _, ngettext
from chathold.queries.lexing import FILTERS, like_filters
from chathold.queries.query import parse
from chathold.search import Found, Hit, Wish, catch_up, find, standing

MARKS = ("⟪", "⟫")
"""Around what was searched for, in the snippets of `--json`."""

_SHOWN = 20
_PATIENCE = 2.0
"""Seconds for which a search brings the index up to date before it answers."""

_BOLD, _PLAIN = "\x1b[1;33m", "\x1b[0m"


@command("search")
@click.argument("words", nargs=-1, metavar="QUERY…")
@filtered
@click.option("--newest", is_flag=True, help=_("The newest first, in place of the best."))
@click.option("--limit", type=AtLeast(1), default=_SHOWN, metavar="N", help=_("At most so many."))
def search_command(
    call: Call, words: tuple[str, ...], has: tuple[str, ...], limit: int, **filters: Any
) -> None:
    """Find messages, the best first."""
    odd = next((each for each in words if each.startswith("--")), None)
    if odd is not None:
        raise UsageError(
            _("There is no such option."), place=odd, advice=_('"chathold search --help" lists them.')
        )
    wish = Wish(" ".join(words), has=frozenset(has), **filters)
    with archive_of(call.home) as archive:
        found = _found(archive, wish, limit)
        query = parse(wish)
        nobody = unnamed(archive.database, query.provider, query.account)
    value = {
        "query": wish.text,
        "total": found.total,
        "results": [_as_json(hit) for hit in found.results],
        "pending": found.pending,
        "damaged": found.damaged,
    }
    answer(value, as_json=call.as_json, words=lambda: _say(found))
    if nobody:
        fail(nobody, as_json=False)
    _say_like_filters(wish.text)
    _say_pending(found.pending, found.damaged)


search_command.context_settings["ignore_unknown_options"] = True  # "-word" is a word that is not wanted


def _found(archive: Archive, wish: Wish, limit: int) -> Found:
    """What is found once a small rest has been indexed."""
    find(archive, wish, limit=0)  # a query that cannot be understood is told at once
    until = time.monotonic() + _PATIENCE
    try:
        catch_up(archive, stop=lambda: time.monotonic() > until)
    except ArchiveError as error:
        if not standing(archive).indexed:  # then nothing can be found, and that is no answer
            raise
        note(f"{error.place}: {error.title}")
        note(f"  {error.advice}")
    return find(archive, wish, limit=limit)


def _as_json(hit: Hit) -> dict[str, Any]:
    return {
        "conversation": hit.conversation,
        "provider": hit.provider,
        "account": hit.account,
        "title": hit.title,
        "message": hit.message,
        "role": hit.role.value if hit.role else None,
        "time": moment(hit.time),
        "snippet": _marked(hit, *MARKS),
    }


def _marked(hit: Hit, before: str, after: str) -> str:
    return "".join(f"{before}{each.text}{after}" if each.marked else each.text for each in hit.snippet)


def _say(found: Found) -> None:
    if not found.results:
        note(_("Nothing was found."))
        return
    for hit in found.results:
        _say_hit(hit)
    write()
    more = found.total - len(found.results)
    write(
        sentences(
            ngettext("{n} match.", "{n} matches.", found.total).format(n=f"{found.total:,}"),
            _("Add words, or --limit N, to see others.") if more else "",
        )
    )
    write(_('"chathold show ID" shows a chat.'))


def _say_hit(hit: Hit) -> None:
    """A chat's title, where it is, and the place in it."""
    title = titled({"title": hit.title})
    who = role_of(hit.role.value) if hit.role else _("title")
    when = day(moment(hit.time)) if hit.time is not None else ""
    where = " · ".join(filter(None, (hit.conversation[:8], hit.provider, when, who)))
    write(f"{title}  ({where})")
    marks = (_BOLD, _PLAIN) if sys.stdout.isatty() else MARKS
    pieces = (
        f"{marks[0]}{clean(each.text)}{marks[1]}" if each.marked else clean(each.text) for each in hit.snippet
    )
    write("  " + "".join(pieces))


def _say_like_filters(text: str) -> None:
    said = _("“{word}” was searched for as it stands: there is no such filter. There are: {filters}.")
    for each in like_filters(text):
        note(said.format(word=clean(each), filters=listed(f"{name}:" for name in FILTERS)))


def _say_pending(pending: int, damaged: int) -> None:
    if pending > damaged:
        note(
            sentences(
                ngettext(
                    "{n} chat or document is not searchable yet.",
                    "{n} chats and documents are not searchable yet.",
                    pending,
                ).format(n=pending),
                _("Search again, or leave Chathold running: it goes on by itself."),
            )
        )
    elif damaged:
        note(unsearchable(damaged))
