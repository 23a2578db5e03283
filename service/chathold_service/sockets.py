"""Listening sockets that one process hands to another: the service manager to a daemon, a daemon to what it starts."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from base64 import b64decode, b64encode
from typing import Any

_FIRST = 3
DESCRIBED = -1
"""In place of a number, on Windows: the socket is described in a line of standard input."""


def handed_in() -> list[socket.socket]:
    """The sockets that the service manager handed to this very process, as copies; usually none (sd_listen_fds(3)).

    The originals and the variables stay, so that a program that replaces itself (exec) is handed them again.
    Processes that this one starts do not get them.
    """
    try:
        if int(os.environ.get("LISTEN_PID", "0")) != os.getpid():
            return []
        count = int(os.environ.get("LISTEN_FDS", "0"))
    except ValueError:
        return []
    return [socket.socket(fileno=os.dup(_FIRST + number)) for number in range(count)]


def hand_to(command: list[str], there: socket.socket) -> subprocess.Popen[bytes]:
    """Start a process with the socket; its number is the last word of the command. Raises `OSError`.

    The process's standard input is a pipe that stays open for as long as this process lives, or keeps it so.
    """
    quiet: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.DEVNULL}
    if sys.platform != "win32":
        number = there.fileno()
        return subprocess.Popen([*command, str(number)], pass_fds=(number,), **quiet)  # noqa: S603 - our caller's
    process = subprocess.Popen(  # noqa: S603 - our caller's
        [*command, str(DESCRIBED)], creationflags=subprocess.CREATE_NO_WINDOW, **quiet
    )
    assert process.stdin is not None  # noqa: S101 - it is a pipe
    process.stdin.write(b64encode(there.share(process.pid)) + b"\n")
    process.stdin.flush()
    return process


def by_number(number: int) -> socket.socket:
    """The socket that `hand_to` has given this process under that number. Raises `OSError` where there is none."""
    if number != DESCRIBED:
        return socket.socket(fileno=number)
    if sys.platform == "win32":
        return socket.fromshare(b64decode(_line()))
    raise OSError("sockets are described on Windows alone")


def _line() -> bytes:
    """A line of standard input, and nothing beyond it."""
    line = b""
    while not line.endswith(b"\n") and (more := os.read(0, 1)):
        line += more
    return line
