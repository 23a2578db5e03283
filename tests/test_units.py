"""The texts of units and desktop entries, letter by letter; quoting, whatever a path is called."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from chathold_service import units
from chathold_service.entries import autostart_entry, command_line, menu_entry
from chathold_service.programs import BY_SHELL, Entry, Program
from daemons import until

TEMPORARY = Path("/") / "tmp"
PROGRAM = Program(
    name="talk",
    about="Talk keeps what was said",
    command=("/opt/talk env/bin/python", "-P", "-m", "talk", "run"),
    supervised=("/opt/talk env/bin/python", "-P", "-m", "talk", "run", "--supervised"),
    probe=("/opt/talk env/bin/python", "-P", "-m", "talk.worker"),
    port=24680,
    writes=(Path("/home/u/.local/share/talk"), Path("/home/u/100% mine")),
    reads=(Path("/home/u/Downloads"),),
    logs=Path("/home/u/.local/state/talk/log"),
    entry=Entry(
        name="Talk",
        kind={"en": "Archive", "zh_CN": "存档"},
        about={"en": "Reads; and finds", "zh_CN": "阅读"},
        keywords={"en": "chat;talk;", "zh_CN": "聊天;"},
        command=("/opt/talk env/bin/python", "-P", "-m", "talk", "web"),
    ),
    environment={"XDG_DATA_HOME": "/data/u"},
)

SERVICE = """\
# Written by Chathold's "service install", and removed by "service uninstall".
# Changes of yours belong into what "systemctl --user edit talk.service" opens.

[Unit]
Description=Talk keeps what was said
Wants=talk.socket
After=talk.socket
StartLimitIntervalSec=0

[Service]
Type=notify
ExecStart="/opt/talk env/bin/python" -P -m talk run
Environment=PYTHONSAFEPATH=1
Environment=XDG_DATA_HOME=/data/u
WatchdogSec=60
TimeoutStopSec=20
Restart=on-failure
RestartSec=5
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

[Install]
WantedBy=default.target
"""

SOCKET = """\
# Written by Chathold's "service install", and removed by "service uninstall".
# Changes of yours belong into what "systemctl --user edit talk.socket" opens.

[Unit]
Description=Talk keeps what was said (http://127.0.0.1:24680)

[Socket]
ListenStream=127.0.0.1:24680

[Install]
WantedBy=sockets.target
"""

CONFINEMENT = """\
# Written by Chathold's "service install", and removed by "service uninstall".
# Changes of yours belong into what "systemctl --user edit talk.service" opens.

[Service]
PrivateUsers=yes
PrivateNetwork=yes
PrivateDevices=yes
PrivateTmp=yes
ProtectSystem=strict
ProtectHome=read-only
ReadWritePaths=-/home/u/.local/share/talk "-/home/u/100%% mine"
InaccessiblePaths=-/home/u/.ssh -/home/u/.gnupg -/home/u/.password-store -/home/u/.local/share/keyrings \
-/home/u/.mozilla -/home/u/.config/chromium -/home/u/.config/google-chrome
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
CapabilityBoundingSet=
"""

MENU = """\
[Desktop Entry]
Type=Application
Name=Talk
GenericName=Archive
GenericName[zh_CN]=存档
Comment=Reads; and finds
Comment[zh_CN]=阅读
Keywords=chat;talk;
Keywords[zh_CN]=聊天;
Exec="/opt/talk env/bin/python" -P -m talk web
Icon=talk
Terminal=false
Categories=Utility;Archiving;
"""

AUTOSTART = """\
[Desktop Entry]
Type=Application
Name=Talk
Comment=Reads; and finds
Comment[zh_CN]=阅读
Exec="/opt/talk env/bin/python" -P -m talk run --supervised
Icon=talk
Terminal=false
NoDisplay=true
X-GNOME-Autostart-enabled=true
"""


def test_the_units_and_entries_letter_by_letter() -> None:
    """What is written into a user's home is no surprise."""
    assert units.service(PROGRAM, 252) == SERVICE
    assert units.socket(PROGRAM) == SOCKET
    assert units.confinement(PROGRAM, Path("/home/u")) == CONFINEMENT
    assert menu_entry(PROGRAM) == MENU
    assert autostart_entry(PROGRAM) == AUTOSTART


def test_a_newer_systemd_waits_longer_after_each_failure() -> None:
    """An older one would complain of a setting that it does not know."""
    newer = units.service(PROGRAM, 254)
    assert "RestartSec=1\nRestartSteps=6\nRestartMaxDelaySec=60\n" in newer
    assert newer.replace("RestartSec=1\nRestartSteps=6\nRestartMaxDelaySec=60\n", "RestartSec=5\n") == SERVICE


def test_the_probe_runs_under_what_the_service_runs_under() -> None:
    """Whatever the unit forbids, but for what only a service that stays has."""
    forbidden = SERVICE.partition("RestartSec=5\n")[2].partition("\n[Install]")[0]
    assert "SystemCallFilter" in forbidden
    probe = units.probe(PROGRAM)
    assert probe.endswith("Environment=XDG_DATA_HOME=/data/u\n" + forbidden)
    assert 'ExecStart="/opt/talk env/bin/python" -P -m talk.worker\n' in probe


@pytest.mark.parametrize(
    "changed",
    [
        {"writes": (TEMPORARY / "archive",)},
        {"reads": (Path("/var") / "tmp" / "downloads",)},
        {"logs": TEMPORARY / "log"},
        {"command": (f"{TEMPORARY}/env/bin/python",)},
    ],
)
def test_what_is_in_the_temporary_folder_is_not_hidden(changed: dict[str, object]) -> None:
    """A temporary folder of its own would hide what the program needs."""
    program = replace(PROGRAM, **changed)
    assert "PrivateTmp" not in units.confinement(program, Path("/home/u"))


@pytest.mark.parametrize("name", ["a\nb", "a\tb", "a\0b", os.fsdecode(b"caf\xe9"), "a\x7fb"])
def test_a_path_that_a_unit_cannot_say_is_refused(name: str) -> None:
    """Rather than a unit that says something else: a line end begins a setting."""
    with pytest.raises(ValueError, match=re.escape(name)):
        units.words([name])


_PRINTABLE = st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1, max_size=20)


def _understood(line: str) -> list[str]:
    """A list of words as systemd.syntax(7) and systemd.unit(5) have it, written anew from there."""
    found, word, quoted, rest = [], "", False, iter(line)
    started = False
    for each in rest:
        if each == '"':
            quoted, started = not quoted, True
        elif each == "\\":
            word, started = word + next(rest), True
        elif each in "%$":
            assert next(rest) == each
            word, started = word + each, True
        elif each == " " and not quoted:
            found.append(word)
            word, started = "", False
        else:
            word, started = word + each, True
    return [*found, word] if started else found


@given(st.lists(_PRINTABLE, min_size=1, max_size=4))
def test_words_are_understood_as_they_were_meant(words: list[str]) -> None:
    """Quotes, backslashes, specifiers and variables mean themselves."""
    assert _understood(units.words(words)) == words


@pytest.mark.parametrize(
    "name", ["/a b/100%/存档/python", "/$HOME/python", '/"a"/python', "/it's/python", "/a\\b/python"]
)
def test_a_program_is_started_whatever_it_is_called(name: str) -> None:
    """No systemd takes quotes in the name of what it starts, or turns `$$` in it into `$`; the shell is told."""
    line = units.command([name, "-m", "$x"])
    path, *arguments = _understood(line)
    assert not set(path) & set("$\"'\\")
    assert [path, *arguments] == [name, "-m", "$x"] or arguments[-3:] == [name, "-m", "$x"]


@given(st.lists(_PRINTABLE, min_size=1, max_size=4))
def test_a_command_in_an_entry_is_understood_as_it_was_meant(words: list[str]) -> None:
    """Two layers: the value's escapes are undone first, then the quoting of `Exec`."""
    line = re.sub(
        r"\\(.)", lambda escape: {"s": " ", "n": "\n"}.get(escape[1], escape[1]), command_line(words)
    )
    found = re.findall(r'"((?:[^"\\]|\\.)*)"|([^ ]+)', line)
    plain = [bare or re.sub(r"\\(.)", r"\1", quoted) for quoted, bare in found]
    first, *others = [each.replace("%%", "%") for each in plain]
    assert "%" not in first
    assert [first, *others] == [*(BY_SHELL if "%" in words[0] else ()), *words]


@pytest.mark.skipif(not shutil.which("gio"), reason="GLib is not installed")
@pytest.mark.parametrize("name", ["a b", "100%", """it's $HOME, "odd" `\\n` ;& 存档"""])
def test_a_desktop_starts_a_program_in_a_folder_of_any_name(name: str, tmp_path: Path) -> None:
    """GLib's way of reading entries, which GNOME and Xfce have in common."""
    said, program, entry = tmp_path / "said", tmp_path / name / "program", tmp_path / "talk.desktop"
    program.parent.mkdir()
    program.write_text(f"#!{sys.executable}\nimport sys\nopen({str(said)!r}, 'w').write(repr(sys.argv))\n")
    program.chmod(0o700)
    command = [str(program), "100%", "$x y"]
    entry.write_text(f"[Desktop Entry]\nType=Application\nName=Talk\nExec={command_line(command)}\n")
    subprocess.run(["gio", "launch", entry], check=True, capture_output=True, timeout=30)
    until(lambda: said.exists() and said.read_text() == repr(command))


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
def test_systemd_finds_no_fault_and_little_exposure(tmp_path: Path) -> None:
    """`verify` has nothing to say; the exposure of unit and drop-in together is at most 2.5."""
    program = replace(PROGRAM, command=("/bin/true",))
    unit, socket = tmp_path / "talk.service", tmp_path / "talk.socket"
    unit.write_text(units.service(program, 252))
    socket.write_text(units.socket(program))
    drop_in = tmp_path / "talk.service.d" / units.DROP_IN
    drop_in.parent.mkdir()
    drop_in.write_text(units.confinement(program, Path("/home/u")))
    environment = {**os.environ, "XDG_RUNTIME_DIR": os.fspath(tmp_path)}
    verified = subprocess.run(
        ["systemd-analyze", "--user", "verify", unit, socket],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (verified.returncode, verified.stdout + verified.stderr) == (0, "")
    exposed = subprocess.run(
        ["systemd-analyze", "--user", "security", "--offline=yes", "--threshold=25", unit],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert exposed.returncode == 0, exposed.stdout[-300:]
