"""Exports handed to the page: a private folder that is left empty, and imports one after another beside others."""

from __future__ import annotations

import os
import stat
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from chathold.archive.store import Archive
from chathold.core.errors import ChatholdError, NoSpace
from chathold.daemon.answers import Answer, Ended, Progress, Request, Said, Verdict
from chathold.daemon.importing import Importer
from chathold.uploads import Imports, Job, Stage, Uploads, safe_name
from commands import chathold
from daemons import export_of, until

PLENTY = 1 << 40


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where uploads go; it is not there yet."""
    return tmp_path / "state" / "uploads"


def _files(folder: Path) -> list[str]:
    return sorted(os.listdir(folder)) if folder.exists() else []  # noqa: PTH208 - names only


# --- names


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("deepseek_data-2026-10-06.zip", "deepseek_data-2026-10-06.zip"),
        ("conversations-000 (1).zip", "conversations-000 (1).zip"),
        ("../../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\我的聊天.zip", "我的聊天.zip"),
        ("", "upload"),
        ("..", "upload"),
        ("/", "upload"),
        ("a\0b\nc\u202ez.zip", "ab cz.zip"),
        ('<a>:"|?*.json', "a.json"),
        ("nul.zip", "_nul.zip"),
        ("trailing. . ", "trailing"),
        ("\ud800a.zip", "a.zip"),
        ("x" * 400 + ".zip", "x" * 146 + ".zip"),
    ],
)
def test_a_name_is_made_safe(said: str, name: str) -> None:
    """What tells of the export in it stays."""
    assert safe_name(said) == name


@given(st.text())
def test_every_name_is_a_file_s_in_the_folder(said: str) -> None:
    """One step, that any system takes, and the same if it is made safe again."""
    name = safe_name(said)
    assert name not in ("", ".", "..")
    assert not set(name) & set('/\\\0<>:"|?*\n\r\t')
    assert len(name.encode()) <= 151
    assert name == name.strip(" ")
    assert not name.endswith(".")
    assert safe_name(name) == name


# --- receiving


def test_what_is_finished_is_there_whole(folder: Path) -> None:
    """For its owner only."""
    with Uploads(folder).begin("a.zip") as upload:
        upload.write(b"one ")
        upload.write(b"two")
        path = upload.finish()
    assert path == folder / "a.zip"
    assert path.read_bytes() == b"one two"
    if sys.platform != "win32":
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_is_not_finished_leaves_nothing(folder: Path) -> None:
    """The browser's tab was closed, say."""
    with Uploads(folder).begin("a.zip") as upload:
        upload.write(b"one")
        assert len(_files(folder)) == 1
    assert _files(folder) == []


def test_two_of_one_name_are_told_apart(folder: Path) -> None:
    """As browsers do, which the readers know."""
    uploads = Uploads(folder)
    with uploads.begin("a.zip") as one, uploads.begin("a.zip") as two:
        assert [one.finish().name, two.finish().name] == ["a.zip", "a (1).zip"]


def test_a_disk_is_not_filled(folder: Path) -> None:
    """The reserve stays free, and what was written goes."""
    free = [1010]
    with Uploads(folder, free=lambda _folder: free[0], reserve=1000).begin("a.zip") as upload:
        upload.write(b"0123456789")
        free[0] = 1000
        with pytest.raises(NoSpace):
            upload.write(b"0")
    assert _files(folder) == []


def test_room_is_looked_for_again_as_it_comes_in(folder: Path) -> None:
    """Somebody else may fill the disk meanwhile."""
    free = [PLENTY]
    with Uploads(folder, free=lambda _folder: free[0]).begin("a.zip") as upload:
        upload.write(b"0" * 1000)
        free[0] = 0
        for _turn in range(64):
            upload.write(b"0" * (1 << 20))
        with pytest.raises(NoSpace):
            upload.write(b"0" * (1 << 20))
    assert _files(folder) == []


def test_what_another_process_left_is_swept_up(folder: Path) -> None:
    """Whatever it is."""
    (folder / "deep").mkdir(parents=True)
    (folder / ".receiving-0").write_bytes(b"half")
    Uploads(folder).sweep()
    assert not folder.exists()
    Uploads(folder).sweep()


# --- importing, by a worker that says what a test wants


class Scripted:
    """A worker of a test: what it is sent is kept, and it says what it is made to."""

    def __init__(self) -> None:
        self.sent: list[Request] = []
        self.stops = 0
        self.last: Callable[[], object] = lambda: None

    def __call__(self, hear: Callable[[Said | Ended], None]) -> Importer:
        """As the class of workers."""
        self.hear = hear
        return self  # type: ignore[return-value]

    def send(self, request: Request) -> None:
        """As a worker."""
        self.sent.append(request)

    def stop(self) -> None:
        """As a worker."""
        self.stops += 1
        last, self.last = self.last, lambda: None
        last()


@pytest.fixture
def worker() -> Scripted:
    """A worker of a test."""
    return Scripted()


@pytest.fixture
def told() -> list[Answer]:
    """What was told of the worker's answers."""
    return []


@pytest.fixture
def imports(worker: Scripted, told: list[Answer]) -> Imports:
    """Imports by that worker."""
    return Imports(worker, lambda path: Request(str(path)), told.append)


@pytest.fixture
def working(imports: Imports) -> Iterator[Callable[[], threading.Thread]]:
    """Starts a thread that works; it has ended when the test has."""
    threads: list[threading.Thread] = []

    def start() -> threading.Thread:
        threads.append(threading.Thread(target=imports.work))
        threads[-1].start()
        return threads[-1]

    yield start
    for job in imports.jobs():
        imports.cancel(job.number)
    for thread in threads:
        thread.join(10)
        assert not thread.is_alive()


def _upload(folder: Path, name: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(b"an export")
    return path


def _first(imports: Imports) -> Job:
    return imports.jobs()[0]


def test_one_after_another(
    imports: Imports, worker: Scripted, told: list[Answer], folder: Path, working: Callable[[], object]
) -> None:
    """The next is sent when the one before has been answered; each file goes when it has been."""
    one, two = _upload(folder, "1.zip"), _upload(folder, "2.zip")
    assert imports.add(one)
    assert not imports.add(two)
    working()
    until(lambda: worker.sent)
    assert [each.stage for each in imports.jobs()] == [Stage.IMPORTING, Stage.QUEUED]
    worker.hear(Progress(3, 4))
    until(lambda: _first(imports).share == 0.75)
    worker.hear(Progress(0, 0, waiting=True))
    until(lambda: _first(imports).stage is Stage.WAITING)
    worker.hear(Answer(str(one), Verdict.IMPORTED, receipt={"outcome": "imported"}))
    until(lambda: len(worker.sent) == 2)
    assert not one.exists()
    assert two.exists()
    assert _first(imports).receipt == {"outcome": "imported"}
    worker.hear(Answer(str(two), Verdict.FAILED, "No.", "Try another."))
    until(lambda: not two.exists())
    assert [(each.stage, each.title, each.advice) for each in imports.jobs()][1] == (
        Stage.FAILED,
        "No.",
        "Try another.",
    )
    assert len(told) == 2


def test_who_comes_later_has_to_work_again(
    imports: Imports, worker: Scripted, folder: Path, working: Callable[[], threading.Thread]
) -> None:
    """Once the one who worked has gone."""
    imports.add(_upload(folder, "1.zip"))
    thread = working()
    until(lambda: worker.sent)
    worker.hear(Answer(worker.sent[0].path, Verdict.IMPORTED))
    thread.join(10)
    assert imports.add(_upload(folder, "2.zip"))
    imports.dismiss()
    assert [each.path.name for each in imports.jobs()] == ["2.zip"]


def test_one_that_waits_is_cancelled_at_once(imports: Imports, worker: Scripted, folder: Path) -> None:
    """It is never sent, and its file goes."""
    path = _upload(folder, "1.zip")
    imports.add(path)
    imports.cancel(1)
    assert not path.exists()
    imports.work()
    assert worker.sent == []
    assert _first(imports).stage is Stage.CANCELLED


def test_an_import_is_stopped(
    imports: Imports, worker: Scripted, folder: Path, working: Callable[[], object]
) -> None:
    """Its worker ends; what it still says is not taken for the next one's."""
    one, two = _upload(folder, "1.zip"), _upload(folder, "2.zip")
    imports.add(one)
    imports.add(two)
    working()
    until(lambda: worker.sent)
    imports.cancel(1)
    until(lambda: len(worker.sent) == 2)
    assert worker.stops == 1
    assert not one.exists()
    worker.hear(Answer(str(one), Verdict.IMPORTED))
    worker.hear(Progress(1, 2))
    until(lambda: imports.jobs()[1].share == 0.5)
    assert [each.stage for each in imports.jobs()] == [Stage.CANCELLED, Stage.IMPORTING]
    worker.hear(Ended(-9))
    until(lambda: imports.jobs()[1].stage is Stage.FAILED)
    assert "sudden" in imports.jobs()[1].title


@pytest.mark.parametrize("last", [Answer("", Verdict.IMPORTED, receipt={"of": "the first"}), Ended(0)])
def test_the_last_words_of_a_stopped_worker_are_not_of_the_next_upload(
    imports: Imports,
    worker: Scripted,
    told: list[Answer],
    folder: Path,
    working: Callable[[], object],
    last: Answer | Ended,
) -> None:
    """They may come while it is stopped, and the next may have the same name: it is imported itself."""
    path = _upload(folder, "conversations.json")
    imports.add(path)
    working()
    until(lambda: worker.sent)
    heard = worker.hear
    worker.last = lambda: heard(structs.replace(last, path=str(path)) if isinstance(last, Answer) else last)
    imports.add(path)
    imports.cancel(1)
    until(lambda: len(worker.sent) == 2)
    assert _upload(folder, path.name).exists()
    worker.hear(Progress(1, 2))
    until(lambda: imports.jobs()[1].share == 0.5)
    worker.hear(Answer(str(path), Verdict.IMPORTED, receipt={"of": "the second"}))
    until(lambda: imports.jobs()[1].stage is Stage.DONE)
    assert imports.jobs()[1].receipt == {"of": "the second"}
    assert [answer.receipt for answer in told] == [{"of": "the second"}]


def test_what_is_no_export_is_told_so(
    imports: Imports, worker: Scripted, folder: Path, working: Callable[[], object]
) -> None:
    """Of a download nobody is told; here somebody has asked for it."""
    imports.add(_upload(folder, "holiday.zip"))
    working()
    until(lambda: worker.sent)
    worker.hear(Answer(worker.sent[0].path, Verdict.NOT_AN_EXPORT))
    until(lambda: _first(imports).stage is Stage.FAILED)
    assert "no export" in _first(imports).title


def test_what_stands_in_the_way_is_told_and_the_next_one_tried(worker: Scripted, folder: Path) -> None:
    """Chathold's own notes cannot be kept, say."""

    def request(path: Path) -> Request:
        if path.name == "1.zip":
            raise ChatholdError("No.", advice="Look.")
        return Request(str(path))

    imports = Imports(worker, request, lambda _answer: None)
    one, two = _upload(folder, "1.zip"), _upload(folder, "2.zip")
    imports.add(one)
    imports.add(two)
    thread = threading.Thread(target=imports.work)
    thread.start()
    until(lambda: worker.sent)
    worker.hear(Answer(str(two), Verdict.IMPORTED))
    thread.join(10)
    assert [(each.stage, each.title) for each in imports.jobs()] == [(Stage.FAILED, "No."), (Stage.DONE, "")]
    assert _files(folder) == []


def test_what_was_imported_is_made_searchable(
    imports: Imports, worker: Scripted, folder: Path, working: Callable[[], threading.Thread]
) -> None:
    """Moment by moment, and what is handed in meanwhile is imported first."""
    imports.add(_upload(folder, "1.zip"))
    thread = working()
    until(lambda: worker.sent)
    worker.hear(Answer(worker.sent[0].path, Verdict.IMPORTED, behind=True))
    until(lambda: len(worker.sent) == 2)
    assert worker.sent[1].index
    assert not imports.add(_upload(folder, "2.zip"))
    worker.hear(Answer("", Verdict.IMPORTED, behind=True))
    until(lambda: len(worker.sent) == 3)
    worker.hear(Answer(worker.sent[2].path, Verdict.FAILED))
    until(lambda: len(worker.sent) == 4)
    assert [each.index for each in worker.sent] == [False, True, False, True]
    worker.hear(Answer("", Verdict.IMPORTED))
    thread.join(10)
    assert imports.add(_upload(folder, "3.zip"))


# --- importing, by a real worker


def _real(home: Path) -> Imports:
    return Imports(
        lambda hear: Importer(home / "archive", home / "logs", hear),
        lambda path: Request(str(path), create=True),
        lambda _answer: None,
    )


def test_real_exports_are_imported(tmp_path: Path, folder: Path) -> None:
    """Two of them, and something else between."""
    imports = _real(tmp_path / "home")
    for name, data in (("1.zip", export_of(1)), ("2.zip", b"PK, or so"), ("3.zip", export_of(3))):
        imports.add(_upload(folder, name))
        (folder / name).write_bytes(data)
    imports.work()
    assert [each.stage for each in imports.jobs()] == [Stage.DONE, Stage.FAILED, Stage.DONE]
    assert _files(folder) == []
    assert chathold(tmp_path / "home", "status")["archive"]["conversations"] == 2


def test_who_writes_already_is_waited_for(tmp_path: Path, folder: Path, working: object) -> None:
    """And said so; then it goes on by itself."""
    del working
    home = tmp_path / "home"
    archive = Archive.open(home / "archive", create=True, now=time.time())
    assert archive
    imports = _real(home)
    path = _upload(folder, "1.zip")
    path.write_bytes(export_of(1))
    imports.add(path)
    thread = threading.Thread(target=imports.work)
    with closing(archive):
        with archive.writing():
            thread.start()
            until(lambda: _first(imports).stage is Stage.WAITING)
        thread.join(30)
    assert _first(imports).stage is Stage.DONE
