"""The clocks that the loop looks at."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Clock:
    """The clock on the wall (Unix seconds), and one that nobody sets (seconds)."""

    wall: Callable[[], float] = time.time
    steady: Callable[[], float] = time.monotonic
