"""ChatGPT's side-cars: whose export it is, how much it holds, which files belong to it and their names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from chathold.core.identity import CONVERSATION
from chathold.providers.base import AssetName, Coverage, Manifest, Owner, Recognition, Use
from chathold.providers.values import items, mapping, masked, seconds, size, text

_DOWNLOAD = re.compile(
    r"[0-9a-f]{64}-(\d{4})-(\d\d)-(\d\d)-(\d\d)-(\d\d)-(\d\d)(?:-[0-9a-f]{32})?(?: ?\(\d+\))?(?:\.zip)?",
    re.IGNORECASE,
)
_FILE_ID = re.compile(r"file[-_][0-9A-Za-z]+")
_SHARD = re.compile(r"conversations(?:-(\d{1,4}))?\.json", re.IGNORECASE)
_PORTAL_PART = re.compile(
    r"(?:^|/)(Conversations_{1,2}[^/]*-chatgpt)-(\d{1,4})(?:-part-(\d{1,4}))?(?:\.zip)?(?=/|$)", re.IGNORECASE
)
_PATHS = ("path", "name", "filename", "file")
_LISTS = ("files", "shards", "export_files")


def accounts(value: Any) -> tuple[Owner, ...]:
    """The owners that `user.json` names: one object; in an older form, a list of them."""
    users = value if isinstance(value, list) else [value]
    owners = {
        account: Owner(account, masked(user.get("email")))
        for user in map(mapping, users)
        if (account := text(user.get("id")))
    }
    return tuple(owners.values())


def manifest(value: Any) -> Manifest:
    """What `export_manifest.json` lists, in every layout met: as strings or objects, flat or by logical file.

    Names that lead out of the export are left out.
    """
    top = mapping(value)
    logical = mapping(top.get("logical_files"))
    listed = [
        name.replace("\\", "/") for held in (top, *map(mapping, logical.values())) for name in _listed(held)
    ]
    created = next((time for name in ("created_at", "exported_at") if (time := seconds(top.get(name)))), None)
    return Manifest(created, tuple(dict.fromkeys(name for name in listed if _inside(name))))


def _listed(held: Mapping[str, Any]) -> Iterator[str]:
    """The paths in the lists of `held`, and in the shards of what these list."""
    for entry in (entry for name in _LISTS for entry in items(held.get(name))):
        shards = items(mapping(entry).get("shards"))
        yield from filter(None, map(_path, (entry, *shards)))


def _path(entry: Any) -> str:
    """The path that an entry is, or names."""
    about = mapping(entry)
    return text(entry) or next((path for name in _PATHS if (path := text(about.get(name)))), "")


def _inside(name: str) -> bool:
    """Whether a listed name stays within the export."""
    return not name.startswith("/") and name[1:2] != ":" and ".." not in name.split("/")


def asset_names(value: Any) -> tuple[AssetName, ...]:
    """The names in `conversation_asset_file_names.json` (an object) or `library_files.json` (a list)."""
    match value:
        case dict():
            return tuple(
                AssetName(asset_id(key) or key, name)
                for key, name in value.items()
                if isinstance(name, str) and name
            )
        case list():
            return tuple(named for entry in map(mapping, value) if (named := _library_file(entry)).id)
        case _:
            return ()


def _library_file(entry: Any) -> AssetName:
    return AssetName(
        text(entry.get("file_id")),
        text(entry.get("file_name")),
        mime=text(entry.get("mime_type")),
        size=size(entry.get("file_size_bytes")),
        conversation=text(entry.get("origination_thread_id")),
        message=text(entry.get("origination_message_id")),
    )


def asset_id(name: str) -> str:
    """The file id in a member's name: all before `.dat`, else the `file-…` or `file_…` it begins with."""
    base = name.rpartition("/")[2]
    if base[-4:].lower() == ".dat":
        return base[:-4]
    found = _FILE_ID.match(base)
    return found[0] if found else ""


def file_id(pointer: str) -> str:
    """The file id that a pointer means: `file-service://file-X`, `sediment://file_X#…`, or the id alone."""
    _, scheme, rest = pointer.partition("://")
    pieces = re.split("[#?]", rest if scheme else pointer)
    return next((piece for piece in pieces if piece.startswith(("file-", "file_"))), pieces[0])


def numbered(name: str) -> None:
    """Never: an export is one file, or a container that holds its parts."""
    del name


def name_time(name: str) -> float | None:
    """The export time in `<64 hex>-YYYY-MM-DD-HH-MM-SS…zip`, taken as UTC."""
    found = _DOWNLOAD.fullmatch(name.replace("\\", "/").rstrip("/").rpartition("/")[2])
    if not found:
        return None
    year, month, day, hour, minute, second = map(int, found.groups())
    try:
        return seconds(datetime(year, month, day, hour, minute, second, tzinfo=UTC).timestamp())
    except ValueError:
        return None


def coverage(names: Sequence[tuple[str, Recognition]], manifest: Manifest | None) -> Coverage:
    """Whether this download holds all conversations.

    It does with a users file and `conversations.json`, or all of its shards: numbered from 000 without a gap,
    and all that the manifest lists. It also does as a Privacy Portal container whose numbered parts have no
    gap. What else a manifest lists says nothing about conversations, so its absence does not matter here.
    """
    shards = [
        name
        for name, found in names
        if found.use is Use.RECORDS and found.kind == CONVERSATION and _shard(name)
    ]
    present = {_base(name).lower() for name in shards}
    listed = [_base(name) for name in manifest.files if _shard(name)] if manifest else []
    lacking = list(dict.fromkeys(name for name in listed if name.lower() not in present))
    parts = _portal_parts(name for name, _ in names)
    if parts:
        missing = tuple(_missing_parts(parts) + lacking)
        return Coverage(vouches=bool(shards) and not missing, seen=_part_names(parts), missing=missing)
    numbers = sorted(
        {(int(found[1]), _base(name)) for name in shards if (found := _shard(name)) and found[1]}
    )
    if len(names) > 1:
        lacking += [name for name in _gaps([number for number, _ in numbers]) if name not in lacking]
    owned = any(found.use is Use.ACCOUNTS for _, found in names)
    return Coverage(
        vouches=owned and bool(shards) and not lacking,
        seen=tuple(name for _, name in numbers),
        missing=tuple(sorted(lacking, key=_shard_number)),
    )


def _base(name: str) -> str:
    return name.rpartition("/")[2]


def _shard(name: str) -> re.Match[str] | None:
    return _SHARD.fullmatch(_base(name))


def _shard_number(name: str) -> int:
    found = _shard(name)
    return int(found[1]) if found and found[1] else -1


def _gaps(numbers: Sequence[int]) -> list[str]:
    """The shards that ought to stand before the last of `numbers` and do not."""
    here = set(numbers)
    return [
        f"conversations-{number:03d}.json" for number in range(max(numbers, default=0)) if number not in here
    ]


def _portal_parts(names: Iterable[str]) -> dict[str, dict[int, set[int]]]:
    """The inner ZIPs of a portal container: by common name, ZIP number and part number (0: undivided)."""
    parts: dict[str, dict[int, set[int]]] = {}
    for name in names:
        if found := _PORTAL_PART.search(name):
            parts.setdefault(found[1], {}).setdefault(int(found[2]), set()).add(int(found[3] or 0))
    return parts


def _part_name(common: str, number: int, part: int) -> str:
    return f"{common}-{number:04d}" + (f"-part-{part:04d}" if part else "") + ".zip"


def _part_names(parts: dict[str, dict[int, set[int]]]) -> tuple[str, ...]:
    return tuple(
        _part_name(common, number, part)
        for common in sorted(parts)
        for number in sorted(parts[common])
        for part in sorted(parts[common][number])
    )


def _missing_parts(parts: dict[str, dict[int, set[int]]]) -> list[str]:
    missing = []
    for common, numbers in sorted(parts.items()):
        for number in range(1, max(numbers) + 1):
            here = numbers.get(number)
            gaps = [0] if here is None else [part for part in range(1, max(here) + 1) if part not in here]
            missing += [_part_name(common, number, part) for part in gaps]
    return missing
