"""Snippets: where it was found, with what was searched for marked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chathold.queries.query import Phrase
from chathold.queries.words import words
from chathold.search import Piece
from chathold.search.snippets import snippet


def shown(text: str, *phrases: str) -> str:
    """The snippet of a text for some phrases, with marks."""
    wanted = [Phrase(tuple(words(each.rstrip("*"))), prefix=each.endswith("*")) for each in phrases]
    return "".join(f"[{each.text}]" if each.marked else each.text for each in snippet([text], wanted))


@pytest.mark.parametrize(
    ("text", "phrases", "expected"),
    [
        ("one two three", ["two"], "one [two] three"),
        ("one two three", ["two three"], "one [two three]"),
        ("One, TWO three", ["one two"], "[One, TWO] three"),
        ("one two", ["three"], "one two"),
        ("", ["three"], ""),
        ("begin beginning", ["begin"], "[begin] beginning"),
        ("begin beginning", ["begin*"], "[begin] [beginning]"),
        ("数据库管理", ["据库"], "数[据库]管理"),
        ("データベース", ["ベース"], "データ[ベース]"),
        ("a résumé", ["resume"], "a [résumé]"),
        ("ｶﾞｽ", ["ガ"], "[ｶﾞ]ｽ"),
        ("one\n\n  two\tthree", ["two"], "one [two] three"),
        ("aaa", ["a a"], "aaa"),
        ("a a a", ["a a"], "[a a a]"),
    ],
)
def test_a_match_is_marked(text: str, phrases: list[str], expected: str) -> None:
    """In its own form, on one line."""
    assert shown(text, *phrases) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("## A heading\nand a word", "A heading and a [word]"),
        ("> said before\n\na word", "said before a [word]"),
        ("some **strong word** here", "some strong [word] here"),
        ("这是 **一个 word** 了", "这是 一个 [word] 了"),
        ("call `word()` first", "call [word]() first"),
        ("so:\n```python\nword = 1\n```", "so: [word] = 1"),
        ("```word\nx\n```", "```[word] x"),
        ("def word(*args, **kwargs): 2**3", "def [word](*args, **kwargs): 2**3"),
        ("__init__ of C# 7, a word", "__init__ of C# 7, a [word]"),
        ("a `half word", "a `half [word]"),
    ],
)
def test_markup_that_a_reader_never_sees_is_left_out(text: str, expected: str) -> None:
    """Signs of headings, of quotations, of strong words and of code; not what only looks like them."""
    assert shown(text, "word") == expected


def test_a_long_text_is_cut_around_the_match() -> None:
    """Between words, with a sign where it goes on."""
    text = " ".join(f"word{number}" for number in range(1000))
    cut = shown(text, "word500")
    assert cut.startswith("…word49")
    assert "[word500]" in cut
    assert cut.endswith("…")
    assert len(cut) < 230


def test_the_place_with_most_matches_is_shown() -> None:
    """Of several."""
    text = "apple " + "x " * 300 + "apple pear plum " + "x " * 300
    assert "[apple] [pear] [plum]" in shown(text, "apple", "pear", "plum")


def test_a_match_far_into_a_very_long_text_is_shown() -> None:
    """Without looking at all of it word by word."""
    assert "[needle]" in shown("hay " * 500_000 + "needle " + "hay " * 500_000, "needle")
    assert "[数据]" in shown("文" * 500_000 + "数据" + "文" * 500_000, "数据")


def test_the_first_text_with_a_match_is_shown() -> None:
    """What was said, before what stands aside."""
    wanted = [Phrase(("two",))]
    assert snippet(["", "one", "two", "two too"], wanted) == (Piece("two", marked=True),)
    assert snippet(["", "one", "three"], wanted) == (Piece("one"),)


@given(st.text(), st.text(min_size=1, max_size=8))
def test_any_text_gives_a_snippet(text: str, typed: str) -> None:
    """On one line, and no longer than it may be."""
    found = words(typed)
    pieces = snippet([text], [Phrase(tuple(found))] if found else [])
    assert all(each.text for each in pieces)
    joined = "".join(each.text for each in pieces)
    assert len(joined) <= 400
    assert not any(each in joined for each in "\n\t\r")
