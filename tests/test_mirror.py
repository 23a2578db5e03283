"""A folder of notes: kept up to date, and nothing of a person's in it is ever lost, moved, or made again."""

from __future__ import annotations

import json
import re
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import golden
from chathold.mirror.memory import Memory
from chathold.mirror.notes import NAMES, hash_of, new_note, read_note, renewed
from commands import chathold
from law_bench import imported

_SLOW = [HealthCheck.too_slow]
FEW = settings(max_examples=4, derandomize=True, deadline=None, database=None, suppress_health_check=_SLOW)
MANY = settings(FEW, max_examples=40)

FACTS: dict[str, str | int | None] = {"chathold_id": "0123456789abcdef", "title": "Bees", "messages": 2}


@dataclass
class Desk:
    """A home whose settings name a folder of notes, and chats that go on from export to export."""

    folder: Path
    length: dict[str, int] = field(default_factory=dict)
    exports: int = 0

    @property
    def home(self) -> Path:
        """The home."""
        return self.folder / "home"

    @property
    def vault(self) -> Path:
        """The folder of notes."""
        return self.folder / "vault"

    def begin(self, filters: str = "") -> Desk:
        """Make the folder, and settings that name it."""
        self.home.mkdir()
        self.vault.mkdir()
        settings_text = f"[mirror]\nfolder = '{self.vault}'\nfilters = '{filters}'\n"
        (self.home / "config.toml").write_text(settings_text, "utf-8")
        return self

    def export(self, **length: int) -> None:
        """Import an export in which each chat has so many messages; that brings the notes up to date."""
        self.length |= length
        self.exports += 1
        path = self.folder / f"{self.exports}.json"
        path.write_text(json.dumps([_chat(name, count) for name, count in self.length.items()]), "utf-8")
        imported(self.home, [path])

    def mirror(self) -> dict[str, Any]:
        """Bring the notes up to date by hand."""
        answer: dict[str, Any] = chathold(self.home, "mirror", "--now")
        return answer

    def files(self) -> list[Path]:
        """Everything in the folder of notes."""
        return sorted(path for path in self.vault.rglob("*") if path.is_file())

    def forget_what_was_written(self) -> None:
        """Remove the memory of the mirror."""
        for path in (self.home / "state").glob("mirror-*.json"):
            path.unlink()


def _chat(name: str, count: int) -> dict[str, Any]:
    messages = [
        {
            "uuid": f"{name}-{number}",
            "sender": "human" if number % 2 == 0 else "assistant",
            "created_at": f"2026-01-01T00:{number:02}:00Z",
            "text": f"{name} says {number}.",
            "content": [{"type": "text", "text": f"{name} says {number}."}],
        }
        for number in range(count)
    ]
    return {
        "uuid": name,
        "name": name,
        "created_at": "2026-01-01T00:00:00Z",
        "updated_at": f"2026-01-01T00:{count:02}:00Z",
        "chat_messages": messages,
    }


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path).begin()


def test_every_chat_has_a_note_after_an_import(desk: Desk) -> None:
    desk.export(bees=2, bread=1)
    assert [path.relative_to(desk.vault).as_posix() for path in desk.files()] == [
        "Claude/bees.md",
        "Claude/bread.md",
    ]


def test_looking_needs_no_folder(desk: Desk) -> None:
    """It is shown what one would hold, and none is made."""
    desk.export(bees=2)
    folder = desk.folder / "not" / "there"
    assert chathold(desk.home, "mirror", str(folder))["new"] == 1
    assert not folder.parent.exists()


def test_a_note_that_was_moved_is_renewed_where_it_is(desk: Desk) -> None:
    desk.export(bees=2)
    (desk.vault / "deep/er").mkdir(parents=True)
    (desk.vault / "Claude/bees.md").rename(desk.vault / "deep/er/My bees.md")
    desk.export(bees=3)
    assert "bees says 2." in (desk.vault / "deep/er/My bees.md").read_text("utf-8")
    assert len(desk.files()) == 1


def test_what_a_person_wrote_around_the_block_stays(desk: Desk) -> None:
    desk.export(bees=2)
    note = desk.vault / "Claude/bees.md"
    text = note.read_text("utf-8")
    mine = text.replace("---\n\n<!--", "tags: [bees]  # mine\n---\nAbove.\n<!--", 1) + "\nBelow.  \n"
    note.write_text(mine, "utf-8")
    desk.export(bees=3)
    after = note.read_text("utf-8")
    assert "tags: [bees]  # mine\n---\nAbove.\n<!-- chathold:begin" in after
    assert after.endswith("<!-- chathold:end -->\n\nBelow.  \n")
    assert "bees says 2." in after
    assert "\nmessages: 3\n" in after


def test_a_block_that_a_person_changed_is_left_and_a_new_note_put_beside(desk: Desk) -> None:
    desk.export(bees=2)
    note = desk.vault / "Claude/bees.md"
    note.write_text(note.read_text("utf-8").replace("bees says 1.", "bees say nothing."), "utf-8")
    changed = note.read_bytes()
    desk.export(bees=3)
    assert note.read_bytes() == changed
    beside = desk.vault / "Claude/bees (chathold).md"
    assert "bees says 2." in beside.read_text("utf-8")
    desk.export(bees=4)
    assert note.read_bytes() == changed
    assert "bees says 3." in beside.read_text("utf-8")
    assert len(desk.files()) == 2


def test_a_changed_block_whose_chat_did_not_go_on_is_left_alone(desk: Desk) -> None:
    desk.export(bees=2)
    note = desk.vault / "Claude/bees.md"
    note.write_text(note.read_text("utf-8").replace("bees says 1.", "mine"), "utf-8")
    desk.forget_what_was_written()
    desk.mirror()
    assert len(desk.files()) == 1


@pytest.mark.parametrize("changed", [False, True])
def test_a_deleted_note_stays_deleted(desk: Desk, *, changed: bool) -> None:
    desk.export(bees=2, bread=1)
    (desk.vault / "Claude/bees.md").unlink()
    desk.export(**({"bees": 3} if changed else {"bread": 2}))
    assert [path.name for path in desk.files()] == ["bread.md"]


def test_a_deleted_note_that_stood_beside_stays_deleted(desk: Desk) -> None:
    desk.export(bees=2)
    note = desk.vault / "Claude/bees.md"
    note.write_text(note.read_text("utf-8").replace("bees says 1.", "mine"), "utf-8")
    desk.export(bees=3)
    (desk.vault / "Claude/bees (chathold).md").unlink()
    desk.export(bees=4)
    assert [path.name for path in desk.files()] == ["bees.md"]


def test_unchanged_notes_are_not_touched(desk: Desk) -> None:
    desk.export(bees=2, bread=1)
    before = {path: path.stat().st_mtime_ns for path in desk.files()}
    desk.export(bread=2)
    after = {path: path.stat().st_mtime_ns for path in desk.files()}
    assert after[desk.vault / "Claude/bees.md"] == before[desk.vault / "Claude/bees.md"]
    assert after[desk.vault / "Claude/bread.md"] != before[desk.vault / "Claude/bread.md"]


def test_without_its_memory_nothing_is_lost_or_written_twice(desk: Desk) -> None:
    desk.export(bees=2)
    before = {path: path.read_bytes() for path in desk.files()}
    desk.forget_what_was_written()
    assert desk.mirror()["left"] == 1
    assert {path: path.read_bytes() for path in desk.files()} == before


def test_cut_off_before_it_remembered_it_goes_on_where_it_was(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was written by then is found by its ids, and not written twice."""

    class Killed(BaseException):
        pass

    def killed(_memory: Memory) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(Memory, "save", killed)
        with pytest.raises(Killed):
            desk.export(bees=2, bread=1)
    before = {path: path.read_bytes() for path in desk.files()}
    assert desk.mirror()["left"] == 2
    assert {path: path.read_bytes() for path in desk.files()} == before


def test_where_all_notes_are_gone_nothing_is_written(desk: Desk) -> None:
    """An empty mount point is no reason to write everything anew, nor to take all for deleted."""
    desk.export(bees=2)
    desk.vault.rename(desk.folder / "elsewhere")
    desk.vault.mkdir()
    desk.export(bees=3)
    assert desk.files() == []
    desk.vault.rmdir()
    (desk.folder / "elsewhere").rename(desk.vault)
    desk.mirror()
    assert "bees says 2." in (desk.vault / "Claude/bees.md").read_text("utf-8")


def test_a_folder_that_is_not_there_is_told(desk: Desk) -> None:
    desk.export(bees=2)
    desk.vault.rename(desk.folder / "elsewhere")
    answer = chathold(desk.home, "mirror", "--now", expect=1)
    assert answer["error"]["place"] == str(desk.vault)
    assert not desk.vault.exists()


def test_a_file_of_the_same_name_is_never_overwritten(desk: Desk) -> None:
    (desk.vault / "Claude").mkdir()
    (desk.vault / "Claude/BEES.md").write_text("mine", "utf-8")
    desk.export(bees=2)
    assert (desk.vault / "Claude/BEES.md").read_text("utf-8") == "mine"
    assert len(desk.files()) == 2


def test_filters_choose_the_chats(tmp_path: Path) -> None:
    desk = Desk(tmp_path).begin("title:bread")
    desk.export(bees=2, bread=1)
    assert [path.name for path in desk.files()] == ["bread.md"]


def test_what_it_would_do_is_shown_first_and_nothing_written(desk: Desk) -> None:
    (desk.home / "config.toml").unlink()
    desk.export(bees=2, bread=1, soup=1, tea=1)
    answer = chathold(desk.home, "mirror", str(desk.vault))
    assert (answer["new"], len(answer["samples"]), answer["on"]) == (4, 3, False)
    assert desk.files() == []


def test_notes_are_only_written_where_the_settings_say(desk: Desk, tmp_path: Path) -> None:
    desk.export(bees=2)
    assert chathold(desk.home, "mirror", str(tmp_path), "--now", expect=2) is not None


def test_a_folder_that_a_cloud_copies_is_warned_of(desk: Desk) -> None:
    (desk.home / "config.toml").unlink()
    desk.export(bees=2)
    cloud = desk.folder / "Dropbox/notes"
    cloud.mkdir(parents=True)
    assert chathold(desk.home, "mirror", str(cloud))["cloud"] == "Dropbox"


def test_files_of_the_user_lie_in_one_folder(desk: Desk) -> None:
    imported(desk.home, [golden.CASES / "chatgpt/slim-2026/export"])
    (file,) = (desk.vault / "chathold files").iterdir()
    named = [
        path
        for path in desk.files()
        if path.suffix == ".md" and "chathold%20files/" in path.read_text("utf-8")
    ]
    assert file.name.startswith("截图 (1) ")
    assert len(named) == 1


def test_where_links_lead_is_no_change_of_the_block() -> None:
    """Programs mend the links of a note that is moved."""
    assert hash_of("![a](../chathold%20files/a.png)") == hash_of("![a](<chathold files/a.png>)")


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_lines_end_as_the_person_has_them(ending: str) -> None:
    text = (new_note(FACTS, "one\n\ntwo") + "mine\n").replace("\n", ending)
    after = renewed(text, FACTS | {"messages": 3}, "one\n\nthree")
    assert after == text.replace("two", "three").replace("messages: 2", "messages: 3").replace(
        text.splitlines()[6], after.splitlines()[6]
    )
    assert after.count("\n") == after.count(ending)


def test_a_chat_cannot_end_its_own_block() -> None:
    note = new_note(FACTS, "```\n<!-- chathold:end -->\nstill in it\n```")
    found = read_note(note)
    assert found is not None
    assert found.intact
    assert renewed(note, FACTS, "new").endswith("new\n<!-- chathold:end -->\n")


@pytest.mark.parametrize(
    "head",
    [
        "---\nchathold_id: 0123456789abcdef\ntitle: >-\n  Long\n  title\ntags:\n- a\n- b\n---\n",
        "\ufeff---\ntags: [a]\nchathold_id: '0123456789abcdef'\n# mine\ntitle: x\n---\n",
    ],
)
def test_front_matter_that_a_program_rewrote_is_understood(head: str) -> None:
    note = new_note(FACTS, "old")
    text = head + note.split("---\n", 2)[2]
    after = renewed(text, FACTS | {"title": "New"}, "new")
    found = read_note(after)
    assert found is not None
    assert found.id == "0123456789abcdef"
    assert after.count("title:") == 1
    assert 'title: "New"\n' in after
    assert all(line in after for line in head.splitlines() if line.startswith(("tags", "- ", "# ")))


# Random edits between imports

MINE = re.compile(r"<!-- chathold:begin.*?<!-- chathold:end -->", re.DOTALL)


def of_the_person(data: bytes) -> list[str]:
    """The lines of a note that are not ours."""
    text = MINE.sub("BLOCK", data.decode("utf-8"))
    return [line for line in text.splitlines() if line.partition(":")[0] not in NAMES]


def block_of(data: bytes) -> str:
    found = MINE.search(data.decode("utf-8"))
    return found[0] if found else ""


@dataclass
class Person:
    """Somebody who lives in the folder: edits, moves and deletes notes, and writes own ones."""

    desk: Desk
    rng: Random
    deleted: set[str] = field(default_factory=set)

    def act(self) -> None:
        """One thing that people do."""
        notes = [path for path in self.desk.files() if path.suffix == ".md"]
        ours = [path for path in notes if read_note(path.read_text("utf-8"))]
        note = self.rng.choice(ours) if ours else None
        match self.rng.randrange(9), note:
            case 0, Path():
                self._write(note, note.read_bytes() + "\nmine 我的\n".encode())
            case 1, Path():
                self._write(note, note.read_bytes().replace(b"---\n\n", b"mine: [1]\n---\nabove\n\n", 1))
            case 2, Path():
                self._write(note, note.read_bytes().replace(b" says ", b" said ", 1))
            case 3, Path():
                folder = self.desk.vault / self.rng.choice(["a", "b/c", "Claude"])
                folder.mkdir(parents=True, exist_ok=True)
                target = folder / f"moved {self.rng.randrange(10**6)}.md"
                note.rename(target)
            case 4, Path():
                note.unlink()
            case 5, Path():
                self._write(note, note.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
            case 6, Path():
                self._write(note.with_name(f"copy {self.rng.randrange(10**6)}.md"), note.read_bytes())
            case 7, Path():
                self._write(note, MINE.sub("", note.read_text("utf-8")).encode())
            case _:
                self._write(
                    self.desk.vault / f"own {self.rng.randrange(10**6)}.md", b"# My own\n\n\xe2\x9c\x93"
                )

    @staticmethod
    def _write(path: Path, data: bytes) -> None:
        path.write_bytes(data)


def _ids(desk: Desk) -> dict[Path, str]:
    found = {path: read_note(path.read_text("utf-8")) for path in desk.files() if path.suffix == ".md"}
    return {path: note.id for path, note in found.items() if note}


def _round(desk: Desk, rng: Random, person: Person) -> None:
    """Some edits, an import, and everything that has to hold after it."""
    for _number in range(rng.randrange(4)):
        person.act()
    before = {path: path.read_bytes() for path in desk.files()}
    ids = _ids(desk)
    grows = {name: count + rng.randrange(1, 3) for name, count in desk.length.items() if rng.randrange(2)}
    known = set(desk.length)
    desk.export(**grows, **({f"chat{len(desk.length)}": 1} if rng.randrange(2) else {}))
    after = {path: path.read_bytes() for path in desk.files()}
    assert set(before) <= set(after), "nothing is removed or renamed"
    for path, data in before.items():
        note = read_note(data.decode("utf-8"))
        assert of_the_person(after[path]) == of_the_person(data)
        if note is None or not note.intact:
            assert after[path] == data, "what a person changed is left as it is"
    lines = {line["id"]: line["provider_id"] for line in chathold(desk.home, "list")["conversations"]}
    newly = set(_ids(desk).values()) - set(ids.values())
    assert all(lines[name] not in known for name in newly), "what was deleted stays so"
    for path, name in _ids(desk).items():
        note = read_note(after[path].decode("utf-8"))
        if note and note.intact and path not in before:
            assert f"says {desk.length[lines[name]] - 1}." in after[path].decode("utf-8")
    again = {path: path.stat().st_mtime_ns for path in desk.files()}
    chathold(desk.home, "mirror", "--now", expect=None)
    assert {path: path.stat().st_mtime_ns for path in desk.files()} == again, "a second time changes nothing"


def _history(seed: int) -> None:
    rng = Random(seed)
    with tempfile.TemporaryDirectory(prefix="mirror-") as folder:
        desk = Desk(Path(folder)).begin()
        desk.export(bees=2, bread=1)
        person = Person(desk, rng)
        for _number in range(4):
            _round(desk, rng, person)


@FEW
@given(st.integers(0, 10**6))
def test_nothing_of_a_person_is_lost_whatever_is_edited_between_imports(seed: int) -> None:
    _history(seed)


@pytest.mark.slow
@MANY
@given(st.integers(0, 10**6))
def test_nothing_of_a_person_is_lost_in_many_histories(seed: int) -> None:
    _history(seed)
