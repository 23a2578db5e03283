"""The clocks that the loop looks at."""

from __future__ import annotations

import time
from collections.abc import Callable

from msgspec import Struct


class Clock(Struct, frozen=True):
    """The clock on the wall (Unix seconds), and one that nobody sets (seconds)."""

    wall: Callable[[], float] = time.time
    steady: Callable[[], float] = time.monotonic
