r"""Mathematics is kept as it was written, as code: Markdown would eat its underscores and backslashes.

    inline   $…$  $$…$$  \(…\)  \[…\]
    blocks   lines from one that begins with $$ or \[ to one that ends with $$ or \]

A single dollar follows Pandoc's rule, so that prices stay prices: nothing blank inside its edges, and no digit
after the last one.
"""

from __future__ import annotations

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline

_PAIRS = (("$$", "$$"), ("\\[", "\\]"), ("\\(", "\\)"), ("$", "$"))
_BLOCKS = {"$$": "$$", "\\[": "\\]"}
_LONGEST = 2000
_MOST_LINES = 200


def mathematics(markdown: MarkdownIt) -> None:
    """Teach a parser to keep formulas: tokens `math_inline` and `math_block`."""
    markdown.inline.ruler.before("escape", "math_inline", _inline)
    markdown.block.ruler.before(
        "fence", "math_block", _block, {"alt": ["paragraph", "reference", "blockquote", "list"]}
    )


def _inline(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - the parser's own signature
    if state.src[state.pos] not in "$\\":
        return False
    for opening, closing in _PAIRS:
        if state.src.startswith(opening, state.pos):
            end = _end(state, opening, closing)
            if end < 0:
                return False
            if not silent:
                token = state.push("math_inline", "code", 0)
                token.content = state.src[state.pos : end]
            state.pos = end
            return True
    return False


def _end(state: StateInline, opening: str, closing: str) -> int:
    """Where the formula that begins here ends, or -1."""
    text, start = state.src, state.pos + len(opening)
    limit = min(state.posMax, start + _LONGEST)
    at = text.find(closing, start, limit)
    if opening == "$":
        while at > 0 and text[at - 1] == "\\":
            at = text.find(closing, at + 1, limit)
        if at <= start or text[start].isspace() or text[at - 1].isspace() or text[at + 1 : at + 2].isdigit():
            return -1
    return at + len(closing) if at > start else -1


def _block(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001 - likewise
    if state.is_code_block(start):
        return False
    line = _line(state, start)
    closing = _BLOCKS.get(line[:2])
    if closing is None:
        return False
    last = start if len(line) > len(closing) + 1 and line.endswith(closing) else None
    if last is None and closing not in line[2:]:
        last = _closing_line(state, start + 1, end, closing)
    if last is None:
        return False
    if not silent:
        token = state.push("math_block", "pre", 0)
        token.content = state.getLines(start, last + 1, state.blkIndent, keepLastLF=False)
        token.map = [start, last + 1]
        state.line = last + 1
    return True


def _line(state: StateBlock, number: int) -> str:
    return state.src[state.bMarks[number] + state.tShift[number] : state.eMarks[number]].rstrip()


def _closing_line(state: StateBlock, start: int, end: int, closing: str) -> int | None:
    """The next line that ends with `closing`; one that was found before is remembered, as is that none is."""
    known: dict[tuple[str, int], tuple[int, int]] = state.env.setdefault("mathematics", {})
    since, found = known.get((closing, end), (end, -1))
    if not since <= start <= found:
        found = next((each for each in range(start, end) if _line(state, each).endswith(closing)), end)
        known[closing, end] = (start, found)
    if found >= end or found - start > _MOST_LINES:
        return None
    outside = any(
        state.sCount[each] < state.blkIndent for each in range(start, found + 1) if _line(state, each)
    )
    return None if outside else found
