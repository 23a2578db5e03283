"""The reader's door: the daemon listens for it, and starts it when somebody knocks.

    somebody knocks ─▶ the reader is started with the listening socket ─▶ nobody reads any more, the reader ends
         ▲                                                                                       │
         └────────────── the daemon waits for the next one, and does nothing ◀───────────────────┘

So the reader costs nothing while nobody reads, and its address is always there. The socket is the service manager's,
if it hands one in: then it is there also while the daemon is started again. Otherwise the daemon makes it. Whoever
listens holds the lock of `chathold.address`. While the reader runs, nobody else looks at the socket.
"""

from __future__ import annotations

import contextlib
import select
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from chathold import address
from chathold.core.errors import ChatholdError
from chathold.home import Home
from chathold.state import State
from chathold_service.sockets import hand_to

if TYPE_CHECKING:
    from filelock import BaseFileLock

_BREATHS = (0.0, 1.0, 5.0, 30.0, 60.0)
"""Seconds before the reader is started again, after so many times in a row that it failed."""
_PATIENCE = 8.0

Started = subprocess.Popen[bytes]


def reader(home: Home, there: socket.socket) -> Started:
    """Start the reader with the socket. It ends when its input does, so with the daemon, however that ends."""
    return hand_to([sys.executable, "-m", "chathold.reader", *home.arguments, "--leashed", "--socket"], there)


class Door:
    """A thread that waits at the socket. `given` are sockets that were handed in; `start` starts the reader."""

    def __init__(
        self,
        home: Home,
        given: Sequence[socket.socket] = (),
        start: Callable[[Home, socket.socket], Started] = reader,
    ) -> None:
        self._home = home
        self._given = tuple(given)
        self._start = start
        self._socket: socket.socket | None = None
        self._lock: BaseFileLock | None = None
        self._reader: Started | None = None
        self._starting = threading.Lock()
        self._ended = False
        self._waiting: threading.Thread | None = None
        self._bell, self._ear = socket.socketpair()

    def open(self, state: State) -> str:
        """Listen, unless a reader that somebody started does by itself; what stands in the way of it, if anything."""
        if self._waiting is not None:
            return ""
        self._lock = address.hold(self._home.state)
        if self._lock is None:
            return ""
        try:
            self._socket = self._listening(state)
        except ChatholdError as error:
            self._lock.release()
            return str(error)
        self._waiting = threading.Thread(
            target=self._wait, args=(self._socket,), name="reader's door", daemon=True
        )
        self._waiting.start()
        return ""

    def close(self) -> None:
        """Listen no more, and end the reader."""
        self._bell.close()
        with self._starting:
            self._ended = True
        if self._reader is not None:
            _end(self._reader)
        if self._waiting is not None:
            self._waiting.join()
        if self._socket in self._given:
            _turn_away(self._socket)
        for each in filter(None, (*self._given, self._socket, self._ear)):
            each.close()
        if self._lock is not None:
            self._lock.release()

    def _listening(self, state: State) -> socket.socket:
        if not self._given:
            return address.listen(state)[0]
        address.take_over(self._given[0], state)
        return self._given[0]

    def _wait(self, there: socket.socket) -> None:
        """Start the reader for everybody who comes, one reader at a time; the closed bell ends it."""
        failed = 0
        while not select.select([self._ear], [], [], _BREATHS[min(failed, len(_BREATHS) - 1)])[0]:
            heard, _writable, _failed = select.select([there, self._ear], [], [])
            if self._ear in heard:
                return
            failed = 0 if self._served(there) else failed + 1

    def _served(self, there: socket.socket) -> bool:
        """Let the reader answer until it ends; whether it went well."""
        with self._starting:
            if self._ended:
                return True
            try:
                self._reader = self._start(self._home, there)
            except OSError:
                return False
        code = self._reader.wait()
        if self._reader.stdin is not None:
            with contextlib.suppress(OSError):
                self._reader.stdin.close()
        return code == 0


def _turn_away(there: socket.socket) -> None:
    """Close the connections of those who were not let in: for them the service manager would start us again."""
    with contextlib.suppress(OSError):
        while select.select([there], [], [], 0)[0]:
            there.accept()[0].close()


def _end(process: Started) -> None:
    process.terminate()
    try:
        process.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
