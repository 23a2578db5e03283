"""The worker as the daemon sees it: there while it is needed, and heard to its end."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue

import pytest

from chathold.daemon.answers import Answer, Ended, Request, Said, Verdict
from chathold.daemon.importing import Importer
from daemons import export_of

PATIENCE = 60.0


@dataclass
class Bench:
    """An importer, and what it was told by its workers."""

    folder: Path
    heard: SimpleQueue[Said | Ended] = field(default_factory=SimpleQueue)

    def __post_init__(self) -> None:
        self.importer = Importer(self.folder / "archive", self.folder / "logs", self.heard.put)

    def send(self, number: int = 1) -> Path:
        """Have an export imported."""
        path = self.folder / f"{number}.zip"
        path.write_bytes(export_of(number))
        self.importer.send(Request(os.fspath(path), create=True))
        return path

    def hear(self) -> Answer | Ended:
        """What is heard next, other than progress."""
        while True:
            said = self.heard.get(timeout=PATIENCE)
            if isinstance(said, Answer | Ended):
                return said

    @property
    def worker(self) -> subprocess.Popen[str]:
        """The process that imports."""
        assert self.importer._process
        return self.importer._process

    def runs(self) -> bool:
        """Whether there is a worker."""
        return self.importer._process is not None


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """An importer with nothing to do yet."""
    bench = Bench(tmp_path)
    yield bench
    bench.importer.stop()


def test_one_worker_imports_one_after_the_other(bench: Bench) -> None:
    """It is started for the first, and answers in the order in which it was asked."""
    assert not bench.runs()
    paths = [bench.send(1), bench.send(2)]
    worker = bench.worker
    answers = [bench.hear(), bench.hear()]
    assert [(each.path, each.verdict) for each in answers if isinstance(each, Answer)] == [
        (os.fspath(path), Verdict.IMPORTED) for path in paths
    ]
    assert bench.worker == worker


def test_an_idle_worker_goes(bench: Bench) -> None:
    """With its memory, and without a word; the next export gets another one."""
    bench.send(1)
    bench.hear()
    worker = bench.worker
    bench.importer.rest()
    assert (bench.runs(), worker.poll() is None) == (False, False)
    bench.send(2)
    assert isinstance(bench.hear(), Answer)
    assert bench.worker != worker


def test_a_stop_is_at_once(bench: Bench) -> None:
    """Whatever the worker does; nobody is told that it ended, for that was wished."""
    bench.send(1)
    worker = bench.worker
    bench.importer.stop()
    assert (bench.runs(), worker.poll() is None) == (False, False)
    while not bench.heard.empty():
        assert not isinstance(bench.heard.get(), Ended)


def test_a_worker_that_dies_is_told_of(bench: Bench) -> None:
    """Once; the next export gets another one."""
    bench.send(1)
    bench.hear()
    bench.worker.kill()
    ended = bench.hear()
    assert isinstance(ended, Ended)
    assert ended.code != 0
    bench.send(2)
    assert isinstance(bench.hear(), Answer)


def test_resting_and_stopping_where_nothing_runs_is_nothing(bench: Bench) -> None:
    """They may be called at any time."""
    for _ in range(2):
        bench.importer.rest()
        bench.importer.stop()
    with pytest.raises(Empty):
        bench.heard.get_nowait()
