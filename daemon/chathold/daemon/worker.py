"""The worker: a process of its own that imports the downloads it is told of, one line of JSON each.

    python -m chathold.daemon.worker ARCHIVE REPORTS

Its memory goes back to the system when it ends; it may be killed at any moment (law 5); and it ends by itself
when the daemon does, for nobody reads what it says. Importing never makes the user wait: it is nice to others.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Self, TextIO

from msgspec.structs import replace

from chathold.archive.folder import DATABASE
from chathold.archive.receipts import as_json
from chathold.archive.store import Archive
from chathold.archive.summary import accounts
from chathold.archive.waiting import whole_sets
from chathold.bugs import report
from chathold.claiming import is_one_export, may_be_export, promises_export
from chathold.core.errors import (
    ArchiveError,
    Busy,
    ChatholdError,
    ExpiredLink,
    ExportError,
    Incomplete,
    NoSpace,
    NotAnExport,
    TooNew,
)
from chathold.core.receipt import Outcome, Receipt
from chathold.core.texts import _, speak
from chathold.daemon.answers import Answer, Progress, Request, Said, Verdict, written
from chathold.daemon.putting_away import Imported, put_away
from chathold.download import Wishes
from chathold.exports import stamps
from chathold.intake import finish_interrupted, take_one
from chathold.search import catch_up, standing

_TOLD_EVERY = 0.5
_NICER = 10
_SLICE = 2.0
"""So many seconds the search index is worked on at a time."""


def main() -> int:
    """Answer every line of standard input; end with it."""
    archive, reports = map(Path, sys.argv[1:3])
    if hasattr(os, "nice"):
        os.nice(_NICER)
    with _only_ours() as out, _Worker(archive, reports, out) as worker:
        for line in sys.stdin:
            worker.answer(Request.of(line))
    return 0


@contextlib.contextmanager
def _only_ours() -> Iterator[TextIO]:
    """Standard output for what the worker says, and for nothing that anybody prints."""
    ours = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    with ours, Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        yield ours


class _Worker:
    """Imports into one archive, which it opens when first asked to."""

    def __init__(self, folder: Path, reports: Path, out: TextIO) -> None:
        self._folder = folder
        self._reports = reports
        self._out = out
        self._archive: Archive | None = None
        self._identity: tuple[int, int] | None = None
        self._told = 0.0
        self._promising = False
        """Whether what is looked at is an export, by all that has been seen of it."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_details: object) -> None:
        if self._archive:
            self._archive.close()

    def answer(self, request: Request) -> None:
        """Import one download, and say what became of it; with no path, end what was interrupted."""
        speak(request.language)
        try:
            self._say(self._answer(request))
        except BrokenPipeError:
            raise
        except Exception as error:  # noqa: BLE001 - the process's edge: the daemon is told, and lives on
            path = report(error, self._reports)
            advice = _("What happened, without any chat text, stands in {path}.").format(path=path)
            title = _("This is a bug in Chathold.")
            self._say(Answer(request.path, Verdict.BUG, title, advice, self._promising))

    def _answer(self, request: Request) -> Answer:
        path = Path(request.path)
        self._promising = promises_export(path.name)
        try:
            if request.index:
                return self._kept_up(request, self._index())
            if not request.path:
                finish_interrupted(self._opened(create=request.create))
                return Answer("", Verdict.IMPORTED, archive=self._id(), behind=self._behind())
            if not request.by_hand and not _looks_right(path):
                return Answer(request.path, Verdict.NOT_AN_EXPORT)
            self._promising = True
            return self._import(path, request)
        except ChatholdError as error:
            verdict, needed = verdict_of(error)
            if verdict in (Verdict.FAILED, Verdict.EXPIRED) and not self._promising:
                return Answer(request.path, Verdict.NOT_AN_EXPORT)
            return Answer(request.path, verdict, error.title, error.advice, self._promising, needed)

    def _import(self, path: Path, request: Request) -> Answer:
        archive = self._opened(create=request.create)
        before = {(each["provider"], each["account"]) for each in accounts(archive)}
        links: list[tuple[str, str]] = []
        wishes = Wishes(
            progress=self._progress,
            waiting=lambda: self._say(Progress(0, 0, waiting=True)),
            links=lambda _manifest, found: links.extend(found),
        )
        seen = stamps(path)
        receipt = take_one(archive, path, wishes)
        new = [each for each in accounts(archive) if (each["provider"], each["account"]) not in before]
        answer = Answer(
            request.path,
            Verdict.IMPORTED,
            advice=receipt.advice,
            receipt=as_json(receipt),
            accounts=tuple((each["provider"], each["account"], each["label"]) for each in new),
            archive=self._id(),
            links=tuple(links),
            whole=tuple(whole_sets(archive)),
            behind=self._behind(),
        )
        if receipt.outcome is Outcome.FAILED:
            return _failed(receipt, answer)
        try:
            put_away(path, request.after_import, request.move_to, Imported(receipt.sha256, seen))
        except ExportError as error:
            return replace(answer, title=error.title, advice=error.advice)
        return self._kept_up(request, answer)

    def _kept_up(self, request: Request, answer: Answer) -> Answer:
        """Bring the folder of notes up to date, once all can be found; what is in the way is told."""
        if not request.mirror or answer.behind or self._archive is None:
            return answer
        from chathold.mirror.mirroring import mirror  # noqa: PLC0415 - few have such a folder

        try:
            mirror(self._archive, Path(request.mirror), request.filters, Path(request.state))
        except ChatholdError as error:
            words = _("The notes were not brought up to date: {reason}").format(reason=error.title)
            return replace(answer, title=words, advice=error.advice)
        return answer

    def _index(self) -> Answer:
        """Work on the search index for a moment, so that a download that arrives need not wait long."""
        archive = self._opened(create=False)
        before = standing(archive)
        until = time.monotonic() + _SLICE
        after = catch_up(archive, stop=lambda: time.monotonic() > until)
        return Answer("", Verdict.IMPORTED, archive=self._id(), behind=after.differs and after != before)

    def _behind(self) -> bool:
        return self._archive is not None and standing(self._archive).differs

    def _opened(self, *, create: bool) -> Archive:
        there = _identity(self._folder / DATABASE)
        if self._archive is None or there is None or there != self._identity:
            self._archive = Archive.open(self._folder, create=create, now=time.time())
            self._identity = _identity(self._folder / DATABASE)
        if self._archive is None:
            raise ArchiveError(
                _("The archive is not where it was."),
                place=str(self._folder),
                advice=_(
                    "Connect the disk it is on, or bring it back."
                    ' "chathold import --new-archive FILE" begins a new one.'
                ),
            )
        return self._archive

    def _id(self) -> str:
        return str(self._archive.meta("id")) if self._archive else ""

    def _progress(self, _stage: str, done: int, total: int) -> None:
        now = time.monotonic()
        if now - self._told >= _TOLD_EVERY:
            self._told = now
            self._say(Progress(done, total))

    def _say(self, said: Said) -> None:
        self._out.write(written(said))
        self._out.flush()


def _identity(path: Path) -> tuple[int, int] | None:
    """Which file this is: of a disk that comes and goes, another may lie in its place meanwhile."""
    try:
        state = path.stat()
    except OSError:
        return None
    return state.st_dev, state.st_ino


def _looks_right(path: Path) -> bool:
    """Whether a download is worth its hash: of a ZIP its directory tells, of a folder what lies in it."""
    if os.path.isdir(path):  # noqa: PTH112 - `Path.is_dir` may raise
        return is_one_export(path)
    return may_be_export(path)


def _failed(receipt: Receipt, answer: Answer) -> Answer:
    title = receipt.problems[0].what if receipt.problems else ""
    words = _(title) if title else _("Nothing in it could be read.")
    return Answer(answer.path, Verdict.FAILED, words, answer.advice)


def verdict_of(error: ChatholdError) -> tuple[Verdict, int]:
    """What an expected error means for the download it stands in the way of, and the room it needs."""
    match error:
        case NoSpace(needed=needed):
            return Verdict.NO_SPACE, needed
        case Busy():
            return Verdict.BUSY, 0
        case TooNew():
            return Verdict.TOO_NEW, 0
        case ArchiveError():
            return Verdict.ARCHIVE, 0
        case ExpiredLink():
            return Verdict.EXPIRED, 0
        case NotAnExport():
            return Verdict.NOT_AN_EXPORT, 0
        case Incomplete():
            return Verdict.INCOMPLETE, 0
        case ExportError(__cause__=FileNotFoundError()):
            return Verdict.GONE, 0
        case ExportError(__cause__=OSError()):
            return Verdict.UNREADABLE, 0
        case _:
            return Verdict.FAILED, 0


if __name__ == "__main__":
    sys.exit(main())
