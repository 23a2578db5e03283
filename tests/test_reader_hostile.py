"""Chats that attack their reader: nothing in them runs, and nothing leaves this computer, on any page."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

import talks
from commands import process
from reading import CHROMIUM, NO_BROWSER, Reader, Tab, chromium, search_index, tab

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM, reason=NO_BROWSER),
    pytest.mark.xdist_group("browser"),
]

AWAY = "https://evil.example"
RUN = "window.pwned=1;alert(1)"

PAYLOADS = (
    f"<script>{RUN}</script>",
    f"</script><script>{RUN}</script>",
    f"<img src=x onerror='{RUN}'>",
    f"<img src={AWAY}/pixel.png>",
    f"![pixel]({AWAY}/pixel.png)",
    f"![pixel]({AWAY}/pixel.png \"title' onload='{RUN}\")",
    f"[click](javascript:{RUN})",
    f"[click](JaVaScRiPt:{RUN})",
    f"[click](java&#10;script:{RUN})",
    f"[click](data:text/html,<script>{RUN}</script>)",
    f"[click](vbscript:{RUN})",
    f"<a href='javascript:{RUN}'>click</a>",
    f"<javascript:{RUN}>",
    f"<svg onload='{RUN}'><animate onbegin='{RUN}' attributeName=x dur=1s></svg>",
    f"<svg><use href='{AWAY}/x.svg#a'></use></svg>",
    f"<style>*{{background:url({AWAY}/css)}}@import '{AWAY}/i.css';</style>",
    f"<p style='background:url({AWAY}/css);position:fixed;inset:0'>cover</p>",
    f"<link rel=stylesheet href={AWAY}/l.css><link rel=prefetch href={AWAY}/p>",
    f"<iframe src={AWAY}></iframe><object data={AWAY}></object><embed src={AWAY}>",
    f"<iframe srcdoc='<script>parent.{RUN}</script>'></iframe>",
    f"<base href='{AWAY}/'><meta http-equiv=refresh content='0;url={AWAY}'>",
    f"<form action={AWAY}><input name=q><button>go</button></form>",
    f"<video src={AWAY}/v poster={AWAY}/p autoplay></video><audio src={AWAY}/a autoplay>",
    f"<details open ontoggle='{RUN}'>x</details>",
    f"<body onload='{RUN}'><input autofocus onfocus='{RUN}'>",
    f"<math><mtext></mtext><mglyph><svg><mtext><style><img src=x onerror='{RUN}'></style></svg></math>",
    f"<noscript><p title=\"</noscript><img src=x onerror='{RUN}'>\">",
    f"```html\n<script>{RUN}</script>\n```",
    f"```\"><img src=x onerror='{RUN}'>\ncode\n```",
    f"`<img src=x onerror='{RUN}'>`",
    f"$\\href{{javascript:{RUN}}}{{x}}$ and $$<script>{RUN}</script>$$",
    f"| <img src=x onerror='{RUN}'> |\n|---|\n| <script>{RUN}</script> |",
    f"[ref]: javascript:{RUN}\n[ref]",
    f"{AWAY}/&quot;onmouseover='{RUN}'",
    "{{ 7 * 7 }} {% raw %} ${alert(1)} <%= 1 %>",
    "\u202e\u2066evil\u2069 text\x00\x08\x1b[31m\ufeff\u200b",
    "\ud800 half a character",
)
"""What each would do is run a script, load something from elsewhere, or cover the page."""


def hostile(number: int, payload: str) -> talks.Talk:
    """A chat with this in every place that a stranger fills."""
    talk = talks.Talk(f"44444444-0000-4000-8000-{number:012}", payload, talks.START - 3600 * number)
    talk.say("user", payload, name=f"{number}-{payload}")
    talk.say("assistant", payload, metadata={"model_slug": payload})
    thoughts = {"content_type": "thoughts", "thoughts": [{"summary": payload, "content": payload}]}
    talk.say("assistant", thoughts)
    talk.say("assistant", {"content_type": "code", "language": payload, "text": payload}, recipient=payload)
    talk.say("tool", {"content_type": "execution_output", "text": payload}, author=payload)
    talk.say("tool", {"content_type": "tether_quote", "url": payload, "domain": payload, "title": payload,
                      "text": payload}, author=payload)  # fmt: skip
    talk.say("assistant", {"content_type": payload, "parts": [payload], "text": payload})
    cited = {
        "content_references": [{"type": "webpage", "matched_text": payload, "title": payload, "url": payload}]
    }
    talk.say("assistant", payload, metadata=cited)
    files = {"attachments": [{"id": payload, "name": payload, "mime_type": payload, "size": 1}]}
    talk.say("user", "a file", metadata=files)
    return talk


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    """A reader of an archive full of them, twice, so that there are versions; and of a line of 5 MB."""
    folder = tmp_path_factory.mktemp("hostile")
    huge = talks.Talk("55555555-0000-4000-8000-000000000005", "x" * 100_000)
    huge.say("user", "y" * 5_000_000)
    huge.say("assistant", "<b>" * 100_000 + "[" * 100_000)
    chats = [hostile(number, payload) for number, payload in enumerate(PAYLOADS)]
    first = talks.write(folder / "a.zip", [*chats, huge], month=7)
    for talk, payload in zip(chats, PAYLOADS, strict=True):
        talk.title += payload
        talk.say("assistant", f"more {payload}")
    second = talks.write(folder / "b.zip", [*chats, huge], month=8)
    for path in (first, second):
        process(folder / "home", "import", os.fspath(path))
    accounts = process(folder / "home", "account")["accounts"]
    process(folder / "home", "account", "label", f"chatgpt/{accounts[0]['account']}", PAYLOADS[2])
    search_index(folder / "home")
    with Reader(folder / "home") as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for all."""
    with chromium() as opened:
        yield opened


_CHECK = """() => ({
  ran: window.pwned ?? 0,
  violations: window.violations,
  title: document.title,
  handlers: [...document.querySelectorAll("*")].filter((each) =>
    [...each.attributes].some((one) => one.name.startsWith("on"))).length,
  styled: document.querySelectorAll("[style], style").length,
  scripts: [...document.scripts].filter((each) => !each.src.includes("/static/")).length,
  strange: [...document.querySelectorAll("iframe, object, embed, base, video, audio, svg, math, form[action^=http]")]
    .length,
  links: [...document.querySelectorAll("a[href], area[href]")].map((each) => each.href)
    .filter((each) => !/^(https?|mailto):/.test(each)),
  pictures: [...document.images].map((each) => each.src).filter((each) => !each.startsWith(location.origin)),
  covered: scrollY === 0 && document.elementFromPoint(60, 30)?.closest("header") === null,
})"""
_HARMLESS = {
    "ran": 0,
    "violations": [],
    "title": "Chathold",
    "handlers": 0,
    "styled": 0,
    "scripts": 0,
    "strange": 0,
    "links": [],
    "pictures": [],
    "covered": False,
}


def _harmless(window: Tab, path: str) -> None:
    """The page did nothing, and holds nothing that could; not even the policy had to step in."""
    assert (path, window.page.evaluate(_CHECK)) == (path, _HARMLESS)
    assert (path, window.left_loopback()) == (path, [])
    assert (path, window.complaints) == (path, [])


def test_no_chat_runs_or_calls_home_on_any_page(browser: Browser, reader: Reader) -> None:
    """Each payload in titles, words, thoughts, code, tools, citations, files, models, roles, labels."""
    chats = [each["id"] for each in process(reader.home, "list")["conversations"]]
    assert len(chats) == len(PAYLOADS) + 1
    with tab(browser, reader) as window:
        for path in ("", "chats", "documents", "search"):
            window.go(path)
            _harmless(window, path)
        for chat in chats:
            for path in (f"chat/{chat}?hidden=1", f"chat/{chat}/history", f"chat/{chat}/changes"):
                window.go(path)
                window.page.evaluate(
                    "document.querySelectorAll('details').forEach((each) => { each.open = true; })"
                )
                _harmless(window, path)


def test_what_was_found_is_as_harmless(browser: Browser, reader: Reader) -> None:
    """Snippets and titles of hits, put into the page by a script."""
    with tab(browser, reader) as window:
        window.go("search")
        for words in ("alert", "evil", "script", "onerror", "more"):
            window.page.fill("#q", words)
            window.until("document.querySelector('#status').textContent !== ''")
            window.until(
                f"document.querySelector('.hit mark')?.textContent.toLowerCase().startsWith('{words[:3]}')"
            )
            _harmless(window, words)


def test_a_message_can_be_copied_whatever_its_id(browser: Browser, reader: Reader) -> None:
    """Ids of messages are a stranger's, too; a link to one leads to it."""
    (chat,) = [each["id"] for each in process(reader.home, "list")["conversations"]
               if each["provider_id"].endswith("000000000002")]  # fmt: skip
    with tab(browser, reader) as window:
        window.go(f"chat/{chat}")
        link = window.page.locator(".permanent").first.get_attribute("href")
        assert link is not None
        window.page.goto(f"{reader.url.rsplit('/', 2)[0]}{link}")
        window.page.wait_for_selector(".message.meant")
        _harmless(window, link)


def test_a_line_of_five_megabytes_is_shown(browser: Browser, reader: Reader) -> None:
    """As it is, within the browser's patience; and the title of a hundred thousand letters is cut."""
    (chat,) = [each["id"] for each in process(reader.home, "list")["conversations"]
               if each["provider_id"].startswith("5555")]  # fmt: skip
    with tab(browser, reader, viewport={"width": 800, "height": 600}) as window:
        window.go(f"chat/{chat}")
        shown = window.page.evaluate(
            "document.querySelector('.message.user .body').textContent.trim().length"
        )
        assert shown == 5_000_000
        assert window.page.evaluate("document.querySelector('h1').textContent.length") < 400
        assert window.page.evaluate("document.documentElement.scrollWidth") <= 800
        _harmless(window, chat)
