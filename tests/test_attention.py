"""What needs attention: from how things are, each thing with its next step, the gravest first."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

import histories
from chathold.__main__ import main
from chathold.archive.store import Archive
from chathold.attention import Kind, Leads, Severity, Situation, concerns
from chathold.attention.gathering import situation_of
from chathold.configuration import Fault
from chathold.core.errors import ChatholdError
from chathold.home import Home
from chathold.reminders import Reminder
from chathold.reminders import Stage as ReminderStage
from chathold.state import Pending, Stage, State
from chathold.state.memory import PAUSED
from commands import chathold

WAITS = Pending(
    Path("/downloads/secret name.zip"), b"", Stage.FAILED, "It is cut.", "Download it again.", 0.0
)
PARTS = {"path": "/d/manifest.json", "state": "waiting_for_parts", "reason": "2 files", "missing": ["a", "b"]}
GONE = {
    "provider": "chatgpt",
    "service": "ChatGPT",
    "account": "ada",
    "label": "Ada",
    "held": 3,
    "known": 412,
    "file": "ab",
}
AWAY = {"folder": "/d", "state": "missing", "reason": "It is not there."}
CLOSED = ChatholdError("It cannot be written to.", place="/d/secret notes", advice="Name another.")
UNPLUGGED = ChatholdError("The archive is away.", place="/d/archive", advice="Connect its disk.")
DUE = Reminder("chatgpt", "ada", "Ada", "", ReminderStage.DUE, 0.0, 0.0, 0.0)
SITUATIONS: list[tuple[dict[str, Any], Kind, Severity, Leads]] = [
    ({"faults": [Fault("No.", "Yes.", 3)]}, Kind.SETTINGS, Severity.FAILED, Leads.SETTINGS),
    ({"away": UNPLUGGED}, Kind.ARCHIVE, Severity.FAILED, Leads.NOWHERE),
    ({"damaged": 2}, Kind.DAMAGE, Severity.FAILED, Leads.CHECK),
    ({"notes": CLOSED}, Kind.NOTES, Severity.FAILED, Leads.SETTINGS),
    ({"pending": [WAITS]}, Kind.DOWNLOAD, Severity.FAILED, Leads.SERVICES),
    ({"pending": [replace(WAITS, stage=Stage.RETRYING)]}, Kind.DOWNLOAD, Severity.WAITING, Leads.NOWHERE),
    ({"pending": [replace(WAITS, stage=Stage.WAITING)]}, Kind.DOWNLOAD, Severity.MILD, Leads.NOWHERE),
    ({"parts": [PARTS]}, Kind.PARTS, Severity.WAITING, Leads.PARTS),
    ({"parts": [PARTS | {"missing": []}]}, Kind.PARTS, Severity.WAITING, Leads.PARTS),
    ({"parts": [PARTS | {"state": "partly_read"}]}, Kind.RESCUED, Severity.WAITING, Leads.SERVICES),
    ({"questions": [GONE]}, Kind.GONE, Severity.WAITING, Leads.QUESTION),
    ({"watching": [AWAY]}, Kind.FOLDER, Severity.FAILED, Leads.SETTINGS),
    ({"paused": True}, Kind.PAUSED, Severity.WAITING, Leads.RESUME),
    ({"running": False}, Kind.STOPPED, Severity.WAITING, Leads.NOWHERE),
    ({"to_read": 1}, Kind.READING, Severity.MILD, Leads.NOWHERE),
    ({"to_index": 1200}, Kind.READING, Severity.MILD, Leads.NOWHERE),
    ({"holds": True}, Kind.COPY, Severity.MILD, Leads.COPY),
    ({"holds": True, "copies": 1, "beside": 1}, Kind.COPY, Severity.MILD, Leads.COPY),
    ({"holds": True, "copies": 1, "lost": 1}, Kind.COPY, Severity.MILD, Leads.COPY),
    (
        {"reminders": [(DUE, "Your ChatGPT copy is 34 days old.")]},
        Kind.REMINDER,
        Severity.MILD,
        Leads.REMINDER,
    ),
    ({"unseen": 2}, Kind.NOTICES, Severity.MILD, Leads.IMPORTS),
]


def test_when_all_is_well_nothing_needs_attention() -> None:
    """A running daemon that watches, an archive with a second copy."""
    watched = {"folder": "/d", "state": "watching", "reason": ""}
    assert concerns(Situation(watching=[watched], holds=True, copies=1)) == ()


@pytest.mark.parametrize(("changes", "kind", "severity", "leads"), SITUATIONS)
def test_each_thing_is_told_with_its_next_step(
    changes: dict[str, Any], kind: Kind, severity: Severity, leads: Leads
) -> None:
    """Alone, it is the only one."""
    (found,) = concerns(Situation(**changes))
    assert (found.kind, found.severity, found.leads) == (kind, severity, leads)
    assert found.title
    assert found.step


def test_the_gravest_comes_first() -> None:
    """Of everything at once."""
    everything: dict[str, Any] = {}
    for changes, *_rest in SITUATIONS:
        if changes != {"running": False}:
            everything |= changes
    found = concerns(Situation(**everything))
    assert [each.severity for each in found] == sorted((each.severity for each in found), reverse=True)
    assert len({each.kind for each in found}) == 13


@pytest.mark.parametrize(
    ("changes", "command"),
    [
        ({"questions": [GONE]}, '"chathold check chatgpt/ada --deleted-there yes"'),
        ({"reminders": [(DUE, "Due.")]}, '"chathold remind asked chatgpt/Ada"'),
        (
            {"reminders": [(replace(DUE, stage=ReminderStage.ASKED), "Asked.")]},
            '"chathold remind came chatgpt/Ada"',
        ),
    ],
)
def test_a_step_that_is_a_command_can_be_typed_as_it_stands(changes: dict[str, Any], command: str) -> None:
    """With the account that it is about."""
    (found,) = concerns(Situation(**changes))
    assert command in found.step


def test_titles_name_no_file() -> None:
    """A tray shows them to whoever looks over one's shoulder; the page has the details."""
    for changes, *_rest in SITUATIONS:
        (found,) = concerns(Situation(**changes))
        assert not any(word in found.title for word in ("secret", "manifest", "/d", "Ada"))
    (found,) = concerns(Situation(pending=[WAITS]))
    assert "secret name.zip: It is cut." in found.detail


def test_a_daemon_that_does_not_run_watches_nothing() -> None:
    """Then it does not matter what it watched, or that it was paused."""
    assert len(concerns(Situation(running=False, paused=True, watching=[AWAY]))) == 1


def test_how_things_are_is_read(tmp_path: Path) -> None:
    """From settings, state and archive; nothing of it is made by looking."""
    home = Home.find(str(tmp_path / "home"))
    assert [each.kind for each in concerns(situation_of(home, None))] == [Kind.STOPPED]
    assert not (tmp_path / "home").exists()
    manifest, *_parts = histories.claude_parts(tmp_path, lost=True)
    chathold(tmp_path / "home", "import", str(manifest))
    for number, count in enumerate((12, 3)):
        path = histories.chatgpt(tmp_path, number, [histories.chat(each) for each in range(count)])
        chathold(tmp_path / "home", "import", str(path))
    with closing(State.open(home.state)) as state:
        state.downloads.put(WAITS)
        state.memory.set(PAUSED, value=True)
    home.configuration.write_text("[downloads]\nevents = 3\n")
    archive = Archive.open(home.usual_archive)
    assert archive
    with closing(archive), archive.reading():
        found = concerns(situation_of(home, archive, to_index=5))
    assert {each.kind for each in found} == {
        Kind.SETTINGS,
        Kind.DOWNLOAD,
        Kind.PARTS,
        Kind.GONE,
        Kind.STOPPED,
        Kind.READING,
        Kind.COPY,
        Kind.REMINDER,
    }


def test_status_tells_of_it(tmp_path: Path) -> None:
    """In the same words."""
    home = tmp_path / "home"
    for number, count in enumerate((12, 3)):
        path = histories.chatgpt(tmp_path, number, [histories.chat(each) for each in range(count)])
        chathold(home, "import", str(path))
    found = chathold(home, "status")["attention"]
    assert [each["kind"] for each in found] == ["gone", "stopped", "copy", "reminder"]
    assert found[0]["severity"] == "waiting"
    assert "3 of your 12 chats" in found[0]["detail"]


def test_notes_that_cannot_be_written_are_told_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A folder that is not there, and one that is closed to us, in words and as JSON; one that will do is not."""
    home, notes = tmp_path / "home", tmp_path / "notes"
    home.mkdir()
    (home / "config.toml").write_text(f"[mirror]\nfolder = '{notes}'\n")

    def told() -> list[str]:
        return [each["detail"] for each in chathold(home, "status")["attention"] if each["kind"] == "notes"]

    assert told() == [f"{notes}: The folder of notes is not there."]
    notes.mkdir()
    assert told() == []
    monkeypatch.setattr("chathold.places.can_write", lambda folder: folder != notes)
    assert told() == [f"{notes}: The folder of notes cannot be written to."]
    main(["--home", str(home), "status"])
    assert f"! The folder of notes is not kept up to date. {notes}: " in capsys.readouterr().out
