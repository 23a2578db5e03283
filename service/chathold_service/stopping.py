"""Stopping for good what a service manager runs: this process, and the socket that would start it again."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

_PATIENCE = 10.0
_CGROUP = Path("/proc/self/cgroup")


def is_unit(name: str, cgroup: str) -> bool:
    """Whether a process in this cgroup, as /proc tells of it, is the main part of the service `name`."""
    return any(line.rpartition("/")[2] == f"{name}.service" for line in cgroup.splitlines())


def stop_service(name: str) -> bool:
    """Have the user's service manager stop us until the next session; false where we are not its service."""
    if sys.platform != "linux":
        return False
    try:
        if not is_unit(name, _CGROUP.read_text()):
            return False
        command = ["systemctl", "--user", "--no-block", "stop", f"{name}.socket", f"{name}.service"]
        done = subprocess.run(  # noqa: S603 - a unit's name
            command, check=False, stdin=subprocess.DEVNULL, capture_output=True, timeout=_PATIENCE
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 0
