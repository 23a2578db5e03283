"""Reports of bugs: what is needed to find one, and nothing of anybody's chats."""

from __future__ import annotations

import platform
import tempfile
import time
import traceback
from pathlib import Path

from chathold import __version__


def report(error: Exception, folder: Path) -> Path:
    """Write versions and the places in our code, never a value, into `folder`; the report's path."""
    lines = [
        f"Chathold {__version__}",
        f"Python {platform.python_version()} on {platform.platform()}",
        f"{type(error).__module__}.{type(error).__qualname__}",
    ]
    lines += [
        f"  {frame.filename}:{frame.lineno} {frame.name}"
        for frame in traceback.extract_tb(error.__traceback__)
    ]
    name = f"bug-{time.strftime('%Y%m%d-%H%M%S')}.txt"
    path = folder / name
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    except OSError:
        path = Path(tempfile.gettempdir()) / name
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
