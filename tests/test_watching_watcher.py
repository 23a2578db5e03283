"""What the daemon asks of the watcher, and how seldom the watcher asks for the daemon."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from browsers import zipped
from chathold.exports.spans import Span
from chathold.watching import FolderStatus, Reason, observing, places, wholeness
from chathold.watching.wholeness import Verdict
from watching_bench import Bench

DAY = 24 * 3600.0
NEVER = 1e9


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder to be watched."""
    folder = tmp_path / "Downloads"
    folder.mkdir()
    return folder


@pytest.fixture
def bench(folder: Path) -> Iterator[Bench]:
    """A watcher that only looks."""
    with Bench(folder, deaf=True) as bench:
        yield bench


def _looks(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The folders looked at from now on."""
    looked: list[Path] = []
    original = observing.observe

    def observe(folder: Path, known: object) -> object:
        looked.append(folder)
        return original(folder, known)  # type: ignore[arg-type]

    monkeypatch.setattr(places, "observe", observe)
    return looked


def _export(folder: Path, name: str = "conversations.json") -> Path:
    """A folder that a browser unpacked."""
    (folder / "export" / "ChatGPT" / "deep").mkdir(parents=True)
    (folder / "export" / "ChatGPT" / name).write_bytes(b"[]")
    return folder / "export"


def test_the_oldest_download_comes_first(bench: Bench, folder: Path) -> None:
    """Whatever they are called."""
    for name, time in (("a.json", 300), ("b.json", 100), ("c.json", 200)):
        (folder / name).write_bytes(b"[]")
        os.utime(folder / name, (time, time))
    bench.pass_time(30)
    assert bench.names == ["b.json", "c.json", "a.json"]


def test_a_download_tells_which_it_is(bench: Bench, folder: Path) -> None:
    """By its path, its state, and whether it is a folder."""
    (folder / "a.json").write_bytes(b"[]")
    _export(folder)
    bench.pass_time(60)
    state = (folder / "a.json").stat()
    found = {each.path: each for each, _content in bench.found}
    assert {path: each.is_folder for path, each in found.items()} == {
        folder / "a.json": False,
        folder / "export": True,
    }
    file = found[folder / "a.json"].fingerprint
    assert (file.device, file.inode, file.size) == (state.st_dev, state.st_ino, 2)
    assert (file.mtime_ns, file.ctime_ns) == (state.st_mtime_ns, state.st_ctime_ns)


def test_a_download_is_handed_out_again_if_asked(bench: Bench, folder: Path) -> None:
    """At the next tick, and once."""
    (folder / "a.json").write_bytes(b"[]")
    bench.pass_time(1000)
    bench.watcher.again(folder / "a.json")
    assert bench.watcher.due() == 0
    bench.tick()
    assert bench.names == ["a.json", "a.json"]
    bench.pass_time(1000)
    assert bench.names == ["a.json", "a.json"]


def test_everything_is_handed_out_again_if_asked(bench: Bench, folder: Path) -> None:
    """Once."""
    (folder / "a.json").write_bytes(b"[]")
    (folder / "b.json").write_bytes(b"[]")
    bench.pass_time(1000)
    bench.watcher.all_again()
    assert bench.watcher.due() == 0
    bench.pass_time(1000)
    assert sorted(bench.names) == ["a.json", "a.json", "b.json", "b.json"]


def test_asking_again_for_what_is_not_there_does_nothing(bench: Bench, folder: Path, tmp_path: Path) -> None:
    """It may be gone, or have been elsewhere."""
    bench.pass_time(20)
    bench.watcher.again(folder / "gone.json")
    bench.watcher.again(tmp_path / "elsewhere.json")
    bench.pass_time(100)
    assert bench.names == []


def test_what_changed_is_settled_before_it_is_handed_out_again(bench: Bench, folder: Path) -> None:
    """Asked or not."""
    (folder / "a.json").write_bytes(b"[]")
    bench.pass_time(100)
    (folder / "a.json").write_bytes(b"[1, ")
    bench.watcher.again(folder / "a.json")
    bench.pass_time(100)
    assert bench.names == ["a.json"]


def test_two_names_of_one_file_are_one_download(bench: Bench, folder: Path) -> None:
    """Links of either kind."""
    (folder / "a.json").write_bytes(b"[]")
    (folder / "b.json").hardlink_to(folder / "a.json")
    (folder / "c.json").symlink_to(folder / "a.json")
    bench.pass_time(1000)
    assert len(bench.names) == 1


def test_one_file_in_two_watched_folders_is_one_download(folder: Path, tmp_path: Path) -> None:
    """However it comes to be in both."""
    other = tmp_path / "other"
    other.mkdir()
    with Bench(folder, deaf=True) as bench:
        bench.folders = [folder, other, folder]
        (folder / "a.json").write_bytes(b"[]")
        (other / "b.json").hardlink_to(folder / "a.json")
        bench.pass_time(1000)
        assert len(bench.names) == 1
        assert [each.folder for each in bench.watcher.folders()] == [folder, other]


def test_a_cut_download_waits_for_a_day(bench: Bench, folder: Path) -> None:
    """Then its owner has to be told, once, and the import knows the words."""
    (folder / "a.zip").write_bytes(zipped({"conversations.json": b"[]"})[:-5])
    bench.pass_time(DAY - 100)
    (waiting,) = bench.watcher.waiting()
    assert (bench.names, waiting.reason, waiting.words) == ([], Reason.CUT, "Its end is not there yet.")
    assert DAY - 200 < waiting.waited < DAY
    bench.pass_time(1000)
    assert (bench.names, bench.watcher.waiting()) == (["a.zip"], [])


def test_what_is_under_way_is_told(bench: Bench, folder: Path) -> None:
    """If it may become an export."""
    for name in ("a.zip", "a.zip.part", "b.json.crdownload", "film.mkv.part", "c.zip.aria2"):
        (folder / name).touch()
    (folder / "c.zip").write_bytes(bytes(100))
    (folder / "d.json").write_bytes(b"[")
    bench.pass_time(11)
    assert {each.path.name: each.reason for each in bench.watcher.waiting()} == {
        "a.zip": Reason.DOWNLOADING,
        "b.json.crdownload": Reason.DOWNLOADING,
        "c.zip": Reason.DOWNLOADING,
        "d.json": Reason.CUT,
    }


def test_a_folder_that_holds_no_export_is_looked_into_once(bench: Bench, folder: Path) -> None:
    """It is not handed out, and not told."""
    (folder / "holiday").mkdir()
    (folder / "holiday" / "a.png").touch()
    bench.pass_time(100)
    assert (bench.names, bench.watcher.waiting()) == ([], [])


def test_a_change_deep_in_a_folder_is_found_by_a_full_look(bench: Bench, folder: Path) -> None:
    """Nothing of it shows outside."""
    export = _export(folder)
    bench.pass_time(100)
    (export / "ChatGPT" / "deep" / "later.png").write_bytes(b"x")
    bench.pass_time(400)
    assert bench.names == ["export", "export"]
    (export / "ChatGPT" / "deep" / "later.png").write_bytes(b"xy")
    bench.watcher.look()
    assert bench.watcher.due() == 0
    bench.pass_time(40)
    assert bench.names == ["export", "export", "export"]


def test_where_nothing_is_heard_two_polls_have_to_agree(bench: Bench, folder: Path) -> None:
    """What a network drive says of a file may be some seconds old."""
    bench.pass_time(20)
    for _ in range(12):
        (folder / "a.json").unlink(missing_ok=True)
        (folder / "a.json").write_bytes(b"[]")
        bench.pass_time(9)
    early = bench.names
    bench.pass_time(30)
    assert (early, bench.names) == ([], ["a.json"])


def test_where_nothing_is_heard_it_is_said_so(bench: Bench) -> None:
    """And how often it is looked at instead."""
    (state,) = bench.watcher.folders()
    words = "This drive does not tell of new files; Chathold looks every 10 seconds."
    assert (state.state, state.reason, state.repairs) == (FolderStatus.POLLING, words, 0)


def test_an_idle_watcher_is_called_only_to_supervise(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Four times a minute; and it looks every five minutes."""
    (folder / "a.json").write_bytes(b"[]")
    with Bench(folder) as bench:
        bench.pass_time(600)
        looked = _looks(monkeypatch)
        bench.ticks = 0
        bench.pass_time(3600)
        assert bench.ticks <= 3600 / 15 + 3600 / 300 + 2
        assert len(looked) == 12


@pytest.mark.parametrize("verdict", list(Verdict))
def test_nothing_makes_it_look_all_the_time(
    folder: Path, monkeypatch: pytest.MonkeyPatch, verdict: Verdict
) -> None:
    """Not even a file that seems to change whenever it is opened."""
    monkeypatch.setattr(places, "judge", lambda _sighting: verdict)
    (folder / "a.json").write_bytes(b"[]")
    (folder / "b.zip").touch()
    with Bench(folder) as bench:
        looked = _looks(monkeypatch)
        bench.pass_time(3600)
        assert len(looked) <= 3600 / 3 + 2


def test_however_much_is_heard_it_looks_only_so_often(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A browser writes thousands of times a second. The daemon is woken no more often."""
    with Bench(folder) as bench:
        bench.pass_time(20)
        looked = _looks(monkeypatch)
        (place,) = bench.watcher._places.values()
        woken = 0
        for _ in range(1000):
            bench.heard.clear()
            place._hear()
            woken += bench.heard.is_set()
            bench.pass_time(0.01)
    assert woken <= len(looked) + 1 <= 10 / 0.5 + 2


def test_a_look_that_takes_long_is_not_repeated_soon(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A slow disk is spared."""
    with Bench(folder) as bench:
        bench.pass_time(20)
        original = observing.observe

        def slow(folder: Path, known: object) -> object:
            bench.clock.now += 2
            return original(folder, known)  # type: ignore[arg-type]

        monkeypatch.setattr(places, "observe", slow)
        (place,) = bench.watcher._places.values()
        bench.watcher.look()
        bench.tick()
        place._hear()
        assert place.next(bench.clock.now) - bench.clock.now == pytest.approx(38)


def test_a_whole_download_is_read_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However often it is looked at."""
    read = []
    original = wholeness._by_content

    def counted(span: Span) -> Verdict:
        read.append(span.size)
        return original(span)

    monkeypatch.setattr(wholeness, "_by_content", counted)
    (folder / "a.json").write_bytes(b"[]")
    with Bench(folder, deaf=True) as bench:
        bench.pass_time(7200)
    assert read == [2]


def test_a_folder_no_longer_wanted_is_left_alone(bench: Bench, folder: Path) -> None:
    """At the next supervision."""
    bench.pass_time(20)
    bench.folders = []
    bench.pass_time(20)
    (folder / "a.json").write_bytes(b"[]")
    bench.pass_time(1000)
    assert (bench.names, bench.watcher.folders()) == ([], [])


def test_watching_loads_no_provider_and_no_archive() -> None:
    """The daemon's process stays small."""
    program = (
        "import sys, chathold.watching;"
        "print([name for name in sys.modules if name.split('.')[0] in ('orjson', 'zstandard', 'sqlite3')"
        " or name.startswith(('chathold.providers', 'chathold.archive', 'chathold.intake'))])"
    )
    run = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert run.stdout == "[]\n"
