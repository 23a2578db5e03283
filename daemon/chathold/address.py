"""Where the reader is found: one port of this computer and a secret first step of the path, kept for good.

Cookies are shared between all ports of a host, so the path keeps the reader's from being sent elsewhere; it is
as random as a key. Where another program has taken the port meanwhile, both are chosen anew, and with them every
session ends (`reader.session`): that program may have been told what was meant for us.

Whoever listens holds a lock beside the state: the reader itself, or the daemon for it.
"""

from __future__ import annotations

import secrets
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from chathold.core.errors import ChatholdError
from chathold.core.texts import _
from chathold.state import State
from chathold.state.memory import READER

if TYPE_CHECKING:
    from filelock import BaseFileLock

HOST = "127.0.0.1"
LOCK = "reader.lock"
_FIRST_PORT, _PORTS = 20_000, 10_000
"""Below those that systems hand out for connections, so that the same one is likely free next time."""
_TRIES = 20
_BACKLOG = 64
_PATIENCE = 2.0


class Address(Struct, frozen=True):
    """A port on the loopback interface, and the first step of every path."""

    port: int
    prefix: str

    @property
    def authority(self) -> str:
        """What a browser calls the host."""
        return f"{HOST}:{self.port}"

    @property
    def url(self) -> str:
        """Where the first page is."""
        return f"http://{self.authority}/{self.prefix}/"


def remembered(state: State) -> Address | None:
    """The address as it was last."""
    known = state.memory.get(READER)
    return Address(known["port"], known["prefix"]) if known else None


def listen(state: State) -> tuple[socket.socket, Address]:
    """A listening socket at the address of last time, or, if that is taken, at a new one, which is remembered.

    Raises `ChatholdError` where no port at all can be had.
    """
    known = remembered(state)
    if known is not None:
        there = _listening(known.port)
        if there is not None:
            return there, known
    return _anew(state)


def adopt(state: State, port: int) -> Address:
    """The address of a socket that listens already: the one of last time, if the port is the same."""
    known = remembered(state)
    return known if known is not None and known.port == port else _remember(state, port)


def _remember(state: State, port: int) -> Address:
    address = Address(port, secrets.token_urlsafe(16))
    state.memory.set(READER, {"port": address.port, "prefix": address.prefix})
    return address


def _anew(state: State) -> tuple[socket.socket, Address]:
    for _try in range(_TRIES):
        there = _listening(_FIRST_PORT + secrets.randbelow(_PORTS))
        if there is not None:
            return there, _remember(state, there.getsockname()[1])
    raise ChatholdError(
        _("No port of this computer is free for the reader."),
        place=HOST,
        advice=_("A firewall or a sandbox may forbid it; then there is the command line."),
    )


def _listening(port: int) -> socket.socket | None:
    """A socket that listens at this port; none if it cannot be had."""
    try:
        made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    except OSError:  # a sandbox lets nobody have one: then it has to be handed in
        return None
    try:
        if sys.platform == "win32":  # there, SO_REUSEADDR would let others take the port from us
            made.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((HOST, port))
        made.listen(_BACKLOG)
    except OSError:
        made.close()
        return None
    return made


def take_over(there: socket.socket, state: State) -> Address:
    """The address that goes with a socket that was handed in.

    Raises `ChatholdError` if it does not listen on the loopback interface.
    """
    try:
        host, port = there.getsockname()[:2]
        listens = there.family == socket.AF_INET and there.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
    except (OSError, ValueError):
        host, port, listens = "", 0, 0
    if host != HOST or not listens:
        raise ChatholdError(
            _("The socket that was handed in does not listen on this computer alone."),
            place=str(there.fileno()),
            advice=_("It has to listen on 127.0.0.1."),
        )
    return adopt(state, port)


def found(state_folder: Path) -> Address | None:
    """Where somebody listens for the reader now; none if nobody does."""
    if not is_held(state_folder):
        return None
    state = State.open(state_folder)
    try:
        known = remembered(state)
    finally:
        state.close()
    if known is None:
        return None
    try:
        socket.create_connection((HOST, known.port), _PATIENCE).close()
    except OSError:
        return None
    return known


def hold(state_folder: Path) -> BaseFileLock | None:
    """Be the one that listens; none if there is one already."""
    from filelock import FileLock, Timeout  # noqa: PLC0415 - `status` has no use for it

    state_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = FileLock(state_folder / LOCK, thread_local=False, mode=0o600)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return None
    return lock


def is_held(state_folder: Path) -> bool:
    """Whether somebody listens."""
    if not (state_folder / LOCK).exists():
        return False
    lock = hold(state_folder)
    if lock is None:
        return True
    lock.release()
    return False
