"""How answers are written: one JSON document, or words and tables for a person."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from typing import Any

from chathold.core.errors import ChatholdError
from chathold.core.texts import _

_WIDEST = 28


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
    """One line of text for standard output, in UTF-8 whatever the terminal claims."""
    data = (text + "\n").encode("utf-8", "replace")
    stream = getattr(sys.stdout, "buffer", None)
    if stream is None:
        sys.stdout.write(data.decode("utf-8"))
        return
    sys.stdout.flush()
    stream.write(data)
    stream.flush()


def note(text: str) -> None:
    """One line for standard error."""
    sys.stderr.write(text + "\n")


def fail(error: ChatholdError, *, as_json: bool) -> None:
    """Say what went wrong, where, and what to do."""
    if as_json:
        write_json({"error": {"title": error.title, "place": error.place, "advice": error.advice}})
    note(f"{error.place}: {error.title}" if error.place else error.title)
    if error.advice:
        note("  " + error.advice)


def table(heads: Sequence[str], rows: Sequence[Sequence[str]], *, right: Sequence[int] = ()) -> None:
    """A plain table that fits the terminal; `right` are the columns of numbers."""
    from rich.cells import cell_len  # noqa: PLC0415 - only where tables are drawn
    from rich.console import Console  # noqa: PLC0415 - only where tables are drawn
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    drawn = Table(box=None, pad_edge=False, header_style="bold")
    for number, head in enumerate(heads):
        last = number == len(heads) - 1
        width = 0 if last else max(cell_len(text) for text in (head, *(clean(row[number]) for row in rows)))
        drawn.add_column(
            head,
            justify="right" if number in right else "left",
            overflow="ellipsis",
            no_wrap=True,
            min_width=min(width, _WIDEST),
        )
    for row in rows:
        drawn.add_row(*(Text(clean(cell)) for cell in row))
    Console(soft_wrap=False).print(drawn)


def clean(text: str) -> str:
    """`text` fit for a terminal: on one line, and nothing in it that steers the terminal."""
    return "".join(
        " " if each in "\r\n\t" else each for each in text if each.isprintable() or each in "\r\n\t"
    )


def safe(text: str) -> str:
    """`text` of several lines, without what steers a terminal."""
    return "".join(each for each in text if each.isprintable() or each in "\n\t")


def day(moment: str | None) -> str:
    """A time of ours (ISO, UTC) as a day and minute where the user is."""
    if not moment:
        return _("unknown")
    from datetime import datetime  # noqa: PLC0415 - keeps start-up light

    return datetime.fromisoformat(moment).astimezone().strftime("%Y-%m-%d %H:%M")


def amount(size: int) -> str:
    """A number of bytes for a person."""
    value = float(size)
    for unit in ("B", "kB", "MB"):
        if value < 1000:  # noqa: PLR2004 - decimal units
            return f"{value:.0f} {unit}"
        value /= 1000
    return f"{value:.1f} GB"
