"""What is kept of something forgotten, so that no import brings it back."""

from __future__ import annotations

from hashlib import sha256

ASSET = "asset"
"""The kind under which files are forgotten, by the provider's id."""


def tombstone(provider: str, kind: str, ref: str) -> bytes:
    """A hash that recognises what was forgotten and says nothing else."""
    return sha256(f"{provider}\0{kind}\0{ref}".encode("utf-8", "surrogatepass")).digest()
