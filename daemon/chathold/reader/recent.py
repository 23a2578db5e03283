"""The conversations read last, put together once.

Nothing of a chat is stored ready to be read: it is merged from all its forms when somebody asks (`archive.views`).
For a very long one that takes a second, so going from one of its pages to the next takes the one put together
before, as long as the archive's files are as they were.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from pathlib import Path
from typing import Any

from chathold.archive import views
from chathold.archive.folder import DATABASE
from chathold.archive.store import Archive

Json = dict[str, Any]

_KEPT = 3
_LARGEST = 16_000_000
"""Characters: what is longer than this is put together each time."""


class Recent:
    """Keeps a few; any thread may ask."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, str], tuple[object, Json]] = OrderedDict()

    def show(self, archive: Archive, conversation: str, version: str = "") -> Json:
        """What `views.show` gives. Nobody may change it."""
        key, stamp = (conversation, version), _stamp(archive.folder)
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None and kept[0] == stamp:
                self._kept.move_to_end(key)
                return kept[1]
        shown = views.show(archive, conversation, version)
        if _length(shown) <= _LARGEST:
            with self._lock:
                self._kept[key] = stamp, shown
                self._kept.move_to_end(key)
                while len(self._kept) > _KEPT:
                    self._kept.popitem(last=False)
        return shown


def _stamp(folder: Path) -> list[tuple[int, int, int] | None]:
    """What differs once something was written to the archive."""
    return [_written(folder / name) for name in (DATABASE, f"{DATABASE}-wal")]


def _written(path: Path) -> tuple[int, int, int] | None:
    try:
        state = path.stat()
    except OSError:
        return None
    return state.st_mtime_ns, state.st_size, state.st_ino


def _length(shown: Json) -> int:
    return sum(len(part["text"]) for message in shown["messages"] for part in message["parts"])
