"""Long lists in pages, what imports brought, and what an export no longer delivers."""

from __future__ import annotations

import os
import time
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import talks
from asking import NOW, Asking
from chathold.archive.listing import Wanted, count, months, page_of
from chathold.archive.news import since
from chathold.archive.store import Archive
from chathold.archive.summary import Filters, accounts, records
from chathold.reader.pages.home import visit
from chathold.state import State
from screens import said

MANY = 23


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Many chats over months, some at the same moment; one is in the first export only, one went on."""
    folder = tmp_path_factory.mktemp("lists")
    chats = []
    for number in range(MANY):
        talk = talks.Talk(
            f"chat-{number:02}", f"Talk {number}", talks.START - 86_400 * 20 * (number // 2 + 3)
        )
        talk.say("user", f"question {number}")
        talk.say("assistant", f"answer {number}", name=f"answer-{number}")
        chats.append(talk)
    first = talks.write(folder / "a.zip", chats, month=6)
    del chats[3].nodes["answer-3"]
    chats[3].last = chats[3].nodes["root"]["children"][0]
    chats[3].nodes[chats[3].last]["children"] = []
    chats[3].say("assistant", "another answer")
    second = talks.write(folder / "b.zip", [*chats[:7], *chats[8:]], month=7)
    for path in (first, second):
        assert said(folder / "home", "import", os.fspath(path)).code == 0
    return folder / "home"


def _archive(home: Path) -> Archive:
    found = Archive.open(home / "archive")
    assert found is not None
    return found


@given(st.integers(1, MANY + 2))
def test_pages_follow_each_other_as_the_list_does(home: Path, limit: int) -> None:
    """Whatever their size, every conversation is on one page, in the order that `list` has."""
    with closing(_archive(home)) as archive:
        whole = [line["id"] for line in records(archive, Filters())]
        paged = [
            line["id"]
            for offset in range(0, MANY, limit)
            for line in page_of(archive, Wanted(), limit=limit, offset=offset)
        ]
    assert paged == whole


def test_months_count_every_conversation_once(home: Path) -> None:
    """The newest first; together as many as there are; narrowed alike."""
    with closing(_archive(home)) as archive:
        counted = months(archive, Wanted())
        assert counted == sorted(counted, reverse=True)
        assert sum(number for _year, _month, number in counted) == count(archive, Wanted()) == MANY
        year, month, number = counted[1]
        start = time.mktime((year, month, 1, 0, 0, 0, 0, 0, -1))
        end = time.mktime((year + month // 12, month % 12 + 1, 1, 0, 0, 0, 0, 0, -1))
        assert count(archive, Wanted(since=start, before=end)) == number
        assert months(archive, Wanted(provider="claude")) == []
        assert count(archive, Wanted(gone=True)) == len(records(archive, Filters(gone=True))) == 1


def test_what_is_new_is_what_imports_brought_since_the_last_visit(home: Path) -> None:
    """By account: new chats and those that went on; nothing, if nothing was imported."""
    with closing(_archive(home)) as archive:
        (account,) = [(each["provider"], each["account"]) for each in accounts(archive)]
        assert since(archive, 0.0) == {account: {"new": MANY, "updated": 1}}
        assert since(archive, time.time() + 60) == {}


def test_a_visit_lasts_as_long_as_pages_are_looked_at(tmp_path: Path) -> None:
    """What was new when it began stays new until the next one, an hour or more later."""
    with closing(State.open(tmp_path)) as state:
        assert visit(state, NOW) is None
        assert visit(state, NOW + 3000) is None
        assert visit(state, NOW + 6000) is None
        assert visit(state, NOW + 90_000) == NOW + 6000
        assert visit(state, NOW + 91_000) == NOW + 6000


def test_what_an_export_no_longer_delivers_is_told_and_stays(home: Path) -> None:
    """The answer that was replaced at the service is named between the two versions, and can be read."""
    with closing(_archive(home)) as archive:
        line = next(each for each in records(archive, Filters(title="Talk 3")) if each["title"] == "Talk 3")
    browser = Asking(home)
    page = browser.get(f"chat/{line['id']}/changes").text
    assert "1 message no longer delivered" in page
    assert page.index("1 message added") < page.index("another answer")
    assert page.index("no longer delivered") < page.index("answer 3")
    reading = browser.get(f"chat/{line['id']}").text
    assert "another answer" in reading
    assert "1/2" in reading or "2/2" in reading
