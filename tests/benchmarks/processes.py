"""What a process costs: CPU-seconds of all its threads and children, wall time, the most memory it held."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

MB = 1_000_000
KIB_PER_MAXRSS = 1024 if sys.platform == "linux" else 1
"""`ru_maxrss` counts KiB on Linux, bytes on macOS."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run of a command cost, and what it said. `cpu` is user and system time, `memory` bytes."""

    cpu: float
    wall: float
    memory: int
    status: int
    output: bytes
    errors: bytes


def measure(command: Sequence[str], environment: Mapping[str, str] | None = None) -> Cost:
    """Run a command to its end.

    `wait4` counts the child and every process it has waited for; `ru_maxrss` is the largest of them. The
    caller must be small: a child is counted with the memory of the process it was forked from. Compiled
    modules are kept, as they are where a person installs the program.
    """
    environment = {**os.environ, **(environment or {})}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        begin = time.perf_counter()
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=errors, env=environment
        )
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begin
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        errors.seek(0)
        return Cost(
            cpu=usage.ru_utime + usage.ru_stime,
            wall=wall,
            memory=usage.ru_maxrss * KIB_PER_MAXRSS,
            status=process.returncode,
            output=output.read(),
            errors=errors.read(),
        )
