"""Processes beside each other: several that import, and others that read meanwhile."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import histories
from killing import Ended, Runner
from world_truth import Shape
from worlds import Wrap

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs fork")

_MEGABYTE = 1_000_000


@pytest.fixture(scope="module")
def two() -> Iterator[tuple[Runner, Runner]]:
    """Two programs that run jobs at the same time."""
    with Runner() as one, Runner() as other:
        yield one, other


def _on(home: Path, *command: object) -> list[str]:
    return ["--home", str(home), *map(str, command), "--json"]


def _at_once(two: tuple[Runner, Runner], home: Path, one: Path, other: Path) -> list[Any]:
    """Import two files at the same time; their receipts."""
    for runner, path in zip(two, (one, other), strict=True):
        runner.begin(_on(home, "import", path))
    ended = [runner.end() for runner in two]
    assert [each.answers[0][0] for each in ended] == [0, 0]
    return [each.json()["imports"][0] for each in ended]


def _digests(runner: Runner, home: Path) -> tuple[str, str]:
    found = runner.run(_on(home, "verify")).json()
    assert (found["ok"], found["problems"]) == (True, [])
    return found["digest"], found["view_digest"]


def _one_after_the_other(runner: Runner, home: Path, *paths: Path) -> tuple[str, str]:
    assert runner.run(_on(home, "import", *paths)).answers[0][0] == 0
    return _digests(runner, home)


@pytest.mark.slow
def test_two_imports_at_once_are_as_one_after_the_other(tmp_path: Path, two: tuple[Runner, Runner]) -> None:
    """Different files, into an archive that neither process finds: one makes it, both are in it."""
    one, other = histories.chatgpt_earlier(tmp_path / "one"), histories.chatgpt_later(tmp_path / "two")
    receipts = _at_once(two, tmp_path / "home", one, other)
    assert [receipt["outcome"] for receipt in receipts] == ["imported", "imported"]
    assert _digests(two[0], tmp_path / "home") == _one_after_the_other(two[0], tmp_path / "calm", one, other)


@pytest.mark.slow
def test_two_first_imports_always_meet_in_one_archive(tmp_path: Path, two: tuple[Runner, Runner]) -> None:
    """The same again and again, for the race is short: no archive takes another's place."""
    one, other = histories.chatgpt_earlier(tmp_path / "one"), histories.claude_earlier(tmp_path / "two")
    calm = _one_after_the_other(two[0], tmp_path / "calm", one, other)
    for number in range(20):
        _at_once(two, tmp_path / f"home-{number}", one, other)
        assert _digests(two[0], tmp_path / f"home-{number}") == calm


def test_one_file_imported_twice_at_once_is_there_once(tmp_path: Path, two: tuple[Runner, Runner]) -> None:
    """The same file in two processes: both succeed, and one of them finds nothing new."""
    path = histories.chatgpt_earlier(tmp_path / "one")
    receipts = _at_once(two, tmp_path / "home", path, path)
    assert sorted(receipt["conversations"]["new"] for receipt in receipts) == [0, 12]
    assert _digests(two[0], tmp_path / "home") == _one_after_the_other(two[0], tmp_path / "calm", path)


def test_readers_beside_an_import_see_before_or_after(tmp_path: Path, two: tuple[Runner, Runner]) -> None:
    """`list`, `status` and `show` in another process never fail and never show half an import."""
    _read_beside(tmp_path, two, histories.chatgpt_later(tmp_path / "two"))


@pytest.mark.slow
def test_readers_beside_a_long_import_see_before_or_after(tmp_path: Path, two: tuple[Runner, Runner]) -> None:
    """The same while hundreds of chats come in."""
    chats = [histories.chat(n, turns=40, file=histories.file_id(n) if n < 50 else "") for n in range(400)]
    files = tuple(histories.asset(n) for n in range(50))
    _read_beside(tmp_path, two, histories.chatgpt(tmp_path / "two", 1, chats, assets=files))


@pytest.mark.slow
def test_readers_beside_a_rebuild_see_what_was_there(tmp_path: Path, two: tuple[Runner, Runner]) -> None:
    """While everything is derived again, everything can be read."""
    home = tmp_path / "home"
    chats = [histories.chat(n, turns=20) for n in range(200)]
    assert two[0].run(_on(home, "import", histories.chatgpt(tmp_path, 0, chats))).answers[0][0] == 0
    assert set(_answers_beside(tmp_path, two, home, "rebuild")) == _answers(two[0], home)


def _read_beside(folder: Path, two: tuple[Runner, Runner], later: Path) -> None:
    home = folder / "home"
    assert two[0].run(_on(home, "import", histories.chatgpt_earlier(folder / "one"))).answers[0][0] == 0
    before = _answers(two[0], home)
    told = _answers_beside(folder, two, home, "import", later)
    after = _answers(two[0], home)
    assert before & after == set()
    assert set(told) <= before | after


def _answers_beside(folder: Path, two: tuple[Runner, Runner], home: Path, *command: object) -> list[str]:
    """All that another process was told while a command was at work."""
    importer, reader = two
    reader.begin(*_questions(home), until=folder / "done")
    importer.begin(_on(home, *command))
    ended = importer.end()
    (folder / "done").touch()
    told = reader.end()
    assert ended.answers[0][0] == 0
    return _told(told)


def _questions(home: Path) -> list[list[str]]:
    first, grown = histories.chat(2).id, histories.chat(6).id
    commands = (("list",), ("status",), ("show", first), ("show", grown), ("history", grown))
    return [_on(home, *command) for command in commands]


def _answers(runner: Runner, home: Path) -> set[str]:
    return set(_told(runner.run(*_questions(home))))


def _told(ended: Ended) -> list[str]:
    """The answers, less what may change from one moment to the next: sizes, and how much is still to be read."""
    told = []
    for code, text in ended.answers:
        assert code == 0, text
        value = json.loads(text)
        if "index" in value:
            del value["index"], value["archive"]["bytes"]
            value["attention"] = [each for each in value["attention"] if each["kind"] != "reading"]
        told.append(json.dumps(value))
    return told


@pytest.mark.slow
def test_the_log_stays_small_beside_readers(tmp_path: Path, two: tuple[Runner, Runner]) -> None:
    """While 150 MB of JSON come in and others read for short times, the write-ahead log keeps below 100 MB."""
    home, runner = tmp_path / "home", two[0]
    assert runner.run(_on(home, "import", histories.chatgpt_earlier(tmp_path / "one"))).answers[0][0] == 0
    chats = [histories.chat(n, turns=2, size=380_000) for n in range(150)]
    path = histories.chatgpt(tmp_path / "two", 1, chats, shape=Shape(shards=3), wrap=Wrap(stored=True))
    assert path.stat().st_size > 150 * _MEGABYTE
    database = home / "archive" / "archive.db"
    log = database.with_name("archive.db-wal")
    largest = reads = 0
    runner.begin(_on(home, "import", path), whole_batches=True)
    while runner.works(0.005):
        with contextlib.closing(sqlite3.connect(database)) as reader:
            assert reader.execute("SELECT count(*) FROM state").fetchone()[0] in (14, 152)
            reads += 1
        with contextlib.suppress(FileNotFoundError):
            largest = max(largest, log.stat().st_size)
    assert runner.end().answers[0][0] == 0
    assert reads > 50
    assert 0 < largest < 100 * _MEGABYTE
