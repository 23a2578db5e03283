"""The reader in a real browser: reading, finding by keyboard and input method, branches, versions, looks."""

from __future__ import annotations

import http.server
import json
import os
import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

import talks
from commands import process
from reading import CHROMIUM, NO_BROWSER, PATIENCE, Reader, Tab, chromium, search_index, tab

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM, reason=NO_BROWSER),
    pytest.mark.xdist_group("browser"),
]

LONG = 130
SMALL = {"width": 360, "height": 640}


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    """A reader of two exports: a chat that went on and was renamed, a long one, one that is gone, others."""
    folder = tmp_path_factory.mktemp("browser")
    others = [talks.Talk(f"33333333-0000-4000-8000-0000000000{n:02}", f"Talk {n}", talks.START - 86_400 * 20 * n)
              for n in range(12)]  # fmt: skip
    for each in others:
        each.say("user", f"What about {each.title}?")
        each.say("assistant", "夜間モードの設定方法についてお答えします。")
    later = talks.rich()
    later.title = "Sorting lists, and a gradient"
    later.say("user", "One more: what about Go?")
    later.nodes["third-answer"]["message"]["content"]["parts"] = ["Yes: `sort` is stable, the other is not."]
    before = talks.write(folder / "a.zip", [talks.rich(), talks.long(LONG), *others], month=5)
    after = talks.write(folder / "b.zip", [later, talks.long(LONG), *others[:5], *others[6:]], month=6)
    for path in (before, after):
        process(folder / "home", "import", os.fspath(path))
    search_index(folder / "home")
    with Reader(folder / "home") as running:
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
def chats(reader: Reader) -> dict[str, str]:
    """The ids of the chats, by title."""
    listed = process(reader.home, "list")["conversations"]
    return {each["title"]: each["id"] for each in listed}


@pytest.fixture(scope="module")
def pages(chats: dict[str, str]) -> list[str]:
    """Every kind of page."""
    rich = chats["Sorting lists, and a gradient"]
    of_chat = ("", "/history", "/changes", "?m=first-answer", "?hidden=1", "?version=1")
    return ["", "search", "chats", "documents", *(f"chat/{rich}{each}" for each in of_chat), "nothing-here"]


# --- coming in


def test_the_session_is_for_the_readers_own_path_alone(window: Tab, reader: Reader) -> None:
    """Another server on this computer is sent no cookie, though browsers share them between ports."""
    seen = []

    class Other(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(self.headers.get("Cookie"))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_given: object) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Other) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        window.page.goto(f"http://127.0.0.1:{server.server_port}/")
        server.shutdown()
    assert set(seen) == {None}
    window.go("")
    window.requests.clear()
    window.complaints.clear()
    cookies = window.page.context.cookies()
    assert [(each["path"], each["httpOnly"], each["sameSite"]) for each in cookies] == [
        (f"/{reader.url.split('/')[3]}/", True, "Strict")
    ]
    assert "cookie" not in window.page.evaluate("document.cookie")


def test_a_page_of_another_site_can_neither_read_nor_change(window: Tab, reader: Reader) -> None:
    """Not even one on this computer, which browsers take for the same site."""
    attack = f"""<form method=post action="{reader.url}search"><input name=q value=stable></form>
        <img src="{reader.url}static/icon.svg" onerror="document.title='refused'"
             onload="document.title='loaded'"><iframe src="{reader.url}"></iframe>"""

    class Other(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(attack.encode())

        def log_message(self, *_given: object) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Other) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        window.page.goto(f"http://127.0.0.1:{server.server_port}/")
        window.until("document.title !== ''")
        assert window.page.title() == "refused"
        with window.page.expect_navigation() as went:
            window.page.evaluate("document.forms[0].submit()")
        assert went.value.status == 403
        assert "Another site has led here." in window.page.content()
        server.shutdown()
    window.go("")
    window.requests.clear()
    window.complaints.clear()


# --- finding


_STALLED = """() => {
    const ended = (signal) => new ReadableStream({
      start: (body) => signal.addEventListener("abort", () => body.error(signal.reason)),
    });
    window.asked = 0;
    window.fetch = async (_where, asked) => {
      window.asked += 1;
      return new Response(ended(asked.signal));
    };
    const before = AbortController.prototype.abort;
    window.aborted = 0;
    AbortController.prototype.abort = function (...given) { window.aborted += 1; before.apply(this, given); };
}"""
"""Answers that begin and never end, unless they are given up; how often that was done is counted."""


def test_a_search_that_is_given_up_is_no_error(window: Tab) -> None:
    """While its answer is still coming in, a newer question takes its place, or the page is left."""
    window.go("search")
    window.page.evaluate(_STALLED)
    for number, letter in enumerate("sort"):
        window.page.locator("#q").press(letter)
        window.until(f"window.asked === {number + 1}")
    assert window.page.evaluate("window.aborted") == len("sort") - 1
    window.go("chats")
    assert window.complaints == []


def test_searching_takes_no_mouse(window: Tab) -> None:
    """/ to the field, words, ↓ to the hits, Enter into the chat, where the words are marked; back to the hits."""
    page = window.page
    page.keyboard.press("/")
    page.keyboard.type("stable")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/*")
    page.wait_for_selector(".hit mark")
    page.locator("#q").fill("")
    page.keyboard.type("sort stab")
    window.until("document.querySelector('.hit mark')?.textContent.toLowerCase() === 'sort'")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    assert page.evaluate("document.activeElement.parentElement.className") == "hit"
    page.keyboard.press("Enter")
    page.wait_for_url("**/chat/**")
    window.until("CSS.highlights.get('found')?.size > 0")
    assert "stab" not in page.url
    assert page.title() == "Chathold"
    page.go_back()
    window.until("document.querySelector('#q').value === 'sort stab'")
    page.wait_for_selector(".hit mark")
    page.locator(".hit > a").first.focus()
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.id") == "q"


def test_only_the_last_answer_counts(window: Tab) -> None:
    """However quickly somebody types, the hits are those of what stands in the field."""
    page = window.page
    window.go("search")
    for words in ("stable", "gradient", "夜間", "Rust"):
        page.fill("#q", words)
    window.until("document.querySelector('#status').textContent.startsWith('1 match')")
    assert page.locator(".hit mark").first.inner_text() == "Rust"


def test_keys_are_the_input_methods_while_it_composes(window: Tab) -> None:
    """Nothing is asked, opened or cleared until the word is chosen; then it is found."""
    page = window.page
    window.go("search")
    asked = len([each for each in window.requests if each.endswith("/hits")])
    method = page.context.new_cdp_session(page)
    page.focus("#q")
    for text in ("y", "や", "夜", "夜間"):
        method.send(
            "Input.imeSetComposition", {"text": text, "selectionStart": len(text), "selectionEnd": len(text)}
        )
    for key in ("Enter", "ArrowDown"):
        method.send(
            "Input.dispatchKeyEvent", {"type": "rawKeyDown", "windowsVirtualKeyCode": 229, "key": key}
        )
    page.wait_for_timeout(400)
    assert [each for each in window.requests if each.endswith("/hits")][asked:] == []
    assert page.evaluate("document.activeElement.id") == "q"
    method.send("Input.insertText", {"text": "夜間"})
    page.wait_for_selector(".hit mark")
    assert page.input_value("#q") == "夜間"
    assert page.locator(".hit mark").first.inner_text() == "夜間"


def test_filters_narrow_and_a_mistake_is_explained(window: Tab) -> None:
    """As one chooses, without a button."""
    page = window.page
    window.go("search")
    page.fill("#q", "stable")
    page.wait_for_selector(".hit")
    before = page.locator(".hit").count()
    page.select_option("#role", "user")
    window.until(f"document.querySelectorAll('.hit').length < {before}")
    assert {each.split(" ")[0] for each in page.locator(".hit .about").all_inner_texts()} == {"You"}
    page.fill("#q", 'an "open phrase')
    page.keyboard.press("Enter")
    page.wait_for_selector(".note.warn")
    assert "quotation mark" in page.inner_text(".note.warn")
    assert page.inner_text("main").count("quotation mark") == 1


# --- reading


@pytest.mark.parametrize("scripts", [True, False])
def test_branches_are_switched_where_they_fork(
    browser: Browser, reader: Reader, chats: dict[str, str], *, scripts: bool
) -> None:
    """‹ 1/2 ›, by links; the rest of the other branch follows; and there is a way back. With scripts or without."""
    with tab(browser, reader, java_script_enabled=scripts) as window:
        page = window.page
        window.go(f"chat/{chats['Sorting lists, and a gradient']}")
        assert page.inner_text(".branches").split() == ["‹", "2/2", "›"]
        assert page.locator("text=Three ways to sort").count() == 1
        page.click(".branches a")
        expect(page.locator(".branches")).to_contain_text("1/2")
        assert page.locator("text=It is a gradient.").count() == 1
        assert page.locator("text=Three ways to sort").count() == 0
        page.click("text=Back to that one")
        expect(page.locator("text=Three ways to sort")).to_have_count(1)


def test_everything_in_a_message_is_legible(window: Tab, chats: dict[str, str]) -> None:
    """Tables, coloured code, formulas, folded thoughts and tools, a picture, a missing one, hidden messages."""
    page = window.page
    window.go(f"chat/{chats['Sorting lists, and a gradient']}")
    assert page.locator(".message table td").count() == 9
    assert page.locator("pre.code .k").count() > 0
    assert "\\sum_{k=1}^{n}" in page.inner_text("pre.math")
    assert page.locator("details.reasoning[open], details.tool[open]").count() == 0
    page.click("text=Reasoning")
    expect(page.locator("text=The colours run from left to right.")).to_be_visible()
    window.until("document.querySelector('p.file img').naturalWidth === 320")
    assert page.locator("text=not in the export").count() == 1
    assert page.locator("text=You are a helpful assistant.").count() == 0
    page.click("text=Show 1 hidden message")
    expect(page.locator("text=You are a helpful assistant.")).to_have_count(1)
    outside = page.locator("a[rel~=external]").first
    assert outside.get_attribute("href") == "https://chatgpt.com/c/11111111-0000-4000-8000-000000000001"
    assert "noreferrer" in (outside.get_attribute("rel") or "")


def test_words_and_code_are_copied_as_they_were_written(
    browser: Browser, reader: Reader, chats: dict[str, str]
) -> None:
    """A message as Markdown, a block of code as it is."""
    with tab(browser, reader, permissions=["clipboard-read", "clipboard-write"]) as window:
        page = window.page
        window.go(f"chat/{chats['Sorting lists, and a gradient']}")
        message = page.locator(".message", has_text="Three ways to sort")
        message.hover()
        message.locator("header .copy").click()
        page.wait_for_selector("text=Copied")
        assert page.evaluate("navigator.clipboard.readText()").strip() == talks.MARKDOWN.strip()
        message.locator(".copyable .copy").click()
        window.until("navigator.clipboard.readText().then((text) => text.startsWith('def merge'))")


def test_a_long_chat_goes_on_as_one_reads(window: Tab, chats: dict[str, str]) -> None:
    """All its messages, in order, each once; and the pages are there without scripts, too."""
    page = window.page
    window.go(f"chat/{chats[f'A talk of {LONG} messages']}")
    end = time.monotonic() + PATIENCE / 1000
    while page.locator(".message").count() < LONG:
        assert time.monotonic() < end
        page.keyboard.press("End")  # what comes may move the end away again
        page.wait_for_timeout(50)
    texts = page.locator(".message .body").all_text_contents()
    assert [int(re.findall(r"\d+", each)[0]) for each in texts] == list(range(LONG))
    assert page.locator(".further").count() == 0


def test_versions_are_compared_side_by_side(window: Tab, chats: dict[str, str]) -> None:
    """What was renamed, changed and added between two exports, by their dates."""
    page = window.page
    window.go(f"chat/{chats['Sorting lists, and a gradient']}")
    page.click("text=2 versions")
    expect(page.locator("tbody tr")).to_have_count(2)
    page.click("text=1 added · 1 changed · renamed")
    expect(page.locator("main")).to_contain_text("From version 1 (1 May 2026) to version 2 (1 Jun 2026)")
    assert page.inner_text("#renamed ~ p del") == "Sorting, and a picture of a gradient"
    assert "the other" in " ".join(page.locator("table.sides ins").all_inner_texts())
    assert "what about Go?" in page.inner_text("#added ~ .told-message")


def test_the_list_jumps_to_a_month_and_narrows(window: Tab) -> None:
    """Months with their numbers; what is gone alone."""
    page = window.page
    window.go("chats")
    month = page.locator(".months a").last
    month.click()
    page.wait_for_url(re.compile(r"#m20\d\d-\d\d$"))
    page.check("input[name=gone]")
    page.click("text=Show")
    expect(page.locator(".chat .title")).to_have_text(["Talk 5"])


def test_reading_takes_no_scripts(browser: Browser, reader: Reader, chats: dict[str, str]) -> None:
    """Searching, the list, and every message of a long chat, by forms and links alone."""
    with tab(browser, reader, java_script_enabled=False) as window:
        page = window.page
        page.fill("#find", "stable")
        page.keyboard.press("Enter")
        page.wait_for_selector(".hit")
        page.click(".hit a")
        page.wait_for_selector(".message:target")
        window.go(f"chat/{chats[f'A talk of {LONG} messages']}")
        found = page.locator(".message").count()
        while page.locator(".further a[rel=next]").count():
            with page.expect_navigation():
                page.click(".further a[rel=next]")
            found += page.locator(".message").count()
        assert found == LONG
        assert window.left_loopback() == []


# --- looks


_CONTRAST = """() => {
  const parse = (color) => (color.match(/[\\d.]+/g) ?? []).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((v) => v / 255)
    .map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, at) => sum + v * [0.2126, 0.7152, 0.0722][at], 0);
  const ground = (element) => {
    for (let each = element; each; each = each.parentElement) {
      const color = parse(getComputedStyle(each).backgroundColor);
      if (color.length === 3 || color[3] > 0.99) return color;
    }
    return [255, 255, 255];
  };
  const poor = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    if (!texts.currentNode.data.trim() || !element.checkVisibility()) continue;
    if (element.closest("[aria-hidden], option")) continue;
    const [a, b] = [light(parse(getComputedStyle(element).color)), light(ground(element))].sort((x, y) => y - x);
    if ((a + 0.05) / (b + 0.05) < 4.5) poor.push(texts.currentNode.data.trim().slice(0, 40));
  }
  return poor;
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_words_can_be_told_from_their_ground(
    browser: Browser, reader: Reader, pages: list[str], scheme: str
) -> None:
    """A contrast of 4.5 (WCAG 2.2, 1.4.3) on every page, in both looks; and dark is dark."""
    with tab(browser, reader, color_scheme=scheme) as window:
        for path in pages:
            window.go(path)
            assert (path, window.page.evaluate(_CONTRAST)) == (path, [])
        ground = window.page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert (sum(map(int, re.findall(r"\d+", ground))) < 200) == (scheme == "dark")


def test_pages_fit_a_small_window(browser: Browser, reader: Reader, pages: list[str]) -> None:
    """Nothing has to be scrolled sideways but what scrolls by itself."""
    with tab(browser, reader, viewport=SMALL) as window:
        for path in pages:
            window.go(path)
            width = window.page.evaluate("document.documentElement.scrollWidth")
            assert (path, width) == (path, min(width, SMALL["width"]))


@pytest.mark.parametrize("width", [320, 414])
def test_what_is_new_in_a_version_is_in_sight_in_a_small_window(
    browser: Browser, reader: Reader, chats: dict[str, str], width: int
) -> None:
    """With the only way to what differs: nothing of the table has to be scrolled to."""
    with tab(browser, reader, viewport={"width": width, "height": 700}) as window:
        window.go(f"chat/{chats['Sorting lists, and a gradient']}/history")
        expect(window.page.get_by_role("link", name="1 added · 1 changed · renamed")).to_be_in_viewport(
            ratio=1
        )
        assert (
            window.page.evaluate("(e => e.scrollWidth - e.clientWidth)(document.querySelector('.scrolls'))")
            == 0
        )
        assert "What is new" in window.page.evaluate(
            "getComputedStyle(document.querySelector('.versions td:nth-child(4)'), '::before').content"
        )


def test_long_names_of_accounts_fit_a_small_window(browser: Browser, tmp_path: Path) -> None:
    """The list of accounts narrows, and stands beside the others where there is room."""
    home, chats = tmp_path / "home", tmp_path / "conversations.json"
    accounts = ("ada", "00000000-0000-4000-8000-000000000050-and-more-of-it")
    chats.write_text(
        json.dumps(
            [
                {"uuid": each, "name": each, "account": {"uuid": each}, "chat_messages": []}
                for each in accounts
            ]
        )
    )
    process(home, "import", str(chats))
    with Reader(home) as reader, tab(browser, reader, viewport=SMALL) as window:
        window.go("search")
        assert window.page.evaluate("document.documentElement.scrollWidth") <= SMALL["width"]
        window.page.set_viewport_size({"width": 1200, "height": 640})
        tops = "['account', 'order'].map((id) => document.getElementById(id).getBoundingClientRect().top)"
        account, order = window.page.evaluate(tops)
        assert account == order


def test_nothing_moves_once_it_stands(browser: Browser, reader: Reader, pages: list[str]) -> None:
    """No layout shift while a page loads."""
    with tab(browser, reader) as window:
        for path in pages:
            window.go(path)
            window.page.wait_for_timeout(200)
            assert (path, round(window.page.evaluate("window.shifts"), 3)) == (path, 0)


_NAMELESS = """() => {
  const named = (each) => each.labels?.length || each.getAttribute("aria-label")
    || each.hasAttribute("aria-labelledby") || each.hasAttribute("alt")
    || each.querySelector("img[alt]:not([alt=''])")
    || (!/^(INPUT|SELECT|NAV|SECTION)$/.test(each.tagName) && each.textContent.trim());
  return [...document.querySelectorAll("input, select, textarea, button, a[href], nav, section, img")]
    .filter((each) => each.checkVisibility() && !named(each)).map((each) => each.outerHTML.slice(0, 80));
}"""


def test_pages_can_be_heard(browser: Browser, reader: Reader, pages: list[str]) -> None:
    """Landmarks, one heading of the page, a name for everything one can act on, and a way past the navigation."""
    with tab(browser, reader) as window:
        page = window.page
        for path in pages:
            window.go(path)
            counts = {name: page.locator(name).count() for name in ("main", "h1", "header.top nav")}
            assert (path, counts) == (path, {"main": 1, "h1": 1, "header.top nav": 1})
            assert (path, page.evaluate(_NAMELESS)) == (path, [])
            assert page.get_attribute("html", "lang") == "en"
        window.go("chats")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        window.until("document.activeElement.id === 'content'")


def test_a_page_says_when_the_reader_has_stopped(browser: Browser, tmp_path: Path) -> None:
    """And how to open it again."""
    with Reader(tmp_path / "home") as reader, tab(browser, reader) as window:
        reader.stop()
        window.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        window.page.wait_for_selector("#stopped:not([hidden])")
        assert "chathold web" in window.page.inner_text("#stopped")


def test_the_reader_speaks_the_language_of_the_settings(browser: Browser, tmp_path: Path) -> None:
    """The page says which it is, so that fonts and voices fit."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "config.toml").write_text('[desktop]\nlanguage = "zh_CN"\n')
    with Reader(home) as reader, tab(browser, reader) as window:
        assert window.page.get_attribute("html", "lang") == "zh-CN"
        assert re.search("[一-鿿]", window.page.inner_text("h1"))
        assert json.dumps(window.complaints) == "[]"
