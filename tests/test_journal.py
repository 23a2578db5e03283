"""Events as the log has them."""

from __future__ import annotations

import logging
import os
from pathlib import Path

import pytest

from chathold.daemon.journal import log
from chathold.daemon.telling import Event, Kind, Stream

EXPORT = Path("/home/ada/Downloads/export.zip")


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """What is logged."""
    caplog.set_level(logging.DEBUG, "chathold")
    return caplog


def test_an_event_is_logged_in_its_words(logged: pytest.LogCaptureFixture) -> None:
    """With the export's name before them, and no folder."""
    log(Event(Kind.STARTED, "Watching /downloads."))
    log(Event(Kind.IMPORTED, "2 chats, 100 % new.", EXPORT, {"path": "somewhere"}))
    assert logged.messages == ["Watching /downloads.", "export.zip: 2 chats, 100 % new."]


def test_an_event_without_words_is_not_logged(logged: pytest.LogCaptureFixture) -> None:
    """How far an import is, say."""
    log(Event(Kind.IMPORTING, "", EXPORT, share=0.5))
    assert logged.messages == []


@pytest.mark.parametrize("kind", list(Kind))
def test_what_went_wrong_is_a_warning(logged: pytest.LogCaptureFixture, kind: Kind) -> None:
    """And nothing else is."""
    log(Event(kind, "It is so."))
    (record,) = logged.records
    serious = kind in {Kind.FAILED, Kind.TROUBLE}
    assert record.levelno == (logging.WARNING if serious else logging.INFO)


def test_a_name_of_any_bytes_is_logged_as_it_can_be(logged: pytest.LogCaptureFixture) -> None:
    """The log is text."""
    log(Event(Kind.IMPORTED, "2 chats.", Path(os.fsdecode(b"caf\xe9 %s.zip"))))
    assert logged.messages == ["caf? %s.zip: 2 chats."]


def test_all_who_listen_hear_everything_in_their_order() -> None:
    """From when they began to."""
    stream = Stream()
    heard: list[tuple[str, str]] = []
    stream.tell(Event(Kind.STARTED, "before"))
    for name in "ab":
        stream.listen(lambda event, name=name: heard.append((name, event.words)))  # type: ignore[misc]
        stream.tell(Event(Kind.FOUND, f"since {name}"))
    assert heard == [("a", "since a"), ("a", "since b"), ("b", "since b")]
