"""What a query means: as FTS5 is asked, and as filters."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chathold.core.errors import UsageError
from chathold.queries.query import Phrase, Query
from chathold.search import Wish, parse

TYPED = st.lists(
    st.sampled_from(
        [
            "(",
            ")",
            "AND",
            "OR",
            "NOT",
            "-",
            "*",
            '"',
            "“",
            "」",
            "word",
            "数据",
            "role:user",
            "has:code",
            "since:2",
        ]
    )
    | st.text(max_size=5),
    max_size=40,
).map(" ".join) | st.text(max_size=60)


@pytest.fixture(scope="module")
def table() -> Iterator[sqlite3.Connection]:
    """A table of FTS5's, to try what it takes."""
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute("CREATE VIRTUAL TABLE text USING fts5 (said, aside, title, files, tokenize='ascii')")
        yield database


@pytest.mark.parametrize(
    ("typed", "match"),
    [
        ("one", '"one"'),
        ("One TWO", '("one" AND "two")'),
        ('"one two"', '"one two"'),
        ("数据库", '"数 据 库"'),
        ("snake_case", '"snake case"'),
        ("one*", '"one"*'),
        ("one OR two three", '("one" OR ("two" AND "three"))'),
        ("(one OR two) three", '(("one" OR "two") AND "three")'),
        ("one NOT two", '("one" NOT ("two"))'),
        ("one -two -three", '("one" NOT ("two" OR "three"))'),
        ("-two one", '("one" NOT ("two"))'),
        ("one --two", '("one" AND "two")'),
        ("well-known", '"well known"'),
        ("one ??? two", '("one" AND "two")'),
        ("not and or", '("not" AND "and" AND "or")'),
        ("ORANGE NOTES ANDES", '("orange" AND "notes" AND "andes")'),
        ("a:b http://x.org", '("a b" AND "http x org")'),
        ("one　ＡＮＤ　ｔｗｏ", '("one" AND "two")'),
        ("（one ＯＲ two）", '("one" OR "two")'),
        ("near(one)", '("near" AND "one")'),
    ],
)
def test_words_and_operators(typed: str, match: str) -> None:
    """Several words are all wanted; operators are in capitals."""
    assert parse(Wish(typed)).match == match


def test_phrases_are_what_is_to_be_marked() -> None:
    """Not those that are not wanted."""
    query = parse(Wish('one "two three" NOT four -(five six) seven*'))
    assert query.phrases == (Phrase(("one",)), Phrase(("two", "three")), Phrase(("seven",), prefix=True))


@pytest.mark.parametrize(
    ("typed", "match"),
    [
        ("wor", '"wor"*'),
        ("two wor", '("two" AND "wor"*)'),
        ("wor ", '"wor"'),
        ("w", '"w"'),
        ('"two wor', '"two wor"*'),
        ('"two wor"', '"two wor"'),
        ("one AND", '"one"'),
        ("one OR", '"one"'),
        ("one NOT", '"one"'),
        ("one -", '"one"'),
        ("(one two", '("one" AND "two"*)'),
        ("one role:", '"one"*'),
        ("one since:20", '"one"'),
        ("数据", '"数 据"'),
    ],
)
def test_what_is_still_being_typed(typed: str, match: str) -> None:
    """The last word may go on, and nothing at the end is a mistake yet."""
    assert parse(Wish(typed), incomplete=True).match.replace('"one"*', '"one"') == match.replace(
        '"one"*', '"one"'
    )


def test_filters_may_stand_in_the_words_or_beside_them() -> None:
    """Those in the words come first; `has` adds up."""
    typed = parse(Wish('one Role:USER provider:claude title:"a b" has:code model:x account:me'))
    assert typed == Query(
        '"one"', (Phrase(("one",)),), "claude", "me", "user", model="x", title="a b", has=frozenset({"code"})
    )
    beside = Wish("one", "claude", "me", "user", model="x", title="a b", has=frozenset({"code"}))
    assert parse(beside) == typed
    both = parse(Wish("one role:tool has:code", role="user", has=frozenset({"attachment"})))
    assert (both.role, both.has) == ("tool", frozenset({"code", "attachment"}))


def test_a_value_keeps_its_own_form() -> None:
    """A label may hold anything."""
    assert parse(Wish("account:“Ａda’s 数据”")).account == "Ａda’s 数据"


@pytest.mark.parametrize(
    ("day", "first", "after"),
    [
        ("2026-03-01", (2026, 3, 1), (2026, 3, 2)),
        ("2026-12-31", (2026, 12, 31), (2027, 1, 1)),
        ("2026-02", (2026, 2, 1), (2026, 3, 1)),
        ("2026-12", (2026, 12, 1), (2027, 1, 1)),
        ("2026", (2026, 1, 1), (2027, 1, 1)),
    ],
)
@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/New_York", "UTC"])
def test_days_are_the_users(
    monkeypatch: pytest.MonkeyPatch,
    day: str,
    first: tuple[int, int, int],
    after: tuple[int, int, int],
    zone: str,
) -> None:
    """From midnight where the user is, to the next; of a month or year the whole."""
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        query = parse(Wish("one", since=day, until=day))
        begin, end = (time.mktime((*each, 0, 0, 0, 0, 0, -1)) for each in (first, after))
    finally:
        monkeypatch.undo()
        time.tzset()
    assert (query.since, query.until) == (begin, end)


def understood(wish: Wish, *, incomplete: bool) -> Query | None:
    """The query, or none if it is explained why there is none."""
    try:
        return parse(wish, incomplete=incomplete)
    except UsageError as error:
        return None if error.title and error.advice else Query("unexplained")


@pytest.mark.parametrize(
    ("typed", "quoted"),
    [
        ("-test", "-test"),
        ("(a OR", "(a OR"),
        ("（ａ OR", "（ａ OR"),
        ("a )b", "a )"),
        ('a  AND (b Role:"user")', 'Role:"user"'),
        ("a -role:user", "role:user"),
        ("a title:", "title:"),
        ("x “foo bar", "“foo bar"),
        ('title:"ab', 'title:"ab'),
    ],
)
def test_what_is_wrong_is_quoted_as_it_was_typed(typed: str, quoted: str) -> None:
    """So that it is found again where it stands."""
    with pytest.raises(UsageError) as refused:
        parse(Wish(typed))
    assert refused.value.place == quoted


@given(typed=TYPED, incomplete=st.sampled_from([True, False]))
def test_whatever_is_typed_is_understood_or_explained(
    table: sqlite3.Connection, typed: str, *, incomplete: bool
) -> None:
    """What is understood, FTS5 understands, too."""
    query = understood(Wish(typed), incomplete=incomplete)
    assert query is None or query.match != "unexplained"
    if query and query.match:
        table.execute("SELECT count(*) FROM text WHERE text MATCH ?", (query.match,)).fetchall()


@pytest.mark.parametrize(
    "typed", ["a " * 999, "a OR " * 390 + "a", "-a " * 600 + "b", "(" * 20 + "a" + ")" * 20]
)
def test_long_queries_are_taken(table: sqlite3.Connection, typed: str) -> None:
    """As long as they are not too long."""
    match = parse(Wish(typed)).match
    table.execute("SELECT count(*) FROM text WHERE text MATCH ?", (match,)).fetchall()
