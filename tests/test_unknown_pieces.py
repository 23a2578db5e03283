"""What is of a type that nobody knows yet: all its words are shown, and it is told of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chathold.core.model import PartKind
from chathold.providers import chatgpt, claude, deepseek
from chathold.providers.words import with_other_words

PIECE = {
    "text": "the words one looks for",
    "caption": "and more words",
    "deep": [{"said": "数据库"}, {"id": "no-words", "url": "https://example.invalid/x", "count": 3}],
}


def _chatgpt(piece: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    message = {"id": "m", "author": {"role": "user"}, "content": {"content_type": "new", **piece}}
    return chatgpt, {"mapping": {"m": {"id": "m", "parent": None, "children": [], "message": message}}}


def _claude(piece: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    return claude, {
        "uuid": "c",
        "chat_messages": [{"uuid": "m", "sender": "human", "content": [{"type": "new", **piece}]}],
    }


def _deepseek(piece: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    message = {
        "fragments": [{"type": "NEW", **{"content" if k == "text" else k: v for k, v in piece.items()}}]
    }
    return deepseek, {"mapping": {"1": {"id": "1", "parent": None, "children": [], "message": message}}}


@pytest.mark.parametrize("made", [_chatgpt, _claude, _deepseek])
def test_all_words_of_an_unknown_piece_are_shown(
    made: Callable[[dict[str, Any]], tuple[Any, dict[str, Any]]],
) -> None:
    """The likeliest first; ids and addresses are no words."""
    provider, record = made(PIECE)
    reading = provider.read("conversation", record)
    (part,) = [part for message in reading.messages for part in message.parts]
    assert (part.kind, part.text) == (
        PartKind.UNKNOWN,
        "the words one looks for\nand more words\n数据库",
    )
    assert [each.what for each in reading.problems] == [
        "This kind of piece is not known yet; the text found in it is kept."
    ]


def test_words_are_found_by_name_and_once() -> None:
    """The order of an object's names is the export's whim."""
    assert with_other_words("a b", {"z": "c d", "y": ["a b", {"x": "e f"}, "c"]}) == "a b\ne f\nc d"
