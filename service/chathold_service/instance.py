"""One supervisor a program and user, by what the system lets go of when a process ends, however it ends.

Windows: a named mutex of the session. Elsewhere: a lock on a file in the user's runtime folder.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import Any

_EXISTS_ALREADY = 183


class Instance:
    """Being the one; for as long as this object is not let go of."""

    def __init__(self, held: Any) -> None:
        self._held = held

    def release(self) -> None:
        """Be it no longer."""
        if sys.platform == "win32":
            import ctypes  # noqa: PLC0415 - only there

            ctypes.windll.kernel32.CloseHandle(ctypes.c_void_p(self._held))
        else:
            os.close(self._held)


def hold(name: str) -> Instance | None:
    """Be the one of this name; nothing if there is one already. Raises `OSError` where that cannot be known."""
    if sys.platform == "win32":
        return _mutex(name)
    import fcntl  # noqa: PLC0415 - Windows has none

    file = os.open(_lock(name), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(file)
        return None
    return Instance(file)


def is_held(name: str) -> bool:
    """Whether there is one."""
    if sys.platform != "win32" and not _lock(name).exists():
        return False  # to look leaves nothing behind
    held = hold(name)
    if held is None:
        return True
    held.release()
    return False


def _lock(name: str) -> Path:
    runtime = os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()
    return Path(runtime) / f"{name}-{os.getuid() if hasattr(os, 'getuid') else 0}.lock"


def _mutex(name: str) -> Instance | None:
    if sys.platform != "win32":
        return None
    import ctypes  # noqa: PLC0415 - only there

    kernel = ctypes.WinDLL("kernel32", use_last_error=True)
    kernel.CreateMutexW.restype = ctypes.c_void_p
    made = kernel.CreateMutexW(None, False, f"Local\\{name}")
    error = ctypes.get_last_error()
    if not made:
        raise OSError(error, "CreateMutexW", name)
    held = Instance(made)
    if error == _EXISTS_ALREADY:
        held.release()
        return None
    return held
