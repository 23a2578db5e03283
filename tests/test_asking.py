"""Many chats gone at once: the question, the user's answer, and that an answer is a fact like others."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

import histories
from chathold.archive.asking import answer, questions
from chathold.archive.store import Archive
from chathold.core.errors import ChatholdError
from commands import chathold

HELD, KNOWN = 3, 12


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Twelve chats, and later three of them."""
    folder = tmp_path_factory.mktemp("exports")
    return [
        histories.chatgpt(folder, number, [histories.chat(n) for n in range(count)])
        for number, count in enumerate((KNOWN, HELD))
    ]


@pytest.fixture
def home(tmp_path: Path, exports: list[Path]) -> Path:
    """Both are imported."""
    chathold(tmp_path / "home", "import", *map(str, exports))
    return tmp_path / "home"


@pytest.fixture
def archive(home: Path) -> Iterator[Archive]:
    """The archive."""
    with closing(_opened(home)) as archive:
        yield archive


def _opened(home: Path) -> Archive:
    archive = Archive.open(home / "archive")
    assert archive
    return archive


def _answer(archive: Archive, file: str, *, deleted: bool) -> None:
    with archive.writing() as ledger:
        answer(archive, ledger, file, deleted=deleted)


def _gone(home: Path) -> int:
    found: list[dict[str, Any]] = chathold(home, "list")["conversations"]
    return sum(each["gone_since"] is not None for each in found)


def test_the_question_has_the_numbers(archive: Archive) -> None:
    """Of the export that lacks them, and the account it is of."""
    (asked,) = questions(archive)
    assert (asked["held"], asked["known"], asked["lacking"]) == (HELD, KNOWN, KNOWN - HELD)
    assert (asked["provider"], asked["account"]) == ("chatgpt", histories.ADA)
    assert asked["exported_at"]
    assert archive.database.execute(
        "SELECT 1 FROM file WHERE hash = ?", (bytes.fromhex(asked["file"]),)
    ).fetchone()


@pytest.mark.parametrize(("deleted", "gone"), [(True, KNOWN - HELD), (False, 0)])
def test_the_answer_decides_what_is_marked(archive: Archive, home: Path, gone: int, *, deleted: bool) -> None:
    """And removes nothing; the archive is whole, and derived anew it says the same."""
    (asked,) = questions(archive)
    _answer(archive, asked["file"], deleted=deleted)
    assert questions(archive) == []
    assert _gone(home) == gone
    before = chathold(home, "verify")
    assert before["ok"]
    assert len(chathold(home, "list")["conversations"]) == KNOWN
    chathold(home, "rebuild")
    assert chathold(home, "verify") == before
    assert chathold(home, "check")["accounts"][0]["unconfirmed_gone"] == KNOWN - HELD - gone


def test_who_was_wrong_may_say_so(archive: Archive, home: Path) -> None:
    """The later answer stands."""
    (asked,) = questions(archive)
    for deleted, gone in ((True, KNOWN - HELD), (False, 0), (True, KNOWN - HELD)):
        _answer(archive, asked["file"], deleted=deleted)
        assert _gone(home) == gone
    assert chathold(home, "verify")["ok"]


def test_an_answer_holds_in_whatever_order_exports_came(exports: list[Path], tmp_path: Path) -> None:
    """Both digests are the same, whether it was given before or after the older export came."""
    digests = set()
    for number, order in enumerate(permutations(exports)):
        home = tmp_path / str(number)
        later = ""
        for path in order:
            receipt = chathold(home, "import", str(path))["imports"][0]
            if path == exports[1]:
                later = receipt["sha256"]
                with closing(_opened(home)) as archive:
                    _answer(archive, later, deleted=True)
        found = chathold(home, "verify")
        assert found["ok"]
        digests.add((found["digest"], found["view_digest"]))
        assert _gone(home) == KNOWN - HELD
    assert len(digests) == 1


@pytest.mark.parametrize("file", ["", "ab" * 32, "no hex"])
def test_an_answer_about_nothing_is_refused(archive: Archive, file: str) -> None:
    """As words."""
    with pytest.raises(ChatholdError):
        _answer(archive, file, deleted=True)


def test_an_answer_goes_with_the_account_that_is_forgotten(archive: Archive, home: Path) -> None:
    """Nothing about it stays."""
    (asked,) = questions(archive)
    _answer(archive, asked["file"], deleted=True)
    chathold(home, "forget", "--account", f"chatgpt/{histories.ADA}", "--yes")
    assert archive.database.execute("SELECT count(*) FROM answer").fetchone()[0] == 0
    assert chathold(home, "verify")["ok"]


def test_an_answer_is_in_a_second_copy(archive: Archive, home: Path, tmp_path: Path) -> None:
    """As every fact."""
    (asked,) = questions(archive)
    _answer(archive, asked["file"], deleted=True)
    chathold(home, "backup", str(tmp_path / "copy" / "archive"))
    assert _gone(tmp_path / "copy") == KNOWN - HELD


def test_an_archive_of_the_first_format_has_questions_once_it_is_brought_up(home: Path) -> None:
    """Its chats are all there, and a copy of before is kept."""
    with closing(_opened(home)) as archive:
        archive.database.execute("DROP TABLE answer")
        archive.database.execute("DELETE FROM tally WHERE name = 'answer'")
        archive.database.execute("PRAGMA user_version = 1")
    with closing(_opened(home)) as archive:
        assert len(questions(archive)) == 1
    assert (home / "archive" / "before-format-2.db").exists()
    assert chathold(home, "verify")["ok"]


def test_the_command_line_can_answer_too(home: Path) -> None:
    """Of a named account that is asked about, and otherwise later; of an account that is none, it says so."""
    assert chathold(home, "check", "chatgpt/nobody", "--deleted-there", "yes", expect=1)["error"]["title"]
    assert _gone(home) == 0
    account = f"chatgpt/{histories.ADA}"
    (found,) = chathold(home, "check", account, "--deleted-there", "yes")["accounts"]
    assert (_gone(home), found["unconfirmed_gone"]) == (KNOWN - HELD, 0)
    (found,) = chathold(home, "check", account, "--deleted-there", "no")["accounts"]
    assert (_gone(home), found["doubtful_export"]["answered"]) == (0, True)


def test_a_services_only_account_needs_no_name(home: Path) -> None:
    """There is none with which it could be mistaken."""
    chathold(home, "check", "ChatGPT", "--deleted-there", "yes")
    assert _gone(home) == KNOWN - HELD


def test_of_several_accounts_one_has_to_be_named(home: Path, tmp_path: Path) -> None:
    """They are told, and nothing is noted."""
    chat = {"id": "c", "title": "A", "create_time": 1.0e9, "mapping": {}}
    (tmp_path / "conversations.json").write_text(json.dumps([chat]))
    chathold(home, "import", str(tmp_path / "conversations.json"), "--account", "bob")
    error = chathold(home, "check", "chatgpt", "--deleted-there", "yes", expect=2)["error"]
    assert error["title"] == "Several accounts could be meant."
    assert all(f"chatgpt/{account}" in error["advice"] for account in (histories.ADA, "bob"))
    assert _gone(home) == 0
    error = chathold(home, "check", "chatgpt/bob", "--deleted-there", "yes", expect=1)["error"]
    assert error["title"] == "No export of this account lacks very many chats at once."
