"""Numbers of things in words: "1 chat", "24,914 messages"."""

from __future__ import annotations

from collections.abc import Sequence

from chathold.archive.blobs import WAY_OUT
from chathold.core.saying import listed, sentences
from chathold.core.texts import _, ngettext


def chats(number: int) -> str:
    """So many chats."""
    return ngettext("{n} chat", "{n} chats", number).format(n=f"{number:,}")


def documents(number: int) -> str:
    """So many documents."""
    return ngettext("{n} document", "{n} documents", number).format(n=f"{number:,}")


def messages(number: int) -> str:
    """So many messages."""
    return ngettext("{n} message", "{n} messages", number).format(n=f"{number:,}")


def versions(number: int) -> str:
    """So many versions."""
    return ngettext("{n} version", "{n} versions", number).format(n=f"{number:,}")


def files(number: int) -> str:
    """So many files."""
    return ngettext("{n} file", "{n} files", number).format(n=f"{number:,}")


def damaged(ids: Sequence[str]) -> str:
    """Which chats are damaged, and the way out."""
    words = ngettext("{n} chat is damaged: {ids}.", "{n} chats are damaged: {ids}.", len(ids))
    return sentences(words.format(n=f"{len(ids):,}", ids=listed(ids)), _(WAY_OUT))


def unsearchable(number: int) -> str:
    """So many chats and documents cannot be searched, now or later; and who tells why."""
    words = ngettext(
        "{n} chat or document is damaged, and not searchable.",
        "{n} chats and documents are damaged, and not searchable.",
        number,
    )
    return sentences(words.format(n=f"{number:,}"), _('"chathold verify" tells more.'))


def joined(*counted: str) -> str:
    """Several of them on one line; what is empty is left out."""
    return " · ".join(filter(None, counted))
