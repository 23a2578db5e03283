"""Files handed over to the page: received as they come, imported, told of, and none of them left."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asking import ADDRESS, Asking
from chathold.reader.multipart import Files
from chathold.uploads import Uploads
from commands import chathold
from daemons import Place, export_of, running, until
from pages import BOUNDARY, form_of, hand_over, jobs_of, own_home, text_of


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home of its own."""
    return own_home(tmp_path)


@pytest.fixture
def browser(home: Path) -> Asking:
    """A browser that is let in."""
    return Asking(home)


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
    until(lambda: [job.stage.over for job in jobs_of(browser)] == [True])
    assert "link" in text_of(browser.get("imports/now"))


def test_a_script_is_answered_without_a_page(browser: Asking) -> None:
    """And in words where it cannot be."""
    assert hand_over(browser, ("x.txt", b"words"), accept="application/json").status == 204
    until(lambda: all(job.stage.over for job in jobs_of(browser)))
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
        until(lambda: all(job.stage.value == "done" for job in jobs_of(browser)))
        until(lambda: not any((place.home / "state" / "uploads").iterdir()))
    assert chathold(place.home, "verify")["ok"]


def test_what_an_earlier_reader_left_is_removed(home: Path) -> None:
    """When the next one starts."""
    (home / "state" / "uploads").mkdir(parents=True)
    (home / "state" / "uploads" / "left.zip").write_bytes(b"PK")
    Asking(home)
    assert not (home / "state" / "uploads").exists()


@pytest.mark.spread(3)
@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>.zip", '"><img src=x onerror=alert(1)>.zip', "\u202egnp.zip"]
)
def test_names_of_files_are_only_shown(browser: Asking, name: str) -> None:
    """Whatever stands in them."""
    hand_over(browser, (name, b"PK, or so"))
    until(lambda: all(job.stage.over for job in jobs_of(browser)))
    page = browser.get("imports").text
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "\u202e" not in page
