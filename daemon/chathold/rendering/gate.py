"""The last gate: only what is on this list leaves, whatever was let through before."""

from __future__ import annotations

from collections.abc import Collection

import nh3

from chathold.rendering.highlighting import CLASSES
from chathold.rendering.markdown import SCHEMES

_NAMES = """
    a bdi blockquote br code details div em h1 h2 h3 h4 h5 h6 hr img li ol p pre s span strong summary sup
    table tbody td th thead tr ul
"""
_TAGS = set(_NAMES.split())
_OURS = {
    "a": {"file"},
    "code": {"math"},
    "details": {"reasoning", "tool", "unknown", "extracted"},
    "div": {"text", "typed", "files"},
    "ol": {"citations"},
    "p": {"file", "missing", "empty"},
    "pre": {"code", "math", "plain"},
    "span": {"host", "size"} | CLASSES,
    "td": {"left", "right", "center"},
    "th": {"left", "right", "center"},
}
_ATTRIBUTES = {
    "*": {"dir"},
    "a": {"href", "title", "download"},
    "img": {"src", "alt", "loading"},
    "li": {"value"},
    "ol": {"start"},
}


def gated(html: str, own: Collection[str]) -> str:
    """The HTML less everything that is not allowed; `own` are the addresses of the archive's own files."""
    return nh3.clean(
        html,
        tags=_TAGS,
        clean_content_tags={"script", "style"},
        attributes=_ATTRIBUTES,
        allowed_classes=_OURS,
        set_tag_attribute_values={"a": {"target": "_blank"}},
        link_rel="noopener noreferrer nofollow",
        url_schemes=set(SCHEMES),
        url_relative=lambda url: url if url in own else None,
        attribute_filter=lambda tag, name, value: (
            None if tag == "img" and name == "src" and value not in own else value
        ),
    )
