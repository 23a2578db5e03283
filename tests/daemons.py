"""The daemon as a process, with a home and a Downloads folder of its own, and small exports for it to find."""

from __future__ import annotations

import io
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, Self

from commands import process

_ROOT = Path(__file__).parents[1]
PATIENCE = 60.0
"""Seconds after which something that never happens is given up."""


_YESTERDAY = (*(datetime.now(UTC) - timedelta(days=1)).timetuple()[:3], 0, 0, 0)
"""When the exports were made: nobody is reminded of them yet, on whatever day the tests run."""

EXPORT = "deepseek_data-{:04}-{:02}-{:02}.zip".format(*_YESTERDAY)
"""What one of them is called."""


def export_of(number: int, chats: int = 1) -> bytes:
    """A DeepSeek export of an account that all of them share, with chats of its own."""
    members = {
        "user.json": {"user_id": "daemon-tests", "email": "someone@example.invalid", "mobile": None},
        "conversations.json": [_chat(f"chat-{number}-{each}", number) for each in range(chats)],
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        for name, value in members.items():
            packed.writestr(zipfile.ZipInfo(name, _YESTERDAY), json.dumps(value, indent=1))
    return file.getvalue()


def _chat(name: str, number: int) -> dict[str, Any]:
    """A question and its answer."""
    time_ = f"2026-10-{1 + number % 28:02}T10:00:00.000000+08:00"
    said = {
        "1": ("REQUEST", None, ["2"], f"Question {name}?"),
        "2": ("RESPONSE", "1", [], f"Answer to {name}."),
    }
    mapping: dict[str, Any] = {"root": {"id": "root", "parent": None, "children": ["1"], "message": None}}
    for node, (kind, parent, children, words) in said.items():
        mapping[node] = {
            "id": node,
            "parent": parent or "root",
            "children": children,
            "message": {
                "files": [],
                "model": "deepseek-chat",
                "inserted_at": time_,
                "fragments": [{"type": kind, "content": words}],
            },
        }
    return {"id": name, "title": name, "inserted_at": time_, "updated_at": time_, "mapping": mapping}


@dataclass(slots=True)
class Place:
    """A home, a Downloads folder beside it, and what the daemon is told in its settings."""

    folder: Path
    quiet: float = 0.2
    events: bool = True
    more: str = ""
    downloads: Path = field(init=False)
    home: Path = field(init=False)

    def __post_init__(self) -> None:
        self.downloads, self.home = self.folder / "Downloads", self.folder / "home"
        self.downloads.mkdir(parents=True, exist_ok=True)
        self.home.mkdir(exist_ok=True)
        self.configure()

    def configure(self) -> None:
        """Write the settings."""
        (self.home / "config.toml").write_text(
            f"[downloads]\nfolders = ['{self.downloads}']\nquiet_seconds = {self.quiet}\nscan_minutes = 0.1\n"
            f"events = {str(self.events).lower()}\n{self.more}"
        )

    def status(self) -> dict[str, Any]:
        """What `status --json` says."""
        said: dict[str, Any] = process(self.home, "status")
        return said

    def log(self) -> str:
        """Everything in the log."""
        path = self.home / "logs" / "chathold.log"
        return path.read_text() if path.exists() else ""

    def told(self) -> str:
        """What a failed test wants to show."""
        return f"{json.dumps(self.status()['downloads'], indent=1)}\n{self.log()[-4000:]}"

    def files(self) -> list[bytes]:
        """The hashes of the downloads that the archive has."""
        path = self.home / "archive" / "archive.db"
        if not path.exists():
            return []
        with closing(sqlite3.connect(path, timeout=30)) as database:
            rows = database.execute("SELECT hash FROM file JOIN file_state ON file_state.file = file.id")
            return [row[0] for row in rows]

    def holds(self, *contents: bytes) -> bool:
        """Whether the archive has the downloads of these contents."""
        return {sha256(each).digest() for each in contents} <= set(self.files())


def until(
    condition: Callable[[], object], patience: float = PATIENCE, told: Callable[[], str] = lambda: ""
) -> None:
    """Wait for something to become true. Fails when it does not in time, with what `told` says then."""
    end = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < end, f"it never happened\n{told()}"
        time.sleep(0.05)


class Daemon:
    """A running daemon. It and its worker are in a process group of their own."""

    def __init__(self, place: Place, *arguments: str, environment: dict[str, str] | None = None) -> None:
        paths = [os.fspath(_ROOT / "daemon"), os.fspath(_ROOT / "service"), os.environ.get("PYTHONPATH", "")]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "chathold", "--home", os.fspath(place.home), "run", *arguments],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths)), **(environment or {})},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def stop(self, number: int = signal.SIGTERM, patience: float = 5.0) -> int:
        """Ask it to end; its exit code. Fails if it does not end in time."""
        self.process.send_signal(number)
        return self.process.wait(patience)

    def kill(self, *, worker: bool) -> None:
        """Kill it where it stands, and its worker, too, or leave that to find out."""
        if worker:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
        else:
            self.process.kill()
        self.process.wait()

    def said(self) -> str:
        """What it printed, once it has ended."""
        assert self.process.stdout is not None
        with self.process.stdout as stdout:
            return stdout.read().decode("utf-8", "replace")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_details: object) -> None:
        self.kill(worker=True)
        assert self.process.stdout is not None
        self.process.stdout.close()


@contextmanager
def running(place: Place, *arguments: str, environment: dict[str, str] | None = None) -> Iterator[Daemon]:
    """A daemon that runs, watches, and is gone afterwards."""
    with Daemon(place, *arguments, environment=environment) as daemon:
        until(lambda: place.status()["daemon"]["running"] or daemon.process.poll() is not None)
        yield daemon


def digests(home: Path) -> tuple[str, str]:
    """The two digests of an archive; its laws hold, or this fails."""
    said = process(home, "verify")
    assert said["ok"], said["problems"]
    return said["digest"], said["view_digest"]


def undisturbed(folder: Path, contents: dict[str, bytes]) -> tuple[str, str]:
    """The digests of an archive into which these files were imported by hand, one after the other."""
    downloads = folder / "by-hand"
    downloads.mkdir(parents=True)
    for name, data in contents.items():
        (downloads / name).write_bytes(data)
    process(folder / "by-hand-home", "import", *map(os.fspath, sorted(downloads.iterdir())))
    return digests(folder / "by-hand-home")
