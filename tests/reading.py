"""The reader as a person meets it: a process of its own, in a real browser (Debian's Chromium)."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from playwright.sync_api import Browser, BrowserContext, Dialog, Page, expect, sync_playwright

from chathold.address import Address
from chathold.home import Home
from chathold.reader.session import entrance, new_code
from chathold.state import State
from commands import process

_ROOT = Path(__file__).parents[1]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""
NO_BROWSER = "there is no Chromium here (Debian: apt-get install chromium)"
PATIENCE = 20_000
"""Milliseconds after which something that never happens is given up."""

expect.set_options(PATIENCE)


class Reader:
    """A running reader. `url` is where its first page is."""

    def __init__(self, home: Path, *arguments: str, **more: Any) -> None:
        self.home = home
        paths = [os.fspath(_ROOT / "daemon"), os.fspath(_ROOT / "service"), os.environ.get("PYTHONPATH", "")]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths)), "LANGUAGE": "en"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "chathold.reader", "--home", os.fspath(home), *arguments],
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
            **more,
        )
        assert self.process.stdout is not None
        self.url = self.process.stdout.readline().strip()

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.url.split(":")[2].split("/")[0])

    def entrance(self) -> str:
        """An address that opens it once."""
        state = State.open(Home.find(os.fspath(self.home)).state)
        try:
            prefix = self.url.rstrip("/").rsplit("/", 1)[1]
            return entrance(Address(self.port, prefix), new_code(state, time.time()))
        finally:
            state.close()

    def stop(self, number: int = signal.SIGTERM) -> int:
        """End it; its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        code = self.process.wait(20)
        if self.process.stdout is not None:
            self.process.stdout.close()
        return code

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_details: object) -> None:
        self.stop()


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser, without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Tab:
    """A tab that has entered, and everything it asked for, complained of, or was told to say."""

    page: Page
    root: str
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def go(self, path: str) -> None:
        """Load a page."""
        self.page.goto(self.root + path)

    def until(self, expression: str) -> None:
        """Wait until something is true in the page; it is asked from outside, for pages allow no `eval`."""
        end = time.monotonic() + PATIENCE / 1000
        while not self.page.evaluate(expression):
            assert time.monotonic() < end, f"it never happened: {expression}"
            self.page.wait_for_timeout(20)

    def complain(self, words: str) -> None:
        """Note what must not be."""
        self.complaints.append(words)

    def dismiss(self, dialog: Dialog) -> None:
        """Note that a script has opened a dialog, and close it."""
        self.complain(f"dialog {dialog.message}")
        dialog.dismiss()

    def left_loopback(self) -> list[str]:
        """The requests that were for anybody but the reader."""
        return [each for each in self.requests if not each.startswith(self.root)]


_VIOLATIONS = """
    window.violations = [];
    document.addEventListener("securitypolicyviolation", (event) => {
      window.violations.push(`${event.violatedDirective} ${event.blockedURI}`);
    });
    window.shifts = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifts += entry.value;
    }).observe({ type: "layout-shift", buffered: true });
"""


@contextmanager
def tab(browser: Browser, reader: Reader, **settings: Any) -> Iterator[Tab]:
    """A new window that has the session; everything it does is watched."""
    context: BrowserContext = browser.new_context(**settings)
    context.set_default_timeout(PATIENCE)
    try:
        page = context.new_page()
        opened = Tab(page, reader.url)
        if settings.get("java_script_enabled", True):
            page.add_init_script(_VIOLATIONS)
        context.on("request", lambda request: opened.requests.append(request.url))
        page.on("dialog", opened.dismiss)
        page.on("pageerror", lambda error: opened.complain(f"error {error}"))
        page.on("console", lambda said: opened.complain(f"console {said.text}"))
        page.goto(reader.entrance())
        page.wait_for_url(reader.url)
        page.wait_for_load_state()
        yield opened
    finally:
        context.close()


def search_index(home: Path) -> None:
    """Have everything searchable."""
    process(home, "search", "anything")
