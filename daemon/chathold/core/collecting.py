"""Work that makes very many objects which are trees, or stay."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_collection() -> Iterator[None]:
    """Work in which no garbage is looked for.

    Records are trees: counting references frees them, and looking for cycles takes a third of the time. Modules stay.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
