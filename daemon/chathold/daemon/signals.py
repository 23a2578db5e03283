"""What signals mean to the daemon."""

from __future__ import annotations

import signal

from chathold.daemon.running import Daemon


def heed_signals(daemon: Daemon) -> None:
    """Stop on SIGTERM, SIGINT and Windows' SIGBREAK, reload on SIGHUP. Call in the main thread."""
    for name in ("SIGTERM", "SIGINT", "SIGBREAK"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), daemon.stop)
    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, daemon.reload)
