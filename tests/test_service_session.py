"""Starting with the session, on a fresh account with a real `systemd --user`.

It is installed by our own command, as the README says, and then disturbed in every way that a service meets.
"""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from daemons import EXPORT, export_of, until
from user_session import HOME, PYTHON, SAID, Session, hindrance, user_session

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(hindrance()), reason=hindrance()),
]

UNIT, SOCKET = "chathold.service", "chathold.socket"
DOWNLOADS = HOME / "Downloads"
OWN = HOME / ".config/systemd/user/chathold.service.d/own.conf"
"""Changes of the user's to what we wrote."""

QUICKER = """
[Service]
WatchdogSec=5
TimeoutAbortSec=1
RestartSec=300ms
"""
"""What a test cannot wait for."""

VISIT = """
import sys, urllib.request
with urllib.request.urlopen(sys.argv[1], timeout=30) as answer:
    print(answer.status, answer.read().decode())
"""

TRIES = """
import errno, json, os, pathlib, socket, sys
def tried(attempt):
    try:
        attempt()
    except OSError as error:
        return errno.errorcode[error.errno]
    return "done"
def write(folder):
    path = pathlib.Path(folder, "tried")
    path.write_text("")
    path.unlink()
print(json.dumps({
    "outside": tried(lambda: write(sys.argv[1])),
    "downloads": tried(lambda: write(sys.argv[2])),
    "archive": tried(lambda: write(sys.argv[3])),
    "secrets": tried(lambda: os.listdir(sys.argv[4])),
    "inet": tried(lambda: socket.socket(socket.AF_INET).close()),
    "inet6": tried(lambda: socket.socket(socket.AF_INET6).close()),
    "netlink": tried(lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW).close()),
    "unix": tried(lambda: socket.socket(socket.AF_UNIX).close()),
    "interfaces": [line.split(":")[0].strip() for line in open("/proc/net/dev").readlines()[2:]],
    "niceness": tried(lambda: os.nice(10)),
}), flush=True)
"""


@pytest.fixture(scope="module")
def session() -> Iterator[Session]:
    """A session of a user who has just come to this computer."""
    with user_session() as session:
        session.run("mkdir", DOWNLOADS, HOME / ".ssh")
        yield session


@pytest.fixture(scope="module")
def said_when_installed(session: Session) -> dict[str, Any]:
    """What `service install` says."""
    said: dict[str, Any] = json.loads(session.chathold("service", "install", "--no-browser", "--json").stdout)
    return said


@pytest.fixture
def installed(session: Session, said_when_installed: dict[str, Any]) -> dict[str, Any]:
    """The same, of a service that runs, whatever the test before has done to it."""
    session.run("rm", "-rf", OWN.parent, HOME / ".config/chathold/config.toml")
    session.run("systemctl", "--user", "daemon-reload")
    verb = "restart" if session.path(OWN).exists() else "start"
    session.run("systemctl", "--user", verb, SOCKET, UNIT, check=False)  # it may be coming back just now
    until(lambda: session.show(UNIT, "ActiveState") == "active")
    return said_when_installed


def _status(session: Session) -> Any:
    return json.loads(session.chathold("service", "status", "--json").stdout)


def _address(session: Session) -> str:
    """Where the reader can be opened once."""
    address: str = json.loads(session.chathold("web", "--no-browser", "--json").stdout)["address"]
    return address


def _count(session: Session) -> int:
    count: int = json.loads(session.chathold("status", "--json").stdout)["archive"]["conversations"]
    return count


def _drop_in(session: Session, text: str) -> None:
    """Change the unit as its user may: beside what we wrote."""
    session.put(OWN, text.encode())
    session.run("systemctl", "--user", "daemon-reload")
    session.run("systemctl", "--user", "restart", UNIT)


def test_what_an_installed_service_says(session: Session, installed: dict[str, Any]) -> None:
    """It is ready, says what it does, starts with the next session, and is confined."""
    assert session.show(UNIT, "ActiveState") == "active"
    assert session.show(UNIT, "StatusText") == f"Watching {DOWNLOADS}."
    assert session.show(UNIT, "WatchdogUSec") == "1min"
    assert {key: installed[key] for key in ("installed", "way", "enabled", "running", "confined")} == {
        "installed": True,
        "way": "systemd",
        "enabled": True,
        "running": True,
        "confined": True,
    }
    status = _status(session)
    assert status == {key: installed[key] for key in status}
    assert status["last_words"] == f"Watching {DOWNLOADS}."
    assert session.run("systemctl", "--user", "is-enabled", UNIT, SOCKET).stdout.split() == [
        "enabled",
        "enabled",
    ]
    for unit, target in ((UNIT, "default.target"), (SOCKET, "sockets.target")):
        assert unit in session.show(target, "Wants").split()


def test_the_units_are_without_fault(session: Session, installed: dict[str, Any]) -> None:
    """`systemd-analyze verify` has nothing to say; the exposure is small."""
    units = [each for each in installed["files"] if each.endswith((UNIT, SOCKET)) and "wants" not in each]
    assert len(units) == 2
    verified = session.run("systemd-analyze", "--user", "verify", *units)
    assert verified.stdout + verified.stderr == ""
    exposure = session.run(
        "systemd-analyze", "--user", "security", "--offline=yes", "--threshold=25", units[0]
    )
    found = re.search(r"Overall exposure level for chathold.service: ([\d.]+)", exposure.stdout)
    assert found
    assert float(found[1]) <= 2.5


def test_an_export_is_imported_by_the_service(session: Session, installed: dict[str, Any]) -> None:
    """Dropped into the watched folder, by the confined service, with all its libraries."""
    assert installed["running"]
    before = _count(session)
    session.put(DOWNLOADS / EXPORT, export_of(1, chats=3))
    until(lambda: _count(session) == before + 3)
    assert "deepseek" in session.chathold("service", "logs").stdout


def test_the_reader_answers_on_the_socket_that_was_handed_in(
    session: Session, installed: dict[str, Any]
) -> None:
    """Though nobody in the service could make one; the address is the same after a restart, and opens once."""
    address = _address(session)
    assert address.split("/enter/")[0] == installed["address"].split("/enter/")[0]
    first = session.run(PYTHON, "-c", VISIT, address)
    assert first.stdout.startswith("200 <!doctype html>")
    assert "chathold.reader" in session.run("systemctl", "--user", "status", UNIT).stdout
    session.run("systemctl", "--user", "restart", UNIT)
    again = _address(session)
    assert again.split("/enter/")[0] == address.split("/enter/")[0]


def test_the_first_request_starts_a_service_that_was_stopped(
    session: Session, installed: dict[str, Any]
) -> None:
    """The socket is there before the service."""
    assert installed["running"]
    session.run(PYTHON, "-c", VISIT, _address(session))  # so that nobody waits at the door any more
    address = _address(session)
    session.run("systemctl", "--user", "stop", UNIT)
    assert session.show(UNIT, "ActiveState") == "inactive"
    visited = session.run(PYTHON, "-c", VISIT, address)
    assert visited.stdout.startswith("200 ")
    assert session.show(UNIT, "ActiveState") == "active"


def test_another_user_is_not_let_in(session: Session, installed: dict[str, Any]) -> None:
    """Whoever saw the address in a list of processes, and is quicker than the browser."""
    assert installed["confined"]
    address = _address(session)
    visited = subprocess.run(
        [sys.executable, "-c", VISIT, address], check=False, capture_output=True, text=True
    )
    assert "403: Forbidden" in visited.stderr
    assert session.run(PYTHON, "-c", VISIT, address).stdout.startswith("200 ")


def test_what_the_service_may_do(session: Session, installed: dict[str, Any]) -> None:
    """Its own folders, sockets of this computer, and no more; tried from within, in place of the daemon."""
    assert installed["confined"]
    archive = HOME / ".local/share/chathold/archive"
    session.put(HOME / "tries.py", TRIES.encode())
    words = " ".join(map(str, (HOME / "tries.py", HOME, DOWNLOADS, archive, HOME / ".ssh")))
    _drop_in(session, f"[Service]\nType=oneshot\nExecStart=\nExecStart={PYTHON} {words}\n")
    said = json.loads(session.path(SAID).read_text().splitlines()[-1])
    assert said == {
        "outside": "EROFS",
        "downloads": "EROFS",
        "archive": "done",
        "secrets": "EACCES",
        "inet": "EAFNOSUPPORT",
        "inet6": "EAFNOSUPPORT",
        "netlink": "EAFNOSUPPORT",
        "unix": "done",
        "interfaces": ["lo"],
        "niceness": "done",
    }


def test_a_service_that_is_killed_hangs_or_crashes_comes_back(
    session: Session, installed: dict[str, Any]
) -> None:
    """Killed, stopped in its tracks, and crashing again and again: there is no end that it does not come back from."""
    assert installed["running"]
    _drop_in(session, QUICKER)
    for number in (signal.SIGKILL, signal.SIGSEGV, signal.SIGSTOP, *[signal.SIGKILL] * 4):
        before = session.pid(UNIT)
        session.signal(UNIT, number)
        until(lambda before=before: session.pid(UNIT) not in (0, before))  # type: ignore[misc]
        until(lambda: session.show(UNIT, "ActiveState") == "active")
    assert int(session.show(UNIT, "NRestarts")) == 7
    count = _count(session)
    session.put(DOWNLOADS / "deepseek_data-2026-11-02.zip", export_of(2))
    until(lambda: _count(session) == count + 1)


def test_a_service_that_cannot_start_is_tried_for_ever(session: Session, installed: dict[str, Any]) -> None:
    """A mistake in the settings keeps it down; put right, it comes up by itself."""
    assert installed["running"]
    _drop_in(session, QUICKER)
    session.put(HOME / ".config/chathold/config.toml", b"[downloads]\nfolders = 7\n")
    session.run("systemctl", "--user", "kill", "--signal=KILL", UNIT)
    until(lambda: int(session.show(UNIT, "NRestarts")) >= 7)
    assert session.show(UNIT, "ActiveState") == "activating"
    session.run("rm", HOME / ".config/chathold/config.toml")
    until(lambda: session.show(UNIT, "ActiveState") == "active")


def test_a_service_that_is_told_to_end_stays_down(session: Session, installed: dict[str, Any]) -> None:
    """Quitting is no crash."""
    assert installed["running"]
    session.signal(UNIT, signal.SIGTERM)
    until(lambda: session.show(UNIT, "ActiveState") == "inactive")
    assert session.show(UNIT, "Result") == "success"
    assert not _status(session)["running"]


def test_installing_again_takes_over_new_settings(session: Session, installed: dict[str, Any]) -> None:
    """The folders that may be written to follow the settings; `doctor` says when they no longer do."""
    assert installed["confined"]
    checks = json.loads(session.chathold("doctor", "--json", check=False).stdout)["checks"]
    assert [each["state"] for each in checks if each["name"] == "startup"] == ["ok"]
    moved = HOME / 'an archive for exports, 100% mine $HOME "quoted" 存档'
    session.put(
        HOME / ".config/chathold/config.toml",
        f"[downloads]\nafter_import = 'move'\nmove_to = '{moved}'\n".encode(),
    )
    checks = json.loads(session.chathold("doctor", "--json", check=False).stdout)["checks"]
    assert [each["state"] for each in checks if each["name"] == "startup"] == ["warning"]
    session.signal(UNIT, signal.SIGHUP)
    until(lambda: "service install" in session.chathold("service", "logs").stdout)
    again = json.loads(session.chathold("service", "install", "--no-browser", "--json").stdout)
    assert again["confined"]
    assert again["address"].split("/enter/")[0] == installed["address"].split("/enter/")[0]
    session.put(DOWNLOADS / "deepseek_data-2026-11-03.zip", export_of(3))
    until(lambda: session.path(moved / "deepseek_data-2026-11-03.zip").exists(), told=lambda: _told(session))
    checks = json.loads(session.chathold("doctor", "--json", check=False).stdout)["checks"]
    assert [each["state"] for each in checks if each["name"] == "startup"] == ["ok"]


def _told(session: Session) -> str:
    return session.chathold("service", "logs").stdout + session.chathold("status").stdout


def test_where_another_program_has_taken_the_port_another_is_chosen(
    session: Session, installed: dict[str, Any]
) -> None:
    """The service runs all the same; `doctor` says so, and installing again mends it."""
    port = int(installed["address"].split("/")[2].split(":")[1])
    session.run("systemctl", "--user", "stop", SOCKET, UNIT)
    with socket.create_server(("127.0.0.1", port)):
        session.run("systemctl", "--user", "start", UNIT)
        checks = json.loads(session.chathold("doctor", "--json", check=False).stdout)["checks"]
        assert [each["state"] for each in checks if each["name"] == "startup"] == ["warning"]
        again = json.loads(session.chathold("service", "install", "--no-browser", "--json").stdout)
        assert again["running"]
        assert str(port) not in again["address"]
        assert session.run(PYTHON, "-c", VISIT, again["address"]).stdout.startswith("200 ")


def test_two_homes_are_two_services(session: Session, installed: dict[str, Any]) -> None:
    """Each with a name and an address of its own; the one goes, the other stays."""
    other = HOME / "another home"
    session.put(other / "config.toml", f"[downloads]\nfolders = ['{HOME}/Elsewhere']\n".encode())
    session.run("mkdir", "-p", HOME / "Elsewhere")
    said = json.loads(
        session.chathold("--home", other, "service", "install", "--no-browser", "--json").stdout
    )
    assert said["running"]
    assert said["confined"]
    assert said["address"].split("/")[2] != installed["address"].split("/")[2]
    assert not set(said["files"]) & set(installed["files"])
    session.chathold("--home", other, "service", "uninstall")
    assert _status(session)["running"]
    session.run("rm", "-r", other, HOME / "Elsewhere")


def test_a_folder_of_any_name_may_hold_the_program(session: Session, installed: dict[str, Any]) -> None:
    """Whatever systemd, shells and desktops make of the letters in it."""
    assert installed["running"]
    odd, other = HOME / 'it\'s $HOME, 100% "odd" \\n 存档; &', HOME / "odd home"
    session.put(other / "config.toml", f"[downloads]\nfolders = ['{DOWNLOADS}']\n".encode())
    session.run("ln", "-s", HOME / ".venv", odd)
    words = (odd / "bin/python", "-m", "chathold", "--home", other)
    said = json.loads(session.run(*words, "service", "install", "--no-browser", "--json").stdout)
    assert said["running"]
    assert said["confined"]
    unit = next(Path(each).name for each in said["files"] if each.endswith(".service"))
    assert session.path(Path("/proc", str(session.pid(unit)), "cmdline")).read_bytes().split(b"\0")[
        0
    ] == os.fsencode(odd / "bin/python")
    session.run(*words, "service", "uninstall")
    session.run("rm", "-r", other, odd)


def test_a_page_is_opened_from_within_the_service_by_a_unit_of_its_own(
    session: Session, installed: dict[str, Any]
) -> None:
    """A browser that the service started itself would be confined, and end with it."""
    assert installed["confined"]
    script = f"#!/bin/sh\ncat /proc/self/cgroup /proc/net/dev > {HOME}/opened\n"
    session.put(HOME / "bin/xdg-open", script.encode(), mode="755")
    words = "from chathold_service.opening import open_uri; assert open_uri('http://127.0.0.1:1/')"
    _drop_in(
        session,
        f"[Service]\nType=oneshot\nEnvironment=PATH={HOME}/bin:/usr/bin:/bin\n"
        f'ExecStart=\nExecStart={PYTHON} -c "{words}"\n',
    )
    until(lambda: session.path(HOME / "opened").exists())
    opened = session.path(HOME / "opened").read_text()
    session.run("rm", "-r", HOME / "opened", HOME / "bin")
    assert "chathold" not in opened
    assert "run-" in opened
    assert len(opened.splitlines()) > 4


def test_uninstalling_leaves_the_archive_and_nothing_else(session: Session) -> None:
    """Every file that was written is named, and gone; again is no error."""
    session.chathold("service", "uninstall")
    session.run("sh", "-c", "rm -rf .local .config Downloads/*")
    before = _files(session)
    session.chathold("service", "install", "--no-browser")
    session.put(DOWNLOADS / "deepseek_data-2026-11-04.zip", export_of(4))
    until(lambda: _count(session) == 1)
    count = _count(session)
    written = _files(session) - before
    removed = json.loads(session.chathold("service", "uninstall", "--json").stdout)["removed"]
    left = _files(session) - before
    ours = {HOME / ".local/share/chathold", HOME / ".local/state/chathold"}
    others = {HOME / ".config/xfce4", HOME / ".cache"}  # what shows notices, which the bus has started
    assert {each for each in left if not any(each.is_relative_to(own) for own in ours | others)} <= {
        HOME / ".config",
        HOME / ".local",
        HOME / ".local/share",
        HOME / ".local/state",
        DOWNLOADS / "deepseek_data-2026-11-04.zip",
        SAID,
    }
    assert set(map(Path, removed)) <= written
    assert _count(session) == count
    assert session.show(UNIT, "LoadState") == "not-found"
    listed = session.run("systemctl", "--user", "list-units", "--all", "--plain", "chathold*")
    assert "0 loaded units listed" in listed.stdout
    assert json.loads(session.chathold("service", "uninstall", "--json").stdout)["removed"] == []


def _files(session: Session) -> set[Path]:
    """Everything in the home, but for the account's Python."""
    found = session.run("find", HOME, "-name", ".venv", "-prune", "-o", "-print").stdout
    return set(map(Path, found.splitlines()))


def test_where_user_namespaces_are_forbidden_the_service_runs_without_the_confinement() -> None:
    """It would not start with it (217/USER); it still can open no connection."""
    with user_session(namespaces=False) as session:
        session.run("mkdir", DOWNLOADS)
        said = json.loads(session.chathold("service", "install", "--no-browser", "--json").stdout)
        assert said["running"]
        assert not said["confined"]
        assert session.show(UNIT, "RestrictAddressFamilies") == "AF_UNIX"
        assert session.run(PYTHON, "-c", VISIT, said["address"]).stdout.startswith("200 ")
        checks = json.loads(session.chathold("doctor", "--json", check=False).stdout)["checks"]
        assert [each["state"] for each in checks if each["name"] == "startup"] == ["ok"]
