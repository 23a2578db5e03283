"""The user's files as exports held them: under which name, by which id, and what side-cars say of them."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from chathold.archive.naming import accounts_named
from chathold.archive.store import Archive
from chathold.archive.summary import Filters
from chathold.core.identity import UNKNOWN
from chathold.providers.base import AssetName


class KeptFile(Struct, frozen=True):
    """A file: the member's name, the provider's id, the hash of the bytes; whether an export of the account had it."""

    member: str
    ref: str
    hash: str
    its_own: bool


class HeldFile(Struct, frozen=True):
    """A file's bytes by their hash, and where they stood: whose export it was, the member, the provider's id for it."""

    provider: str
    account: str
    member: str
    ref: str
    hash: str
    size: int


def held_files(archive: Archive, filters: Filters) -> list[HeldFile]:
    """All files of the accounts that pass, each hash once: where it stood in an export of a known account, if any."""
    query = (
        "SELECT provider, account, asset_member.name, ref, asset.hash, asset.size FROM asset_member"
        " JOIN file ON file.id = asset_member.file JOIN file_state ON file_state.file = file.id"
        " JOIN asset ON asset.hash = asset_member.asset"
        " ORDER BY account = ?, provider, account, ref = '', asset_member.name"
    )
    found: dict[bytes, HeldFile] = {}
    named = accounts_named(archive.database, filters.provider, filters.account)
    for provider, account, member, ref, digest, size in archive.database.execute(query, (UNKNOWN,)):
        passes = (provider, account) in named or (filters.provider in ("", provider) and not filters.account)
        if passes and digest not in found:
            found[digest] = HeldFile(provider, account, member, ref, digest.hex(), size)
    return sorted(found.values(), key=lambda each: (each.provider, each.account, each.member, each.hash))


def kept_files(archive: Archive, provider: str, account: str) -> list[KeptFile]:
    """All files in exports of a provider, each name and id once; `its_own` if one of this account's held it."""
    query = (
        "SELECT asset_member.name, ref, min(asset), max(account = ?) FROM asset_member"
        " JOIN file ON file.id = asset_member.file JOIN file_state ON file_state.file = file.id"
        " WHERE provider = ? GROUP BY ref, asset_member.name ORDER BY ref, asset_member.name"
    )
    rows = archive.database.execute(query, (account, provider))
    return [KeptFile(name, ref, asset.hex(), bool(its_own)) for name, ref, asset, its_own in rows]


def member_of(archive: Archive, provider: str, ref: str, digest: str) -> str:
    """The member's name under which an export held these bytes as the file of this id; "" if none did."""
    query = (
        "SELECT min(asset_member.name) FROM asset_member JOIN file ON file.id = asset_member.file"
        " JOIN file_state ON file_state.file = file.id WHERE ref = ? AND provider = ? AND asset = ?"
    )
    (name,) = archive.database.execute(query, (ref, provider, bytes.fromhex(digest))).fetchone()
    return name or ""


def names_of_files(archive: Archive, provider: str) -> Iterator[AssetName]:
    """What side-cars of a provider's exports say of files, each saying once."""
    query = (
        "SELECT DISTINCT ref, name, mime, asset_name.size, conversation, message FROM asset_name"
        " JOIN file ON file.id = asset_name.file JOIN file_state ON file_state.file = file.id"
        " WHERE provider = ? ORDER BY ref, name, message"
    )
    for ref, name, mime, size, conversation, message in archive.database.execute(query, (provider,)):
        yield AssetName(ref, name, mime or "", size, conversation or "", message or "")
