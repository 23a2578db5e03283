"""Work that a page has begun and that goes on after its answer: an import, a check that reads everything back."""

from __future__ import annotations

import threading
from collections.abc import Callable

from chathold.bugs import report
from chathold.reader.opening import Reader


def begin(reader: Reader, work: Callable[[], None]) -> None:
    """Do it in a thread of its own. The reader stays up meanwhile; a bug in it is reported, without chat text."""

    def edge() -> None:
        with reader.attendance.staying(reader.steady):
            try:
                work()
            except Exception as error:  # noqa: BLE001 - the thread's edge
                report(error, reader.home.logs)

    threading.Thread(target=edge, name="a page's work", daemon=True).start()
