"""Whether anybody still reads. Requests count, and so does the sign that an open page gives every minute."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

PATIENCE = 300.0
"""So many seconds without any request the reader stays up. Browsers slow hidden pages to a sign a minute."""


class Attendance:
    """Counts what is under way; times are seconds of a clock that nobody sets."""

    def __init__(self, now: float, patience: float = PATIENCE) -> None:
        self._last = now
        self._patience = patience
        self._under_way = 0
        self._lock = threading.Lock()

    @contextmanager
    def staying(self, clock: Callable[[], float]) -> Iterator[None]:
        """While this lasts, somebody is here: a request, or work that a page has begun; in any thread."""
        with self._lock:
            self._under_way += 1
        try:
            yield
        finally:
            with self._lock:
                self._under_way -= 1
                self._last = clock()

    def is_over(self, now: float) -> bool:
        """Whether nobody has been here for so long that the reader may end."""
        return not self._under_way and now - self._last >= self._patience
