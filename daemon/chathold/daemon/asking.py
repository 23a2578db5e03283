"""What the worker is asked for, as the settings want it."""

from __future__ import annotations

import os
from pathlib import Path

from msgspec.structs import replace

from chathold.configuration import Settings
from chathold.configuration.settings import LEAVE
from chathold.daemon.answers import Request


def request(
    settings: Settings, state: Path, path: Path | None = None, *, create: bool = False, leave: bool = False
) -> Request:
    """To import a download; without one, to go on with the search index. `state`: where state is kept.

    `leave`: what becomes of the download is no business of the settings; it was chosen by hand.
    """
    downloads = settings.downloads
    asked = Request(
        os.fspath(path) if path else "",
        create=create,
        after_import=LEAVE if leave else downloads.after_import,
        move_to=os.fspath(downloads.move_to or ""),
        language=settings.desktop.language,
        index=path is None,
    )
    return with_notes(asked, settings, state)


def with_notes(request: Request, settings: Settings, state: Path) -> Request:
    """The same, and to bring the folder of notes up to date after it, if the settings name one."""
    folder = os.fspath(settings.mirror.folder or "")
    return replace(request, mirror=folder, filters=settings.mirror.filters, state=os.fspath(state))
