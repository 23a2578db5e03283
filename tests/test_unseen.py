"""What is to be told is gathered until somebody has seen it: it adds up, and nothing of it is lost."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from chathold.configuration import Settings
from chathold.configuration.settings import Notices
from chathold.daemon.telling import Event, Kind
from chathold.desktop.notices import line, notice, of_reminders
from chathold.desktop.unseen import Gathering, Topic
from chathold.reminders import Reminder, Stage
from chathold.state import State, Unseen
from clicks import Clicks

DAY, TOMORROW = "2026-11-21", "2026-11-22"
NOW = 1_795_000_000.0
SECRET = Path("/downloads/secret name.zip")


def receipt(
    new: int = 9, updated: int = 31, documents: int = 0, missing: tuple[str, ...] = (), **more: Any
) -> dict[str, Any]:
    """A receipt as the daemon's events have it."""
    return {
        "outcome": "imported",
        "provider": "chatgpt",
        "account": "user-1",
        "covers": {"oldest": None, "newest": None},
        "conversations": {"new": new, "updated": updated},
        "documents": {"new": documents},
        "parts": {"seen": ["a-secret.zip"], "missing": list(missing)},
        **more,
    }


def imported(**more: Any) -> Event:
    """An export was imported."""
    return Event(Kind.IMPORTED, "words", SECRET, receipt(**more))


def failed(cause: str = "failed", *, chosen: bool = False) -> Event:
    """A download could not be."""
    return Event(Kind.FAILED, "It is cut.", SECRET, cause=cause, chosen=chosen)


@pytest.fixture
def state(tmp_path: Path) -> Iterator[State]:
    """A state with nothing in it."""
    with closing(State.open(tmp_path / "state")) as state:
        yield state


@pytest.fixture
def gathering(state: State) -> Gathering:
    """Nothing to be told yet."""
    return Gathering(state)


def _label(_provider: str, _account: str) -> str:
    return "Work"


def _told(gathering: Gathering, day: str = DAY, settings: Settings | None = None) -> list[str]:
    """The bodies of the notices that are to be shown."""
    waiting = gathering.waiting(settings or Settings(), day)
    return [notice(topic, found, Clicks(), _label, tray=True).body for topic, found in waiting.items()]


def test_imports_of_one_account_add_up(gathering: Gathering) -> None:
    """Accounts stand in lines of their own."""
    for event in (imported(), imported(new=1, updated=0), imported(account="user-2", new=0, updated=0)):
        assert gathering.note(event, NOW, DAY)
    assert _told(gathering) == ["ChatGPT (Work): 10 new chats, 31 continued.\nChatGPT (Work): nothing new."]


def test_of_a_list_of_files_that_are_missing_only_these_are_told(gathering: Gathering) -> None:
    """It holds nothing that could be new; but whoever chose it is answered. Documents are news, too."""
    nothing = imported(new=0, updated=0, missing=("b.zip",))
    assert not gathering.note(nothing, NOW, DAY)
    assert gathering.note(replace(nothing, chosen=True), NOW, DAY)
    assert gathering.note(imported(new=0, updated=0, documents=2, missing=("b.zip",)), NOW, DAY)
    assert _told(gathering) == ["ChatGPT (Work): 2 new documents."]


def test_what_was_in_the_archive_already_is_told_to_whoever_chose_it(gathering: Gathering) -> None:
    """A download that comes again by itself is no news."""
    again = receipt(new=0, updated=0, outcome="already_imported")
    assert not gathering.note(Event(Kind.IMPORTED, "", SECRET, again), NOW, DAY)
    assert gathering.note(Event(Kind.IMPORTED, "", SECRET, again, chosen=True), NOW, DAY)


def test_what_an_export_lacks_of_its_own_is_no_file_to_download(gathering: Gathering) -> None:
    """The export is."""
    some = receipt(parts={"seen": ["a"], "missing": ["b"]}, parts_within=True)
    gathering.note(Event(Kind.PARTS_MISSING, "", SECRET, some), NOW, DAY)
    assert _told(gathering) == ["ChatGPT (Work): the export is not whole; download it again."]


def test_missing_parts_are_told_until_they_are_here(gathering: Gathering) -> None:
    """By their number; the last one takes the notice away."""
    some = receipt(missing=("b", "c"))
    gathering.note(Event(Kind.PARTS_MISSING, "", SECRET, some), NOW, DAY)
    assert _told(gathering) == ["ChatGPT (Work): 1 of 3 files here, 2 to download."]
    gathering.note(imported(new=1, updated=0), NOW, DAY)
    assert _told(gathering) == ["ChatGPT (Work): 1 new chat."]


def test_trouble_is_told_once_for_each_cause_and_day(gathering: Gathering) -> None:
    """While nobody has seen it, more of the same are counted; whoever chose a file is told each time."""
    for cause in ("failed", "failed", "no_space"):
        assert gathering.note(failed(cause), NOW, DAY)
    assert _told(gathering) == ["2 times: It is cut.\nIt is cut."]
    found = gathering.waiting(Settings(), DAY)[Topic.ATTENTION]
    gathering.shown(gathering.claim(found, DAY))
    assert not gathering.note(failed(), NOW, DAY)
    assert gathering.note(failed(chosen=True), NOW, DAY)
    assert gathering.note(failed("no_space"), NOW, TOMORROW)


def test_different_troubles_of_no_kind_stand_for_themselves(gathering: Gathering) -> None:
    """Their words tell them apart."""
    for words in ("The archive is not where it was.", "The settings were not taken over."):
        assert gathering.note(Event(Kind.TROUBLE, words), NOW, DAY)
    assert _told(gathering) == ["The archive is not where it was.\nThe settings were not taken over."]


def test_no_notice_names_a_file_or_holds_markup_of_ours(gathering: Gathering) -> None:
    """Whatever was imported, missing, or failed."""
    for event in (imported(missing=("secret-part",)), failed()):
        gathering.note(event, NOW, DAY)
    gathering.note(Event(Kind.PARTS_MISSING, "secret", SECRET, receipt(missing=("secret-part",))), NOW, DAY)
    assert not any("secret" in each for each in _told(gathering))


def test_a_switch_for_each_kind(gathering: Gathering, state: State) -> None:
    """What is not wanted is not kept, either; the first notice is."""
    gathering.welcome(NOW)
    for event in (imported(), failed()):
        gathering.note(event, NOW, DAY)
    settings = Settings(notices=Notices(imported=False, attention=False, parts=False))
    assert list(gathering.waiting(settings, DAY)) == [Topic.WELCOME]
    assert [each.kind for each in state.notices.unseen()] == ["welcome"]


def test_what_nobody_took_is_shown_again_and_what_may_have_been_seen_tomorrow(gathering: Gathering) -> None:
    """A kill while it was on its way leaves it claimed."""
    gathering.note(imported(), NOW, DAY)
    found = gathering.waiting(Settings(), DAY)[Topic.IMPORTED]
    gathering.not_shown(gathering.claim(found, DAY))
    assert len(_told(gathering)) == 1
    gathering.claim(found, DAY)
    assert _told(gathering) == []
    assert len(_told(gathering, TOMORROW)) == 1
    gathering.shown(gathering.claim(found, TOMORROW))
    assert _told(gathering, TOMORROW) == []


def test_the_first_notice_says_where_chathold_is() -> None:
    """In the tray, or without one among the applications."""
    found = [Unseen("welcome", "", {}, NOW)]
    bodies = [notice(Topic.WELCOME, found, Clicks(), _label, tray=tray).body for tray in (True, False)]
    assert ["applications" in each for each in bodies] == [False, True]
    assert all("Nothing is sent anywhere." in each for each in bodies)
    assert line(found[0], _label) == ""


def _reminder(stage: Stage, account: str = "user-1") -> Reminder:
    return Reminder("chatgpt", account, "Work", "", stage, NOW - 34 * 86_400, NOW, NOW, NOW + 9_999)


@pytest.mark.parametrize(
    ("stages", "title", "done"),
    [
        (
            [Stage.DUE],
            "Time for a new export",
            {
                "": ("page", "services"),
                "Show me how": ("page", "services"),
                "I asked for it": ("chatgpt", "user-1", "asked"),
                "Later": ("chatgpt", "user-1", "snooze"),
            },
        ),
        (
            [Stage.ASKED],
            "Has your export come?",
            {"": ("page", "services"), "It came": ("chatgpt", "user-1", "came"), "Not yet": None},
        ),
        (
            [Stage.LINK],
            "Your download waits",
            {"": ("service", "chatgpt"), "Ask for a new one": ("service", "chatgpt")},
        ),
        (
            [Stage.DUE, Stage.ASKED],
            "Time for new exports",
            {
                "": ("page", "services"),
                "Show me how": ("page", "services"),
                "Later": ("chatgpt", "user-1", "snooze"),
            },
        ),
    ],
)
def test_every_button_of_a_reminder_acts(
    stages: list[Stage], title: str, done: dict[str, tuple[str, ...] | None]
) -> None:
    """And what matters most is done by a click on the notice, too; several are put off together."""
    clicks = Clicks()
    found = of_reminders([_reminder(each) for each in stages], clicks, NOW)
    assert found.title == title
    assert found.body.count("\n") == len(stages) - 1
    actions = {"": found.click, **dict(found.buttons)}
    assert list(actions) == list(done)
    for label, expected in done.items():
        action = actions[label]
        assert action
        clicks.done.clear()
        action()
        assert clicks.done == ([expected] * (len(stages) if label == "Later" else 1) if expected else [])
