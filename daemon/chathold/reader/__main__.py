"""The reader as a process: `python -m chathold.reader`.

It prints where it is found once it listens. With `--quiet` it says nothing after that: whoever started it has gone.
With `--leashed` it ends when its standard input does, so with whoever started it.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading

import click

from chathold.configuration import load
from chathold.core.errors import ChatholdError
from chathold.core.texts import speak
from chathold.home import Home
from chathold.reader.attendance import PATIENCE
from chathold.reader.serving import serve_at_home
from chathold_service.sockets import by_number, handed_in

DONE, FAILED, ALREADY = 0, 1, 3


@click.command()
@click.option("--home", envvar="CHATHOLD_HOME", default="")
@click.option("--socket", "number", type=int, default=None)
@click.option("--patience", type=float, default=PATIENCE)
@click.option("--quiet", is_flag=True)
@click.option("--leashed", is_flag=True)
def main(home: str, number: int | None, patience: float, *, quiet: bool, leashed: bool) -> None:
    """Serve until nobody reads. 0 done, 1 failed, 3 if another process does already."""
    given = handed_in()[:1] if number is None else [by_number(number)]
    if leashed:
        threading.Thread(target=_end_with_input, name="leash", daemon=True).start()
    try:
        places = Home.find(home)
        language = load(places.configuration).desktop.language
        speak(language)
        say = _say_last if quiet else _say
        served = serve_at_home(places, given[0] if given else None, patience, say, language)
    except ChatholdError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(FAILED)
    sys.exit(DONE if served else ALREADY)


def _end_with_input() -> None:
    """End this process when its standard input does: whoever holds the other end has gone, however that was."""
    with contextlib.suppress(OSError):
        while os.read(0, 1):
            pass
    os.kill(os.getpid(), signal.SIGTERM)


def _say(words: str) -> None:
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


def _say_last(words: str) -> None:
    """Say it, and let what may be said later, by a library, go nowhere."""
    _say(words)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nowhere, stream)
    os.close(nowhere)


if __name__ == "__main__":
    main()
