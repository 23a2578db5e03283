"""What was worked out last, kept as long as the archive's files are as they were.

Nothing of a chat is stored ready to be read: it is merged from all its forms when somebody asks (`archive.views`).
For a very long one that takes most of a second, so going from one of its pages to the next takes the one put together
before. The same holds for the sums over all chats, where there are tens of thousands.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from chathold.archive import views
from chathold.archive.folder import DATABASE
from chathold.archive.store import Archive

Json = dict[str, Any]
T = TypeVar("T")
Stamp = tuple[tuple[int, int, int] | None, ...]

_KEPT = 3
_SUMS = 16
_LARGEST = 16_000_000
"""Characters: what is longer than this is put together each time."""


class Recent:
    """Keeps a few; any thread may ask. Nobody may change what they are given."""

    def __init__(self) -> None:
        self._chats = _Kept(_KEPT)
        self._sums = _Kept(_SUMS)

    def show(self, archive: Archive, stamp: Stamp, conversation: str, version: str = "") -> Json:
        """What `views.show` gives. `stamp` is the archive's from before it was read from."""
        made: Json = self._chats.get(
            stamp,
            (conversation, version),
            lambda: views.show(archive, conversation, version),
            lambda shown: _length(shown) <= _LARGEST,
        )
        return made

    def sum(self, stamp: Stamp, name: object, make: Callable[[], T]) -> T:
        """What `make` gives, which is the same for the same `name` and the same archive."""
        made: T = self._sums.get(stamp, name, make, lambda _made: True)
        return made


class _Kept:
    """The values asked for last, each with what the archive's files were like when it was worked out."""

    def __init__(self, many: int) -> None:
        self._many = many
        self._lock = threading.Lock()
        self._kept: OrderedDict[object, tuple[Stamp, Any]] = OrderedDict()

    def get(self, stamp: Stamp, key: object, make: Callable[[], Any], may_stay: Callable[[Any], bool]) -> Any:
        """The value of this key, made if there is none that still holds."""
        with self._lock:
            known = self._kept.get(key)
            if known is not None and known[0] == stamp:
                self._kept.move_to_end(key)
                return known[1]
        made = make()
        if may_stay(made):
            with self._lock:
                self._kept[key] = stamp, made
                self._kept.move_to_end(key)
                while len(self._kept) > self._many:
                    self._kept.popitem(last=False)
        return made


def stamp_of(folder: Path) -> Stamp:
    """What differs once something was written to the archive.

    An empty write-ahead log is as good as none: whoever reads makes one, and removes it.
    """
    return tuple(_written(folder / name) for name in (DATABASE, f"{DATABASE}-wal"))


def _written(path: Path) -> tuple[int, int, int] | None:
    try:
        state = path.stat()
    except OSError:
        return None
    return (state.st_mtime_ns, state.st_size, state.st_ino) if state.st_size else None


def _length(shown: Json) -> int:
    return sum(len(part["text"]) for message in shown["messages"] for part in message["parts"])
