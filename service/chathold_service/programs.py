"""What is to start with the session, as its owner describes it; everything here is a plain value."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path

from msgspec import Struct, field

Texts = Mapping[str, str]
"""One text by language (`en`, `zh_CN`). English is always there."""


BY_SHELL = ("/bin/sh", "-c", 'exec "$0" "$@"')
"""In front of a command, where what starts it cannot be told the name of its program: the shell can."""


class DesktopError(Exception):
    """The desktop does not do what it was asked to: `what` was tried, and what the system said to it."""

    def __init__(self, what: str, said: str) -> None:
        super().__init__(f"{what}: {said}")
        self.what = what
        self.said = said


class Entry(Struct, frozen=True):
    """How the program stands in the applications menu, in every language."""

    name: str
    kind: Texts
    about: Texts
    keywords: Texts
    """Separated by semicolons."""
    command: tuple[str, ...]
    """Opens the program's window, or page."""


class Program(Struct, frozen=True):
    """A program that runs in the background for as long as its user is signed in."""

    name: str
    """Of its files: letters, digits and hyphens. An instance of its own has a name of its own."""
    about: str
    """One line for people."""
    command: tuple[str, ...]
    """Runs it in the foreground: tells systemd what sd_notify(3) asks for, and ends with 0 only if asked to end."""
    supervised: tuple[str, ...]
    """The same, where nobody but itself starts it again."""
    probe: tuple[str, ...]
    """Loads everything that the program needs, then ends with 0."""
    port: int
    """The port of 127.0.0.1 on which the program answers; it is given the listening socket."""
    writes: tuple[Path, ...]
    """The folders that it writes to. They have to be there."""
    reads: tuple[Path, ...]
    """Others that must not be hidden from it."""
    logs: Path
    entry: Entry
    environment: Mapping[str, str] = field(default_factory=dict)


class Way(StrEnum):
    """What starts a program with the session."""

    SYSTEMD = "systemd"
    AUTOSTART = "autostart"
    RUN_KEY = "run key"


class Standing(Struct, frozen=True):
    """How things are with an installed program. Where the system cannot tell, it is empty, or false."""

    way: Way
    enabled: bool = False
    """Whether it starts with the next session."""
    running: bool = False
    since: float | None = None
    """Unix seconds."""
    words: str = ""
    """What it last said of itself, or why it ended."""
    hardened: bool = False
    """Whether it runs without a network of its own, and can write only where it has to."""
    answers: bool = True
    """Whether its address is its own: another program may have taken it."""
    files: tuple[str, ...] = ()
    """What was written for it, as far as it is there."""
