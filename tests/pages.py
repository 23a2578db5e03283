"""The reader's pages with which one does something, as tests meet them: homes for them, forms, and their words."""

from __future__ import annotations

import os
import re
from html import unescape
from pathlib import Path

import histories
from asking import ADDRESS, Answered, Asking
from chathold.uploads import Job
from commands import chathold

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


def own_home(folder: Path) -> Path:
    """A home of its own; the Downloads folder is not below it."""
    (folder / "Downloads").mkdir()
    (folder / "home").mkdir()
    (folder / "home" / "config.toml").write_text(
        f"# mine\n[downloads]\nfolders = ['{folder / 'Downloads'}'] # here\n"
    )
    return folder / "home"


def filled(home: Path) -> Asking:
    """The home with many chats gone at once, a file that was left out, and an export that lacks parts."""
    folder = home.parent
    for number, count in enumerate((12, 3)):
        chats = [histories.chat(n, file=histories.file_id(n) if n < 1 else "") for n in range(count)]
        chathold(home, "import", os.fspath(histories.chatgpt(folder, number, chats)))
    chathold(home, "import", *map(os.fspath, histories.claude_parts(folder, lost=True)[:3]))
    return Asking(home)


def jobs_of(browser: Asking) -> tuple[Job, ...]:
    """The uploads that the reader knows of."""
    found: tuple[Job, ...] = browser.app._app._app.state.imports.jobs()
    return found
