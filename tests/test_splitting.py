"""A stream of JSON is cut into the records that are in it, whatever they hold and however it comes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chathold.core import canonical
from chathold.core.errors import ExportError, Incomplete
from chathold.core.problem import Problem
from chathold.exports import elements, splitting
from chathold.exports.splitting import BEGINNING, Known, Piece, Splitter, beginning

MB = 1 << 20
BOM = b"\xef\xbb\xbf"
WRAPPED = "conversations"

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=12)
    | st.sampled_from(['"', "\\", '},{"mapping":', "]", "[{", "\\u0022", "😂", "\x00"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["id", "mapping", "m", "}", '"', "a,b"]), inner, max_size=4)
    ),
    max_leaves=10,
)
SPACE = st.text(alphabet=" \t\r\n", max_size=3)
DEEP = b'{"id":"deep","m":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
REFUSED = {
    "half a character": b'{"id":"bad","mapping":{"m":"\\ud83d"}}',
    "no number": b'{"id":"bad","mapping":{"m":NaN}}',
    "infinite": b'{"id":"bad","mapping":[-Infinity]}',
    "deep": DEEP,
    "no UTF-8": b'{"id":"bad","mapping":{"m":"\xff\xfe"}}',
    "CESU-8": b'{"id":"bad","mapping":{"m":"\xed\xa0\xbd\xed\xb8\x82"}}',
    "a control character": b'{"id":"bad","mapping":{"m":"a\x01\nb"}}',
    "an unknown escape": b'{"id":"bad","mapping":{"m":"\\x41"}}',
    "a word": b"undefined",
    "a number with a plus": b"+1",
    "a single quote": b"{'id':'bad'}",
}


@dataclass
class Cut:
    """What came out of a splitter: pieces, the error that ended it, and what was odd."""

    pieces: list[bytes | int] = field(default_factory=list)
    error: ExportError | None = None
    problems: list[Problem] = field(default_factory=list)


def chunks(data: bytes, size: int) -> Iterator[bytes]:
    """`data` in pieces of `size`."""
    return (data[at : at + size] for at in range(0, len(data), size))


def cut(
    data: bytes, *, size: int = MB, array: str = "", known: Known | None = None, batches: bool = False
) -> Cut:
    """Everything the splitter makes of `data`: bytes, or the number of a known record."""
    splitter = Splitter(
        chunks(data, size), known or Known(), array=array, in_rows=lambda: batches, place="member"
    )
    result = Cut()
    try:
        for piece in pieces(splitter):
            if piece.known is None:
                assert piece.hash in (b"", sha256(piece.raw).digest())
                result.pieces.append(piece.raw)
            else:
                assert piece.raw == b""
                result.pieces.append(piece.known)
    except ExportError as error:
        result.error = error
    result.problems = splitter.problems
    return result


def pieces(splitter: Splitter) -> Iterator[Piece]:
    """The pieces of a splitter, those in batches one by one."""
    for each in splitter:
        if isinstance(each, Piece):
            yield each
        else:
            found = each.records()
            assert len(found) == len(each.values)
            yield from map(Piece, found)


def knowing(*records: bytes) -> Known:
    """An archive's knowledge of these records, numbered from 0."""
    known = [(record, sha256(record).digest(), number) for number, record in enumerate(records)]
    return Known(
        {beginning(record): (len(record), digest, number) for record, digest, number in known},
        {digest: number for _record, digest, number in known},
    )


@dataclass(frozen=True)
class Written:
    """A member as somebody may have written it, and the slices of it that are records."""

    data: bytes
    array: str
    records: list[bytes]


@st.composite
def members(draw: st.DrawFn) -> Written:
    """Arrays of arbitrary values with any space around them, wrapped or not, with or without a BOM."""
    values = draw(st.lists(JSON, max_size=6))
    ascii_only = draw(st.booleans())
    records = [
        json.dumps(value, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass") for value in values
    ]
    spaces = [draw(SPACE).encode() for _ in range(2 * len(records) + 3)]
    parts = [spaces.pop() + record + spaces.pop() for record in records]
    array = b"[" + b",".join(parts) + (spaces.pop() if not parts else b"") + b"]"
    wrapped = draw(st.booleans())
    if wrapped:
        before = draw(st.sampled_from([b"", b'"version":1,', b'"a":{"conversations":[0]} , ']))
        array = b"{" + before + b'"conversations" :' + array + draw(st.sampled_from([b"", b" "])) + b"}"
    data = draw(st.sampled_from([b"", BOM])) + spaces.pop() + array + spaces.pop()
    return Written(data, WRAPPED if wrapped else "", records)


@settings(max_examples=100, deadline=None)
@given(members(), st.integers(1, 60) | st.just(MB))
def test_pieces_are_the_slices_of_the_array(member: Written, size: int) -> None:
    """Every element comes out as the bytes it has in the file, in order, however the bytes arrive."""
    found = cut(member.data, size=size, array=member.array)

    assert (found.pieces, found.error) == (member.records, None)


@settings(max_examples=100, deadline=None)
@given(st.lists(JSON, max_size=5), st.integers(0, 80), st.integers(1, 40))
def test_a_cut_array_gives_what_was_whole(values: list[Any], lost: int, size: int) -> None:
    """A list that ends in the middle gives its whole records, then says that it is incomplete."""
    records = [json.dumps(value).encode() for value in values]
    data = b"[" + b",".join(records) + b"]"
    data = data[: max(1, len(data) - 1 - lost)]
    found = cut(data, size=size)

    assert isinstance(found.error, Incomplete)
    assert found.pieces == records[: len(found.pieces)]
    ends = [1 + len(b",".join(records[: number + 1])) for number in range(len(records))]
    whole = sum(
        end < len(data) or (end == len(data) and records[n][-1:] in b'}]"') for n, end in enumerate(ends)
    )
    assert len(found.pieces) == whole


@pytest.mark.parametrize("data", [b"[", b"[ ", b'[{"a":1}', b'[{"a":1},', b'[{"a":1}, ', b'[{"a":"', b"[1"])
def test_every_kind_of_cut_is_told(data: bytes) -> None:
    """Wherever a list ends too soon, that is an expected error with a way out."""
    found = cut(data)

    assert isinstance(found.error, Incomplete)
    assert "--rescue" in found.error.advice


@pytest.mark.spread(4)
@pytest.mark.parametrize("size", [1, 7, MB])
@pytest.mark.parametrize("place", [0, 1, 2, 3])
@pytest.mark.parametrize("kind", list(REFUSED))
def test_what_no_parser_takes_is_cut_right(kind: str, place: int, size: int) -> None:
    """Content that a strict parser refuses is one piece as it stands, and so is each of its neighbours."""
    if kind == "deep" and size < MB:
        size = 1000
    records = [b'{"id":"%d","mapping":{"m":{"x":[%d]}}}' % (number, number) for number in range(3)]
    records.insert(place, REFUSED[kind])
    found = cut(b"[" + b" ,\n".join(records) + b"]", size=size)

    assert (found.pieces, found.error) == (records, None)


@pytest.mark.parametrize(
    ("data", "pieces", "told"),
    [
        (b'[{"a":1}{"b":2}]', [b'{"a":1}', b'{"b":2}'], False),
        (b'[{"a":1},,{"b":2}]', [b'{"a":1}', b'{"b":2}'], True),
        (b'[{"a":1}:{"b":2}]', [b'{"a":1}', b'{"b":2}'], True),
        (b'[{"a":1},]', [b'{"a":1}'], False),
        (b'[,{"a":1}]', [b'{"a":1}'], False),
        (b'[x{"a":1}]', [b"x", b'{"a":1}'], False),
        (b'[{"a":1} x y {"b":2}]', [b'{"a":1}', b"x", b"y", b'{"b":2}'], False),
        (b'["a" "b"1[2]]', [b'"a"', b'"b"', b"1", b"[2]"], False),
        (b'[{"a":1}]]', [b'{"a":1}'], True),
        (b'[{"a":1}] and more [{"b":2}]', [b'{"a":1}'], True),
        (b'[{"a":1}]\n\x00\x00\x00', [b'{"a":1}'], False),
    ],
)
@pytest.mark.parametrize("size", [1, MB])
def test_bad_punctuation_sinks_no_record(size: int, data: bytes, pieces: list[bytes], *, told: bool) -> None:
    """Commas missing or too many, words between records, things after the end: the records come out whole."""
    found = cut(data, size=size)

    assert (found.pieces, found.error) == (pieces, None)
    assert bool(found.problems) == told


@pytest.mark.parametrize(
    "data", [b"", b" ", b'"text"', b"12", b"{}", b'{"other":[1]}', b'{"conversations":{}}', b"<html>", b"]"]
)
def test_what_is_no_list_is_refused(data: bytes) -> None:
    """A member without a list of records is an expected error, never an empty import."""
    assert isinstance(cut(data, array=WRAPPED).error, ExportError)


@pytest.mark.parametrize("size", [1, 7, MB])
@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b'{"conversations":[1,2]}', []),
        (b'{"version":2,"conversations":[1,2],"by":"me","more":[ ],"none":{}}', [splitting.BESIDE_THE_LIST]),
        (b'{"x":{"conversations":[0]},"conversations":[1,2]}', [splitting.MORE_BESIDE]),
        (b'{"conversations":[1,2],"v":1,"y":[3]}', [splitting.BESIDE_THE_LIST, splitting.MORE_BESIDE]),
        (b'{"conversations":[1,2],"y":[3]} [4]', [splitting.MORE_BESIDE, splitting.AFTER_THE_END]),
        (b'{"conversations":[1,2],3}', [splitting.AFTER_THE_END]),
        (b'{"conversations":[1,2]', []),
    ],
)
def test_what_stands_beside_a_wrapped_list_is_told(data: bytes, told: list[str], size: int) -> None:
    """An object that holds more than the list gives its records, and a problem for the rest: it may be records."""
    found = cut(data, array=WRAPPED, size=size)

    assert found.pieces == [b"1", b"2"]
    assert found.problems == [Problem("member", what) for what in told]


# What is known.


def long(name: str, text: str = "") -> bytes:
    """A record longer than what tells a beginning; all of them begin alike."""
    return json.dumps({"title": "t" * BEGINNING, "id": name, "mapping": {"m": text}}).encode()


@settings(max_examples=60, deadline=None)
@given(
    st.lists(JSON, min_size=1, max_size=6),
    st.sets(st.integers(0, 5)),
    st.integers(1, 90) | st.just(MB),
    st.sampled_from([b",", b" , "]),
)
def test_what_is_known_is_recognised(values: list[Any], had: set[int], size: int, comma: bytes) -> None:
    """A record that the archive has is given by its number and nothing else; any other by its bytes."""
    records = [json.dumps([number, value]).encode() for number, value in enumerate(values)]
    known = knowing(*(record for number, record in enumerate(records) if number in had))
    found = cut(b"[" + comma.join(records) + b" ]", size=size, known=known)

    assert found.pieces == [known.hashes.get(sha256(record).digest(), record) for record in records]


@pytest.mark.parametrize("size", [1, 50, MB])
@pytest.mark.parametrize(
    "other",
    [
        long("b"),
        long("a", "more"),
        long("a", "x" * 300),
        long("a")[:-1] + b" }",
        long("a")[:-2] + b',"z":1}}',
    ],
    ids=["another id", "longer", "much longer", "a space more", "the same and more"],
)
def test_an_equal_beginning_proves_nothing(other: bytes, size: int) -> None:
    """Records that begin like a known one but differ behind, in length or not, are never taken for it."""
    known = knowing(long("a"))
    assert beginning(other) == beginning(long("a"))
    found = cut(b"[" + b",".join([other, long("a"), other]) + b"]", size=size, known=known)

    assert found.pieces == [other, 0, other]


def test_a_known_record_of_which_only_the_beginning_is_there_is_cut() -> None:
    """A stream that ends inside a known record is incomplete, whatever the archive has."""
    found = cut(b"[" + long("a")[:-5], known=knowing(long("a")))

    assert (found.pieces, type(found.error)) == ([], Incomplete)


def test_a_known_number_is_not_the_beginning_of_another() -> None:
    """A known short element is not found at the beginning of a longer one."""
    assert cut(b"[12,1,1234]", known=knowing(b"12", b"1")).pieces == [0, 1, b"1234"]


@pytest.mark.parametrize("kind", list(REFUSED))
def test_batches_hold_the_same_records(kind: str) -> None:
    """In batches, too, what a strict parser refuses is cut right, and so is everything around it."""
    records = [record(number, '"%s"' % ("y" * 900)) for number in range(2500)]
    records.insert(2000, REFUSED[kind])
    found = cut(listed(records), batches=True)

    assert (found.pieces, found.error) == (records, None)


def test_a_batch_is_given_where_much_is_not_known() -> None:
    """A long row of records that are not known comes as values, with the number of their quotation marks and bytes."""
    records = [record(number, '"%s"' % ("y" * 900)) for number in range(8000)]
    batches = 0
    found = []
    for each in Splitter(iter([listed(records)]), Known(), in_rows=lambda: True):
        if isinstance(each, Piece):
            found.append(each.raw)
            continue
        raw = each.records()
        found += raw
        batches += 1
        assert each.values == [json.loads(one) for one in raw]
        assert each.marks == sum(one.count(b'"') for one in raw)

    assert batches
    assert found == records


# Work is counted, not timed: bytes handed to the parser, and brackets and strings counted by hand.


@dataclass
class Work:
    """How much was done."""

    parsed: int = 0
    counted: int = 0
    hashed: int = 0
    largest: int = 0


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Work:
    """Counts what the splitter does."""
    done = Work()

    class Parser:
        def __init__(self, real: Any) -> None:
            self._real = real

        def decode(self, data: bytes) -> Any:
            done.parsed += len(data)
            return self._real.decode(data)

    class Tokens:
        def finditer(self, buffer: bytes, start: int) -> Iterator[Any]:
            done.largest = max(done.largest, len(buffer))
            for token in TOKEN.finditer(buffer, start):
                done.counted += token.end() - token.start()
                yield token

    def hashed(data: Any) -> Any:
        done.hashed += len(data)
        return sha256(data)

    monkeypatch.setattr(splitting, "_records", Parser(splitting._records))
    monkeypatch.setattr(canonical, "_array", Parser(canonical._array))
    monkeypatch.setattr(splitting, "_members", Parser(splitting._members))
    monkeypatch.setattr(elements, "_TOKEN", Tokens())
    monkeypatch.setattr(splitting, "sha256", hashed)
    return done


TOKEN = elements._TOKEN


def record(number: int, text: str = "x") -> bytes:
    """A small conversation."""
    return b'{"id":"%d","title":"t","mapping":{"a":{"message":{"parts":[%s]}}}}' % (number, text.encode())


def listed(records: list[bytes]) -> bytes:
    """The records as a list."""
    return b"[" + b",".join(records) + b"]"


BAD = '"\\ud83d"'
SIZES = 20_000
STREAMS: dict[str, Callable[[], bytes]] = {
    "small records": lambda: listed([record(number, '"hi"') for number in range(SIZES)]),
    "tiny elements": lambda: listed([b"1"] * SIZES),
    "half a character in each": lambda: listed([record(number, BAD) for number in range(SIZES)]),
    "half a character in every hundredth": lambda: listed(
        [record(number, "1" if number % 100 else BAD) for number in range(SIZES)]
    ),
    "half a character in every three thousandth": lambda: listed(
        [record(number, "1" if number % 3_000 else BAD) for number in range(1, SIZES)]
    ),
    "one long string": lambda: listed([record(1, '"' + "x" * 10_000_000 + '"'), record(2, "1")]),
    "one long record": lambda: listed(
        [record(1, ",".join(['{"a":[1,{"b":"c"}]}'] * 100_000)), record(2, "1")]
    ),
    "one long number": lambda: listed([record(1), b"1" * 3_000_000, record(2, "1")]),
    "the marker again and again": lambda: listed(
        [record(1, ",".join(['"mapping"'] * 200_000)), record(2, "1")]
    ),
    "depth": lambda: listed([record(1, "1"), DEEP, record(2, "1")] * 3),
    "no record first": lambda: listed([b"null", *(record(number, "1") for number in range(SIZES))]),
    "another shape first": lambda: listed([b'{"x":1}', *(record(number, "1") for number in range(SIZES))]),
}


@pytest.mark.spread(5)
@pytest.mark.parametrize("batches", [False, True], ids=["one by one", "in batches"])
@pytest.mark.parametrize("stream", list(STREAMS))
def test_no_byte_is_read_again_and_again(stream: str, work: Work, *, batches: bool) -> None:
    """Work grows with the length of the stream, not with its square, whatever is in it."""
    data = STREAMS[stream]()
    found = cut(data, size=MB // 2, batches=batches)

    assert found.error is None
    assert b"[" + b",".join(piece for piece in found.pieces if isinstance(piece, bytes)) + b"]" == data
    parsed, counted = 60, 4
    assert work.parsed <= parsed * len(data) + MB
    assert work.counted <= counted * len(data) + MB
    assert work.hashed == 0


def test_beginnings_that_mislead_do_so_once(work: Work) -> None:
    """A long known record is not hashed anew for every record that begins like it."""
    big = long("a", "x" * 3_000_000)
    others = [long(str(number), "1") for number in range(40_000)]
    found = cut(listed(others), known=knowing(big))

    assert found.pieces == others
    assert work.hashed <= 2 * len(big) + 2 * sum(map(len, others))


@pytest.mark.spread(4)
@pytest.mark.parametrize("first", [b"null", b'{"x":"no conversation"}', b'"text"', b"{}"])
def test_the_buffer_stays_small(first: bytes, work: Work) -> None:
    """However long the list and whatever stands first in it, no more than a few megabytes are held."""
    splitter = Splitter(_stream(first, 30), Known())
    largest = 0
    for _piece in splitter:
        largest = max(largest, len(splitter._window.held))

    assert largest <= 20 * MB
    assert work.largest <= 20 * MB


def _stream(first: bytes, megabytes: int) -> Iterator[bytes]:
    """A list of small records, so many megabytes long, made while it is read."""
    yield b"[" + first
    block = b"".join(b"," + record(number, '"%s"' % ("y" * 500)) for number in range(1800))
    for _ in range(megabytes):
        yield block
    yield b"]"


_MEASURED = """
import resource, sys
sys.path[:0] = sys.argv[3:]
import test_splitting as t
from chathold.exports.splitting import Known, Splitter
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
count = sum(1 for _ in Splitter(t._stream(sys.argv[1].encode(), int(sys.argv[2])), Known()))
print(count, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="memory is measured with getrusage")
@pytest.mark.parametrize("first", ["null", '{"id":"1","mapping":{"m":"\\\\ud83d"}}', '{"x":1}'])
def test_memory_is_bounded(first: str) -> None:
    """A list of 200 MB is cut within a few tens of megabytes, in a process of its own."""
    root = Path(__file__).parents[1]
    paths = [os.fspath(root / "tests"), os.fspath(root / "daemon")]
    done = subprocess.run(
        [sys.executable, "-c", _MEASURED, first, "200", *paths], capture_output=True, check=True, text=True
    )
    count, used = map(int, done.stdout.split())

    assert count == 1 + 200 * 1800
    assert used <= 100
