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
from typing import Any

from chathold import address
from chathold.core.errors import ChatholdError
from chathold.home import Home
from chathold.state import State
from chathold_service.sockets import handed_in

_PATIENCE = 5.0
_BREATHS = (0.0, 1.0, 5.0, 30.0, 60.0)
"""Seconds before the reader is started again, after so many times in a row that it failed."""

Starts = Callable[[socket.socket], "subprocess.Popen[bytes]"]


class Activation:
    """Waits for requests in a thread of its own. `start` starts the reader with the socket."""

    def __init__(self, home: Home, start: Starts | None = None) -> None:
        self._home = home
        self._start = start or (lambda there: _reader(home, there))
        self._lock: Any = None
        self._there: socket.socket | None = None
        self._thread: threading.Thread | None = None
        self._end, self._ending = socket.socketpair()
        self._given = handed_in()

    def tend(self, state: State) -> None:
        """Listen, unless that is done already or another process does; call it now and then."""
        if self._thread is not None:
            return
        if self._lock is None:
            self._lock = address.hold(self._home.state)
        if self._lock is None:
            return
        self._there = self._listening(state)
        if self._there is not None:
            self._thread = threading.Thread(target=self._wait, args=(self._there,), name="requests", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End the reader, and listen no more."""
        self._ending.close()
        if self._thread is not None:
            self._thread.join()
        for each in (*self._given, self._there, self._end):
            if each is not None:
                each.close()
        if self._lock is not None:
            self._lock.release()

    def _listening(self, state: State) -> socket.socket | None:
        for given in self._given:
            address.adopt(state, given.getsockname()[1])
            return given
        with contextlib.suppress(ChatholdError):
            return address.listen(state)[0]
        return None

    def _wait(self, there: socket.socket) -> None:
        failed = 0
        while True:
            pause = _BREATHS[min(failed, len(_BREATHS) - 1)]
            if select.select([self._end], [], [], pause)[0]:
                return
            ready, _writable, _strange = select.select([there, self._end], [], [])
            if self._end in ready:
                return
            failed = 0 if self._served(there) else failed + 1

    def _served(self, there: socket.socket) -> bool:
        """Let the reader answer until it ends, or we do; whether all went well."""
        try:
            process = self._start(there)
        except OSError:
            return False
        ended = threading.Thread(target=self._end_with, args=(process,), name="end of the reader", daemon=True)
        ended.start()
        return process.wait() == 0

    def _end_with(self, process: subprocess.Popen[bytes]) -> None:
        """Close the reader's input when the daemon ends, which ends it; it is not waited for for ever."""


def _reader(home: Home, there: socket.socket) -> subprocess.Popen[bytes]:
    """Start the reader with the socket. Its input is held open for as long as the daemon lives."""
    raise NotImplementedError(sys.platform, os.name, home, there)


_ = Sequence
