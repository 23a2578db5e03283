"""What daemon and worker say to each other arrives as it was said, or not at all."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chathold.daemon.answers import Answer, Progress, Request, Said, Verdict, understood, written

words = st.text(max_size=30)
paths = st.binary(max_size=20).map(os.fsdecode)
requests = st.builds(Request, paths, st.booleans(), words, paths, words)
answers = st.builds(
    Answer,
    paths,
    st.sampled_from(Verdict),
    words,
    words,
    st.booleans(),
    st.integers(0, 2**60),
    st.none() | st.dictionaries(words, st.integers() | words, max_size=3),
    st.lists(st.tuples(words, words, words), max_size=2).map(tuple),
    words,
)
progress = st.builds(Progress, st.integers(0, 2**60), st.integers(0, 2**60))


@given(requests)
def test_a_request_arrives_as_it_was_sent(request: Request) -> None:
    """In one line of ASCII, whatever bytes a path has and whatever the process's encoding is."""
    line = request.line()
    assert line.isascii()
    assert line.index("\n") == len(line) - 1
    assert Request.of(line) == request


@given(answers | progress)
def test_an_answer_arrives_as_it_was_given(said: Said) -> None:
    """Likewise."""
    line = written(said)
    assert line.isascii()
    assert line.index("\n") == len(line) - 1
    assert understood(line) == said


@given(answers | progress, st.data())
def test_a_line_that_was_cut_says_nothing(said: Said, data: st.DataObject) -> None:
    """A worker may end in the middle of it."""
    line = written(said)
    assert understood(line[: data.draw(st.integers(0, len(line) - 2))]) is None


def test_a_line_that_no_worker_says_is_a_bug() -> None:
    """It is not taken for something else."""
    with pytest.raises(ValueError, match="mystery"):
        understood('{"mystery": {}}\n')
