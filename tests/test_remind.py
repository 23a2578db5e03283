"""`chathold remind`, and what `status` and `account` say of reminders; by exports that are really archived."""

from __future__ import annotations

import json
import os
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

import histories
from chathold.archive.summary import moment
from chathold.reminders.rules import DAY
from commands import chathold
from screens import said


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home in which ChatGPT's export is archived, of an account."""
    home = tmp_path / "home"
    export = histories.chatgpt(tmp_path / "1", 0, [histories.chat(1)])
    assert said(home, "import", os.fspath(export)).code == 0
    return home


def _reminders(home: Path, *args: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = chathold(home, "remind", *args)["reminders"]
    return found


def test_it_is_learnt_from_what_is_archived(home: Path) -> None:
    """Thirty days after the export's own date; status and account say the same."""
    (found,) = _reminders(home)
    (account,) = chathold(home, "status")["accounts"]
    assert (found["provider"], found["account"]) == ("chatgpt", histories.ADA)
    assert found["last_export"] == account["last_export"]
    assert (
        account["reminder_due"]
        == found["reminder_due"]
        == chathold(home, "account")["accounts"][0]["reminder_due"]
    )
    assert found["reminder_due"] > found["last_export"]


def test_the_settings_say_after_how_many_days(home: Path) -> None:
    """And whether at all."""
    (usual,) = _reminders(home)
    (home / "config.toml").write_text("[reminders]\nchatgpt_days = 60\n")
    (later,) = _reminders(home)
    assert later["reminder_due"] > usual["reminder_due"]
    (home / "config.toml").write_text("[reminders]\non = false\n")
    assert [(each["stage"], each["reminder_due"]) for each in _reminders(home)] == [("off", None)]


def test_answers_are_remembered(home: Path) -> None:
    """Each changes where the account stands, until the next."""
    stages = [
        _reminders(home, *answer)[0]["stage"]
        for answer in (
            ["asked", "chatgpt"],
            ["came", f"chatgpt/{histories.ADA}"],
            ["off"],
            ["list"],
            ["on", "chatgpt"],
        )
    ]
    assert stages == ["asked", "link", "off", "off", _reminders(home)[0]["stage"]]


def test_snoozed_for_days(home: Path) -> None:
    """The due date moves, where that is later."""
    (found,) = _reminders(home, "snooze", "chatgpt", "--days", "3000")
    assert found["stage"] == "fresh"
    assert found["until"] == found["reminder_due"]


def test_a_service_without_an_archive_can_be_reminded_of(tmp_path: Path) -> None:
    """And is, at once; before, there is nothing, and nothing is made."""
    home = tmp_path / "home"
    assert _reminders(home) == []
    assert not home.exists()
    (found,) = _reminders(home, "on", "claude")
    assert (found["stage"], found["account"]) == ("due", "")
    assert "There is no copy of your Claude chats yet." in said(home, "remind").out


@pytest.mark.parametrize(
    ("args", "code", "way"),
    [
        (["maybe"], 2, "chathold remind"),
        (["off", "a", "b"], 2, "chathold remind"),
        (["off", "gemini"], 2, "Use one of: chatgpt, claude, deepseek."),
        (["on", "gemini"], 2, "Use one of: chatgpt, claude, deepseek."),
        (["off", "chatgpt/nobody"], 1, "chathold account"),
    ],
)
def test_what_cannot_be_meant_is_refused(home: Path, args: list[str], code: int, way: str) -> None:
    """With what can."""
    run = said(home, "remind", *args)
    assert (run.code, way in run.err) == (code, True)


def test_words_for_a_person(home: Path) -> None:
    """A line an account, and what is to be done."""
    run = said(home, "remind", "asked", "chatgpt")
    assert "asked for" in run.out
    assert "Has the mail or SMS come?" in run.out
    assert json.loads(said(home, "remind", "--json").out)["reminders"][0]["words"] in run.out


def test_accounts_can_be_told_apart_and_named(tmp_path: Path) -> None:
    """Each line has what the answer takes; nobody is told to sign in with an id or a label."""
    home = tmp_path / "home"
    for account in ("23b8c1e9-3924-46de-beb1-3b9046685257", "account-2"):
        _import(home, _loose(tmp_path / f"{account}.json", account))
    assert said(home, "account", "label", "claude/account-2", "Work").code == 0
    names = ("claude/23b8c1e9-3924-46de-beb1-3b9046685257", "claude/Work")
    for name in names:
        run = said(home, "remind", "asked", name)
        assert "asked for" in run.out
        assert f"  {name}  " in run.out
    assert said(home, "remind", "on").code == 0
    assert [each["words"] for each in _reminders(home)] == [
        f"Your Claude ({name}) copy is {_days(2001)} days old." for name in ("23b8c1e9…", "Work")
    ]


def test_only_a_date_of_its_own_is_called_the_last_export(tmp_path: Path) -> None:
    """As `status` and `account` have it."""
    home = tmp_path / "home"
    _import(home, _loose(tmp_path / "conversations.json", "ada"))
    for command in ("remind", "account"):
        assert " unknown" in said(home, command).out


@pytest.mark.parametrize(
    ("before", "words"),
    [
        ("on", "ChatGPT (a•••@example.com): no reminder before "),
        ("off", "its reminders are off"),
        ("asked", "the export that you asked for is still awaited"),
        ("came", "there is still a link to download"),
    ],
)
def test_putting_off_says_what_is_so_then(home: Path, before: str, words: str) -> None:
    """For it changes nothing of what is waited for."""
    said(home, "remind", before, "chatgpt")
    assert words in said(home, "remind", "snooze", "chatgpt").out


def _loose(path: Path, account: str) -> Path:
    """A loose file of Claude's of 2001, which does not say when it was made."""
    chat = {
        "uuid": f"chat-{account}",
        "name": "Loose",
        "updated_at": "2001-01-01T00:00:00Z",
        "account": {"uuid": account},
        "chat_messages": [{"uuid": f"m-{account}", "sender": "human", "text": "Hi"}],
    }
    path.write_text(json.dumps([chat]))
    return path


def _days(year: int) -> int:
    return int((time.time() - datetime(year, 1, 1, tzinfo=UTC).timestamp()) // DAY)


# --- which export counts


def _import(home: Path, *paths: Path) -> None:
    assert said(home, "import", *map(os.fspath, paths)).code == 0


def test_a_partial_export_does_not_count(tmp_path: Path) -> None:
    """While one part is missing the last whole one stands; of nothing but partial ones the oldest."""
    first, later = moment(histories.START + 30 * DAY), moment(histories.START + 60 * DAY)
    home, other = tmp_path / "home", tmp_path / "other"
    *parts, last = histories.claude_parts(tmp_path / "2")
    _import(home, histories.claude_earlier(tmp_path / "1"), *parts)
    assert [each["last_export"] for each in _reminders(home)] == [first]
    _import(home, last)
    assert [each["last_export"] for each in _reminders(home)] == [later]
    _import(other, *parts)
    assert [each["last_export"] for each in _reminders(other)] == [later]


def test_a_rescued_file_does_not_count(tmp_path: Path) -> None:
    """It was cut."""
    home = tmp_path / "home"
    _import(home, histories.chatgpt(tmp_path / "1", 0, [histories.chat(1)]))
    before = _reminders(home)
    cut = histories.chatgpt(tmp_path / "2", 1, [histories.chat(n) for n in range(40)])
    cut.write_bytes(cut.read_bytes()[:-200])
    assert said(home, "import", "--rescue", os.fspath(cut)).code == 0
    assert _reminders(home) == before


def test_a_rescued_file_is_asked_for_until_a_whole_one_has_come(tmp_path: Path) -> None:
    """One of the same day or later; an older one lacks what was cut off. Nor is it the last export meanwhile."""
    home = tmp_path / "home"
    whole = [histories.chatgpt(tmp_path / str(n), n, [histories.chat(m) for m in range(40)]) for n in (0, 1)]
    cut = tmp_path / whole[1].name
    cut.write_bytes(whole[1].read_bytes()[:-200])
    assert said(home, "import", "--rescue", os.fspath(cut)).code == 0
    for path, waiting in ((whole[0], ["partly_read"]), (whole[1], [])):
        _import(home, path)
        status = chathold(home, "status")
        assert [each["state"] for each in status["downloads"]] == waiting
        dated = chathold(home, "check")["accounts"][0]["last_whole_export"]
        assert status["accounts"][0]["last_export"] == dated


def test_without_a_date_the_newest_chat_stands_in(tmp_path: Path) -> None:
    """A loose file may say nothing of when it was made."""
    home = tmp_path / "home"
    with ZipFile(histories.chatgpt(tmp_path / "1", 0, [histories.chat(1)])) as export:
        name = next(each for each in export.namelist() if Path(each).name.startswith("conversations"))
        loose = tmp_path / "conversations.json"
        loose.write_bytes(export.read(name))
    _import(home, loose)
    (found,) = chathold(home, "account")["accounts"]
    (reminder,) = _reminders(home)
    expected = found["last_export"] or found["newest_chat"]
    assert (reminder["account"], reminder["last_export"]) == ("unknown", expected)


def test_without_any_date_the_import_stands_in(tmp_path: Path) -> None:
    """A chat that tells no time is a copy all the same, and nothing happened in 1970."""
    home, loose = tmp_path / "home", tmp_path / "conversations.json"
    chat = {"uuid": "0b1f7f6e-6f0c-4a55-9d0b-0123456789ab", "name": "Bare", "chat_messages": []}
    loose.write_text(json.dumps([chat]))
    _import(home, loose)
    (reminder,) = _reminders(home)
    assert (reminder["stage"], reminder["last_export"], reminder["words"]) == ("fresh", None, "")
    assert reminder["reminder_due"] > moment(time.time())
    assert " unknown " in said(home, "remind").out
    assert "There is no copy" not in said(home, "status").out
