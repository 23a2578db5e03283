"""Inside Windows' Python: Chathold is installed, disturbed, and uninstalled; each step that went well is a line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from chathold_service.by_run_key import read
from chathold_service.instance import is_held
from daemons import export_of

_DOWNLOADS = Path.home() / "Downloads"
_LOCAL = Path(os.environ["LOCALAPPDATA"]) / "chathold"
_OPENED = Path(sys.executable).parents[1] / "opened.txt"
"""What Wine has the system open."""
_LNK = bytes.fromhex("4C0000000114020000000000C000000000000046")
"""How a shortcut begins: [MS-SHLLINK] 2.1."""


def chathold(*arguments: str) -> Any:
    """Run a command; its JSON. Files, not pipes: what it starts would hold those open."""
    said, complained = (Path(tempfile.gettempdir()) / name for name in ("said.txt", "complained.txt"))
    with said.open("wb") as out, complained.open("wb") as errors:
        code = subprocess.call(
            [sys.executable, "-m", "chathold", *arguments, "--json"],
            stdin=subprocess.PIPE,
            stdout=out,
            stderr=errors,
        )
    assert code == 0, complained.read_text("utf-8")
    return json.loads(said.read_text("utf-8"))


def until(condition: Callable[[], object]) -> None:
    """Wait for something to become true."""
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end, (_LOCAL / "Logs" / "chathold.log").read_text("utf-8")
        time.sleep(0.5)


def went(words: str, *, well: object) -> None:
    """Say that something went well. Fails if it did not."""
    assert well, words
    print("ok:", words, flush=True)


def main() -> None:
    """The whole of it."""
    _DOWNLOADS.mkdir(exist_ok=True)
    said = chathold("service", "install", "--no-browser")
    went("installed, enabled, running", well=said["enabled"] and said["running"])
    went("a value starts it with the session", well=str(read("chathold")).endswith("run --supervised"))
    went("by a Python without a window", well="pythonw.exe" in str(read("chathold")))
    went("the mutex is held", well=is_held("chathold"))
    (shortcut,) = (Path(each) for each in said["files"] if each.endswith(".lnk"))
    went("a shortcut in the Start menu", well=shortcut.read_bytes().startswith(_LNK))
    words = ("ChatGPT", "Claude", "DeepSeek", "chat", "聊天记录")
    went("found under what people look for", well=all(each in shortcut.name for each in words))
    went("it opens the reader", well="-m chathold web".encode("utf-16-le") in shortcut.read_bytes())
    until(lambda: chathold("status")["daemon"]["running"])
    (_DOWNLOADS / "deepseek_data-2026-11-01.zip").write_bytes(export_of(1))
    until(lambda: chathold("status")["archive"]["conversations"] == 1)
    went("a dropped export is imported", well=True)
    _answers()
    first = chathold("status")["daemon"]["pid"]
    os.kill(first, 9)
    until(lambda: chathold("status")["daemon"]["pid"] not in (None, first))
    went("killed, it comes back", well=True)
    _answers()
    _is_clicked()
    second = subprocess.call([sys.executable, "-m", "chathold", "run", "--supervised"], stdin=subprocess.PIPE)
    went("a second supervisor ends at once", well=second == 0)
    _click("quit")
    until(lambda: not is_held("chathold"))
    went("its menu ends it for good", well=not chathold("status")["daemon"]["running"])
    went("installed again, it runs", well=chathold("service", "install", "--no-browser")["running"])
    until(lambda: chathold("status")["daemon"]["running"])
    removed = chathold("service", "uninstall")["removed"]
    went("uninstalled", well=set(removed) == set(said["files"]) and read("chathold") is None)
    until(lambda: not is_held("chathold"))
    went("nothing runs", well=not chathold("status")["daemon"]["running"])
    went("the archive is there", well=chathold("status")["archive"]["conversations"] == 1)


def _answers() -> None:
    """The reader, with a socket that the daemon has described for it."""
    address = chathold("web", "--no-browser")["address"]
    with urllib.request.urlopen(address, timeout=60) as answer:  # noqa: S310 - our own
        went("the reader answers", well=answer.status == 200)


def _click(wanted: str) -> None:
    """Have the icon clicked, or its menu: from outside, where the mouse is."""
    print("click:", wanted, flush=True)


def _is_clicked() -> None:
    """The icon, and an entry of its menu that keeps its place, twice."""
    _click("pause")
    until(lambda: chathold("status")["daemon"]["paused"])
    went("its menu pauses watching", well=True)
    _click("pause")
    until(lambda: not chathold("status")["daemon"]["paused"])
    went("and goes on", well=True)
    _click("open")
    until(_OPENED.exists)
    with urllib.request.urlopen(_OPENED.read_text("utf-8").strip(), timeout=60) as answer:  # noqa: S310 - our own
        went("a click on the icon opens the reader", well=answer.status == 200)


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    try:
        main()
    except Exception as error:
        print("failed:", type(error).__name__, error, flush=True)
        raise
    print("all of it went well", flush=True)
