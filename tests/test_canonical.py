"""Which byte strings say the same: the form of a record, by the fast path and by the exact one."""

from __future__ import annotations

import json
from hashlib import sha256
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chathold.core import canonical
from chathold.core.canonical import (
    Form,
    decoded,
    decoded_all,
    form,
    form_and_parsed,
    form_of,
    match_all,
    parse,
)
from chathold.providers import chatgpt

NAMES = st.sampled_from(["id", "a", "b", "mapping", 'mark"', "é", "", "\u2028"]) | st.text(max_size=4)
CHARACTERS = st.characters(exclude_categories=["Cs"])
NUMBERS = st.sampled_from(
    ["0", "-0", "-0.0", "1", "1.0", "1.00", "1e5", "1E5", "1e+5", "-12.50", "9223372036854775808", "1" * 30]
)


def keep(_value: dict[str, Any]) -> int:
    """A provider that proves nothing volatile."""
    return 0


class Spelling:
    """A JSON text for a value, spelled at the whim of chance; numbers are texts of their own."""

    def __init__(self, seed: int) -> None:
        self._chance = Random(seed)

    def text(self, value: Any) -> str:
        """The value with any space and escapes, and its names in any order."""
        match value:
            case Number():
                said = value.written
            case dict():
                names = self._chance.sample(list(value), len(value))
                said = (
                    "{" + ",".join(f"{self._string(name)}:{self.text(value[name])}" for name in names) + "}"
                )
            case list():
                said = "[" + ",".join(map(self.text, value)) + "]"
            case str():
                said = self._string(value).strip()
            case _:
                said = json.dumps(value)
        return self._space() + said + self._space()

    def _space(self) -> str:
        return self._chance.choice(["", "", " ", "\n\t", "\r\n  "])

    def _string(self, value: str) -> str:
        return self._space() + '"' + "".join(map(self._character, value)) + '"' + self._space()

    def _character(self, sign: str) -> str:
        number = ord(sign)
        units = [number] if number < 0x10000 else list(_halves(number))
        ways = ["".join(f"\\u{unit:04x}" for unit in units), "".join(f"\\u{unit:04X}" for unit in units)]
        if sign not in '"\\' and number >= 0x20:
            ways += [sign, sign]
        ways += [short for short in SHORT if json.loads(f'"{short}"') == sign]
        return self._chance.choice(ways)


SHORT = ('\\"', "\\\\", "\\/", "\\b", "\\f", "\\n", "\\r", "\\t")


def _halves(number: int) -> tuple[int, int]:
    number -= 0x10000
    return 0xD800 + (number >> 10), 0xDC00 + (number & 0x3FF)


class Number:
    """A number as it is written."""

    def __init__(self, written: str) -> None:
        self.written = written

    def __repr__(self) -> str:
        return self.written


VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS.map(Number) | st.text(CHARACTERS, max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=10,
)
RECORDS = st.dictionaries(NAMES, VALUES, max_size=5)
CLOSE: st.SearchStrategy[dict[str, Any]] = st.dictionaries(
    st.sampled_from("ab"),
    st.sampled_from([Number("1"), Number("1.0"), Number("-0"), Number("0"), "1", None, [], {}, [{}], [[]]]),
    max_size=2,
)


SEEDS = st.integers(0, 1 << 32)


def texts(value: dict[str, Any], seed: int) -> tuple[bytes, bytes]:
    """One record spelled in two ways."""
    spelling = Spelling(seed)
    return spelling.text(value).encode(), spelling.text(value).encode()


SPELLED = st.builds(texts, RECORDS, SEEDS)


@settings(max_examples=80, deadline=None)
@given(SPELLED)
def test_spelling_does_not_matter(pair: tuple[bytes, bytes]) -> None:
    """Key order, space and escapes are no part of what a record says."""
    first, second = pair
    assert form(first, keep) == form(second, keep)


@settings(max_examples=80, deadline=None)
@given(SPELLED)
def test_the_fast_path_is_the_exact_one(pair: tuple[bytes, bytes]) -> None:
    """Where both can read a record, both give one form and one number of marks, written whole or in pieces."""
    for text in pair:
        assert form(text, keep) == canonical._exact_form(text, keep)
        assert decoded(text) is not None or rb"\u0022" in text


@settings(max_examples=50, deadline=None)
@given(SPELLED.map(lambda pair: pair[0]) | st.binary(max_size=40))
def test_decoded_once_a_record_says_the_same(text: bytes) -> None:
    """Its form, what was odd, and every value, to the kind of every number; what is volatile is gone from it."""
    found, parsed = form_and_parsed(text, keep)
    assert (found, parsed.problems, parsed.readable) == (form(text, keep), *_oddities(text))
    assert _kinds(parsed.value) == _kinds(parse(text).value)


def _oddities(text: bytes) -> tuple[Any, bool]:
    known = parse(text)
    return known.problems, known.readable


def _kinds(value: Any) -> Any:
    """The value with every number beside what it is: 1 is not 1.0, nor True."""
    match value:
        case dict():
            return {name: _kinds(item) for name, item in value.items()}
        case list():
            return [_kinds(item) for item in value]
        case float() | bool() | int():
            return isinstance(value, float), isinstance(value, bool), value
        case _:
            return value


@given(SPELLED)
def test_large_records_are_read_alike(pair: tuple[bytes, bytes]) -> None:
    """Records that are read and written piece by piece, because they are large, have the same form."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(canonical, "_LARGE", 0)
        patched.setattr(canonical, "_STEP", 3)
        large = form(pair[0], keep)
        exact = canonical._exact_form(pair[0], keep)
        value = parse(pair[0]).value

    assert large == exact == form(pair[0], keep)
    assert value.keys() == parse(pair[0]).value.keys()


@settings(max_examples=50, deadline=None)
@given(SPELLED, SPELLED)
def test_a_form_is_found_again(pair: tuple[bytes, bytes], others: tuple[bytes, bytes]) -> None:
    """Among known forms a record has its own and no other, one by one and many at once."""
    known = [form(pair[0], keep), form(others[0], keep)]
    for text, own in ((pair[1], known[0]), (others[1], known[1])):
        assert form_of(text, decoded(text), keep, known) == own
        assert form_of(text, decoded(text), keep, [each for each in known if each != own]) == own
    array = b"[" + pair[1] + b"," + others[1] + b"]"
    values = decoded_all(array, 0, len(array))
    if values is not None:
        rows = ((value, keep, known) for value in values)
        long = b"1" * 30  # a number that only the exact path writes: such a record is left to it
        expected = [
            None if long in text else own for text, own in zip((pair[1], others[1]), known, strict=True)
        ]
        assert match_all(array.count(b'"'), rows, lambda: [pair[1], others[1]]) == expected


@settings(max_examples=80, deadline=None)
@given(CLOSE, CLOSE, SEEDS)
def test_a_difference_is_a_difference(one: dict[str, Any], other: dict[str, Any], seed: int) -> None:
    """Records of different values, names or spellings of numbers have different forms."""
    spelling = Spelling(seed)
    same = _exact(one) == _exact(other)
    assert (form(spelling.text(one).encode(), keep) == form(spelling.text(other).encode(), keep)) == same


def _exact(value: Any) -> Any:
    """A value that equals another only if both say the same, numbers to the letter."""
    match value:
        case Number():
            return ("number", "0" if value.written == "-0" else value.written)
        case dict():
            return ("object", frozenset((name, _exact(item)) for name, item in value.items()))
        case list():
            return ("array", tuple(map(_exact, value)))
        case _:
            return (type(value).__name__, value)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1.0", "1.00"),
        ("1", "1.0"),
        ("1e5", "100000"),
        ("123456789012345678901234567890", "123456789012345678901234567891"),
        ("9007199254740993", "9007199254740992"),
        ("18446744073709551616", "18446744073709551617"),
        ("1e400", "1e401"),
        ("null", '"null"'),
        ("true", "1"),
        ('"a"', '"a "'),
        ("[]", "{}"),
        ("[1,[2]]", "[[1],2]"),
        ('"\\ud83d"', '"\\ud83e"'),
        ('"\\ud83d"', '"\ufffd"'),
        ("NaN", "null"),
        ("NaN", '"NaN"'),
        ("NaN", "Infinity"),
        ("Infinity", "-Infinity"),
    ],
)
def test_close_values_are_told_apart(one: str, other: str) -> None:
    """A number's spelling, a digit far behind, half a character and what is no number all count."""
    pair = [f'{{"id":"a","v":{value}}}'.encode() for value in (one, other)]

    assert form(pair[0], keep).hash != form(pair[1], keep).hash
    assert form(pair[0], keep) == form(pair[0].replace(b",", b" ,\n"), keep)


# A name given twice.

VALUE = st.sampled_from(
    ["1", '"x"', '"\\u0022"', '"\\u0022\\u0022"', '"\\""', "{}", '{"q":"\\u0022"}', "null"]
)


@settings(max_examples=80, deadline=None)
@given(
    st.sampled_from(["a", "\\u0061", "mapping", "\\u0022"]),
    VALUE,
    VALUE,
    st.lists(VALUE, max_size=4),
    st.integers(0, 2),
)
def test_a_name_given_twice_hides_nothing(
    name: str, first: str, last: str, rest: list[str], deep: int
) -> None:
    """A record with a name twice never has the form of the one with it once, whatever marks it is made of."""
    others = "".join(f',"{number}":{value}' for number, value in enumerate(rest))
    twice = f'{{"{name}":{first},"{name}":{last}{others}}}'
    once = f'{{"{name}":{last}{others}}}'
    for _ in range(deep):
        twice, once = f'{{"outer":[{twice}]}}', f'{{"outer":[{once}]}}'
    one = form(once.encode(), keep)

    assert form(twice.encode(), keep).hash != one.hash
    assert form_of(twice.encode(), decoded(twice.encode()), keep, [one]).hash != one.hash
    records = [once.encode(), twice.encode()]
    text = b"[%b,%b]" % (*records,)
    values = decoded_all(text, 0, len(text))
    assert (
        values is None
        or match_all(text.count(b'"'), ((v, keep, [one]) for v in values), lambda: records) is None
    )


def test_a_twice_given_name_is_not_made_up_for_by_a_neighbour() -> None:
    """Many at once: marks missing in one record of a batch are not balanced by those another writes as numbers."""
    once, other = b'{"id":"a","b":2}', b'{"id":"c","t":"\\u0022\\u0022\\u0022\\u0022"}'
    twice = b'{"id":"a","b":"x","b":2}'
    known = [form(once, keep), form(other, keep)]
    text = b"[%b,%b]" % (twice, other)
    values = decoded_all(text, 0, len(text))

    assert values is None or match_all(text.count(b'"'), ((v, keep, known) for v in values), list) is None


def test_a_record_of_another_form_hides_none_of_its_neighbours() -> None:
    """Many at once: the records of known forms are found beside one that is new, and only that one is none."""
    records = [b'{"id":"a","b":2}', b'{"id":"b","b":"\\"new\\""}', b'{"id":"c"}']
    text = b"[" + b",".join(records) + b"]"
    known = [form(records[0], keep), form(records[2], keep)]
    values = decoded_all(text, 0, len(text)) or []

    found = match_all(text.count(b'"'), ((value, keep, known) for value in values), lambda: records)
    assert found == [known[0], None, known[1]]


def test_a_name_given_twice_in_two_alphabets() -> None:
    """A name spelled in CESU-8 and the same one in UTF-8 are one name given twice."""
    proper, cesu, mixed = "😂".encode(), b"\xed\xa0\xbd\xed\xb8\x82", b"\\ud83d\xed\xb8\x82"
    once = form(b'{"%b":2}' % proper, keep)

    for name in (cesu, mixed):
        assert form(b'{"%b":2}' % name, keep) == once
        assert form(b'{"%b":1,"%b":2}' % (name, proper), keep).hash != once.hash
        assert form(b'{"%b":2,"%b":2}' % (proper, name), keep).hash != once.hash


# What is no Unicode, or half of it.


@settings(max_examples=80, deadline=None)
@given(st.dictionaries(st.text(CHARACTERS, max_size=5), st.text(CHARACTERS, max_size=9), max_size=4))
def test_cesu_8_says_what_utf_8_says(record: dict[str, str]) -> None:
    """Characters written as two halves of three bytes each are those characters, in names and values."""
    text = json.dumps(record, ensure_ascii=False)
    halved = "".join(sign if ord(sign) < 0x10000 else "".join(map(chr, _halves(ord(sign)))) for sign in text)
    proper, cesu = text.encode(), halved.encode("utf-8", "surrogatepass")

    assert form(cesu, keep) == form(proper, keep)
    assert parse(cesu).value == parse(proper).value == record
    assert parse(cesu).problems == ()


def test_what_has_no_canonical_json_is_its_own_form() -> None:
    """What no reader takes is told apart by its bytes: by every single one."""
    for text in (
        b'{"a":\xff}',
        b'{"a":"\xff"}',
        b"{'a':1}",
        b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    ):
        own = form(text, keep)
        assert own == form(bytes(text), keep)
        assert own.hash not in {form(text + b" ", keep).hash, form(b"{}", keep).hash}
        assert own.marks == text.count(b'"')


# Reading.


@settings(max_examples=80, deadline=None)
@given(st.binary(max_size=40) | SPELLED.map(lambda pair: pair[0]))
def test_parse_never_raises(text: bytes) -> None:
    """Whatever the bytes are, parsing gives a value or says that there is none; all strings fit UTF-8."""
    parsed = parse(text)
    json.dumps(parsed.value, ensure_ascii=False).encode("utf-8")

    assert parsed.readable or (parsed.value is None and parsed.problems)


@settings(max_examples=80, deadline=None)
@given(st.text(st.characters(), max_size=12), st.sampled_from(["", "NaN", "1" * 30, "1" * 5000, "1e999"]))
def test_odd_texts_are_read_as_far_as_they_go(text: str, number: str) -> None:
    """Half characters become U+FFFD, in names and values, and everything around them is read."""
    raw = f'{{"id":"a","t":{json.dumps(text)},{json.dumps(text + "!")}:[{number}]}}'.encode()
    parsed = parse(raw)
    parsed.value["t"].encode("utf-8")

    assert parsed.value["id"] == "a"
    assert len(parsed.value) == len({"id", "t", text.encode("utf-16", "surrogatepass") + b"!"})
    half = any(0xD800 <= ord(sign) < 0xE000 for sign in parse(json.dumps([text]).encode()).value[0])
    assert not half


@pytest.mark.parametrize(
    ("raw", "value", "what"),
    [
        (b'{"a":"x\\ud83dy"}', {"a": "x\ufffdy"}, canonical.HALF_CHARACTER),
        (b'{"a":"\xff"}', {"a": "\ufffd"}, canonical.NOT_UNICODE),
        (b'{"a":NaN,"b":1}', {"a": None, "b": 1}, canonical.NO_NUMBER),
        (b'{"a":"\x01"}', {"a": "\x01"}, None),
        (b'{"a":NaN,"a":2}', {"a": 2}, canonical.TWICE),
        (b'{"a":', None, canonical.UNREADABLE),
        (b"[" * 100_000 + b"]" * 100_000, None, canonical.UNREADABLE),
        (b'"' + b"x" * 3_000_000 + b'"', "x" * 3_000_000, None),
    ],
    ids=["half", "no Unicode", "no number", "control", "twice", "cut", "deep", "long"],
)
def test_what_is_odd_is_told(raw: bytes, value: Any, what: str | None) -> None:
    """Whatever had to be bent to be read is a problem beside the value."""
    parsed = parse(raw)

    assert parsed.value == value
    assert (what is None and not parsed.problems) or what in {problem.what for problem in parsed.problems}


# What is volatile.


def chat(**metadata: Any) -> bytes:
    """A conversation whose one message carries this metadata."""
    message = {"id": "m", "content": {"parts": ["hi"]}, "metadata": metadata}
    return json.dumps({"id": "c", "mapping": {"m": {"id": "m", "message": message}}}).encode()


def strip(value: dict[str, Any]) -> int:
    """What ChatGPT's exports make anew."""
    return chatgpt.strip("conversation", value)


@settings(max_examples=50, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["finished_duration_sec", "reasoning_start_time", "reasoning_end_time"]),
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False),
    )
)
def test_volatile_fields_do_not_matter(volatile: dict[str, Any]) -> None:
    """A record with and without the fields that are made anew at every export is one."""
    plain, timed = chat(model_slug="m"), chat(**volatile, model_slug="m")
    known = form(plain, strip)

    assert form(timed, strip) == known
    assert form_of(timed, decoded(timed), strip, [known]) == known
    assert form(timed, keep) == form(plain, keep) or volatile


def test_only_numbers_are_volatile() -> None:
    """A text under a volatile field's name is content: what it says counts."""
    assert form(chat(finished_duration_sec="a"), strip) != form(chat(finished_duration_sec="b"), strip)
    assert form(chat(finished_duration_sec="a"), strip) != form(chat(), strip)


def test_a_volatile_field_given_twice_hides_nothing() -> None:
    """What is stripped is counted, so that a doubled name among it is still noticed."""
    raw = chat(finished_duration_sec=1).replace(
        b'"finished_duration_sec": 1', b'"finished_duration_sec": 1, ' * 2
    )
    raw = raw.replace(b"1, }", b"1}")

    assert json.loads(raw)
    assert form(raw, strip) != form(chat(), strip)


def test_a_form_is_a_hash_and_a_count() -> None:
    """A form can be worked out by anybody: SHA-256 of the canonical text in UTF-8, and the marks in it."""
    text = '{"a":"é/","b":1.50}'

    assert form(b' {"b" : 1.50, "a":"\\u00e9\\/"} ', keep) == Form(sha256(text.encode()).digest(), 6)
