"""What the daemon costs while nothing happens, after it has imported an export.

    python tests/benchmarks/idle.py EXPORT.zip [SECONDS]

starts `chathold run` on a folder with that export, waits until it is imported and its worker gone, and reads from
/proc what the daemon takes in the next SECONDS (60): CPU as a share of a core (target: 0.1 %), and memory (60 MB).
Where there is dbus-daemon, on a desktop of its own: a session's bus, a scripted panel and notification server.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.floors import python
from benchmarks.processes import MB
from desktop import Notifications, Panel, session_bus

CPU_SHARE, MEMORY = 0.001, 60 * MB
SETTLED = 20.0


def status(home: Path) -> dict[str, dict[str, int]]:
    """What `status --json` says."""
    command = [python(), "-m", "chathold", "--home", str(home), "status", "--json"]
    said: dict[str, dict[str, int]] = json.loads(
        subprocess.run(command, capture_output=True, check=True).stdout
    )
    return said


def cpu_seconds(process: Path) -> float:
    """User and system time of a process so far."""
    fields = (process / "stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory(process: Path) -> int:
    """Resident memory in bytes."""
    (line,) = (each for each in (process / "status").read_text().splitlines() if each.startswith("VmRSS"))
    return int(line.split()[1]) * 1024


@contextmanager
def desktop(folder: Path) -> Iterator[None]:
    """A desktop, if there can be one here."""
    if not shutil.which("dbus-daemon"):
        print("no dbus-daemon: measured without a desktop")
        yield
        return
    over = threading.Event()

    async def live() -> None:
        async with Panel(), Notifications():
            await asyncio.to_thread(over.wait)

    with session_bus(folder):
        thread = threading.Thread(target=lambda: asyncio.run(live()))
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()


def main(export: Path, seconds: float) -> None:
    """Measure, and print two lines."""
    with tempfile.TemporaryDirectory() as folder, desktop(Path(folder)):
        home, downloads = Path(folder) / "home", Path(folder) / "Downloads"
        downloads.mkdir()
        shutil.copy(export, downloads)
        command = [python(), "-m", "chathold", "--home", str(home), "run", "--watch", str(downloads)]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as daemon:
            process = Path(f"/proc/{daemon.pid}")
            children = process / "task" / str(daemon.pid) / "children"
            while not status(home)["archive"]["conversations"] or children.read_text().strip():
                time.sleep(1)
            time.sleep(SETTLED)
            before = cpu_seconds(process)
            time.sleep(seconds)
            share, size = (cpu_seconds(process) - before) / seconds, memory(process)
            daemon.terminate()
    print(f"idle daemon: {share:.3%} of a core in {seconds:g} s (target < {CPU_SHARE:.1%})")
    print(f"idle daemon: {size / MB:.1f} MB (target ≤ {MEMORY / MB:.0f} MB)")


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]) if len(sys.argv) > 2 else 60.0)
