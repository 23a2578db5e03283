"""What systemd is told, heard on a real socket."""

from __future__ import annotations

import os
import secrets
import socket
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest

from chathold_service.systemd import Systemd

pytestmark = pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="there is no systemd here")


@dataclass
class Manager:
    """The service manager's end of the socket."""

    socket: socket.socket

    def heard(self) -> list[str]:
        """All that it was told since it was last asked."""
        found = []
        while True:
            try:
                found.append(self.socket.recv(4096).decode())
            except BlockingIOError:
                return found


@dataclass
class Clock:
    """Goes when it is told to; what a machine's clock shows that has run for a week."""

    now: float = 600_000.0

    def monotonic(self) -> float:
        """As `time.monotonic`."""
        return self.now


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock that the service looks at; no service manager is there unless a test has one."""
    clock = Clock()
    monkeypatch.setattr("chathold_service.systemd.time", clock)
    for name in ("NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"):
        monkeypatch.delenv(name, raising=False)
    return clock


def _addresses() -> list[str]:
    """A socket in the file system, and on Linux one that is nowhere."""
    return ["notify", "@"] if sys.platform == "linux" else ["notify"]


@pytest.fixture(params=_addresses())
def manager(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Manager]:
    """A service manager that listens."""
    named: str = request.param
    address = f"@chathold-{secrets.token_hex(8)}" if named == "@" else os.fspath(tmp_path / named)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        monkeypatch.chdir(tmp_path)
        listening.bind("\0" + address[1:] if named == "@" else address)
        listening.setblocking(False)
        monkeypatch.setenv("NOTIFY_SOCKET", address)
        yield Manager(listening)


def test_systemd_is_told_when_the_service_is_ready_and_when_it_ends(manager: Manager) -> None:
    """In the words of sd_notify(3)."""
    systemd = Systemd()
    assert manager.heard() == []
    systemd.ready()
    assert manager.heard() == ["READY=1"]
    systemd.stopping()
    assert manager.heard() == ["STOPPING=1"]


def test_a_status_is_told_when_it_changes(manager: Manager) -> None:
    """The daemon says every second what it does."""
    systemd = Systemd()
    for words in ("Watching.", "Watching.", "夜間", "Watching.", "Watching."):
        systemd.status(words)
    assert manager.heard() == ["STATUS=Watching.", "STATUS=夜間", "STATUS=Watching."]


def test_a_status_is_one_line(manager: Manager) -> None:
    """A line end would begin another message: a folder's name can hold one."""
    Systemd().status("Watching /a\nREADY=1.")
    assert manager.heard() == ["STATUS=Watching /a READY=1."]


def test_a_status_may_name_a_folder_of_any_bytes(manager: Manager) -> None:
    """It is told as text."""
    Systemd().status("Watching " + os.fsdecode(b"/caf\xe9."))
    assert manager.heard() == ["STATUS=Watching /caf?."]


@pytest.mark.parametrize("seconds", [3, 30, 600])
def test_systemd_hears_in_time_that_the_service_is_alive(
    manager: Manager, monkeypatch: pytest.MonkeyPatch, clock: Clock, seconds: int
) -> None:
    """At least twice in each of the watchdog's intervals, however often the loop turns, and hardly more often."""
    monkeypatch.setenv("WATCHDOG_USEC", str(seconds * 1_000_000))
    systemd = Systemd()
    heard = []
    for _turn in range(20 * seconds):
        systemd.alive()
        heard += [clock.now] * len(manager.heard())
        clock.now += 0.5
    gaps = [later - sooner for sooner, later in pairwise(heard)]
    assert heard[0] == 600_000.0
    assert max(gaps) <= seconds / 2
    assert len(heard) <= 31


def test_what_is_said_for_the_watchdog(
    manager: Manager, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    """And nothing between."""
    monkeypatch.setenv("WATCHDOG_USEC", "30000000")
    systemd = Systemd()
    for _turn in range(3):
        systemd.alive()
    clock.now += 9.9
    systemd.alive()
    assert manager.heard() == ["WATCHDOG=1"]
    clock.now += 0.1
    systemd.alive()
    assert manager.heard() == ["WATCHDOG=1"]


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"WATCHDOG_USEC": "0"},
        {"WATCHDOG_USEC": "soon"},
        {"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"},
        {"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "me"},
    ],
)
def test_without_a_watchdog_nothing_is_said_of_being_alive(
    manager: Manager, monkeypatch: pytest.MonkeyPatch, clock: Clock, variables: dict[str, str]
) -> None:
    """Nor for one that waits for another process."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    systemd = Systemd()
    for _turn in range(3):
        systemd.alive()
        clock.now += 1000
    assert manager.heard() == []


def test_the_watchdog_of_this_process_is_heeded(manager: Manager, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it names the process that it waits for."""
    monkeypatch.setenv("WATCHDOG_USEC", "30000000")
    monkeypatch.setenv("WATCHDOG_PID", str(os.getpid()))
    Systemd().alive()
    assert manager.heard() == ["WATCHDOG=1"]


def _say_all(systemd: Systemd) -> None:
    systemd.ready()
    systemd.status("Watching.")
    systemd.alive()
    systemd.stopping()


def test_where_no_systemd_is_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """No socket is even made."""
    monkeypatch.setenv("WATCHDOG_USEC", "30000000")
    made: list[object] = []
    monkeypatch.setattr(socket, "socket", lambda *args: made.append(args))
    _say_all(Systemd())
    assert made == []


@pytest.mark.parametrize("address", ["nowhere", "@chathold-nobody", "x" * 300, "@"])
def test_a_systemd_that_does_not_listen_stops_nobody(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, address: str
) -> None:
    """It may have been restarted, or the address be wrong."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NOTIFY_SOCKET", address)
    monkeypatch.setenv("WATCHDOG_USEC", "30000000")
    _say_all(Systemd())
    assert list(tmp_path.iterdir()) == [tmp_path / "a-home-of-its-own"]
