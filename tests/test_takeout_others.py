"""The user's files that no chat names are taken out, too."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote
from zipfile import ZipFile, ZipInfo

import pytest

import talks
from commands import chathold
from test_takeout_names import fits_everywhere

SPARE = "file_00000000cccc3333"
FILES = {
    f"{SPARE}.dat": b"scanned",
    "file_00000000dddd4444.dat": talks.picture(8, 8),
    "papers/receipt.pdf": b"of May",
    "papers/old/receipt.pdf": b"of April",
    "papers/con .txt": b"devices",
}
WRITTEN = {
    "invoice 5.pdf": b"scanned",
    "file_00000000dddd4444.png": talks.picture(8, 8),
    "receipt.pdf": b"of April",
    "_con.txt": b"devices",
}
"""All but one, which is called like another."""


def write(path: Path, owner: str, files: Mapping[str, bytes], *, chats: bool = True) -> Path:
    """An export with one chat, which names a picture, and files that none names."""
    members = {
        "user.json": json.dumps({"id": f"user-{owner}", "email": f"{owner}@example.org"}).encode(),
        "conversations.json": json.dumps([talks.rich().json()] if chats else []).encode(),
        f"{talks.FILE}-gradient.png": talks.picture(),
        "library_files.json": json.dumps([{"file_id": SPARE, "file_name": "invoice: 5.pdf"}]).encode(),
        **files,
    }
    with ZipFile(path, "w") as packed:
        for name, data in members.items():
            packed.writestr(ZipInfo(name, (2026, 6, 1, 12, 0, 0)), data)
    return path


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive with six files, of which a chat names one."""
    folder = tmp_path_factory.mktemp("others")
    chathold(folder / "home", "import", str(write(folder / "ada.zip", "Ada", FILES)))
    return folder / "home"


@pytest.fixture(scope="module")
def of_two(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of two accounts, one of which has a file, but no chat."""
    folder = tmp_path_factory.mktemp("two")
    chathold(folder / "home", "import", str(write(folder / "ada.zip", "Ada", FILES)))
    bob = write(folder / "bob.zip", "Bob", {"of bob.txt": b"Bob's"}, chats=False)
    chathold(folder / "home", "import", str(bob), expect=1)  # no chat, beside a file that nobody knows
    return folder / "home"


def export(home: Path, dest: Path, form: str, *options: str) -> dict[str, Any]:
    answer: dict[str, Any] = chathold(home, "export", str(dest), "--format", form, *options)
    return answer


def beside(dest: Path) -> list[Path]:
    """The files that no chat names."""
    return sorted(path for path in dest.glob("*/files/*/*") if path.is_file())


@pytest.mark.parametrize("form", ["markdown", "html"])
def test_they_lie_in_a_folder_of_the_account_under_names_that_every_system_takes(
    home: Path, tmp_path: Path, form: str
) -> None:
    answer = export(home, tmp_path / "out", form)
    found = {path.name: path.read_bytes() for path in beside(tmp_path / "out")}
    assert WRITTEN.items() <= found.items()
    assert sorted(found.values()) == sorted(FILES.values())
    assert all(fits_everywhere(name) for name in found)
    (label,) = {path.parent.name for path in beside(tmp_path / "out")}
    assert label == chathold(home, "account")["accounts"][0]["label"]
    assert answer["files"] == 6 == chathold(home, "status")["archive"]["assets"]


def test_the_list_of_pages_leads_to_each(home: Path, tmp_path: Path) -> None:
    export(home, tmp_path / "out", "html")
    index = (tmp_path / "out" / "index.html").read_text("utf-8")
    for path in beside(tmp_path / "out"):
        assert f'href="{quote(path.relative_to(tmp_path / "out").as_posix())}"' in index


def test_json_lists_them(home: Path, tmp_path: Path) -> None:
    answer = export(home, tmp_path / "out", "json")
    listed = json.loads((tmp_path / "out" / "index.json").read_text("utf-8"))["files"]
    contents = [(tmp_path / "out" / each["file"]).read_bytes() for each in listed]
    assert sorted(contents) == sorted(FILES.values())
    assert [len(each) for each in contents] == [each["size"] for each in listed]
    assert {(each["provider"], each["account"]) for each in listed} == {("chatgpt", "user-Ada")}
    assert {each["id"]: each["name"] for each in listed}[SPARE] == "invoice: 5.pdf"
    assert answer["files"] == len(list((tmp_path / "out" / "assets").iterdir())) == 6


@pytest.mark.parametrize("form", ["markdown", "html", "json", "original"])
def test_single_chats_are_taken_out_without_them(home: Path, tmp_path: Path, form: str) -> None:
    assert export(home, tmp_path / "out", form, "--title", "picture")["files"] == 1


@pytest.mark.parametrize("form", ["markdown", "json", "original"])
def test_whole_accounts_are_taken_out_with_theirs_alone(of_two: Path, tmp_path: Path, form: str) -> None:
    assert export(of_two, tmp_path / "out", form, "--account", "user-Ada")["files"] == 6
    assert export(of_two, tmp_path / "service", form, "--provider", "chatgpt")["files"] == (
        6 if form == "original" else 7
    )


def test_what_has_no_place_in_the_service_s_own_shape_is_told(of_two: Path, tmp_path: Path) -> None:
    answer = export(of_two, tmp_path / "out", "original")
    assert [each["where"] for each in answer["problems"]] == ["chatgpt/of bob.txt"]


def test_one_that_is_missing_from_the_archive_is_told_once(tmp_path: Path) -> None:
    home = tmp_path / "home"
    chathold(home, "import", str(write(tmp_path / "ada.zip", "Ada", FILES)))
    lost = next(
        path for path in (home / "archive" / "assets").glob("??/*") if path.read_bytes() == b"scanned"
    )
    lost.unlink()
    answer = export(home, tmp_path / "out", "json")
    assert [problem["where"] for problem in answer["problems"]] == [f"assets/{lost.name}"]
    listed = json.loads((tmp_path / "out" / "index.json").read_text("utf-8"))["files"]
    assert len(listed) == answer["files"] - 1 == 4
