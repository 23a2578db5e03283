"""Imports of uploads, one after another, by the same worker as the daemon's.

One thread at a time works (`work`); others add files, cancel, and look.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from chathold.core.errors import ChatholdError
from chathold.core.texts import _
from chathold.daemon.answers import Answer, Ended, Progress, Request, Said, Verdict
from chathold.daemon.importing import Importer

_REMEMBERED = 50


class Stage(StrEnum):
    """Where an upload stands."""

    QUEUED = "queued"
    IMPORTING = "importing"
    WAITING = "waiting"
    """Another process writes to the archive, the daemon perhaps."""
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def over(self) -> bool:
        """Whether nothing more becomes of it."""
        return self in (Stage.DONE, Stage.FAILED, Stage.CANCELLED)


class Job(Struct, frozen=True):
    """One upload. `share` is how much is done, 0 to 1, if that is known; `receipt` as `import --json` prints it."""

    number: int
    path: Path
    stage: Stage = Stage.QUEUED
    share: float | None = None
    title: str = ""
    advice: str = ""
    receipt: dict[str, Any] | None = None


class _Cancel(Struct, frozen=True):
    """Somebody no longer wants the upload of this number."""

    number: int


class Imports:
    """Uploads that wait, are imported, or were, of this process. `ended` is told every worker's answer."""

    def __init__(
        self,
        importer: Callable[[Callable[[Said | Ended], None]], Importer],
        request: Callable[[Path], Request],
        ended: Callable[[Answer], None],
    ) -> None:
        self._importer = importer
        self._request = request
        self._ended = ended
        self._lock = threading.Lock()
        self._jobs: dict[int, Job] = {}
        self._numbered = 0
        self._working = False
        self._inbox: SimpleQueue[Said | Ended | _Cancel] = SimpleQueue()

    def add(self, path: Path) -> bool:
        """Have a file imported in its turn; whether somebody has to `work` for it."""
        with self._lock:
            self._numbered += 1
            self._jobs[self._numbered] = Job(self._numbered, path)
            over = [number for number, job in self._jobs.items() if job.stage.over]
            for number in over[: max(0, len(over) - _REMEMBERED)]:
                del self._jobs[number]
            needed, self._working = not self._working, True
        return needed

    def jobs(self) -> tuple[Job, ...]:
        """All that are known of, in their order."""
        with self._lock:
            return tuple(self._jobs.values())

    def cancel(self, number: int) -> None:
        """Do not import this one, or stop its import; what that began is swept up by whoever writes next."""
        with self._lock:
            job = self._jobs.get(number)
            if job is None or job.stage.over:
                return
            if job.stage is Stage.QUEUED:
                self._jobs[number] = replace(job, stage=Stage.CANCELLED)
                job.path.unlink(missing_ok=True)
            else:
                self._inbox.put(_Cancel(number))

    def dismiss(self) -> None:
        """Forget those of which nothing more becomes."""
        with self._lock:
            self._jobs = {number: job for number, job in self._jobs.items() if not job.stage.over}

    def work(self) -> None:
        """Import what waits, until nothing does; then have it made searchable, as long as nothing new comes."""
        importer = self._begun()
        behind = False
        try:
            while (job := self._next(behind=behind)) is not None or behind:
                if job is None:
                    importer.send(Request("", index=True))
                    behind = self._indexed()
                elif (answer := self._import(job, importer)) is not None:
                    behind = answer.behind or behind
                else:
                    importer = self._begun()
        finally:
            importer.stop()
            with self._lock:
                self._working = False

    def _begun(self) -> Importer:
        """A worker with an inbox of its own: what one before it still says is never taken for its words."""
        inbox: SimpleQueue[Said | Ended | _Cancel] = SimpleQueue()
        with self._lock:
            self._inbox = inbox
        return self._importer(inbox.put)

    def _import(self, job: Job, importer: Importer) -> Answer | None:
        """Have one upload imported, and remove it; the answer. Without one, the worker has been stopped."""
        answer = None
        try:
            importer.send(self._request(job.path))
            answer = self._follow(job)
        except ChatholdError as error:
            with self._lock:
                self._put(replace(job, stage=Stage.FAILED, title=error.title, advice=error.advice))
        finally:
            if answer is None:
                importer.stop()
            job.path.unlink(missing_ok=True)
        return answer

    def _next(self, *, behind: bool) -> Job | None:
        """The upload to import now; if there is none, and nothing else to do, nobody works any more."""
        with self._lock:
            for job in self._jobs.values():
                if job.stage is Stage.QUEUED:
                    return self._put(replace(job, stage=Stage.IMPORTING))
            self._working = behind
            return None

    def _indexed(self) -> bool:
        """Wait for a moment of work on the search index; whether there is more of it."""
        while True:
            match self._inbox.get():
                case Answer(path="", behind=behind):
                    return behind
                case Ended():
                    return False
                case _:
                    pass  # somebody wanted to cancel one that was over by then

    def _follow(self, job: Job) -> Answer | None:
        """Hear what the worker says of one upload, to its end; the answer, if there is one."""
        answer = None
        while not job.stage.over:
            said = self._inbox.get()
            match said:
                case Progress(waiting=True):
                    job = replace(job, stage=Stage.WAITING, share=None)
                case Progress(done=done, total=total):
                    share = min(1.0, done / total) if total else None
                    job = replace(job, stage=Stage.IMPORTING, share=share)
                case Answer() if said.path == os.fspath(job.path):
                    self._ended(said)
                    answer = said
                    job = _answered(job, said)
                case Ended():
                    job = replace(job, stage=Stage.FAILED, title=_("The import ended all of a sudden."))
                case _Cancel(number) if number == job.number:
                    job = replace(job, stage=Stage.CANCELLED)
                case _:
                    pass  # somebody wanted to cancel one that was over by then
            with self._lock:
                self._put(job)
        return answer

    def _put(self, job: Job) -> Job:
        self._jobs[job.number] = job
        return job


def _answered(job: Job, answer: Answer) -> Job:
    """What became of it, in words where the worker has none."""
    if answer.verdict is Verdict.IMPORTED:
        return replace(job, stage=Stage.DONE, receipt=answer.receipt, advice=answer.advice)
    title, advice = answer.title, answer.advice
    if answer.verdict is Verdict.NOT_AN_EXPORT and not title:
        title = _("This is no export of ChatGPT, Claude or DeepSeek.")
        advice = _("Drop the ZIP or JSON file as the service gave it.")
    return replace(job, stage=Stage.FAILED, title=title or _("It could not be imported."), advice=advice)
