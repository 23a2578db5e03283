"""`chathold mirror`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from chathold.cli.commands import Call, command
from chathold.cli.opening import archive_of
from chathold.cli.output import answer, note, write
from chathold.configuration import load
from chathold.core.errors import UsageError
from chathold.core.plain import clean, safe
from chathold.core.texts import _
from chathold.filesystems import cloud_of
from chathold.mirror.mirroring import Act, Mirrored, mirror

_SHOWN_LINES = 14


@command("mirror")
@click.argument("folder", required=False, metavar="[DIR]", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--filters", default=None, metavar="QUERY", help=_("Only these chats: words and filters as in a search.")
)
@click.option("--now", is_flag=True, help=_("Bring the notes in the folder of the settings up to date."))
def mirror_command(call: Call, folder: Path | None, filters: str | None, *, now: bool) -> None:
    """Show what a folder of notes would hold, or bring that of the settings up to date."""
    wanted = load(call.home.configuration).mirror
    if now and (folder is not None or filters is not None or wanted.folder is None):
        raise UsageError(
            _("Notes are only written where the settings say."),
            advice=_("Set mirror.folder, and mirror.filters if you like, in {file}.").format(
                file=call.home.configuration
            ),
        )
    root = folder.expanduser().absolute() if folder else wanted.folder
    if root is None:
        raise UsageError(
            _("No folder is named."), advice=_('"chathold mirror DIR" shows what notes DIR would hold.')
        )
    query = wanted.filters if filters is None else filters
    with archive_of(call.home) as archive:
        done = mirror(archive, root, query, call.home.state, write=now)
    on, cloud = wanted.folder == root, cloud_of(root)

    def words() -> None:
        _say(done, now=now)
        if cloud:
            copied = _("{service} copies this folder to its servers: your chats would be there, too.")
            note(copied.format(service=cloud))
        if not on:
            how = _(
                'To keep it up to date after every import, set folder = "{folder}" under [mirror] in {file}.'
            )
            note(how.format(folder=root, file=call.home.configuration))

    answer(_as_json(done, cloud, on=on), as_json=call.as_json, words=words)


def _as_json(done: Mirrored, cloud: str, *, on: bool) -> dict[str, Any]:
    return {
        "folder": str(done.folder),
        "on": on,
        "cloud": cloud,
        **{act.value: done.acts[act] for act in Act},
        "samples": [{"path": path, "text": text} for path, text in done.samples],
        "problems": [{"where": where, "what": _(what)} for where, what in done.problems],
    }


def _say(done: Mirrored, *, now: bool) -> None:
    if not now:
        for path, text in done.samples:
            write(f"── {clean(path)}")
            lines = safe(text).split("\n")
            write("\n".join(f"  │ {line}" for line in lines[:_SHOWN_LINES]))
            if len(lines) > _SHOWN_LINES:
                write("  │ …")
    names = {
        Act.NEW: _("new notes"),
        Act.RENEWED: _("renewed"),
        Act.BESIDE: _("new beside one that you changed"),
        Act.LEFT: _("as they are"),
        Act.DELETED: _("deleted by you, and left so"),
    }
    for act, name in names.items():
        if done.acts[act]:
            write(f"{done.acts[act]:>7,}  {name}")
    for where, what in done.problems:
        write(f"! {clean(where)}: {clean(_(what))}")
    if not now:
        write(_("Nothing was written."))
