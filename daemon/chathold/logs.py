"""The daemon's log: a file that is replaced before it grows too large, and the terminal or the journal.

One process writes it: a file that two hold open cannot be replaced on Windows. A line is a time in UTC, how
much it matters, and words; there is no chat text in it, not even in what Python says of an error.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import time
import traceback
from collections.abc import Iterator
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType
from typing import TextIO

from chathold.core.texts import _

NAME = "chathold.log"
LARGEST = 1_000_000
OLDER = 2
"""Bytes of a file, and how many older ones are kept beside the one that is written."""

LOG = logging.getLogger("chathold")

_PRIORITIES = ((logging.ERROR, 3), (logging.WARNING, 4), (logging.INFO, 6), (logging.NOTSET, 7))
"""How serious a line is, as sd-daemon(3) has it."""

_Raised = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


@contextlib.contextmanager
def logging_to(folder: Path, *, level: str = "info", stderr: TextIO | None = None) -> Iterator[None]:
    """Have what is logged written to `folder`, and to `stderr` if somebody reads it there: a terminal, the journal.

    `level` is `info` or `debug`, of our own; of libraries, warnings are logged. A folder that cannot be written
    to is told of, and is no reason to stop; `stderr` then gets the lines, whatever it is.
    """
    root = logging.getLogger()
    stream = sys.stderr if stderr is None else stderr
    with contextlib.ExitStack() as closing:
        handlers = [handler] if (handler := _beside(stream)) else []
        trouble = None
        try:
            handlers.append(_file(folder))
        except OSError as error:
            trouble = error
            handlers = handlers or [_to(stream, _Plain()) if stream else logging.NullHandler()]
        for each in handlers:
            root.addHandler(each)
            closing.callback(_close, root, each)
        closing.callback(LOG.setLevel, LOG.level)
        set_level(level)
        if trouble:
            LOG.warning(
                _("No log can be kept in {folder}: {reason}").format(
                    folder=folder, reason=trouble.strerror or trouble
                )
            )
        yield


def tail(path: Path, lines: int) -> list[str]:
    """The last lines of a log; none where there is none that can be read."""
    try:
        with path.open("rb") as file:
            file.seek(-min(LARGEST, file.seek(0, os.SEEK_END)), os.SEEK_END)
            return file.read().decode("utf-8", "replace").splitlines()[-lines:]
    except OSError:
        return []


def set_level(level: str) -> None:
    """Log `info`, or `debug` too, from now on."""
    LOG.setLevel(logging.DEBUG if level == "debug" else logging.INFO)


def _close(root: logging.Logger, handler: logging.Handler) -> None:
    root.removeHandler(handler)
    handler.close()


def _file(folder: Path) -> logging.Handler:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    handler = _Rotating(folder / NAME, maxBytes=LARGEST, backupCount=OLDER, encoding="utf-8")
    handler.setFormatter(_Plain())
    return handler


def _beside(stream: TextIO | None) -> logging.Handler | None:
    """Where else to log to. Windows' `pythonw` has no standard error at all."""
    if stream is None:
        return None
    formatter = _ForTheJournal() if is_journal(stream) else _Plain() if stream.isatty() else None
    if formatter is None:
        return None
    return _to(stream, formatter)


def _to(stream: TextIO, formatter: logging.Formatter) -> logging.Handler:
    handler = _Quiet(stream)
    handler.setFormatter(formatter)
    return handler


def is_journal(stream: TextIO) -> bool:
    """Whether systemd's journal reads the stream: it names the device and inode of it (systemd.exec(5))."""
    try:
        status = os.fstat(stream.fileno())
    except (OSError, ValueError):
        return False
    return os.environ.get("JOURNAL_STREAM") == f"{status.st_dev}:{status.st_ino}"


class _Quiet(logging.StreamHandler[TextIO]):
    """Drops a line that cannot be written: a full disk or a closed terminal must not stop the daemon."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        """Do nothing."""


class _Rotating(RotatingFileHandler):
    """Never grows beyond its bound, and never fails."""

    def _open(self) -> TextIOWrapper:
        """Open the file for its owner only, whatever half-characters are written to it."""
        file = os.open(self.baseFilename, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        return os.fdopen(file, "a", encoding="utf-8", errors="backslashreplace")

    def doRollover(self) -> None:  # noqa: N802 - logging's name
        """Begin a new file; where the old one cannot be renamed (somebody reads it, on Windows), empty it."""
        try:
            super().doRollover()
        except OSError:
            if self.stream is None:
                self.stream = self._open()
            self.stream.truncate(0)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        """Drop the line (see `_Quiet`), and with the next one try to open the file again."""
        del record
        stream, self.stream = self.stream, None
        if stream is not None:
            with contextlib.suppress(OSError):
                stream.close()

    def close(self) -> None:
        """Close the file, even where what is left cannot be written."""
        with contextlib.suppress(OSError):
            super().close()


class _Plain(logging.Formatter):
    """One line, but for the places in the code that an error passed through."""

    def format(self, record: logging.LogRecord) -> str:
        """The line. What other handlers have made of an error (`exc_text`) is not looked at."""
        return "\n".join([self.line(record), *_places(record.exc_info)])

    def line(self, record: logging.LogRecord) -> str:
        """Time, level and message: ISO 8601, in UTC."""
        moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created))
        return f"{moment} {record.levelname:<7} {_on_one_line(record.getMessage())}"


def _on_one_line(message: str) -> str:
    """Without line ends, or anything that steers a terminal: names of files can hold both."""
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode("ascii") for each in message
    )


def _places(raised: _Raised | None) -> list[str]:
    """The kind of an error and where in the code; what it says may be a piece of a chat."""
    if raised is None or raised[0] is None:
        return []
    kind, _error, places = raised
    frames = traceback.extract_tb(places)
    return [
        f"  {kind.__module__}.{kind.__qualname__}",
        *(f"    {frame.filename}:{frame.lineno} {frame.name}" for frame in frames),
    ]


class _ForTheJournal(_Plain):
    """The journal has its own clock, and wants a priority before each line (sd-daemon(3))."""

    def format(self, record: logging.LogRecord) -> str:
        """As above."""
        priority = next(number for level, number in _PRIORITIES if record.levelno >= level)
        return "\n".join(f"<{priority}>{line}" for line in super().format(record).split("\n"))

    def line(self, record: logging.LogRecord) -> str:
        """The message alone."""
        return _on_one_line(record.getMessage())
