"""The beginning of a JSON member as a value, wherever it is cut."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import chain, repeat
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chathold.exports import sample

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(st.characters(exclude_categories=()), max_size=20)
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=6), inner, max_size=5),
    max_leaves=30,
)
documents = st.lists(values, max_size=6) | st.dictionaries(st.text(max_size=6), values, max_size=6)


def is_beginning(part: Any, whole: Any) -> bool:
    """Whether `part` is what `whole` may look like when its text is cut."""
    match part, whole:
        case dict(), dict():
            order = list(whole)[: len(part)] == list(part)
            return order and all(is_beginning(value, whole[name]) for name, value in part.items())
        case list(), list():
            return len(part) <= len(whole) and all(map(is_beginning, part, whole))
        case _:
            return type(part) is type(whole) and bool(part == whole)


def pieces(text: bytes, size: int = 7) -> Iterator[bytes]:
    """`text` in small pieces."""
    return (text[at : at + size] for at in range(0, len(text), size))


@given(value=documents, data=st.data(), ascii_only=st.booleans(), indent=st.sampled_from([None, 1]))
def test_a_cut_document_gives_its_beginning(
    value: Any, data: st.DataObject, *, ascii_only: bool, indent: int | None
) -> None:
    """Of every value, cut anywhere, lists are beginnings and objects are subsets; whole, it is itself."""
    text = json.dumps(value, ensure_ascii=ascii_only, indent=indent).encode("utf-8", "surrogatepass")
    whole = json.loads(text.decode("utf-8", "replace"))
    cut = data.draw(st.integers(1, len(text)))
    assert sample(pieces(text)) == whole
    assert is_beginning(sample(pieces(text[:cut])), whole)
    assert is_beginning(sample(pieces(text), limit=cut), whole)


@settings(max_examples=300)
@given(st.binary(max_size=200) | st.text('[]{}",:\\u0d1e-.tfnN ', max_size=60).map(str.encode))
def test_nothing_makes_it_fail(text: bytes) -> None:
    """Whatever the bytes, there is an answer: an array, an object or none."""
    assert isinstance(sample(iter([text])), list | dict | None)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (b'\xef\xbb\xbf \r\n\t[{"id": 1}]', [{"id": 1}]),
        (b'[{"a": 1}, {"b": [2, {"c"', [{"a": 1}, {"b": [2, {}]}]),
        (b'{"a": 1, "b": tru', {"a": 1}),
        (b'{"a": 12', {}),
        (b'["\\ud83d", "\\u00e9\\n", NaN', ["\ud83d", "é\n"]),
        (b'["a\x00\n", 1e5, -0.5] trailing', ["a\x00\n", 1e5, -0.5]),
        (b'["\xed\xa0\xbd", 1]', ["\ufffd\ufffd\ufffd", 1]),
        (b"[]", []),
        (b"[", []),
        (b'[1, 2, oops, "x"]', [1, 2]),
    ],
)
def test_oddities_are_tolerated(text: bytes, value: Any) -> None:
    """Marks at the front, half characters, control characters, NaN and what follows the end do no harm."""
    assert sample(iter([text])) == value


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b" ",
        b"null",
        b"12",
        b'"text"',
        b"<html>",
        b"[link](http://x)",
        b"{\\rtf1",
        b"{ foo: 1 }",
        b"\x89PNG",
        b"[}",
    ],
)
def test_what_is_no_array_or_object_is_none(text: bytes) -> None:
    """Other texts that begin with a bracket are not taken for JSON."""
    assert sample(iter([text])) is None


def test_a_huge_string_leaves_what_stands_before_it() -> None:
    """A record whose text never seems to end still shows its names, and no more than it needs is read."""
    taken = 0

    def endless() -> Iterator[bytes]:
        nonlocal taken
        for chunk in chain([b'[{"id": "1", "mapping": {"n": {"text": "'], repeat(b"x" * 65536)):
            taken += len(chunk)
            yield chunk

    assert sample(endless()) == [{"id": "1", "mapping": {"n": {}}}]
    assert taken < 200_000


def test_it_looks_further_if_nothing_was_whole() -> None:
    """A first value longer than the limit is waited for, up to 1 MiB."""
    text = b'[{"summary": "' + b"x" * 300_000 + b'", "id": 1}]'
    assert list(sample(pieces(text, 50_000))[0]) == ["summary", "id"]
    assert sample(chain([b'[{"summary": "'], repeat(b"x" * 65536))) == [{}]
    assert sample(repeat(b" " * 65536)) is None


def test_absurd_depth_is_cut_off() -> None:
    """Below 64 levels nothing is looked at, however deep or whole it is."""
    for text in (b"[" * 200_000, b"[" * 70 + b"]" * 70, b'{"a":' * 5000 + b"1" + b"}" * 5000):
        value, depth = sample(iter([text])), 0
        while value:
            value, depth = (value["a"] if isinstance(value, dict) else value[0]), depth + 1
        assert depth in (63, 64)


def test_numbers_of_absurd_length_are_tolerated() -> None:
    """Python refuses integers of thousands of digits; here they are merely large."""
    assert sample(iter([b"[" + b"9" * 5000 + b", 1]"])) == [float("inf"), 1]


def test_what_reading_raises_is_not_hidden() -> None:
    """A damaged member is told as such, not taken for something else."""

    def broken() -> Iterator[bytes]:
        yield b"[1"
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        sample(broken())
