"""Killed at any moment, an indexer leaves an index that answers rightly, and whoever searches next completes it.

Real processes die by SIGKILL, at every commit of theirs and at random instants. Afterwards every answer equals
that of an index made undisturbed.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import pytest

import histories
import scripts_of_the_world as world
from killing import Kill, Runner

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs fork and SIGKILL")

_QUERIES = 24
_ALL = ("--limit", "10000", "--newest", "--json")


@dataclass(frozen=True, slots=True)
class Story:
    """A command on a home, which may be killed; and what searches answer before it, and after it if it is not."""

    home: Path
    command: tuple[str, ...]
    queries: tuple[str, ...]
    before: tuple[Any, ...]
    answers: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Bench:
    """Where stories are tried."""

    runner: Runner
    folder: Path

    def run(self, home: Path, *command: str, **wishes: Any) -> Any:
        """Run one command."""
        return self.runner.run(["--home", str(home), *command], **wishes)

    def answers(self, home: Path, queries: tuple[str, ...]) -> tuple[Any, ...]:
        """What searches answer, less the words of the query."""
        done = self.runner.run(*(["--home", str(home), "search", query, *_ALL] for query in queries))
        values = [done.json(number) for number in range(len(queries))]
        return tuple((value["total"], value["results"], value["pending"]) for value in values)

    def story(self, home: Path, queries: tuple[str, ...], *command: str) -> Story:
        """A story, told undisturbed once."""
        copy = self.folder / f"{home.name}-undisturbed"
        shutil.copytree(home, copy)
        before = self.answers(copy, queries)
        self.run(copy, *command)
        return Story(home, command, queries, before, self.answers(copy, queries))

    def steps(self, story: Story) -> list[tuple[tuple[str, str], int]]:
        """Every step the undisturbed command comes to, with how often it has been there."""
        copy = self.folder / "steps"
        shutil.copytree(story.home, copy)
        steps = self.run(copy, *story.command).steps
        shutil.rmtree(copy)
        return [(step, steps[: number + 1].count(step)) for number, step in enumerate(steps)]

    def die(self, story: Story, **death: Any) -> bool:
        """Tell the story with a death in it; the answers afterwards have to be of before or of after."""
        home = self.folder / "trial"
        shutil.copytree(story.home, home)
        try:
            ended = self.run(home, *story.command, **death)
            assert self.answers(home, story.queries) in (story.before, story.answers)
            self.run(home, *story.command)
            assert self.answers(home, story.queries) == story.answers
            return bool(ended.killed)
        finally:
            shutil.rmtree(home)


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """A runner and a folder."""
    with Runner() as runner:
        yield Bench(runner, tmp_path_factory.mktemp("search-kills"))


def _queries(seed: int, said: list[world.Said]) -> tuple[str, ...]:
    rng = Random(seed)
    picked = [rng.choice(said) for _ in range(_QUERIES)]
    return tuple(f'"{query}"' for each in picked for query in world.queries(rng, each.text, each.script, 1))


@pytest.fixture(scope="module")
def filling(bench: Bench) -> Story:
    """A search in an archive that has no index yet."""
    made, said = world.chats(3, per_script=1)
    home = bench.folder / "filling"
    for path in world.exports(bench.folder / "downloads", made):
        bench.run(home, "import", str(path))
    for path in (home / "archive").glob("search.db*"):
        path.unlink()
    return bench.story(home, _queries(3, said), "search", "x", "--json")


@pytest.fixture(scope="module")
def following(bench: Bench) -> Story:
    """A search after an import that changed and added chats, and was never indexed."""
    home = bench.folder / "following"
    bench.run(home, "import", str(histories.chatgpt_earlier(bench.folder / "one")))
    index = (home / "archive" / "search.db").read_bytes()
    bench.run(home, "import", str(histories.chatgpt_later(bench.folder / "two")))
    (home / "archive" / "search.db").write_bytes(index)
    queries = tuple(f"{who} {number}" for who in ("user", "assistant", "chat") for number in range(16))
    return bench.story(home, queries, "search", "x", "--json")


@pytest.fixture(scope="module")
def rebuilding(bench: Bench, following: Story) -> Story:
    """`rebuild`, which empties the index first."""
    home = bench.folder / "rebuilding"
    shutil.copytree(following.home, home)
    return bench.story(home, following.queries, "rebuild", "--json")


@pytest.fixture(scope="module")
def forgetting(bench: Bench, following: Story) -> Story:
    """`forget`, which empties the index, too."""
    home = bench.folder / "forgetting"
    shutil.copytree(following.home, home)
    return bench.story(home, following.queries, "forget", "--yes", "--json", histories.chat(7).id)


STORIES = ("filling", "following", "rebuilding", "forgetting")


def _of_the_index(step: tuple[str, str]) -> bool:
    return "index" in step[1] or "readers" in step[1] or "search" in step[1]


@pytest.mark.slow
@pytest.mark.parametrize("name", STORIES)
def test_killed_at_any_commit(bench: Bench, name: str, request: pytest.FixtureRequest) -> None:
    """Before it and after it, at those of the index."""
    story: Story = request.getfixturevalue(name)
    steps = [each for each in bench.steps(story) if _of_the_index(each[0])]
    assert len(steps) > 2
    for step, number in steps[:2] + steps[2:-1:4] + steps[-1:]:
        for after in (False, True):
            assert bench.die(story, kill=Kill(step, number, after=after))


def _at_random(bench: Bench, story: Story, times: int) -> int:
    copy = bench.folder / "measured"
    shutil.copytree(story.home, copy)
    seconds = bench.run(copy, *story.command).seconds
    shutil.rmtree(copy)
    rng = Random(len(story.command[0]))
    return sum(bench.die(story, after=rng.uniform(0.0, seconds)) for _ in range(times))


@pytest.mark.slow
@pytest.mark.parametrize("name", STORIES)
def test_killed_at_random(bench: Bench, name: str, request: pytest.FixtureRequest) -> None:
    """A few times."""
    assert _at_random(bench, request.getfixturevalue(name), 5) > 0


@pytest.mark.full
@pytest.mark.parametrize("name", STORIES)
def test_killed_at_random_very_often(bench: Bench, name: str, request: pytest.FixtureRequest) -> None:
    """At any instant."""
    assert _at_random(bench, request.getfixturevalue(name), 250) > 100
