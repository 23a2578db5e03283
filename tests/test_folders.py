"""Folders: which are one export, and which hold several."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from chathold.claiming import is_one_export

CHAT = {
    "id": "c",
    "title": "A",
    "create_time": 1.0e9,
    "mapping": {"n": {"id": "n", "message": None, "parent": None}},
}


def put(folder: Path, *names: str) -> Path:
    """A folder with a ChatGPT conversations list and files of these names."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "conversations.json").write_text(json.dumps([CHAT]), encoding="utf-8")
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"bytes")
    return folder


def test_an_unpacked_export_is_one(tmp_path: Path) -> None:
    """With its pictures beside it and in folders of their own."""
    assert is_one_export(
        put(tmp_path / "export", "chat.html", "file-AbC123-cat.png", "dalle-generations/x.webp")
    )


def test_one_folder_deeper_is_one(tmp_path: Path) -> None:
    """As it comes out of some archivers."""
    put(tmp_path / "outer" / "export", "chat.html")

    assert is_one_export(tmp_path / "outer")


@pytest.mark.parametrize("stranger", ["tax return.pdf", "holiday.jpg", "other.zip", "notes"])
def test_a_loose_export_among_other_files_is_not(tmp_path: Path, stranger: str) -> None:
    """The user's other files never become files of an export."""
    assert not is_one_export(put(tmp_path / "Downloads", stranger))


def test_an_unpacked_export_beside_other_files_is_not(tmp_path: Path) -> None:
    """The folder around it is no export; the one inside is tried by itself."""
    put(tmp_path / "Downloads" / "export")
    (tmp_path / "Downloads" / "tax return.pdf").write_bytes(b"bytes")

    assert not is_one_export(tmp_path / "Downloads")
    assert is_one_export(tmp_path / "Downloads" / "export")
