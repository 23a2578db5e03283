"""Bringing the archive up to date where no daemon does it: what waits to be derived, and the search index.

The daemon's worker does the work, in a process of its own; pages tell of the archive as it is until then.
"""

from __future__ import annotations

import threading
from contextlib import closing
from queue import SimpleQueue

from chathold.archive.store import Archive
from chathold.configuration import examine
from chathold.core.errors import ChatholdError
from chathold.daemon.answers import Answer, Ended, Request, Said
from chathold.daemon.asking import with_notes
from chathold.daemon.importing import Importer
from chathold.daemon.presence import is_held
from chathold.home import Home
from chathold.search import standing


class Tending:
    """Has a worker do what there is to do, if anything; `stop` ends it at once."""

    def __init__(self, home: Home, language: str = "") -> None:
        self._home = home
        self._language = language
        self._heard: SimpleQueue[Said | Ended] = SimpleQueue()
        self._importer = Importer(home.archive, home.logs, self._heard.put)
        self._thread = threading.Thread(target=self._tend, name="tending", daemon=True)

    def start(self) -> None:
        """Look whether there is something to do, and begin with it."""
        if not is_held(self._home.archive) and _is_behind(self._home):
            self._importer.send(Request("", language=self._language))
            self._thread.start()

    def stop(self) -> None:
        """Leave the rest for another time."""
        self._importer.stop()
        self._heard.put(Ended(0))

    def _tend(self) -> None:
        """Go on as long as it helps."""
        while not isinstance(said := self._heard.get(), Ended):
            if isinstance(said, Answer) and not said.behind:
                self._importer.rest()
                return
            if isinstance(said, Answer):
                asked = Request("", index=True, language=self._language)
                self._importer.send(with_notes(asked, examine(self._home.configuration)[0], self._home.state))


def _is_behind(home: Home) -> bool:
    try:
        archive = Archive.open(home.archive)
        if archive is None:
            return False
        with closing(archive):
            there = standing(archive)
            return there.differs or there.pending > there.damaged
    except ChatholdError:  # the page that is asked for tells of it
        return False
