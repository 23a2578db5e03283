"""Names of files: any title gives one that every system takes."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chathold.takeout.names import Names, safe_name, safe_stem

RESERVED = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])(\.|$)", re.IGNORECASE)
titles = st.one_of(
    st.text(max_size=300),
    st.text(alphabet=st.sampled_from(list('.-~ /\\:*?"<>|\u202e\u200b\u0301e\ud800con1\n\x00')), max_size=20),
    st.sampled_from(
        ["CON", "nul.txt", "COM1", "lpt¹", "aux .x", "..", ".", "", "...", "con.", "-rf", "~root", "a" * 500]
    ),
)


def fits_everywhere(name: str) -> bool:
    """Whether Windows, macOS and Linux all take the name, and show it as it is."""
    return (
        0 < len(name.encode("utf-8")) <= 143
        and len(name.encode("utf-16-le")) // 2 <= 255
        and name == unicodedata.normalize("NFC", name)
        and not re.search(r'[<>:"/\\|?*\x00-\x1f]', name)
        and not any(unicodedata.category(each) in ("Cc", "Cs", "Zl", "Zp") for each in name)
        and not re.search("[\u202a-\u202e\u2066-\u2069\u200e\u200f]", name)
        and name[-1] not in ". "
        and name[0] not in ".-~ "
        and not RESERVED.match(name)
    )


@given(titles)
def test_any_title_gives_a_name_that_every_system_takes(title: str) -> None:
    assert fits_everywhere(safe_stem(title))
    assert fits_everywhere(safe_stem(title) + " files")


@given(titles, st.sampled_from(["", ".png", ".tar.gz", ".\u202eexe", "." + "x" * 40]))
def test_so_does_any_name_of_a_file(title: str, suffix: str) -> None:
    assert fits_everywhere(safe_name(title + suffix))


@given(st.lists(titles, max_size=8))
def test_no_two_names_in_a_folder_are_one_to_any_system(wanted: list[str]) -> None:
    names = Names()
    given_names = [names.give(safe_stem(each), "1a2b3c4d", ".md", " files") for each in wanted]
    folded = {unicodedata.normalize("NFD", (each + ".md").casefold()) for each in given_names}
    assert len(folded) == len(wanted)
    assert all(fits_everywhere(each + ".md") for each in given_names)


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Bread: for/beginners?", "Bread for beginners"),
        ("面包 🍞", "面包 🍞"),
        ("photo\u202egnp.exe", "photo gnp.exe"),
        ("CON", "_CON"),
        ("...", "untitled"),
        ("Trailing. ", "Trailing"),
        ("[[Note]] #tag", "Note tag"),
    ],
)
def test_titles_stay_readable(title: str, name: str) -> None:
    assert safe_stem(title) == name


def test_a_long_name_keeps_its_suffix() -> None:
    assert safe_name("x" * 300 + ".png").endswith("x.png")


def test_a_name_that_is_taken_gets_the_id() -> None:
    names = Names()
    assert [
        names.give("Bread", "1a2b3c4d"),
        names.give("BREAD", "1a2b3c4d"),
        names.give("bread", "1a2b3c4d"),
    ] == [
        "Bread",
        "BREAD 1a2b3c4d",
        "bread 1a2b3c4d2",
    ]


def test_one_that_is_known_by_nothing_gets_a_number() -> None:
    names = Names()
    assert [names.give(each, "", ".png") for each in ("Bread", "Bread 2", "bread", "Bread")] == [
        "Bread",
        "Bread 2",
        "bread 3",
        "Bread 4",
    ]
