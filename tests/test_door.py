"""The reader is started by the first request: real sockets and processes, in the reader's place mostly a small one."""

from __future__ import annotations

import json
import os
import select
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from chathold import address
from chathold.daemon import door
from chathold.daemon.door import Door, Started
from chathold.home import Home
from chathold.state import State
from daemons import Place, running, until
from screens import environment

ANSWERS_ONE = """
import socket, sys
there = socket.socket(fileno=int(sys.argv[1]))
with there.accept()[0] as visitor:
    visitor.sendall(b"hello")
"""
STAYS = ANSWERS_ONE + "\nsys.stdin.read()\n"
FAILS = "raise SystemExit(1)"


class Readers:
    """What is started in the reader's place."""

    def __init__(self, *codes: str) -> None:
        self.codes, self.started = list(codes), list[Started]()

    def __call__(self, _home: Home, there: socket.socket) -> Started:
        """Start the next one; of the last there are any number."""
        code = self.codes.pop(0) if len(self.codes) > 1 else self.codes[0]
        process = subprocess.Popen(
            [sys.executable, "-c", code, str(there.fileno())],
            stdin=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            pass_fds=(there.fileno(),),
        )
        self.started.append(process)
        return process


pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="sockets are inherited by number")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home with nothing in it."""
    return Home.find(os.fspath(tmp_path / "home"))


@contextmanager
def _listening(
    home: Home, readers: Callable[[Home, socket.socket], Started], *given: socket.socket
) -> Iterator[int]:
    """The port of a door that listens."""
    waiting = Door(home, given, readers)
    with closing(State.open(home.state)) as state:
        try:
            waiting.open(state)
            known = address.remembered(state)
            assert known is not None
            yield known.port
        finally:
            waiting.close()


def _visit(port: int) -> bytes:
    with socket.create_connection((address.HOST, port), timeout=20) as visitor:
        return visitor.recv(100)


def test_nobody_asks_and_nothing_is_started(home: Home) -> None:
    """The daemon listens, and that is all; whoever looks sees that somebody does."""
    readers = Readers(ANSWERS_ONE)
    with _listening(home, readers):
        assert address.is_held(home.state)
        assert readers.started == []
    assert not address.is_held(home.state)


def test_whoever_asks_is_answered_also_when_the_reader_has_ended(home: Home) -> None:
    """One after the other, each by a reader of its own, at one address; none is left."""
    readers = Readers(ANSWERS_ONE)
    with _listening(home, readers) as port:
        assert [_visit(port) for _ in range(3)] == [b"hello"] * 3
        until(lambda: [each.poll() for each in readers.started] == [0, 0, 0])


def test_the_address_is_the_same_for_the_next_daemon(home: Home) -> None:
    """It is remembered."""
    with _listening(home, Readers(ANSWERS_ONE)) as first:
        pass
    with _listening(home, Readers(ANSWERS_ONE)) as second:
        assert second == first


def test_a_socket_that_is_handed_in_is_the_one(home: Home) -> None:
    """What is remembered follows it."""
    there = socket.create_server((address.HOST, 0))
    port = there.getsockname()[1]
    with _listening(home, Readers(ANSWERS_ONE), there) as remembered:
        assert remembered == port
        assert _visit(port) == b"hello"


def test_whoever_was_not_let_in_is_turned_away_in_the_end(home: Home) -> None:
    """Or the service manager, whose socket it is, would start the daemon again at once for somebody long gone."""
    with socket.socket() as kept:
        kept.bind(("127.0.0.1", 0))
        kept.listen()
        with _listening(home, Readers("import sys; sys.stdin.read()"), kept.dup()) as port:
            visitor = socket.create_connection(("127.0.0.1", port))
            visitor.close()
        assert select.select([kept], [], [], 0)[0] == []


def test_a_reader_that_stays_ends_with_the_daemon(home: Home) -> None:
    """And is waited for."""
    readers = Readers(STAYS)
    with _listening(home, readers) as port:
        assert _visit(port) == b"hello"
    assert len(readers.started) == 1
    assert readers.started[0].returncode is not None


def test_a_reader_that_fails_is_started_again_and_the_visitor_waits(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At a growing pace."""
    monkeypatch.setattr(door, "_BREATHS", (0.0, 0.01, 0.02))
    readers = Readers(FAILS, FAILS, FAILS, ANSWERS_ONE)
    with _listening(home, readers) as port:
        assert _visit(port) == b"hello"
        until(lambda: [each.poll() for each in readers.started] == [1, 1, 1, 0])


def test_a_daemon_ends_at_once_while_it_takes_a_breath(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """However often the reader has failed."""
    monkeypatch.setattr(door, "_BREATHS", (0.0, 3600.0))
    readers = Readers(FAILS)
    with _listening(home, readers) as port, socket.create_connection((address.HOST, port)):
        until(lambda: readers.started and readers.started[0].poll() is not None)
    assert len(readers.started) == 1


def test_where_another_process_listens_the_daemon_waits_its_turn(home: Home) -> None:
    """A reader that was started by hand has the address until it ends."""
    held = address.hold(home.state)
    assert held is not None
    waiting = Door(home, (), Readers(ANSWERS_ONE))
    with closing(State.open(home.state)) as state:
        waiting.open(state)
        assert address.remembered(state) is None
        held.release()
        waiting.open(state)
        known = address.remembered(state)
        assert known is not None
        assert _visit(known.port) == b"hello"
        waiting.close()


@pytest.mark.slow
def test_a_running_daemon_has_the_real_reader_answer(tmp_path: Path) -> None:
    """Killed, it takes the reader with it, so that the next daemon has the same address."""
    place = Place(tmp_path)
    with running(place) as daemon:
        until(lambda: address.is_held(place.home / "state"))
        first = _address(place)
        with urllib.request.urlopen(first, timeout=30) as answer:  # noqa: S310 - our own
            assert answer.status == 200
        daemon.kill(worker=False)
    with running(place):
        until(lambda: address.is_held(place.home / "state"))
        assert _address(place).split("/enter/")[0] == first.split("/enter/")[0]
        until(lambda: _answers(_address(place)))


def _address(place: Place) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "chathold", "--home", place.home, "web", "--no-browser", "--json"],
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    found: str = json.loads(done.stdout)["address"]
    return found


def _answers(page: str) -> bool:
    with urllib.request.urlopen(page, timeout=30) as answer:  # noqa: S310 - our own
        return bool(answer.status == 200)
