"""The files of a message: shown, offered, or named as missing."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

from chathold.core.texts import _
from chathold.rendering.controls import name, plain

Json = dict[str, Any]

_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif", ".bmp")
_PICTURE_TYPES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/bmp"})


def files_of(message: Json) -> dict[str, Json]:
    """A message's attachments by id, or by name where they have none, or by text: what was pasted has neither."""
    return {
        each["id"] or each["name"] or each.get("text") or str(number): each
        for number, each in enumerate(message["attachments"])
    }


def file_of(part: Json, files: dict[str, Json]) -> Json | None:
    """The attachment of `files_of` that a part of a message stands for, taken out of them; none if there is none."""
    return files.pop(part.get("ref") or part.get("name") or part["text"], None)


def is_picture(attachment: Json) -> bool:
    """Whether a browser shows the file as a picture; SVG, which can hold scripts, is none."""
    if attachment["mime"]:
        return attachment["mime"].lower() in _PICTURE_TYPES
    return bool(attachment["name"].lower().endswith(_PICTURES))


def file_html(part: Json, attachment: Json | None, link: Callable[[Json], str | None]) -> str:
    """One file: the picture, or a link to its bytes, or its name; then the text a service took out of it."""
    known = attachment or {"id": part.get("ref", ""), "name": "", "mime": "", "size": None, "sha256": None}
    called = name(part.get("name") or known["name"] or known["id"])
    text = part["text"] or known.get("text", "")
    address = link(known) if attachment else None
    place = _place(known, called or _("file"), address, has_text=bool(text))
    return place + (_extracted(title_of_text(called), text) if text else "")


def title_of_text(called: str) -> str:
    """What stands above the text of a file; of a file without a name, which is text that was pasted."""
    return _("Text of {name}").format(name=called) if called else _("Pasted text")


def _place(known: Json, called: str, address: str | None, *, has_text: bool) -> str:
    shown = f"<bdi>{escape(called)}</bdi>"
    if address is None:
        if has_text:
            return ""
        missing = escape(_("not in the export"))
        return f'<p class="missing" dir="auto">{shown} · {missing}</p>\n'
    picture = f'<img src="{escape(address)}" alt="{escape(called)}" loading="lazy">'
    body = picture if is_picture(known) else shown
    saved_as = escape(name(known["name"]) or called)
    opening = f'<a class="file" href="{escape(address)}" download="{saved_as}">'
    return f'<p class="file">{opening}{body}</a></p>\n'


def _extracted(title: str, text: str) -> str:
    body = f'<pre class="plain" dir="auto">{escape(plain(text))}</pre>'
    return f'<details class="extracted"><summary><bdi>{escape(title)}</bdi></summary>\n{body}</details>\n'
