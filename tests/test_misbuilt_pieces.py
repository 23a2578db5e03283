"""What is of a known type and says nothing where its words belong: they are kept wherever they are, or told of."""

from __future__ import annotations

from typing import Any

import pytest

from chathold.core.model import Attachment, PartKind, Reading
from chathold.providers import chatgpt, claude, deepseek
from chathold.providers.words import MISBUILT, UNREAD, fuller

ODD_PLACE = "This place in the conversation holds no message that can be read."
NO_MESSAGES = "No messages were found in this conversation."
WORDS = "the words one looks for"


def _backwards(value: Any) -> Any:
    """`value` with the names of its objects in the opposite order."""
    if isinstance(value, dict):
        return {name: _backwards(value[name]) for name in reversed(value)}
    return [_backwards(each) for each in value] if isinstance(value, list) else value


def _read(provider: Any, record: dict[str, Any]) -> Reading:
    reading: Reading = provider.read("conversation", record)
    assert provider.read("conversation", _backwards(record)) == reading
    return reading


def _told(reading: Reading) -> list[str]:
    return [problem.what for problem in reading.problems]


def _chatgpt(message: dict[str, Any]) -> Reading:
    said = {"id": "m", "author": {"role": "user"}, **message}
    return _read(chatgpt, {"mapping": {"m": {"id": "m", "parent": None, "children": [], "message": said}}})


def _claude(message: dict[str, Any]) -> Reading:
    said = {"uuid": "m", "sender": "human", "created_at": "2026-01-01T00:00:00Z", **message}
    return _read(claude, {"uuid": "c", "chat_messages": [said]})


def _design(inner: dict[str, Any]) -> Reading:
    return _read(claude, {"uuid": "c", "messages": [{"uuid": "m", "role": "user", "content": inner}]})


def _deepseek(message: dict[str, Any]) -> Reading:
    return _read(
        deepseek, {"mapping": {"1": {"id": "1", "parent": None, "children": [], "message": message}}}
    )


def _content(kind: str, **content: Any) -> dict[str, Any]:
    return {"content": {"content_type": kind, **content}}


CHATGPT = {
    "content is a list of blocks": {"content": [{"type": "text", "text": WORDS}]},
    "content is missing": {"text": WORDS},
    "content is empty": {"content": {}, "parts": [WORDS]},
    "parts are renamed": _content("text", segments=[WORDS]),
    "no parts": _content("text", parts=[], text=WORDS),
    "an empty part": _content("text", parts=[""], text=WORDS),
    "text is an object": _content("code", language="python", text={"source": WORDS}),
    "a result is an object": _content("execution_output", text={"output": WORDS}),
    "a page's text is a list": _content("tether_quote", url="https://example.invalid/", text=[{"x": WORDS}]),
    "a transcription is renamed": _content(
        "multimodal_text", parts=[{"content_type": "audio_transcription", "transcript": WORDS}]
    ),
    "a picture has a caption": _content(
        "multimodal_text",
        parts=[
            {
                "content_type": "image_asset_pointer",
                "asset_pointer": "sediment://file_0a",
                "caption": WORDS,
            }
        ],
    ),
    "a thought is renamed": _content("thoughts", thoughts=[{"thought": WORDS}]),
    "instructions are renamed": _content("user_editable_context", about=WORDS),
}

CLAUDE = {
    "a text is renamed": {"content": [{"type": "text", "value": WORDS}]},
    "a text is blank": {"content": [{"type": "text", "text": " ", "body": {"said": WORDS}}]},
    "a voice note is renamed": {"content": [{"type": "voice_note", "transcript": WORDS}]},
    "a thinking is an object": {"content": [{"type": "thinking", "thinking": {"said": WORDS}}]},
    "an input is renamed": {"content": [{"type": "tool_use", "name": "x", "arguments": {"query": WORDS}}]},
    "a result is renamed": {"content": [{"type": "tool_result", "name": "x", "error": {"message": WORDS}}]},
    "a result's text is an object": {
        "content": [{"type": "tool_result", "content": [{"type": "text", "text": {"said": WORDS}}]}]
    },
    "a block is a list": {"content": [[WORDS]]},
    "all is renamed": {"body": [{"said": WORDS}]},
    "an attachment's text is renamed": {"attachments": [{"file_name": "a b.txt", "text": WORDS}]},
    "attachments are an object": {"attachments": {"file_name": "a b.txt", "text": WORDS}},
}

DESIGN = {
    "a text is renamed": {"contentBlocks": [{"type": "text", "value": WORDS}]},
    "all is renamed": {"pieces": [{"said": WORDS}]},
    "a file's text is renamed": {"attachments": [{"id": "f", "name": "a b.txt", "said": WORDS}]},
}

DEEPSEEK = {
    "a question is renamed": {"fragments": [{"type": "REQUEST", "text": WORDS}]},
    "an answer is empty": {"fragments": [{"type": "RESPONSE", "content": "", "body": WORDS}]},
    "a search is renamed": {"fragments": [{"type": "SEARCH", "found": [{"said": WORDS}]}]},
    "a file without a name": {"fragments": [{"type": "FILE", "said": WORDS}]},
    "a file with a text": {"files": [{"id": "f", "file_name": "a b.txt", "said": WORDS}]},
    "fragments are renamed": {"pieces": [{"type": "REQUEST", "content": WORDS}]},
    "fragments are an object": {"fragments": {"0": {"type": "REQUEST", "content": WORDS}}},
    "fragments are empty": {"fragments": [], "said": WORDS},
}

CASES = [
    *[pytest.param(_chatgpt, message, id=f"ChatGPT: {name}") for name, message in CHATGPT.items()],
    *[pytest.param(_claude, message, id=f"Claude: {name}") for name, message in CLAUDE.items()],
    *[pytest.param(_design, message, id=f"Claude design: {name}") for name, message in DESIGN.items()],
    *[pytest.param(_deepseek, message, id=f"DeepSeek: {name}") for name, message in DEEPSEEK.items()],
]


@pytest.mark.parametrize(("read", "message"), CASES)
def test_words_elsewhere_are_kept_and_told_of(read: Any, message: dict[str, Any]) -> None:
    """They become a part that is not understood, whatever the order of names."""
    reading = read(message)
    (said,) = reading.messages
    assert [part.text for part in said.parts if part.kind is PartKind.UNKNOWN] == [WORDS]
    assert _told(reading).count(MISBUILT) == 1
    assert "This message has no content." not in _told(reading)


@pytest.mark.parametrize(
    ("read", "message"),
    [
        pytest.param(_chatgpt, _content("text", parts=[""]), id="ChatGPT"),
        pytest.param(
            _chatgpt,
            {
                **_content("text", parts=[""]),
                "status": "in progress",
                "metadata": {"finished_text": "Thought for 3 seconds"},
            },
            id="ChatGPT: beside",
        ),
        pytest.param(
            _claude,
            {"content": [{"type": "text", "text": " "}], "files": [{"file_name": "a b"}]},
            id="Claude",
        ),
        pytest.param(
            _claude,
            {"content": [{"type": "tool_use", "name": "x", "input": {}, "message": "Searching the web"}]},
            id="Claude: decoration",
        ),
        pytest.param(_deepseek, {"fragments": [{"type": "RESPONSE", "content": ""}]}, id="DeepSeek"),
        pytest.param(_deepseek, {"fragments": [], "model": "a b", "inserted_at": ""}, id="DeepSeek: beside"),
    ],
)
def test_what_holds_no_words_is_not_told_of(read: Any, message: dict[str, Any]) -> None:
    """Empty messages are usual; names, ids, times and decoration are no message text."""
    assert MISBUILT not in _told(read(message))


def test_a_type_is_told_of_once() -> None:
    """Once per conversation, as a new type is."""
    fragments = [{"type": "REQUEST", "text": "one way"}, {"type": "REQUEST", "text": "or another"}]
    blocks = [{"type": "text", "value": "one way"}, {"type": "text", "value": "or another"}]
    parts = [{"thought": "one way"}, {"thought": "or another"}]
    for reading in (
        _deepseek({"fragments": fragments}),
        _claude({"content": blocks}),
        _chatgpt(_content("thoughts", thoughts=parts)),
    ):
        assert [part.text for part in reading.messages[0].parts] == ["one way", "or another"]
        assert _told(reading) == [MISBUILT]


def test_a_misbuilt_block_whose_words_the_rendering_has_is_not_said_twice() -> None:
    """Claude writes most texts twice: nothing is lost while one of the two is read."""
    reading = _claude({"content": [{"type": "text", "value": WORDS}], "text": WORDS})
    assert [(part.kind, part.text) for part in reading.messages[0].parts] == [(PartKind.TEXT, WORDS)]
    assert not reading.problems
    assert not reading.messages[0].structured


PLACES = {
    "the place is the message": {
        "fragments": [{"type": "REQUEST", "content": WORDS}],
        "content": {"parts": [WORDS]},
    },
    "the message is renamed": {"msg": {"content": {"parts": [WORDS]}}},
    "the place holds a list": {"messages": [{"content": {"parts": [WORDS]}}]},
    "what follows lies inside": {"children": [{"message": {"content": WORDS}}]},
}


@pytest.mark.parametrize("provider", [chatgpt, deepseek])
@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
def test_a_place_with_words_but_no_message_is_told_of(provider: Any, place: dict[str, Any]) -> None:
    """And so is the conversation, if it gives no message at all."""
    node = {"id": "1", "parent": None, "children": [], **place}
    reading = _read(provider, {"title": "A title", "mapping": {"1": node}})
    assert not reading.messages
    assert {ODD_PLACE, NO_MESSAGES} <= set(_told(reading))


@pytest.mark.parametrize(
    ("provider", "record"),
    [
        (chatgpt, {"mapping": {}}),
        (deepseek, {"mapping": {}}),
        (claude, {"chat_messages": []}),
        (claude, {"messages": []}),
    ],
    ids=["chatgpt", "deepseek", "claude", "claude-design"],
)
def test_a_conversation_with_words_but_no_message_is_told_of(provider: Any, record: dict[str, Any]) -> None:
    """One that is empty is not: its title, and what is said of its account, are no messages."""
    empty = {"title": "A title", "name": "A title", "account": {"full_name": "A Person"}, **record}
    assert not _told(_read(provider, empty))
    assert _told(_read(provider, {**empty, "thread": [{"said": WORDS}]})) == [NO_MESSAGES]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (_content("text", parts=["one way"], text="or another"), ["one way", "or another"]),
        (_content("text", parts=["one way"], content="or another"), ["one way", "or another"]),
        (_content("code", text="one way", parts=["or another"]), ["one way", "or another"]),
        (_content("execution_output", text="one way", output_str="or another"), ["or another", "one way"]),
        ({"content": {"parts": ["one way"], "text": "or another"}}, ["one way", "or another"]),
    ],
)
def test_two_places_of_one_text_are_both_read(content: dict[str, Any], said: list[str]) -> None:
    """What the one read first does not hold is kept, and told of."""
    reading = _chatgpt(content)
    assert [part.text for part in reading.messages[0].parts] == said
    assert _told(reading) == [MISBUILT]


def test_two_places_of_the_same_text_say_it_once() -> None:
    """Marks that a person does not read make no difference."""
    marked = "one \ue200cite\ue202turn0\ue201way"
    reading = _chatgpt(_content("text", parts=[marked, "or another"], text=f"{marked}\nor another"))
    assert [part.text for part in reading.messages[0].parts] == ["one way", "or another"]
    assert not reading.problems


BESIDE = {"edits": [{"when": 1, "said": WORDS}], "note": WORDS, "rating": {"stars": 5}}


@pytest.mark.parametrize(
    "reading",
    [
        _chatgpt({**_content("text", parts=["what is shown"]), **BESIDE}),
        _read(
            chatgpt,
            {
                "mapping": {
                    "m": {
                        "id": "m",
                        "message": {"author": {"role": "user"}, **_content("text", parts=["what is shown"])},
                        **BESIDE,
                    }
                }
            },
        ),
        _claude({"content": [{"type": "text", "text": "what is shown"}], **BESIDE}),
        _claude({"text": "what is shown", **BESIDE}),
        _design({"contentBlocks": [{"type": "text", "text": "what is shown"}], **BESIDE}),
        _deepseek({"fragments": [{"type": "REQUEST", "content": "what is shown"}], **BESIDE}),
    ],
    ids=["chatgpt", "chatgpt's node", "claude", "claude, flat", "claude-design", "deepseek"],
)
def test_words_beside_what_is_known_are_shown(reading: Reading) -> None:
    """A message that says something may say more under a name that is new: once, and told of."""
    parts = reading.messages[0].parts
    assert [(part.kind, part.text) for part in parts] == [
        (PartKind.TEXT, "what is shown"),
        (PartKind.UNKNOWN, WORDS),
    ]
    assert _told(reading) == [MISBUILT]


def test_words_beside_a_question_with_its_answer_are_shown_once() -> None:
    """DeepSeek keeps both in one node: what stands there under a new name is shown with the answer."""
    fragments = [{"type": "REQUEST", "content": "asked"}, {"type": "RESPONSE", "content": "answered"}]
    reading = _deepseek({"fragments": fragments, **BESIDE})
    assert [[part.text for part in message.parts] for message in reading.messages] == [
        ["asked"],
        ["answered", WORDS],
    ]


@pytest.mark.parametrize(
    ("provider", "record"),
    [
        (
            chatgpt,
            {"mapping": {"m": {"message": {"author": {"role": "user"}, **_content("text", parts=["x"])}}}},
        ),
        (claude, {"chat_messages": [{"uuid": "m", "sender": "human", "text": "x"}]}),
        (deepseek, {"mapping": {"1": {"message": {"fragments": [{"type": "REQUEST", "content": "x"}]}}}}),
    ],
    ids=["chatgpt", "claude", "deepseek"],
)
def test_words_beside_the_messages_are_told_of(provider: Any, record: dict[str, Any]) -> None:
    """A second list or tree in a conversation is in its bytes, and somebody has to know."""
    more = {"more": [{"said": WORDS}], "tree": {"a": {"said": WORDS}}, "flags": ["a", "b"], "summary": WORDS}
    reading = _read(provider, {**record, **more})
    assert [(each.where, each.what) for each in reading.problems] == [("more", UNREAD), ("tree", UNREAD)]


# Files that are named more than once.


def test_two_mentions_of_a_file_together_say_what_it_is() -> None:
    """Each gives what the other lacks; of two texts neither is lost."""
    bare, full = Attachment("f", "a.pdf"), Attachment("f", "", "application/pdf", 5, "words")
    assert fuller(bare, full) == Attachment("f", "a.pdf", "application/pdf", 5, "words")
    assert fuller(full, bare) == fuller(bare, full)
    assert fuller(full, Attachment(text="more words")).text == "more words"
    assert fuller(full, Attachment(text="others")).text == "words\nothers"


def test_an_attachments_text_is_kept_though_a_block_names_the_file() -> None:
    """Where the file stands, and once."""
    reading = _claude(
        {
            "content": [{"type": "document", "file_uuid": "f", "file_name": "a.pdf"}],
            "attachments": [
                {"id": "f", "file_name": "a.pdf", "extracted_content": "one way"},
                {"id": "f", "file_name": "a.pdf", "extracted_content": "or another"},
            ],
            "files": [{"file_uuid": "f", "file_name": "a.pdf"}],
        }
    )
    (said,) = reading.messages
    assert [part.text for part in said.parts] == ["one way\nor another"]
    assert [file.text for file in said.attachments] == ["one way\nor another"]
    assert not reading.problems


def test_what_a_picture_was_asked_to_show_is_kept_though_the_file_is_listed() -> None:
    """ChatGPT lists some of its pictures among the attachments, too."""
    picture = {
        "content_type": "image_asset_pointer",
        "asset_pointer": "sediment://file_0a",
        "size_bytes": 5,
        "metadata": {"dalle": {"prompt": WORDS}},
    }
    listed = {"attachments": [{"id": "file_0a", "name": "a.png", "mime_type": "image/png"}]}
    reading = _chatgpt({**_content("multimodal_text", parts=[picture]), "metadata": listed})
    (said,) = reading.messages
    assert said.attachments == (Attachment("file_0a", "a.png", "image/png", 5, WORDS),)
    assert not reading.problems


def test_words_beside_an_upload_are_kept() -> None:
    """An attachment of ChatGPT's with a text in it."""
    listed = {"attachments": [{"id": "file-a", "name": "a b.txt", "text": WORDS}]}
    reading = _chatgpt({**_content("text", parts=["see there"]), "metadata": listed})
    assert [part.text for part in reading.messages[0].parts] == ["see there", WORDS]
    assert _told(reading) == [MISBUILT]
