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

from chathold_service.instance import hold

_FIRST, _LONGEST = 1.0, 60.0
_GOOD = 600.0
_TERMINATED = 143
_LARGEST = 1_000_000
"""Bytes of what crashed programs said that are kept."""


def supervise(name: str, command: Sequence[str], log: Path) -> bool:
    """Run the program until it ends by itself; false, and at once, if somebody does so already.

    What it prints goes to the end of the file `log`: a program without a console has nowhere else to complain.
    """
    instance = hold(name)
    if instance is None:
        return False
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(_TERMINATED))
    try:
        keep(lambda: run(command, log), time.monotonic, time.sleep)
    finally:
        instance.release()
    return True


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
