"""What the imported files leave open: parts still to be downloaded, files that could be read only in part."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from chathold.archive.store import Archive
from chathold.archive.summary import moment
from chathold.core.texts import _, ngettext

if TYPE_CHECKING:
    from chathold.core.file_facts import PartSet

Json = dict[str, Any]

_FILES = "SELECT id, coverage FROM file JOIN file_state ON file_state.file = file.id"
"""The files of which something has been derived: others are not visible yet."""

_REPLACED = (
    "EXISTS (SELECT 1 FROM file AS other JOIN file_state AS stands ON stands.file = other.id"
    " WHERE other.whole AND json_extract(other.coverage, '$.vouches') AND other.provider = file.provider"
    " AND stands.account = file_state.account AND stands.exported >= file_state.exported)"
)
"""Whether a whole export of the same account is here that was made then or later."""

_LACKING = (
    f"{_FILES} WHERE json_array_length(coverage, '$.missing') > 0 AND NOT json_extract(coverage, '$.part_of')"
    f" AND NOT {_REPLACED} ORDER BY id"
)
"""Files that lack what belongs into them."""

_RESCUED = f"{_FILES} WHERE NOT whole AND NOT {_REPLACED} ORDER BY id"
"""Files of which only a part could be read."""


def downloads(archive: Archive) -> list[Json]:
    """Files that wait for others, are not whole or were rescued, each with the reason in words."""
    return [*_waiting_for_parts(archive), *_lacking_parts(archive), *_partly_read(archive)]


def sets(archive: Archive) -> list[Json]:
    """The exports that come in several files, the last imported first: each file by name, and whether it is here.

    `file` is the SHA-256 of the list, or of the part that tells of others, in hex; `records` how many chats of it
    can be read; `within`: what is missing cannot be downloaded by itself.
    """
    known = {part.manifest: part for part in part_sets_of(archive)}
    lacking = {file for file, _coverage in archive.database.execute(_LACKING)}
    query = (
        "SELECT id, hex(hash), provider, exported, imported, coverage FROM file"
        " JOIN file_state ON file_state.file = file.id ORDER BY imported DESC, id DESC"
    )
    found = []
    for file, digest, provider, exported, imported, coverage in archive.database.execute(query).fetchall():
        covers = json.loads(coverage)
        names, missing = [*covers["seen"], *covers["missing"]], tuple(covers["missing"])
        ambiguous: tuple[str, ...] = ()
        files = frozenset({file})
        if file in known:
            part = known[file]
            names, missing, ambiguous, files = [*part.names], part.missing, part.ambiguous, part.files
        elif not missing or (lacks_of_its_own(covers) and file not in lacking):
            continue
        found.append(
            {
                "file": digest.lower(),
                "provider": provider,
                "exported_at": moment(exported),
                "imported": imported,
                "records": _chats(archive, files),
                "within": file in lacking and file not in known,
                "parts": [
                    {"name": name, "here": name not in missing, "ambiguous": name in ambiguous}
                    for name in sorted(names)
                ],
            }
        )
    return found


def _chats(archive: Archive, files: frozenset[int]) -> int:
    marks = ",".join("?" * len(files))
    row = archive.database.execute(
        "SELECT count(DISTINCT record) FROM sighting JOIN form ON form.id = sighting.form"
        f" JOIN record ON record.id = form.record WHERE kind = 'conversation' AND file IN ({marks})",
        sorted(files),
    ).fetchone()
    return int(row[0])


def whole_sets(archive: Archive) -> list[str]:
    """The manifests that lack none of their files, each by the SHA-256 of its own file, in hex."""
    files = [part.manifest for part in part_sets_of(archive) if not part.missing and not part.ambiguous]
    marks = ",".join("?" * len(files))
    rows = archive.database.execute(f"SELECT hash FROM file WHERE id IN ({marks})", files)
    return sorted(digest.hex() for (digest,) in rows)


def _name(archive: Archive, file: int) -> str:
    row = archive.database.execute(
        "SELECT folder, name FROM seen WHERE file = ? ORDER BY name, folder LIMIT 1", (file,)
    ).fetchone()
    return f"{row[0]}/{row[1]}" if row else ""


def _waiting_for_parts(archive: Archive) -> Iterator[Json]:
    database = archive.database
    sets = {part.manifest: part for part in part_sets_of(archive)}
    for file, coverage in database.execute(f"{_FILES} ORDER BY id").fetchall():
        covers = json.loads(coverage)
        missing = list(covers["missing"])
        ambiguous: tuple[str, ...] = ()
        if file in sets:
            missing, ambiguous = list(sets[file].missing), sets[file].ambiguous
        elif lacks_of_its_own(covers):
            continue
        if missing or ambiguous:
            yield {
                "path": _name(archive, file),
                "state": "waiting_for_parts",
                "reason": _reason(missing, ambiguous),
                "missing": missing,
                "ambiguous": list(ambiguous),
            }


def lacks_of_its_own(covers: Json) -> bool:
    """Whether, by its coverage, a download lacks what belongs into it: no other file can bring that."""
    return bool(covers["missing"]) and not covers["part_of"]


def part_sets_of(archive: Archive) -> tuple[PartSet, ...]:
    """The sets of all files; what works them out loads only if there may be any."""
    some = "SELECT 1 FROM file WHERE lists != '[]' UNION ALL SELECT 1 FROM seen WHERE name LIKE '%-batch-%' LIMIT 1"
    if not archive.database.execute(some).fetchone():
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


def _lacking_parts(archive: Archive) -> Iterator[Json]:
    for file, coverage in archive.database.execute(_LACKING).fetchall():
        missing = json.loads(coverage)["missing"]
        yield {
            "path": _name(archive, file),
            "state": "lacks_parts",
            "reason": _("this export is not whole, it lacks: {names}").format(names=", ".join(missing)),
            "missing": missing,
            "ambiguous": [],
        }


def _partly_read(archive: Archive) -> Iterator[Json]:
    for file, _coverage in archive.database.execute(_RESCUED).fetchall():
        yield {
            "path": _name(archive, file),
            "state": "partly_read",
            "reason": _("only what was whole could be rescued; download it again"),
        }
