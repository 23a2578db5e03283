"""Imports: what was imported, newest first, in plain words; and where files are dropped to be imported.

Without a script the drop zone is a form with a file chooser. With it, each file is sent by itself, and the list of
what is under way is fetched anew while something is.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from msgspec.structs import replace
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from chathold.archive.imports import how_many, import_of, imports, places_of
from chathold.archive.store import Archive
from chathold.archive.undelivered import of_file
from chathold.archive.waiting import sets
from chathold.configuration import examine
from chathold.core.errors import ChatholdError
from chathold.core.texts import _
from chathold.places import watched_folders
from chathold.reader.forms import Form, posted
from chathold.reader.leftovers import Leaving, Leftover, leftover
from chathold.reader.multipart import receive
from chathold.reader.opening import archive_of, reader_of, state_of
from chathold.reader.receipts import told
from chathold.reader.showing import forward, link, page, part
from chathold.reader.showing import tell as say
from chathold.reader.working import begin
from chathold.state.memory import READER_LEFT
from chathold.uploads import Imports, Job
from chathold.uploads.receiving import RESERVE

Json = dict[str, Any]

PAGE = 20
_REMEMBERED = 500
"""So many downloads that the user wants left are remembered."""

_LISTED = 500
"""Of the files that were not delivered, no more are listed."""


def imported(request: Request) -> Response:
    """The page."""
    return page(request, "imports.html", room=_room(request), **_values(request))


def imports_now(request: Request) -> Response:
    """What of the page changes while something is imported."""
    return part(request, "imports_now.html", **_values(request))


def _values(request: Request) -> Json:
    jobs = _imports(request).jobs()
    number = _number(request)
    with archive_of(request) as archive:
        lines = imports(archive, limit=PAGE, offset=(number - 1) * PAGE) if archive else []
        total = how_many(archive) if archive else 0
        lying = _lying(request, archive, lines) if archive else {}
        waiting = (
            [each for each in sets(archive) if not all(p["here"] for p in each["parts"])] if archive else []
        )
    return {
        "jobs": [(job, _job_words(job)) for job in jobs],
        "busy": any(not job.stage.over for job in jobs),
        "lines": [
            (line, told(line["receipt"]) if line["receipt"] else None, lying.get(line["file"]))
            for line in lines
        ],
        "waiting": len(waiting),
        "number": number,
        "pages": max(1, -(-total // PAGE)),
        "turn": _turn(request),
    }


def _lying(request: Request, archive: Archive, lines: list[Json]) -> dict[str, Leftover]:
    """Of these imports, the downloads that are still there, by their SHA-256; not those the user wants left."""
    reader = reader_of(request)
    if reader.trying:
        return {}
    watched = watched_folders(examine(reader.home.configuration)[0])
    known = _leaving(request).known()
    with state_of(request) as state:
        wanted = set(state.memory.get(READER_LEFT) or ())
    found = {}
    for line in lines:
        if not line["whole"] or line["file"] in wanted:
            continue
        if each := leftover(places_of(archive, line["number"]), watched):
            fault = known.get(line["file"])
            moving = line["file"] in known and fault is None
            found[line["file"]] = replace(each, moving=moving, fault=fault)
    return found


def _job_words(job: Job) -> str:
    """What became of an upload, or what becomes of it, in a line."""
    match job.stage.value:
        case "queued":
            return _("its turn comes")
        case "importing":
            return _("being imported")
        case "waiting":
            return _("waits: another Chathold is writing to the archive just now")
        case "cancelled":
            return _("cancelled; nothing of it is here")
        case "failed":
            return job.title
        case _:
            return told(job.receipt).headline if job.receipt else _("Done.")


def receipt(request: Request) -> Response:
    """One import: everything its receipt says, and the files that it names and nobody delivered."""
    with archive_of(request) as archive:
        line = import_of(archive, request.path_params["file"]) if archive else None
        if archive is None or line is None:
            raise HTTPException(404)
        missing = of_file(archive, line["number"])[:_LISTED]
    words = told(line["receipt"]) if line["receipt"] else None
    return page(request, "receipt.html", line=line, told_of=words, missing=missing)


async def upload(request: Request) -> Response:
    """Take files; each is imported as soon as it is here. A script is answered with JSON, a form with the page."""
    reader = reader_of(request)
    running = _imports(request)

    def arrived(path: Path) -> None:
        if running.add(path):
            begin(reader, running.work)

    by_script = request.headers.get("accept", "") == "application/json"
    try:
        await receive(request, request.app.state.uploads.begin, arrived)
    except ChatholdError as error:
        if not by_script:
            raise
        return JSONResponse({"title": error.title, "advice": error.advice}, 507)
    return Response(status_code=204) if by_script else forward(request, "imported")


@posted
def cancel_import(request: Request, form: Form) -> Response:
    """Do not go on with an upload."""
    number = form.get("number")
    if number.isdecimal():
        _imports(request).cancel(int(number))
    return forward(request, "imported")


@posted
def dismiss_imports(request: Request, form: Form) -> Response:
    """Clear the list of uploads that are done with."""
    del form
    _imports(request).dismiss()
    say(request, _("The list is cleared; what was imported stays."))
    return forward(request, "imported")


@posted
def trash_download(request: Request, form: Form) -> Response:
    """Put a download that is in the archive into the trash, in the background."""
    digest, each = _chosen(request, form)
    leaving = _leaving(request)
    if leaving.begin(digest):
        begin(reader_of(request), lambda: leaving.run(each.path, digest))
    return forward(request, "imported")


@posted
def leave_download(request: Request, form: Form) -> Response:
    """Ask no more about a download."""
    digest, _each = _chosen(request, form)
    with state_of(request) as state:
        left = [each for each in state.memory.get(READER_LEFT) or () if each != digest]
        state.memory.set(READER_LEFT, [*left, digest][-_REMEMBERED:])
    return forward(request, "imported")


def _chosen(request: Request, form: Form) -> tuple[str, Leftover]:
    """The download that a form names by its SHA-256, if it is one that is offered. Raises `HTTPException`."""
    digest = form.get("file")
    with archive_of(request) as archive:
        line = import_of(archive, digest) if archive and digest else None
        lying = _lying(request, archive, [line]) if archive and line else {}
    if digest not in lying:
        raise HTTPException(404)
    return digest, lying[digest]


def _leaving(request: Request) -> Leaving:
    found: Leaving = request.app.state.leaving
    return found


def _imports(request: Request) -> Imports:
    found: Imports = request.app.state.imports
    return found


def _room(request: Request) -> int:
    """Bytes that an upload may have."""
    folder = reader_of(request).home.state
    return max(0, shutil.disk_usage(folder).free - RESERVE) if folder.is_dir() else 0


def _number(request: Request) -> int:
    asked = request.query_params.get("page", "")
    return max(1, int(asked)) if asked.isdecimal() and len(asked) < 8 else 1  # noqa: PLR2004 - there are no more


def _turn(request: Request) -> Callable[[int], str]:
    return lambda number: link(request, "imported") + (f"?page={number}" if number > 1 else "")


ROUTES = [
    Route("/imports", imported),
    Route("/imports/now", imports_now),
    Route("/imports/upload", upload, methods=["POST"]),
    Route("/imports/cancel", cancel_import, methods=["POST"]),
    Route("/imports/dismiss", dismiss_imports, methods=["POST"]),
    Route("/imports/trash", trash_download, methods=["POST"]),
    Route("/imports/leave", leave_download, methods=["POST"]),
    Route("/imports/of/{file}", receipt),
]
