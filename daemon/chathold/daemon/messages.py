"""What the loop is told: by signals, by other threads, by the worker."""

from __future__ import annotations

from enum import Enum, auto
from pathlib import Path

from msgspec import Struct

from chathold.daemon.answers import Answer, Ended, Progress


class Message(Enum):
    """What the loop is told by signals and by other threads."""

    LOOK = auto()
    STOP = auto()
    RELOAD = auto()


class Take(Struct, frozen=True):
    """Somebody has chosen these files by hand."""

    paths: tuple[Path, ...]


Told = Message | Take | Answer | Progress | Ended
