"""`chathold web`: opens the reader, which is a process of its own and ends by itself when nobody reads."""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import closing
from typing import Any

import click

from chathold import address
from chathold.address import Address
from chathold.cli.commands import Call, command
from chathold.cli.output import answer, write
from chathold.core.errors import ChatholdError
from chathold.core.texts import _
from chathold.home import Home

_ALREADY = 3
"""What `python -m chathold.reader` ends with where another process listens."""
_TRIES, _PATIENCE = 40, 0.2


@command("web")
@click.option("--no-browser", is_flag=True, help=_("Only print the address."))
def web_command(call: Call, *, no_browser: bool) -> None:
    """Start the reader, unless it runs, and show it."""
    from chathold.reader.session import CODE_LASTS  # noqa: PLC0415 - `try` needs none of it

    value = show_reader(call.home, browser=not no_browser)

    def words() -> None:
        write(_("Your chats: {address}").format(address=value["address"]))
        write(
            _("The address opens once, within {n} seconds, and then stays open in that browser.").format(
                n=int(CODE_LASTS)
            )
        )

    answer(value, as_json=call.as_json, words=words)


def show_reader(home: Home, *, browser: bool, door: str = "") -> dict[str, Any]:
    """Start what answers, unless it runs; the `address` that opens the reader once, and whether a `browser` shows it.

    `door` is the name of the page that it opens at, none the first.
    Where Chathold starts with the session, that is the daemon; else a reader by itself. Raises `ChatholdError`.
    """
    from chathold.reader.session import entrance, new_code  # noqa: PLC0415
    from chathold.state import State  # noqa: PLC0415

    at = _running(home)
    with closing(State.open(home.state)) as state:
        where = entrance(at, new_code(state, time.time()), door)
    return {"address": where, "browser": browser and browse(where)}


def _running(home: Home) -> Address:
    """Where the reader listens; it is started unless it does already. One that is just ending is waited for."""
    from chathold.startup import wake  # noqa: PLC0415

    said = ""
    for _try in range(_TRIES):
        at = address.found(home.state)
        if at is not None:
            return at
        said = "" if wake(home) else _start(home)
        if said:
            break
    raise ChatholdError(
        _("The reader did not start."), place=said, advice=_('"chathold doctor" may say why.')
    )


def _start(home: Home) -> str:
    """Start the reader, and wait until it listens; what it says if it cannot."""
    process = subprocess.Popen(  # noqa: S603 - ourselves
        [sys.executable, "-m", "chathold.reader", *home.arguments, "--quiet"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        **_detached(),
    )
    assert process.stdout is not None  # noqa: S101 - they are pipes
    assert process.stderr is not None  # noqa: S101
    with process.stdout, process.stderr:
        if process.stdout.readline():
            return ""
        said = process.stderr.read().strip()
    if process.wait() == _ALREADY:
        time.sleep(_PATIENCE)
        return ""
    return said or _("It gave no reason.")


def _detached() -> dict[str, Any]:
    """What lets a process go on when this one, and its terminal, have ended."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"start_new_session": True}


def browse(page: str) -> bool:
    """Open the page in the user's browser; whether that can be done here."""
    from chathold_service.opening import open_uri  # noqa: PLC0415 - `--no-browser` needs none of it

    return open_uri(page)
