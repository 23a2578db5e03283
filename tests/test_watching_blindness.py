"""Whatever makes a watch blind: at the next supervision it watches again, and nothing has been missed.

Real folders, real watchdog, real events; only the clock is ours.
"""

from __future__ import annotations

import errno
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from watchdog.events import FileSystemEvent
from watchdog.observers import Observer
from watchdog.observers.inotify_c import InotifyFD

from chathold.watching import FolderStatus, Watcher, places
from chathold.watching.watches import Watch
from watching_bench import PATIENCE, Bench, Clock

NEVER = 1e9
SUPERVISED = 15.5
JSON = b'{"a": [1]}'

linux = pytest.mark.skipif(sys.platform != "linux", reason="inotify is Linux's")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder to be watched."""
    folder = tmp_path / "Downloads"
    folder.mkdir()
    return folder


@pytest.fixture
def bench(folder: Path) -> Iterator[Bench]:
    """A watcher that finds only what is heard, or looked for because the watch was repaired."""
    with Bench(folder, look_every=NEVER, poll_every=NEVER) as bench:
        bench.tick()
        assert _hears(bench)
        yield bench


def _hears(bench: Bench, name: str = "heard.json") -> bool:
    """Whether a file that lands now is heard of, by a real event, and found; nothing else would find it."""
    bench.pass_time(20)
    (before,) = bench.watcher.folders()
    (bench.folder / name).write_bytes(JSON)
    deadline = time.monotonic() + PATIENCE
    heard = False
    while name not in bench.names and time.monotonic() < deadline:
        heard |= bench.heard.wait(0.05)
        bench.heard.clear()
        bench.pass_time(5)
    return heard and name in bench.names and bench.watcher.folders() == [before]


def _state(bench: Bench) -> FolderStatus:
    (state,) = bench.watcher.folders()
    return state.state


def _watch(bench: Bench) -> Watch:
    (place,) = bench.watcher._places.values()
    assert place._watch is not None
    return place._watch


def _wait_until_deaf(bench: Bench) -> None:
    """Until the threads have noticed what the system says: in life there are seconds for that."""
    deadline = time.monotonic() + PATIENCE
    while _watch(bench).hears and time.monotonic() < deadline:
        time.sleep(0.005)


def _emptied(folder: Path) -> None:
    for child in folder.iterdir():
        child.unlink()


def _assert_recovers(bench: Bench, missed: Path) -> None:
    """A supervision later, what landed meanwhile is found, and what lands then is heard."""
    missed.write_bytes(JSON + b" ")
    bench.pass_time(SUPERVISED + 5)
    assert missed.name in bench.names
    assert _state(bench) is FolderStatus.WATCHING
    assert _hears(bench, "later.json")
    assert sorted(bench.names) == sorted(set(bench.names))


def test_a_folder_deleted_and_made_again(bench: Bench, folder: Path) -> None:
    """The watch goes with the folder, however like it the new one is."""
    _emptied(folder)
    folder.rmdir()
    folder.mkdir()
    _wait_until_deaf(bench)
    _assert_recovers(bench, folder / "missed.json")


def test_a_folder_deleted_for_some_time(bench: Bench, folder: Path) -> None:
    """It is missing as long, and not made."""
    _emptied(folder)
    folder.rmdir()
    bench.pass_time(100)
    assert (_state(bench), folder.exists()) == (FolderStatus.MISSING, False)
    folder.mkdir()
    _assert_recovers(bench, folder / "missed.json")


def test_a_folder_renamed_away_and_replaced(bench: Bench, folder: Path) -> None:
    """There is no event at all, and every thread is alive."""
    folder.rename(folder.with_name("old"))
    folder.mkdir()
    assert _watch(bench).hears
    _assert_recovers(bench, folder / "missed.json")


def test_a_folder_behind_a_link_that_is_turned(tmp_path: Path) -> None:
    """What counts is the folder, not the link."""
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "one")
    with Bench(link, look_every=NEVER, poll_every=NEVER) as bench:
        assert _hears(bench, "one.json")
        link.unlink()
        link.symlink_to(tmp_path / "two")
        _assert_recovers(bench, link / "missed.json")


def test_a_folder_missing_at_the_start(tmp_path: Path) -> None:
    """It is waited for, and never made."""
    folder = tmp_path / "none"
    with Bench(folder, look_every=NEVER, poll_every=NEVER) as bench:
        bench.pass_time(100)
        assert (_state(bench), folder.exists()) == (FolderStatus.MISSING, False)
        folder.mkdir()
        _assert_recovers(bench, folder / "missed.json")


def test_a_file_where_the_folder_should_be(tmp_path: Path) -> None:
    """It is refused in words, until it is a folder."""
    folder = tmp_path / "file"
    folder.touch()
    with Bench(folder, look_every=NEVER, poll_every=NEVER) as bench:
        bench.pass_time(20)
        (state,) = bench.watcher.folders()
        assert (state.state, state.reason) == (FolderStatus.REFUSED, "This is not a folder.")
        folder.unlink()
        folder.mkdir()
        _assert_recovers(bench, folder / "missed.json")


def test_a_folder_that_may_not_be_read(bench: Bench, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is said so, and it is tried again."""

    def refuse(_folder: object) -> object:
        raise PermissionError(errno.EACCES, "no")

    with monkeypatch.context() as patch:
        patch.setattr(os, "scandir", refuse)
        bench.pass_time(100)
        (state,) = bench.watcher.folders()
    assert (state.state, state.reason) == (FolderStatus.UNREADABLE, "Chathold is not allowed to read this.")
    _assert_recovers(bench, folder / "missed.json")


def test_an_emitter_that_ended(bench: Bench, folder: Path) -> None:
    """The observer lives on, and hears nothing."""
    (emitter,) = _watch(bench)._observer.emitters
    emitter.stop()
    emitter.join(PATIENCE)
    assert _watch(bench)._observer.is_alive()
    _assert_recovers(bench, folder / "missed.json")


def test_an_observer_that_ended(bench: Bench, folder: Path) -> None:
    """The emitter lives on, and nobody listens. The error is not shown to anybody."""
    _watch(bench)._observer.event_queue.put("nonsense")
    _watch(bench)._observer.join(PATIENCE)
    assert not _watch(bench).hears
    _assert_recovers(bench, folder / "missed.json")


@linux
def test_a_reader_of_inotify_that_ended(bench: Bench, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One thread reads for all; observer and emitter live on without it."""

    def fail(_self: object, _event: object) -> None:
        raise KeyError

    reader = _watch(bench)._observer._inotify_fd  # type: ignore[attr-defined]
    with monkeypatch.context() as patch:
        patch.setattr(InotifyFD, "handle_event", fail)
        (folder / "deadly.txt").touch()
        reader.join(PATIENCE)
    assert not reader.is_alive()
    _assert_recovers(bench, folder / "missed.json")


def test_a_thread_that_dies_is_replaced_at_once(bench: Bench) -> None:
    """Its death is heard, before the next supervision."""
    bench.pass_time(1)
    bench.heard.clear()
    _watch(bench)._observer.event_queue.put("nonsense")
    assert bench.heard.wait(PATIENCE)
    assert bench.watcher.due() == 0
    bench.tick()
    assert _watch(bench).hears


def test_a_thread_of_others_that_dies_is_no_concern(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """What was there before is told of it, while the watcher runs and afterwards."""
    told: list[threading.ExceptHookArgs] = []
    monkeypatch.setattr(threading, "excepthook", told.append)
    before = threading.excepthook
    with Bench(folder):
        thread = threading.Thread(target=lambda: 1 / 0)
        thread.start()
        thread.join()
    assert ([each.exc_type for each in told], threading.excepthook) == ([ZeroDivisionError], before)


def test_a_failure_in_what_follows_an_event(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The thread that heard it lives on, and so does the watch."""
    heard = threading.Event()

    def wake() -> None:
        heard.set()
        raise RuntimeError

    clock = Clock()
    watcher = Watcher(lambda: [folder], wake=wake, clock=clock)
    watcher.start()
    try:
        for number in range(3):
            heard.clear()
            until = time.monotonic() + PATIENCE
            while not heard.wait(0.1):  # what is heard late, of the file before, needs no second wake
                assert time.monotonic() < until
                clock.now += 1
                watcher.tick()
                (folder / f"{number}.json").write_bytes(JSON)
        assert [each.repairs for each in watcher.folders()] == [0]
    finally:
        watcher.stop()
    assert "What follows an event failed" in caplog.text


@pytest.mark.parametrize(
    ("number", "limit"),
    [(errno.ENOSPC, "max_user_watches"), (errno.EMFILE, "max_user_instances"), (errno.EIO, "Input/output")],
)
def test_limits_of_the_system(folder: Path, monkeypatch: pytest.MonkeyPatch, number: int, limit: str) -> None:
    """It looks more often instead, says which limit it is, and watches as soon as it can."""

    def refuse(*_args: object, **_more: object) -> object:
        raise OSError(number, os.strerror(number))

    with Bench(folder, look_every=NEVER) as bench:
        bench.watcher.stop()
        with monkeypatch.context() as patch:
            patch.setattr(Observer, "schedule", refuse)
            bench.watcher.look()
            bench.tick()
            (folder / "polled.json").write_bytes(JSON)
            bench.pass_time(40)
            (state,) = bench.watcher.folders()
        assert (state.state, bench.names) == (FolderStatus.POLLING, ["polled.json"])
        assert limit in state.reason
        assert "every 10 seconds" in state.reason
        _assert_recovers(bench, folder / "missed.json")


@linux
def test_the_real_limit_of_the_system_leaves_nothing_open(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A watch that fails half-way gives back what it took."""

    def refuse(*_args: object) -> int:
        raise OSError(errno.ENOSPC, "inotify watch limit reached")

    before = _open_files(), threading.active_count()
    monkeypatch.setattr(InotifyFD, "add_callback", refuse)
    for _ in range(5):
        with pytest.raises(OSError, match="limit"):
            Watch(folder, lambda: None)
    assert (_open_files(), threading.active_count()) == before


def test_events_that_were_lost(bench: Bench, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Watchdog says in its log alone that the queue ran over; then everything is looked at."""
    with monkeypatch.context() as patch:
        patch.setattr(places.Place, "_hear", lambda _self: None)
        bench.pass_time(20)
        bench.heard.clear()
        logging.getLogger("watchdog.observers.inotify_c").warning(
            "Inotify queue overflowed; events were lost"
        )
        assert bench.heard.is_set()
        assert bench.watcher.due() == 0
    _assert_recovers(bench, folder / "missed.json")


@linux
@pytest.mark.slow
def test_a_queue_that_really_runs_over(
    folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """More events than the system keeps, while the thread that reads them stands still."""
    go_on, standing = threading.Event(), threading.Event()
    original = InotifyFD.read_events

    def slow(self: InotifyFD, **more: int) -> object:
        standing.set()
        go_on.wait(60)
        return original(self, **more)

    with Bench(folder, look_every=NEVER, poll_every=NEVER) as bench:
        assert _hears(bench)
        with monkeypatch.context() as patch:
            patch.setattr(InotifyFD, "read_events", slow)
            (folder / "go.txt").touch()
            assert standing.wait(PATIENCE)
            for number in range(12_001):
                (folder / f"{number}.txt").touch()
            (folder / "lost.json").write_bytes(JSON + b" ")
            go_on.set()
            bench.wait_for([JSON, JSON + b" "], then=10)
        assert "lost.json" in bench.names
        assert "overflowed" in caplog.text
        assert _hears(bench, "later.json")


@pytest.fixture
def mounted(folder: Path) -> Iterator[Callable[[], None]]:
    """Something to mount a small disk over the folder; unmounted in the end."""
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("only root may mount")

    def mount() -> None:
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "none", folder], check=False)
        if done.returncode:
            pytest.skip("nothing can be mounted here")

    mount()
    yield mount
    while os.path.ismount(folder):
        subprocess.run(["umount", "-l", folder], check=True)


@pytest.mark.parametrize("how", [["umount"], ["umount", "-l"]], ids=["in use by nobody", "lazily"])
def test_a_disk_that_is_unmounted_and_mounted(
    folder: Path, mounted: Callable[[], None], how: list[str]
) -> None:
    """Between two supervisions: the same folder by every number it may have."""
    with Bench(folder, look_every=NEVER, poll_every=NEVER) as bench:
        assert _hears(bench)
        subprocess.run([*how, folder], check=True)
        _wait_until_deaf(bench)
        mounted()
        _assert_recovers(bench, folder / "missed.json")


@pytest.mark.usefixtures("mounted")
def test_a_disk_that_is_away_for_a_while(folder: Path) -> None:
    """What lies below is watched; what was on the disk is not handed out again when it returns."""
    kept = folder.with_name("kept")
    kept.mkdir()
    subprocess.run(["mount", "--bind", folder, kept], check=True)
    try:
        with Bench(folder, look_every=NEVER, poll_every=NEVER) as bench:
            assert _hears(bench)
            subprocess.run(["umount", "-l", folder], check=True)
            bench.pass_time(100)
            (folder / "below.json").write_bytes(JSON + b"  ")
            bench.wait_for([JSON + b"  "])
            assert _state(bench) is FolderStatus.WATCHING
            subprocess.run(["mount", "--bind", kept, folder], check=True)
            _assert_recovers(bench, folder / "missed.json")
            assert bench.names == ["heard.json", "below.json", "missed.json", "later.json"]
    finally:
        subprocess.run(["umount", "-l", kept], check=True)


def test_folders_that_change_are_followed(folder: Path, tmp_path: Path) -> None:
    """Downloads may be moved to another place while the watcher runs."""
    other = tmp_path / "moved"
    other.mkdir()
    with Bench(folder, look_every=NEVER, poll_every=NEVER) as bench:
        assert _hears(bench)
        bench.folders = [other]
        bench.pass_time(SUPERVISED)
        (folder / "not watched.json").write_bytes(JSON)
        bench.folder = other
        assert _hears(bench, "moved.json")
        assert [each.folder for each in bench.watcher.folders()] == [other]
    assert bench.names == ["heard.json", "moved.json"]


def test_stopping_ends_every_thread(folder: Path) -> None:
    """In less than a second, and the hooks are as they were."""
    hook, handlers = threading.excepthook, list(logging.getLogger("watchdog.observers").handlers)
    before = threading.active_count()
    with Bench(folder) as bench:
        bench.tick()
        assert threading.active_count() > before
    assert threading.active_count() == before
    assert (threading.excepthook, logging.getLogger("watchdog.observers").handlers) == (hook, handlers)


def test_a_hundred_repairs_leave_nothing_behind(folder: Path) -> None:
    """No thread, and no open file."""
    with Bench(folder) as bench:
        bench.tick()
        before = threading.active_count(), _open_files()
        for _ in range(100):
            folder.rename(folder.with_name("old"))
            folder.mkdir()
            folder.with_name("old").rmdir()
            bench.pass_time(SUPERVISED)
        assert (threading.active_count(), _open_files()) == before
        assert [each.repairs for each in bench.watcher.folders()] == [100]


def _open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir())) if sys.platform == "linux" else 0


def test_reading_is_not_heard(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An import that reads for an hour makes nobody look."""
    told: list[str] = []
    marked = threading.Event()

    def record(_self: object, event: FileSystemEvent) -> None:
        told.append(Path(str(event.src_path)).name)
        if told[-1] == "mark":
            marked.set()

    (folder / "read.json").write_bytes(JSON)
    monkeypatch.setattr("chathold.watching.watches._Ear.dispatch", record)
    with Bench(folder):
        (folder / "read.json").read_bytes()
        (folder / "mark").touch()
        assert marked.wait(PATIENCE)
    assert "read.json" not in told
