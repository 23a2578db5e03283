"""How answers are written: one JSON document, or words and tables for a person."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Sequence
from typing import Any

from chathold.core.errors import ChatholdError
from chathold.core.plain import clean
from chathold.core.saying import title_of
from chathold.core.texts import _

_NARROW = 12


def answer(value: Any, *, as_json: bool, words: Callable[[], None]) -> None:
    """Write `value` as one JSON document, or let `words` say it."""
    if as_json:
        write_json(value)
    else:
        words()


def write_json(value: Any) -> None:
    """One JSON document in UTF-8 and a line end, on standard output."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    write(text)


def write(text: str = "") -> None:
    """One line of text for standard output, in UTF-8 whatever the terminal claims; Windows' `pythonw` has none."""
    if sys.stdout is None:
        return
    data = (text + "\n").encode("utf-8", "replace")
    stream = getattr(sys.stdout, "buffer", None)
    if stream is None:
        sys.stdout.write(data.decode("utf-8"))
        return
    sys.stdout.flush()
    stream.write(data)
    stream.flush()


def note(text: str) -> None:
    """One line for standard error, if there is any."""
    if sys.stderr is None:
        return
    sys.stderr.write(text + "\n")


def said(error: ChatholdError) -> dict[str, Any]:
    """An error as JSON."""
    return {"error": {"title": error.title, "place": error.place, "advice": error.advice}}


def fail(error: ChatholdError, *, as_json: bool) -> None:
    """Say what went wrong, where, and what to do."""
    if as_json:
        write_json(said(error))
    place, title = clean(error.place), clean(error.title)
    note(f"{place}: {title}" if place else title)
    if error.advice:
        note("  " + clean(error.advice))


def table(heads: Sequence[str], rows: Sequence[Sequence[str]], *, right: Sequence[int] = ()) -> None:
    """A plain table; `right` are the columns of numbers. On a terminal the last column is cut to fit."""
    from rich.cells import cell_len, set_cell_size  # noqa: PLC0415 - only where tables are drawn

    lines = [list(heads), *([clean(cell) for cell in row] for row in rows)]
    widths = [max(cell_len(line[column]) for line in lines) for column in range(len(heads))]
    room = shutil.get_terminal_size().columns - sum(widths[:-1]) - 2 * (len(heads) - 1)
    for line in lines:
        if sys.stdout.isatty() and cell_len(line[-1]) > max(room, _NARROW):
            line[-1] = set_cell_size(line[-1], max(room, _NARROW) - 1) + "…"
        cells = [
            " " * (width - cell_len(cell)) + cell if column in right else set_cell_size(cell, width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ]
        write("  ".join(cells).rstrip())


def titled(line: dict[str, Any]) -> str:
    """The title of a line of `list`; a name that we gave, as Claude's memory has none, in the user's language."""
    return clean(title_of(line)) or _("(no title)")


def day(moment: str | None) -> str:
    """A time of ours (ISO, UTC) as a day and minute where the user is."""
    if not moment:
        return _("unknown")
    from datetime import datetime  # noqa: PLC0415 - keeps start-up light

    return datetime.fromisoformat(moment).astimezone().strftime("%Y-%m-%d %H:%M")
