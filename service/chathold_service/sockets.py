"""Listening sockets that the service manager hands to a process it starts (sd_listen_fds(3))."""

from __future__ import annotations

import os
import socket

_FIRST = 3


def handed_in() -> list[socket.socket]:
    """The sockets that were handed to this very process, as copies; usually none.

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
