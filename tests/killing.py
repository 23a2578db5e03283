"""Chathold in processes that die: at a durable step by its name, or at any instant.

`Runner` starts this file as a program. That program loads Chathold once and forks for every job, so that each
job has a process of its own and none waits for start-up. A job is a list of command lines; its process may
kill itself before or after the n-th time it comes to a step, or be killed from outside after some seconds.
"""

from __future__ import annotations

import importlib
import io
import json
import os
import pkgutil
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

_ROOT = Path(__file__).parents[1]
_MANY_BATCHES = 6_000

Step = tuple[str, str]
"""A function of `chathold.archive.durable` and the name of a step; also ("checkpoint", "") and
("unlink", …), where the name tells what kind of file goes."""


@dataclass(frozen=True, slots=True)
class Kill:
    """Die before or after coming to `step` for the `number`-th time, counted from 1."""

    step: Step
    number: int = 1
    after: bool = False


@dataclass(frozen=True, slots=True)
class Ended:
    """How a job ended: killed or not, what each command gave, and the steps it came to, in their order."""

    killed: bool
    answers: tuple[tuple[int, str], ...] = ()
    steps: tuple[Step, ...] = ()
    seconds: float = 0.0

    def json(self, number: int = -1) -> Any:
        """The JSON document that a command printed."""
        return json.loads(self.answers[number][1])


class Runner:
    """The program that runs jobs, one after the other. Use as a context manager."""

    def __init__(self) -> None:
        paths = [os.fspath(_ROOT / "daemon"), os.fspath(_ROOT / "service"), os.environ.get("PYTHONPATH", "")]
        self._program = subprocess.Popen(
            [sys.executable, __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))},
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._program.communicate()

    def begin(
        self,
        *commands: Sequence[str],
        kill: Kill | None = None,
        after: float | None = None,
        until: Path | None = None,
        whole_batches: bool = False,
        migration: bool = False,
        room: int | None = None,
        user: int | None = None,
    ) -> None:
        """Start a job and go on.

        `after` kills it from outside after so many seconds. `until` repeats the commands until that file is
        there; then every different answer is returned once. `whole_batches` leaves batches as large as they
        are, else they are small enough for an export of some kilobytes to give many. `migration` gives the
        archive's format a next version. `room` is the largest size in bytes that any file may reach, `user` the
        number of the user to be instead of root.
        """
        job = {
            "commands": [list(command) for command in commands],
            "kill": [*kill.step, kill.number, kill.after] if kill else None,
            "after": after,
            "until": os.fspath(until) if until else None,
            "whole_batches": whole_batches,
            "migration": migration,
            "room": room,
            "user": user,
        }
        assert self._program.stdin is not None
        self._program.stdin.write(json.dumps(job).encode() + b"\n")
        self._program.stdin.flush()

    def end(self) -> Ended:
        """Wait for the job that was started."""
        assert self._program.stdout is not None
        line = self._program.stdout.readline()
        assert line, "the program that runs the jobs has ended"
        said = json.loads(line)
        done = said["done"]
        if done is None:
            assert said["signal"] == signal.SIGKILL, f"a job ended by itself: {said}"
            return Ended(killed=True, seconds=said["seconds"])
        return Ended(
            killed=False,
            answers=tuple((code, text) for code, text in done["answers"]),
            steps=tuple((function, step) for function, step in done["steps"]),
            seconds=said["seconds"],
        )

    def works(self, seconds: float) -> bool:
        """Whether the job that was started still goes on after so many seconds."""
        assert self._program.stdout is not None
        return not select.select([self._program.stdout], [], [], seconds)[0]

    def run(self, *commands: Sequence[str], **wishes: Any) -> Ended:
        """Run a job to its end."""
        self.begin(*commands, **wishes)
        return self.end()


# The other side


def serve() -> None:
    """Run the jobs that come in, each in a fork of this process."""
    for name in _modules():
        importlib.import_module(name)
    for line in sys.stdin.buffer:
        sys.stdout.buffer.write(json.dumps(_forked(json.loads(line))).encode() + b"\n")
        sys.stdout.buffer.flush()


def _modules() -> list[str]:
    """All modules of the program, so that nothing is left to load in a fork."""
    import chathold  # noqa: PLC0415 - the tests' side needs no program

    found = [each.name for each in pkgutil.walk_packages(chathold.__path__, "chathold.")]
    return [*(name for name in found if not name.endswith("__main__")), "chathold.__main__"]


def _forked(job: dict[str, Any]) -> dict[str, Any]:
    """Run a job in a fork; what it wrote at its end, or the signal that ended it before."""
    begun = time.perf_counter()
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        _child(job, write)
    os.close(write)
    if job["after"] is not None and not select.select([read], [], [], job["after"])[0]:
        os.kill(child, signal.SIGKILL)
    with os.fdopen(read, "rb") as pipe:
        written = pipe.read()
    _pid, status = os.waitpid(child, 0)
    return {
        "done": json.loads(written) if os.WIFEXITED(status) and written else None,
        "signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else None,
        "seconds": time.perf_counter() - begun,
    }


def _child(job: dict[str, Any], write: int) -> None:
    """Be the process of one job."""
    code = 1
    try:
        steps: list[Step] = []
        _watch(steps, job["kill"])
        if not job["whole_batches"]:
            _make_batches_small()
        if job["migration"]:
            _add_migration()
        if job["room"] is not None:
            _limit_files(job["room"])
        if job["user"] is not None:
            os.setuid(job["user"])
        answers = _answers(job["commands"], job["until"])
        with os.fdopen(write, "wb") as pipe:
            pipe.write(json.dumps({"answers": answers, "steps": steps}).encode())
        code = 0
    finally:
        os._exit(code)


def _answers(commands: list[list[str]], until: str | None) -> list[tuple[int, str]]:
    if until is None:
        return [_answer(command) for command in commands]
    different: dict[tuple[int, str], None] = {}
    while not Path(until).exists():
        different |= dict.fromkeys(map(_answer, commands))
    return list(different)


def _answer(command: list[str]) -> tuple[int, str]:
    """Run one command line in this process: its exit code and what it printed."""
    from chathold.__main__ import main  # noqa: PLC0415 - the tests' side needs no program

    printed = io.BytesIO()
    with io.TextIOWrapper(printed, encoding="utf-8", write_through=True) as stdout:
        with redirect_stdout(stdout), redirect_stderr(io.StringIO()):
            code = main(command)
        stdout.flush()
        return code, printed.getvalue().decode("utf-8")


def _watch(steps: list[Step], kill: list[Any] | None) -> None:
    """Write down every durable step, and die at the one that is wanted."""
    from chathold.archive import durable  # noqa: PLC0415 - the tests' side needs no program
    from chathold.archive.store import Archive  # noqa: PLC0415

    def watched(function: str, call: Callable[..., Any], name: Callable[..., str]) -> Callable[..., Any]:
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            step = (function, name(*args, **kwargs))
            steps.append(step)
            wanted = kill is not None and [*step, steps.count(step)] == kill[:3]
            if wanted and kill is not None and not kill[3]:
                os.kill(os.getpid(), signal.SIGKILL)
            result = call(*args, **kwargs)
            if wanted:
                os.kill(os.getpid(), signal.SIGKILL)
            return result

        return wrapped

    for function in ("commit", "sync", "rename", "sync_folder"):
        setattr(durable, function, watched(function, getattr(durable, function), _last))
    for place, attribute, function, name in (
        (Archive, "checkpoint", "checkpoint", lambda _self: ""),
        (Path, "unlink", "unlink", _sort_of_file),
    ):
        setattr(place, attribute, watched(function, getattr(place, attribute), name))


def _last(*args: Any, **kwargs: Any) -> str:
    return str(kwargs.get("step") or args[-1])


def _sort_of_file(path: Path, **_kwargs: Any) -> str:
    """What kind of file this is, whatever its random name."""
    if path.name.startswith("building"):
        return "a file being built"
    return path.name if "." in path.name else "a file of the user's"


def _make_batches_small() -> None:
    from chathold.archive import deriving, taking  # noqa: PLC0415 - the tests' side needs no program
    from chathold.search import indexing  # noqa: PLC0415

    indexing._BATCH = _MANY_BATCHES
    deriving._BATCH = _MANY_BATCHES
    taking._BATCH = _MANY_BATCHES


def _add_migration() -> None:
    """A format after today's: it has a table of its own, filled from what is there."""
    from chathold.archive import schema  # noqa: PLC0415 - the tests' side needs no program

    def next_format(database: Any) -> None:
        database.execute("CREATE TABLE weight (form INTEGER PRIMARY KEY, stored BLOB NOT NULL) STRICT")
        database.execute("INSERT INTO weight SELECT id, stored FROM form")

    schema.MIGRATIONS = (*schema.MIGRATIONS, next_format)


def _limit_files(room: int) -> None:
    """No file of this process may become larger: to the program, a disk that is full while it looks empty."""
    import resource  # noqa: PLC0415 - not on every system

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))


if __name__ == "__main__":
    serve()
