"""The reader, started by the first request: the daemon listens for it, and hands it the socket.

    somebody asks ─▶ the daemon starts the reader with the listening socket ─▶ nobody reads any more, the reader ends
         ▲                                                                                       │
         └────────────── the daemon waits for the next one, and does nothing ◀───────────────────┘

The socket is the service manager's, if it hands one in (sd_listen_fds(3)): then the address stays also while the
daemon is started again. Otherwise the daemon makes it. Whoever listens holds the lock of `chathold.address`.
"""

from __future__ import annotations

import contextlib
import os
import select
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from chathold import address
from chathold.core.errors import ChatholdError
from chathold.home import Home
from chathold.state import State

if TYPE_CHECKING:
    from filelock import BaseFileLock

_PATIENCE = 8.0
_BREATHS = (0.0, 1.0, 5.0, 30.0, 60.0)
"""Seconds before the reader is started again, after so many times in a row that it failed."""

Started = subprocess.Popen[bytes]


class Activation:
    """Waits for requests in a thread of its own. `given` are listening sockets that were handed in.

    `start` starts the reader with the socket.
    """

    def __init__(
        self,
        home: Home,
        given: Sequence[socket.socket] = (),
        start: Callable[[Home, socket.socket], Started] | None = None,
    ) -> None:
        self._home = home
        self._given = tuple(given)
        self._start = start or reader
        self._lock: BaseFileLock | None = None
        self._there: socket.socket | None = None
        self._thread: threading.Thread | None = None
        self._end, self._ending = socket.socketpair()
        self._starting = threading.Lock()
        self._stopped = False
        self._process: Started | None = None

    def tend(self, state: State) -> None:
        """Listen, unless that is done already, or another process does; to be called now and then."""
        if self._thread is not None:
            return
        self._lock = self._lock or address.hold(self._home.state)
        if self._lock is None:
            return
        self._there = self._listening(state)
        if self._there is not None:
            self._thread = threading.Thread(
                target=self._wait, args=(self._there,), name="requests", daemon=True
            )
            self._thread.start()

    def stop(self) -> None:
        """End the reader, and listen no more."""
        self._ending.close()
        with self._starting:
            self._stopped = True
            process = self._process
        if process is not None:
            _end(process)
        if self._thread is not None:
            self._thread.join()
        for each in (*self._given, self._there, self._end):
            if each is not None:
                each.close()
        if self._lock is not None:
            self._lock.release()

    def _listening(self, state: State) -> socket.socket | None:
        if self._given:
            address.adopt(state, self._given[0].getsockname()[1])
            return self._given[0]
        with contextlib.suppress(ChatholdError):
            return address.listen(state)[0]
        return None

    def _wait(self, there: socket.socket) -> None:
        """Serve whoever asks, until we are to end."""
        failed = 0
        while not select.select([self._end], [], [], _BREATHS[min(failed, len(_BREATHS) - 1)])[0]:
            asked, _nothing, _either = select.select([there, self._end], [], [])
            if self._end in asked:
                return
            failed = 0 if self._serve(there) else failed + 1

    def _serve(self, there: socket.socket) -> bool:
        """Let the reader answer until it ends; whether it went well."""
        with self._starting:
            if self._stopped:
                return True
            try:
                self._process = self._start(self._home, there)
            except OSError:
                return False
        ended = self._process.wait()
        _close(self._process)
        return ended == 0


def reader(home: Home, there: socket.socket) -> Started:
    """Start the reader with the socket. It ends when its input does, so with the daemon, however that ends."""
    number = there.fileno()
    inherited: dict[str, Any] = {"pass_fds": (number,)}
    if sys.platform == "win32":
        os.set_handle_inheritable(number, True)
        handles = subprocess.STARTUPINFO(lpAttributeList={"handle_list": [number]})
        inherited = {"startupinfo": handles, "creationflags": subprocess.CREATE_NO_WINDOW}
    return subprocess.Popen(  # noqa: S603 - ourselves
        [sys.executable, "-m", "chathold.reader", *home.arguments, "--socket", str(number), "--leashed"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        **inherited,
    )


def _end(process: Started) -> None:
    process.terminate()
    try:
        process.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _close(process: Started) -> None:
    if process.stdin is not None:
        with contextlib.suppress(OSError):
            process.stdin.close()
