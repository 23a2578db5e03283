"""In a real browser: exports dropped and chosen, settings saved, checks, parts, what needs attention; the looks."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

import histories
from commands import process
from daemons import EXPORT, export_of
from reading import CHROMIUM, NO_BROWSER, Reader, Tab, chromium, tab

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM, reason=NO_BROWSER),
    pytest.mark.xdist_group("browser"),
]

SMALL = {"width": 360, "height": 640}
WIDE = {"width": 1280, "height": 800}
PAGES = ("imports", "parts", "before-deleting", "services", "settings", "attention")

_DROP = """
    ({ name, bytes }) => {
      const carried = new DataTransfer();
      carried.items.add(new File([new Uint8Array(bytes)], name, { type: "application/zip" }));
      const place = document.getElementById("drop");
      for (const kind of ["dragenter", "dragover", "drop"])
        place.dispatchEvent(new DragEvent(kind, { dataTransfer: carried, bubbles: true, cancelable: true }));
    }
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with settings that somebody wrote by hand."""
    (tmp_path / "Downloads").mkdir()
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "config.toml").write_text(
        f"# my own words\n[downloads]\nfolders = ['{tmp_path / 'Downloads'}'] # here they are\n"
    )
    return tmp_path / "home"


@pytest.fixture
def reader(home: Path) -> Iterator[Reader]:
    """A reader of it."""
    with Reader(home) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for all."""
    with chromium() as opened:
        yield opened


@pytest.fixture
def window(browser: Browser, reader: Reader) -> Iterator[Tab]:
    """A window that has entered; in the end it has asked nobody but the reader, and complained of nothing."""
    with tab(browser, reader) as opened:
        yield opened
        assert opened.left_loopback() == []
        assert opened.complaints == []
        assert opened.page.evaluate("window.violations") == []


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    """A reader of an archive in which there is something for every page to tell."""
    folder = tmp_path_factory.mktemp("full")
    home = folder / "home"
    for number, count in enumerate((12, 3)):
        chats = [histories.chat(n, file=histories.file_id(n) if n < 2 else "") for n in range(count)]
        process(home, "import", os.fspath(histories.chatgpt(folder, number, chats)))
    process(home, "import", *map(os.fspath, histories.claude_parts(folder, lost=True)[:3]))
    with Reader(home) as running:
        yield running


def _imported(page: Page, words: str) -> None:
    """Wait until the list of imports says so, and nothing is under way any more."""
    expect(page.locator("#now")).to_contain_text(words)
    expect(page.locator("[data-busy]")).to_have_count(0)
    expect(page.locator("#sending li")).to_have_count(0)


def test_an_export_is_dropped_on_the_page(window: Tab, reader: Reader) -> None:
    """It is handed over, imported, told of, and no copy is left; a file that misses the frame is taken as well."""
    window.go("imports")
    page = window.page
    page.evaluate(_DROP, {"name": EXPORT, "bytes": list(export_of(1, 3))})
    _imported(page, "3 new chats")
    expect(page.locator(".receipts")).to_contain_text("DeepSeek")
    page.evaluate(
        _DROP.replace('getElementById("drop")', "body"), {"name": "b.zip", "bytes": list(export_of(2))}
    )
    _imported(page, "1 new chat")
    assert process(reader.home, "status")["archive"]["conversations"] == 4
    assert list((reader.home / "state" / "uploads").iterdir()) == []


def test_several_files_are_chosen_and_imported_one_after_another(window: Tab, tmp_path: Path) -> None:
    """One of them is no export, and keeps none of the others."""
    files = {"1.zip": export_of(1), "words.txt": b"Dear diary", "3.zip": export_of(3)}
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    window.go("imports")
    page = window.page
    page.locator("#files").set_input_files([tmp_path / name for name in files])
    expect(page.locator(".job.done")).to_have_count(2)
    expect(page.locator(".job.failed")).to_contain_text("This is not an export")
    _imported(page, "1 new chat")
    page.get_by_role("button", name="Clear this list").click()
    expect(page.locator(".job")).to_have_count(0)


def test_a_file_that_is_too_large_is_not_even_handed_over(window: Tab, tmp_path: Path) -> None:
    """It is said what to do instead."""
    (tmp_path / "1.zip").write_bytes(export_of(1))
    window.go("imports")
    page = window.page
    page.evaluate("document.getElementById('drop').dataset.room = 10")
    page.locator("#files").set_input_files(tmp_path / "1.zip")
    expect(page.locator("#sending .failed")).to_contain_text("Import it from where it is")
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("#sending li")).to_have_count(0)


def test_it_works_without_a_script(browser: Browser, reader: Reader, tmp_path: Path) -> None:
    """A plain form, and a page to be loaded anew."""
    (tmp_path / "1.zip").write_bytes(export_of(1, 2))
    with tab(browser, reader, java_script_enabled=False) as opened:
        opened.go("imports")
        page = opened.page
        page.locator("#files").set_input_files(tmp_path / "1.zip")
        page.get_by_role("button", name="Import", exact=True).click()
        for _turn in range(50):
            opened.go("imports")
            if page.locator(".job.done").count():
                break
            page.wait_for_timeout(200)
        expect(page.locator(".receipts")).to_contain_text("2 new chats")


def test_settings_are_saved_with_the_comments_kept(window: Tab, home: Path) -> None:
    """By keyboard; what will not do is said beside its field, and nothing is lost of what was typed."""
    window.go("settings")
    page = window.page
    page.get_by_label("After an import").select_option("move")
    page.get_by_label("After an import").press("Enter")
    page.get_by_role("button", name="Save").press("Enter")
    fault = page.locator("#downloads-after_import-fault")
    expect(fault).to_contain_text("no folder is named for them")
    expect(page.get_by_label("After an import")).to_have_value("move")
    assert all("422" in each for each in window.complaints)
    window.complaints.clear()
    page.get_by_label("Move to").fill(os.fspath(home.parent / "Done"))
    page.get_by_role("button", name="Save").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("The settings are kept.")
    text = (home / "config.toml").read_text()
    assert text.startswith("# my own words\n[downloads]\n")
    assert "# here they are" in text
    assert 'after_import = "move"' in text
    assert "quiet_seconds" not in text


def test_the_language_is_that_of_the_settings(window: Tab, home: Path) -> None:
    """From the next page on, as its field tells."""
    window.go("settings")
    page = window.page
    expect(page.locator("#desktop-language-about")).to_contain_text("The language of the pages")
    page.get_by_label("Language").select_option("zh_CN")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    expect(page.get_by_role("heading", level=1)).to_have_text("设置")
    page.get_by_label("语言").select_option("en")
    page.locator(".save button").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert 'language = "en"' in (home / "config.toml").read_text()


def test_an_account_is_checked_before_deleting(browser: Browser, full: Reader) -> None:
    """It is read back while one looks; the verdict names what is not here."""
    with tab(browser, full) as opened:
        opened.go("before-deleting")
        page = opened.page
        page.get_by_role("button", name="Check ChatGPT").click()
        expect(page.locator(".verdict")).to_contain_text("Not yet")
        expect(page.locator(".points").first).to_contain_text("it may not be whole. Did you delete them?")
        expect(page.locator(".points").first).to_contain_text("all read back")
        assert opened.complaints == []


def test_a_link_is_opened_once(browser: Browser, full: Reader) -> None:
    """In a tab of its own that knows nothing of the page it came from; then it is no button any more."""
    with tab(browser, full) as opened:
        asked: list[tuple[str, dict[str, str]]] = []

        def elsewhere(route: Route) -> None:
            asked.append((route.request.url, route.request.headers))
            route.fulfill(body="a file")

        opened.page.context.route("https://claude.ai/**", elsewhere)
        opened.go("parts")
        page = opened.page
        buttons = page.get_by_role("link", name="Open link")
        expect(buttons).to_have_count(5)
        with page.context.expect_page() as popup:
            buttons.first.click()
        popup.value.wait_for_load_state()
        assert popup.value.evaluate("window.opener") is None
        assert len(asked) == 1
        assert "referer" not in asked[0][1]
        popup.value.close()
        expect(buttons).to_have_count(4)
        opened.go("parts")
        expect(buttons).to_have_count(4)
        expect(page.locator(".parts")).to_contain_text("it works once")


def test_the_question_about_many_gone_is_answered(browser: Browser, full: Reader) -> None:
    """Where it stands, and it is not asked again."""
    with tab(browser, full) as opened:
        opened.go("attention")
        page = opened.page
        expect(page.get_by_role("main")).to_contain_text("holds 3 of your 12 chats")
        page.get_by_role("button", name="No, or not sure").click()
        expect(page.get_by_role("status")).to_contain_text("Your copies stay.")
        expect(page.get_by_role("main")).not_to_contain_text("holds 3 of your 12 chats")
        assert opened.complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, SMALL], ids=["wide", "small"])
def test_every_page_fits_and_stands_still(
    browser: Browser, full: Reader, scheme: str, size: dict[str, int]
) -> None:
    """No sideways scrolling, nothing moves once it stands, every field has a name, and contrast is enough."""
    with tab(browser, full, color_scheme=scheme, viewport=size) as opened:
        for path in PAGES:
            opened.go(path)
            page = opened.page
            page.wait_for_load_state("networkidle")
            measured = page.evaluate(_MEASURED)
            assert measured["beyond"] <= 0, path
            assert measured["shifts"] < 0.01, path
            assert measured["unnamed"] == [], path
            assert measured["faint"] == [], path
            assert page.locator("h1").count() == 1
        assert opened.complaints == []


def test_everything_can_be_done_by_keyboard(browser: Browser, full: Reader) -> None:
    """Tab reaches every button, link and field of a page, and one sees where one is."""
    with tab(browser, full) as opened:
        for path in PAGES:
            opened.go(path)
            page = opened.page
            wanted = page.evaluate(_REACHABLE)
            reached = set()
            for _turn in range(wanted + 30):
                page.keyboard.press("Tab")
                reached.add(page.evaluate("window.numbered.indexOf(document.activeElement)"))
            assert set(range(wanted)) <= reached, path
            assert page.evaluate(
                "getComputedStyle(document.querySelector('main a, main button')).outlineStyle"
            )


_REACHABLE = """
    () => {
      const all = "main a[href], main button, main input:not([type=hidden]), main select, main textarea, main summary";
      window.numbered = [...document.querySelectorAll(all)].filter((each) => each.checkVisibility());
      return window.numbered.length;
    }
"""

_MEASURED = """
    () => {
      const numbers = (colour) => (colour.match(/[0-9.]+/g) ?? []).map(Number);
      const luminance = ([red, green, blue]) => {
        const parts = [red, green, blue].map((each) => {
          const share = each / 255;
          return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
      };
      const behind = (element) => {
        for (let each = element; each; each = each.parentElement) {
          const colour = numbers(getComputedStyle(each).backgroundColor);
          if (colour.length === 3 || colour[3] > 0) return colour;
        }
        return [255, 255, 255];
      };
      const faint = [];
      for (const each of document.querySelectorAll("main *")) {
        const own = [...each.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
        if (!own || !each.checkVisibility() || each.closest(".unseen, :disabled")) continue;
        const [one, other] = [luminance(numbers(getComputedStyle(each).color)), luminance(behind(each))];
        const ratio = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
        if (ratio < 4.5) faint.push(`${each.tagName}.${each.className} ${ratio.toFixed(2)}`);
      }
      const all = "main input:not([type=hidden]), main select, main textarea, main progress";
      const named = (each) => each.labels?.length || each.ariaLabel || each.ariaLabelledByElements?.length;
      return {
        beyond: document.documentElement.scrollWidth - document.documentElement.clientWidth,
        shifts: window.shifts,
        unnamed: [...document.querySelectorAll(all)].filter((each) => !named(each)).map((each) => each.outerHTML),
        faint,
      };
    }
"""
