"""The files that a message names, as its forms together tell of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from chathold.core.model import Attachment, Message


def files_of(messages: Iterable[Message]) -> Iterator[Attachment]:
    """The files that the messages of one reading name, each once, as merging would give them."""
    found: dict[str, dict[str, Attachment]] = {}
    for message in messages:
        if message.attachments:
            add_files(found.setdefault(message.id, {}), message)
    for files in found.values():
        yield from files.values()


def add_files(known: dict[str, Attachment], message: Message) -> None:
    """Add a message's files: by id, or where they have none by name and by which of that name in it they are."""
    nameless: defaultdict[str, int] = defaultdict(int)
    for each in message.attachments:
        key = each.id
        if not key:
            nameless[each.name] += 1
            key = f"name:{each.name}" + (f":{nameless[each.name]}" if nameless[each.name] > 1 else "")
        known[key] = _fuller(known.get(key), each)


def _fuller(old: Attachment | None, new: Attachment) -> Attachment:
    if old is None:
        return new
    less = len(new.text) < len(old.text) and old.text.startswith(new.text)
    return Attachment(
        new.id or old.id,
        new.name or old.name,
        new.mime or old.mime,
        new.size if new.size is not None else old.size,
        old.text if less else new.text,
    )
