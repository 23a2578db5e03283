"""A message as HTML: what it says is there, and nothing it could do harm with."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chathold.rendering import STYLE, message_html
from chathold.rendering.highlighting import code_html
from chathold.rendering.markdown import tangled

Json = dict[str, Any]


def message(*parts: Json, role: str = "assistant", attachments: tuple[Json, ...] = ()) -> Json:
    return {"role": role, "parts": list(parts), "attachments": list(attachments)}


def text(said: str) -> Json:
    return {"kind": "text", "text": said}


def html(said: str, role: str = "assistant") -> str:
    return message_html(message(text(said), role=role), link=lambda _file: None)


def attachment(**named: Any) -> Json:
    return {"id": "f-1", "name": "hive.png", "mime": "image/png", "size": 3, "sha256": None, **named}


class Elements(HTMLParser):
    """The elements of a page, with their attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Noted."""
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        """Noted."""
        self.words += data

    def handle_comment(self, data: str) -> None:
        """Noted."""
        self.found.append(("comment", {"": data}))

    def of(self, tag: str) -> list[dict[str, str | None]]:
        """The attributes of every element of this name."""
        return [attributes for name, attributes in self.found if name == tag]


def harmful(page: str) -> Iterator[tuple[str, dict[str, str | None]]]:
    """The elements that could run, fetch or disguise something."""
    for tag, attributes in Elements(page).found:
        known = {"class", "dir", "href", "title", "rel", "target", "start", "value", "src", "alt"}
        address = (attributes.get("href") or "https:").lower()
        if (
            tag
            in (
                "script",
                "style",
                "img",
                "svg",
                "iframe",
                "object",
                "form",
                "input",
                "base",
                "meta",
                "comment",
            )
            or set(attributes) - known
            or not address.startswith(("http:", "https:", "mailto:"))
            or (
                tag == "a"
                and attributes.get("href")
                and attributes.get("rel") != "noopener noreferrer nofollow"
            )
        ):
            yield tag, attributes


HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<a href='javascript:alert(1)'>x</a>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java\nscript:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:msgbox)",
    "[x](//evil.example)",
    "[x](/relative)",
    "[x](file:///etc/passwd)",
    "<javascript:alert(1)>",
    "![x](https://evil.example/x.png)",
    "![x](data:image/svg+xml,<svg onload=alert(1)>)",
    '[x](https://a.example "title\\" onmouseover=alert(1)")',
    "[x]: javascript:alert(1)\n\n[x]",
    "```html\n<script>alert(1)</script>\n```",
    '```"><script>alert(1)</script>\nx\n```',
    "`<script>`",
    "| a |\n|---|\n| <img src=x onerror=alert(1)> |",
    "<style>*{background:url(https://evil.example)}</style>",
    "<!-- <script>alert(1)</script> -->",
    "<details open ontoggle=alert(1)>",
    "$<script>alert(1)</script>$",
    "\\[\n<img src=x onerror=alert(1)>\n\\]",
    "</div></details></pre><script>alert(1)</script>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>",
]


@pytest.mark.parametrize("said", HOSTILE)
def test_hostile_text_does_nothing_in_any_part(said: str) -> None:
    for role in ("user", "assistant"):
        for kind in ("text", "reasoning", "code", "tool_call", "tool_result", "unknown"):
            part = {"kind": kind, "text": said, "name": said, "language": said, "type": said, "url": said}
            page = message_html(message(part, role=role), link=lambda _file: None)
            assert list(harmful(page)) == []


@pytest.mark.parametrize("said", HOSTILE)
def test_hostile_citations_and_names_of_files_do_nothing(said: str) -> None:
    cited = {"kind": "citation", "text": said, "name": said, "url": said, "ref": said}
    file = attachment(name=said, id=said, mime=said, text=said)
    page = message_html(message(cited, attachments=(file,)), link=lambda _file: None)
    assert list(harmful(page)) == []


@given(st.text(alphabet=st.sampled_from(list("<>[]()`*_~$\\|&!\"'=:/ \n#-ajs")), max_size=60))
def test_no_arrangement_of_marks_does_anything(said: str) -> None:
    assert list(harmful(html(said))) + list(harmful(html(said, "user"))) == []


@given(st.text(max_size=60))
def test_plain_words_of_any_script_are_all_there(said: str) -> None:
    """Letters and digits of what was said stand in the page, whatever is between them."""
    letters = "".join(each for each in said if each.isalpha())
    page = Elements(html(letters, "user")).words
    assert letters in page


def test_raw_html_is_shown_as_the_text_it_is() -> None:
    assert Elements(html("a <b onclick=x>c</b>")).words.strip() == "a <b onclick=x>c</b>"


def test_a_link_opens_apart_without_a_referrer() -> None:
    assert Elements(html("[x](https://a.example)")).of("a") == [
        {"href": "https://a.example", "target": "_blank", "rel": "noopener noreferrer nofollow"}
    ]


@pytest.mark.parametrize(
    ("said", "address"),
    [
        ("see https://a.example/x_y_z.", "https://a.example/x_y_z"),
        ("(https://a.example/a_(b))", "https://a.example/a_(b)"),
        ("见 https://a.example/页，再说", "https://a.example/页"),
        ("http://a.example?b=1&c=2!", "http://a.example?b=1&c=2"),
        ("**https://a.example**", "https://a.example"),
    ],
)
@pytest.mark.parametrize("role", ["user", "assistant"])
def test_an_address_in_a_text_is_a_link_without_what_follows(said: str, address: str, role: str) -> None:
    assert [each["href"] for each in Elements(html(said, role)).of("a")] == [address]


@pytest.mark.parametrize(
    "said", ["`https://a.example`", "javascript://a.example", "https://", "https://localhost"]
)
def test_no_other_text_is_a_link(said: str) -> None:
    assert Elements(html(said)).of("a") == []


def test_the_words_of_a_link_are_in_no_second_link() -> None:
    assert len(Elements(html("[https://b.example](https://a.example)")).of("a")) == 1


def test_a_remote_picture_is_a_link_that_names_its_host() -> None:
    page = Elements(html("![A hive](https://pictures.example/hive.png)"))
    assert (page.of("img"), page.words.strip()) == ([], "A hive (image at pictures.example)")


def test_bidi_controls_in_code_are_shown_by_number() -> None:
    assert "is_admin[U+202E]" in Elements(html("```python\nis_admin\u202e\n```")).words


def test_bidi_controls_in_names_of_files_are_shown_by_number() -> None:
    page = message_html(
        message(attachments=(attachment(name="photo\u202egnp.exe"),)), link=lambda _file: None
    )
    assert "photo[U+202E]gnp.exe" in Elements(page).words


def test_every_paragraph_keeps_its_direction_to_itself() -> None:
    assert Elements(html("שלום\n\nhello")).of("p") == [{"dir": "auto"}, {"dir": "auto"}]


FORMULAS = [
    "$a_1 * b_2$",
    "$$\\sum_{i} x_i$$",
    "\\(a_1 \\\\ b_1\\)",
    "\\[a_1 < b_1\\]",
    "\\[\na_1\n- b_1\n= c\n\\]",
]


@pytest.mark.parametrize("formula", FORMULAS)
@pytest.mark.parametrize("role", ["user", "assistant"])
def test_formulas_stay_as_they_were_written(formula: str, role: str) -> None:
    page = html(f"See {formula}" if "\n" not in formula else formula, role)
    assert formula in Elements(page).words
    assert 'class="math"' in page


@pytest.mark.parametrize(
    "prices", ["$5 and $6", "US$5-$10", "5$ or 6 $", "$", "\\(", "$$", "\\[\nnever closed"]
)
def test_prices_and_lone_marks_are_no_formulas(prices: str) -> None:
    assert 'class="math"' not in html(prices)


def test_code_that_takes_long_to_colour_is_shown_as_it_is() -> None:
    """Pygments needs minutes for some kilobytes of C# in which no sign stands."""
    assert "<span" in code_html("class A { int b = 1; }", "c#")
    for language in ("c#", "cs", "CSharp"):
        assert "<span" not in code_html("a\n" * 25_000, language)
        assert "<span" not in code_html("int a;\n" * 1_000, language)


def test_code_of_a_known_language_is_coloured() -> None:
    assert '<span class="k">def</span>' in html("```python\ndef f(): pass\n```")


def test_code_of_an_unknown_language_is_shown_plain() -> None:
    assert Elements(html("```dataviewjs\ndv.pages()\n```")).of("span") == []


def test_what_a_person_typed_is_not_taken_for_headings_or_lists() -> None:
    typed = html("#include <stdio.h>\n    __init__\n- x\n\n    indented", "user")
    page = Elements(typed)
    assert (page.of("h1"), page.of("li"), page.of("strong")) == ([], [], [])
    assert page.words.strip("\n") == "#include <stdio.h>\n    __init__\n- x\n    indented"


def test_reasoning_and_tools_are_folded() -> None:
    parts = [
        {"kind": "reasoning", "text": "hm"},
        {"kind": "tool_call", "text": "{}", "name": "search"},
        {"kind": "tool_result", "text": "found", "name": "search"},
        {"kind": "unknown", "text": "?", "type": "hologram"},
    ]
    page = Elements(message_html(message(*parts), link=lambda _file: None))
    assert [each["class"] for each in page.of("details")] == ["reasoning", "tool", "tool", "unknown"]


def test_citations_are_numbered_notes_with_title_and_host() -> None:
    cited = {"kind": "citation", "text": "", "name": "Rye", "url": "https://bread.example/rye", "ref": "3"}
    page = Elements(message_html(message(text("Rye [citation:3]"), cited), link=lambda _file: None))
    assert page.words.split() == ["Rye", "[3]", "Rye", "bread.example"]
    assert page.of("li") == [{"value": "3", "dir": "auto"}]


def test_a_picture_that_the_archive_has_is_shown() -> None:
    page = Elements(message_html(message(attachments=(attachment(),)), link=lambda _file: "assets/a.png"))
    assert page.of("img") == [{"src": "assets/a.png", "alt": "hive.png", "loading": "lazy"}]
    assert page.of("a")[0]["href"] == "assets/a.png"


def test_a_drawing_that_may_hold_scripts_is_only_offered() -> None:
    drawing = attachment(name="a.svg", mime="image/svg+xml")
    page = Elements(message_html(message(attachments=(drawing,)), link=lambda _file: "assets/a.svg"))
    assert (page.of("img"), page.of("a")[0]["download"]) == ([], "a.svg")


def test_a_file_that_no_export_held_is_named_as_missing() -> None:
    page = Elements(message_html(message(attachments=(attachment(),)), link=lambda _file: None))
    assert page.words.strip() == "hive.png · not in the export"


def test_a_file_is_shown_once_where_its_part_stands() -> None:
    part = {"kind": "attachment", "text": "", "ref": "f-1"}
    page = message_html(
        message(part, text("after"), attachments=(attachment(),)), link=lambda _file: "assets/a.png"
    )
    assert len(Elements(page).of("img")) == 1
    assert page.index("<img") < page.index("after")


def test_the_text_taken_out_of_a_file_can_be_read() -> None:
    file = attachment(name="notes.txt", text="blue frame <b>")
    page = Elements(message_html(message(attachments=(file,)), link=lambda _file: None))
    assert "blue frame <b>" in page.words
    assert "not in the export" not in page.words


def test_what_was_pasted_is_shown_once_and_called_so() -> None:
    """A service keeps a long paste as a file without a name."""
    pasted = attachment(id="", name="", mime="text/plain", text="blue frame")
    part = {"kind": "attachment", "text": "blue frame"}
    page = Elements(message_html(message(part, attachments=(pasted,)), link=lambda _file: None))
    assert page.words.split() == ["Pasted", "text", "blue", "frame"]


def test_an_empty_message_says_so() -> None:
    assert Elements(html("  ")).words.strip() == "This message is empty."


def test_text_beyond_what_a_parser_bears_is_shown_as_it_is() -> None:
    """A line of 5 MB, and marks nested without end, never reach the parser."""
    for said in ("x" * 5_000_000, "> " * 100_000, "[" * 100_000, "*" * 100_000, "$" * 100_000):
        assert tangled(said)
    assert html("*" * 100_000).startswith('<div class="text" dir="auto"><pre class="plain" dir="auto">***')


def test_long_text_of_usual_paragraphs_is_read_as_markdown() -> None:
    assert not tangled("The **quick** brown `fox`.\n\n" * 5_000)


@pytest.mark.parametrize("mark", ["> ", "- ", "1. ", "> - "])
@pytest.mark.parametrize("depth", [1, 10, 19, 20, 38, 39, 40, 41, 900])
def test_nothing_is_left_out_however_deep_it_is_nested(mark: str, depth: int) -> None:
    assert "deep down" in Elements(html(mark * depth + "deep down")).words


def test_style_fetches_nothing() -> None:
    assert ("url(" in STYLE, "@import" in STYLE, "prefers-color-scheme: dark" in STYLE) == (
        False,
        False,
        True,
    )
