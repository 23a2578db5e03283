"""Foreign JSON that may be nested more deeply than it can be written again."""

from __future__ import annotations

from typing import Any

import orjson

DEEPEST = 200
"""What lies below so many levels is left out where a value is shown; the record's bytes hold it."""

LEFT_OUT = "…"


def shallow(value: Any) -> Any:
    """`value`, with what lies too deep in it replaced by an ellipsis. Quick for what is not deep."""
    try:
        orjson.dumps(value)  # refuses more than 254 levels, and a few numbers
    except TypeError:
        return _cut(value, DEEPEST)
    return value


def _cut(value: Any, left: int) -> Any:
    if not isinstance(value, dict | list) or not value:
        return value
    if not left:
        return LEFT_OUT
    if isinstance(value, list):
        return [_cut(each, left - 1) for each in value]
    return {name: _cut(each, left - 1) for name, each in value.items()}
