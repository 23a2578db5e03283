"""Which provider a download is from, by its content, and what each member is to that provider."""

from __future__ import annotations

import itertools
import re
from collections.abc import Generator, Iterable
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from chathold.core.errors import ChatholdError, ExportError, NotAnExport
from chathold.core.identity import CONVERSATION, OTHER, SCHEMA
from chathold.core.texts import N_, _
from chathold.exports import SAMPLE, Export, Member, not_an_export_advice, open_export, sample
from chathold.providers import PROVIDERS
from chathold.providers.base import Provider, Recognition, Use

_OUR_OWN = N_(
    "Chathold itself has written this, from chats that are in an archive. To bring an archive to this computer, "
    "open a copy of it with “chathold restore”."
)


class Claimed(Struct, frozen=True):
    """A download with the one provider that claims it, and what its members are."""

    provider: Provider
    members: tuple[tuple[Member, Recognition], ...]

    @property
    def lacks_chats(self) -> bool:
        """Whether no list of chats is in it, though it is no part of an export: another member may hold them."""
        if any(found.use is Use.MANIFEST or found.of_chats for _member, found in self.members):
            return False
        covers = self.provider.coverage([(member.name, found) for member, found in self.members], None)
        return not (covers.part_of or covers.seen or covers.missing)


def claim(export: Export) -> Claimed:
    """Find the provider. Raises `NotAnExport` if none claims the download, `ExportError` if two do."""
    looks = [_look(member) for member in export.members]
    claims: list[tuple[Provider, list[Recognition | None]]] = []
    for number, provider in enumerate(PROVIDERS):
        found = [look.found[number] for look in looks]
        if any(each and each.evidence for each in found):
            claims.append((provider, found))
    if not claims:
        raise NotAnExport(
            _("This is no export that Chathold can read."),
            place=export.path.name,
            advice=_(_OUR_OWN)
            if any(_is_our_own(look.value) for look in looks)
            else not_an_export_advice(export),
        )
    if len(claims) > 1:
        raise ExportError(
            _("Two services claim this file: {services}.").format(
                services=", ".join(provider.TITLE for provider, _found in claims)
            ),
            place=export.path.name,
            advice=_("Put each service's export into a file or folder of its own."),
        )
    provider, recognised = claims[0]
    claimed = Claimed(
        provider,
        tuple(
            (member, each or _unrecognised(member.name, look.value))
            for member, look, each in zip(export.members, looks, recognised, strict=True)
        ),
    )
    return _with_pages(claimed) if claimed.lacks_chats else claimed


def _with_pages(claimed: Claimed) -> Claimed:
    """The claim with pages to look at kept, too: where there is no list of chats, they are all there is of them."""
    return replace(
        claimed,
        members=tuple(
            (member, Recognition(Use.ASSET))
            if found.use is Use.IGNORED and _is_page(member)
            else (member, found)
            for member, found in claimed.members
        ),
    )


def _is_page(member: Member) -> bool:
    return member.name.lower().endswith(".html")


def account_of(given: str, provider: Provider, place: str) -> str:
    """The account that the user named for a file, without the service; raises `ExportError` if that is another's."""
    service, slash, account = given.partition("/")
    if not slash or service not in {each.NAME for each in PROVIDERS}:
        return given
    if service != provider.NAME:
        raise ExportError(
            _("This is an export of {service}, and no account of another service can be its owner.").format(
                service=provider.TITLE
            ),
            place=place,
            advice=_(
                "Name an account of {service}, or none: most exports say themselves whose they are."
            ).format(service=provider.TITLE),
        )
    return account


def may_be_export(path: Path) -> bool:
    """Whether a file may be an export: one of its JSON members says so. Of others only the directory is read.

    Raises `ExportError` for what looks like a ZIP or JSON file and cannot be read.
    """
    with open_export(path, holds_exports) as export:
        loose = len(export.members) == 1
        return any(
            found and found.evidence
            for member in export.members
            if loose or member.name.lower().endswith(".json")
            for found in _look(member).found
        )


_SERVICES = re.compile("chatgpt|openai|claude|anthropic|deepseek|conversations", re.IGNORECASE)


def promises_export(name: str) -> bool:
    """Whether a download's name promises an export: then its owner wants to know why it cannot be read."""
    return bool(_SERVICES.search(name)) or any(each.name_time(name) is not None for each in PROVIDERS)


def _recognised(provider: Provider, name: str, value: Any) -> Recognition | None:
    """What a member is; a file of the user's stays one, whatever it holds (it may be another export)."""
    if provider.asset_id(name):
        return Recognition(Use.ASSET)
    return None if _is_our_own(value) else provider.recognise(name, value)


def _is_our_own(value: Any) -> bool:
    """Whether this is what `export --format json` wrote: its shape is not unlike a service's."""
    return isinstance(value, dict) and value.get("schema") == SCHEMA


def holds_exports(name: str) -> bool:
    """Whether a ZIP of this name inside a download is part of the export, for any provider."""
    return any(provider.holds_exports(name) for provider in PROVIDERS)


_LOOKED_THROUGH = 8 << 20
"""Members up to this size are looked through before they are called empty, or nobody's."""


def _unrecognised(name: str, value: Any) -> Recognition:
    """What nobody knows is kept whole: JSON as a record of its own, anything else as a file.

    What is called as the lists of users are is personal, and no text to be searched: a file.
    """
    if value is None:
        return Recognition(Use.ASSET, kind=OTHER)
    if _PERSONAL_NAME.fullmatch(name):
        return Recognition(Use.ASSET)
    return Recognition(Use.RECORD, kind=OTHER, ids=())


_TALKS_NAME = re.compile(r"(?:.*/)?conversations(?:-\d+)?\.json", re.IGNORECASE)
_PACKED_TALKS = re.compile(r"(?:.*/)?(?:[a-z]+[-_ ])?(?:conversations?|chats?)(?:[-_ .]\w+)*", re.IGNORECASE)
_PACKED_LIST = re.compile(
    r"\.(?:jsonl|ndjson|parquet|sqlite3?|db|(?:jsonl?|tar|csv)\.\w+|tgz|7z|rar)$", re.IGNORECASE
)
_NAMED_IN_ZIP = re.compile(rb"conversations[-\w .()]{0,20}\.json", re.IGNORECASE)
_LONGEST_NAME = 40
_PERSONAL_NAME = re.compile(r"(?:.*/)?users?\.json", re.IGNORECASE)


def unread_conversations(claimed: Claimed) -> list[str]:
    """The members that hold conversations, by their names, and are nothing that a reader knows.

    A name that only sounds like it says so of what is no JSON: that may be packed, or written in another way.
    """
    named = [
        member.name
        for member, found in claimed.members
        if (found.use is Use.ASSET and _may_hold_talks(member))
        or (found.kind == OTHER and _TALKS_NAME.fullmatch(member.name))
    ]
    return [name for name in named if not claimed.provider.asset_id(name)]


def nobodys_files(claimed: Claimed) -> list[str]:
    """The files of which nothing is known, and pages to look at: without any list of chats they may hold them."""
    return [
        member.name
        for member, found in claimed.members
        if found.use is Use.ASSET and not claimed.provider.asset_id(member.name)
    ]


def _may_hold_talks(member: Member) -> bool:
    """Whether a file says of itself that it holds conversations: by its name, or by a name in it, if it is a ZIP."""
    if _PACKED_TALKS.fullmatch(member.name) or _PACKED_LIST.search(member.name):
        return True
    return member.name.lower().endswith(".zip") and _names_talks(member)


def _names_talks(member: Member) -> bool:
    """Whether the bytes of a ZIP name a list of conversations; what lies in it is not opened."""
    before = b""
    try:
        for chunk in member.chunks():
            if _NAMED_IN_ZIP.search(before + chunk):
                return True
            before = chunk[-_LONGEST_NAME:]
    except ExportError:
        pass
    return False


class _Look(Struct, frozen=True):
    """The beginning of a member's JSON, and what it is to each provider."""

    value: Any
    found: list[Recognition | None]


def _look(member: Member) -> _Look:
    """What a member is; where its beginning does not tell of conversations, and it is not large, all of it."""
    look = _looked(member, _sample(member))
    talks = any(each and each.use is Use.RECORDS and each.kind == CONVERSATION for each in look.found)
    if look.value is not None and not talks and SAMPLE < member.size <= _LOOKED_THROUGH:
        return _looked(member, _sample(member, member.size + 1))
    return look


def _looked(member: Member, value: Any) -> _Look:
    return _Look(value, [_recognised(provider, member.name, value) for provider in PROVIDERS])


def _sample(member: Member, limit: int = SAMPLE) -> Any:
    """The beginning of a member's JSON; none for what is no JSON, or cannot be read."""
    chunks = member.chunks()
    try:
        first = next(chunks, b"")
        if first.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] not in (b"[", b"{", b""):
            return None
        return sample(itertools.chain([first], chunks), limit)
    except ExportError:
        return None
    finally:
        if isinstance(chunks, Generator):
            chunks.close()


def without_cut(claimed: Claimed) -> Claimed:
    """The claim without members of which only the beginning is there, unless they are lists of records."""
    return replace(
        claimed,
        members=tuple(
            (member, found) for member, found in claimed.members if not member.cut or found.use is Use.RECORDS
        ),
    )


_TOP_NAMES = frozenset({"conversations", "user", "users", "projects", "memories"})
_INNER_FOLDERS = frozenset({"projects", "memories", "design_chats", "artifacts"})
_PORTAL = "User Online Activity/"


def is_one_export(folder: Path) -> bool:
    """Whether a folder is one export, as a browser or a person unpacked it.

    It is if one provider claims it, the members lie where exports have them (or one folder deeper), and no
    file lies beside them that no export has: a folder full of downloads is not swallowed for one of them.
    """
    try:
        with open_export(folder, holds_exports) as export:
            if any(_PORTAL in member.container for member in export.members):
                return True
            names = [member.name for member in export.members]
            top = _top(names)
            if top is None or not all(name.startswith(top) for name in names):
                return False
            claimed = claim(export)
    except ChatholdError:
        return False
    beside = (each for each in claimed.members if "/" not in each[0].name.removeprefix(top))
    return all(
        found.use is not Use.ASSET or claimed.provider.asset_id(member.name) or _is_page(member)
        for member, found in beside
    )


def _top(names: Iterable[str]) -> str | None:
    """The folder in which the members lie that every export has, with its slash; none if there are no such."""
    found = []
    for name in names:
        folder, _slash, file = name.rpartition("/")
        outer, _slash, inner = folder.rpartition("/")
        stem = file.removesuffix(".json")
        if stem != file and (stem in _TOP_NAMES or stem.startswith("conversations-")):
            found.append(folder)
        elif stem != file and inner in _INNER_FOLDERS:
            found.append(outer)
    shallowest = min(found, key=lambda folder: (folder.count("/"), folder), default=None)
    if shallowest is None or "/" in shallowest:
        return None
    return f"{shallowest}/" if shallowest else ""
