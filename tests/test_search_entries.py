"""What of a message goes into the index, and in which column."""

from __future__ import annotations

from pathlib import Path

from chathold.core.model import Attachment, Message, Part, PartKind, Role
from chathold.search.entries import columns
from commands import chathold
from golden import CASES

NOTES = Attachment(id="1", name="notes.txt", text="bring umbrellas")
PHOTO = Attachment(id="2", name="photo.png")


def _with(*files: Attachment, parts: tuple[Part, ...] = ()) -> Message:
    return Message("m", Role.USER, parts=parts, attachments=files)


def _standing(file: Attachment) -> Part:
    return Part(PartKind.ATTACHMENT, file.text, name=file.name, ref=file.id)


def test_a_file_that_stands_between_words_counts_once() -> None:
    """It is a part and an attachment; by its name and its text alike."""
    words = Part(PartKind.TEXT, "See these:")
    expected = ("See these:", "", "notes.txt\nbring umbrellas\nphoto.png")
    shown = (words, _standing(NOTES), _standing(PHOTO))
    assert columns(_with(NOTES, PHOTO, parts=shown)) == expected
    assert columns(_with(NOTES, PHOTO, parts=(words,))) == expected
    assert columns(_with(PHOTO, parts=shown)) == expected


def test_what_only_one_of_both_tells_is_there() -> None:
    """An attachment may know more of a file than where it stands."""
    bare = Part(PartKind.ATTACHMENT, name="notes.txt", ref="1")
    assert columns(_with(NOTES, parts=(bare,))) == ("", "", "notes.txt\nbring umbrellas")


def test_what_a_text_is_called_is_found() -> None:
    """A file in a project stands there as text, a spoken note has a title."""
    text = Part(PartKind.TEXT, "words", name="notes.md")
    assert columns(Message("m", Role.DOCUMENT, parts=(text,))) == ("words", "", "notes.md")


def test_a_snippet_shows_a_file_once(tmp_path: Path) -> None:
    """As the message has it."""
    chathold(tmp_path, "import", str(CASES / "claude" / "block_types" / "export"), expect=None)
    [hit] = chathold(tmp_path, "search", '"all of my words"')["results"]
    assert hit["snippet"] == "⟪All of my words⟫ here. plan.md Plan loaf.png noid.png"
