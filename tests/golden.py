"""Golden exports: what a provider makes of every member and record of a case, as plain JSON.

A case is a folder `tests/exports/<provider>/<case>/` with the members of one export under `export/` and what
the provider must make of them in `expected.json`.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from chathold.providers.base import Provider, Recognition, Use

CASES = Path(__file__).parent / "exports"


def cases(provider: str) -> list[Path]:
    """The case folders of one provider, by name."""
    return sorted(path for path in (CASES / provider).iterdir() if path.is_dir())


def members(case: Path) -> Iterator[tuple[str, Any]]:
    """Every member of a case: its name, and its JSON (None where it is none)."""
    root = case / "export"
    for path in sorted(root.rglob("*")):
        if path.is_file():
            value = json.loads(path.read_text(encoding="utf-8-sig")) if path.suffix == ".json" else None
            yield path.relative_to(root).as_posix(), value


def plain(value: Any) -> Any:
    """A record of the model as JSON: empty fields left out, enums by value."""
    if isinstance(value, msgspec.Struct):
        return _said(value, {each.name: each.default for each in msgspec.structs.fields(value)})
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return _said(value, {each.name: each.default for each in dataclasses.fields(value)})
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


def _said(value: object, defaults: dict[str, Any]) -> dict[str, Any]:
    """The fields of a record that say more than nothing, and something else than by default."""
    fields = {name: plain(getattr(value, name)) for name in defaults}
    return {
        name: item
        for name, item in fields.items()
        if item not in ("", None, [], {}) and item != defaults[name]
    }


def reading(provider: Provider, name: str, value: Any, found: Recognition) -> Any:
    """What the provider reads in one recognised member."""
    match found.use:
        case Use.RECORDS:
            records = value[found.array] if found.array else value
            return [plain(provider.read(found.kind, record)) for record in records]
        case Use.RECORD:
            return plain(provider.read(found.kind, value))
        case Use.ACCOUNTS:
            return plain(provider.accounts(value))
        case Use.MANIFEST:
            return plain(provider.manifest(value))
        case Use.ASSET_NAMES:
            return plain(provider.asset_names(value))
        case Use.ASSET:
            return provider.asset_id(name)
        case Use.IGNORED:
            return None


def recorded(provider: Provider, case: Path) -> dict[str, Any]:
    """The whole of what a provider makes of a case, by member."""
    result: dict[str, Any] = {}
    for name, value in members(case):
        found = provider.recognise(name, value)
        if found is None:
            result[name] = {"use": None}
            continue
        result[name] = {"use": found.use.name, "kind": found.kind, "evidence": found.evidence}
        content = reading(provider, name, value, found)
        if content is not None:
            result[name]["content"] = content
    return result
