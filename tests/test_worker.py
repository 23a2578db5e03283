"""The worker, as a process that answers lines: what becomes of each kind of download."""

from __future__ import annotations

import io
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, Self
from zipfile import ZipFile

import pytest
from filelock import FileLock

from chathold.archive.store import Archive
from chathold.core.errors import (
    ArchiveError,
    Busy,
    ChatholdError,
    Damaged,
    ExpiredLink,
    ExportError,
    Incomplete,
    NoSpace,
    NotAnExport,
    TooNew,
    Unsafe,
    UsageError,
)
from chathold.core.texts import speak
from chathold.daemon.answers import Answer, Progress, Request, Verdict, understood
from chathold.daemon.worker import _Worker, verdict_of
from chathold.exports.spans import unreadable
from chathold.intake import take_one
from chathold.search import standing
from daemons import export_of
from screens import environment
from zips import Piece, built, central, end, local, ordinary

SECRET = "what somebody told a machine"  # noqa: S105 - chat text that must not get out
PAGE = b"<!DOCTYPE html><html><head><title>Log in</title></head></html>"
LOCKED = built(Piece(b"conversations.json", b"[]", flags=1))
LETTERS = ordinary([("letters/1.txt", b"Dear Ada,"), ("letters/package.json", b'{"name": "letters"}')])
PROMISING, PLAIN = "chatgpt-export.zip", "love letters.zip"


@dataclass
class Worker:
    """A worker of an archive and a folder of downloads beside it. Use as a context manager."""

    folder: Path
    python: tuple[str, ...] = ("-m", "chathold.daemon.worker")
    variables: dict[str, str] = field(default_factory=dict)
    said: list[Progress] = field(default_factory=list)

    def __enter__(self) -> Self:
        self.archive, self.reports = self.folder / "archive", self.folder / "logs"
        self.downloads = self.folder / "downloads"
        self.downloads.mkdir(exist_ok=True)
        self.process = subprocess.Popen(
            [sys.executable, *self.python, os.fspath(self.archive), os.fspath(self.reports)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment(**self.variables),
            text=True,
            encoding="utf-8",
        )
        assert self.process.stdin
        assert self.process.stdout
        self.to, self.out = self.process.stdin, self.process.stdout
        return self

    def __exit__(self, *_error: object) -> None:
        self.process.kill()
        self.process.wait()
        self.out.close()
        self.process.stdin = None
        with suppress(BrokenPipeError):  # what was asked last was never read
            self.to.close()

    def ask(self, path: Path | str, **more: Any) -> Answer:
        """What becomes of a download. Fails where anything is said that is no line of a worker's."""
        self.to.write(Request(os.fspath(path), **{"create": True, **more}).line())
        self.to.flush()
        for line in self.out:
            said = understood(line)
            assert said is not None, line
            if isinstance(said, Answer):
                assert said.path == os.fspath(path)
                return said
            self.said.append(said)
        raise AssertionError("it ended")

    def file(self, name: str | bytes, data: bytes) -> Path:
        """A download of these bytes."""
        path = self.downloads / os.fsdecode(name)
        path.write_bytes(data)
        return path


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[Worker]:
    """A worker with no archive yet."""
    with Worker(tmp_path) as worker:
        yield worker


def _chats(archive: Path) -> int:
    with closing(sqlite3.connect(archive / "archive.db")) as database:
        return int(database.execute("SELECT count(*) FROM state").fetchone()[0])


class Told(NamedTuple):
    """What of an answer tells how a download was judged."""

    verdict: Verdict
    promising: bool


def _told(answer: Answer) -> Told:
    return Told(answer.verdict, answer.promising)


# --- exports


def test_an_export_is_imported(worker: Worker) -> None:
    """With its receipt, the account that is new, and the archive that it is in; the download stays."""
    path = worker.file("download.zip", export_of(1, chats=3))
    answer = worker.ask(path)
    assert (answer.verdict, answer.title, answer.promising) == (Verdict.IMPORTED, "", True)
    assert answer.receipt
    assert answer.receipt["outcome"] == "imported"
    assert answer.receipt["conversations"]["new"] == _chats(worker.archive) == 3
    ((provider, account, label),) = answer.accounts
    assert provider == "deepseek"
    assert account
    assert "someone@" not in label
    archive = Archive.open(worker.archive)
    assert archive
    with closing(archive):
        assert answer.archive == str(archive.meta("id"))
    assert path.read_bytes() == export_of(1, chats=3)


def test_an_account_is_new_once(worker: Worker) -> None:
    """The next export of it brings nobody new; the same one again brings nothing at all."""
    first = worker.ask(worker.file("1.zip", export_of(1)))
    second = worker.ask(worker.file("2.zip", export_of(2)))
    again = worker.ask(worker.file("3.zip", export_of(1)))
    assert [len(each.accounts) for each in (first, second, again)] == [1, 0, 0]
    assert again.receipt
    assert (again.verdict, again.receipt["outcome"]) == (Verdict.IMPORTED, "already_imported")


def test_a_folder_that_is_an_export_is_imported(worker: Worker) -> None:
    """As browsers unpack them; what became of it is said of the folder."""
    folder = worker.downloads / "unpacked"
    with ZipFile(io.BytesIO(export_of(1))) as packed:
        packed.extractall(folder)
    assert worker.ask(folder).verdict is Verdict.IMPORTED
    assert _chats(worker.archive) == 1


def test_a_folder_of_downloads_is_no_export(worker: Worker) -> None:
    """One that lies in it is not taken."""
    folder = worker.downloads / "old"
    folder.mkdir()
    (folder / "1.zip").write_bytes(export_of(1))
    (folder / "letter.txt").write_bytes(b"Dear Ada,")
    assert worker.ask(folder).verdict is Verdict.NOT_AN_EXPORT


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere names are text")
def test_a_name_may_be_any_bytes(worker: Worker) -> None:
    """The first time, and of a copy; it is answered for as it was asked for."""
    for name, outcome in ((b"caf\xe9 \xff.zip", "imported"), (b"\xfe.zip", "already_imported")):
        answer = worker.ask(worker.file(name, export_of(1)))
        assert answer.receipt
        assert (answer.verdict, answer.receipt["outcome"]) == (Verdict.IMPORTED, outcome)


def test_how_far_an_import_is_is_told(worker: Worker) -> None:
    """Of an export, and of nothing else."""
    worker.ask(worker.file(PLAIN, LETTERS))
    assert worker.said == []
    worker.ask(worker.file("1.zip", export_of(1)))
    assert worker.said
    assert all(0 <= each.done <= each.total for each in worker.said)


# --- what is none, or cannot be read


@pytest.mark.parametrize(
    ("name", "data", "verdict", "told"),
    [
        (PLAIN, LETTERS, Verdict.NOT_AN_EXPORT, False),
        (PROMISING, LETTERS, Verdict.NOT_AN_EXPORT, False),
        (PROMISING, PAGE, Verdict.EXPIRED, True),
        (PLAIN, PAGE, Verdict.NOT_AN_EXPORT, False),
        (PROMISING, LOCKED, Verdict.FAILED, True),
        (PLAIN, LOCKED, Verdict.NOT_AN_EXPORT, False),
        (PROMISING, export_of(1)[:-30], Verdict.INCOMPLETE, True),
        (PLAIN, export_of(1)[:-30], Verdict.INCOMPLETE, False),
        ("letter.json", b'{"to": "Ada"}', Verdict.NOT_AN_EXPORT, False),
        ("letter.txt", b"Dear Ada,", Verdict.NOT_AN_EXPORT, False),
        ("letter.zip", b"", Verdict.NOT_AN_EXPORT, False),
    ],
    ids=[
        "a ZIP",
        "a ZIP called like an export",
        "a web page called like an export",
        "a web page",
        "a locked ZIP called like an export",
        "a locked ZIP",
        "a cut one called like an export",
        "a cut one",
        "JSON",
        "text",
        "nothing",
    ],
)
def test_what_is_no_export_is_told_by_what_it_promised(
    tmp_path: Path, name: str, data: bytes, verdict: Verdict, *, told: bool
) -> None:
    """Only who was promised an export wants to know what came instead, and then why; nothing is imported."""
    answer = _answer(tmp_path, tmp_path / name, data)
    assert answer.verdict is verdict
    assert (answer.verdict is not Verdict.NOT_AN_EXPORT and answer.promising) is told
    assert answer.title or not told
    assert answer.receipt is None
    assert not (tmp_path / "archive").exists()


def test_a_claimed_file_that_gives_nothing_has_failed(tmp_path: Path) -> None:
    """It is an export, whatever it is called, and its owner wants to know."""
    data = ordinary([("conversations.json", b"[1, 2]"), ("user.json", b'{"id": "user-Ada", "email": ""}')])
    answer = _answer(tmp_path, tmp_path / PLAIN, data)
    assert _told(answer) == Told(Verdict.FAILED, promising=True)
    assert answer.title
    assert answer.advice


def test_what_vanished_is_gone(worker: Worker) -> None:
    """No trouble is made of it."""
    assert worker.ask(worker.downloads / PROMISING).verdict is Verdict.GONE


def test_what_vanishes_while_it_is_looked_at_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At any moment."""
    path = tmp_path / PLAIN
    _before_the_import(monkeypatch, path.unlink)
    assert _answer(tmp_path, path, export_of(1)).verdict is Verdict.GONE


def test_what_changes_while_it_is_read_is_incomplete(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of it is imported."""
    path, checked = tmp_path / PLAIN, "chathold.intake._check_space"
    monkeypatch.setattr(checked, lambda _archive, _claimed: os.utime(path, (1.0, 1.0)))
    assert _told(_answer(tmp_path, path, export_of(1))) == Told(Verdict.INCOMPLETE, promising=True)
    assert _chats(tmp_path / "archive") == 0


# --- what is no export is hardly read

HUGE = 1 << 30


def _huge(path: Path, *names: str) -> None:
    """A ZIP of a gigabyte that takes no room: its first member is stored, and a hole."""
    first, *others = (Piece(name.encode(), b"") for name in names)
    hole = Piece(first.name, packed=b"", size=HUGE, compressed=HUGE)
    with path.open("wb") as file:
        file.write(local(hole))
        file.seek(HUGE, os.SEEK_CUR)
        directory = central(hole, 0)
        for each in others:
            directory += central(each, file.tell())
            file.write(local(each))
        file.write(directory + end(len(names), len(directory), file.tell()))


@pytest.mark.spread(3)
@pytest.mark.skipif(not Path("/proc/self/io").exists(), reason="only Linux counts what a process reads")
@pytest.mark.parametrize(
    ("names", "most"),
    [(("film.mkv", "film.srt"), 100_000), (("film.mkv",), 3_000_000), (("film.json", "film.srt"), 3_000_000)],
    ids=["several files", "one file", "one called like JSON"],
)
def test_a_zip_that_is_no_export_is_not_read(worker: Worker, names: tuple[str, ...], most: int) -> None:
    """Its directory tells; only the beginning of a member that may be an export is looked at."""
    path = worker.downloads / PLAIN
    _huge(path, *names)
    worker.ask(worker.file("another.zip", LETTERS))
    before = _read_by(worker.process.pid)
    assert worker.ask(path).verdict is Verdict.NOT_AN_EXPORT
    assert _read_by(worker.process.pid) - before < most


def _read_by(process: int) -> int:
    """How many bytes a process has read so far, from wherever."""
    line = Path(f"/proc/{process}/io").read_text().splitlines()[0]
    return int(line.removeprefix("rchar: "))


# --- the archive


def test_without_an_archive_none_is_made_unless_it_may(worker: Worker) -> None:
    """One that has been seen may be on a disk that is away."""
    path = worker.file("1.zip", export_of(1))
    answer = worker.ask(path, create=False)
    assert _told(answer) == Told(Verdict.ARCHIVE, promising=True)
    assert answer.advice
    assert not worker.archive.exists()
    assert worker.ask(path).verdict is Verdict.IMPORTED


def test_an_archive_may_come_and_go(worker: Worker) -> None:
    """Each download finds it as it is then."""
    worker.ask(worker.file("1.zip", export_of(1)))
    away = worker.archive.rename(worker.archive.with_name("away"))
    assert worker.ask(worker.file("2.zip", export_of(2)), create=False).verdict is Verdict.ARCHIVE
    away.rename(worker.archive)
    assert worker.ask(worker.file("2.zip", export_of(2)), create=False).verdict is Verdict.IMPORTED
    assert _chats(worker.archive) == 2


def test_with_no_path_what_was_interrupted_is_finished(worker: Worker) -> None:
    """And the archive is made, if it may be."""
    assert worker.ask("", create=False).verdict is Verdict.ARCHIVE
    answer = worker.ask("")
    assert (answer.verdict, answer.receipt) == (Verdict.IMPORTED, None)
    assert answer.archive
    assert (worker.archive / "archive.db").is_file()


def test_a_newer_archive_is_left_alone(worker: Worker) -> None:
    """Until a newer Chathold is installed."""
    worker.ask("")
    with closing(sqlite3.connect(worker.archive / "archive.db")) as database:
        database.execute("PRAGMA user_version = 99")
    assert worker.ask(worker.file("1.zip", export_of(1))).verdict is Verdict.TOO_NEW


def test_a_full_disk_says_how_much_is_needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that the download is tried again once there is room."""
    usage = shutil.disk_usage(tmp_path)._replace(free=1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage)
    answer = _answer(tmp_path, tmp_path / PLAIN, export_of(1))
    assert _told(answer) == Told(Verdict.NO_SPACE, promising=True)
    assert answer.needed > 1000
    monkeypatch.undo()
    assert _answer(tmp_path, tmp_path / PLAIN, export_of(1)).verdict is Verdict.IMPORTED


# --- what becomes of the download


def test_an_imported_download_is_moved_if_so_wished(worker: Worker) -> None:
    """Under a name that is free there."""
    moved = worker.folder / "moved" / "exports"
    for number in (1, 2):
        path = worker.file("export.zip", export_of(number))
        answer = worker.ask(path, after_import="move", move_to=os.fspath(moved))
        assert (answer.verdict, answer.title, path.exists()) == (Verdict.IMPORTED, "", False)
    contents = {each.name: each.read_bytes() for each in moved.iterdir()}
    assert contents == {"export.zip": export_of(1), "export (1).zip": export_of(2)}


def test_an_imported_download_goes_to_the_trash_if_so_wished(tmp_path: Path) -> None:
    """The desktop's, from which it can be taken back."""
    with Worker(tmp_path, variables={"XDG_DATA_HOME": os.fspath(tmp_path / "data")}) as worker:
        path = worker.file("export.zip", export_of(1))
        assert worker.ask(path, after_import="trash").verdict is Verdict.IMPORTED
    assert not path.exists()
    assert (tmp_path / "data/Trash/files/export.zip").read_bytes() == export_of(1)


@pytest.mark.parametrize("after", ["move", "trash"])
@pytest.mark.parametrize(
    ("name", "data"), [(PLAIN, LETTERS), (PROMISING, PAGE), (PROMISING, export_of(1)[:-30])]
)
def test_what_is_not_imported_is_left_alone(tmp_path: Path, after: str, name: str, data: bytes) -> None:
    """Whatever is wished for exports."""
    path = tmp_path / name
    _answer(tmp_path, path, data, after_import=after, move_to=os.fspath(tmp_path / "moved"))
    assert path.read_bytes() == data
    assert not (tmp_path / "moved").exists()


def test_an_import_is_one_though_its_download_cannot_be_put_away(worker: Worker) -> None:
    """What went wrong afterwards is told beside the receipt."""
    (worker.folder / "file").touch()
    path = worker.file("export.zip", export_of(1))
    answer = worker.ask(path, after_import="move", move_to=os.fspath(worker.folder / "file"))
    assert answer.verdict is Verdict.IMPORTED
    assert answer.receipt
    assert "could not be put away" in answer.title
    assert answer.advice
    assert path.exists()


SWAPPED = """
import os, sys
from chathold.daemon import worker
take_one = worker.take_one
def swapped(archive, path, wishes):
    receipt = take_one(archive, path, wishes)
    os.replace(path.with_name("other"), path)
    return receipt
worker.take_one = swapped
sys.exit(worker.main())
"""


@pytest.mark.parametrize("after", ["move", "trash"])
def test_what_takes_the_name_of_an_imported_download_is_left(tmp_path: Path, after: str) -> None:
    """It is another download, which nobody has imported; that it was left is told beside the receipt."""
    variables = {"XDG_DATA_HOME": os.fspath(tmp_path / "data")}
    with Worker(tmp_path, python=("-c", SWAPPED), variables=variables) as worker:
        worker.file("other", export_of(2))
        path = worker.file("export.zip", export_of(1))
        answer = worker.ask(path, after_import=after, move_to=os.fspath(tmp_path / "moved"))
    assert (answer.verdict, answer.title) == (
        Verdict.IMPORTED,
        "This is not the file that was imported; it was left.",
    )
    assert path.read_bytes() == export_of(2)


# --- the process


NOISY = """
import os, sys
from chathold.daemon import worker
take_one = worker.take_one
def noisy(*args):
    print("printed")
    sys.__stdout__.write("written")
    os.write(1, b"written below Python")
    os.system("echo from another process")
    return take_one(*args)
worker.take_one = noisy
sys.exit(worker.main())
"""


def test_standard_output_holds_answers_and_nothing_else(tmp_path: Path) -> None:
    """Whatever prints: this program, a library, or what that starts."""
    with Worker(tmp_path, python=("-c", NOISY)) as worker:
        answers = [worker.ask(worker.file(f"{number}.zip", export_of(number))) for number in (1, 2)]
        worker.to.close()
        assert worker.out.read() == ""
    assert [each.verdict for each in answers] == [Verdict.IMPORTED] * 2


def test_it_ends_with_its_input(worker: Worker) -> None:
    """Without being told."""
    worker.ask("")
    worker.to.close()
    assert worker.process.wait(30) == 0


def test_it_ends_when_nobody_reads_its_answers(tmp_path: Path) -> None:
    """The daemon has been killed: nothing more is imported on its behalf."""
    with Worker(tmp_path) as worker:
        worker.process.stderr = None
        worker.out.close()
        worker.to.write(Request("", create=True).line() + Request("", create=True).line())
        worker.to.flush()
        assert worker.process.wait(30) != 0


@pytest.mark.skipif(not hasattr(os, "getpriority"), reason="Windows has other priorities")
def test_it_is_nice_to_others(worker: Worker) -> None:
    """The user never waits for an import."""
    worker.ask("")
    mine = os.getpriority(os.PRIO_PROCESS, 0)
    assert os.getpriority(os.PRIO_PROCESS, worker.process.pid) == min(19, mine + 10)


def test_a_killed_import_is_finished_by_the_next_worker(tmp_path: Path) -> None:
    """Nothing half-done stands in its way."""
    with Worker(tmp_path) as worker:
        path = worker.file("1.zip", export_of(1, chats=400))
        worker.to.write(Request(os.fspath(path), create=True).line())
        worker.to.flush()
        assert isinstance(understood(worker.out.readline()), Progress)
        worker.process.send_signal(signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
    with Worker(tmp_path) as worker:
        assert worker.ask("").verdict is Verdict.IMPORTED
        assert worker.ask(path).verdict is Verdict.IMPORTED
    assert _chats(tmp_path / "archive") == 400


def test_it_speaks_the_language_of_the_settings(worker: Worker) -> None:
    """Each answer in that of its request; with none it is the desktop's."""
    path = worker.file(PROMISING, PAGE)
    titles = [worker.ask(path, language=language).title for language in ("", "zh_CN", "en")]
    assert titles[0] == titles[2] == "This file is a web page: the link had expired or was already used."
    assert "网页" in titles[1]


# --- bugs


@pytest.fixture(autouse=True)
def language() -> Iterator[None]:
    """Workers within this process leave the language as it was."""
    yield
    speak("")


def _answer(folder: Path, path: Path, data: bytes, **more: Any) -> Answer:
    """What a worker within this process says of a download of these bytes, which is written first."""
    path.write_bytes(data)
    out = io.StringIO()
    with _Worker(folder / "archive", folder / "logs", out) as worker:
        worker.answer(Request(os.fspath(path), **{"create": True, **more}))
    said = understood(out.getvalue().splitlines()[-1])
    assert isinstance(said, Answer)
    return said


def _before_the_import(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], object]) -> None:
    """Have something happen between looking at a download and importing it."""

    def changed(*args: Any) -> Any:
        happens()
        return take_one(*args)

    monkeypatch.setattr("chathold.daemon.worker.take_one", changed)


def _breaks() -> None:
    raise KeyError(SECRET)


def test_a_bug_is_answered_and_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker lives on; the report and the answer hold no chat text."""
    _before_the_import(monkeypatch, _breaks)
    answer = _answer(tmp_path, tmp_path / PLAIN, export_of(1))
    (report,) = (tmp_path / "logs").iterdir()
    assert _told(answer) == Told(Verdict.BUG, promising=True)
    assert os.fspath(report) in answer.advice
    assert SECRET not in report.read_text("utf-8") + answer.title + answer.advice


@pytest.mark.parametrize(("name", "promising"), [(PROMISING, True), (PLAIN, False)])
def test_a_bug_in_looking_at_a_download_tells_no_name_that_promised_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, *, promising: bool
) -> None:
    """Nobody knows whether it is an export."""
    monkeypatch.setattr("chathold.daemon.worker.may_be_export", lambda _path: _breaks())
    assert _told(_answer(tmp_path, tmp_path / name, export_of(1))) == Told(Verdict.BUG, promising)


# --- verdicts


def _caused(cause: OSError) -> ExportError:
    error = unreadable("export.zip", cause)
    error.__cause__ = cause
    return error


VERDICTS = [
    (NoSpace("", needed=7), Verdict.NO_SPACE),
    (Busy(""), Verdict.BUSY),
    (TooNew(""), Verdict.TOO_NEW),
    (Damaged(""), Verdict.ARCHIVE),
    (ArchiveError(""), Verdict.ARCHIVE),
    (ExpiredLink(""), Verdict.EXPIRED),
    (NotAnExport(""), Verdict.NOT_AN_EXPORT),
    (Incomplete(""), Verdict.INCOMPLETE),
    (Unsafe(""), Verdict.FAILED),
    (ExportError(""), Verdict.FAILED),
    (UsageError(""), Verdict.FAILED),
    (ChatholdError(""), Verdict.FAILED),
    (_caused(FileNotFoundError(2, "gone")), Verdict.GONE),
    (_caused(PermissionError(13, "no")), Verdict.UNREADABLE),
    (_caused(OSError(5, "Input/output error")), Verdict.UNREADABLE),
]


@pytest.mark.parametrize(
    ("error", "verdict"), VERDICTS, ids=[type(error.__cause__ or error).__name__ for error, _ in VERDICTS]
)
def test_every_error_has_its_verdict(error: ChatholdError, verdict: Verdict) -> None:
    """Of its class, or of what the system said; the room that is missing goes with it."""
    assert verdict_of(error) == (verdict, getattr(error, "needed", 0))


def test_every_class_of_errors_has_been_tried() -> None:
    """The last test left none out."""
    assert {type(error) for error, _verdict in VERDICTS} == _classes(ChatholdError)


def _classes(error: type[ChatholdError]) -> set[type[ChatholdError]]:
    """An error and those below it, of the program's own list of errors."""
    below = [each for each in error.__subclasses__() if each.__module__ == "chathold.core.errors"]
    return {error}.union(*map(_classes, below))


def _until_searchable(worker: Worker, answer: Answer, **more: Any) -> Answer:
    """Go on with the search index until it is up to date, as the daemon does."""
    while answer.behind:
        answer = worker.ask("", index=True, **more)
    return answer


def test_notes_are_brought_up_to_date_once_all_can_be_found(worker: Worker) -> None:
    """After the search index is, for the chats of the folder may be chosen by words."""
    notes = worker.folder / "notes"
    notes.mkdir()
    more = {"mirror": os.fspath(notes), "filters": "", "state": os.fspath(worker.folder / "state")}
    answer = worker.ask(worker.file("deepseek.zip", export_of(1)), **more)
    assert _until_searchable(worker, answer, **more).title == ""
    assert [path.suffix for path in notes.glob("*/*")] == [".md"]


def test_what_is_in_the_way_of_notes_is_told_and_the_import_stands(worker: Worker) -> None:
    """The archive has the chats; the answer says why the notes have not."""
    more = {"mirror": os.fspath(worker.folder / "nowhere"), "state": os.fspath(worker.folder / "state")}
    answer = worker.ask(worker.file("deepseek.zip", export_of(1)), **more)
    answer = _until_searchable(worker, answer, **more)
    assert answer.verdict is Verdict.IMPORTED
    assert answer.title == "The notes were not brought up to date: The folder of notes is not there."


# --- the search index


def _unindexed(archive: Path) -> int:
    opened = Archive.open(archive)
    assert opened
    with closing(opened):
        return standing(opened).pending


def test_an_import_leaves_everything_searchable(worker: Worker) -> None:
    """With nothing left to do."""
    answer = worker.ask(worker.file("download.zip", export_of(1, chats=3)))
    assert (answer.verdict, answer.behind) == (Verdict.IMPORTED, False)
    assert _unindexed(worker.archive) == 0


def test_what_is_not_searchable_is_indexed_when_asked_to(worker: Worker) -> None:
    """The worker says whether more of it would help."""
    path = worker.file("download.zip", export_of(1, chats=3))
    worker.ask(path)
    (worker.archive / "search.db").unlink()
    assert worker.ask("").behind
    assert _unindexed(worker.archive) == 3
    answer = worker.ask("", index=True)
    assert (answer.verdict, answer.behind) == (Verdict.IMPORTED, False)
    assert _unindexed(worker.archive) == 0


def test_an_index_that_another_fills_is_left_to_it(worker: Worker) -> None:
    """Nothing that this worker did helped, so it is not asked again and again."""
    worker.ask(worker.file("download.zip", export_of(1, chats=3)))
    (worker.archive / "search.db").unlink()
    with FileLock(worker.archive / "search.lock"):
        assert not worker.ask("", index=True).behind
