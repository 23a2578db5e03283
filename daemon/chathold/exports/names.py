"""Names of members as an export claims them, made plain. Nothing is ever extracted by such a name."""

from __future__ import annotations

import re

_DRIVE = re.compile(r"^[A-Za-z]:")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_JUNK = frozenset({".ds_store", "thumbs.db", "desktop.ini"})


def plain(name: str) -> str:
    r"""`name` with "/" between its parts; drive, root, "." and ".." are gone.

    Control characters and what could not be decoded become U+FFFD, so that a name can be printed and stored.
    """
    parts = _DRIVE.sub("", name.replace("\\", "/")).split("/")
    kept = "/".join(part for part in parts if part not in {"", ".", ".."})
    return _CONTROL.sub("\ufffd", kept) or "unnamed"


def is_junk(name: str) -> bool:
    """Whether an operating system left the member beside the user's files."""
    *folders, last = name.split("/")
    return "__MACOSX" in folders or last.startswith("._") or last.lower() in _JUNK
