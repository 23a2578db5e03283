"""`chathold export`."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from chathold.archive.store import Archive
from chathold.cli.commands import Call, command
from chathold.cli.counts import chats, damaged, documents, files, joined, messages
from chathold.cli.filtering import filtered_chats
from chathold.cli.opening import archive_of
from chathold.cli.output import answer, note, write
from chathold.core.errors import ArchiveError
from chathold.core.plain import clean
from chathold.core.texts import _, ngettext
from chathold.search import Wish, catch_up
from chathold.takeout.selection import Selection
from chathold.takeout.taking_out import Progress, Taken, take_out
from chathold.takeout.writing import Format

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

_SHOWN_PROBLEMS = 5


@command("export")
@click.argument("dest", type=click.Path(path_type=Path))
@click.argument("words", nargs=-1, metavar="[QUERY…]")
@click.option(
    "--format",
    "form",
    required=True,
    type=click.Choice([each.value for each in Format]),
    metavar="FORMAT",
    help=_("markdown, html, json, or original: the service's own shape."),
)
@click.option("--id", "ids", multiple=True, metavar="ID", help=_("Only this chat; can be given again."))
@filtered_chats
def export_command(
    call: Call, dest: Path, words: tuple[str, ...], form: str, ids: tuple[str, ...], **filters: Any
) -> int:
    """Write what is chosen into DEST; 1 if some of it is damaged, and left out."""
    has = frozenset(filters.pop("has"))
    selection = Selection(Wish(" ".join(words), has=has, **filters), ids)
    with archive_of(call.home) as archive, _bar() as progress:
        if words or has or selection.wish.role or selection.wish.model:
            _index(archive)
        taken = take_out(
            archive, dest.expanduser().absolute(), Format(form), selection, time.time(), progress
        )
    answer(_as_json(taken), as_json=call.as_json, words=lambda: _say(taken))
    return int(bool(taken.damaged))


def _index(archive: Archive) -> None:
    """Bring the index up to date: what is not in it would be left out."""
    try:
        catch_up(archive)
    except ArchiveError as error:
        note(f"{error.place}: {error.title}")
        note(f"  {error.advice}")


@contextmanager
def _bar() -> Iterator[Progress]:
    """A progress bar on standard error, if that is a terminal; gone in the end, whatever happens."""
    drawn: list[Bar] = []

    def show(done: int, total: int) -> None:
        if sys.stderr.isatty():
            if not drawn:
                from chathold.cli.bar import drawn_bar  # noqa: PLC0415 - only where a bar is drawn

                drawn.append(drawn_bar())
            drawn[0].update(
                drawn[0].task_ids[0], description=_("Exporting"), completed=done, total=total or None
            )

    try:
        yield show
    finally:
        for bar in drawn:
            bar.stop()


def _as_json(taken: Taken) -> dict[str, Any]:
    return {
        "folder": str(taken.folder),
        "format": taken.format.value,
        "replaced": taken.replaced,
        "conversations": taken.conversations,
        "documents": taken.documents,
        "messages": taken.messages,
        "files": taken.files,
        "damaged": taken.damaged,
        "problems": [{"where": where, "what": _(what)} for where, what in taken.problems],
    }


def _say(taken: Taken) -> None:
    if not (taken.conversations or taken.documents or taken.files):
        note(_("Nothing matches; the export is empty."))
    counts = joined(
        chats(taken.conversations), documents(taken.documents), messages(taken.messages), files(taken.files)
    )
    write(f"✓ {clean(str(taken.folder))}: {counts}")
    if taken.replaced:
        write("  " + _("It took the place of the earlier export there."))
    if taken.damaged:
        write(f"  ✗ {damaged(taken.damaged)}")
    for where, what in taken.problems[:_SHOWN_PROBLEMS]:
        write(f"  ! {clean(where)}: {clean(_(what))}")
    more = len(taken.problems) - _SHOWN_PROBLEMS
    if more > 0:
        more_words = ngettext(
            "… and {n} more problem: --json names it.", "… and {n} more problems: --json names them.", more
        )
        write("  " + more_words.format(n=more))
