"""Which files are pictures made of points: their first bytes say so, neither a name nor what an export claims."""

from __future__ import annotations

SNIFFED = 32
"""So many bytes of the beginning are looked at."""

_BEGINNINGS = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"BM", "image/bmp"),
)

SUFFIXES = {
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/gif": ".gif",
    "image/bmp": ".bmp",
    "image/webp": ".webp",
    "image/avif": ".avif",
}
"""How the names of such files end."""


def picture_type(beginning: bytes) -> str:
    """The type of a picture, by its first bytes (WHATWG MIME Sniffing §6.1; ISO 14496-12); "" of anything else."""
    for start, kind in _BEGINNINGS:
        if beginning.startswith(start):
            return kind
    if beginning[:4] == b"RIFF" and beginning[8:14] == b"WEBPVP":
        return "image/webp"
    if beginning[4:12] in (b"ftypavif", b"ftypavis"):
        return "image/avif"
    return ""
