"""The words in foreign JSON: all that a person may have written, wherever a changed export puts it.

A reader looks here once a message, a piece of one or a conversation seems to say nothing. Where words are then found,
they are kept, or at least told of: exports rename things, and what was renamed must not vanish in silence.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from chathold.core.model import Attachment, Part
from chathold.core.texts import N_

MISBUILT = N_("This piece is not built as expected; what could be read is kept.")
"""The problem for what is of a known type, says nothing where its words belong, and holds words elsewhere."""

UNREAD = N_("This holds words, and is not understood yet; it is kept as it is.")
"""The problem for what stands in a conversation beside its messages."""

NO_TEXT = frozenset(
    {
        *("id", "uuid", "type", "role", "sender", "author", "model", "status", "metadata", "account"),
        *("created_at", "updated_at", "inserted_at", "create_time", "update_time", "timestamp"),
    }
)
"""Names under which no words of a message stand, wherever they are in it."""

_OF_CONVERSATION = NO_TEXT | {"title", "name", "summary", "project", "settings"}


def reads_like_words(value: str) -> bool:
    """Whether a person may have written this: it holds a space, or more than ASCII; ids, times and addresses do not."""
    return (" " in value or not value.isascii()) and not value.isspace()


def with_other_words(told: str, value: Any) -> str:
    """`told`, and below it all else in `value` that reads like words: strings with a space, or beyond ASCII.

    For what is of a type that is not known: whatever a person may have written there is shown. By name, not in the
    order of the JSON, which exports change.
    """
    return "\n".join([told, *other_words([told], value)])


def other_words(told: Iterable[str], value: Any, leave: frozenset[str] = frozenset()) -> list[str]:
    """What in `value` reads like words and is not in `told` yet, but for what stands under a name in `leave`."""
    said, found, waiting = list(told), list[str](), [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            waiting += [each[name] for name in sorted(each, key=str, reverse=True) if name not in leave]
        elif isinstance(each, list):
            waiting += reversed(each)
        elif isinstance(each, str) and reads_like_words(each) and not any(each in words for words in said):
            said.append(each)
            found.append(each)
    return found


def holds_words(value: Mapping[str, Any]) -> bool:
    """Whether there are words in a conversation, or in a place in it, beside its title and what is said of it."""
    waiting: list[Any] = [value]
    for each in waiting:
        if isinstance(each, str):
            if reads_like_words(each):
                return True
        elif isinstance(each, dict):
            waiting += [held for name, held in each.items() if name not in _OF_CONVERSATION]
        elif isinstance(each, list):
            waiting += each
    return False


def unread(value: Mapping[str, Any], read: frozenset[str]) -> list[str]:
    """The names in a conversation, but for those in `read`, of lists and objects that hold words."""
    return [
        name
        for name, held in sorted(value.items())
        if name not in read and isinstance(held, dict | list) and holds_words({name: held})
    ]


def silent(parts: Sequence[Part], since: int = 0) -> bool:
    """Whether none of the parts from the one numbered `since` on holds any text."""
    return not any(part.text for part in parts[since:])


def told_by(parts: Iterable[Part], files: Iterable[Attachment]) -> list[str]:
    """All words of a message that are shown: each text and name, and the texts as one."""
    shown: list[Part | Attachment] = [*parts, *files]
    return ["\n".join([each.text for each in shown]), *[each.name for each in shown]]


def fuller(one: Attachment, other: Attachment) -> Attachment:
    """What two mentions of one file say of it together; two texts of which neither holds the other stay both."""
    words = one.text
    if other.text not in words:
        words = other.text if words in other.text else f"{words}\n{other.text}"
    return Attachment(
        one.id or other.id,
        one.name or other.name,
        one.mime or other.mime,
        other.size if one.size is None else one.size,
        words,
    )
