"""The pages with which one does something: imports, parts, checks, services, settings, attention; without a browser."""

from __future__ import annotations

import json
import os
import re
import time
import tomllib
from contextlib import closing
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import histories
from asking import ADDRESS, NOW, Answered, Asking
from chathold.archive.receipts import as_json
from chathold.configuration import SETTINGS, Setting, load
from chathold.configuration.kinds import Choice
from chathold.core.receipt import Outcome, Receipt, Tally
from chathold.reader import fields
from chathold.reader.forms import Form
from chathold.reader.multipart import Files
from chathold.reader.receipts import told
from chathold.services import SERVICES
from chathold.state import State
from chathold.state.links import KEPT
from chathold.state.memory import PAUSED
from chathold.uploads import Uploads
from commands import chathold
from daemons import Place, export_of, running, until

BOUNDARY = "----a boundary of ours"


def form_of(*files: tuple[str, bytes]) -> bytes:
    """A form as a browser sends it: a field of no interest, and files."""
    lines = [f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="other"\r\n\r\nwords\r\n'.encode()]
    for name, data in files:
        said = name.replace('"', "%22")
        lines.append(
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="files"; filename="{said}"\r\n'
            "Content-Type: application/zip\r\n\r\n".encode()
            + data
            + b"\r\n"
        )
    return b"".join([*lines, f"--{BOUNDARY}--\r\n".encode()])


def hand_over(browser: Asking, *files: tuple[str, bytes], **headers: str) -> Answered:
    """Post files as the page's form does."""
    kind = {"content_type": f"multipart/form-data; boundary={BOUNDARY}"} | headers
    return browser.ask("POST", f"/{ADDRESS.prefix}/imports/upload", kind, form_of(*files))


def text_of(answer: Answered) -> str:
    """The words of a page."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", answer.text)))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home of its own; the Downloads folder is not below it."""
    (tmp_path / "Downloads").mkdir()
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "config.toml").write_text(
        f"# mine\n[downloads]\nfolders = ['{tmp_path / 'Downloads'}'] # here\n"
    )
    return tmp_path / "home"


@pytest.fixture
def browser(home: Path) -> Asking:
    """A browser that is let in."""
    return Asking(home)


@pytest.fixture
def much(home: Path, tmp_path: Path) -> Asking:
    """The same, with many chats gone at once, a file that was left out, and an export that lacks parts."""
    for number, count in enumerate((12, 3)):
        chats = [histories.chat(n, file=histories.file_id(n) if n < 1 else "") for n in range(count)]
        chathold(home, "import", os.fspath(histories.chatgpt(tmp_path, number, chats)))
    chathold(home, "import", *map(os.fspath, histories.claude_parts(tmp_path, lost=True)[:3]))
    return Asking(home)


PAGES = ("imports", "imports/now", "parts", "before-deleting", "services", "settings", "attention", "")


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_there_for_an_empty_archive_and_a_full_one(
    path: str, browser: Asking, request: pytest.FixtureRequest
) -> None:
    """Before anything was imported, and after."""
    assert browser.get(path).status == 200
    much: Asking = request.getfixturevalue("much")
    assert much.get(path).status == 200


# --- handing files over


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.text(st.characters(codec="utf-8", categories=["L", "N"]), min_size=1, max_size=8),
            st.binary(max_size=200),
        ),
        max_size=3,
    ),
    st.integers(1, 60),
)
def test_a_form_is_read_whatever_pieces_it_comes_in(
    tmp_path_factory: pytest.TempPathFactory, files: list[tuple[str, bytes]], size: int
) -> None:
    """The same files, byte for byte, and nothing else."""
    folder = tmp_path_factory.mktemp("form") / "uploads"
    whole: list[Path] = []
    data = form_of(*files)
    with Files(BOUNDARY.encode(), Uploads(folder).begin, whole.append) as reading:
        for at in range(0, len(data), size):
            reading.feed(data[at : at + size])
    assert [path.read_bytes() for path in whole] == [content for _name, content in files]
    assert len(list(folder.iterdir()) if folder.exists() else []) == len(files)


def test_a_form_that_ends_in_the_middle_leaves_what_was_whole(tmp_path: Path) -> None:
    """The file that was under way is gone."""
    folder = tmp_path / "uploads"
    whole: list[Path] = []
    data = form_of(("a.zip", b"first"), ("b.zip", b"second" * 50))
    with Files(BOUNDARY.encode(), Uploads(folder).begin, whole.append) as reading:
        reading.feed(data[:-100])
    assert [path.name for path in folder.iterdir()] == ["a.zip"]
    assert [path.name for path in whole] == ["a.zip"]


def test_files_are_imported_and_their_copies_removed(browser: Asking, home: Path) -> None:
    """Without a script: the form leads back to the page, which tells of each."""
    answer = hand_over(
        browser, ("one.zip", export_of(1, 2)), ("holiday.zip", b"PK, or so"), ("../two.zip", export_of(2))
    )
    assert answer.status == 303
    imports = browser.app._app._app.state.imports
    until(lambda: all(job.stage.over for job in imports.jobs()) and len(imports.jobs()) == 3)
    page = text_of(browser.get("imports"))
    assert "2 new chats" in page
    assert "two.zip" in page
    assert "This is not an export; it is something else." in page
    assert chathold(home, "status")["archive"]["conversations"] == 3
    until(lambda: not any((home / "state" / "uploads").iterdir()))
    assert browser.post("imports/dismiss").status == 303
    assert "holiday.zip" not in text_of(browser.get("imports/now"))


def test_a_web_page_in_place_of_an_export_is_told_so(browser: Asking) -> None:
    """Of a download of such a name nobody is told; here somebody waits."""
    hand_over(browser, ("holiday.zip", b"<!DOCTYPE html><html><head><title>Log in</title></head></html>"))
    until(lambda: [job.stage.over for job in browser.app._app._app.state.imports.jobs()] == [True])
    assert "link" in text_of(browser.get("imports/now"))


def test_a_script_is_answered_without_a_page(browser: Asking) -> None:
    """And in words where it cannot be."""
    assert hand_over(browser, ("x.txt", b"words"), accept="application/json").status == 204
    until(lambda: all(job.stage.over for job in browser.app._app._app.state.imports.jobs()))
    browser.app._app._app.state.uploads = Uploads(browser.home / "state" / "uploads", free=lambda _folder: 0)
    answer = hand_over(browser, ("x.zip", b"words"), accept="application/json")
    assert answer.status == 507
    assert "too little space" in json.loads(answer.body)["title"]
    assert hand_over(browser, ("x.zip", b"words")).status == 409


@pytest.mark.parametrize(
    "kind", ["", "text/plain", "multipart/form-data", "application/x-www-form-urlencoded"]
)
def test_what_is_no_form_with_files_is_refused(browser: Asking, kind: str) -> None:
    """As any request that nobody of ours makes."""
    answer = browser.ask("POST", f"/{ADDRESS.prefix}/imports/upload", {"content_type": kind}, b"words")
    assert answer.status == 415


def test_a_broken_form_is_refused(browser: Asking) -> None:
    """And is no bug."""
    kind = {"content_type": f"multipart/form-data; boundary={BOUNDARY}"}
    answer = browser.ask("POST", f"/{ADDRESS.prefix}/imports/upload", kind, b"no boundary at all")
    assert answer.status == 400
    assert not list((browser.home / "logs").glob("bug-*")) if (browser.home / "logs").exists() else True


@pytest.mark.slow
def test_files_are_imported_beside_a_running_daemon(tmp_path: Path) -> None:
    """Whoever comes second waits for the other; all is in the archive in the end."""
    place = Place(tmp_path)
    with running(place):
        browser = Asking(place.home)
        exports = {number: export_of(number, 40) for number in range(6)}
        for number, data in exports.items():
            if number % 2:
                (place.downloads / f"{number}.zip").write_bytes(data)
            else:
                hand_over(browser, (f"{number}.zip", data))
        until(lambda: place.holds(*exports.values()), told=place.told)
        until(lambda: all(job.stage.value == "done" for job in browser.app._app._app.state.imports.jobs()))
        until(lambda: not any((place.home / "state" / "uploads").iterdir()))
    assert chathold(place.home, "verify")["ok"]


def test_what_an_earlier_reader_left_is_removed(home: Path) -> None:
    """When the next one starts."""
    (home / "state" / "uploads").mkdir(parents=True)
    (home / "state" / "uploads" / "left.zip").write_bytes(b"PK")
    Asking(home)
    assert not (home / "state" / "uploads").exists()


# --- receipts in words

FULL = Receipt(
    "/d/a.zip",
    Outcome.IMPORTED,
    conversations=Tally(412, 9, 31, 371, 1),
    newest=NOW,
    oldest=0.0,
    kept_messages=24_914,
    missing_assets=14,
)


def test_a_receipt_is_told_in_plain_words() -> None:
    """What is new first; then what was found, what it covers, what was kept from others."""
    words = told(as_json(FULL))
    assert words.headline == "9 new chats, 31 continued"
    assert words.lines[0] == "412 chats found: 9 new, 31 continued, 371 unchanged, 1 unreadable"
    assert words.lines[1].startswith("Oldest message 1 Jan 1970, newest ")
    assert words.lines[2] == "Kept from other exports, not in this one: 24,914 messages"
    assert words.left_out == 14


@pytest.mark.parametrize(
    ("changes", "headline"),
    [
        ({"outcome": Outcome.UNCHANGED}, "Nothing new"),
        ({"outcome": Outcome.ALREADY_IMPORTED}, "In the archive already"),
        ({"outcome": Outcome.FAILED}, "Nothing in it could be read"),
        ({"conversations": Tally(2, 2)}, "2 new chats"),
        ({"conversations": Tally(), "documents": Tally(1, 1)}, "Added to the archive"),
        (
            {"conversations": Tally(), "parts_seen": ("a",), "parts_missing": ("b", "c")},
            "Belongs to an export in 3 files; 1 of them were here then",
        ),
        (
            {"path": "/d/manifest.json", "conversations": Tally(), "parts_missing": ("b", "c")},
            "The list of an export in 2 files",
        ),
    ],
)
def test_each_outcome_has_a_headline(changes: dict[str, Any], headline: str) -> None:
    """Short, and of this import."""
    assert told(as_json(replace(FULL, **changes))).headline == headline


def test_an_import_has_a_page_of_its_own(much: Asking) -> None:
    """With the files that its chats name and nobody delivered, each with the way to its chat."""
    links = re.findall(r'href="[^"]*/(imports/of/\w+)"', much.get("imports").text)
    assert len(set(links)) == 5
    pages = [much.get(link) for link in dict.fromkeys(links)]
    assert {each.status for each in pages} == {200}
    assert any("photo.png" in text_of(each) for each in pages)
    assert much.get("imports/of/0000000000000000").status == 404
    assert much.get("imports/of/%25").status == 404


# --- parts


def test_missing_parts_have_links_for_the_first_use(much: Asking) -> None:
    """Only those that are missing; one that was opened is no button any more."""
    much.clock.now = time.time()
    page = much.get("parts").text
    buttons = re.findall(
        r'<a class="button main" href="([^"]*)" target="_blank" rel="noopener noreferrer"', page
    )
    assert len(buttons) == 5
    assert all(each.startswith("https://claude.ai/export/") for each in buttons)
    file, part = re.findall(r'data-file="(\w+)" data-part="([^"]+)"', page)[0]
    assert much.post("parts/opened", ("file", file), ("part", part)).status == 303
    page = much.get("parts").text
    assert len(re.findall(r'<a class="button main"', page)) == 4
    assert "it works once" in text_of(much.get("parts"))
    much.clock.now += KEPT
    assert "https://claude.ai" not in much.get("parts").text


def test_a_set_that_is_whole_is_shown_for_a_while(browser: Asking, home: Path, tmp_path: Path) -> None:
    """Without any link; a week later nothing is said of it."""
    chathold(home, "import", *map(os.fspath, histories.claude_parts(tmp_path)))
    browser.clock.now = 4_000_000_000.0
    assert "No file of an export is missing" in text_of(browser.get("parts"))
    with closing(State.open(home / "state")) as state:
        assert state.links.of("", NOW) == ()
    browser.clock.now = 0.0
    assert "All of it is here: 6 files. 9 chats can be read." in text_of(browser.get("parts"))


# --- checks


def test_an_account_is_checked(much: Asking) -> None:
    """In the background; the verdict names what is not here, and is never a bare "safe"."""
    keys = re.findall(r'name="account" value="(\w+)"', much.get("before-deleting").text)
    assert len(keys) == 2
    for key in keys:
        assert much.post("before-deleting/check", ("account", key)).status == 303
        until(lambda key=key: "data-busy" not in much.get(f"before-deleting/now/{key}").text)  # type: ignore[misc]
    page = text_of(much.get("before-deleting"))
    assert "Everything this export contains is here, except what is named below." in page
    assert "Not yet." in page
    assert "Still to be downloaded: " in page
    assert "9 chats are missing from a newer export" in page
    assert "One copy only." in page
    assert "safe" not in page.replace("Chathold", "").lower()
    assert much.post("before-deleting/check", ("account", "nobody")).status == 404


# --- services


def test_every_service_is_told_of_with_day_and_source(browser: Asking) -> None:
    """First how to stop training, then the copy, then deletion; links open elsewhere, and say nothing of us."""
    page = browser.get("services").text
    words = text_of(browser.get("services"))
    for service in SERVICES:
        assert f'href="{service.page}" target="_blank" rel="noopener noreferrer"' in page.replace(
            "&#35;", "#"
        )
        for label in (*service.where, *service.training):
            assert label.english in words
            assert label.chinese in words
        for fact in service.facts:
            assert fact.text in words
            assert fact.source in page
    assert page.index("To stop it:") < page.index("The copy") < page.index("Deletion")
    outside = re.findall(r'<a [^>]*href="https://[^>]*>', page)
    assert outside
    assert all('rel="noopener noreferrer"' in each for each in outside)


# --- settings


def test_what_is_saved_stands_in_the_file_with_the_comments(
    browser: Asking, home: Path, tmp_path: Path
) -> None:
    """Only what was changed is written."""
    (tmp_path / "More").mkdir()
    answer = browser.post(
        "settings/save",
        ("downloads.folders", f"{tmp_path / 'Downloads'}\r\n{tmp_path / 'More'}\r\n"),
        ("downloads.after_import", "trash"),
        ("downloads.quiet_seconds", "2,5"),
        ("downloads.events", "on"),
    )
    assert answer.status == 303
    text = (home / "config.toml").read_text()
    assert text.startswith("# mine\n")
    assert "# here" in text
    assert "events" not in text
    now = load(home / "config.toml").downloads
    assert (now.after_import, now.quiet_seconds) == ("trash", 2.5)
    assert now.folders == (tmp_path / "Downloads", tmp_path / "More")
    assert "The settings are kept." in text_of(browser.get("settings"))
    browser.post("settings/save", ("downloads.quiet_seconds", "3"))
    assert tomllib.loads((home / "config.toml").read_text())["downloads"]["events"] is False


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        (
            "downloads.quiet_seconds",
            "soon",
            'downloads.quiet_seconds cannot be "soon". It is a number from 0.1 to 600.',
        ),
        ("downloads.folders", "relative", "It is a list of folders"),
        ("downloads.after_import", "move", "Exports are to be moved, and no folder is named for them."),
        ("downloads.after_import", "<b>", 'cannot be "<b>"'),
        ("downloads.folders", "/", "cannot be watched: your home folder is in it"),
    ],
)
def test_what_will_not_do_is_said_beside_its_field(
    browser: Asking, home: Path, name: str, value: str, words: str
) -> None:
    """In the checker's words; what was typed is still there, and the file is as it was."""
    before = (home / "config.toml").read_text()
    answer = browser.post("settings/save", (name, value), ("downloads.events", "on"))
    assert answer.status == 422
    place = name.replace(".", "-")
    said = re.search(rf'<p class="fault" id="{place}-fault">(.*?)</p>', answer.text, re.DOTALL)
    assert said
    assert words in unescape(said[1])
    assert f'aria-describedby="{place}-about {place}-fault"' in answer.text
    assert unescape(answer.text).count(value) >= 1
    assert "<b>" not in re.sub(r"<b (class|lang)", "", answer.text)
    assert (home / "config.toml").read_text() == before


def test_a_mistake_made_by_hand_is_shown(browser: Asking, home: Path) -> None:
    """Beside its field if it has one, with its line if not."""
    (home / "config.toml").write_text("[downloads]\nevents = 3\nfolder = 'x'\n")
    page = browser.get("settings")
    assert 'id="downloads-events-fault"' in page.text
    assert "Line 3: There is no setting downloads.folder." in text_of(page)


def test_a_time_of_day_is_kept(browser: Asking, home: Path) -> None:
    """As the clock says it; the default needs no line."""
    browser.post("settings/save", ("notices.quiet_from", "21:30"), ("notices.quiet_until", "08:00"))
    text = (home / "config.toml").read_text()
    assert 'quiet_from = "21:30"' in text
    assert "quiet_until" not in text
    assert 'type="time"' in browser.get("settings").text
    answer = browser.post("settings/save", ("notices.quiet_from", "late"))
    assert 'id="notices-quiet_from-fault"' in answer.text


def test_every_setting_has_a_field(browser: Asking) -> None:
    """A new one appears by itself, by its own name."""
    page = browser.get("settings").text
    for each in SETTINGS:
        assert f'name="{each.name}"' in page
        assert f'id="{each.name.replace(".", "-")}-about"' in page


def test_a_setting_that_nobody_has_named_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a table and a kind that the form knows nothing of."""

    class Odd:
        """A kind of later."""

        wanted = "It is odd."

        def read(self, value: object) -> object:
            """As a kind."""
            return value

    new = (
        Setting("quiet", "from_hour", Odd(), "22:00", "From when on."),
        Setting("quiet", "sort", Choice(("a", "b")), "a", "How."),
    )
    monkeypatch.setattr(fields, "SETTINGS", (*SETTINGS, *new))
    group = next(each for each in fields.groups({"quiet.from_hour": "23:00"}) if each.title == "Quiet")
    assert [(each.title, each.sort, each.shown) for each in group.fields] == [
        ("From hour", "text", "23:00"),
        ("Sort", "choice", "a"),
    ]
    assert fields.read(Form([("quiet.from_hour", "21:30")]))["quiet.from_hour"] == "21:30"


def test_an_account_gets_a_name(much: Asking, home: Path) -> None:
    """And loses it again."""
    key = re.findall(r'name="account" value="(\w+)"', much.get("settings").text)[0]
    assert much.post("settings/label", ("account", key), ("label", "Work <3")).status == 303
    assert "Work <3" in [each["label"] for each in chathold(home, "account")["accounts"]]
    much.post("settings/label", ("account", key), ("label", ""))
    assert "Work <3" not in [each["label"] for each in chathold(home, "account")["accounts"]]
    assert much.post("settings/label", ("account", "nobody"), ("label", "x")).status == 404


# --- attention


def test_what_needs_attention_has_its_next_step(much: Asking, home: Path) -> None:
    """Each as the list has it, and the question can be answered there."""
    words = text_of(much.get("attention"))
    for title in [each["title"] for each in chathold(home, "status")["attention"]]:
        assert title in words
    assert "holds 3 of your 12 chats" in words
    file = re.findall(r'name="file" value="(\w+)"', much.get("attention").text)[0]
    assert much.post("attention/many-gone", ("file", file), ("answer", "yes")).status == 303
    words = text_of(much.get("attention"))
    assert "Your copies stay." in words
    assert "holds 3 of your 12 chats" not in words
    assert sum(each["gone_since"] is not None for each in chathold(home, "list")["conversations"]) == 9


def test_who_is_not_sure_marks_nothing(much: Asking, home: Path) -> None:
    """And is not asked again."""
    file = re.findall(r'name="file" value="(\w+)"', much.get("attention").text)[0]
    much.post("attention/many-gone", ("file", file), ("answer", "no"))
    assert 'name="answer"' not in much.get("attention").text
    assert not any(each["gone_since"] for each in chathold(home, "list")["conversations"])


def test_watching_goes_on(browser: Asking, home: Path) -> None:
    """When somebody wants it to."""
    with closing(State.open(home / "state")) as state:
        state.memory.set(PAUSED, value=True)
        assert browser.post("attention/resume").status == 303
        assert state.memory.get(PAUSED) is False


def test_a_reminder_is_answered_where_it_stands(much: Asking) -> None:
    """From being due over the waiting to the link, which lives for a while."""
    much.clock.now = time.time() + 400 * 86_400
    words = text_of(much.get("attention"))
    assert re.search(r"Your ChatGPT .{0,60}copy is \d+ days old\.", words)
    key = re.findall(r'name="reminder" value="(\w+)"', much.get("attention").text)[0]
    for said, follows in (("asked", "asked 0 days ago"), ("came", "the link works about")):
        assert f'value="{said}"' in much.get("attention").text
        assert much.post("attention/reminder", ("reminder", key), ("said", said)).status == 303
        assert follows in text_of(much.get("attention"))
    assert much.post("attention/reminder", ("reminder", "nobody"), ("said", "off")).status == 404
    assert much.post("attention/reminder", ("reminder", key), ("said", "nonsense")).status == 400


# --- hostile words


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>.zip", '"><img src=x onerror=alert(1)>.zip', "\u202egnp.zip"]
)
def test_names_of_files_are_only_shown(browser: Asking, name: str) -> None:
    """Whatever stands in them."""
    hand_over(browser, (name, b"PK, or so"))
    until(lambda: all(job.stage.over for job in browser.app._app._app.state.imports.jobs()))
    page = browser.get("imports").text
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "\u202e" not in page
