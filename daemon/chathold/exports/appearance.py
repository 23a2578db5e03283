"""What a file is that cannot be an export, judged by how it begins, and what to tell its owner."""

from __future__ import annotations

import codecs
import re

from chathold.core.errors import ExpiredLink, ExportError, Incomplete, NotAnExport
from chathold.core.texts import N_, _

UTF8_BOM = codecs.BOM_UTF8
_SPACE = b" \t\r\n"
_WEB = re.compile(rb"<(?:!doctype\s+html|html|head|body|script|!--|meta|title)", re.IGNORECASE)
_PACKED = (b"7z\xbc\xaf\x27\x1c", b"Rar!", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd")
_KINDS = (
    (b"\x89PNG", N_("a picture")),
    (b"\xff\xd8\xff", N_("a picture")),
    (b"GIF8", N_("a picture")),
    (b"%PDF", N_("a PDF document")),
    (b"\x7fELF", N_("a program")),
    (b"MZ", N_("a program")),
    (b"SQLite format 3", N_("a database")),
    (b"{\\rtf", N_("a text document")),
)

ASK_AGAIN = N_("Ask for a new export.")
DOWNLOAD_AGAIN = N_('Download it again. If you cannot, "chathold import --rescue FILE" takes what is whole.')
"""Names the whole command: the file may have been met by a page, a notice, or another command."""


def begins_like_json(head: bytes) -> bool:
    """Whether `head` can be the beginning of a JSON array or object."""
    return head.removeprefix(UTF8_BOM).lstrip(_SPACE)[:1] in {b"[", b"{"} and not head.startswith(b"{\\rtf")


def refusal(name: str, head: bytes) -> ExportError:
    """Why the file called `name` that begins with `head` is no export."""
    text = head.removeprefix(UTF8_BOM).lstrip(_SPACE)
    if not head:
        return NotAnExport(
            _("The file is empty."),
            place=name,
            advice=_("Wait until the download is finished, or download it again."),
        )
    if not head.strip(b"\0"):
        return Incomplete(
            _("The file holds nothing yet."),
            place=name,
            advice=_("Wait until the download is finished, or download it again."),
        )
    if _WEB.match(text):
        return _web_page(name)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return NotAnExport(
            _("This text was saved in UTF-16; exports are in UTF-8."),
            place=name,
            advice=_("Import the file as it was downloaded, or save it as UTF-8."),
        )
    if head.startswith(_PACKED):
        return NotAnExport(
            _("This is packed, but it is no ZIP."),
            place=name,
            advice=_("Unpack it and import the folder."),
        )
    return _something_else(name, text)


def _web_page(name: str) -> NotAnExport:
    """A download that failed, unless its owner calls it a page, too."""
    if name.lower().endswith((".html", ".htm", ".xhtml")):
        return NotAnExport(
            _("This is a web page, not an export."),
            place=name,
            advice=_("If it came with an export, import the ZIP or the folder it came in."),
        )
    return ExpiredLink(
        _("This file is a web page: the link had expired or was already used."),
        place=name,
        advice=_(ASK_AGAIN),
    )


def _something_else(name: str, text: bytes) -> NotAnExport:
    kind = next((kind for magic, kind in _KINDS if text.startswith(magic)), N_("something else"))
    return NotAnExport(
        _("This is not an export; it is {kind}.").format(kind=_(kind)),
        place=name,
        advice=_("Exports are ZIP or JSON files, or folders unpacked from them."),
    )
