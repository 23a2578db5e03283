r"""Chat text made harmless inside a Markdown file, whatever program opens that.

Markdown programs load pictures, show raw HTML, and some run what stands in code blocks of certain names. So:

    raw HTML             `<` before a letter, `/`, `!`, `?` or `%` becomes `&lt;` (`<https://…>` stays)
    pictures, embeds     `![` becomes `&#33;[`; pictures from elsewhere are links then
    links within notes   `[[` becomes `&#91;&#91;`
    addresses            only http, https and mailto stay links; before others `(` or `:` becomes an entity
    entities             `&` before a name or number of one becomes `&amp;`: nothing can hide behind one
    code blocks          keep the name of a programming language; any other (dataviewjs, mermaid, html, …) goes
                         behind the word `text`; a block that is not closed is closed
    code in a line       that begins with `=` or `$=` (inline queries) gets an invisible space before it
    templates            `<%` gets an invisible space (U+200B) between its two characters, in code, too
    comments             `%%`, which hides all that follows in some programs, becomes `&#37;%`
    mathematics          \(…\) and \[…\] become $…$ and $$…$$; commands that link, style or load (\href, …) get an
                         invisible space after their backslash
    what is no fence     but may be one to a less exact parser (indented too far) gets an invisible space after it

Code blocks outside lists and quotes are written anew. What comes of it is read once more by a CommonMark parser;
where that still finds something that acts, or that is left open, spans of code are treated as text, and if
need be the whole text becomes one code block.
"""

from __future__ import annotations

import re
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

from chathold.rendering.controls import plain
from chathold.rendering.highlighting import LANGUAGES
from chathold.rendering.markdown import is_address, tangled

_RENDERED = frozenset({"html", "xml", "vue", "svelte", "tex", "latex"})
"""Languages whose blocks some programs show as what they say, not as code."""

_TAG = re.compile(r"<(?=[A-Za-z/!?])(?!(?:https?://|mailto:)[^\s<>]*>)")
_ENTITY = re.compile(r"&(?=#|[A-Za-z][A-Za-z0-9]*;)")
_ELSEWHERE = re.compile(r"\]\((?!\s*<?(?:https?://|mailto:))", re.IGNORECASE)
_DEFINED_ELSEWHERE = re.compile(r"\]:(?!\s*<?(?:https?://|mailto:))", re.IGNORECASE)
_TICKS = re.compile(r"`+")
_FORMULA = re.compile(
    r"\\\((?P<line>[^\n`$]{1,2000}?)\\\)|\\\[(?P<block>[^\n`$]{1,2000}?)\\\]"
    r"|\$[^\s$`](?:[^$`\n]{0,2000}?[^\s$`])?\$(?!\d)"
)
_LONE_BORDER = re.compile(r"^\\[\[\]] *$", re.MULTILINE)
_CITED = re.compile(r"\[citation:(\d{1,4})\]")
_SIGN = re.compile(r"[\\`*{}\[\]()#+!|~$=^%<>&]|(?<![^\W_])_|_(?![^\W_])")
_QUERY = re.compile(r"\s*\$?=")
_FENCE = re.compile(r"`{3,}|~{3,}")
_LAX_FENCE = re.compile(r"^([\s>*+.)\d-]*(?:`{3,}|~{3,}))(?=\s*\w)")
_ACTING = re.compile(
    r"\\(?=(?:href|url|style|class|cssId|data|require|includegraphics|csname|html[A-Za-z]+)(?![A-Za-z]))"
)
"""What MathJax or KaTeX may make links, styles, pictures or loads of."""
_COMMENT = re.compile("%(?=%)")
_UNSEEN = "\u200b"
_AFTER = "what follows"


def defused(text: str) -> str:
    """Chat text as harmless Markdown; what no parser bears, or cannot be made harmless, is one code block."""
    text = _LONE_BORDER.sub("$$", plain(text).replace("\t", "    "))
    if tangled(text):
        return fenced(text)
    for spans in (True, False):
        written = _rewritten(text, spans=spans)
        if _is_harmless(written):
            return written
    return fenced(text)


def _rewritten(text: str, *, spans: bool) -> str:
    """The text piece by piece; with `spans`, what stands between backticks is code."""
    lines = text.split("\n")
    written: list[str] = []
    at = 0
    for token in _parser().parse(text):
        first, last = token.map or (0, 0)
        if token.type not in ("fence", "code_block") or first < at:
            continue
        written += [_prose_line(line, spans=spans) for line in lines[at:first]]
        written += _code_block(token, lines[first:last])
        at = last
    written += [_prose_line(line, spans=spans) for line in lines[at:]]
    return "\n".join(written).strip("\n")


def _is_harmless(text: str) -> bool:
    """Whether a program that reads CommonMark finds nothing in it that acts, and nothing left open."""
    tokens = _parser().parse(f"{text}\n\n{_AFTER}")
    after = tokens[-2:-1]
    inner = [child for token in tokens for child in token.children or ()]
    return (
        [(each.content, each.level) for each in after] == [(_AFTER, 1)]
        and not any(each.type in ("html_block", "html_inline", "image") for each in (*tokens, *inner))
        and not any(each.type == "code_inline" and _QUERY.match(each.content) for each in inner)
        and all(is_address(str(each.attrs["href"])) for each in inner if each.type == "link_open")
        and all(
            language_of(each.info).partition(" ")[0] == each.info.partition(" ")[0]
            for each in tokens
            if each.type == "fence"
        )
    )


def fenced(code: str, language: str = "") -> str:
    """Code as a block of its own, with a fence longer than any in it; its language if that is one."""
    code = _templates(plain(code))
    fence = "`" * max(3, 1 + max((len(run) for run in _TICKS.findall(code)), default=0))
    return f"{fence}{language_of(language)}\n{code}\n{fence}"


def language_of(info: str) -> str:
    """The word after a fence that no program takes for an order: a programming language, or `text` and the rest."""
    words = "".join(each for each in info if each.isalnum() or each in " +#-_.").split()
    if not words:
        return ""
    name = words[0].lower()
    return name if name in LANGUAGES and name not in _RENDERED else "text " + words[0]


def in_line(text: str) -> str:
    """A name or title inside a line of ours: nothing in it is Markdown."""
    return re.sub(
        r"[\\`*{}\[\]()#+!|~$=^%<>&]|(?<![^\W_])_|_(?![^\W_])",
        lambda sign: f"&#{ord(sign[0])};",
        " ".join(text.split()),
    )


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"maxNesting": 100}).enable("table")


def _code_block(token: Token, lines: list[str]) -> list[str]:
    """A code block anew; one inside a list or quote stays in its place, with another name and an end."""
    if token.level == 0:
        return fenced(token.content.rstrip("\n"), token.info).split("\n")
    if token.type == "code_block":
        return [_templates(_no_fence(line)) for line in lines]
    opening, *rest = lines
    found = _FENCE.search(opening)
    if found is None:
        return [_prose_line(line, spans=False) for line in lines]
    before, fence = opening[: found.start()], found[0]
    written = [before + fence + language_of(token.info), *map(_templates, rest)]
    if not rest or not _closes(rest[-1], fence):
        written.append(re.sub(r"[^>\s]", " ", before) + fence)
    return written


def _closes(line: str, fence: str) -> bool:
    """Whether a line ends the block that `fence` began."""
    end = line.lstrip("> \t").rstrip()
    return len(end) >= len(fence) and set(end) == {fence[0]}


def _prose_line(text: str, *, spans: bool) -> str:
    """A line outside code blocks; spans of code in it are left as they are, but for what runs."""
    pieces: list[str] = []
    at = 0
    text = _no_fence(text)
    closing = _closing_runs(text)
    for run in _TICKS.finditer(text) if spans else ():
        end = next((place for place in closing[len(run[0])] if place > run.start()), None)
        if run.start() < at or end is None:
            continue
        pieces += [_prose(text[at : run.start()]), _span(text[run.end() : end], run[0])]
        at = end + len(run[0])
    return "".join([*pieces, _prose(text[at:])])


def _no_fence(line: str) -> str:
    """A line that begins no code block, whoever reads it."""
    return _LAX_FENCE.sub(rf"\1{_UNSEEN}", line)


def _closing_runs(text: str) -> dict[int, list[int]]:
    """Where runs of backticks stand, by their length."""
    found: dict[int, list[int]] = {}
    for run in _TICKS.finditer(text):
        found.setdefault(len(run[0]), []).append(run.start())
    return found


def _span(code: str, ticks: str) -> str:
    query = _UNSEEN if _QUERY.match(code) else ""
    return f"{ticks}{query}{_templates(code)}{ticks}"


def _prose(text: str) -> str:
    """Text that is no code: formulas as they are, all else without what acts."""
    pieces: list[str] = []
    at = 0
    for found in _FORMULA.finditer(text):
        pieces += [_tame(text[at : found.start()]), _formula(found)]
        at = found.end()
    return "".join([*pieces, _tame(text[at:])])


def _formula(found: re.Match[str]) -> str:
    """A formula between dollars; `<` stands apart from what follows, so that it begins no tag."""
    inner = found["line"] or found["block"]
    mark = "$" if found["line"] else "$$"
    text = f"{mark}{inner.strip()}{mark}" if inner else found[0]
    text = re.sub(r"([<!\[])(?=[A-Za-z/!?%\[])|(\])(?=\()|%(?=%)", lambda sign: sign[0] + " ", text)
    return _ACTING.sub(rf"\\{_UNSEEN}", text)


def _tame(text: str) -> str:
    text = _ENTITY.sub("&amp;", _CITED.sub(r"[\1]", text))
    text = _TAG.sub("&lt;", text)
    text = text.replace("![", "&#33;[").replace("[[", "&#91;&#91;")
    text = _ACTING.sub(rf"\\{_UNSEEN}", _COMMENT.sub("&#37;", text))
    text = _ELSEWHERE.sub("]&#40;", text)
    return _templates(_DEFINED_ELSEWHERE.sub("]&#58;", text))


def _templates(text: str) -> str:
    return text.replace("<%", f"<{_UNSEEN}%")
