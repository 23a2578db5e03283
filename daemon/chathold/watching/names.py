"""What names tell: what may be an export, what is still being downloaded, and which file that will be.

| written by | while it loads |
|---|---|
| Chrome, Edge, Brave | `Unconfirmed 123456.crdownload`, or `name.zip.crdownload` |
| Firefox | an empty `name.zip`, and `name.zip.part` or `na.8ehYa1rz.zip.part` (eight characters after some dot) |
| Opera | `name.zip.opdownload` |
| Safari | a folder `name.zip.download` |
| aria2, axel | `name.zip` at its full size, with a control file `name.zip.aria2`, `name.zip.st` |
| torrent programs, SFTP, others | `.!ut`, `.!qB`, `.filepart`, `.partial`, `.tmp`, `.temp` |

A temporary name means "not yet", never "never".
"""

from __future__ import annotations

import re
import unicodedata

from chathold.exports.names import is_junk
from chathold.watching.downloads import Kind

KEEP_SUFFIX = ".crdownload"
CONTROL_SUFFIXES = (".aria2", ".st")

_EXPORTS = (".zip", ".json")
_TEMPORARY = (
    ".crdownload",
    ".part",
    ".partial",
    ".download",
    ".opdownload",
    ".tmp",
    ".temp",
    ".filepart",
    ".aria2",
    ".!ut",
    ".!qb",
)
_HIDDEN = (".", "~$", "~syncthing~")
_NAMELESS = re.compile(r"unconfirmed \d+", re.IGNORECASE)
_INFIX = re.compile(r"[A-Za-z0-9_+-]{8}")


def kind_of(name: str, *, is_folder: bool) -> Kind | None:
    """What something called `name` is to us; nothing, for most."""
    if name.startswith(_HIDDEN) or is_junk(name) or name == "__MACOSX":
        return None
    lower = name.lower()
    if lower.endswith(_TEMPORARY) or (lower.endswith(CONTROL_SUFFIXES) and promises(name)):
        return Kind.UNDER_WAY
    if is_folder:
        return Kind.FOLDER
    return Kind.FILE if lower.endswith(_EXPORTS) else None


def is_json(name: str) -> bool:
    """Whether a member of a folder may be a file of records."""
    return name.lower().endswith(".json") and not name.startswith(_HIDDEN)


def promises(temporary: str) -> bool:
    """Whether what is loading under this name may become an export."""
    stem = temporary.rpartition(".")[0].lower()
    return stem.endswith(_EXPORTS) or _NAMELESS.fullmatch(stem) is not None


def becomes(temporary: str) -> set[str]:
    """The names, as `same` spells them, of the files that a temporary file may become."""
    stem, _dot, suffix = temporary.rpartition(".")
    possible = {stem}
    if suffix.lower() == "part":
        parts = stem.split(".")
        possible |= {
            ".".join(parts[:at] + parts[at + 1 :])
            for at in range(1, len(parts))
            if _INFIX.fullmatch(parts[at])
        }
    return {same(name) for name in possible}


def known_as(name: str) -> tuple[str, str]:
    """What `becomes` may call a file: by its name, or by its name without the suffix."""
    return same(name), same(name.rpartition(".")[0])


def same(name: str) -> str:
    """One spelling for names that a person, or some file system, holds for the same."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
