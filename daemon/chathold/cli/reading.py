"""`chathold web`: opens the reader, which is a process of its own and ends by itself when nobody reads."""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import closing
from typing import Any

import click

from chathold.cli.commands import Call, command
from chathold.cli.output import answer, write
from chathold.core.errors import ChatholdError
from chathold.core.texts import _
from chathold.home import Home

_ALREADY = 3
"""What `python -m chathold.reader` ends with where another process listens."""


@command("web")
@click.option("--no-browser", is_flag=True, help=_("Only print the address."))
def web_command(call: Call, *, no_browser: bool) -> None:
    """Start the reader, unless it runs, and show it."""
    from chathold.reader.session import CODE_LASTS  # noqa: PLC0415 - other commands of this module need none of it

    value = show_reader(call.home, browse=not no_browser)

    def words() -> None:
        write(_("Your chats: {address}").format(address=value["address"]))
        write(
            _("The address opens once, within {n} seconds, and then stays open in that browser.").format(
                n=int(CODE_LASTS)
            )
        )

    answer(value, as_json=call.as_json, words=words)


def show_reader(home: Home, *, browse: bool) -> dict[str, Any]:
    """Start what answers, unless it runs; the `address` that opens the reader once, and whether a `browser` shows it.

    Where Chathold starts with the session, that is the daemon; else a reader by itself. Raises `ChatholdError`.
    """
    from chathold import address  # noqa: PLC0415
    from chathold.reader.session import entrance, new_code  # noqa: PLC0415
    from chathold.startup import wake  # noqa: PLC0415
    from chathold.state import State  # noqa: PLC0415
    from chathold_service.opening import open_uri  # noqa: PLC0415

    if not address.is_held(home.state) and not wake(home):
        _start(home)
    with closing(State.open(home.state)) as state:
        at = address.remembered(state)
        if at is None:
            raise ChatholdError(_("The reader did not start."), advice=_('Try again: "chathold web".'))
        where = entrance(at, new_code(state, time.time()))
    return {"address": where, "browser": browse and open_uri(where)}


def _start(home: Home) -> None:
    """Start the reader and wait until it listens. Raises `ChatholdError` with what it says if it does not."""
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
            return
        said = process.stderr.read()
    if process.wait() != _ALREADY:
        raise ChatholdError(
            _("The reader did not start."), place=said.strip(), advice=_('"chathold doctor" may say why.')
        )


def _detached() -> dict[str, Any]:
    """What lets a process go on when this one, and its terminal, have ended."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"start_new_session": True}
