"""Driving a watcher and simulated browsers on one clock that passes as it is told to."""

from __future__ import annotations

import heapq
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Self

from browsers import BROWSERS, Browser, Content, Errand, Steps, export, whole_content
from chathold.watching import Download, Watcher

PATIENCE = 10.0
"""The real seconds in which a real event has to arrive."""


@dataclass
class Clock:
    """A clock that only goes when it is told to."""

    now: float = 1000.0

    def __call__(self) -> float:
        """The seconds so far."""
        return self.now


@dataclass
class Bench:
    """A watcher of one folder, its clock, and what it handed out: paths with their content at that moment."""

    folder: Path
    deaf: bool = False
    look_every: float = 300.0
    poll_every: float = 10.0
    clock: Clock = field(default_factory=Clock)
    heard: threading.Event = field(default_factory=threading.Event)
    found: list[tuple[Download, Content]] = field(default_factory=list)
    ticks: int = 0

    def __post_init__(self) -> None:
        self.folders: Sequence[Path] = [self.folder]
        self.watcher = Watcher(
            lambda: self.folders,
            look_every=self.look_every,
            poll_every=self.poll_every,
            events=lambda _folder: not self.deaf,
            wake=self.heard.set,
            clock=self.clock,
        )

    def __enter__(self) -> Self:
        self.watcher.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.watcher.stop()

    @property
    def contents(self) -> list[Content]:
        """What was handed out, in order."""
        return [content for _download, content in self.found]

    @property
    def names(self) -> list[str]:
        """What was handed out, by name, in order."""
        return [download.path.name for download, _content in self.found]

    def tick(self) -> None:
        """Let the watcher do what is due now."""
        self.ticks += 1
        self.found += [(each, whole_content(each.path)) for each in self.watcher.tick()]

    def pass_time(self, seconds: float) -> None:
        """Let time pass, the watcher called whenever it wants to be."""
        end = self.clock.now + seconds
        while True:
            self.tick()
            due = self.clock.now + self.watcher.due()
            if due > end:
                break
            self.clock.now = max(due, self.clock.now + 0.001)
        self.clock.now = end
        self.tick()

    def run(self, *all_steps: Steps) -> None:
        """Let browsers work side by side until each is done."""
        turns = [(self.clock.now, number, steps) for number, steps in enumerate(all_steps)]
        heapq.heapify(turns)
        while turns:
            when, number, steps = heapq.heappop(turns)
            self.pass_time(max(0.0, when - self.clock.now))
            pause = next(steps, None)
            if pause is not None:
                heapq.heappush(turns, (self.clock.now + pause, number, steps))

    def wait_for(self, contents: list[Content], then: float = 60.0) -> None:
        """Until these were handed out, pass time again and again, for real seconds at most."""
        deadline = time.monotonic() + PATIENCE
        while any(each not in self.contents for each in contents) and time.monotonic() < deadline:
            self.heard.wait(0.05)
            self.heard.clear()
            self.pass_time(then)


def errand(folder: Path, name: str, seed: object) -> Errand:
    """An errand that is the same whenever it has the same seed."""
    rng = Random(ascii(f"{name} {seed}"))
    return Errand(folder, name, export(rng, name), rng)


def misfits(found: Iterable[Content], jobs: Iterable[tuple[Browser, Errand]]) -> list[str]:
    """What is wrong with what was handed out: early, missing, twice."""
    left = list(found)
    wrong: list[str] = []
    must: list[Content] = []
    may: list[Content] = []
    for browser, job in jobs:
        must += browser.must(job)
        may += browser.may(job)
    for content in must:
        if content in left:
            left.remove(content)
        else:
            wrong.append(f"missing: {_brief(content)}")
    for content in may:
        if content in left:
            left.remove(content)
    return wrong + [f"{'twice' if each in must + may else 'early'}: {_brief(each)}" for each in left]


def _brief(content: Content) -> str:
    return repr(content)[:200]


def browsers(only: Callable[[str], bool] = lambda _name: True) -> list[str]:
    """The names of the simulated browsers."""
    return [name for name in BROWSERS if only(name)]
