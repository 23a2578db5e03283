"""Chat text read as Markdown: CommonMark with tables and strikethrough, raw HTML shown as the text it is.

What a person wrote is read with care: services show it as it was typed, so only code and links are marked in it.
Text too long, or too tangled for a parser that looks at every bracket again and again, is shown as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from html import escape
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from chathold.core.texts import _
from chathold.rendering.bare_links import bare_links
from chathold.rendering.controls import name, plain, visible
from chathold.rendering.highlighting import code_html
from chathold.rendering.mathematics import mathematics

SCHEMES = frozenset({"http", "https", "mailto"})
"""What an address in a chat may begin with; everything else is shown as text."""

_MOST = 300_000
_LONGEST_LINE = 50_000
_DEEPEST = 40
"""Levels of quotes and lists; the parser leaves out what lies deeper, so such a text is shown as it is."""

_MOST_MARKS = 5_000
_MARKS = re.compile(r"[\[\]*_`<~$|!&\\]")
_PARAGRAPH_END = re.compile(r"\n[ \t>]*\n")
_ISOLATED = frozenset(
    {"paragraph_open", "heading_open", "list_item_open", "blockquote_open", "td_open", "th_open"}
)
_CITED = re.compile(r"\[citation:(\d{1,4})\]")


def text_html(text: str, *, typed: bool = False) -> str:
    """Markdown as HTML; `typed` by a person means that only code, links and formulas are marked."""
    text = plain(text)
    parser = _typed() if typed else _written()
    environment: dict[str, object] = {}
    tokens = None if tangled(text) else parser.parse(text, environment)
    if tokens is None or any(token.nesting > 0 and token.level >= _DEEPEST - 1 for token in tokens):
        return f'<pre class="plain" dir="auto">{escape(text)}</pre>\n'
    return str(parser.renderer.render(tokens, parser.options, environment))


def tangled(text: str) -> bool:
    """Whether the text is longer, or has more marks in one paragraph, than is read as Markdown."""
    if len(text) > _MOST:
        return True
    if len(text) <= _MOST_MARKS:
        return False
    return any(
        len(paragraph) > _MOST_MARKS
        and (
            len(_MARKS.findall(paragraph)) > _MOST_MARKS
            or any(len(line) > _LONGEST_LINE for line in paragraph.split("\n"))
        )
        for paragraph in _PARAGRAPH_END.split(text)
    )


def is_address(url: str) -> bool:
    """Whether an address may be followed: http, https or mailto, and a host where one belongs."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme.lower() in SCHEMES and bool(parts.scheme.lower() == "mailto" or parts.netloc)


def host(url: str) -> str:
    """The host of an address, for a person to read."""
    try:
        return name(urlsplit(url).hostname or "")
    except ValueError:
        return ""


def link_html(url: str, said: str) -> str:
    """A link out of the page, `said` escaped; only the words where the address may not be followed."""
    if not is_address(url):
        return f"<bdi>{escape(name(said))}</bdi>"
    return f'<a href="{escape(url)}" title="{escape(visible(url))}"><bdi>{escape(name(said))}</bdi></a>'


def _image(token: Token) -> str:
    url = str(token.attrs.get("src", ""))
    said = _("image at {host}").format(host=host(url))
    return link_html(url, f"{token.content} ({said})" if token.content else said)


_HTML: dict[str, Callable[[Token], str]] = {
    "text": lambda token: _CITED.sub(r"<sup>[\1]</sup>", escape(token.content)),
    "fence": lambda token: code_html(token.content, next(iter(token.info.split()), "")),
    "code_block": lambda token: code_html(token.content),
    "code_inline": lambda token: f'<code dir="auto">{escape(visible(token.content))}</code>',
    "math_inline": lambda token: f'<code class="math" dir="ltr">{escape(visible(token.content))}</code>',
    "math_block": lambda token: (
        f'<pre class="math" dir="ltr"><code>{escape(visible(token.content))}</code></pre>\n'
    ),
    "image": _image,
}
"""What is written for a piece of Markdown, where not what the library would write."""


def _rule(html: Callable[[Token], str]) -> Callable[..., str]:
    """The function as the library calls it: with itself, all tokens, a place, options and environment."""
    return lambda _renderer, tokens, place, _options, _environment: html(tokens[place])


def _isolated(state: StateCore) -> None:
    """Every block keeps the direction of its text to itself; columns are aligned by class, not by style."""
    for token in state.tokens:
        if token.type in _ISOLATED:
            token.attrSet("dir", "auto")
        if style := str(token.attrs.pop("style", "")):
            token.attrSet("class", style.removeprefix("text-align:"))


def _as_typed(state: StateCore) -> None:
    """A paragraph's first line keeps the blanks it begins with."""
    lines = state.src.split("\n")
    for token in state.tokens:
        if token.type == "inline" and token.map:
            token.content = "\n".join(lines[token.map[0] : token.map[1]]).rstrip()


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": _DEEPEST}).use(mathematics)
    parser.core.ruler.push("bare_links", bare_links)
    parser.core.ruler.push("isolated", _isolated)
    setattr(parser, "validateLink", is_address)  # noqa: B010 - a method is replaced, as the library documents
    for name_of_token, html in _HTML.items():
        parser.add_render_rule(name_of_token, _rule(html))
    return parser


@lru_cache(maxsize=1)
def _written() -> MarkdownIt:
    return _parser().enable(["table", "strikethrough"])


@lru_cache(maxsize=1)
def _typed() -> MarkdownIt:
    parser = _parser()
    parser.core.ruler.before("inline", "as_typed", _as_typed)
    parser.block.ruler.enableOnly(["fence", "math_block", "paragraph"])
    parser.inline.ruler.enableOnly(["text", "backticks", "link", "autolink", "math_inline"])
    parser.inline.ruler2.enableOnly(["fragments_join"])
    return parser
