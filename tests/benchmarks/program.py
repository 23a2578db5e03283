"""The program under measurement: run as a person runs it, as a process with a home of its own."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from benchmarks.floors import python
from benchmarks.processes import Cost, measure

INDEX_NAMES = ("search", "index")
"""Files of the archive's folder with one of these in their name are the search index, which counts apart."""

TOLD = 300
"""So much of what a failed program said is repeated."""


class ProgramFailed(Exception):
    """The program did not do what was measured; the text says how it ended."""


@dataclass(frozen=True, slots=True)
class Imported:
    """An import that went well: what it cost, and its receipt."""

    cost: Cost
    receipt: dict[str, Any]
    indexing: float = 0.0

    @property
    def derived(self) -> float:
        """CPU-seconds of the process, less those that went into the search index."""
        told: dict[str, float] = self.receipt.get("cpu") or {}
        return self.cost.cpu - self.indexing - told.get("indexing", 0.0)

    @property
    def safe(self) -> float:
        """CPU-seconds of the process, less those after the facts were on disk where the receipt tells."""
        told = self.receipt.get("cpu") or {}
        after = told["total"] - told["safe"] - told["indexing"] if told else 0.0
        return self.derived - after

    def count(self, name: str) -> int:
        """A number of conversations from the receipt."""
        return int(self.receipt["conversations"][name])


@dataclass(frozen=True, slots=True)
class Home:
    """A home of the program, below the folder for work."""

    folder: Path

    def call(self, *arguments: str) -> Cost:
        """Run one command. Raises ProgramFailed unless it ends well."""
        cost = measure([python(), "-m", "chathold", "--home", str(self.folder), *arguments])
        if cost.status:
            said = (cost.errors or cost.output).decode(errors="replace").strip()
            raise ProgramFailed(f"{arguments[0]} ended with {cost.status}: …{said[-TOLD:]}")
        return cost

    def import_export(self, path: Path, outcome: str = "imported") -> Imported:
        """Import one file. Raises ProgramFailed unless the receipt has the outcome expected."""
        cost = self.call("import", str(path), "--json")
        said = json.loads(cost.output)
        receipt = said["imports"][0]
        if receipt["outcome"] != outcome:
            raise ProgramFailed(f"import: {receipt['outcome']}, expected {outcome}")
        return Imported(cost, receipt, said.get("index", {}).get("cpu", 0.0))

    def status(self) -> dict[str, Any]:
        """What `status --json` says of the archive."""
        archive: dict[str, Any] = json.loads(self.call("status", "--json").output)["archive"]
        return archive

    def archive_bytes(self) -> int:
        """The size of the archive on disk, without the search index."""
        folder = Path(self.status()["path"])
        files = [path for path in folder.rglob("*") if path.is_file()]
        return sum(
            path.stat().st_size for path in files if not any(name in path.name for name in INDEX_NAMES)
        )


@contextmanager
def fresh_home(folder: Path) -> Iterator[Home]:
    """An empty home, gone afterwards."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    yield Home(folder)
    shutil.rmtree(folder)


@contextmanager
def copied_home(home: Home, folder: Path) -> Iterator[Home]:
    """A copy of a home as it is now, gone afterwards."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(home.folder, folder)
    yield Home(folder)
    shutil.rmtree(folder)


@dataclass(slots=True)
class LogWatch:
    """Watches how large the write-ahead log below a home grows while something else runs."""

    home: Home
    largest: int = 0
    _over: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread = field(init=False)

    def __enter__(self) -> Self:
        """Begin to watch."""
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop watching."""
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(0.05):
            self.largest = max([self.largest, *(file_size(log) for log in self.home.folder.rglob("*-wal"))])


def file_size(path: Path) -> int:
    """The size of a file that may be gone by now."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
