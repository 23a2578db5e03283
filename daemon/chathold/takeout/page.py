"""A conversation as one HTML page that opens from the disk, and the page that lists them all.

Nothing is fetched: a policy in the page forbids all but the pictures beside it and the style that stands in it,
named by its hash.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from html import escape
from typing import Any
from urllib.parse import quote

from chathold.archive.reading import provider_of
from chathold.core.saying import amount
from chathold.core.texts import _, language
from chathold.rendering import STYLE, message_html
from chathold.rendering.branches import Branches
from chathold.rendering.controls import name
from chathold.takeout.facts import address_of, begins, local, title_of, who
from chathold.takeout.markdown import Link
from chathold.takeout.others import Other

Json = dict[str, Any]

_STYLE = (
    STYLE
    + """\
:root { color-scheme: light dark; }
body { margin: 0 auto; padding: 2rem 1.2rem 4rem; max-width: 46rem; background: var(--ground); color: var(--text);
  font: 1rem/1.6 system-ui, "Noto Sans", "Noto Sans CJK SC", sans-serif; }
h1 { font-size: 1.5rem; line-height: 1.3; overflow-wrap: anywhere; }
header p, .when { color: var(--quiet); font-size: .9rem; }
a { color: var(--link); }
article { border-top: 1px solid var(--line); padding: 1rem 0; }
article > h2, section article > h3 { font-size: .95rem; margin: 0 0 .6rem; color: var(--quiet); font-weight: 600; }
article.user { background: var(--raised); border-radius: 10px; border-top: 0; padding: 1rem; margin: 1rem 0; }
section > h2 { font-size: 1.05rem; }
section { border-inline-start: 3px solid var(--line); padding-inline-start: 1rem; margin-top: 2rem; }
.list { list-style: none; padding: 0; }
.list li { display: flex; gap: 1rem; padding: .35rem 0; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
.list .when { flex: 0 0 6.5rem; }
"""
)
_HASH = base64.b64encode(sha256(_STYLE.encode()).digest()).decode()
_POLICY = f"default-src 'none'; img-src 'self' file:; style-src 'sha256-{_HASH}'; base-uri 'none'; form-action 'none'"


def page_of(shown: Json, labels: Mapping[tuple[str, str], str], link: Link, back: str) -> str:
    """The page of a conversation; `back` is the address of the list, if there is one, `link` gives those of files."""
    line = shown["conversation"]
    facts = [
        provider_of(line["provider"]).TITLE,
        labels.get((line["provider"], line["account"]), ""),
        local(line["created"]),
    ]
    address = address_of(line)
    at_service = _("The chat at the service")
    there = (
        f' · <a href="{escape(address)}" rel="noopener noreferrer">{escape(at_service)}</a>'
        if address
        else ""
    )
    all_chats = _("All chats")
    up = f'<p><a href="{escape(back)}">{escape(all_chats)}</a></p>' if back else ""
    head = (
        f"<header>{up}\n"
        f'<h1 dir="auto">{escape(name(title_of(line)))}</h1>\n'
        f"<p>{escape(name(' · '.join(filter(None, facts))))}{there}</p></header>\n"
    )
    return _document(title_of(line), head + "<main>\n" + "".join(_messages(shown, link)) + "</main>\n")


def _account(line: Json, labels: Mapping[tuple[str, str], str]) -> str:
    """The service and the account's label."""
    label = labels.get((line["provider"], line["account"]), "")
    return " · ".join(filter(None, (provider_of(line["provider"]).TITLE, label)))


def _messages(shown: Json, link: Link) -> Iterator[str]:
    tree = Branches(shown["messages"])
    for step in tree.path():
        yield _message(step.message, link, "h2")
    messages = {each["id"]: each for each in shown["messages"]}
    for run in tree.others():
        yield f"<section>\n<h2>{escape(name(begins(run, messages)))}</h2>\n"
        for message in run:
            yield _message(message, link, "h3")
        yield "</section>\n"


def _message(message: Json, link: Link, heading: str) -> str:
    body = message_html(message, link=lambda each: _address(link(each)))
    head = escape(name(who(message)))
    if message["hidden"]:
        title = escape(_("Hidden"))
        return f"<article><details><summary>{title} · {head}</summary>\n{body}</details></article>\n"
    return f'<article class="{message["role"]}"><{heading}>{head}</{heading}>\n{body}</article>\n'


def _address(path: str | None) -> str | None:
    return quote(path) if path else None


def index_of(
    entries: Iterable[tuple[Json, str]], unnamed: Iterable[Other], labels: Mapping[tuple[str, str], str]
) -> str:
    """The page that lists what was taken out: lines of `list`, each with the path of its page, and other files."""
    groups: dict[str, list[str]] = {}
    for line, path in entries:
        when = local(line["updated"])[:10] or _("unknown")
        groups.setdefault(_account(line, labels), []).append(_entry(when, path, title_of(line)))
    for each in unnamed:
        whose = _account({"provider": each.held.provider, "account": each.held.account}, labels)
        group = _("{account}: files that no chat names").format(account=whose)
        groups.setdefault(group, []).append(_entry(amount(each.held.size), each.path, each.name))
    body = "".join(
        f'<h2>{escape(name(group))}</h2>\n<ul class="list">\n{"".join(items)}</ul>\n'
        for group, items in groups.items()
    )
    title = _("Chats taken out of Chathold")
    return _document(title, f"<header><h1>{escape(title)}</h1></header>\n<main>\n{body}</main>\n")


def _entry(beside: str, path: str, called: str) -> str:
    return (
        f'<li><span class="when">{escape(beside)}</span>'
        f'<a href="{quote(path)}" dir="auto">{escape(name(called))}</a></li>\n'
    )


def _document(title: str, body: str) -> str:
    return (
        f'<!doctype html>\n<html lang="{language().replace("_", "-")}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="referrer" content="no-referrer">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(name(title))}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n{body}</body>\n</html>\n"
    )
