"""The reader's rules that need no browser: who stays, what is compared, what stands on a page, how it is worded."""

from __future__ import annotations

import os
import re
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import talks
from asking import ADDRESS, NOW, Asking, Clock
from chathold.archive import views
from chathold.archive.store import Archive
from chathold.core.saying import amount
from chathold.core.texts import speak
from chathold.reader.attendance import Attendance
from chathold.reader.comparing import Row, compare
from chathold.reader.talk import PAGE, Wish, anchor, read
from chathold.reader.wording import ago, exact, titled
from chathold.rendering.pictures import picture_type
from screens import said

# --- whether anybody reads


def test_the_reader_ends_once_nobody_has_come_for_so_long() -> None:
    """From the last answer on; not before."""
    clock = Clock(1000.0)
    attendance = Attendance(clock(), 300)
    assert not attendance.is_over(1299.9)
    clock.now = 1200.0
    with attendance.staying(clock):
        clock.now = 9000.0
        assert not attendance.is_over(clock())
    assert not attendance.is_over(9299.9)
    assert attendance.is_over(9300.0)


def test_an_open_page_keeps_the_reader(tmp_path: Path) -> None:
    """Its sign comes more often than the reader's patience lasts, even from a hidden page, once a minute."""
    browser = Asking(tmp_path)
    for _minute in range(60):
        browser.clock.now += 60
        assert not browser.reader.attendance.is_over(browser.clock())
        assert browser.get("here").status == 204
    browser.clock.now += 300
    assert browser.reader.attendance.is_over(browser.clock())


def test_who_is_not_let_in_does_not_keep_the_reader(tmp_path: Path) -> None:
    """Other programs that try the port are nobody."""
    browser = Asking(tmp_path)
    browser.clock.now += 299
    assert browser.get("here", cookie="").status == 403
    browser.clock.now += 1
    assert browser.reader.attendance.is_over(browser.clock())


# --- two texts side by side


def _lines(rows: list[Row], side: str) -> list[str]:
    sides = [getattr(row, side) for row in rows]
    return ["".join(piece.text for piece in each) for each in sides if each is not None]


TEXTS = st.lists(st.sampled_from(["", "a", "one two", "one three", "x y z w", "  indented"]), max_size=12)


@given(TEXTS, TEXTS)
def test_what_differs_is_shown_and_nothing_else_is_made_up(old: list[str], new: list[str]) -> None:
    """With the equal lines that are left out, both sides are the texts; what is not marked is on both."""
    rows = compare("\n".join(old), "\n".join(new))
    for side, lines in (("old", "\n".join(old).splitlines()), ("new", "\n".join(new).splitlines())):
        shown = _lines(rows, side)
        left = iter(lines)
        assert all(each in left for each in shown)
        if rows:
            tail = len(lines) - len(shown) - sum(row.left_out for row in rows)
            assert tail >= 0
    for row in rows:
        if row.old and row.new:
            kept = ["".join(piece.text for piece in side if not piece.differs) for side in (row.old, row.new)]
            assert kept[0] == kept[1]
    assert any(row.differs for row in rows) == ("\n".join(old).splitlines() != "\n".join(new).splitlines())


def test_a_changed_word_is_marked_and_its_neighbours_are_not() -> None:
    """As in a side by side view of a small edit."""
    (row,) = compare("the quick brown fox jumps", "the quick red fox jumps")
    assert [piece.text for piece in row.old or () if piece.differs] == ["brown"]
    assert [piece.text for piece in row.new or () if piece.differs] == ["red"]


def test_texts_too_long_to_compare_stand_whole() -> None:
    """No text makes it think for minutes."""
    old, new = ("\n".join(f"{word} {n}" for n in range(50_000)) for word in ("old", "new"))
    (row,) = compare(old, new)
    assert row.differs


# --- a conversation in pages


def _chat(number: int, **more: Any) -> dict[str, Any]:
    """A straight talk, as `show` gives it."""
    messages = [
        {
            "id": f"m{at}",
            "parent": f"m{at - 1}" if at else None,
            "role": "user",
            "parts": [{"kind": "text", "text": "x"}],
            "attachments": [],
            "hidden": False,
            "on_main_branch": True,
            "last_seen": None,
        }
        | more
        for at in range(number)
    ]
    return {"conversation": {}, "messages": messages}


@given(st.integers(0, 3 * PAGE + 1), st.integers(-2, 9))
def test_every_message_is_on_one_page(number: int, asked: int) -> None:
    """Pages follow each other without gaps; one that is not there is the nearest."""
    shown = _chat(number)
    pages = read(shown, Wish()).pages
    found = [step.message["id"] for at in range(1, pages + 1) for step in read(shown, Wish(number=at)).steps]
    assert found == [message["id"] for message in shown["messages"]]
    assert 1 <= read(shown, Wish(number=asked)).number <= pages


@given(st.integers(0, 3 * PAGE))
def test_a_message_is_found_on_its_page(at: int) -> None:
    """A link to one message leads to the page that has it."""
    shown = _chat(3 * PAGE + 1)
    reading = read(shown, Wish(message=f"m{at}"))
    assert f"m{at}" in [step.message["id"] for step in reading.steps]


def test_hidden_messages_are_counted_and_shown_on_demand() -> None:
    """A hidden one that a link leads to is shown, too."""
    shown = _chat(4, hidden=True)
    assert (read(shown, Wish()).steps, read(shown, Wish()).hidden) == ((), 4)
    assert len(read(shown, Wish(hidden=True)).steps) == 4
    assert [step.message["id"] for step in read(shown, Wish(message="m2")).steps] == ["m2"]


@given(st.text(min_size=1))
def test_a_place_on_a_page_has_a_harmless_name(message: str) -> None:
    """Whatever the service calls the message."""
    assert re.fullmatch("m[0-9a-f]{12}", anchor(message))


# --- words


@pytest.mark.parametrize(
    ("past", "words"),
    [
        (5, "just now"),
        (61, "1 minute ago"),
        (2 * 3600, "2 hours ago"),
        (26 * 3600, "yesterday"),
        (12 * 86_400, "12 days ago"),
        (400 * 86_400, "4 days"),
    ],
)
def test_times_are_told_as_a_person_would(past: float, words: str) -> None:
    """How long ago, as long as that says more than the day."""
    noon = 1_780_056_000.0  # 12:00 UTC
    told = ago(noon - past, noon)
    assert told == words if past < 100 * 86_400 else re.fullmatch(r"\d+ \w{3} \d{4}", told)


def test_what_is_not_known_is_said_to_be_unknown() -> None:
    """No time is no 1970."""
    assert ago(None, NOW) == exact("") == "unknown"


def test_chinese_dates_read_as_chinese_dates() -> None:
    """The order of day, month and year is the language's."""
    speak("zh_CN")
    try:
        assert exact("2026-11-21T12:05:00Z")[:8] == "2026年11月"
    finally:
        speak("en")


def test_titles_of_strangers_are_one_harmless_line() -> None:
    """Marks of direction are seen, line ends are spaces, nothing is endless, nothing is empty."""
    assert titled({"title": "a\nb\u202egnp.exe"}) == "a b[U+202E]gnp.exe"
    assert titled({"title": ""}) == "(no title)"
    assert len(titled({"title": "x" * 10**6})) == 300


def test_amounts_have_units() -> None:
    """Decimal, as disks have them."""
    assert [amount(size) for size in (0, 999, 1500, 2_500_000, 3_210_000_000)] == [
        "0 B",
        "999 B",
        "2 kB",
        "2 MB",
        "3.2 GB",
    ]


# --- files


@pytest.mark.parametrize(
    ("beginning", "kind"),
    [
        (talks.picture()[:32], "image/png"),
        (b"\xff\xd8\xff\xe0rest", "image/jpeg"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
        (b"\0\0\0\x1cftypavif", "image/avif"),
        (b"<svg xmlns=", ""),
        (b"<?xml version='1.0'?><svg", ""),
        (b"<!doctype html><script>", ""),
        (b"%PDF-1.7", ""),
        (b"", ""),
    ],
)
def test_only_pictures_made_of_points_are_pictures(beginning: bytes, kind: str) -> None:
    """Their first bytes say so."""
    assert picture_type(beginning) == kind


# --- pages of an archive


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive with a chat of everything and a long one."""
    folder = tmp_path_factory.mktemp("reader")
    export = talks.write(folder / "export.zip", [talks.rich(), talks.long(2 * PAGE + 10)])
    assert said(folder / "home", "import", os.fspath(export)).code == 0
    return folder / "home"


def _id(home: Path, title: str) -> str:
    listed = Asking(home).get("chats").text
    rows: list[tuple[str, str]] = re.findall(r'/chat/(\w+)"[^>]*><bdi>(.*?)</bdi>', listed)
    return next(name for name, shown in rows if title in shown)


@pytest.mark.parametrize("path", ["", "search", "chats", "documents"])
def test_pages_of_an_empty_archive_say_how_to_begin(tmp_path: Path, path: str) -> None:
    """Nothing is made by looking."""
    answer = Asking(tmp_path / "home").get(path)
    assert answer.status == 200
    assert "Nothing here yet" in answer.text
    assert not (tmp_path / "home" / "archive").exists()


def test_a_file_is_a_download_that_no_page_can_run(home: Path) -> None:
    """A picture is shown; both in a sandbox; what is not there is not found, and no path leads out of the folder."""
    browser = Asking(home)
    page = browser.get(f"chat/{_id(home, 'Sorting')}").text
    (picture,) = re.findall(r'<img src="[^"]*/file/([0-9a-f]{64})"', page)
    shown = browser.get(f"file/{picture}")
    assert (shown.status, shown.headers["content-type"]) == (200, "image/png")
    assert shown.body == talks.picture()
    assert shown.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert "not in the export" in page
    for name in ("0" * 64, "../archive.db", "..%2farchive.db", picture.upper(), picture[:-1]):
        assert browser.get(f"file/{name}").status == 404
    kept = home / "archive" / "assets" / picture[:2] / picture
    kept.chmod(0o600)
    kept.write_bytes(b"<svg onload=alert(1)>")
    try:
        offered = browser.get(f"file/{picture}")
        assert offered.headers["content-disposition"] == "attachment"
        assert offered.headers["content-type"] == "application/octet-stream"
        assert offered.headers["x-content-type-options"] == "nosniff"
    finally:
        kept.write_bytes(talks.picture())


def test_the_clipboard_gets_what_was_written(home: Path) -> None:
    """Markdown as it was, not as it is shown."""
    chat = _id(home, "Sorting")
    assert Asking(home).get(f"chat/{chat}/text?m=second-answer").text == talks.MARKDOWN.strip("\n") or (
        Asking(home).get(f"chat/{chat}/text?m=second-answer").text.strip() == talks.MARKDOWN.strip()
    )


def test_a_form_larger_than_any_of_ours_is_refused(home: Path) -> None:
    """And so is what is no form."""
    browser = Asking(home)
    assert browser.post("search", ("q", "x" * 300_000)).status == 413
    assert browser.post("search", ("q", "x"), content_type="application/json").status == 415
    assert browser.post("search", *[(f"f{n}", "") for n in range(2000)]).status == 400


def test_an_address_never_holds_what_is_sought(home: Path) -> None:
    """A GET with words in it finds nothing: browsers remember addresses."""
    browser = Asking(home)
    assert "found" not in re.sub("What was found", "", browser.get("search?q=stable").text)
    answer = browser.post("search", ("q", "stable"))
    where = answer.headers["location"].partition(f"{ADDRESS.prefix}/")[2]
    assert (answer.status, "stable" in where) == (303, False)
    assert "<mark>stable</mark>" in browser.get(where).text
    assert "Nothing was found" not in browser.get("search/forgotten").text


def test_a_chat_is_put_together_once_until_the_archive_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its pages are quick; and what another process imports meanwhile is on the next one, in lists and sums, too."""
    home, talk = tmp_path / "home", talks.long(PAGE + 10)
    assert said(home, "import", os.fspath(talks.write(tmp_path / "a.zip", [talk], month=7))).code == 0
    made: list[str] = []
    show = views.show

    def counted(archive: Archive, name: str, version: str = "") -> dict[str, Any]:
        made.append(name)
        return show(archive, name, version)

    monkeypatch.setattr(views, "show", counted)
    browser, chat = Asking(home), _id(home, "A talk of")
    pages = [browser.get(f"chat/{chat}?page={number}").text for number in (1, 2, 1)]
    assert len(made) == 1
    assert "quite new words" not in "".join(pages)
    assert "1 chat, by month" in browser.get("chats").text
    talk.say("user", "quite new words")
    other = talks.Talk("66666666-0000-4000-8000-000000000006", "Another")
    other.say("user", "hello")
    assert said(home, "import", os.fspath(talks.write(tmp_path / "b.zip", [talk, other], month=8))).code == 0
    assert "quite new words" in browser.get(f"chat/{chat}?page=2").text
    assert "2 chats, by month" in browser.get("chats").text


def test_what_cannot_be_understood_is_explained(home: Path) -> None:
    """With the page around it, and without; once."""
    browser = Asking(home)
    found = browser.post("search", ("q", '"open')).headers["location"].partition(f"{ADDRESS.prefix}/")[2]
    for answer in (browser.get(found), browser.post("search/hits", ("q", '"open'))):
        assert (answer.status, answer.text.count("A quotation mark is not closed.")) == (200, 1)


def test_a_bug_is_reported_without_a_word_of_a_chat(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page names the report; neither has what the error said."""
    secret = "what nobody may read"  # noqa: S105 - it stands for the text of a chat
    monkeypatch.setattr("chathold.reader.pages.home.totals", lambda _archive: 1 / len(secret[:0]))
    answer = Asking(home).get("")
    (report,) = (home / "logs").glob("bug-*.txt")
    assert answer.status == 500
    assert os.fspath(report) in answer.text
    assert "ZeroDivisionError" in report.read_text()
    report.unlink()


def test_unknown_pages_and_ids_are_answered_in_words(home: Path) -> None:
    """No stack trace, and the navigation to go on with."""
    browser = Asking(home)
    assert browser.get("nothing").status == 404
    answer = browser.get("chat/ffffffffffffffff")
    assert answer.status == 409
    assert "There is no conversation of this id." in answer.text


def test_odd_numbers_in_addresses_are_the_nearest_page(home: Path) -> None:
    """Whatever is typed there."""
    browser = Asking(home)
    chat = _id(home, "A talk of")
    rng = Random(7)
    for odd in ("-1", "0", "٣", "9" * 30, "x", "", str(rng.random())):
        assert browser.get(f"chats?page={odd}").status == 200
        assert browser.get(f"chat/{chat}?page={odd}").status == 200
        assert browser.get(f"chat/{chat}/changes?old={odd}&new={odd}").status == 200
        assert browser.post("search/hits", ("q", "message"), ("offset", odd)).status == 200
