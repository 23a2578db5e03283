"""Keeping a program running where the session does not: it is started again after a crash, at a growing pace.

    crash ─▶ 1 s ─▶ 2 s ─▶ 4 s ─▶ … ─▶ a minute, for ever; after ten good minutes it begins at 1 s again

A program that ends by itself, with 0, is meant to end. It is ended with its supervisor, when the session is.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from chathold_service.instance import Instance, hold, is_held
from chathold_service.programs import DesktopError, Program

_FIRST, _LONGEST = 1.0, 60.0
_GOOD = 600.0
_TERMINATED = 143
_PATIENCE = 20.0
_LOOKS_EVERY = 0.05
_TRIES = 10
_LARGEST = 1_000_000
"""Bytes of what crashed programs said that are kept."""


def begin(program: Program) -> None:
    """Start the supervisor of a program, unless there is one, as a process that outlives this one and its terminal.

    Raises `DesktopError` if it does not come up.
    """
    if is_held(program.name):
        return
    flags = 0
    if sys.platform == "win32":
        flags = subprocess.DETACHED_PROCESS | subprocess.CREATE_NEW_PROCESS_GROUP
    nothing = subprocess.DEVNULL
    process = subprocess.Popen(  # noqa: S603 - the program's own command
        program.supervised,
        stdin=nothing,
        stdout=nothing,
        stderr=nothing,
        start_new_session=True,
        creationflags=flags,
    )
    end = time.monotonic() + _PATIENCE
    while not is_held(program.name):
        if process.poll() is not None or time.monotonic() > end:
            raise DesktopError(program.supervised[0], str(process.poll()))
        time.sleep(_LOOKS_EVERY)
    process.returncode = 0  # it is not ours to wait for


def supervise(name: str, command: Sequence[str], log: Path) -> bool:
    """Run the program until it ends by itself; false, and at once, if somebody does so already.

    What it prints goes to the end of the file `log`: a program without a console has nowhere else to complain.
    """
    instance = _held(name)
    if instance is None:
        return False
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(_TERMINATED))
    try:
        keep(lambda: run(command, log), time.monotonic, time.sleep)
    finally:
        instance.release()
    return True


def _held(name: str) -> Instance | None:
    """The lock; somebody who only looks whether it is held has it for a moment."""
    for _try in range(_TRIES):
        instance = hold(name)
        if instance is not None:
            return instance
        time.sleep(_LOOKS_EVERY)
    return None


def keep(run: Callable[[], int], clock: Callable[[], float], sleep: Callable[[float], None]) -> None:
    """Call `run` until it returns 0. Times are seconds of a clock that nobody sets."""
    pause = _FIRST
    while True:
        begun = clock()
        if run() == 0:
            return
        if clock() - begun >= _GOOD:
            pause = _FIRST
        sleep(pause)
        pause = min(2 * pause, _LONGEST)


def run(command: Sequence[str], log: Path) -> int:
    """Run the program once; its exit code."""
    log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    grown = log.exists() and log.stat().st_size > _LARGEST
    flags = 0
    if sys.platform == "win32":
        flags = subprocess.CREATE_NO_WINDOW
    with log.open("wb" if grown else "ab") as said:
        process = subprocess.Popen(  # noqa: S603 - the program's own command
            command, stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT, creationflags=flags
        )
        try:
            return process.wait()
        except BaseException:
            process.terminate()
            process.wait()
            raise
