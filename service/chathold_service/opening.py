"""Opening a page in the user's browser, from a terminal as well as from a confined service."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import webbrowser

_SCHEMES = ("http://", "https://", "file://")
_PATIENCE = 20.0


def open_uri(uri: str) -> bool:
    """Have the desktop show `uri`; whether it took the wish. Raises `ValueError` if that is no web page or file.

    A browser must not be started by a service itself: it would be confined like the service, and end with it. There
    the user's service manager is asked to start it, which knows the display, too.
    """
    if not uri.startswith(_SCHEMES) or not uri.isprintable() or " " in uri:
        raise ValueError(f"not a page or a file: {uri}")
    if sys.platform == "win32":
        return _started(uri)
    command = command_for(uri, dict(os.environ))
    if command and _done(command):
        return True
    return "INVOCATION_ID" not in os.environ and webbrowser.open(uri)


def command_for(uri: str, environment: dict[str, str]) -> list[str]:
    """What opens `uri`: in a service (systemd.exec(5) names it) a unit of its own; nothing where there is no tool."""
    opener = shutil.which("xdg-open", path=environment.get("PATH"))
    if not opener:
        return []
    transient = shutil.which("systemd-run", path=environment.get("PATH"))
    if "INVOCATION_ID" in environment and transient:
        return [transient, "--user", "--collect", "--quiet", "--", opener, uri]
    return [opener, uri]


def _done(command: list[str]) -> bool:
    """Run it; a browser that stays in the foreground has taken the wish, too."""
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(  # noqa: S603 - the opener's own path, and an address that was looked at
        command, stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True
    )
    try:
        return process.wait(_PATIENCE) == 0
    except subprocess.TimeoutExpired:
        return True


def _started(uri: str) -> bool:
    if sys.platform != "win32":
        return False
    try:
        os.startfile(uri)  # noqa: S606 - an address that was looked at
    except OSError:
        return False
    return True
