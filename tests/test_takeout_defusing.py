"""Chat text inside Markdown files: it says what it said, and nothing in it acts."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from chathold.takeout.defusing import defused, fenced, in_line
from chathold.takeout.front_matter import front_matter

READER = MarkdownIt("commonmark").enable("table")
RUNS = (
    "dataviewjs",
    "dataview",
    "mermaid",
    "html",
    "tasks",
    "query",
    "js-engine",
    "run-python",
    "button",
    "xml",
)


def acts(text: str) -> list[str]:
    """What a program that reads Markdown would fetch, show as HTML, follow or run in a file with this text."""
    tokens = READER.parse(f"{text}\n\nafter")
    inner = [child for token in tokens for child in token.children or ()]
    found = [each.type for each in (*tokens, *inner) if each.type in ("html_block", "html_inline", "image")]
    found += [
        str(each.attrs["href"])
        for each in inner
        if each.type == "link_open" and not re.match("(?i)https?://|mailto:", str(each.attrs["href"]))
    ]
    fences = [each.info.split() for each in tokens if each.type == "fence"]
    found += [words[0] for words in fences if words and words[0] in RUNS]
    found += [] if tokens[-2].content == "after" and tokens[-2].level == 1 else ["open"]
    found += ["template"] if "<%" in text else []
    codes = [each.content for each in inner if each.type == "code_inline"]
    found += ["query" for each in codes if each.lstrip().startswith(("=", "$="))]
    return found


HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=https://evil.example/x.png>",
    "![x](https://evil.example/x.png)",
    "![x][r]\n\n[r]: https://evil.example/x.png",
    "![[secret]]",
    "\\![x](https://evil.example/x.png)",
    "\\\\![x](https://evil.example/x.png)",
    "- `\n- ![x](https://evil.example/x.png)\n- `",
    "a `\nb ` ![x](https://evil.example/x.png) ` c",
    "# `\n![x](https://evil.example/x.png) `",
    "$![x](https://evil.example/x.png)$",
    "$<img src=x>$",
    "\\(<img src=x>\\)",
    "[x](javascript:alert(1))",
    "[x]( <javascript:alert(1)>)",
    "[x](\njavascript:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](file:///etc/passwd)",
    "[x](obsidian://run)",
    "[x][r]\n\n[r]: javascript:alert(1)",
    "[x][r]\n\n[r]:\n javascript:alert(1)",
    "<javascript:alert(1)>",
    "```dataviewjs\ndv.pages()\n```",
    "~~~ mermaid\nclick A href\n~~~",
    "- x\n  ```html\n  <script>\n  ```",
    "> ```dataviewjs\n> x",
    "```\nnever closed",
    "> - ```\n> never closed",
    "    <script>alert(1)</script>",
    "<% tp.system.prompt() %>",
    "```js\n<% tp.file %>\n```",
    "`<% x %>`",
    "`= this.file`",
    "`$= dv.x`",
    "<!-- hidden",
    "<div>\n\n![x](https://evil.example/x.png)\n\n</div>",
    "&lt;script&gt;",
    "| a |\n|---|\n| ![x](https://evil.example/x.png) |",
    "````\n```\n![x](https://evil.example/x.png)\n````",
    "[" * 20_000,
    "> " * 300 + "![x](https://evil.example/x.png)",
]


@pytest.mark.parametrize("said", HOSTILE)
def test_nothing_hostile_acts(said: str) -> None:
    assert acts(defused(said)) == []


MARKS = st.text(alphabet=st.sampled_from(list("<>[]()!`~$\\|&=%#:-* \n\tax1/.")), max_size=60)
WHOLE = [
    "![x](https://e.example/x)",
    "<img src=x>",
    "```",
    "`",
    "- ",
    "> ",
    "\n",
    "\n\n",
    "[[n]]",
    "javascript:",
    "](",
]
PIECES = st.lists(st.one_of(MARKS, st.sampled_from(WHOLE)), max_size=12).map("".join)


@given(PIECES)
def test_no_arrangement_of_marks_acts(said: str) -> None:
    assert acts(defused(said)) == []


@given(st.text(max_size=80))
def test_a_code_block_holds_just_its_code(code: str) -> None:
    (block,) = [token for token in READER.parse(fenced(code)) if token.type == "fence"]
    kept = [each for each in block.content if each.isalnum()]
    assert kept == [each for each in code if each.isalnum()]


@pytest.mark.parametrize(
    "said",
    [
        "The **quick** `fox`.\n\n- one\n- two\n\n| a | b |\n|---|---|\n| 1 | 2 |",
        "[a](https://example.org) and <https://example.org>",
        "if `<div>` is code, `![x](y)` is too",
        "$a_1 < b$ and 5 < 6 & more",
        "# Heading\n\n> quoted\n\n1. first",
    ],
)
def test_harmless_markdown_stays_as_it_was(said: str) -> None:
    assert defused(said) == said


def test_code_keeps_its_language_and_words() -> None:
    assert (
        defused("```python\nif a < b: print('![x](y)')\n```") == "```python\nif a < b: print('![x](y)')\n```"
    )


def test_a_block_of_a_name_that_runs_is_renamed() -> None:
    assert defused("```dataviewjs\nx\n```") == "```text dataviewjs\nx\n```"


def test_formulas_are_written_with_dollars() -> None:
    assert defused("\\(x_1\\) \\[y\\]\n\n\\[\nz\n\\]") == "$x_1$ $$y$$\n\n$$\nz\n$$"


@given(st.text(max_size=60))
def test_a_name_in_a_line_is_text_alone(said: str) -> None:
    tokens = READER.parse(f"# x {in_line(said)} y")
    assert [token.type for token in tokens] == ["heading_open", "inline", "heading_close"]
    assert {child.type for child in tokens[1].children or ()} <= {"text", "text_special"}


@given(st.text(max_size=60))
def test_no_title_adds_a_line_to_the_front_matter(title: str) -> None:
    lines = front_matter({"title": title, "provider": "claude"}).splitlines()
    assert (len(lines), lines[0], lines[2:]) == (4 if title else 3, "---", lines[2:])
    assert lines[-1] == "---"


@pytest.mark.parametrize("said", ["a %%b", "%%\nall of this\n%%", "%%%%", "%%% $x %% y$", "$%%%$"])
def test_nothing_that_was_said_hides_what_follows(said: str) -> None:
    """Obsidian shows nothing between `%%` and the next one, or the end of the note."""
    assert "%%" not in defused(said)


@pytest.mark.parametrize(
    "said",
    [
        "$\\href{javascript:alert(1)}{x}$",
        "\\(\\href{javascript:alert(1)}{x}\\)",
        "$$\n\\let\\x\\href \\x{javascript:alert(1)}{x}\n$$",
        "$\\htmlStyle{position:fixed}{x}$ $\\style{position:fixed}{x}$",
        "$\\require{x}$ and $\\includegraphics{https://evil.example/x.png}$",
    ],
)
def test_no_formula_links_styles_or_loads(said: str) -> None:
    """MathJax and KaTeX know commands that do."""
    assert not re.search(r"\\(href|html\w+|style|require|includegraphics)", defused(said))


def test_other_formulas_stay_as_they_are() -> None:
    """Commands that only begin like those, too."""
    said = "$\\classical \\hrefs \\frac{a}{b} \\% x$"
    assert defused(said) == said


@pytest.mark.parametrize(
    "said",
    [
        "words\n    ```dataviewjs\n    x\n    ```",
        "- one\n\n      ```dataviewjs\n      x\n      ```",
        "> words\n>      ~~~ dataviewjs\n>      x",
        "1. one\n        ```tasks\n        x",
    ],
)
def test_what_a_lax_parser_takes_for_a_fence_has_no_name_that_runs(said: str) -> None:
    """CommonMark sees none, for it is indented too far; some programs are less exact."""
    assert not re.search(r"^[\s>*+.)\d-]*(?:`{3,}|~{3,})\s*(?:dataviewjs|tasks)", defused(said), re.MULTILINE)
