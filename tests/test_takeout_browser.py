"""Pages that were taken out, in a real browser: they open from the disk, and nothing in them runs or fetches."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from commands import chathold
from law_bench import imported
from reading import CHROMIUM, NO_BROWSER, chromium
from test_rendering import HOSTILE

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not CHROMIUM, reason=NO_BROWSER)]

PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360f8cfc000000301010018dd8db00000000049454e44ae426082"
)


def message(name: str, parent: str, role: str, parts: list[Any], **metadata: Any) -> dict[str, Any]:
    kind = "multimodal_text" if any(isinstance(part, dict) for part in parts) else "text"
    return {
        "id": name,
        "parent": parent,
        "children": [],
        "message": {
            "id": name,
            "author": {"role": role},
            "create_time": 1_700_000_000.0,
            "content": {"content_type": kind, "parts": parts},
            "metadata": metadata,
        },
    }


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pages of a chat that tries everything, and has a picture beside it."""
    folder = tmp_path_factory.mktemp("pages")
    export = folder / "export"
    export.mkdir()
    (export / "file-ABCDEFGHIJKLMNOPQR-hive.png").write_bytes(PICTURE)
    pointer = {
        "content_type": "image_asset_pointer",
        "asset_pointer": "file-service://file-ABCDEFGHIJKLMNOPQR",
    }
    file = {"id": "file-ABCDEFGHIJKLMNOPQR", "name": "hive <1> #.png", "mime_type": "image/png"}
    turns = [message("q", "root", "user", [pointer, "What is this?"], attachments=[file])]
    turns += [
        message(f"{role}{number}", turns[-1]["id"] if number else "q", role, [said])
        for number, said in enumerate(HOSTILE)
        for role in ("user", "assistant")
    ]
    tree: dict[str, Any] = {"root": {"id": "root", "message": None, "parent": None, "children": []}}
    chat = {
        "conversation_id": "c",
        "title": "<img src=x onerror=alert(1)></title><script>alert(1)</script>",
        "create_time": 1_700_000_000.0,
        "mapping": tree | {turn["id"]: turn for turn in turns},
        "current_node": turns[-1]["id"],
    }
    (export / "conversations.json").write_text(json.dumps([chat]), "utf-8")
    (export / "user.json").write_text('{"id": "user-A", "email": "a@example.org"}', "utf-8")
    imported(folder / "home", [export])
    chathold(folder / "home", "export", str(folder / "out"), "--format", "html")
    return folder / "out"


@pytest.fixture(scope="module")
def visited(pages: Path) -> Iterator[tuple[Any, list[str], list[str]]]:
    """A page of the browser that noted what it asked for, and what was executed or refused."""
    requests: list[str] = []
    told: list[str] = []
    with chromium() as browser:
        page = browser.new_page()
        page.on("request", lambda request: requests.append(request.url))
        page.on("dialog", lambda dialog: told.append(dialog.message))
        page.on("console", lambda line: told.append(line.text))
        page.on("pageerror", lambda error: told.append(str(error)))
        page.goto((pages / "index.html").as_uri())
        with page.expect_navigation():
            page.click("main a")
        yield page, requests, told


def test_a_hostile_chat_runs_nothing_and_asks_for_nothing(visited: tuple[Any, list[str], list[str]]) -> None:
    _page, requests, told = visited
    assert told == []
    assert {url.partition(":")[0] for url in requests} == {"file"}


def test_a_picture_beside_the_page_is_shown(visited: tuple[Any, list[str], list[str]]) -> None:
    page, _requests, _told = visited
    assert page.locator("img").count() == 1
    page.locator("img").scroll_into_view_if_needed()
    page.wait_for_function("document.querySelector('img').complete")
    assert page.locator("img").evaluate("image => image.naturalWidth") == 1


def test_every_message_is_on_the_page(visited: tuple[Any, list[str], list[str]]) -> None:
    page, _requests, _told = visited
    assert page.locator("article").count() == 1 + 2 * len(HOSTILE)
