"""What becomes of an export's download once it is in the archive: nothing, unless the settings say otherwise."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from chathold.configuration.settings import MOVE, TRASH
from chathold.core.errors import ExportError
from chathold.core.texts import _
from chathold.exports import fingerprint, stamps
from chathold.exports.members import Stamp


class Imported(Struct, frozen=True):
    """What was imported: the SHA-256 of it in hex, and what its files looked like before, if somebody looked."""

    digest: str
    stamps: Mapping[Path, Stamp] | None = None


def put_away(path: Path, after_import: str, move_to: str, imported: Imported) -> None:
    """Put a download into the desktop's trash, or move it to a folder, under a name that is free there.

    Raises `ExportError` if that cannot be, or if another file has taken its name since it was imported; what is
    there then stays where it is.
    """
    if after_import != TRASH and not (after_import == MOVE and move_to):
        return
    try:
        path.lstat()
        _prove(path, imported)
        if after_import == TRASH:
            from send2trash import send2trash  # noqa: PLC0415 - most leave their downloads alone

            send2trash(path)
        else:
            _move(path, Path(move_to))
    except OSError as error:
        raise ExportError(
            _("The export is in the archive, but its download could not be put away: {reason}").format(
                reason=error.strerror or error
            ),
            place=path.name,
            advice=_("It lies where it was. Change after_import in the settings, or put it away yourself."),
        ) from error


def _prove(path: Path, imported: Imported) -> None:
    """Refuse what is not what was imported: untouched since, or else of the same bytes, which are read for that."""
    before = stamps(path)
    if before == imported.stamps:
        return
    if fingerprint(path).hex() != imported.digest or stamps(path) != before:
        raise ExportError(
            _("This is not the file that was imported; it was left."),
            place=path.name,
            advice=_("Look at it yourself."),
        )


def _move(path: Path, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    target = free_name(folder, path.name)
    try:
        path.rename(target)
    except OSError:
        _carry(path, target)


def _carry(path: Path, target: Path) -> None:
    """Move to another disk: copied, then removed. Half a copy of a file is not left there."""
    try:
        shutil.move(path, target)
    except OSError:
        if path.is_file():
            target.unlink(missing_ok=True)
        raise


def free_name(folder: Path, name: str) -> Path:
    """`name` in `folder`, or the first free one as browsers count: `name (1).zip`."""
    stem, suffix = os.path.splitext(name)  # noqa: PTH122 - the name may hold bytes that are no text
    target, number = folder / name, 0
    while os.path.lexists(target):
        number += 1
        target = folder / f"{stem} ({number}){suffix}"
    return target
