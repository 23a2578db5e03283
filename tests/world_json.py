"""JSON as careless services write it: keys in any order, any white space, characters escaped or not."""

from __future__ import annotations

import json
from collections.abc import Sequence
from random import Random
from typing import Any, TypeVar

from world_truth import Export

_T = TypeVar("_T")


def written(value: Any, export: Export, *words: object) -> bytes:
    """`value` as this export writes JSON. The order of keys depends on the export and `words` alone."""
    shape = export.shape
    shuffled = _shuffled(value, Random(f"{shape.seed}/{'/'.join(map(str, words))}")) if shape.seed else value
    text = json.dumps(
        shuffled,
        ensure_ascii=shape.escaped,
        indent=1 if shape.spaced else None,
        separators=None if shape.spaced else (",", ":"),
    )
    return text.encode()


def _shuffled(value: Any, rng: Random) -> Any:
    match value:
        case dict():
            keys = list(value)
            rng.shuffle(keys)
            return {key: _shuffled(value[key], rng) for key in keys}
        case list():
            return [_shuffled(item, rng) for item in value]
        case _:
            return value


def dealt(items: Sequence[_T], hands: int) -> list[list[_T]]:
    """`items` in at most `hands` runs of nearly equal length; one run, empty, if there are none."""
    size = max(1, -(-len(items) // max(1, hands)))
    return [list(items[start : start + size]) for start in range(0, len(items), size)] or [[]]
