"""The short ids by which people name things: hashes of what the provider calls them, the same everywhere."""

from __future__ import annotations

from hashlib import sha256

CONVERSATION = "conversation"
"""The record kind of everything that is a talk; all other kinds are documents."""

OTHER = "other"
"""The record kind of a JSON file of an export that no reader understands yet: it is kept as one record."""

UNKNOWN = "unknown"
"""The account of what nobody has claimed yet."""

SCHEMA = "chathold"
"""The `schema` of the JSON into which `export` writes."""


_LONG_ID, _ENOUGH_OF_ID = 20, 8


def shortened(account: str) -> str:
    """As much of an account's id as tells it from others, for people: "1234abcd…"."""
    return account if len(account) <= _LONG_ID else f"{account[:_ENOUGH_OF_ID]}…"


def stable_id(provider: str, kind: str, ref: str) -> str:
    """The id of a record: 16 hex digits of SHA-256 over provider, kind (of documents) and the provider's id."""
    of = f"{provider}\0{ref}" if kind == CONVERSATION else f"{provider}\0{kind}\0{ref}"
    return sha256(of.encode("utf-8", "surrogatepass")).hexdigest()[:16]
