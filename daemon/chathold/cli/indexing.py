"""Making searchable what is in the archive, at the end of a command."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from chathold.archive.store import Archive
from chathold.cli.output import note
from chathold.core.errors import ArchiveError
from chathold.core.texts import _
from chathold.search import catch_up, standing


def make_searchable(
    archive: Archive,
    progress: Callable[[int, int], None] | None = None,
    ended: Callable[[], None] = lambda: None,
) -> dict[str, Any]:
    """Index what is new; how far the index is then, and the CPU-seconds that it took.

    What the command is about is done already, so whatever is in the way is only said, after calling `ended`.
    """
    started = time.process_time()
    try:
        catch_up(archive, progress=progress)
    except KeyboardInterrupt:
        ended()
        note(_("Interrupted. All is in the archive; the next search goes on making it searchable."))
    except ArchiveError as error:
        ended()
        note(f"{error.place}: {error.title}")
    held = standing(archive)
    cpu = round(time.process_time() - started, 3)
    return {"indexed": held.indexed, "pending": held.pending, "cpu": cpu}
