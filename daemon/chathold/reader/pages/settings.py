"""Settings: the same `config.toml` that people write by hand, with the checker's words beside each field."""

from __future__ import annotations

import contextlib
import os
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chathold.archive.labels import set_label
from chathold.archive.store import Archive
from chathold.archive.summary import accounts
from chathold.configuration import ConfigurationError, Fault, examine
from chathold.configuration.writing import write, written
from chathold.core.errors import ArchiveError, UsageError
from chathold.core.saying import sentences
from chathold.core.texts import _, speak
from chathold.places import archive_folder, place_faults, watched_folders
from chathold.reader.fields import groups, read
from chathold.reader.forms import Form, posted
from chathold.reader.opening import archive_of, reader_of
from chathold.reader.pages.listing import account_key
from chathold.reader.showing import forward, page, tell

_PATIENCE = 20.0
_LONGEST_LABEL = 80


def settings(request: Request) -> Response:
    """The form, as the file says."""
    path = reader_of(request).home.configuration
    values: dict[str, Any] = {}
    faults: tuple[Fault, ...] = examine(path)[1]
    try:
        values = written(path)
    except ConfigurationError as error:
        faults = error.faults
    return _form(request, values, faults)


@posted
def save_settings(request: Request, form: Form) -> Response:
    """Write what was changed; what the checker refuses is shown again, with its words beside the field."""
    home = reader_of(request).home
    values = read(form)
    try:
        now = write(home.configuration, values, lambda changed: place_faults(changed, home))
    except ConfigurationError as error:
        return _form(request, values, error.faults, status=422)
    speak(now.desktop.language)
    words = _("The settings are kept.")
    if archive_folder(now, home) != home.archive:
        words = sentences(words, _("The new archive folder counts from the next start of Chathold."))
    tell(request, words)
    return forward(request, "settings")


def _form(request: Request, values: dict[str, Any], faults: tuple[Fault, ...], status: int = 200) -> Response:
    home = reader_of(request).home
    now = examine(home.configuration)[0]
    usual = {
        "downloads.folders": "\n".join(map(os.fspath, watched_folders(now))),
        "archive.folder": os.fspath(home.usual_archive),
    }
    shown = groups(values, faults, usual)
    fields = {field.name for group in shown for field in group.fields}
    known: list[dict[str, Any]] = []
    with contextlib.suppress(ConfigurationError), archive_of(request) as archive:
        known = accounts(archive) if archive else []
    return page(
        request,
        "settings.html",
        status_code=status,
        groups=shown,
        elsewhere=[each for each in faults if each.name not in fields],
        faulty=bool(faults),
        places=[
            (_("Archive"), archive_folder(now, home)),
            (_("Settings"), home.configuration),
            (_("Chathold's own notes"), home.state),
            (_("Log"), home.logs),
        ],
        accounts=[each | {"key": account_key(each)} for each in known if each["account"] != "unknown"],
    )


@posted
def label_account(request: Request, form: Form) -> Response:
    """Give an account a name, or take it away."""
    archive = Archive.open(reader_of(request).home.archive)
    if archive is None:
        raise ArchiveError(_("The archive is not where it was."))
    try:
        found = next((each for each in accounts(archive) if account_key(each) == form.get("account")), None)
        if found is None:
            raise HTTPException(404)
        with archive.writing(wait=_PATIENCE) as ledger:
            label = form.get("label")[:_LONGEST_LABEL]
            set_label(archive, ledger, found["provider"], found["account"], label)
    except UsageError as error:
        tell(request, sentences(error.title, error.advice), trouble=True)
    else:
        tell(request, _("The name is kept."))
    finally:
        archive.close()
    return forward(request, "settings")


ROUTES = [
    Route("/settings", settings),
    Route("/settings/save", save_settings, methods=["POST"]),
    Route("/settings/label", label_account, methods=["POST"]),
]
