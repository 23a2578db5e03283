"""What the imported files leave open: parts still to be downloaded, files that could be read only in part."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from chathold.archive.store import Archive
from chathold.core.texts import _, ngettext

if TYPE_CHECKING:
    from chathold.core.standing import PartSet

Json = dict[str, Any]

_FILES = "SELECT id, coverage FROM file JOIN file_state ON file_state.file = file.id"
"""The files of which something has been derived: others are not visible yet."""


def downloads(archive: Archive) -> list[Json]:
    """Files that wait for others or were rescued, each with the reason in words."""
    return [*_waiting_for_parts(archive), *_partly_read(archive)]


def _name(archive: Archive, file: int) -> str:
    row = archive.database.execute(
        "SELECT folder, name FROM seen WHERE file = ? ORDER BY name, folder LIMIT 1", (file,)
    ).fetchone()
    return f"{row[0]}/{row[1]}" if row else ""


def _waiting_for_parts(archive: Archive) -> Iterator[Json]:
    database = archive.database
    sets = {part.manifest: part for part in part_sets_of(archive)}
    for file, coverage in database.execute(f"{_FILES} ORDER BY id").fetchall():
        missing = list(json.loads(coverage)["missing"])
        ambiguous: tuple[str, ...] = ()
        if file in sets:
            missing, ambiguous = list(sets[file].missing), sets[file].ambiguous
        if missing or ambiguous:
            yield {
                "path": _name(archive, file),
                "state": "waiting_for_parts",
                "reason": _reason(missing, ambiguous),
                "missing": missing,
                "ambiguous": list(ambiguous),
            }


def part_sets_of(archive: Archive) -> tuple[PartSet, ...]:
    """The sets of all manifests; what works them out loads only if there are any."""
    if not archive.database.execute("SELECT 1 FROM file WHERE lists != '[]'").fetchone():
        return ()
    from chathold.archive.facts import part_sets  # noqa: PLC0415 - `status` is to be quick

    return part_sets(archive)


def _reason(missing: list[str], ambiguous: tuple[str, ...]) -> str:
    said = []
    if missing:
        said.append(
            ngettext(
                "{n} file of this export is still missing: {names}",
                "{n} files of this export are still missing: {names}",
                len(missing),
            ).format(n=len(missing), names=", ".join(missing))
        )
    if ambiguous:
        said.append(_("several files could be meant by {names}").format(names=", ".join(ambiguous)))
    return "; ".join(said)


def _partly_read(archive: Archive) -> Iterator[Json]:
    for file, _coverage in archive.database.execute(f"{_FILES} WHERE NOT whole ORDER BY id").fetchall():
        yield {
            "path": _name(archive, file),
            "state": "partly_read",
            "reason": _("only what was whole could be rescued; download it again"),
        }
