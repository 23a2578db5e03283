"""The daemon's life: one an archive, stopped in seconds, through full disks, pauses, changed settings, lost folders."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from commands import chathold, process
from daemons import Daemon, Place, digests, export_of, running, undisturbed, until

pytestmark = pytest.mark.slow


def drop(place: Place, number: int, chats: int = 1) -> bytes:
    """An export lands in the Downloads folder; its bytes."""
    data = export_of(number, chats)
    part = place.downloads / f"{number}.part"
    part.write_bytes(data)
    part.rename(place.downloads / f"deepseek_data-{number}.zip")
    return data


def test_there_is_one_daemon_an_archive(tmp_path: Path) -> None:
    """A second one says so and ends; after the first was killed, another can start at once."""
    place = Place(tmp_path)
    with running(place) as first:
        second = Daemon(place)
        assert second.process.wait(20) == 1
        assert "running already" in second.said()
        first.kill(worker=False)
        with running(place) as third:
            data = drop(place, 1)
            until(lambda: place.holds(data))
            assert third.stop() == 0


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_at_once_even_while_it_imports(tmp_path: Path, number: int) -> None:
    """In the middle of a large import a signal ends it within five seconds; the import is done by the next."""
    place = Place(tmp_path, quiet=0.1)
    data = drop(place, 1, chats=5_000)
    with running(place) as daemon:
        until(lambda: "Importing" in place.log())
        begun = time.monotonic()
        assert daemon.stop(number) == 0
        assert time.monotonic() - begun < 5
        assert not place.status()["daemon"]["running"]
    with running(place):
        until(lambda: place.holds(data))
    assert digests(place.home) == undisturbed(tmp_path / "other", {"deepseek_data-1.zip": data})


def test_status_answers_while_an_import_runs(tmp_path: Path) -> None:
    """Another process is told what is imported and how far it is."""
    place = Place(tmp_path, quiet=0.1)
    drop(place, 1, chats=12_000)
    with running(place):
        until(lambda: any("%" in each["reason"] for each in place.status()["downloads"]))
        (line,) = place.status()["downloads"]
        assert (line["state"], Path(line["path"]).name) == ("importing", "deepseek_data-1.zip")


def test_a_worker_that_dies_is_replaced(tmp_path: Path) -> None:
    """An import whose process is killed is tried again by itself, and the daemon lives on."""
    place = Place(tmp_path, quiet=0.1)
    data = drop(place, 1, chats=5_000)
    with running(place) as daemon:
        until(lambda: "Importing" in place.log())
        children = Path(f"/proc/{daemon.process.pid}/task/{daemon.process.pid}/children").read_text().split()
        os.kill(int(children[0]), signal.SIGKILL)
        until(lambda: any(each["state"] == "retrying" for each in place.status()["downloads"]))
        other = drop(place, 2)
        until(lambda: place.holds(other))
        assert not place.holds(data)
        until(lambda: place.holds(data), 120)
        until(lambda: not place.status()["downloads"])


def test_paused_it_looks_at_nothing(tmp_path: Path) -> None:
    """Between `pause` and `resume`, also through a restart, nothing is imported; afterwards all is."""
    place = Place(tmp_path)
    with running(place) as daemon:
        process(place.home, "pause")
        until(lambda: "Paused" in place.log())
        data = drop(place, 1)
        assert daemon.stop() == 0
    with running(place):
        until(lambda: place.log().count("Paused") == 2)
        time.sleep(1.5)
        assert not place.holds(data)
        assert place.status()["daemon"]["paused"]
        process(place.home, "resume")
        until(lambda: place.holds(data))


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="SIGHUP")
def test_settings_are_read_again(tmp_path: Path) -> None:
    """A new folder is watched after SIGHUP; a bad file is told of, and the old settings go on."""
    place = Place(tmp_path)
    other = tmp_path / "Other"
    other.mkdir()
    with running(place) as daemon:
        (place.home / "config.toml").write_text("[downloads]\nfolder = 3\n")
        daemon.process.send_signal(signal.SIGHUP)
        until(lambda: "not taken over" in place.log())
        assert "config.toml:2" in place.log()
        data = drop(place, 1)
        until(lambda: place.holds(data))
        place.configure()
        text = (place.home / "config.toml").read_text().replace(f"['{place.downloads}']", f"['{other}']")
        (place.home / "config.toml").write_text(text)
        daemon.process.send_signal(signal.SIGHUP)
        until(lambda: "read again" in place.log())
        (other / "deepseek_data.zip").write_bytes(export_of(2))
        until(lambda: place.holds(export_of(2)))


def test_settings_are_read_again_when_they_change(tmp_path: Path) -> None:
    """Without a signal, too."""
    place = Place(tmp_path)
    with running(place):
        place.more = '[log]\nlevel = "debug"\n'
        place.configure()
        until(lambda: "read again" in place.log())


@pytest.mark.parametrize("how", ["deleted", "renamed", "missing at the start"])
def test_a_lost_folder_is_watched_again(tmp_path: Path, how: str) -> None:
    """Within thirty seconds after the folder is back, exports in it are imported."""
    place = Place(tmp_path)
    if how == "missing at the start":
        place.downloads.rmdir()
    with running(place):
        if how == "deleted":
            shutil.rmtree(place.downloads)
        if how == "renamed":
            place.downloads.rename(tmp_path / "away")
        if how != "renamed":
            until(lambda: place.status()["watching"][0]["state"] == "missing")
        place.downloads.mkdir()
        data = drop(place, 1)
        until(lambda: place.holds(data), 30)


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """A file system of its own."""
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    folder.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", folder],
        check=False,
        capture_output=True,
    )
    if done.returncode:
        pytest.skip("nothing can be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def test_a_full_disk_is_waited_for(tmp_path: Path) -> None:
    """Too little room is told once, with both numbers; when there is room again, the import is done by itself."""
    place = Place(tmp_path)
    with small_disk(tmp_path / "disk", 24) as disk:
        place.more = f"[archive]\nfolder = '{disk / 'archive'}'\n"
        place.configure()
        with running(place) as daemon:
            first = drop(place, 1)
            until(lambda: "1 new" in place.log())
            ballast = disk / "ballast"
            ballast.write_bytes(bytes(shutil.disk_usage(disk).free - (1 << 20)))
            second = drop(place, 2, chats=2_000)
            until(lambda: any(each["state"] == "retrying" for each in place.status()["downloads"]))
            (line,) = place.status()["downloads"]
            assert "MB are needed" in line["reason"]
            time.sleep(20)
            assert place.log().count("too little space") == 1
            ballast.unlink()
            until(lambda: not place.status()["downloads"])
            assert daemon.stop() == 0
        assert digests(place.home) == undisturbed(
            tmp_path / "other", {"deepseek_data-1.zip": first, "deepseek_data-2.zip": second}
        )


def test_an_unplugged_archive_is_waited_for_and_never_made_anew(tmp_path: Path) -> None:
    """Where the archive was seen before, no empty one is made on the bare mount point; then it goes on."""
    place = Place(tmp_path)
    archive = tmp_path / "disk" / "archive"
    place.more = f"[archive]\nfolder = '{archive}'\n"
    place.configure()
    with running(place) as daemon:
        first = drop(place, 1)
        until(lambda: "1 new" in place.log())
        assert daemon.stop() == 0
    away = tmp_path / "in a drawer"
    archive.rename(away)
    with Daemon(place) as daemon:
        until(lambda: "not where it was" in place.log())
        second = drop(place, 2)
        time.sleep(3)
        assert not archive.exists()
        away.rename(archive)
        until(lambda: place.log().count("1 new") == 2)
        assert daemon.stop() == 0
    contents = {"deepseek_data-1.zip": first, "deepseek_data-2.zip": second}
    assert digests(place.home) == undisturbed(tmp_path / "other", contents)


def test_what_another_archive_took_in_is_looked_at_again(tmp_path: Path) -> None:
    """A new one was begun while the disk was away: once the old one is back, it is to have that, too."""
    place = Place(tmp_path)
    archive, away = tmp_path / "disk" / "archive", tmp_path / "in a drawer"
    place.more = f"[archive]\nfolder = '{archive}'\n"
    place.configure()
    with running(place) as daemon:
        first = drop(place, 1)
        until(lambda: "1 new" in place.log())
        archive.rename(away)
        process(place.home, "import", "--new-archive", os.fspath(place.downloads / "deepseek_data-1.zip"))
        second = drop(place, 2)
        until(lambda: place.log().count("1 new") == 2)
        assert daemon.stop() == 0
    archive.rename(tmp_path / "the new one")
    away.rename(archive)
    with running(place) as daemon:
        drop(place, 3)
        until(lambda: place.log().count("1 new") == 4, told=place.told)
        assert daemon.stop() == 0
    assert digests(place.home)
    assert len(process(place.home, "list")["conversations"]) == 3
    assert first != second


@pytest.mark.parametrize("where", ["archive in it", "in the archive", "home"])
def test_folders_in_each_others_way_are_refused(tmp_path: Path, where: str) -> None:
    """The archive in a watched folder, a watched folder in the archive, and a home folder: words, and exit 1."""
    place = Place(tmp_path)
    watched = {
        "archive in it": place.home,
        "in the archive": place.home / "archive" / "in",
        "home": Path.home(),
    }
    said = chathold(place.home, "run", "--watch", os.fspath(watched[where]), expect=1)
    assert said["error"]["advice"]


def test_after_an_import_the_download_is_moved_if_so_wished(tmp_path: Path) -> None:
    """With `after_import = "move"` the export ends in the other folder, and what is no export stays."""
    place = Place(tmp_path)
    place.more = ""
    (place.home / "config.toml").write_text(
        f"[downloads]\nfolders = ['{place.downloads}']\nquiet_seconds = 0.2\nafter_import = 'move'\n"
        f"move_to = '{tmp_path / 'done'}'\n"
    )
    (place.downloads / "other.zip").write_bytes(b"PK\x05\x06" + bytes(18))
    with running(place):
        data = drop(place, 1)
        until((tmp_path / "done" / "deepseek_data-1.zip").exists)
        assert (tmp_path / "done" / "deepseek_data-1.zip").read_bytes() == data
        assert [each.name for each in place.downloads.iterdir()] == ["other.zip"]
        assert place.holds(data)


@pytest.mark.skipif(sys.platform == "win32", reason="systemd")
@pytest.mark.parametrize("there", [True, False])
def test_it_tells_systemd_that_it_is_ready_alive_and_stopping(tmp_path: Path, *, there: bool) -> None:
    """READY, STATUS, WATCHDOG and STOPPING arrive where systemd listens; that it watches, only if it does."""
    place = Place(tmp_path)
    if not there:
        place.downloads.rmdir()
    address = tmp_path / "notify"
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as systemd:
        systemd.bind(os.fspath(address))
        systemd.settimeout(20)
        environment = {"NOTIFY_SOCKET": os.fspath(address), "WATCHDOG_USEC": "3000000"}
        heard: set[str] = set()
        with running(place, environment=environment) as daemon:
            while not {"READY=1", "WATCHDOG=1"} <= heard:
                heard.add(systemd.recv(4096).decode())
            assert daemon.stop() == 0
            while "STOPPING=1" not in heard:
                heard.add(systemd.recv(4096).decode())
        assert any(each.startswith("STATUS=") for each in heard)
        assert (f"STATUS=Watching {place.downloads}." in heard) is there
