"""A fresh user account with a real `systemd --user`, on a machine that may have booted without systemd. Needs root.

    outer      this process: tests run commands as the user with `nsenter`
     └ keeper  new mount namespace: makes a cgroup of version 2 of its own, moves into it
        └ init new cgroup, pid and mount namespaces: private /run, /home and /etc/passwd
           └ systemd --user, without any privilege

All of it lies in namespaces: nothing is left on the machine when the keeper ends. The account has a virtual
environment in its home that sees this project's sources and the packages that run the tests.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_ROOT = Path(__file__).parents[1]
_USER = 1777
_NAME = "newcomer"
HOME = Path("/home") / _NAME
PYTHON = HOME / ".venv" / "bin" / "python"
SAID = HOME / "said.log"
"""What services print; there is no journal."""
_RUNTIME = Path("/run/user") / str(_USER)
_SEEN = Path("/run/for-tests")
_CLONE_NEWUSER = 0x10000000
_SYSTEMD = "/lib/systemd/systemd"
_TOOLS = ("unshare", "nsenter", "setpriv", "mount", "systemctl", "systemd-run", "systemd-analyze")
_ENVIRONMENT = {
    "HOME": os.fspath(HOME),
    "USER": _NAME,
    "LOGNAME": _NAME,
    "LANG": "C.UTF-8",
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "XDG_RUNTIME_DIR": os.fspath(_RUNTIME),
}
_NOBODY_SPECIAL = [
    "setpriv",
    f"--reuid={_USER}",
    f"--regid={_USER}",
    "--init-groups",
    "--bounding-set=-all",
    "--inh-caps=-all",
]


def hindrance() -> str:
    """Why there can be no such session here; empty if there can."""
    if sys.platform != "linux":
        return "systemd is Linux's"
    if os.geteuid() != 0:
        return "only root can make a user account of its own"
    missing = [each for each in _TOOLS if not shutil.which(each)]
    if missing or not Path(_SYSTEMD).exists():
        return f"systemd or a tool is not installed: {' '.join(missing)}"
    hidden = [each for each in (*_needed(), Path(sys.base_prefix)) if not each.stat().st_mode & 0o005]
    return f"another user may not read {hidden[0]}" if hidden else ""


def _needed() -> list[Path]:
    """What the account has to see, wherever it lies: this project, and the packages that run the tests."""
    return [_ROOT / "daemon", _ROOT / "service", Path(sysconfig.get_path("purelib"))]


@dataclass(slots=True)
class Session:
    """The running session."""

    init: int
    """The process id of its first process."""

    def run(
        self, *command: object, check: bool = True, environment: dict[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run a command as the user, in the user's home. Fails if it does, unless `check` is false."""
        done = self._run(command, environment or {})
        assert not check or done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        return done

    def _run(
        self, command: Iterable[object], environment: dict[str, str], said: bytes = b""
    ) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [*self._entered(), *_NOBODY_SPECIAL, *_env(environment), *map(str, command)],
            input=said,
            capture_output=True,
            check=False,
            timeout=120,
        )
        out, error = done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")
        return subprocess.CompletedProcess(done.args, done.returncode, out, error)

    def chathold(self, *arguments: object, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run our own command line as the user."""
        return self.run(PYTHON, "-m", "chathold", *arguments, check=check)

    def show(self, unit: str, what: str) -> str:
        """A property of a unit, as systemd has it."""
        return self.run("systemctl", "--user", "show", "--value", "--property", what, unit).stdout.strip()

    def path(self, inner: Path) -> Path:
        """Where a path of the session can be reached from outside, by root."""
        return Path(f"/proc/{self.init}/root") / inner.relative_to("/")

    def put(self, inner: Path, content: bytes, *, mode: str = "600") -> None:
        """Have the user write a file, in one go, as a browser's last rename does."""
        words = 'mkdir -p "$(dirname "$1")" && cat > "$1.part" && chmod "$2" "$1.part" && mv "$1.part" "$1"'
        self._run(["sh", "-c", words, "sh", inner, mode], {}, content)

    def pid(self, unit: str) -> int:
        """The main process of a service, as its own namespace counts it; 0 if there is none."""
        return int(self.show(unit, "MainPID") or 0)

    def signal(self, unit: str, number: signal.Signals) -> None:
        """Send a signal to the main process of a service alone, past systemd."""
        self.run("kill", f"-{number.name.removeprefix('SIG')}", self.pid(unit))

    def _entered(self) -> list[str]:
        return ["nsenter", f"--target={self.init}", "--mount", "--pid", "--ipc", "--cgroup"]


def _env(more: dict[str, str]) -> list[str]:
    everything = _ENVIRONMENT | {"DBUS_SESSION_BUS_ADDRESS": f"unix:path={_RUNTIME}/bus"} | more
    return ["env", "-i", f"--chdir={HOME}", *(f"{name}={value}" for name, value in everything.items())]


@contextmanager
def user_session(*, namespaces: bool = True) -> Iterator[Session]:
    """A session that has begun; gone afterwards, with all its processes.

    Without `namespaces`, users may make no user namespaces there, as on systems that forbid it for safety.
    """
    keeper = subprocess.Popen(
        ["unshare", "--mount", sys.executable, __file__, "keeper", "fenced" if not namespaces else "init"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert keeper.stdin is not None
    assert keeper.stdout is not None
    try:
        said = keeper.stdout.readline().split()
        assert said[:1] == ["ready"], "the session did not begin"
        yield Session(int(said[1]))
    finally:
        keeper.stdin.close()
        keeper.stdout.close()
        keeper.wait(30)


# --- inside


def _keeper() -> None:
    """Hold a cgroup and what runs in it for as long as standard input is open."""
    _do("mount", "--make-rprivate", "/")
    groups = Path("/mnt")
    _do("mount", "-t", "cgroup2", "cgroup2", groups)
    ours = groups / f"chathold-tests-{os.getpid()}"
    ours.mkdir()
    before = next(line[3:] for line in _lines("/proc/self/cgroup") if line.startswith("0::"))
    (ours / "cgroup.procs").write_text(str(os.getpid()))
    init = subprocess.Popen(
        ["unshare", "--mount", "--cgroup", "--ipc", "--pid", "--fork", "--kill-child", "--mount-proc",
         sys.executable, __file__, sys.argv[2]],
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=_in_a_user_namespace if sys.argv[2] == "fenced" else None,  # noqa: PLW1509 - one thread
    )  # fmt: skip
    (groups / before.lstrip("/") / "cgroup.procs").write_text(str(os.getpid()))
    assert init.stdout is not None
    if init.stdout.readline().strip() == "ready":
        inner = Path(f"/proc/{init.pid}/task/{init.pid}/children").read_text().split()[0]
        print("ready", inner, flush=True)
        sys.stdin.read()
    init.kill()
    init.wait()
    _remove(ours)


def _in_a_user_namespace() -> None:
    """Enter a user namespace in which everybody keeps their number; its limits are its own."""
    entered, entering = os.pipe()
    mapped, mapping = os.pipe()
    process = os.getpid()
    mapper = os.fork()
    if mapper == 0:
        os.read(entered, 1)
        for kind in ("uid", "gid"):
            Path(f"/proc/{process}/{kind}_map").write_text("0 0 65536")
        os.write(mapping, b".")
        os._exit(0)
    assert ctypes.CDLL(None).unshare(_CLONE_NEWUSER) == 0
    os.write(entering, b".")
    os.read(mapped, 1)
    os.waitpid(mapper, 0)
    os.setresgid(0, 0, 0)
    os.setresuid(0, 0, 0)


def _remove(group: Path) -> None:
    """Remove a cgroup and those below, once their processes are gone."""
    end = time.monotonic() + 10
    while time.monotonic() < end and any(
        int(line.split()[1]) for line in _lines(group / "cgroup.events") if line.startswith("populated")
    ):
        time.sleep(0.02)
    for folder, _folders, _files in os.walk(group, topdown=False):
        Path(folder).rmdir()


def _init(*, namespaces: bool) -> None:
    """Make the private parts of the file system, begin the session, and wait for orphans."""
    if not namespaces:
        Path("/proc/sys/user/max_user_namespaces").write_text("0")
    _mounts()
    _account()
    _environment_of_python()
    manager = subprocess.Popen(
        [*_NOBODY_SPECIAL, "env", "-i", *(f"{name}={value}" for name, value in _ENVIRONMENT.items()),
         "SYSTEMD_LOG_TARGET=console", _SYSTEMD, "--user"],
        cwd=HOME,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=(HOME / "systemd.log").open("w"),
    )  # fmt: skip
    while not (_RUNTIME / "systemd" / "private").exists():
        assert manager.poll() is None, (HOME / "systemd.log").read_text()
        time.sleep(0.02)
    print("ready", flush=True)
    while True:
        try:
            os.wait()
        except ChildProcessError:
            return


def _mounts() -> None:
    _do("mount", "--make-rprivate", "/")
    _do("mount", "-t", "cgroup2", "cgroup2", "/sys/fs/cgroup")
    stashed = Path("/mnt")
    _do("mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", stashed)
    for number, each in enumerate(_needed()):
        (stashed / str(number)).mkdir()
        _do("mount", "--bind", each, stashed / str(number))
    _do("mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", "/run")
    _do("mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", "/home")
    for folder in ("/run/systemd/system", "/run/systemd/unit-root", _RUNTIME, HOME):
        Path(folder).mkdir(parents=True)
    said = Path("/run/systemd/user/service.d/said.conf")
    said.parent.mkdir(parents=True)
    said.write_text(f"[Service]\nStandardOutput=append:{SAID}\nStandardError=append:{SAID}\n")
    _SEEN.mkdir()
    _do("mount", "--move", stashed, _SEEN)
    _uncover(Path(sys.base_prefix))
    for folder in (_RUNTIME, HOME):
        folder.chmod(0o700)
        os.chown(folder, _USER, _USER)


def _uncover(path: Path) -> None:
    """Let everybody come to `path`, which Python knows by this name, past folders that are closed to others."""
    closed = [each for each in path.parents if not each.stat().st_mode & 0o001]
    if closed:
        aside = Path("/run/aside")
        aside.mkdir()
        _do("mount", "--bind", path, aside)
        _do("mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", closed[-1])
        path.mkdir(parents=True)
        _do("mount", "--move", aside, path)


def _account() -> None:
    """An entry for the user, over the machine's own lists, and the right to divide our cgroup."""
    for name, line in (
        ("passwd", f"{_NAME}:x:{_USER}:{_USER}::{HOME}:/bin/sh"),
        ("group", f"{_NAME}:x:{_USER}:"),
    ):
        private = Path("/run") / name
        private.write_text(Path("/etc", name).read_text() + line + "\n")
        _do("mount", "--bind", private, f"/etc/{name}")
    for each in ("", "cgroup.procs", "cgroup.subtree_control", "cgroup.threads"):
        os.chown(Path("/sys/fs/cgroup") / each, _USER, _USER)


def _environment_of_python() -> None:
    """What `python -m venv .venv && .venv/bin/pip install .` would make, without a network."""
    user = [*_NOBODY_SPECIAL, "env", "-i", *(f"{name}={value}" for name, value in _ENVIRONMENT.items())]
    base = getattr(sys, "_base_executable", sys.executable)
    subprocess.run([*user, base, "-m", "venv", "--without-pip", HOME / ".venv"], check=True)
    packages = next((HOME / ".venv" / "lib").glob("python*/site-packages"))
    (packages / "chathold.pth").write_text("".join(f"{_SEEN / str(n)}\n" for n in range(len(_needed()))))


def _lines(path: Path | str) -> list[str]:
    return Path(path).read_text().splitlines()


def _do(*command: object) -> None:
    subprocess.run(list(map(str, command)), check=True)


if __name__ == "__main__":
    if sys.argv[1] == "keeper":
        _keeper()
    else:
        _init(namespaces=sys.argv[1] != "fenced")
