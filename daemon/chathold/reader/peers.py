"""Whose connection it is. Linux tells the user who made a connection on this computer; other systems do not.

A browser is told the address of the entrance on its command line, where others who use this computer could see
it and be quicker. They would still not come in.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

_TABLE = Path("/proc/net/tcp")
"""Every TCP socket of the system: proc(5). Columns 1 and 2 are addresses, 7 is the user."""
_LOCAL, _REMOTE, _USER = 1, 2, 7
_LOOPBACK = "0100007F"
"""127.0.0.1 as the table has it, on machines with the small end first."""


def is_another_users(client: tuple[str, int] | None, port: int) -> bool:
    """Whether the connection from `client` to our `port` was surely made by another user."""
    if sys.platform == "win32" or client is None:
        return False
    try:
        table = _TABLE.read_text("ascii")
    except OSError:
        return False
    user = maker(table, client[1], port)
    return user is not None and user != os.getuid()


def maker(table: str, theirs: int, ours: int) -> int | None:
    """The user who connected from port `theirs` to port `ours`, both on the loopback interface."""
    wanted = (f"{_LOOPBACK}:{theirs:04X}", f"{_LOOPBACK}:{ours:04X}")
    for line in table.splitlines()[1:]:
        columns = line.split()
        if len(columns) > _USER and (columns[_LOCAL], columns[_REMOTE]) == wanted:
            return int(columns[_USER])
    return None
