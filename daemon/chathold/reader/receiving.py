"""Uploads of this reader: where they are received, and how they are imported."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path

from chathold.configuration import examine
from chathold.daemon.answers import Answer, Request, Verdict
from chathold.daemon.asking import with_notes
from chathold.daemon.importing import Importer
from chathold.daemon.last_seen import may_create, note_archive
from chathold.daemon.queueing import keep_links
from chathold.reader.opening import Reader
from chathold.state import State
from chathold.uploads import Imports, Uploads

FOLDER = "uploads"


def uploads_of(reader: Reader) -> Uploads:
    """The private folder beside the state, swept of what an earlier reader left."""
    uploads = Uploads(reader.home.state / FOLDER)
    uploads.sweep()
    return uploads


def imports_of(reader: Reader) -> Imports:
    """Imports into the reader's archive."""
    home = reader.home

    def request(path: Path) -> Request:
        settings = examine(home.configuration)[0]
        with closing(State.open(home.state)) as state:
            create = may_create(state, home.archive)
        language = settings.desktop.language
        asked = Request(os.fspath(path), create=create, language=language, by_hand=True)
        return with_notes(asked, settings, home.state)

    def ended(answer: Answer) -> None:
        if answer.verdict is Verdict.IMPORTED:
            with closing(State.open(home.state)) as state:
                keep_links(state, answer, reader.wall())
                note_archive(state, home.archive, answer.archive)

    return Imports(lambda hear: Importer(home.archive, home.logs, hear), request, ended)
