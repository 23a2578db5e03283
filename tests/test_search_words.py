"""What counts as a word."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chathold.queries.words import prepared, words, words_in_place

ANY = st.text(st.characters() | st.characters(categories=["Cs"]))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello, World!", "hello world"),
        ("ＡＰＩ　ｋｅｙ", "api key"),
        ("snake_case dotted.name camelCase", "snake case dotted name camelcase"),
        ("don't don’t", "don t don t"),
        ("résumé naïve Straße STRASSE ﬁne", "resume naive strasse strasse fine"),
        ("re\u0301sume\u0301", "resume"),
        ("đường Łódź Øre Ærø", "duong lodz ore aero"),
        ("数据库", "数 据 库"),
        ("データベース ﾃﾞｰﾀ", "デ ー タ ベ ー ス デ ー タ"),
        ("か\u3099", "が"),
        ("한국어 \u1112\u1161\u11ab", "한 국 어 한"),
        ("Ёлка мой май", "елка мой май"),
        ("Ά ΣΊΣΥΦΟΣ σίσυφος", "α σισυφοσ σισυφοσ"),
        ("مُحَمَّد أحمد می\u200cخواهم مـحمد", "محمد احمد میخواهم محمد"),
        ("שָׁלוֹם", "שלום"),
        ("हिन्दी में, क\u093c।", "हिन्दी में क\u093c"),
        ("กินข้าว", "ก ิ น ข ้ า ว"),
        ("x² ٣٤ １２", "x2 34 12"),
        ("😀👍🏽 ok", "😀 👍 ok"),
        ("soft\u00adhyphen zero\u200bwidth\ufeff", "softhyphen zero width"),
        ("a\0b\ud800c", "a b c"),
        ("2026-03-01T10:00", "2026 03 01t10 00"),
        ("— … « » 、。・「」", ""),
        ("", ""),
    ],
)
def test_words_of(text: str, expected: str) -> None:
    """What should be found alike is alike."""
    assert " ".join(words(text)) == expected


PROSE = "数据库データ界한" + "".join(
    map(chr, (*range(0x2010, 0x2028), *range(0x3000, 0x3012), *range(0xFF01, 0xFF20)))
)


@given(st.text(st.sampled_from(PROSE), min_size=1, max_size=40))
def test_prose_has_the_words_of_its_characters(text: str) -> None:
    """However long it is, and whatever ends its sentences."""
    apart = [word for each in text for word in words(each)]
    assert [each for each in words(text) if not each.isascii()] == [
        each for each in apart if not each.isascii()
    ]


@given(ANY)
def test_words_are_their_own_words(text: str) -> None:
    """So that what is copied from a snippet finds again."""
    held = words(text)
    assert words(" ".join(held)) == held


@given(ANY)
def test_words_with_their_places_are_the_same_words(text: str) -> None:
    """Each place holds its word."""
    found = list(words_in_place(text))
    assert [each.word for each in found] == words(text)
    for each in found:
        assert 0 <= each.start < each.end <= len(text)
        assert each.word in words(text[each.start : each.end])


@given(st.lists(ANY.filter(lambda text: not any("\ud800" <= each <= "\udfff" for each in prepared(text)))))
def test_the_tokenizer_of_the_index_cuts_the_same_words(texts: list[str]) -> None:
    """FTS5 is given prepared text, and cuts it as we do."""
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute("CREATE VIRTUAL TABLE text USING fts5 (said, tokenize='ascii')")
        database.execute("CREATE VIRTUAL TABLE word USING fts5vocab (text, instance)")
        for text in texts:
            database.execute("INSERT INTO text VALUES (?)", (prepared(text),))
        cut = database.execute("SELECT term FROM word ORDER BY doc, offset").fetchall()
    assert [word for (word,) in cut] == [word for text in texts for word in words(text)]


@given(ANY)
def test_prepared_text_can_be_stored(text: str) -> None:
    """No half of a pair, and no NUL."""
    assert "\0" not in prepared(text)
    prepared(text).encode()


@given(
    st.lists(st.sampled_from(["a b", "数据", "ｶﾞ", "カ\u3099", "e\u0301", "🙂", "đ", "\0", "."]), max_size=60)
)
def test_a_long_text_is_prepared_as_a_short_one_is(pieces: list[str]) -> None:
    """However it is cut, nothing of it comes out otherwise."""
    text = "".join(pieces)
    whole = prepared(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("chathold.queries.words._LONG", 3)
        assert prepared(text) == whole
