"""The reader as a process: its address and session last, it ends when nobody reads, others are kept out."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from asking import Clock
from chathold import address
from chathold.address import HOST, Address, take_over
from chathold.core.errors import ChatholdError
from chathold.home import Home
from chathold.reader.serving import serve
from chathold.reader.session import COOKIE, Session, new_code
from chathold.reader.trying import passing_home, sweep
from chathold.state import State
from commands import process
from daemons import Place, running, until
from reading import Reader

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows hands sockets on in another way")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home whose state is there."""
    found = Home.find(os.fspath(tmp_path / "home"))
    found.state.mkdir(parents=True)
    return found


def get(at: Address, path: str, token: str = "", method: str = "GET") -> tuple[int, str]:
    """Status and body of what the reader answers to a program."""
    with closing(http.client.HTTPConnection(HOST, at.port, timeout=20)) as connection:
        headers = {"Cookie": f"{COOKIE}={token}"} if token else {}
        connection.request(method, f"/{at.prefix}/{path}", headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()


def address_of(home: Home) -> Address:
    """Where the reader of this home is."""
    with closing(State.open(home.state)) as state:
        found = address.remembered(state)
        assert found is not None
        return found


# --- the address


def test_the_address_is_the_same_next_time(home: Home) -> None:
    """Port and path are remembered; only this computer can connect."""
    with closing(State.open(home.state)) as state:
        there, first = address.listen(state)
        assert there.getsockname() == (HOST, first.port)
        there.close()
        there, second = address.listen(state)
        there.close()
    assert first == second
    assert len(first.prefix) >= 22  # 128 random bits


def test_a_port_that_another_program_took_is_left_with_all_that_went_with_it(home: Home) -> None:
    """It may have been shown the cookie: path and session are new, too."""
    with closing(State.open(home.state)) as state:
        there, first = address.listen(state)
        another, second = address.listen(state)
        for each in (there, another):
            each.close()
    assert first.port != second.port
    assert first.prefix != second.prefix
    assert Session.of(first, home.state).token != Session.of(second, home.state).token


def test_where_no_socket_can_be_had_it_is_said(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a service without any network, unless one is handed in."""

    def refused(*_given: object) -> None:
        raise OSError(97, "Address family not supported by protocol")

    with closing(State.open(home.state)) as state:
        monkeypatch.setattr(socket, "socket", refused)
        with pytest.raises(ChatholdError, match="No port of this computer is free"):
            address.listen(state)


def test_one_process_listens(home: Home) -> None:
    """The lock goes with the process."""
    first = address.hold(home.state)
    assert first is not None
    assert address.hold(home.state) is None
    assert address.is_held(home.state)
    first.release()
    assert not address.is_held(home.state)


def test_a_socket_that_others_can_reach_is_refused(home: Home) -> None:
    """One that listens on every interface, and one that does not listen."""
    with closing(State.open(home.state)) as state, socket.socket() as everywhere, socket.socket() as deaf:
        everywhere.bind(("0.0.0.0", 0))  # noqa: S104 - what must be refused
        everywhere.listen()
        deaf.bind((HOST, 0))
        for there in (everywhere, deaf):
            with pytest.raises(ChatholdError, match="does not listen on this computer alone"):
                take_over(there, state)


def test_all_who_make_the_secret_at_once_have_the_same(home: Home) -> None:
    """Whoever comes first."""
    at = Address(20_000, "prefix")
    for _time in range(20):
        (home.state / "reader.key").unlink(missing_ok=True)
        with ThreadPoolExecutor(8) as many:
            tokens = set(many.map(lambda _number: Session.of(at, home.state).token, range(8)))
        assert len(tokens) == 1
    assert [path.name for path in home.state.iterdir()] == ["reader.key"]


# --- how long it stays


def _serving(home: Home, clock: Clock) -> tuple[threading.Thread, Address, str]:
    """A reader in a thread, whose clock is set by hand."""
    with closing(State.open(home.state)) as state:
        there, at = address.listen(state)
    thread = threading.Thread(
        target=serve, args=(home, there, at), kwargs={"patience": 300, "clock": clock}, daemon=True
    )
    thread.start()
    return thread, at, Session.of(at, home.state).token


@pytest.mark.slow
def test_it_stays_while_a_page_is_open_and_ends_after(home: Home) -> None:
    """An hour of signs keeps it; five minutes without end it."""
    clock = Clock(0.0)
    thread, at, token = _serving(home, clock)
    for _minute in range(60):
        clock.now += 60
        assert get(at, "here", token)[0] == 204
    assert thread.is_alive()
    for _try in range(100):  # the last answer is there before the reader has noted that it has gone
        clock.now += 301
        thread.join(0.2)
        if not thread.is_alive():
            break
    assert not thread.is_alive()
    with pytest.raises(ConnectionRefusedError):
        get(at, "here", token)


# --- whole processes


@pytest.mark.slow
def test_address_and_session_outlive_the_process(home: Home) -> None:
    """Killed or ended: the same cookie opens the same address. Its files are the user's alone."""
    with Reader(Path(home.chosen)) as first:
        url, at = first.url, address_of(home)
        token = Session.of(at, home.state).token
        assert get(at, "", token)[0] == 200
        first.stop(signal.SIGKILL)
    with Reader(Path(home.chosen)) as second:
        assert second.url == url
        assert get(at, "", token)[0] == 200
        assert get(at, "", "another")[0] == 403
        assert second.stop() == 0
    if sys.platform != "win32":
        private = [path.name for path in home.state.iterdir() if path.stat().st_mode & 0o077]
        assert private == []
        assert home.state.stat().st_mode & 0o077 == 0 or home.state.stat().st_uid == os.getuid()


@pytest.mark.slow
def test_a_second_reader_leaves_it_to_the_first(home: Home) -> None:
    """`chathold web` opens the one that runs, each time with a code of its own."""
    first, second = (process(Path(home.chosen), "web", "--no-browser")["address"] for _time in range(2))
    at = address_of(home)
    try:
        assert first.startswith(f"{at.url}enter/")
        assert first != second
        third = subprocess.run([sys.executable, "-m", "chathold.reader", "--home", home.chosen], check=False)
        assert third.returncode == 3
        assert get(at, first.removeprefix(at.url))[0] == 403  # the second code took its place
        assert get(at, second.removeprefix(at.url))[0] == 200
    finally:
        _end_all(home)


def _end_all(home: Home) -> None:
    """End the reader that `chathold web` has left to itself, which Linux finds by what it was started with."""
    for each in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = each.read_bytes().split(b"\0")
        except OSError:
            continue
        if b"chathold.reader" in words and os.fsencode(home.chosen) in words:
            os.kill(int(each.parent.name), signal.SIGTERM)
    until(lambda: not address.is_held(home.state))


@pytest.mark.slow
@posix
def test_systemd_hands_its_socket_in(home: Home) -> None:
    """As number 3, for the process that the environment names: the reader serves on it."""
    with socket.socket() as there:
        there.bind((HOST, 0))
        there.listen()
        command = 'exec env LISTEN_PID=$$ LISTEN_FDS=1 "$@" 3<&"$FD"'
        python = [sys.executable, "-m", "chathold.reader", "--home", home.chosen]
        started = subprocess.Popen(
            ["/bin/bash", "-c", command, "bash", *python],
            pass_fds=(there.fileno(),),
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "FD": str(there.fileno())},
        )
        try:
            assert started.stdout is not None
            with started.stdout:
                assert started.stdout.readline().startswith(f"http://{HOST}:{there.getsockname()[1]}/")
            at = address_of(home)
            assert get(at, "", Session.of(at, home.state).token)[0] == 200
        finally:
            started.terminate()
            started.wait(20)


@pytest.mark.slow
@posix
def test_the_daemon_starts_the_reader_when_somebody_comes(tmp_path: Path) -> None:
    """Not before; again when it has ended; and both end together."""
    place = Place(tmp_path)
    home = Home.find(os.fspath(place.home))
    with running(place) as daemon:
        until(lambda: address.is_held(home.state))
        at = address_of(home)
        assert _readers(home) == []
        token = Session.of(at, home.state).token
        assert get(at, "", token)[0] == 200
        (reader,) = _readers(home)
        os.kill(reader, signal.SIGTERM)
        until(lambda: reader not in _readers(home))
        assert get(at, "", token)[0] == 200
        where = process(place.home, "web", "--no-browser")["address"]
        assert get(at, where.removeprefix(at.url))[0] == 200
        assert daemon.stop() == 0
    until(lambda: _readers(home) == [])


def _readers(home: Home) -> list[int]:
    """The readers of this home that run, where Linux tells."""
    found = []
    for each in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = each.read_bytes().split(b"\0")
        except OSError:
            continue
        if b"chathold.reader" in words and os.fsencode(home.chosen) in words:
            found.append(int(each.parent.name))
    return found


_STRANGER = """
import http.client, sys
connection = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]), timeout=20)
connection.request("GET", sys.argv[2], headers={"Cookie": sys.argv[3]})
answer = connection.getresponse()
print(answer.status, "belongs to somebody else" in answer.read().decode())
"""


@pytest.mark.slow
@pytest.mark.skipif(
    sys.platform != "linux" or os.getuid() != 0, reason="only root on Linux can be another user"
)
def test_another_user_is_not_let_in_with_the_right_cookie_or_code(home: Home) -> None:
    """A code may be seen on the browser's command line: it does not help, and is not used up."""
    with Reader(Path(home.chosen)):
        at = address_of(home)
        token = Session.of(at, home.state).token
        with closing(State.open(home.state)) as state:
            code = new_code(state, time.time())
        for path, cookie in (("", f"{COOKIE}={token}"), (f"enter/{code}", "")):
            done = subprocess.run(
                ["/usr/bin/env", "python3", "-c", _STRANGER, str(at.port), f"/{at.prefix}/{path}", cookie],
                user=65534,
                capture_output=True,
                text=True,
                check=True,
                env={"PATH": "/usr/bin:/bin"},
                cwd="/",
            )
            assert done.stdout.split() == ["403", "True"]
        assert get(at, f"enter/{code}")[0] == 200


# --- a look that leaves nothing behind


def test_what_was_tried_is_gone(home: Home) -> None:
    """However the look ends."""
    home.state.rmdir()
    for error in (None, KeyboardInterrupt):
        try:
            with passing_home(home) as passing:
                (passing.state / "something").write_text("of a chat")
                if error:
                    raise error
        except KeyboardInterrupt:
            pass
        assert not home.state.exists()


def test_what_a_killed_look_left_is_removed_by_the_next(home: Home) -> None:
    """But not that of one that runs."""
    left = Home.find(os.fspath(home.state / "try-killed"))
    left.state.mkdir(parents=True)
    (left.state / "something").write_text("of a chat")
    with passing_home(home) as passing:
        assert not Path(left.chosen).exists()
        sweep(home)
        assert passing.state.exists()


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_look_reads_and_ends_without_a_trace(home: Home, tmp_path: Path, number: signal.Signals) -> None:
    """`chathold try`, as a process: the pages say that nothing is kept."""
    from daemons import export_of  # noqa: PLC0415 - an export that is small

    export = tmp_path / "export.zip"
    export.write_bytes(export_of(1, 3))
    home.state.rmdir()
    with subprocess.Popen(
        [sys.executable, "-m", "chathold", "--home", home.chosen, "try", "--no-browser", os.fspath(export)],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "LANGUAGE": "en"},
    ) as trying:
        assert trying.stderr is not None
        line = trying.stderr.readline()
        url = line.split()[-1]
        prefix = url.split("/")[3]
        at = Address(int(url.split(":")[2].split("/")[0]), prefix)
        (folder,) = home.state.glob("try-*")
        token = Session.of(at, folder / "state").token
        status, page = get(at, "", token)
        assert (status, "nothing of this is kept" in page) == (200, True)
        trying.send_signal(number)
        assert trying.wait(20) == 0
    assert list(Path(home.chosen).iterdir()) == []
