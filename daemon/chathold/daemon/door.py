"""The reader's door: the daemon listens for it, and starts it when somebody knocks.

So the reader costs nothing while nobody reads, and its address is always there. The socket is handed on to the
reader, which takes the connection that is waiting; while it runs, nobody else looks at the socket.
"""

from __future__ import annotations

import contextlib
import os
import select
import socket
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

from chathold import address
from chathold.core.errors import ChatholdError
from chathold.home import Home
from chathold.state import State

if TYPE_CHECKING:
    from filelock import BaseFileLock

_AFTER_A_FAILURE = 10.0
"""So many seconds the door stays shut when the reader did not start: a knock must not make it try without end."""
_PATIENCE = 5.0


class Door:
    """A thread that waits at the socket. `handed` is the number of one that systemd has given, if it has."""

    def __init__(self, home: Home, handed: int | None = None) -> None:
        self._home = home
        self._handed = handed
        self._socket: socket.socket | None = None
        self._lock: BaseFileLock | None = None
        self._reader: subprocess.Popen[bytes] | None = None
        self._waiting: threading.Thread | None = None
        self._ended = threading.Event()
        self._bell, self._ear = socket.socketpair()

    def open(self, state: State) -> str:
        """Listen, unless a reader that somebody started does by itself; what stands in the way of it, if anything."""
        if self._socket is not None:
            return ""
        self._lock = address.hold(self._home.state)
        if self._lock is None:
            return ""
        try:
            number = self._handed
            self._socket, _at = address.listen(state) if number is None else address.take_over(number, state)
        except ChatholdError as error:
            self._lock.release()
            return str(error)
        self._waiting = threading.Thread(target=self._wait, name="reader's door", daemon=True)
        self._waiting.start()
        return ""

    def close(self) -> None:
        """Listen no more, and end the reader."""
        self._ended.set()
        self._bell.send(b"!")
        reader = self._reader
        if reader is not None:
            reader.terminate()
        if self._waiting is not None:
            self._waiting.join(_PATIENCE)
        if reader is not None and reader.poll() is None:
            reader.kill()
            reader.wait()
        for each in filter(None, (self._socket, self._bell, self._ear)):
            each.close()
        if self._lock is not None:
            self._lock.release()

    def _wait(self) -> None:
        """Start the reader for everybody who comes, one reader at a time."""
        assert self._socket is not None  # noqa: S101 - it is open
        while not self._ended.is_set():
            heard, _writable, _failed = select.select([self._socket, self._ear], [], [])
            if self._ear in heard:
                return
            with self._started() as reader:
                self._reader = reader
                if self._ended.is_set():
                    reader.terminate()
                failed = reader.wait() != 0
            self._reader = None
            if failed:
                self._ended.wait(_AFTER_A_FAILURE)

    def _started(self) -> subprocess.Popen[bytes]:
        """The reader, with the socket in its hands."""
        assert self._socket is not None  # noqa: S101 - it is open
        command = [sys.executable, "-m", "chathold.reader", *self._home.arguments, "--socket"]
        if sys.platform == "win32":
            process = subprocess.Popen(  # noqa: S603 - ourselves
                [*command, "-1"],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                creationflags=subprocess.CREATE_NO_WINDOW,
            )
            assert process.stdin is not None  # noqa: S101 - it is a pipe
            with contextlib.suppress(OSError), process.stdin:
                process.stdin.write(self._socket.share(process.pid))
            return process
        number = self._socket.fileno()
        return subprocess.Popen(  # noqa: S603 - ourselves
            [*command, str(number)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=(number,),
            env={name: value for name, value in os.environ.items() if not name.startswith("LISTEN_")},
        )
