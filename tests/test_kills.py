"""Killed at any moment, an archive is as it was before or as it is after, and trying again completes it.

Law 5 of the design's third chapter. Real processes die by SIGKILL: at every durable step by its name, and at
random instants. Each time a fresh process has to find an archive that `verify` calls whole, whose digests and
answers are all those of before or all those of after, and nothing left lying about.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

import pytest

import histories
from chathold.archive.schema import MIGRATIONS
from killing import Ended, Kill, Runner, Step

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs fork and SIGKILL")

_LOOK = (
    ("status",),
    ("list",),
    ("list", "--documents"),
    ("verify",),
    ("list",),
    ("list", "--documents"),
    ("status",),
)
_COPY = f"before-format-{len(MIGRATIONS) + 1}.db"
_NO_ARCHIVE = "There is no archive yet."


@dataclass(frozen=True, slots=True)
class State:
    """What an archive answers: its digests, `list` of chats and documents, `status` less sizes and paths."""

    digests: tuple[str, str]
    listed: str
    documents: str
    status: str


_OF_NOTHING = sha256(b"").hexdigest()


@dataclass(frozen=True, slots=True)
class Story:
    """A command that may be killed, on the folder `root`; `{root}` in it is the folder of the trial.

    `homes` are the homes to look at afterwards, with the states each may be in, from before to after.
    `again` are the exit codes with which the same command may answer when it is given once more.
    """

    root: Path
    command: tuple[str, ...]
    homes: dict[str, tuple[State, ...]]
    again: frozenset[int] = frozenset({0})
    migration: bool = False


@dataclass(frozen=True, slots=True)
class Bench:
    """Where stories are made and tried."""

    runner: Runner
    folder: Path

    def run(self, home: Path, *command: str, migration: bool = False) -> Ended:
        """Run one command on a home, and see it succeed."""
        done = self.runner.run(["--home", str(home), *command, "--json"], migration=migration)
        assert done.answers[0][0] == 0, done.answers
        return done

    def try_once(self, story: Story, number: int, **death: Any) -> bool:
        """Tell the story to a copy, with a death in it, and check what is left; whether it died."""
        root = self.folder / f"trial-{number}"
        shutil.copytree(story.root, root)
        command = [each.format(root=root) for each in story.command]
        try:
            ended = self.runner.run(command, migration=story.migration, **death)
            for name, states in story.homes.items():
                _check(self.runner, root / name, states, migration=story.migration)
            again = self.runner.run(command, migration=story.migration)
            assert again.answers[0][0] in story.again, again.answers
            for name, states in story.homes.items():
                _check(self.runner, root / name, states[-1:], migration=story.migration)
            return ended.killed
        finally:
            shutil.rmtree(root)


def _check(runner: Runner, home: Path, states: Sequence[State], *, migration: bool = False) -> None:
    """An archive is whole, in one of these states alone, and nothing lies about."""
    first, last = look(runner, home, migration=migration)
    assert last in states
    assert first.listed == last.listed
    assert first.documents == last.documents
    assert first.status in [state.status for state in states]
    if (home / "archive" / "archive.db").exists():
        assert [name for name in _leftovers(home / "archive") if not (migration and name == _COPY)] == []


def look(runner: Runner, home: Path, *, migration: bool = False) -> tuple[State, State]:
    """What an archive answers at first, and after `verify` has found it whole."""
    answers = runner.run(
        *(["--home", str(home), *each, "--json"] for each in _LOOK), migration=migration
    ).answers
    values = [json.loads(text) for _code, text in answers]
    if values[1].get("error", {}).get("title") == _NO_ARCHIVE:
        assert not (home / "archive" / "archive.db").exists()
        nothing = _state((values[0], {"conversations": []}, {"documents": []}), (_OF_NOTHING, _OF_NOTHING))
        return nothing, nothing
    assert [code for code, _text in answers] == [0] * len(_LOOK), answers
    found = values[3]
    assert (found["ok"], found["problems"]) == (True, [])
    digests = (found["digest"], found["view_digest"])
    return _state(values[0:3], digests), _state((values[6], *values[4:6]), digests)


def _state(values: Sequence[Any], digests: tuple[str, str]) -> State:
    status, listed, documents = values
    held = {name: value for name, value in status["archive"].items() if name not in ("path", "bytes")}
    told = json.dumps([held, status["accounts"], status["downloads"]], ensure_ascii=False)
    return State(digests, json.dumps(listed["conversations"]), json.dumps(documents["documents"]), told)


def _leftovers(archive: Path) -> list[str]:
    """Files that belong neither to a finished archive nor to its search index, which has kill tests of its own."""
    return [
        str(path.relative_to(archive))
        for path in archive.rglob("*")
        if path.is_file()
        and path.name not in ("archive.db", "lock", "READ ME.txt")
        and not (path.parent == archive and path.name.startswith("search."))
        and not (path.parent.parent == archive / "assets" and len(path.name) == 64)
    ]


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """A runner and a folder for all stories of this module."""
    with Runner() as runner:
        yield Bench(runner, tmp_path_factory.mktemp("kills"))


@pytest.fixture(scope="module")
def later_import(bench: Bench) -> Story:
    """An export of ChatGPT's over an earlier one: batches, files, documents, two chats gone."""
    root = bench.folder / "later"
    bench.run(root / "home", "import", str(histories.chatgpt_earlier(bench.folder / "one")))
    path = histories.chatgpt_later(bench.folder / "two")
    return _imports(bench, root, [path])


@pytest.fixture(scope="module")
def first_import(bench: Bench) -> Story:
    """The first import of all, which makes the archive."""
    root = bench.folder / "first"
    (root / "home").mkdir(parents=True)
    return _imports(bench, root, [histories.chatgpt_earlier(bench.folder / "one")])


@pytest.fixture(scope="module")
def parts_import(bench: Bench) -> Story:
    """Claude's manifest and parts, over an earlier ZIP; each file is an import of its own."""
    root = bench.folder / "parts"
    bench.run(root / "home", "import", str(histories.claude_earlier(bench.folder / "three")))
    return _imports(bench, root, histories.claude_parts(bench.folder / "four"))


def _imports(bench: Bench, root: Path, paths: list[Path]) -> Story:
    """The story of importing these files, and the states it goes through."""
    copy = bench.folder / f"{root.name}-undisturbed"
    shutil.copytree(root, copy)
    states = [look(bench.runner, copy / "home")[1]]
    for path in paths:
        bench.run(copy / "home", "import", str(path))
        states.append(look(bench.runner, copy / "home")[1])
    command = ("--home", "{root}/home", "import", *map(str, paths), "--json")
    return Story(root, command, {"home": tuple(states)})


def _archived(bench: Bench, name: str) -> Path:
    """A folder with a home whose archive holds two exports of ChatGPT's and one of Claude's."""
    root = bench.folder / name
    if not (bench.folder / "archived").exists():
        paths = (
            histories.chatgpt_earlier(bench.folder / "one"),
            histories.chatgpt_later(bench.folder / "two"),
            histories.claude_earlier(bench.folder / "three"),
        )
        bench.run(bench.folder / "archived" / "home", "import", *map(str, paths))
    shutil.copytree(bench.folder / "archived", root)
    return root


def _told(bench: Bench, root: Path, command: tuple[str, ...], *homes: str, **beyond: Any) -> Story:
    """The story of one command, with the states of these homes before and after it."""
    migration = beyond.get("migration", False)
    before = {home: look(bench.runner, root / home)[1] for home in homes}
    copy = bench.folder / f"{root.name}-undisturbed"
    shutil.copytree(root, copy)
    ended = bench.runner.run([each.format(root=copy) for each in command], migration=migration)
    assert ended.answers[0][0] == 0, ended.answers
    after = {home: look(bench.runner, copy / home, migration=migration)[1] for home in homes}
    return Story(root, command, {home: (before[home], after[home]) for home in homes}, **beyond)


@pytest.fixture(scope="module")
def forgetting(bench: Bench) -> Story:
    """Forgetting three chats, one of them with a file that nothing else has."""
    root = _archived(bench, "forgetting")
    names = [histories.chat(number).id for number in (0, 6, 13)]
    command = ("--home", "{root}/home", "forget", *names, "--yes", "--json")
    return _told(bench, root, command, "home", again=frozenset({0, 1}))


@pytest.fixture(scope="module")
def forgetting_account(bench: Bench) -> Story:
    """Forgetting an account of two."""
    root = _archived(bench, "forgetting-account")
    command = ("--home", "{root}/home", "forget", "--account", f"chatgpt/{histories.ADA}", "--yes", "--json")
    return _told(bench, root, command, "home", again=frozenset({0, 1}))


@pytest.fixture(scope="module")
def first_backup(bench: Bench) -> Story:
    """The first copy, into a folder that is not there yet."""
    root = _archived(bench, "first-backup")
    return _told(
        bench, root, ("--home", "{root}/home", "backup", "{root}/copy/archive", "--json"), "home", "copy"
    )


@pytest.fixture(scope="module")
def later_backup(bench: Bench) -> Story:
    """A copy refreshed after an import and a forgetting."""
    root = _archived(bench, "later-backup")
    bench.run(root / "home", "backup", str(root / "copy" / "archive"))
    more = [histories.chat(number, turns=3) for number in range(12, 20)]
    path = histories.chatgpt(
        bench.folder / "five", 2, more, assets=(histories.asset(20), histories.asset(21))
    )
    bench.run(root / "home", "import", str(path))
    bench.run(root / "home", "forget", histories.chat(0).id, "--yes")
    return _told(
        bench, root, ("--home", "{root}/home", "backup", "{root}/copy/archive", "--json"), "home", "copy"
    )


@pytest.fixture(scope="module")
def restoring(bench: Bench) -> Story:
    """A copy restored to where there is nothing yet."""
    root = _archived(bench, "restoring")
    bench.run(root / "home", "backup", str(root / "copy" / "archive"))
    shutil.rmtree(root / "home")
    command = ("--home", "{root}/home", "restore", "{root}/copy/archive", "--json")
    return _told(bench, root, command, "home", "copy", again=frozenset({0, 1}))


@pytest.fixture(scope="module")
def rebuilding(bench: Bench) -> Story:
    """Deriving everything again."""
    root = _archived(bench, "rebuilding")
    return _told(bench, root, ("--home", "{root}/home", "rebuild", "--json"), "home")


@pytest.fixture(scope="module")
def migrating(bench: Bench) -> Story:
    """The first import by a newer program, which brings the archive to its format."""
    root = _archived(bench, "migrating")
    path = histories.chatgpt(
        bench.folder / "six", 2, [histories.chat(number, turns=3) for number in range(4)]
    )
    command = ("--home", "{root}/home", "import", str(path), "--json")
    return _told(bench, root, command, "home", migration=True)


STORIES = (
    "later_import",
    "first_import",
    "parts_import",
    "forgetting",
    "forgetting_account",
    "first_backup",
    "later_backup",
    "restoring",
    "rebuilding",
    "migrating",
)


@pytest.fixture
def story(request: pytest.FixtureRequest) -> Story:
    """The story that a test is parametrised with."""
    told: Story = request.getfixturevalue(request.param)
    return told


def _steps(bench: Bench, story: Story) -> tuple[list[Step], float]:
    """The steps that the undisturbed command comes to, and how long it takes."""
    root = bench.folder / "measured"
    shutil.copytree(story.root, root)
    ended = bench.runner.run([each.format(root=root) for each in story.command], migration=story.migration)
    shutil.rmtree(root)
    return list(ended.steps), ended.seconds


def _deaths(steps: list[Step]) -> list[Kill]:
    """Before and after each step by its name: the first, the middle and the last time it is come to."""
    return [
        Kill(step, number, after)
        for step in dict.fromkeys(steps)
        for number in sorted({1, (steps.count(step) + 1) // 2, steps.count(step)})
        for after in (False, True)
    ]


def test_an_import_killed_at_its_commit_is_there_or_not(bench: Bench, later_import: Story) -> None:
    """Before the one visible commit nothing of an import is there, after it everything."""
    step = ("commit", "the import")
    for number, after in enumerate((False, True)):
        assert bench.try_once(later_import, number, kill=Kill(step, after=after))


def test_every_step_of_an_import_is_known_by_name(bench: Bench, later_import: Story) -> None:
    """An import goes through many batches and these steps; a new one belongs into this list."""
    steps, _seconds = _steps(bench, later_import)
    assert steps.count(("commit", "a batch of records")) > 3
    assert set(steps) == {
        ("commit", "the mark before the first file"),
        ("commit", "a batch of records"),
        ("sync", "an asset"),
        ("rename", "an asset"),
        ("sync_folder", "an asset's folder"),
        ("unlink", "a file being built"),
        ("commit", "the import"),
        ("commit", "a batch of readings"),
        ("commit", "the last batch of readings"),
        ("commit", "the derived state"),
        ("checkpoint", ""),
        ("commit", "the receipt"),
        ("commit", "a batch of the index"),
        ("commit", "a piece of the merged index"),
        ("commit", "the readers' versions"),
        ("commit", "the note that it is complete"),
    }


@pytest.mark.slow
@pytest.mark.parametrize("story", STORIES, indirect=True)
def test_killed_at_any_step_by_name(bench: Bench, story: Story) -> None:
    """Before and after every commit, fsync, rename, removal and checkpoint, whatever command it is."""
    steps, _seconds = _steps(bench, story)
    deaths = _deaths(steps)
    for number, death in enumerate(deaths):
        assert bench.try_once(story, number, kill=death), death


@pytest.mark.slow
@pytest.mark.parametrize("story", STORIES, indirect=True)
def test_killed_at_random_instants(bench: Bench, story: Story) -> None:
    """At instants spread evenly over the command, inside its writes too."""
    _kill_at_random(bench, story, 20, seed=1)


@pytest.mark.full
@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("story", STORIES, indirect=True)
def test_killed_at_thousands_of_instants(bench: Bench, story: Story, seed: int) -> None:
    """The same, three thousand times and more."""
    _kill_at_random(bench, story, 40, seed=100 + seed)


def _kill_at_random(bench: Bench, story: Story, times: int, *, seed: int) -> None:
    """Kill a command so often, and see that many kills met it alive."""
    seconds = min(_steps(bench, story)[1] for _again in range(3))
    rng = Random(seed)
    died = [bench.try_once(story, number, after=rng.uniform(0.0, seconds)) for number in range(times)]
    assert sum(died) > times // 4
