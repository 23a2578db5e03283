"""A conversation as one Markdown file: front matter, the main branch in reading order, then the other branches."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import quote

from chathold.core.texts import _
from chathold.rendering.branches import Branches
from chathold.rendering.controls import name
from chathold.rendering.files import file_of, files_of, is_picture, title_of_text
from chathold.rendering.markdown import host, is_address
from chathold.takeout.defusing import defused, fenced, in_line
from chathold.takeout.facts import begins, facts_of, title_of, who
from chathold.takeout.front_matter import front_matter

Json = dict[str, Any]
Link = Callable[[Json], str | None]


def markdown_of(shown: Json, labels: Mapping[tuple[str, str], str], link: Link) -> str:
    """The whole file. `link` gives the path of an attachment beside it, or none where the archive has none."""
    return f"{front_matter(facts_of(shown, labels))}\n\n{body_of(shown, link)}"


def body_of(shown: Json, link: Link) -> str:
    """What follows the front matter: title and messages."""
    return "\n\n".join(filter(None, _pieces(shown, link))) + "\n"


def _pieces(shown: Json, link: Link) -> Iterator[str]:
    yield f"# {in_line(name(title_of(shown['conversation'])))}"
    tree = Branches(shown["messages"])
    for step in tree.path():
        yield _message(step.message, link, 2)
    others = tree.others()
    if others:
        yield "## " + _("Other branches")
    messages = {each["id"]: each for each in shown["messages"]}
    for run in others:
        yield f"### {in_line(name(begins(run, messages)))}"
        for message in run:
            yield _message(message, link, 4)


def _message(message: Json, link: Link, level: int) -> str:
    parts = "\n\n".join(filter(None, _parts(message, link)))
    head = in_line(name(who(message)))
    if message["hidden"]:
        return _folded(_("Hidden: {message}").format(message=head), parts) if parts else ""
    empty = _("This message is empty.")
    return f"{'#' * level} {head}\n\n{parts or f'*{empty}*'}"


def _parts(message: Json, link: Link) -> Iterator[str]:
    files = files_of(message)
    cited = []
    for part in message["parts"]:
        if part["kind"] == "attachment":
            yield _file(part, file_of(part, files), link)
        elif part["kind"] == "citation":
            cited.append(part)
        else:
            yield _part(part)
    for attachment in files.values():
        yield _file({"text": ""}, attachment, link)
    yield "\n".join(_citation(number, part) for number, part in enumerate(cited, 1))


def _part(part: Json) -> str:
    said, text = in_line(name(part.get("name", ""))), part["text"]
    match part["kind"]:
        case "text":
            return "\n\n".join(filter(None, (f"**{said}**" if said else "", defused(text))))
        case "code":
            return fenced(text, part.get("language", ""))
        case "reasoning":
            return _folded(_("Reasoning"), defused(text))
        case "tool_call":
            title = _("Tool called: {name}").format(name=said) if said else _("Tool called")
        case "tool_result":
            title = _("Answer of the tool: {name}").format(name=said) if said else _("Answer of a tool")
        case kind:
            what = in_line(name(part.get("type", ""))) or kind
            title = _("A piece of a kind not known: {kind}").format(kind=what)
    source = _linked(part["url"], part["url"]) if part.get("url") else ""
    code = fenced(text, part.get("language", "")) if text else ""
    return _folded(title, "\n\n".join(filter(None, (source, code))))


def _folded(title: str, body: str) -> str:
    """A quote with a heading, which programs that know callouts fold."""
    lines = [f"[!quote]- {title}", *(body.split("\n") if body else [])]
    return "\n".join(f"> {line}".rstrip() for line in lines)


def _citation(number: int, part: Json) -> str:
    ref, url = part.get("ref", ""), part.get("url", "")
    shown = ref if ref.isdecimal() and ref.isascii() and len(ref) < 5 else str(number)  # noqa: PLR2004
    title = part.get("name") or host(url) or url or ref
    where = f" ({in_line(host(url))})" if host(url) else ""
    quote_of = f": {in_line(name(part['text']))}" if part["text"] else ""
    return f"- \\[{shown}\\] {_linked(url, title)}{where}{quote_of}"


def _linked(url: str, said: str) -> str:
    words = in_line(name(said))
    return f"[{words}](<{quote(url, safe=_KEPT_IN_ADDRESSES)}>)" if is_address(url) else words


_KEPT_IN_ADDRESSES = "/:?#@!$&'*+,;=~%-._()"


def _file(part: Json, attachment: Json | None, link: Link) -> str:
    known = attachment or {"id": part.get("ref", ""), "name": "", "mime": "", "size": None, "sha256": None}
    given = in_line(name(part.get("name") or known["name"] or known["id"]))
    called = given or _("file")
    text = part["text"] or known.get("text", "")
    address = link(known) if attachment else None
    taken = _folded(title_of_text(given), fenced(text)) if text else ""
    if address is None:
        missing = "" if text else f"*{called}* · " + _("not in the export")
        return missing or taken
    picture = "!" if is_picture(known) else ""
    return "\n\n".join(filter(None, (f"{picture}[{called}]({quote(address)})", taken)))
