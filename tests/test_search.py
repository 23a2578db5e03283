"""Search as its users meet it: what is said is found, in any script, and nothing else is."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import scripts_of_the_world as world
from commands import chathold

SEED = 20_261_125


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that holds chats in every script, of all services."""
    folder = tmp_path_factory.mktemp("search")
    made, _said = world.chats(SEED)
    for path in world.exports(folder / "downloads", made):
        chathold(folder / "home", "import", str(path))
    return folder / "home"


SAID = world.chats(SEED)[1]


def found(home: Path, query: str, *options: str) -> list[dict[str, Any]]:
    """The results of a query."""
    answer: dict[str, Any] = chathold(home, "search", query, "--limit", "10000", *options)
    assert answer["total"] == len(answer["results"])
    return list(answer["results"])


def messages(home: Path, query: str, *options: str) -> set[str]:
    """The ids of the messages that a query finds."""
    return {each["message"] for each in found(home, query, *options)}


@pytest.mark.parametrize("script", world.SCRIPTS, ids=lambda script: script.name)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rng=st.randoms(use_true_random=False))
def test_any_word_of_any_message_is_found(home: Path, script: world.Script, rng: Random) -> None:
    """In scripts without spaces any run of one, two or three characters; case and accents are the text's."""
    said = rng.choice([each for each in SAID if each.script is script])
    for query in world.queries(rng, said.text, script, 3):
        assert said.message in messages(home, f'"{query}"')
        assert said.message in messages(home, query.upper())
