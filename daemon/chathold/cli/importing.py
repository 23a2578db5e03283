"""`chathold import`."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from chathold.archive.receipts import as_json
from chathold.archive.store import Archive
from chathold.archive.waiting import whole_sets
from chathold.cli.commands import Call, command
from chathold.cli.counts import chats, files, joined, messages
from chathold.cli.indexing import make_searchable
from chathold.cli.opening import archive_of, waiting
from chathold.cli.output import day, note, write, write_json
from chathold.core.errors import ChatholdError
from chathold.core.plain import clean
from chathold.core.receipt import Outcome, Receipt, Tally
from chathold.core.texts import _, ngettext
from chathold.daemon.last_seen import missing_at, remember
from chathold.download import Wishes
from chathold.intake import take_in
from chathold.providers import PROVIDERS
from chathold.state.store import DATABASE

if TYPE_CHECKING:
    from rich.progress import Progress

_SHOWN_PROBLEMS = 5


@command("import")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--account",
    default="",
    metavar="ACCOUNT",
    help=_("Whose exports these are, where they do not say it."),
)
@click.option("--rescue", is_flag=True, help=_("Take what is whole from a cut or damaged file."))
@click.option(
    "--new-archive", is_flag=True, help=_("Begin a new archive where the one used last is missing.")
)
def import_command(
    call: Call, paths: tuple[Path, ...], account: str, *, rescue: bool, new_archive: bool
) -> int:
    """Import every path; 1 if any could not be."""
    receipts = []
    create = new_archive or missing_at(call.home.state, call.home.archive) is None
    with archive_of(call.home, create=create) as archive, _bar() as bar:
        wishes = Wishes(account, rescue, bar.show, waiting, partial(_keep_links, call.home.state))
        for path in paths:
            of_this, whole = [], path.expanduser().absolute()
            folder = os.path.isdir(whole)  # noqa: PTH112 - `Path.is_dir` may raise
            for receipt in take_in(archive, whole, wishes):
                of_this.append(receipt)
                bar.clear()
                if not call.as_json:
                    _say(receipt, in_folder=folder)
            if folder and not call.as_json:
                _say_missing(of_this)
            receipts += of_this
        remember(call.home.state, call.home.archive, str(archive.meta("id")))
        _forget_links(call.home.state, whole_sets(archive))
        index = make_searchable(
            archive, lambda done, total: bar.show("indexing", done, total), ended=bar.clear
        )
        _keep_up(call, archive, bar)
    if call.as_json:
        write_json({"imports": [as_json(receipt) for receipt in receipts], "index": index})
    return int(any(receipt.outcome.failure for receipt in receipts))


def _keep_up(call: Call, archive: Archive, bar: _Bar) -> None:
    """Bring the folder of notes up to date, if the settings name one."""
    if not call.home.configuration.exists():
        return
    from chathold.configuration import load  # noqa: PLC0415 - most people have no settings

    wanted = load(call.home.configuration).mirror
    if wanted.folder is None:
        return
    from chathold.mirror.mirroring import mirror  # noqa: PLC0415 - few have such a folder

    try:
        done = mirror(
            archive,
            wanted.folder,
            wanted.filters,
            call.home.state,
            progress=lambda number, total: bar.show("mirroring", number, total),
        )
    except ChatholdError as error:
        bar.clear()
        note(_("The notes were not brought up to date: {reason}").format(reason=clean(str(error))))
    else:
        bar.clear()
        for where, what in done.problems:
            note(f"{clean(where)}: {_(what)}")


def _keep_links(folder: Path, manifest: str, links: tuple[tuple[str, str], ...]) -> None:
    """Keep a manifest's private links, so that the page can open them."""
    from chathold.state import State  # noqa: PLC0415 - few files are manifests

    with closing(State.open(folder)) as state:
        state.links.keep(manifest, links, time.time())


def _forget_links(folder: Path, whole: list[str]) -> None:
    """Forget the links of sets that are whole, if any were ever kept."""
    if whole and (folder / DATABASE).exists():
        from chathold.state import State  # noqa: PLC0415 - as above

        with closing(State.open(folder)) as state:
            state.links.drop(whole)


class _Bar:
    """A progress bar on standard error, if that is a terminal; it appears when there is progress to show."""

    def __init__(self) -> None:
        self._seen = sys.stderr.isatty()
        self._stages = {
            "importing": _("Importing"),
            "reading": _("Reading"),
            "indexing": _("Indexing"),
            "mirroring": _("Notes"),
        }
        self._bar: Progress | None = None

    def show(self, stage: str, done: int, total: int) -> None:
        """Draw the bar, or move it on."""
        if not self._seen:
            return
        if self._bar is None:
            from chathold.cli.bar import drawn_bar  # noqa: PLC0415 - only where a bar is drawn

            self._bar = drawn_bar()
        (task,) = self._bar.task_ids
        self._bar.update(task, description=self._stages[stage], completed=done, total=total or None)

    def clear(self) -> None:
        """Take the bar away, so that words can be written where it was."""
        if self._bar is not None:
            self._bar.stop()
        self._bar = None


@contextmanager
def _bar() -> Iterator[_Bar]:
    """A bar that is gone in the end, whatever happens."""
    bar = _Bar()
    try:
        yield bar
    finally:
        bar.clear()


def _say_missing(receipts: list[Receipt]) -> None:
    """Of a folder's exports in parts: what is missing once all that is in it has been read."""
    last = {(each.provider, each.exported): each for each in receipts if _waits_for_others(each)}
    for each in last.values():
        if each.advice:
            write(f"  {clean(each.advice)}")


def _say(receipt: Receipt, *, in_folder: bool = False) -> None:
    """A receipt in words; in a folder's others may hold what is missing in this one."""
    name = clean(Path(receipt.path).name)
    match receipt.outcome:
        case Outcome.INCOMPLETE | Outcome.NOT_AN_EXPORT | Outcome.FAILED:
            problem = receipt.problems[0].what if receipt.problems else ""
            note(f"✗ {name}: {clean(_(problem)) if problem else ''}")
            if receipt.advice:
                note(f"  {clean(receipt.advice)}")
            return
        case Outcome.ALREADY_IMPORTED:
            write(_("= {name}: already in the archive.").format(name=name))
        case Outcome.UNCHANGED:
            write(_("= {name}: {export}, nothing new").format(name=name, export=_title(receipt)))
            _say_counts(receipt)
        case _:
            write(f"✓ {name}: {_title(receipt)}")
            _say_counts(receipt)
    if receipt.advice and not (in_folder and _waits_for_others(receipt)):
        write(f"  {clean(receipt.advice)}")


def _waits_for_others(receipt: Receipt) -> bool:
    """Whether it is of an export in parts, of which others may hold what is missing."""
    return bool(receipt.parts_seen or receipt.parts_missing) and not receipt.parts_within


def _title(receipt: Receipt) -> str:
    title = next((each.TITLE for each in PROVIDERS if receipt.provider == each.NAME), receipt.provider)
    stamp = as_json(receipt)["exported_at"]
    return _("{service} export of {day}").format(service=title, day=day(stamp)) if stamp else title


def _say_counts(receipt: Receipt) -> None:
    talks, documents = receipt.conversations, receipt.documents
    again = _("{n} continued") if receipt.new_messages else _("{n} changed")
    if talks.found:
        found = ngettext("{n} chat found: {parts}", "{n} chats found: {parts}", talks.found)
        write("  " + found.format(n=f"{talks.found:,}", parts=_breakdown(talks, again)))
    if documents.found:
        found = ngettext("{n} document found: {parts}", "{n} documents found: {parts}", documents.found)
        write("  " + found.format(n=f"{documents.found:,}", parts=_breakdown(documents, _("{n} changed"))))
    covers = as_json(receipt)["covers"]
    if covers["newest"]:
        write(
            "  "
            + _("Oldest message {oldest}, newest {newest}").format(
                oldest=day(covers["oldest"]), newest=day(covers["newest"])
            )
        )
    _say_kept(receipt)
    _say_files(receipt)
    for problem in receipt.problems[:_SHOWN_PROBLEMS]:
        write(f"  ! {clean(problem.where)}: {clean(_(problem.what))}")
    more = len(receipt.problems) - _SHOWN_PROBLEMS
    if more > 0:
        write(
            "  "
            + ngettext(
                "… and {n} more problem: --json names it.",
                "… and {n} more problems: --json names them.",
                more,
            ).format(n=more)
        )


def _breakdown(tally: Tally, updated: str) -> str:
    """What became of the records found; what became of none is left out."""
    parts = (
        (tally.new, _("{n} new")),
        (tally.updated, updated),
        (tally.unchanged, _("{n} unchanged")),
        (tally.failed, _("{n} unreadable")),
        (tally.forgotten, _("{n} left out, as you had Chathold forget")),
    )
    return joined(*(words.format(n=f"{number:,}") for number, words in parts if number))


def _say_kept(receipt: Receipt) -> None:
    if not receipt.conversations.found or receipt.parts_seen:  # a part lacks what the others hold: no news
        return
    kept = joined(
        chats(receipt.kept_conversations) if receipt.kept_conversations else "",
        messages(receipt.kept_messages) if receipt.kept_messages else "",
    )
    if kept:
        write("  " + _("Not in this export, kept from others: {kept}").format(kept=kept))


def _say_files(receipt: Receipt) -> None:
    if receipt.new_assets:
        write("  " + _("New in the archive: {files}").format(files=files(receipt.new_assets)))
    if receipt.missing_assets:
        write(
            "  "
            + _("Named in this export, but not in it: {files}").format(files=files(receipt.missing_assets))
        )
