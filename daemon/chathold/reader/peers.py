"""Whose connection it is. Linux tells the user who made a connection on this computer; other systems do not.

A browser is told the address of the entrance on its command line, where others who use this computer could see
it and be quicker. They would still not come in.

A confined service has a network of its own, whose table does not list the connections to a socket that it was handed.
Its manager's does (MANAGERPID: systemd.exec(5)); users other than ours have no name there, and are others.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

_TABLE = "/proc/{process}/net/tcp"
"""Every TCP socket of the system: proc(5). Columns 1 and 2 are addresses, 7 is the user."""
_LOCAL, _REMOTE, _USER = 1, 2, 7
_LOOPBACK = "0100007F"
"""127.0.0.1 as the table has it, on machines with the small end first."""


def is_another_users(client: tuple[str, int] | None, port: int) -> bool:
    """Whether the connection from `client` to our `port` was surely made by another user."""
    if sys.platform == "win32" or client is None:
        return False
    users = (maker(table, client[1], port) for table in _tables(os.environ.get("MANAGERPID", "")))
    user = next((each for each in users if each is not None), None)
    return user is not None and user != os.getuid()


def _tables(manager: str) -> Iterator[str]:
    """The connections of this process's network, and of its manager's, as far as they can be read."""
    for process in ("self", *([manager] if manager.isdecimal() else [])):
        with contextlib.suppress(OSError):
            yield Path(_TABLE.format(process=process)).read_text("ascii")


def maker(table: str, theirs: int, ours: int) -> int | None:
    """The user who connected from port `theirs` to port `ours`, both on the loopback interface."""
    wanted = (f"{_LOOPBACK}:{theirs:04X}", f"{_LOOPBACK}:{ours:04X}")
    for line in table.splitlines()[1:]:
        columns = line.split()
        if len(columns) > _USER and (columns[_LOCAL], columns[_REMOTE]) == wanted:
            return int(columns[_USER])
    return None
