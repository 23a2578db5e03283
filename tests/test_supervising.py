"""Keeping a program running, being the only one, and the sockets that are handed to it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from chathold_service import instance
from chathold_service.opening import command_for, open_uri
from chathold_service.sockets import handed_in
from chathold_service.supervising import keep, run, supervise
from daemons import until
from screens import environment


class Clock:
    """Goes when somebody sleeps, and while the program runs."""

    def __init__(self) -> None:
        self.now, self.slept = 1000.0, list[float]()

    def sleep(self, seconds: float) -> None:
        """Sleep at once."""
        self.slept.append(seconds)
        self.now += seconds


def _kept(*runs: tuple[float, int]) -> list[float]:
    """The pauses between runs of these lengths and exit codes."""
    clock, rest = Clock(), list(runs)

    def once() -> int:
        length, code = rest.pop(0)
        clock.now += length
        return code

    keep(once, lambda: clock.now, clock.sleep)
    assert not rest
    return clock.slept


def test_a_program_that_ends_by_itself_is_left_alone() -> None:
    """That is what quitting is."""
    assert _kept((5, 0)) == []


def test_a_program_that_keeps_failing_is_tried_for_ever_at_a_growing_pace() -> None:
    """Up to once a minute."""
    assert _kept(*[(0, 1)] * 9, (0, 0)) == [1, 2, 4, 8, 16, 32, 60, 60, 60]


def test_after_a_long_good_run_the_pace_begins_anew() -> None:
    """A crash a week apart from the others is no loop."""
    assert _kept((0, 1), (0, 1), (0, -9), (600, -9), (0, 1), (0, 0)) == [1, 2, 4, 1, 2]


def test_what_a_program_prints_is_kept_up_to_a_bound(tmp_path: Path) -> None:
    """It has no console."""
    log = tmp_path / "logs" / "supervised.log"
    words = [sys.executable, "-c", "import sys; print('out'); sys.stdout.flush(); sys.exit('oh')"]
    assert run(words, log) == 1
    assert run(words, log) == 1
    assert log.read_text().split() == ["out", "oh", "out", "oh"]
    log.write_bytes(b"x" * 1_000_001)
    run(words, log)
    assert log.read_text().split() == ["out", "oh"]


@pytest.fixture
def runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A runtime folder of its own."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", os.fspath(tmp_path))
    return tmp_path


def test_there_is_one_instance_of_a_name(runtime: Path) -> None:
    """Until it lets go; other names are other matters."""
    assert runtime.is_dir()
    held = instance.hold("talk")
    assert held is not None
    assert instance.hold("talk") is None
    assert instance.is_held("talk")
    assert not instance.is_held("another")
    assert not list(runtime.glob("another*"))
    held.release()
    assert not instance.is_held("talk")


def test_a_second_supervisor_ends_at_once(runtime: Path, tmp_path: Path) -> None:
    """Whatever started it twice."""
    assert runtime.is_dir()
    held = instance.hold("talk")
    assert held is not None
    assert not supervise("talk", ["no such program"], tmp_path / "log")
    held.release()


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX's")
def test_a_supervisor_ends_what_it_keeps_and_starts_it_again_until_then(runtime: Path) -> None:
    """Killed, the program comes back; the supervisor told to end, both do."""
    code = (
        "import sys\nfrom pathlib import Path\nfrom chathold_service.supervising import supervise\n"
        "supervise('talk', [sys.executable, '-c', sys.argv[1]], Path(sys.argv[2]))"
    )
    noting = "import os, time; print(os.getpid(), flush=True); time.sleep(60)"
    log = runtime / "log"

    def noted() -> list[int]:
        return [int(each) for each in log.read_text().split()] if log.exists() else []

    with subprocess.Popen([sys.executable, "-c", code, noting, log], env=environment()) as process:
        until(lambda: len(noted()) == 1)
        os.kill(noted()[0], signal.SIGKILL)
        until(lambda: len(noted()) == 2)
        process.terminate()
        assert process.wait(10) == 143
    with pytest.raises(ProcessLookupError):
        os.kill(noted()[1], 0)


_HANDED = """
import os, socket, sys
there = socket.socket()
there.bind(("127.0.0.1", 0))
there.listen()
os.dup2(there.fileno(), 3)
os.set_inheritable(3, True)
os.environ.update(LISTEN_PID=sys.argv[1] if len(sys.argv) > 1 else str(os.getpid()), LISTEN_FDS="1")
code = '''
from chathold_service.sockets import handed_in
for each in handed_in() + handed_in():
    print(each.getsockname()[1], each.get_inheritable(), each.fileno())
'''
print(there.getsockname()[1], flush=True)
os.execv(sys.executable, [sys.executable, "-c", code])
"""


@pytest.mark.skipif(sys.platform == "win32", reason="systemd is Linux's")
def test_a_socket_is_handed_in_and_can_be_handed_on_to_oneself() -> None:
    """As copies that children do not get; the original stays for a program that replaces itself."""
    done = subprocess.run(
        [sys.executable, "-c", _HANDED], capture_output=True, text=True, check=True, env=environment()
    )
    port, *found = done.stdout.splitlines()
    assert [each.split()[:2] for each in found] == [[port, "False"]] * 2
    assert all(each.split()[2] != "3" for each in found)


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"LISTEN_FDS": "1"},
        {"LISTEN_FDS": "1", "LISTEN_PID": "1"},
        {"LISTEN_FDS": "x", "LISTEN_PID": "me"},
    ],
)
def test_a_socket_for_another_process_is_not_taken(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]
) -> None:
    """Nor one that nobody speaks of."""
    for name in ("LISTEN_FDS", "LISTEN_PID"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, str(os.getpid()) if value == "me" else value)
    monkeypatch.setattr(socket, "socket", lambda **_: pytest.fail("a socket was taken"))
    assert handed_in() == []


@pytest.fixture
def tools(tmp_path: Path) -> str:
    """A folder of programs, as `PATH`."""
    for name in ("xdg-open", "systemd-run"):
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o700)
    return os.fspath(tmp_path)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows opens by itself")
def test_what_opens_a_page(tools: str) -> None:
    """In a terminal the desktop's opener; in a service the same, in a unit of its own."""
    page = "http://127.0.0.1:1/"
    assert command_for(page, {"PATH": tools}) == [f"{tools}/xdg-open", page]
    assert command_for(page, {"PATH": tools, "INVOCATION_ID": "x"}) == [
        f"{tools}/systemd-run", "--user", "--collect", "--quiet", "--", f"{tools}/xdg-open", page,
    ]  # fmt: skip
    assert command_for(page, {"PATH": "/nowhere"}) == []


@pytest.mark.parametrize(
    "uri", ["", "-h", "/etc/passwd", "javascript:alert(1)", "http://a b/", "http://a\n", "smb://host/share"]
)
def test_only_pages_and_files_are_opened(uri: str) -> None:
    """What is opened may come from an export."""
    with pytest.raises(ValueError, match="not a page"):
        open_uri(uri)
