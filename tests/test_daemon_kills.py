"""The daemon is killed at random moments while exports keep landing; afterwards the archive lacks nothing."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from random import Random

import pytest

from daemons import PATIENCE, Daemon, Place, digests, export_of, undisturbed, until


def landing(place: Place, contents: dict[str, bytes], rng: Random) -> threading.Thread:
    """Exports land one after the other, each by a rename, until all are there."""

    def land() -> None:
        for name, data in contents.items():
            part = place.downloads / f"{name}.part"
            part.write_bytes(data)
            time.sleep(rng.random() * 1.5)
            part.rename(place.downloads / name)

    thread = threading.Thread(target=land)
    thread.start()
    return thread


def killed_again_and_again(tmp_path: Path, kills: int, seed: int) -> None:
    """Start, kill, start, kill, …, start; wait until all is imported; compare with an undisturbed import."""
    rng = Random(seed)
    place = Place(tmp_path, quiet=0.1)
    contents = {f"deepseek_data-{n}.zip": export_of(n, rng.choice((1, 3, 400))) for n in range(kills)}
    thread = landing(place, contents, Random(seed))
    for _ in range(kills):
        with Daemon(place) as daemon:
            time.sleep(rng.uniform(0.0, 1.2))
            daemon.kill(worker=rng.random() < 0.5)
    thread.join()
    with Daemon(place) as last:
        until(lambda: place.holds(*contents.values()), PATIENCE + 2 * kills, place.told)
        assert last.stop() == 0
    assert len(place.files()) == len(contents)
    assert digests(place.home) == undisturbed(tmp_path / "undisturbed", contents)


@pytest.mark.slow
def test_a_killed_daemon_loses_nothing(tmp_path: Path) -> None:
    """Thirty kills: the archive is that of an undisturbed run, to the digest."""
    killed_again_and_again(tmp_path, 30, 1)


@pytest.mark.full
@pytest.mark.parametrize("seed", range(10))
def test_hundreds_of_kills_lose_nothing(tmp_path: Path, seed: int) -> None:
    """Likewise five hundred."""
    killed_again_and_again(tmp_path, 50, 100 + seed)
