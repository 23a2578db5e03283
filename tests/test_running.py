"""The loop, turned by hand: a clock that goes when it is told to, and an import that never ends."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from chathold.configuration import Settings
from chathold.configuration.settings import Downloads
from chathold.core.texts import speak
from chathold.daemon.answers import Answer, Ended, Request, Verdict
from chathold.daemon.clock import Clock
from chathold.daemon.messages import Message, Take
from chathold.daemon.running import Daemon
from chathold.daemon.telling import Event, Kind
from chathold.home import Home
from chathold.state import State
from chathold.state.memory import PAUSED
from daemons import export_of


@dataclass
class Importer:
    """Takes what it is sent, and says nothing."""

    sent: list[Request] = field(default_factory=list)

    def send(self, request: Request) -> None:
        """Note it."""
        self.sent.append(request)

    def rest(self) -> None:
        """There is nothing to let go."""


class Loop:
    """A daemon of a folder that it only looks at."""

    def __init__(self, folder: Path) -> None:
        self.downloads, self.now = folder / "downloads", 1_800_000_000.0
        self.downloads.mkdir()
        self.home = Home.find(os.fspath(folder / "home"))
        clock = Clock(wall=lambda: self.now, steady=lambda: self.now)
        settings = Settings(Downloads((self.downloads,), events=False))
        self.daemon = Daemon(self.home, settings, [], clock=clock)
        self.importer = Importer()
        self.daemon._importer = self.importer  # type: ignore[assignment]
        self.told: list[Event] = []
        self.daemon.stream.listen(self.told.append)
        self.daemon._begin()

    def close(self) -> None:
        """End it."""
        self.daemon._watcher.stop()
        self.daemon._state.close()
        speak("")

    def turn(self, *messages: Message | Take | Answer | Ended, seconds: float = 30.0, times: int = 4) -> None:
        """Let time pass, turn by turn; the messages come with the first."""
        for each in messages:
            self.daemon._inbox.put(each)
        for _ in range(times):
            self.daemon._inbox.put(Message.LOOK)
            self.daemon._turn()
            self.now += seconds

    def pause(self, *, paused: bool = True) -> None:
        """What `pause` and `resume` do, from another process."""
        with closing(State.open(self.home.state)) as state:
            state.memory.set(PAUSED, paused)

    @property
    def asked(self) -> list[str]:
        """The downloads that were sent to be imported."""
        return [Path(each.path).name for each in self.importer.sent if each.path]


@pytest.fixture
def loop(tmp_path: Path) -> Iterator[Loop]:
    """A loop with two exports to import; the older is being imported."""
    loop = Loop(tmp_path)
    for number in (1, 2):
        path = loop.downloads / f"{number}.zip"
        path.write_bytes(export_of(number))
        os.utime(path, (number, number))
    loop.turn()
    assert loop.asked == ["1.zip"]
    yield loop
    loop.close()


def test_what_waits_when_it_is_paused_is_imported_when_it_goes_on(loop: Loop) -> None:
    """The import under way ends; the next does not begin before, and begins then though nothing has changed."""
    loop.pause()
    loop.turn()
    loop.turn(Answer(loop.importer.sent[-1].path, Verdict.IMPORTED))
    assert (loop.asked, len(loop.daemon._queue)) == (["1.zip"], 0)
    loop.pause(paused=False)
    loop.turn()
    assert loop.asked == ["1.zip", "2.zip"]


def test_an_import_that_ends_all_of_a_sudden_is_tried_again(loop: Loop) -> None:
    """After the others; of one that was not seen to be an export nobody is told the name."""
    loop.turn(Ended(-9))
    assert loop.asked[:3] == ["1.zip", "2.zip"]
    loop.turn(Answer(loop.importer.sent[-1].path, Verdict.IMPORTED), times=8)
    assert loop.asked == ["1.zip", "2.zip", "1.zip"]
    assert [each for each in loop.told if each.path and each.kind is Kind.TROUBLE] == []


def test_a_long_import_is_begun_once(loop: Loop) -> None:
    """However often the folders are looked through meanwhile, and the settings read."""
    loop.turn(Message.RELOAD, times=40)
    assert loop.asked == ["1.zip"]


def test_each_request_has_the_settings_wishes(loop: Loop) -> None:
    """The language, too, so that all that is said is in one."""
    loop.home.configuration.parent.mkdir(exist_ok=True)
    loop.home.configuration.write_text(
        f"[downloads]\nfolders = ['{loop.downloads}']\nafter_import = 'trash'\n[desktop]\nlanguage = 'en'\n"
    )
    loop.turn()
    loop.turn(Answer(loop.importer.sent[-1].path, Verdict.IMPORTED))
    request = loop.importer.sent[-1]
    assert (request.after_import, request.language) == ("trash", "en")


def test_a_file_that_somebody_chose_is_imported_next(loop: Loop, tmp_path: Path) -> None:
    """Also while it is paused; it stays where it is, whatever the settings say; and its end is told."""
    loop.home.configuration.parent.mkdir(exist_ok=True)
    loop.home.configuration.write_text(
        f"[downloads]\nfolders = ['{loop.downloads}']\nafter_import = 'trash'\n"
    )
    loop.pause()
    loop.turn(times=2)
    chosen = tmp_path / "old.zip"
    chosen.write_bytes(export_of(3))
    loop.daemon.take([chosen])
    loop.turn(Answer(loop.importer.sent[-1].path, Verdict.IMPORTED))
    assert loop.asked == ["1.zip", "old.zip"]
    assert loop.importer.sent[-1].after_import == "leave"
    loop.turn(Answer(os.fspath(chosen), Verdict.NOT_AN_EXPORT), times=1)
    assert [(each.kind, each.chosen) for each in loop.told if each.path == chosen] == [(Kind.FAILED, True)]
    assert loop.asked == ["1.zip", "old.zip"]


def test_of_a_chosen_file_that_is_not_there_its_owner_is_told(loop: Loop, tmp_path: Path) -> None:
    """At once."""
    loop.turn(Take((tmp_path / "nothing.zip",)), times=1)
    assert [(each.kind, each.chosen) for each in loop.told if each.path == tmp_path / "nothing.zip"] == [
        (Kind.FAILED, True)
    ]


def test_a_clock_that_jumps_is_told_of(loop: Loop) -> None:
    """What waits for a time has to look at the clock again."""
    before = [each.kind for each in loop.told].count(Kind.CLOCK)
    clock = loop.daemon._clock
    loop.daemon._clock = Clock(wall=lambda: loop.now - 365 * 86_400, steady=clock.steady)
    loop.turn()
    assert [each.kind for each in loop.told].count(Kind.CLOCK) == before + 1


# --- The search index


def test_the_index_is_worked_on_when_nothing_is_to_be_imported(loop: Loop) -> None:
    """A moment at a time, as long as that helps; a download that waits goes first."""
    loop.turn(Answer("", Verdict.IMPORTED))
    loop.turn(Answer(loop.importer.sent[-1].path, Verdict.IMPORTED, behind=True))
    assert loop.asked == ["1.zip", "2.zip"]
    loop.turn(Answer(loop.importer.sent[-1].path, Verdict.IMPORTED, behind=True))
    assert [each.index for each in loop.importer.sent[-2:]] == [False, True]
    loop.turn(Answer("", Verdict.IMPORTED, behind=True))
    assert [each.index for each in loop.importer.sent[-2:]] == [True, True]
    loop.turn(Answer("", Verdict.IMPORTED))
    assert len(loop.importer.sent) == 5


def test_a_worker_that_ends_over_the_index_is_not_started_for_it_again(loop: Loop) -> None:
    """Not before something is imported: whatever ended it would again."""
    loop.turn(Answer("", Verdict.IMPORTED))
    for _ in range(2):
        loop.turn(Answer(loop.importer.sent[-1].path, Verdict.IMPORTED, behind=True))
    sent = len(loop.importer.sent)
    assert loop.importer.sent[-1].index
    loop.turn(Ended(-9))
    assert len(loop.importer.sent) == sent
