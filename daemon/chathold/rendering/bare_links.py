"""Addresses that stand in a text as they are become links: `https://…`, without what punctuation follows them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from markdown_it.rules_core import StateCore
from markdown_it.token import Token

_NOT_IN_ADDRESSES = r"\s<>\"'`\\^{|}\u3000-\u3003\u3008-\u3011\u2018-\u201f\uff01-\uff0f\uff1a-\uff1f"
_ADDRESS = re.compile(rf"https?://[^{_NOT_IN_ADDRESSES}]{{1,2000}}", re.IGNORECASE)
_ENDINGS = ".,;:!?*_~"
_PAIRS = {")": "(", "]": "["}


def bare_links(state: StateCore) -> None:
    """A core rule, after inline: links in texts that are in no link yet."""
    for token in state.tokens:
        if token.type == "inline" and "://" in token.content and token.children:
            token.children = list(_linked(token.children))


def _linked(children: list[Token]) -> Iterator[Token]:
    inside = 0
    for child in children:
        inside += {"link_open": 1, "link_close": -1}.get(child.type, 0)
        if child.type != "text" or inside or "://" not in child.content:
            yield child
            continue
        at = 0
        for found in _ADDRESS.finditer(child.content):
            address = _without_ending(found[0])
            if "." not in address:
                continue
            yield _text(child.content[at : found.start()], child.level)
            yield Token("link_open", "a", 1, {"href": address}, level=child.level)
            yield _text(address, child.level + 1)
            yield Token("link_close", "a", -1, level=child.level)
            at = found.start() + len(address)
        yield _text(child.content[at:], child.level)


def _text(content: str, level: int) -> Token:
    return Token("text", "", 0, content=content, level=level)


def _without_ending(address: str) -> str:
    """The address less the punctuation of the sentence, and a bracket that it does not open itself."""
    while address:
        last = address[-1]
        closes_nothing = last in _PAIRS and address.count(last) > address.count(_PAIRS[last])
        if last not in _ENDINGS and not closes_nothing:
            return address
        address = address[:-1]
    return address
