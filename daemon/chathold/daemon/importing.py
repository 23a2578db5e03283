"""The worker as the daemon sees it: one process that imports one download at a time, and goes when idle."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from chathold.daemon.answers import Ended, Request, Said, understood

_PATIENCE = 3.0


class Importer:
    """Starts a worker when there is something to import. `hear` is called from another thread."""

    def __init__(self, archive: Path, reports: Path, hear: Callable[[Said | Ended], None]) -> None:
        self._command = [sys.executable, "-m", "chathold.daemon.worker", str(archive), str(reports)]
        self._hear = hear
        self._process: subprocess.Popen[str] | None = None
        self._listening: threading.Thread | None = None

    def send(self, request: Request) -> None:
        """Have one download imported; the answer is heard later, or that the worker has ended."""
        if self._process is None:
            self._start()
        process = self._process
        assert process is not None  # noqa: S101 - `_start` has set it
        assert process.stdin is not None  # noqa: S101 - it is a pipe
        try:
            process.stdin.write(request.line())
            process.stdin.flush()
        except (OSError, ValueError):
            pass  # it has ended, and its input is closed: that is heard, too

    def rest(self) -> None:
        """There is nothing to import for now: let the worker go."""
        if self._process is not None:
            self._forget()

    def stop(self) -> None:
        """End the worker at once, whatever it does; what it began is swept up by whoever writes next."""
        process = self._process
        if process is not None:
            process.kill()
        self._forget()

    def _start(self) -> None:
        flags = 0
        if sys.platform == "win32":
            flags = subprocess.CREATE_NO_WINDOW | subprocess.BELOW_NORMAL_PRIORITY_CLASS
        self._process = subprocess.Popen(  # noqa: S603 - ourselves
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
            creationflags=flags,
        )
        self._listening = threading.Thread(
            target=self._listen, args=(self._process,), name="worker's words", daemon=True
        )
        self._listening.start()

    def _forget(self) -> None:
        """Tell the process by the end of its input to end, wait for it, and no longer hear it."""
        process, self._process = self._process, None
        if process is None:  # there is none, or it ended by itself just now
            return
        _close(process)
        try:
            process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if self._listening:
            self._listening.join(_PATIENCE)

    def _listen(self, process: subprocess.Popen[str]) -> None:
        """Hand on what one worker says, to its end."""
        assert process.stdout is not None  # noqa: S101 - it is a pipe
        with process.stdout:
            for line in process.stdout:
                said = understood(line)
                if said is not None:
                    self._hear(said)
        code = process.wait()
        if self._process is process:
            self._process = None
            _close(process)
            self._hear(Ended(code))


def _close(process: subprocess.Popen[str]) -> None:
    """Say nothing more to a worker; what was not sent yet no longer matters."""
    if process.stdin is not None:
        with contextlib.suppress(OSError):
            process.stdin.close()
