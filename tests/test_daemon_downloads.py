"""Whatever way a browser writes a download, the running daemon imports it once, whole, and never before."""

from __future__ import annotations

import heapq
import time
from hashlib import sha256
from pathlib import Path
from random import Random

import pytest

from browsers import BROWSERS, Errand, Steps
from chathold.exports import fingerprint
from commands import process
from daemons import Daemon, Place, digests, export_of, running, undisturbed, until

WAYS = sorted(BROWSERS.keys() - {"rewritten"})
LONGEST_PAUSE = 1.0
FASTER = 12.0


def errands(place: Place, count: int, seed: int) -> list[tuple[Steps, str, int]]:
    """So many downloads, in ways chosen by chance, each with the name it has in the end and its number."""
    rng = Random(seed)
    found = []
    for number in range(count):
        way = BROWSERS[rng.choice(WAYS)]
        name = f"deepseek_data-{number}.zip"
        errand = Errand(place.downloads, name, export_of(number), Random(rng.random()))
        found.append((way.steps(errand), way.steps.__name__, number))
    return found


def download(steps: list[tuple[Steps, str, int]], at_once: int, alive: Daemon | None = None) -> None:
    """Go through all downloads, so many at a time, their pauses shortened."""
    waiting = [(0.0, number, way) for way, _name, number in steps]
    later = waiting[at_once:]
    heap = waiting[:at_once]
    heapq.heapify(heap)
    begun = time.monotonic()
    while heap:
        due, number, way = heapq.heappop(heap)
        time.sleep(max(0.0, due - (time.monotonic() - begun)))
        pause = next(way, None)
        if pause is not None:
            soon = time.monotonic() - begun + min(pause / FASTER, LONGEST_PAUSE)
            heapq.heappush(heap, (soon, number, way))
        elif later:
            heapq.heappush(heap, (time.monotonic() - begun, *later.pop(0)[1:]))
        assert alive is None or alive.process.poll() is None, alive.said()


def whole(steps: list[tuple[Steps, str, int]]) -> set[int]:
    """The numbers of the downloads that were not cancelled, nor a web page."""
    none = ("cancelled", "cancelled_chrome", "web_page")
    return {number for _steps, way, number in steps if way not in none}


def chats(place: Place) -> set[int]:
    """The numbers of the downloads whose chats the archive has."""
    found = process(place.home, "list", "--limit", "1000000")["conversations"]
    return {int(each["provider_id"].split("-")[1]) for each in found}


def shown_right(place: Place, steps: list[tuple[Steps, str, int]], expected: set[int]) -> None:
    """What was imported is what there is in the end, each once."""
    assert chats(place) == expected
    contents = {sha256(export_of(number)).digest() for number in expected}
    contents |= {fingerprint(each) for each in place.downloads.iterdir() if each.is_dir()}
    assert set(place.files()) <= contents
    assert len(place.files()) == len(set(place.files())) >= len(expected)
    told = [line for line in place.log().splitlines() if " 1 chat found" in line]
    assert len(told) <= len(place.files())
    failed = {number for _steps, way, number in steps if way == "web_page"}
    assert sum("web page" in line for line in place.log().splitlines()) == len(failed)
    left = [each["path"] for each in place.status()["downloads"]]
    assert len(left) == len(failed)


def daily_life(tmp_path: Path, count: int, *, events: bool, at_once: int, seed: int) -> None:
    """Downloads arrive while the daemon runs, and all are there in the end."""
    place = Place(tmp_path, events=events)
    steps = errands(place, count, seed)
    expected = whole(steps)
    with running(place) as daemon:
        download(steps, at_once, daemon)
        until(lambda: len(place.files()) >= len(expected) and chats(place) >= expected, 30 + count / 10)
        until(
            lambda: (
                not {"queued", "importing", "downloading"} & {e["state"] for e in place.status()["downloads"]}
            )
        )
        assert daemon.stop() == 0
    shown_right(place, steps, expected)


@pytest.mark.slow
@pytest.mark.parametrize("events", [True, False], ids=["events", "looking"])
def test_every_way_of_writing_is_found_once(tmp_path: Path, *, events: bool) -> None:
    """A hundred downloads, thirty at once, in all the ways of browsers: none early, none missed, none twice."""
    daily_life(tmp_path, 100, events=events, at_once=30, seed=1)


@pytest.mark.full
@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("events", [True, False], ids=["events", "looking"])
def test_thousands_of_downloads(tmp_path: Path, seed: int, *, events: bool) -> None:
    """Likewise three hundred, a hundred at once, twenty times over."""
    daily_life(tmp_path, 300, events=events, at_once=100, seed=100 + seed)


@pytest.mark.slow
def test_what_is_there_at_the_start_is_imported_at_once(tmp_path: Path) -> None:
    """Exports that lie in Downloads before the daemon runs are in the archive after it started."""
    place = Place(tmp_path)
    contents = {f"deepseek_data-{number}.zip": export_of(number) for number in range(20)}
    for name, data in contents.items():
        (place.downloads / name).write_bytes(data)
    with running(place) as daemon:
        until(lambda: place.holds(*contents.values()))
        assert daemon.stop() == 0
    assert digests(place.home) == undisturbed(tmp_path / "other", contents)


@pytest.mark.slow
def test_a_small_export_is_in_the_archive_within_seconds(tmp_path: Path) -> None:
    """From a browser's rename to the archive it takes no longer than to settle, and to start an import."""
    place = Place(tmp_path, quiet=3.0)
    with running(place):
        part = place.downloads / "deepseek_data.zip.part"
        part.write_bytes(export_of(1))
        part.rename(place.downloads / "deepseek_data.zip")
        until(lambda: place.holds(export_of(1)), 10)


@pytest.mark.slow
def test_the_same_download_under_another_name_adds_nothing(tmp_path: Path) -> None:
    """A second download of an export is recognised; the archive stays as it is, and nothing is told as new."""
    place = Place(tmp_path)
    with running(place) as daemon:
        (place.downloads / "deepseek_data.zip").write_bytes(export_of(1))
        until(lambda: place.holds(export_of(1)))
        before = digests(place.home)
        (place.downloads / "deepseek_data (1).zip").write_bytes(export_of(1))
        until(lambda: "in the archive already" in place.log())
        assert daemon.stop() == 0
    assert digests(place.home)[0] == before[0]


@pytest.mark.slow
def test_nothing_in_downloads_is_touched(tmp_path: Path) -> None:
    """Names, bytes and times of everything in the folder are the same after the daemon has been there."""
    place = Place(tmp_path)
    (place.downloads / "deepseek_data.zip").write_bytes(export_of(1))
    (place.downloads / "a picture.zip").write_bytes(b"\x89PNG")
    (place.downloads / "letter.txt").write_text("dear")
    before = {each: (each.stat(), each.read_bytes()) for each in place.downloads.iterdir()}
    with running(place) as daemon:
        until(lambda: place.holds(export_of(1)))
        assert daemon.stop() == 0
    after = {each: (each.stat(), each.read_bytes()) for each in place.downloads.iterdir()}
    kept = {
        path: (s.st_ino, s.st_mtime_ns, s.st_ctime_ns, s.st_mode, data) for path, (s, data) in before.items()
    }
    assert kept == {
        path: (s.st_ino, s.st_mtime_ns, s.st_ctime_ns, s.st_mode, d) for path, (s, d) in after.items()
    }
    assert "picture" not in place.log()
