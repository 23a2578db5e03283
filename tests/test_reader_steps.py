"""In a real browser: getting about, and the steps after an import: a folder dropped, a download, a second copy."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from commands import process
from daemons import export_of
from pages import own_home
from reading import CHROMIUM, NO_BROWSER, Reader, Tab, chromium, tab

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM, reason=NO_BROWSER),
    pytest.mark.xdist_group("browser"),
]

_HEADER = """() => [
    document.querySelector(".top").offsetHeight,
    document.documentElement.scrollWidth <= innerWidth,
    document.querySelector(".often").scrollWidth <= document.querySelector(".often").clientWidth,
]"""

_DROP_FOLDER = """() => {
    DataTransferItem.prototype.webkitGetAsEntry = function () {
        return { isDirectory: this.getAsFile().name === "exports", name: this.getAsFile().name };
    };
    const carried = new DataTransfer();
    carried.items.add(new File([], "exports"));
    document.getElementById("drop").dispatchEvent(
        new DragEvent("drop", { dataTransfer: carried, bubbles: true, cancelable: true }));
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for all."""
    with chromium() as opened:
        yield opened


@pytest.fixture
def window(browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Tab]:
    """A window that has entered, before an archive of one download; in the end it has complained of nothing."""
    monkeypatch.setenv("XDG_DATA_HOME", os.fspath(tmp_path / "data"))
    home = own_home(tmp_path)
    (tmp_path / "Downloads" / "export.zip").write_bytes(export_of(1))
    process(home, "import", os.fspath(tmp_path / "Downloads" / "export.zip"))
    with Reader(home) as reader, tab(browser, reader) as opened:
        yield opened
        assert opened.left_loopback() == []
        assert opened.complaints == []
        assert opened.page.evaluate("window.violations") == []


@pytest.mark.parametrize("width", [900, 1024, 1200, 1400])
def test_the_navigation_and_the_search_stand_in_one_line(window: Tab, width: int) -> None:
    """Nothing of it is cut off."""
    window.page.set_viewport_size({"width": width, "height": 600})
    window.go("chats")
    height, fits, all_seen = window.page.evaluate(_HEADER)
    assert (height < 70, fits, all_seen) == (True, True, True)


def test_on_a_phone_it_takes_two_lines(window: Tab) -> None:
    """And nothing is wider than the window, with what stands behind More, too."""
    window.page.set_viewport_size({"width": 360, "height": 600})
    window.go("settings")
    window.page.locator(".more summary").click()
    expect(window.page.get_by_role("link", name="Attention")).to_be_in_viewport()
    height, fits, _all_seen = window.page.evaluate(_HEADER)
    assert (height < 110, fits) == (True, True)


def test_what_is_behind_more_is_reached_and_left_by_keyboard(window: Tab) -> None:
    """Escape closes it and keeps the place; a click elsewhere closes it, too."""
    page = window.page
    page.locator(".more summary").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Services").first).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    assert page.evaluate("[document.querySelector('.more').open, document.activeElement.localName]") == [
        False,
        "summary",
    ]
    page.locator(".more summary").click()
    page.mouse.click(5, 300)
    assert page.evaluate("document.querySelector('.more').open") is False


def test_a_folder_that_is_dropped_is_told_of(window: Tab) -> None:
    """With what to do instead; nothing is handed over."""
    window.go("imports")
    window.page.evaluate(_DROP_FOLDER)
    expect(window.page.locator("#sending .job")).to_contain_text("This is a folder.")
    assert not [each for each in window.requests if each.endswith("/upload")]


def test_a_download_is_moved_to_the_trash_by_a_click(window: Tab, tmp_path: Path) -> None:
    """The offer goes with it."""
    window.go("imports")
    window.page.get_by_role("button", name="Move to trash").click()
    expect(window.page.get_by_text("no longer needed here")).to_have_count(0)
    expect(window.page.locator("[data-busy]")).to_have_count(0)
    assert not (tmp_path / "Downloads" / "export.zip").exists()
    assert [each.name for each in (tmp_path / "data" / "Trash" / "files").iterdir()] == ["export.zip"]


def test_a_second_copy_is_made_by_a_form(window: Tab, tmp_path: Path) -> None:
    """The page follows it to its end."""
    window.page.get_by_label("Folder on another disk").fill(os.fspath(tmp_path / "copy"))
    window.page.get_by_role("button", name="Make a second copy").click()
    expect(window.page.locator(".followed .note")).to_contain_text("now holds all that the archive holds")
    assert (tmp_path / "copy" / "archive.db").is_file()
