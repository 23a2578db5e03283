"""Where a JSON element ends is found wherever it stands, whatever stands behind it, however much is there yet."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chathold.exports.elements import closing, proven_end, scalar_end

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=12)
    | st.sampled_from(['"', "\\", "]}", "[{"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
    max_leaves=10,
)
NESTED = (
    st.text(max_size=12) | st.lists(JSON, max_size=4) | st.dictionaries(st.text(max_size=3), JSON, max_size=4)
)
BEFORE = st.sampled_from([b"", b"[", b'[{"a":1},', b'["x" '])
BEHIND = st.sampled_from([b",", b"]", b" , ", b"\n]", b',{"a":[', b' "b'])


@given(BEFORE, NESTED, BEHIND)
def test_both_ways_find_the_same_end(before: bytes, value: Any, behind: bytes) -> None:
    """Proven or counted, an element is as long as it was written."""
    written = json.dumps(value).encode()
    buffer = before + written + behind
    counted = closing(buffer, len(before))

    assert (counted.position, counted.depth, counted.closed) == (len(written), 0, True)
    assert proven_end(buffer, len(before)) == len(written)


@given(BEFORE, NESTED, st.data())
def test_counting_goes_on_where_the_buffer_ended(before: bytes, value: Any, data: st.DataObject) -> None:
    """Counted in two steps, an element closes in the second, where it does in one."""
    written = json.dumps(value).encode()
    there = data.draw(st.integers(0, len(written) - 1))
    first = closing(before + written[:there], len(before))
    second = closing(before + written, len(before), first.position, first.depth)

    assert not first.closed
    assert (second.position, second.closed) == (len(written), True)


@pytest.mark.parametrize(
    ("element", "behind", "length"),
    [
        (b'{"a":"b"', b"", 0),
        (b'{"a":[1,2', b"", 0),
        (b'["\\ud83d"]', b"," + b" " * 40, None),
        (b"[NaN]", b"," + b" " * 40, None),
        (b"[" * 100_000, b"]" * 100_000 + b",", None),
        (b'{"a":1}', b"", None),
        (b'{"a":1}', b" \t\r\n,", 7),
    ],
    ids=[
        "open object",
        "open list",
        "half a character",
        "no number",
        "depth",
        "nothing behind",
        "space behind",
    ],
)
def test_what_msgspec_proves(element: bytes, behind: bytes, length: int | None) -> None:
    """An open element has no length yet; none is told where msgspec refuses it or sees nothing behind it."""
    assert proven_end(element + behind, 0) == length


@pytest.mark.parametrize(
    ("buffer", "length"),
    [(b"12,", 2), (b"true]", 4), (b"1 ", 1), (b'x"y"', 1), (b"1", None), (b"-1.5e3", None)],
)
def test_a_number_or_word_ends_where_something_else_begins(buffer: bytes, length: int | None) -> None:
    """At a comma, a bracket, a quote or space; while nothing follows, it may go on."""
    assert scalar_end(buffer, 0) == length
