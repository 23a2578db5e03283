"""The body of one message as HTML: what was said, what was thought, what tools did, what was cited, its files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from html import escape
from typing import Any

from chathold.core.texts import _
from chathold.rendering.controls import name
from chathold.rendering.files import file_html, file_of, files_of
from chathold.rendering.gate import gated
from chathold.rendering.highlighting import code_html
from chathold.rendering.markdown import host, link_html, text_html

Json = dict[str, Any]
Link = Callable[[Json], str | None]


def message_html(message: Json, *, link: Link) -> str:
    """A message, as `show` gives it, as safe HTML: its body without role and time.

    `link` gives the address of an attachment's bytes, or none where the archive has none: the file is then
    named, and said not to be in the export. Reasoning, tools and unknown pieces are folded (`<details>`),
    citations are numbered notes at the end. Time and memory grow with the message's size.
    """
    own: set[str] = set()

    def noted(attachment: Json) -> str | None:
        address = link(attachment)
        if address:
            own.add(address)
        return address

    html = "".join(_pieces(message, noted))
    empty = _("This message is empty.")
    return gated(html or f'<p class="empty">{escape(empty)}</p>\n', own)


def _pieces(message: Json, link: Link) -> Iterator[str]:
    files = files_of(message)
    cited = [part for part in message["parts"] if part["kind"] == "citation"]
    for part in message["parts"]:
        if part["kind"] == "attachment":
            yield file_html(part, file_of(part, files), link)
        elif part["kind"] != "citation":
            yield _part(part, typed=message["role"] == "user")
    for attachment in files.values():
        yield file_html({"text": ""}, attachment, link)
    if cited:
        yield _citations(cited)


def _part(part: Json, *, typed: bool) -> str:
    said, text = name(part.get("name", "")), part["text"]
    match part["kind"]:
        case "text":
            how = "text typed" if typed else "text"
            body = text_html(text, typed=typed) if text.strip() else ""
            head = f'<p dir="auto"><strong>{escape(said)}</strong></p>\n' if said else ""
            return f'<div class="{how}" dir="auto">{head}{body}</div>\n' if head or body else ""
        case "code":
            return code_html(text, part.get("language", ""))
        case "reasoning":
            return _folded("reasoning", _("Reasoning"), f'<div class="text">{text_html(text)}</div>')
        case "tool_call":
            title = _("Tool called: {name}").format(name=said) if said else _("Tool called")
            return _folded("tool", title, _output(part))
        case "tool_result":
            title = _("Answer of the tool: {name}").format(name=said) if said else _("Answer of a tool")
            return _folded("tool", title, _output(part))
        case kind:
            what = name(part.get("type", "")) or kind
            title = _("A piece of a kind not known: {kind}").format(kind=what)
            return _folded("unknown", title, _output(part))


def _folded(how: str, title: str, body: str) -> str:
    """`body` below a line that opens it; the line alone where there is nothing to open."""
    head = f"<bdi>{escape(title)}</bdi>"
    return f'<details class="{how}"><summary>{head}</summary>\n{body}</details>\n'


def _output(part: Json) -> str:
    """What went into a tool or came out of it: code if it says of which language, or looks like JSON."""
    text, url = part["text"], part.get("url", "")
    language = part.get("language", "") or ("json" if text.lstrip()[:1] in ("{", "[") else "")
    source = f'<p dir="auto">{link_html(url, url)}</p>\n' if url else ""
    return source + (code_html(text, language) if text else "")


def _citations(cited: Sequence[Json]) -> str:
    """Numbered notes; a citation that the text calls by a number keeps it."""
    items = []
    for number, part in enumerate(cited, 1):
        ref, url = part.get("ref", ""), part.get("url", "")
        shown = int(ref) if ref.isdecimal() and ref.isascii() and len(ref) < 5 else number  # noqa: PLR2004
        title = part.get("name") or host(url) or url or ref
        where = f' <span class="host"><bdi>{escape(host(url))}</bdi></span>' if host(url) else ""
        quote = f'<blockquote dir="auto">{escape(part["text"])}</blockquote>' if part["text"] else ""
        items.append(f'<li value="{shown}" dir="auto">{link_html(url, title)}{where}{quote}</li>\n')
    return f'<ol class="citations">\n{"".join(items)}</ol>\n'
