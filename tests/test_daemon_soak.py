"""Months of a Downloads folder in minutes: what the daemon takes of the machine stays within bounds."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from daemons import Daemon, Place, export_of, running, until

MB = 1_000_000
AT_ONCE = 200
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="measured in /proc")


@dataclass(frozen=True)
class Taken:
    """What a process holds: memory in bytes, threads, open files; the log and the write-ahead logs in bytes."""

    memory: int
    threads: int
    files: int
    log: int
    ahead: int


def taken(place: Place, daemon: Daemon) -> Taken:
    """What the daemon holds now."""
    process = Path(f"/proc/{daemon.process.pid}")
    told = dict(line.split(":", 1) for line in (process / "status").read_text().splitlines())
    return Taken(
        int(told["VmRSS"].split()[0]) * 1024,
        int(told["Threads"]),
        sum(1 for _ in (process / "fd").iterdir()),
        sum(each.stat().st_size for each in (place.home / "logs").iterdir()),
        max(each.stat().st_size for each in place.home.rglob("*-wal")),
    )


def churn(place: Place, first: int, files: int) -> None:
    """Files that are no exports come, are renamed and go: five events each at least."""
    for start in range(first, first + files, AT_ONCE):
        names = range(start, min(start + AT_ONCE, first + files))
        for number in names:
            (place.downloads / f"{number}.crdownload").write_bytes(b"PK\x05\x06" + bytes(18))
        for number in names:
            ending = ("zip", "txt", "json", "png")[number % 4]
            (place.downloads / f"{number}.crdownload").rename(place.downloads / f"{number}.{ending}")
        for each in place.downloads.iterdir():
            if not each.name.startswith("deepseek"):
                each.unlink()


def soaked(tmp_path: Path, files: int) -> None:
    """Churn, with an export every now and then; compare what the daemon holds with what it held early on."""
    place = Place(tmp_path)
    with running(place) as daemon:
        early = None
        for part in range(10):
            churn(place, part * files, files // 10)
            data = export_of(part)
            (place.downloads / f"deepseek_data-{part}.zip").write_bytes(data)
            until(lambda data=data: place.holds(data))  # type: ignore[misc]
            until(lambda: not (daemon.process.poll() is None and children(daemon)))
            if part == 1:
                early = taken(place, daemon)
        late = taken(place, daemon)
        assert early is not None
        print(f"early {early}\nlate  {late}")
        assert late.memory <= min(early.memory + 10 * MB, 60 * MB)
        assert late.threads <= early.threads
        assert late.files <= early.files + 2
        assert late.log <= 3 * MB
        assert late.ahead <= 8 * MB
        assert daemon.stop() == 0


def children(daemon: Daemon) -> str:
    """The daemon's worker, if it has one now."""
    pid = daemon.process.pid
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().strip()


@pytest.mark.slow
def test_a_busy_folder_takes_no_more_and_more(tmp_path: Path) -> None:
    """Ten thousand events: memory, threads, open files, log and write-ahead log are bounded."""
    soaked(tmp_path, 2_000)


@pytest.mark.full
def test_months_take_no_more_and_more(tmp_path: Path) -> None:
    """Likewise a hundred thousand."""
    soaked(tmp_path, 20_000)
