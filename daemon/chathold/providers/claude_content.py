"""What a Claude message is found to hold while it is read, and the problems met: the notebook of `claude_blocks`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from chathold.core.model import Attachment, Part, PartKind
from chathold.providers.notes import Notes
from chathold.providers.values import text
from chathold.providers.words import MISBUILT, NO_TEXT, fuller, other_words, silent, told_by

# Where no words of a message stand: in a block, and what decorates that of a tool.
IN_BLOCKS = NO_TEXT | {"citations", "name", "prompt_context_metadata", "site_name"}
_DECORATION = frozenset(
    {
        *("message", "integration_name", "display_content", "structured_content"),
        *("approval_key", "approval_options"),
    }
)


class Content(Struct):
    """What a message holds, collected while its blocks are read.

    `unread` is what seemed to say nothing: how many parts there were after it, its type, itself, and the names under
    which no words stand in it.
    """

    where: str
    notes: Notes
    parts: list[Part] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    files: dict[str, int] = field(default_factory=dict)
    unread: list[tuple[int, str, Any, frozenset[str]]] = field(default_factory=list)
    calls: bool = False

    def say(self, said: str, kind: PartKind = PartKind.TEXT, type: str = "", name: str = "") -> None:  # noqa: A002 - as `Part` calls it
        """Add a part, unless there is nothing to say."""
        if said and not said.isspace():
            self.parts.append(Part(kind, said, type, name))

    def attach(self, file: Attachment, type: str = "") -> None:  # noqa: A002 - as `Part` calls it
        """Add a file, once per id, where it stands among the parts, with all that is said of it anywhere."""
        if file.id in self.files:
            number = self.files[file.id]
            file = self.attachments[number] = fuller(self.attachments[number], file)
            for place, part in enumerate(self.parts):
                if part.kind is PartKind.ATTACHMENT and part.ref == file.id:
                    self.parts[place] = replace(part, text=file.text, name=file.name)
            return
        if file.id:
            self.files[file.id] = len(self.attachments)
        self.attachments.append(file)
        self.parts.append(Part(PartKind.ATTACHMENT, file.text, type, file.name, ref=file.id))

    def look_through(self, kind: str, value: Any, leave: frozenset[str]) -> None:
        """Have `value` looked through for words once all else is read, but for what stands under a name in `leave`."""
        self.unread.append((len(self.parts), kind, value, leave))

    def look_through_block(self, block: Mapping[str, Any], before: int) -> None:
        """Have a block looked through if it gave no text: there were `before` parts before it was read."""
        if silent(self.parts, before):
            kind = text(block.get("type"))
            bare = _DECORATION if kind.startswith("tool") else frozenset[str]()
            unread = {name: held for name, held in block.items() if name not in bare}
            self.look_through(kind, unread, IN_BLOCKS)

    def finish(self, rest: Mapping[str, Any]) -> None:
        """Keep the words of what seemed to say nothing, and of `rest`, what of the message nothing else has read."""
        if rest:
            self.look_through("", rest, NO_TEXT)
        if not self.unread:
            return
        told, added = told_by(self.parts, ()), 0
        for place, kind, value, leave in self.unread:
            if found := other_words(told, value, leave):
                told += found
                self.parts.insert(place + added, Part(PartKind.UNKNOWN, "\n".join(found), kind))
                added += 1
                self._misbuilt(kind)

    def _misbuilt(self, kind: str) -> None:
        if kind not in self.notes.misbuilt:
            self.notes.misbuilt.add(kind)
            self.notes.add(f"{self.where}.content[{kind}]" if kind else self.where, MISBUILT)


def compact(value: Any) -> str:
    """`value` as JSON on one line, whatever the order of its names; "" if it is nested too deeply."""
    try:
        return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    except (RecursionError, TypeError, ValueError):
        return ""


def objects(listed: Any, where: str, notes: Notes, what: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The objects of a list with their places; whatever else is there, or in place of the list, is noted."""
    if listed is None:
        return
    if not isinstance(listed, list):
        notes.add(where, what)
        return
    for number, each in enumerate(listed):
        if isinstance(each, dict):
            yield f"{where}.{number}", each
        else:
            notes.add(f"{where}.{number}", what)
