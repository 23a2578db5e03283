"""Telling systemd how a service is: ready, what it does, alive, stopping (sd_notify(3)).

Where no systemd listens, nothing is said.
"""

from __future__ import annotations

import contextlib
import os
import socket
import time

_OFTENER = 3


class Systemd:
    """The service manager, if the environment names one."""

    def __init__(self) -> None:
        self._address = os.environ.get("NOTIFY_SOCKET", "")
        self._said = ""
        self._alive = 0.0
        self._every = _watchdog_seconds()

    def ready(self) -> None:
        """The service has started."""
        self._say("READY=1")

    def status(self, words: str) -> None:
        """What the service is doing, in a line for people; said again only when it differs."""
        if words != self._said:
            self._said = words
            self._say("STATUS=" + words.replace("\n", " "))

    def alive(self) -> None:
        """The service is well; said in time for the watchdog, and not more often."""
        now = time.monotonic()
        if self._every and now - self._alive >= self._every / _OFTENER:
            self._alive = now
            self._say("WATCHDOG=1")

    def stopping(self) -> None:
        """The service is about to end."""
        self._say("STOPPING=1")

    def _say(self, words: str) -> None:
        if not self._address or not hasattr(socket, "AF_UNIX"):
            return
        address = "\0" + self._address[1:] if self._address.startswith("@") else self._address
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
            channel.sendto(words.encode("utf-8", "replace"), address)


def _watchdog_seconds() -> float:
    """How often systemd wants to hear that this process is alive; 0 if it does not."""
    try:
        if int(os.environ.get("WATCHDOG_PID", os.getpid())) != os.getpid():
            return 0.0
        return int(os.environ.get("WATCHDOG_USEC", "0")) / 1e6
    except ValueError:
        return 0.0
