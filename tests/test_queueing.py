"""Which download is imported next, what becomes of it, and what is told of it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from chathold.daemon.answers import Answer, Verdict
from chathold.daemon.queueing import Queue, said_of
from chathold.daemon.retrying import DAY, HOUR, MINUTE
from chathold.daemon.telling import Event, Kind, Stream
from chathold.state import Pending, Stage, State
from chathold.state.downloads import mark
from chathold.watching import Download, Fingerprint

NOW = 1_800_000_000.0
ROOM = 10**12
RECEIPT: dict[str, Any] = {
    "path": "/downloads/a.zip",
    "outcome": "imported",
    "provider": "chatgpt",
    "conversations": {"found": 5, "new": 2, "updated": 1, "unchanged": 2},
    "parts": {"seen": [], "missing": []},
    "advice": "",
}
ONE = {"found": 1, "new": 1, "updated": 0}
NONE = {"found": 0, "new": 0, "updated": 0}


@dataclass
class Bench:
    """A queue on a state of its own, and the events that it told."""

    state: State
    readers: str = "chatgpt:1"
    told: list[Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """A new daemon: all that is left of the last one is its state."""
        stream = Stream()
        stream.listen(self.told.append)
        self.queue = Queue(self.state, stream, self.readers)

    def answer(self, verdict: Verdict, now: float = NOW, **more: Any) -> Download:
        """Answer for the next download; which one it was."""
        download = self.queue.importing or self.queue.next()
        assert download
        words = (
            {"title": f"It is {verdict}.", "advice": "Do this."} if verdict is not Verdict.IMPORTED else {}
        )
        self.queue.answered(Answer(os.fspath(download.path), verdict, **{**words, **more}), now)
        return download

    def through(self, download: Download, verdict: Verdict, now: float = NOW, **more: Any) -> None:
        """Add a download, and answer for it; it must be the only one."""
        self.queue.add(download, now)
        assert self.answer(verdict, now, **more) == download

    @property
    def kinds(self) -> list[Kind]:
        """What was told."""
        return [each.kind for each in self.told]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """An empty queue."""
    state = State.open(tmp_path / "state")
    yield Bench(state)
    state.close()


def download(name: str, *, age: float = 0.0, size: int = 1000, folder: Path = Path("/downloads")) -> Download:
    """A download that was written so many seconds ago."""
    changed = round((NOW - age) * 1e9)
    return Download(folder / name, Fingerprint(1, 2, size, changed, changed), is_folder=False)


def _next(queue: Queue) -> str:
    found = queue.next()
    return found.path.name if found else ""


# --- whose turn it is


def test_the_oldest_comes_first(bench: Bench) -> None:
    """In whatever order they are found; of equally old ones the first by name."""
    for name, age in (("b", 5), ("new", 1), ("old", 9), ("a", 5)):
        bench.queue.add(download(name, age=age), NOW)
    assert [bench.answer(Verdict.IMPORTED).path.name for _ in range(4)] == ["old", "a", "b", "new"]


def test_one_is_imported_at_a_time(bench: Bench) -> None:
    """The next has its turn when the last was answered for."""
    bench.queue.add(download("a", age=2), NOW)
    bench.queue.add(download("b", age=1), NOW)
    assert [_next(bench.queue), _next(bench.queue), len(bench.queue)] == ["a", "", 2]
    bench.answer(Verdict.IMPORTED)
    assert [_next(bench.queue), len(bench.queue)] == ["b", 1]
    bench.answer(Verdict.IMPORTED)
    assert [_next(bench.queue), len(bench.queue)] == ["", 0]


def test_an_answer_for_another_path_is_not_taken(bench: Bench) -> None:
    """Nor one that nobody waits for: an old worker's, or the empty one's at the beginning."""
    bench.queue.answered(Answer("", Verdict.IMPORTED), NOW)
    bench.queue.add(download("a"), NOW)
    _next(bench.queue)
    for path in ("", "/downloads/b", "a"):
        bench.queue.answered(Answer(path, Verdict.IMPORTED, receipt=RECEIPT), NOW)
    assert (bench.queue.importing, bench.told) == (download("a"), [])


def test_a_download_that_is_replaced_while_it_waits_is_imported_once(bench: Bench) -> None:
    """As it is now, and where it belongs now."""
    bench.queue.add(download("a", age=9), NOW)
    bench.queue.add(download("b", age=5), NOW)
    bench.queue.add(download("a", age=1, size=2000), NOW)
    assert bench.answer(Verdict.IMPORTED) == download("b", age=5)
    assert bench.answer(Verdict.IMPORTED) == download("a", age=1, size=2000)
    assert bench.queue.next() is None


def test_a_download_that_is_replaced_while_it_is_imported_is_imported_again(bench: Bench) -> None:
    """Nobody knows which of the two was read."""
    bench.queue.add(download("a", age=9), NOW)
    bench.queue.next()
    bench.queue.add(download("a", age=1), NOW)
    assert bench.answer(Verdict.IMPORTED) == download("a", age=9)
    assert bench.answer(Verdict.IMPORTED) == download("a", age=1)


def test_a_download_is_not_queued_while_it_is_imported(bench: Bench) -> None:
    """A long import is longer than the time after which a retry is asked for again."""
    bench.through(download("a"), Verdict.BUSY)
    for later in (HOUR, HOUR + 2 * MINUTE):
        bench.queue.due(NOW + later, ROOM)
        bench.queue.add(download("a"), NOW + later)
        bench.queue.next()
    bench.answer(Verdict.IMPORTED)
    assert bench.queue.next() is None


def test_what_waits_is_let_go_on_pause(bench: Bench) -> None:
    """It is named, to be handed out again; what is imported is imported to its end."""
    for name, age in (("a", 3), ("b", 2), ("c", 1)):
        bench.queue.add(download(name, age=age), NOW)
    bench.queue.next()
    assert bench.queue.clear() == [download("b").path, download("c").path]
    assert (bench.queue.clear(), len(bench.queue)) == ([], 1)
    bench.answer(Verdict.IMPORTED, receipt=RECEIPT)
    assert bench.kinds == [Kind.IMPORTED]


# --- what is done with


@pytest.mark.parametrize("verdict", [Verdict.IMPORTED, Verdict.NOT_AN_EXPORT])
def test_what_is_done_with_is_never_imported_again(bench: Bench, verdict: Verdict) -> None:
    """By no later daemon, as long as it stays as it is."""
    bench.through(download("a"), verdict)
    for _ in range(2):
        bench.queue.add(download("a"), NOW + 300 * DAY)
        assert bench.queue.next() is None
        bench.begin()
    bench.queue.add(download("a", size=2000), NOW)
    assert bench.queue.next() == download("a", size=2000)


def test_newer_readers_look_at_everything_again(bench: Bench) -> None:
    """What no reader knew may be an export to the next."""
    bench.through(download("a"), Verdict.NOT_AN_EXPORT)
    bench.through(download("b"), Verdict.FAILED)
    bench.readers = "chatgpt:2"
    bench.begin()
    for name in "ab":
        bench.queue.add(download(name), NOW)
    assert [bench.answer(Verdict.IMPORTED).path.name for _ in range(2)] == ["a", "b"]
    assert bench.state.downloads.pending() == []


def test_of_what_is_no_export_no_name_is_kept(bench: Bench) -> None:
    """Not that of one that had seemed to wait for something, either."""
    bench.through(download("a"), Verdict.BUSY)
    bench.queue.due(NOW + HOUR, ROOM)
    bench.through(download("a"), Verdict.NOT_AN_EXPORT, NOW + HOUR)
    assert (bench.state.downloads.pending(), bench.kinds) == ([], [Kind.TROUBLE])


def test_what_is_gone_is_forgotten(bench: Bench) -> None:
    """Silently; should it come back, it is new."""
    bench.through(download("a"), Verdict.GONE)
    assert (bench.state.downloads.pending(), bench.told) == ([], [])
    bench.queue.add(download("a"), NOW)
    assert bench.queue.next() == download("a")


def test_what_was_put_right_by_hand_wants_nothing_any_more(bench: Bench) -> None:
    """A download that is found to be done with is dropped from what is wanted."""
    found = download("a")
    bench.state.downloads.put(Pending(found.path, b"an earlier state", Stage.FAILED, "", "", NOW))
    bench.state.downloads.done(Path("elsewhere"), mark(found.path, found.fingerprint, bench.readers), NOW)
    bench.queue.add(found, NOW)
    assert (bench.queue.next(), bench.state.downloads.pending()) == (None, [])


# --- what is tried again


def test_what_failed_is_told_once(bench: Bench) -> None:
    """And neither tried nor told again, by a later daemon either, until it changes."""
    bench.through(download("a"), Verdict.FAILED)
    for _ in range(2):
        bench.queue.add(download("a"), NOW + 30 * DAY)
        assert (bench.queue.next(), bench.queue.due(NOW + 30 * DAY, ROOM)) == (None, [])
        bench.begin()
    bench.through(download("a", size=2000), Verdict.FAILED, NOW + 30 * DAY)
    assert (
        bench.told == [Event(Kind.FAILED, "It is failed. Do this.", download("a").path, cause="failed")] * 2
    )


def test_what_stands_in_the_way_is_told_once_a_day(bench: Bench) -> None:
    """However many downloads it stops, however often."""
    for name in "abc":
        bench.through(download(name), Verdict.NO_SPACE)
    bench.begin()
    bench.through(download("d"), Verdict.NO_SPACE)
    bench.through(download("e"), Verdict.BUSY)
    assert [(each.kind, each.words) for each in bench.told] == [
        (Kind.TROUBLE, "It is no_space. Do this."),
        (Kind.TROUBLE, "It is busy. Do this."),
    ]
    bench.through(download("f"), Verdict.BUSY, NOW + DAY)
    assert bench.kinds == [Kind.TROUBLE] * 3


def test_what_may_still_become_whole_is_not_told(bench: Bench) -> None:
    """Only once it has been cut for a day."""
    bench.through(download("a"), Verdict.INCOMPLETE)
    assert (bench.told, [each.stage for each in bench.state.downloads.pending()]) == ([], [Stage.WAITING])
    bench.queue.due(NOW + DAY, ROOM)
    bench.through(download("a"), Verdict.INCOMPLETE, NOW + DAY)
    assert bench.kinds == [Kind.FAILED]


def test_a_retry_is_asked_for_when_its_time_has_come(bench: Bench) -> None:
    """Once a minute at most, for the watcher may need a while to hand it out."""
    bench.through(download("a"), Verdict.BUSY)
    assert bench.queue.due(NOW + 4, ROOM) == []
    assert bench.queue.due(NOW + 5, ROOM) == [download("a").path]
    assert bench.queue.due(NOW + 64, ROOM) == []
    assert bench.queue.due(NOW + 66, ROOM) == [download("a").path]


def test_a_retry_that_failed_again_is_asked_for_in_its_time(bench: Bench) -> None:
    """What was asked for before does not count."""
    bench.through(download("a"), Verdict.UNREADABLE)
    bench.queue.due(NOW + 5, ROOM)
    bench.through(download("a"), Verdict.UNREADABLE, NOW + 6)
    assert bench.queue.due(NOW + 25, ROOM) == []
    assert bench.queue.due(NOW + 26, ROOM) == [download("a").path]


def test_a_clock_set_back_loses_no_retry(bench: Bench) -> None:
    """Neither one that was noted by a clock ahead, nor one that was asked for by it."""
    year = 365 * DAY
    bench.through(download("a"), Verdict.BUSY, NOW + year)
    assert bench.queue.due(NOW + year + HOUR, ROOM) == [download("a").path]
    assert bench.queue.due(NOW, ROOM) == [download("a").path]
    bench.queue.add(download("a"), NOW)
    assert bench.queue.next() == download("a")


def test_what_is_found_before_its_time_waits(bench: Bench) -> None:
    """A look finds it again, as it was; a changed one is tried at once."""
    bench.through(download("a"), Verdict.BUSY)
    bench.begin()
    bench.queue.add(download("a"), NOW + 4)
    assert bench.queue.next() is None
    bench.queue.add(download("a"), NOW + 5)
    assert bench.queue.next() == download("a")
    bench.answer(Verdict.BUSY, NOW + 5)
    bench.queue.add(download("a", size=2000), NOW + 6)
    assert bench.queue.next() == download("a", size=2000)


def test_what_waits_for_room_is_asked_for_when_there_is(bench: Bench) -> None:
    """At once then, and not before."""
    bench.through(download("a"), Verdict.NO_SPACE, needed=5000)
    assert bench.queue.due(NOW + 300 * DAY, 4999) == []
    assert bench.queue.due(NOW + 1, 5000) == [download("a").path]
    bench.queue.add(download("a"), NOW + 1)
    assert bench.queue.next() == download("a")


def test_a_success_ends_what_was_wanted(bench: Bench) -> None:
    """Nothing is tried again, and nothing listed."""
    bench.through(download("a"), Verdict.BUSY)
    bench.queue.due(NOW + HOUR, ROOM)
    bench.through(download("a"), Verdict.IMPORTED, NOW + HOUR, receipt=RECEIPT)
    assert (bench.state.downloads.pending(), bench.queue.due(NOW + DAY, ROOM)) == ([], [])


# --- tidying


def test_what_somebody_removed_is_forgotten(bench: Bench, tmp_path: Path) -> None:
    """What is still there is kept, be it a link that leads nowhere."""
    (tmp_path / "kept").touch()
    (tmp_path / "link").symlink_to("nowhere")
    for name in ("gone", "kept", "link"):
        bench.through(download(name, folder=tmp_path), Verdict.BUSY)
    bench.queue.tidy()
    assert sorted(each.path.name for each in bench.state.downloads.pending()) == ["kept", "link"]


@pytest.mark.parametrize("folder", ["absent/disk", "file", "x" * 300])
def test_what_lies_on_an_absent_disk_is_kept(bench: Bench, tmp_path: Path, folder: str) -> None:
    """And so is what lies where nobody can look."""
    (tmp_path / "file").touch()
    bench.through(download("a", folder=tmp_path / folder), Verdict.BUSY)
    bench.queue.tidy()
    assert len(bench.state.downloads.pending()) == 1


def test_a_folder_that_cannot_be_looked_into_stops_nobody(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A network drive may fail at any moment, and with any error."""
    bench.through(download("a", folder=tmp_path), Verdict.BUSY)

    def failing(*_args: object, **_named: object) -> None:
        raise PermissionError(13, "no")

    monkeypatch.setattr("os.stat", failing)
    bench.queue.tidy()
    monkeypatch.undo()
    assert len(bench.state.downloads.pending()) == 1


# --- what is shown


def test_what_is_under_way_is_listed_in_its_order(bench: Bench) -> None:
    """What is imported first, with how much of it is done once that is known."""
    for name, age in (("c", 1), ("a", 3), ("b", 2)):
        bench.queue.add(download(name, age=age), NOW)
    bench.queue.next()
    assert [(each["path"], each["state"], each["reason"]) for each in bench.queue.under_way()] == [
        ("/downloads/a", "importing", ""),
        ("/downloads/b", "queued", "its turn comes"),
        ("/downloads/c", "queued", "its turn comes"),
    ]
    bench.queue.share = 0.679
    assert bench.queue.under_way()[0]["reason"] == "done: 67 %"
    bench.answer(Verdict.IMPORTED)
    bench.queue.next()
    assert bench.queue.under_way()[0] == {"path": "/downloads/b", "state": "importing", "reason": ""}


# --- what is told


def test_an_import_is_told_in_numbers(bench: Bench) -> None:
    """With the export's path and receipt beside the words."""
    bench.through(download("a.zip"), Verdict.IMPORTED, receipt=RECEIPT)
    words = "chatgpt: 5 chats found, 2 new, 1 continued."
    assert bench.told == [Event(Kind.IMPORTED, words, download("a.zip").path, RECEIPT)]


@pytest.mark.parametrize(
    ("receipt", "words"),
    [
        ({**RECEIPT, "outcome": "already_imported"}, "This export is in the archive already."),
        ({**RECEIPT, "outcome": "unchanged"}, "chatgpt: 5 chats found, 2 new, 1 continued."),
        ({**RECEIPT, "conversations": ONE}, "chatgpt: 1 chat found, 1 new, 0 continued."),
        ({**RECEIPT, "conversations": NONE}, "chatgpt: 0 chats found, 0 new, 0 continued."),
        (
            {**RECEIPT, "conversations": NONE, "documents": {"found": 3, "new": 2, "updated": 1}},
            "chatgpt: 3 documents found, 2 new, 1 changed.",
        ),
        (
            {**RECEIPT, "documents": ONE},
            "chatgpt: 5 chats found, 2 new, 1 continued; 1 document found, 1 new, 0 changed.",
        ),
        ({}, ""),
    ],
)
def test_what_an_import_found_is_said(receipt: dict[str, Any], words: str) -> None:
    """In a few words."""
    assert said_of(receipt) == words


def test_a_new_account_is_told(bench: Bench) -> None:
    """Somebody else's export may lie in a shared Downloads folder."""
    accounts = (("chatgpt", "user-1", "a…@example.org"), ("claude", "account-2", "work"))
    bench.through(download("a.zip"), Verdict.IMPORTED, receipt=RECEIPT, accounts=accounts)
    assert bench.kinds == [Kind.IMPORTED, Kind.NEW_ACCOUNT, Kind.NEW_ACCOUNT]
    assert ["chatgpt, a…@example.org" in bench.told[1].words, "claude, work" in bench.told[2].words] == [
        True
    ] * 2
    assert "“chathold forget --account chatgpt/user-1”" in bench.told[1].words  # two may look alike


def test_missing_parts_are_told(bench: Bench) -> None:
    """As the receipt has it."""
    receipt = {**RECEIPT, "parts": {"seen": ["a"], "missing": ["b"]}, "advice": "b.zip is missing."}
    bench.through(download("a.zip"), Verdict.IMPORTED, receipt=receipt)
    told = Event(Kind.PARTS_MISSING, "b.zip is missing.", download("a.zip").path, receipt)
    assert bench.told[1:] == [told]


def test_an_import_whose_download_could_not_be_put_away_is_one(bench: Bench) -> None:
    """Both are told, and it is not tried again."""
    title = "It could not be put away."
    bench.through(download("a.zip"), Verdict.IMPORTED, receipt=RECEIPT, title=title, advice="Do it.")
    assert [(each.kind, each.words) for each in bench.told[1:]] == [
        (Kind.TROUBLE, "It could not be put away. Do it.")
    ]
    bench.queue.add(download("a.zip"), NOW)
    assert (bench.queue.next(), bench.state.downloads.pending()) == (None, [])


TROUBLES = sorted(set(Verdict) - {Verdict.IMPORTED, Verdict.NOT_AN_EXPORT, Verdict.GONE})


@pytest.mark.parametrize("verdict", TROUBLES)
def test_what_promises_no_export_is_not_told_of(bench: Bench, verdict: Verdict) -> None:
    """It is tried again as any other; but its name is nobody's business, and its owner waits for nothing."""
    bench.through(download("love letter.zip"), verdict, promising=False)
    assert bench.told == []
    assert len(bench.state.downloads.pending()) == 1


@pytest.mark.parametrize("verdict", list(Verdict))
def test_no_words_name_a_download(bench: Bench, verdict: Verdict) -> None:
    """Who shows names takes them from the path, which is given for exports alone; an account has none."""
    path = "/downloads/love letter.zip"
    parts = {"seen": [], "missing": ["2"]}
    receipt = {**RECEIPT, "path": path, "parts": parts, "advice": "Get part 2."}
    accounts = (("chatgpt", "user-1", "a…@example.org"),)
    bench.through(download("love letter.zip"), verdict, receipt=receipt, accounts=accounts)
    assert [each.words for each in bench.told if "love" in each.words or "/downloads" in each.words] == []
    assert [each.path for each in bench.told if each.kind is Kind.NEW_ACCOUNT] in ([], [None])


def test_a_name_of_any_bytes_goes_through(bench: Bench) -> None:
    """From queue to state to answer, and back."""
    odd = replace(download("a"), path=Path(os.fsdecode(b"/downloads/caf\xe9.zip")))
    bench.through(odd, Verdict.BUSY)
    assert bench.queue.due(NOW + HOUR, ROOM) == [odd.path]
    bench.through(odd, Verdict.IMPORTED, NOW + HOUR, receipt=RECEIPT)
    assert bench.state.downloads.pending() == []
