"""The texts of systemd units (systemd.unit(5), systemd.exec(5)): nothing here touches a file.

A service has two parts. What every system can do stands in the unit: no network but a socket that it is handed, no
new rights, few system calls. What needs unprivileged user namespaces, which some systems forbid, stands in a drop-in
that is written only where it has been seen to work: one that cannot be set up keeps a service from starting.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath

from chathold_service.programs import BY_SHELL, Program

DROP_IN = "hardening.conf"

_PLAIN = re.compile(r"[A-Za-z0-9_@+=:,./-]+")
_UNSAYABLE = frozenset("$\"'\\")
"""Characters that systemd takes in no name of a program that it starts, or means something else by there."""
_STEPS_SINCE = 254
"""The first systemd that waits longer after each of several failures."""
_TEMPORARY = ("/tmp", "/var/tmp")  # noqa: S108 - what PrivateTmp hides

_WRITTEN = """\
# Written by Chathold's "service install", and removed by "service uninstall".
# Changes of yours belong into what "systemctl --user edit {name}" opens.

"""

_SERVICE = """\
[Unit]
Description={about}
Wants={name}.socket
After={name}.socket
StartLimitIntervalSec=0

[Service]
Type=notify
ExecStart={command}
{environment}WatchdogSec=60
TimeoutStopSec=20
Restart=on-failure
{restart}{base}
[Install]
WantedBy=default.target
"""

_BASE = """\
NoNewPrivileges=yes
RestrictAddressFamilies=AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
MemoryDenyWriteExecute=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
SystemCallFilter=setpriority
SystemCallErrorNumber=EPERM
UMask=0077
LimitCORE=0
"""
"""Works for any user, anywhere. Imports make themselves nicer to others with setpriority(2)."""

_CONFINED = """\
[Service]
PrivateUsers=yes
PrivateNetwork=yes
PrivateDevices=yes
{temporary}ProtectSystem=strict
ProtectHome=read-only
ReadWritePaths={writes}
InaccessiblePaths={hidden}
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
CapabilityBoundingSet=
"""

_SECRETS = (".ssh", ".gnupg", ".password-store", ".local/share/keyrings", ".mozilla", ".config/chromium",
            ".config/google-chrome")  # fmt: skip
"""Folders of a home that are nobody's business."""

_SOCKET = """\
[Unit]
Description={about} (http://127.0.0.1:{port})

[Socket]
ListenStream=127.0.0.1:{port}

[Install]
WantedBy=sockets.target
"""

_PROBE = """\
[Unit]
Description={about}

[Service]
Type=oneshot
ExecStart={command}
{environment}{base}"""


def service(program: Program, version: int) -> str:
    """The unit of the program, for a systemd of that version."""
    return _written(f"{program.name}.service") + _SERVICE.format(
        name=program.name,
        about=_line(program.about),
        command=command(program.command),
        environment=_environment(program),
        restart=_restart(version),
        base=_BASE,
    )


def socket(program: Program) -> str:
    """The unit that holds the program's address, also while the program does not run."""
    return _written(f"{program.name}.socket") + _SOCKET.format(about=_line(program.about), port=program.port)


def confinement(program: Program, home: Path) -> str:
    """The drop-in: the program sees no network, and writes only to its own folders."""
    needed = (*program.writes, *program.reads, program.logs, Path(program.command[0]))
    return _written(f"{program.name}.service") + _CONFINED.format(
        temporary="" if any(map(_is_temporary, needed)) else "PrivateTmp=yes\n",
        writes=_if_there(program.writes),
        hidden=_if_there(home / each for each in _SECRETS),
    )


def probe(program: Program) -> str:
    """A unit that tries whether the program's parts can be loaded under what the service's unit forbids."""
    return _PROBE.format(
        about=_line(program.about),
        command=command(program.probe),
        environment=_environment(program),
        base=_BASE,
    )


def command(each: Sequence[str]) -> str:
    """What to start, as `ExecStart` has it; by the shell where systemd cannot be told its name. As `words` raises."""
    return words((*BY_SHELL, *each) if _UNSAYABLE & set(each[0]) else each)


def words(each: Iterable[str], *, arguments: bool = True) -> str:
    """A list as systemd.syntax(7) and the specifiers of systemd.unit(5) have it; in `arguments` `$` has a meaning.

    Raises `ValueError` if a word has a line end in it, or bytes that are no text: a unit cannot say that.
    """
    return " ".join(_word(word, arguments=arguments) for word in each)


def _if_there(paths: Iterable[Path]) -> str:
    """Paths, those that are not there left out when the service starts: a disk may be away."""
    return " ".join(words([f"-{each}"], arguments=False) for each in paths)


def _word(word: str, *, arguments: bool) -> str:
    if any(each < " " or each == "\x7f" or "\ud800" <= each <= "\udfff" for each in word):
        raise ValueError(word)
    if _PLAIN.fullmatch(word):
        return word
    word = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{word.replace("$", "$$") if arguments else word}"'


def _written(name: str) -> str:
    return _WRITTEN.format(name=name)


def _line(text: str) -> str:
    return " ".join(text.split()).replace("%", "%%")


def _environment(program: Program) -> str:
    given = {**program.environment, "PYTHONSAFEPATH": "1"}
    lines = (words([f"{name}={given[name]}"], arguments=False) for name in sorted(given))
    return "".join(f"Environment={line}\n" for line in lines)


def _restart(version: int) -> str:
    """A service that keeps failing is tried for ever, at a pace that harms nobody."""
    if version >= _STEPS_SINCE:
        return "RestartSec=1\nRestartSteps=6\nRestartMaxDelaySec=60\n"
    return "RestartSec=5\n"


def _is_temporary(path: Path) -> bool:
    return any(PurePosixPath(path).is_relative_to(each) for each in _TEMPORARY)
