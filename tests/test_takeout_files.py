"""Names of the user's files beside chats: they say what a file is, and which it is."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

import golden
import talks
from commands import chathold

_OWNER = "5f0c2a10-1111-4c3d-9a00-00000000aaaa"


def artifact(folder: Path, *versions: tuple[str, str, str]) -> Path:
    """An export of Claude's with an artifact of these versions: title, day, and how the name of its page ends."""
    export = folder / "export"
    shutil.copytree(golden.CASES / "claude/parts_2026/export", export)
    for path in export.glob("manifest-*"):
        path.unlink()
    shutil.rmtree(export / "artifacts")
    pages = export / "artifacts" / "art-1" / "versions"
    pages.mkdir(parents=True)
    told = []
    for number, (title, day, suffix) in enumerate(versions):
        told.append({"id": f"v{number}", "title": title, "created_at": f"{day}T12:00:00Z"})
        (pages / f"v{number}{suffix}").write_text(f"version {number}", "utf-8")
    about: dict[str, Any] = {"id": "art-1", "kind": "artifact", "owner_account": _OWNER, "versions": told}
    (pages.parent / "artifact.json").write_text(json.dumps(about), "utf-8")
    return export


def taken_out(tmp_path: Path, export: Path, form: str) -> dict[str, str]:
    """The files beside the first document or chat that has any, by name, with their texts."""
    chathold(tmp_path / "home", "import", str(export))
    chathold(tmp_path / "home", "export", str(tmp_path / "out"), "--format", form)
    found = [path for path in (tmp_path / "out").rglob("* files/*") if path.is_file()]
    return {path.name: path.read_bytes().decode("utf-8", "replace") for path in found}


@pytest.mark.parametrize("form", ["markdown", "html"])
def test_versions_of_an_artifact_end_as_what_they_are_and_are_told_apart_by_their_days(
    tmp_path: Path, form: str
) -> None:
    days = ["2026-09-01", "2026-09-02", "2026-09-02"]
    export = artifact(tmp_path, *(("Timer 2.0", day, ".html") for day in days), ("Notes", days[0], ".md"))
    assert taken_out(tmp_path, export, form) == {
        "Timer 2.0 2026-09-01.html": "version 0",
        "Timer 2.0 2026-09-02.html": "version 1",
        "Timer 2.0 2026-09-02 2.html": "version 2",
        "Notes.md": "version 3",
    }


def test_a_page_is_saved_under_the_name_it_has(tmp_path: Path) -> None:
    taken_out(tmp_path, artifact(tmp_path, ("Timer", "2026-09-01", ".html")), "html")
    page = tmp_path / "out" / "claude" / "documents" / "Timer.html"
    assert 'download="Timer.html"' in page.read_text("utf-8")


@pytest.mark.parametrize(
    ("name", "member", "file"),
    [
        ("", f"{talks.FILE}.pdf", f"{talks.FILE}.pdf"),
        ("", f"{talks.FILE}.dat", talks.FILE),
        ("Makefile", f"{talks.FILE}.dat", "Makefile"),
        ("notes.txt", f"{talks.FILE}.pdf", "notes.txt"),
        ("v1.2", f"{talks.FILE}-v1.2", "v1.2"),
        ("report.odd", f"{talks.FILE}-report.odd", "report.odd"),
    ],
)
def test_a_name_is_only_added_to_where_it_does_not_say_what_the_file_is(
    tmp_path: Path, name: str, member: str, file: str
) -> None:
    talk = talks.Talk("11111111-0000-4000-8000-000000000001", "Papers")
    talk.say("user", "Look.", metadata={"attachments": [{"id": talks.FILE, "name": name}]})
    with ZipFile(tmp_path / "export.zip", "w") as packed:
        packed.writestr("conversations.json", json.dumps([talk.json()]))
        packed.writestr("user.json", json.dumps({"id": "user-A", "email": "ada@example.org"}))
        packed.writestr(member, b"words")
    assert list(taken_out(tmp_path, tmp_path / "export.zip", "markdown")) == [file]
