"""What of a record goes into the index: an entry for its title, and one for each message.

The columns rank: what was said, the title, then names and text of files, and far behind them what stands aside,
reasoning, tools, sources and hidden messages.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import IntFlag
from hashlib import sha256

from msgspec import Struct

from chathold.archive.contents import Contents
from chathold.archive.slices import slice_of
from chathold.core.model import Message, Part, PartKind, Role
from chathold.core.slice import Slice
from chathold.search.packing import KEY_BYTES

ROLES = tuple(Role)
"""A role's number is its place here; a title's is -1."""

TITLE = -1
COLUMNS = ("said", "aside", "title", "files")

_CODE, _ATTACHMENT = PartKind.CODE, PartKind.ATTACHMENT  # to ask an enum for a member takes long
_SAYING = (PartKind.TEXT, PartKind.CODE)
_SAYERS = (Role.USER, Role.ASSISTANT, Role.DOCUMENT)
_FENCE = "```"


class Marks(IntFlag):
    """What a message has beside words."""

    CODE = 1
    ATTACHMENT = 2


class Entry(Struct, frozen=True):
    """A line of the index. `message` is the provider's id of it, none for a title; `time` is in Unix seconds.

    `slice` tells where to read it again, where that can be told.
    """

    message: str | None
    role: int
    time: int | None
    model: str
    marks: Marks
    columns: tuple[str, str, str, str]
    slice: Slice | None = None

    @property
    def key(self) -> bytes:
        """Changes whenever anything of the entry does: `KEY_BYTES` of SHA-256."""
        said, aside, title, files = self.columns
        sizes = f"{len(said)}, {len(aside)}, {len(title)}, {len(files)}"
        about = f"({self.message!r}, {self.role}, {self.time}, {self.model!r}, {int(self.marks)}, {sizes})"
        text = f"{about}{said}{aside}{title}{files}"
        return sha256(text.encode("utf-8", "surrogatepass")).digest()[:KEY_BYTES]


_MARKS = {
    (code, attachment): Marks(code * Marks.CODE + attachment * Marks.ATTACHMENT)
    for code in (False, True)
    for attachment in (False, True)
}


def entries_of(contents: Contents) -> Iterator[Entry]:
    """The entries of a record; a message without a word has none."""
    if contents.title:
        yield Entry(None, TITLE, _seconds(contents.updated), "", Marks(0), ("", "", contents.title, ""))
    extras: dict[str, list[str]] = {}
    for message, text in contents.extras:
        extras.setdefault(message, []).append(text)
    for each in contents.messages:
        entry = _entry(each, extras.get(each.id, ()), slice_of(contents.slices, each.id))
        if any(entry.columns):
            yield entry


def _entry(message: Message, extras: Sequence[str], place: Slice | None) -> Entry:
    said, aside, files = columns(message)
    beyond = [text for text in extras if text not in said and text not in aside] if extras else []
    return Entry(
        message.id,
        ROLES.index(message.role),
        _seconds(message.time),
        message.model,
        marks_of(message),
        (said, "\n".join([aside, *beyond]) if beyond else aside, "", files),
        place,
    )


def columns(message: Message) -> tuple[str, str, str]:
    """What a message says, what stands aside, and the names and text of its files.

    A file that stands between words is an attachment, too: what both tell of it counts once.
    """
    speaks = message.role in _SAYERS and not message.hidden
    said, aside, files = [], [], []
    for part in message.parts:
        if part.kind is _ATTACHMENT:
            files += [part.name, part.text]
        elif speaks and part.kind in _SAYING:
            said.append(part.text)
            if part.name:  # of a file in a project, say
                files.append(part.name)
        else:
            aside += _words(part)
    for each in message.attachments:
        files += [each.name, each.text]
    return _joined(said), _joined(aside), _joined(list(dict.fromkeys(files))) if files else ""


def marks_of(message: Message) -> Marks:
    """Whether there is code in a message, or a file with it."""
    code, attachment = False, bool(message.attachments)
    for part in message.parts:
        code = code or part.kind is _CODE or bool(part.language) or _FENCE in part.text
        attachment = attachment or part.kind is _ATTACHMENT
    return _MARKS[code, attachment]


def _words(part: Part) -> list[str]:
    return [part.name, part.url, part.text]


def _joined(texts: list[str]) -> str:
    if len(texts) > 1:
        return "\n".join(filter(None, texts))
    return texts[0] if texts else ""


def _seconds(time: float | None) -> int | None:
    return None if time is None else int(time // 1)
