"""Starting with the session by the user's systemd: a service, the socket that it answers on, a confinement.

    DATA/systemd/user/NAME.service, NAME.socket         what Chathold writes
    DATA/systemd/user/NAME.service.d/hardening.conf     only where it has been seen to work
    CONFIG/systemd/user/*.target.wants/NAME.*           links that `systemctl enable` makes

The folder is the one that systemd.unit(5) has for what is installed in a home; CONFIG stays the user's own.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from chathold_service import units
from chathold_service.folders import Folders, put, take_away
from chathold_service.programs import DesktopError, Program, Standing, Way

_PATIENCE = 120.0
_SHOWN = ("UnitFileState", "ActiveState", "SubState", "ActiveEnterTimestamp", "StatusText", "Result")


class BySystemd:
    """The user's service manager."""

    way = Way.SYSTEMD

    def __init__(self, folders: Folders) -> None:
        self._folders = folders
        self._units = folders.data / "systemd" / "user"
        self._links = folders.config / "systemd" / "user"
        self._transient = folders.runtime / "systemd" / "user"

    def is_possible(self) -> bool:
        """Whether a service manager of the user's answers."""
        if sys.platform != "linux" or not shutil.which("systemctl"):
            return False
        return self._ask("show-environment").returncode == 0

    def files(self, name: str) -> list[Path]:
        """All that is written for a program of this name."""
        return [*self._ours(name), *self._enabled(name)]

    def install(self, program: Program) -> None:
        """Write the units, and start the program; it is ready when this returns. Raises `DesktopError`."""
        try:
            texts = self.texts(program)
        except ValueError as error:
            raise DesktopError("systemd", repr(error.args[0])) from error
        drop_in = self._drop_in(program.name)
        for path, text in texts.items():
            if path != drop_in:
                put(path, text.encode())
        if self._bears(program):
            put(drop_in, texts[drop_in].encode())
        else:
            take_away([drop_in], [self._units])
        self._tell("daemon-reload")
        self._tell("enable", *_both(program.name))
        try:
            self._start_anew(program.name)
        except DesktopError:
            if not drop_in.exists():
                raise
            take_away([drop_in], [self._units])
            self._tell("daemon-reload")
            self._start_anew(program.name)

    def uninstall(self, name: str) -> list[Path]:
        """Stop the program and remove what was written for it; what that was. Raises `OSError`."""
        there = [path for path in self.files(name) if os.path.lexists(path)]
        if there:
            self._ask("disable", "--now", *_both(name))
        take_away(self.files(name), [self._folders.data, self._folders.config])
        if there:
            self._ask("daemon-reload")
            self._ask("reset-failed", *_both(name))
        return there

    def start(self, program: Program) -> None:
        """Start the program and its socket, unless they run; it is ready when this returns. Raises `DesktopError`."""
        service, socket = _both(program.name)
        self._tell("start", socket, service)

    def standing(self, name: str) -> Standing:
        """How the program stands."""
        said = self._ask(
            "show", "--timestamp=unix", f"--property={','.join(_SHOWN)}", f"{name}.service"
        ).stdout
        found = dict(line.partition("=")[::2] for line in said.splitlines())
        running = found.get("ActiveState") == "active"
        since = found.get("ActiveEnterTimestamp", "").removeprefix("@")
        result = found.get("Result", "")
        return Standing(
            Way.SYSTEMD,
            enabled=found.get("UnitFileState") == "enabled",
            running=running,
            since=float(since) if running and since.isdigit() else None,
            words=found.get("StatusText", "") if running or result == "success" else result,
            hardened=self._drop_in(name).exists(),
            answers=self._ask("is-failed", "--quiet", f"{name}.socket").returncode != 0,
            files=tuple(str(path) for path in self.files(name) if os.path.lexists(path)),
        )

    def fits(self, program: Program) -> bool:
        """Whether what was written is what would be written now, but for a drop-in that is not there at all."""
        return all(
            (path == self._drop_in(program.name) and not path.exists()) or _content(path) == text.encode()
            for path, text in self.texts(program).items()
        )

    def texts(self, program: Program) -> dict[Path, str]:
        """What belongs into each of our files. Raises `ValueError` if a path cannot be said in a unit."""
        service, socket = _both(program.name)
        return {
            self._units / service: units.service(program, self._version()),
            self._units / socket: units.socket(program),
            self._drop_in(program.name): units.confinement(program, self._folders.home),
        }

    def _start_anew(self, name: str) -> None:
        """Stop the program, so that a socket with another port can be made; then start both."""
        service, socket = _both(name)
        self._tell("stop", service)
        self._ask("reset-failed", service, socket)
        self._tell("restart", socket)
        self._tell("start", service)

    def _ours(self, name: str) -> list[Path]:
        return [*(self._units / unit for unit in _both(name)), self._drop_in(name)]

    def _enabled(self, name: str) -> list[Path]:
        service, socket = _both(name)
        return [self._links / "default.target.wants" / service, self._links / "sockets.target.wants" / socket]

    def _drop_in(self, name: str) -> Path:
        return self._units / f"{name}.service.d" / units.DROP_IN

    def _bears(self, program: Program) -> bool:
        """Whether the program's parts load under everything that it is to run under."""
        unit = f"{program.name}-probe.service"
        files = {
            self._transient / unit: units.probe(program),
            self._transient / f"{unit}.d" / units.DROP_IN: units.confinement(program, self._folders.home),
        }
        with self._for_a_moment(files):
            return self._ask("start", unit).returncode == 0

    @contextmanager
    def _for_a_moment(self, files: dict[Path, str]) -> Iterator[None]:
        try:
            for path, text in files.items():
                put(path, text.encode())
            self._ask("daemon-reload")
            yield
        finally:
            self._ask("reset-failed", next(iter(files)).name)
            take_away(files, [self._folders.runtime])
            self._ask("daemon-reload")

    def _version(self) -> int:
        found = re.match(r"systemd (\d+)", self._ask("--version").stdout)
        return int(found[1]) if found else 0

    def _tell(self, *words: str) -> None:
        done = self._ask(*words)
        if done.returncode:
            raise DesktopError(f"systemctl --user {' '.join(words)}", done.stderr.strip())

    def _ask(self, *words: str) -> subprocess.CompletedProcess[str]:
        runtime = {"XDG_RUNTIME_DIR": os.fspath(self._folders.runtime)}
        try:
            return subprocess.run(  # noqa: S603 - our own words
                ["systemctl", "--user", *words],  # noqa: S607 - wherever the system has it
                capture_output=True,
                text=True,
                check=False,
                timeout=_PATIENCE,
                stdin=subprocess.DEVNULL,
                env={**os.environ, **runtime, "LC_ALL": "C.UTF-8"},
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            return subprocess.CompletedProcess([], 1, "", str(error))


def _both(name: str) -> tuple[str, str]:
    return f"{name}.service", f"{name}.socket"


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None
