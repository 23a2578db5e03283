"""The process: a listening socket, of its own or handed in; uvicorn; and an end when nobody reads any more."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator

import uvicorn
from uvicorn.server import HANDLED_SIGNALS

from chathold import address
from chathold.address import Address
from chathold.home import Home
from chathold.reader.app import application
from chathold.reader.attendance import PATIENCE, Attendance
from chathold.reader.opening import Reader
from chathold.reader.session import Session
from chathold.reader.tending import Tending
from chathold.state import State

_LOOKS_EVERY = 1.0


class _Server(uvicorn.Server):
    """A server that ends when it is asked to, which is no failure: uvicorn would raise the signal again."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Heed signals while serving, in the main thread; others get none."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self.handle_exit) for number in HANDLED_SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def serve(
    home: Home,
    there: socket.socket,
    at: Address,
    *,
    patience: float = PATIENCE,
    trying: bool = False,
    clock: Callable[[], float] = time.monotonic,
) -> None:
    """Answer requests until nobody has come for `patience` seconds, or a signal says so."""
    attendance = Attendance(clock(), patience)
    reader = Reader(home, Session.of(at, home.state), attendance, steady=clock, trying=trying)
    server = _Server(
        uvicorn.Config(
            application(reader),
            loop="asyncio",
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            date_header=False,
            timeout_graceful_shutdown=5,
        )
    )
    asyncio.run(_until_over(server, there, attendance, clock))


async def _until_over(
    server: uvicorn.Server, there: socket.socket, attendance: Attendance, clock: Callable[[], float]
) -> None:
    serving = asyncio.create_task(server.serve(sockets=[there]))
    while not serving.done() and not attendance.is_over(clock()):
        await asyncio.wait([serving], timeout=_LOOKS_EVERY)
    server.should_exit = True
    await serving


def serve_at_home(
    home: Home, given: socket.socket | None, patience: float, say: Callable[[str], None], language: str = ""
) -> bool:
    """Serve what is under `home`; `say` is told the address. False if another process listens for it already.

    `given` is a socket that was handed in; without one, the reader listens by itself.
    """
    state = State.open(home.state)
    try:
        if given is None:
            lock = address.hold(home.state)
            if lock is None:
                return False
            there, at = address.listen(state)
        else:
            there, at = given, address.take_over(given, state)
    finally:
        state.close()
    tending = Tending(home, language)
    tending.start()
    try:
        with there:
            say(at.url)
            serve(home, there, at, patience=patience)
    finally:
        tending.stop()
    return True
