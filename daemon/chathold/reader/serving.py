"""The process: a listening socket, of its own or handed in; uvicorn; and an end when nobody reads any more."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable, MutableMapping

import uvicorn

from chathold import address
from chathold.address import Address
from chathold.core.errors import ChatholdError
from chathold.core.texts import _
from chathold.home import Home
from chathold.reader.app import application
from chathold.reader.attendance import PATIENCE, Attendance
from chathold.reader.opening import Reader
from chathold.reader.session import Session
from chathold.state import State

_FIRST_HANDED_IN = 3
"""Where systemd puts the first socket: sd_listen_fds(3)."""
_LOOKS_EVERY = 1.0


def handed_in(environment: MutableMapping[str, str], process: int) -> int | None:
    """The socket that systemd hands to this process, if it does; children are not to think it is for them.

    `LISTEN_PID` names whom it is for, `LISTEN_FDS` says how many there are (sd_listen_fds(3)).
    """
    theirs, many = environment.pop("LISTEN_PID", ""), environment.pop("LISTEN_FDS", "")
    environment.pop("LISTEN_FDNAMES", None)
    if theirs != str(process) or not many.isdecimal() or int(many) < 1:
        return None
    return _FIRST_HANDED_IN


def take_over(number: int, state: State) -> tuple[socket.socket, Address]:
    """The socket with this number, and the address that goes with it.

    Raises `ChatholdError` if it does not listen on the loopback interface.
    """
    try:
        there = socket.socket(fileno=number)
        host, port = there.getsockname()[:2]
        listens = there.family == socket.AF_INET and there.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
    except (OSError, ValueError):
        host, port, listens = "", 0, 0
    if host != address.HOST or not listens:
        raise ChatholdError(
            _("The socket that was handed in does not listen on this computer alone."),
            place=str(number),
            advice=_("It has to listen on 127.0.0.1."),
        )
    return there, address.adopt(state, port)


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
    server = uvicorn.Server(
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


def serve_at_home(home: Home, number: int | None, patience: float, say: Callable[[str], None]) -> bool:
    """Serve what is under `home`; `say` is told the address. False if another process listens for it already.

    `number` is a socket that was handed in; without one, the reader listens by itself.
    """
    state = State.open(home.state)
    try:
        if number is None:
            lock = address.hold(home.state)
            if lock is None:
                return False
            there, at = address.listen(state)
        else:
            there, at = take_over(number, state)
    finally:
        state.close()
    with there:
        say(at.url)
        serve(home, there, at, patience=patience)
    return True
