"""The reader as a process: `python -m chathold.reader`.

It prints where it is found once it listens. With `--quiet` it says nothing after that: whoever started it has gone.
"""

from __future__ import annotations

import os
import sys

import click

from chathold.address import handed_in
from chathold.configuration import load
from chathold.core.errors import ChatholdError
from chathold.core.texts import speak
from chathold.home import Home
from chathold.reader.attendance import PATIENCE
from chathold.reader.serving import serve_at_home

DONE, FAILED, ALREADY = 0, 1, 3


@click.command()
@click.option("--home", envvar="CHATHOLD_HOME", default="")
@click.option("--socket", "number", type=int, default=None)
@click.option("--patience", type=float, default=PATIENCE)
@click.option("--quiet", is_flag=True)
def main(home: str, number: int | None, patience: float, *, quiet: bool) -> None:
    """Serve until nobody reads. 0 done, 1 failed, 3 if another process does already."""
    given = handed_in(os.environ, os.getpid())
    try:
        places = Home.find(home)
        language = load(places.configuration).desktop.language
        speak(language)
        say = _say_last if quiet else _say
        served = serve_at_home(places, given if number is None else number, patience, say, language)
    except ChatholdError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(FAILED)
    sys.exit(DONE if served else ALREADY)


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
