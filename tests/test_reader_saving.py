"""A chat is saved from the reader, in every format, and nothing of it is shown on the way."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

import talks
from commands import process
from reading import CHROMIUM, NO_BROWSER, Reader, chromium, tab

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM, reason=NO_BROWSER),
    pytest.mark.xdist_group("browser"),
]


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    """A reader of one chat."""
    folder = tmp_path_factory.mktemp("saving")
    process(folder / "home", "import", os.fspath(talks.write(folder / "a.zip", [talks.rich()], month=5)))
    with Reader(folder / "home") as running:
        yield running


def test_a_chat_is_saved_in_each_format(reader: Reader, tmp_path: Path) -> None:
    (line,) = process(reader.home, "list")["conversations"]
    first = process(reader.home, "show", line["id"])["messages"][0]["parts"][0]["text"].split()[0]
    names = {"Markdown": ".md", "HTML": ".html", "JSON": ".json", "the service's own JSON": ".json"}
    with chromium() as browser, tab(browser, reader) as window:
        window.go(f"chat/{line['id']}")
        for name, suffix in names.items():
            with window.page.expect_download() as waiting:
                window.page.get_by_role("link", name=name, exact=True).click()
            saved = waiting.value
            saved.save_as(tmp_path / saved.suggested_filename)
            assert saved.suggested_filename.endswith((suffix, ".zip"))
            if not saved.suggested_filename.endswith(".zip"):
                assert first in (tmp_path / saved.suggested_filename).read_text("utf-8")
            assert line["title"] not in saved.url
        assert len([path for path in tmp_path.iterdir() if path.is_file()]) == len(names)
        assert window.left_loopback() == []
