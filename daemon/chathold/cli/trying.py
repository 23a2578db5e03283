"""`chathold try`: a look into exports that leaves nothing behind."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from pathlib import Path
from types import FrameType

import click

from chathold.archive.store import Archive
from chathold.archive.summary import totals
from chathold.cli.commands import Call, command
from chathold.cli.importing import import_command
from chathold.cli.output import note
from chathold.cli.reading import browse
from chathold.core.texts import _
from chathold.home import Home


@command("try")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--rescue", is_flag=True, help=_("Take what is whole from a cut or damaged file."))
@click.option("--no-browser", is_flag=True, help=_("Only print the address."))
def try_command(call: Call, paths: tuple[Path, ...], *, rescue: bool, no_browser: bool) -> int:
    """Import into a home that is gone afterwards, say what `import` says, and read there until stopped."""
    from chathold.reader.trying import passing_home, read_here  # noqa: PLC0415 - `import` needs none of it

    def say(where: str) -> None:
        if not call.as_json:
            note(_("Your chats: {address}").format(address=where))
            note(_("Nothing of this is kept. Ctrl-C ends it, and removes everything."))
        if not no_browser:
            browse(where)

    _heed_ending()
    with passing_home(call.home) as passing:
        options = [*(["--json"] if call.as_json else []), *(["--rescue"] if rescue else [])]
        asked = [*options, "--", *map(os.fspath, paths)]
        code: int = import_command.main(asked, obj=passing, standalone_mode=False)
        if _holds_something(passing):
            code = 0
            with contextlib.suppress(KeyboardInterrupt):
                read_here(passing, time.time, say)
    return code


def _holds_something(home: Home) -> bool:
    """Whether there is anything to read."""
    archive = Archive.open(home.archive)
    if archive is None:
        return False
    with contextlib.closing(archive):
        held = totals(archive)
    return bool(held["conversations"] or held["documents"])


def _heed_ending() -> None:
    """Remove everything when the system asks the program to end, too."""
    for name in ("SIGTERM", "SIGHUP", "SIGBREAK"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), _end)


def _end(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
