"""One conversation as a download."""

from __future__ import annotations

import io
import zipfile

from msgspec import Struct

from chathold.archive import views
from chathold.archive.reading import provider_of
from chathold.archive.store import Archive
from chathold.archive.summary import accounts, labelled
from chathold.takeout.facts import title_of
from chathold.takeout.files import path_in
from chathold.takeout.names import safe_stem
from chathold.takeout.original import original_of
from chathold.takeout.writing import Format, Writer

_TYPES = {
    Format.MARKDOWN: "text/markdown; charset=utf-8",
    Format.HTML: "text/html; charset=utf-8",
    Format.JSON: "application/json",
    Format.ORIGINAL: "application/json",
}


class Download(Struct, frozen=True):
    """A file to be saved: a name that every system takes, its type, its bytes."""

    name: str
    mime: str
    data: bytes


def one(archive: Archive, prefix: str, form: Format) -> Download:
    """The conversation or document that an id, or the beginning of one, names; a ZIP if files belong to it.

    No two formats give the same name: what is saved to one folder stands side by side. Raises `ChatholdError` as
    `show` does.
    """
    with archive.reading():
        line = views.show(archive, prefix)["conversation"]
        if form is Format.ORIGINAL:
            name = f"{safe_stem(title_of(line))} ({provider_of(line['provider']).TITLE}).json"
            return Download(name, _TYPES[form], original_of(archive, line))
        piece = Writer(archive, form, labelled(accounts(archive)), alone=True).piece(line)
    name = piece.path.rpartition("/")[2]
    if form is Format.JSON:
        name = f"{safe_stem(title_of(line))}.json"
    if not piece.files:
        return Download(name, _TYPES[form], piece.text.encode("utf-8", "replace"))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as into:
        into.writestr(name, piece.text.encode("utf-8", "replace"))
        for digest, path in piece.files.items():
            source = path_in(archive, digest)
            if source.exists():
                into.write(source, path.removeprefix(piece.path.rpartition("/")[0] + "/"))
    return Download(f"{name}.zip", "application/zip", packed.getvalue())
