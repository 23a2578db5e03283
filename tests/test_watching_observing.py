"""One look at a folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from chathold.watching import observing
from chathold.watching.downloads import Fingerprint, Kind, Sighting
from chathold.watching.observing import observe


@pytest.fixture
def downloads(tmp_path: Path) -> Path:
    """An empty folder."""
    downloads = tmp_path / "Downloads"
    downloads.mkdir()
    return downloads


def _look(folder: Path, known: dict[Path, Sighting] | None = None) -> dict[str, Sighting]:
    return {each.path.name: each for each in observe(folder, known or {})}


def _make(path: Path, data: bytes = b"[]") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def test_only_what_may_matter_is_seen(downloads: Path) -> None:
    """ZIPs, JSON files, folders, and what is being downloaded."""
    for name in ("a.zip", "b.JSON", "c.png", ".d.zip", "e.zip.part", "folder/x.txt", "__MACOSX/x.json"):
        _make(downloads / name)
    kinds = {name: each.kind for name, each in _look(downloads).items()}
    assert kinds == {
        "a.zip": Kind.FILE,
        "b.JSON": Kind.FILE,
        "e.zip.part": Kind.UNDER_WAY,
        "folder": Kind.FOLDER,
    }


def test_a_look_asks_only_for_the_state_of_what_matters(
    downloads: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a folder of thousands."""
    for number in range(500):
        (downloads / f"{number}.png").touch()
    (downloads / "a.zip").touch()
    asked = []
    original = Path.stat

    def stat(self: Path) -> os.stat_result:
        asked.append(self.name)
        return original(self)

    monkeypatch.setattr(Path, "stat", stat)
    observe(downloads, {})
    assert asked == ["a.zip"]


def test_a_file_and_what_is_loaded_for_it_belong_together(downloads: Path) -> None:
    """A control file counts for more than anything else."""
    for name in ("a.zip", "a.zip.part", "b.zip", "b.zip.part", "b.zip.aria2", "c.zip"):
        _make(downloads / name)
    found = _look(downloads)
    assert {name: (each.beside and each.beside.name, each.steered) for name, each in found.items()} == {
        "a.zip": ("a.zip.part", False),
        "a.zip.part": (None, False),
        "b.zip": ("b.zip.aria2", True),
        "b.zip.part": (None, False),
        "b.zip.aria2": (None, True),
        "c.zip": (None, False),
    }


def test_links_are_seen_as_what_they_lead_to(downloads: Path) -> None:
    """If that is a file."""
    target = _make(downloads / "elsewhere" / "x", b"[1]")
    folder = downloads / "folder"
    folder.mkdir()
    (folder / "good.zip").symlink_to(target)
    (folder / "broken.zip").symlink_to(downloads / "nothing")
    (folder / "round.zip").symlink_to(folder / "round.zip")
    (folder / "folder.zip").symlink_to(downloads / "elsewhere")
    (folder / "folder").symlink_to(downloads / "elsewhere")
    assert {name: each.fingerprint for name, each in _look(folder).items()} == {
        "good.zip": Fingerprint.of(target.stat())
    }


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are pipes on POSIX only")
def test_pipes_are_not_seen(downloads: Path) -> None:
    """Reading one would wait for ever."""
    os.mkfifo(downloads / "pipe.zip")
    assert _look(downloads) == {}


@pytest.mark.parametrize(
    ("inside", "promising"),
    [
        ("conversations.json", True),
        ("ChatGPT/conversations.JSON", True),
        ("User Online Activity/Conversations.zip", True),
        ("x/y/conversations.json", False),
        ("photos/a.zip", False),
        ("a.zip", False),
        (".hidden.json", False),
        (".git/a.json", False),
    ],
)
def test_which_folders_may_hold_an_export(downloads: Path, inside: str, *, promising: bool) -> None:
    """Those with JSON in their first two levels, and ChatGPT's portal of ZIPs."""
    _make(downloads / "folder" / inside)
    assert _look(downloads)["folder"].promising is promising


def _changed(downloads: Path, change: str) -> bool:
    folder = downloads / "export"
    for name in ("user.json", "deep/er/est/a.png", "b.png"):
        _make(folder / name, b"12")
    before = _look(downloads)["export"]
    match change.split():
        case ["grow", name]:
            _make(folder / name, b"123")
        case ["same size", name]:
            _make(folder / name, b"21")
        case ["remove", name]:
            (folder / name).unlink()
        case ["touch", name]:
            os.utime(folder / name, (1, 1))
        case ["read", name]:
            (folder / name).read_bytes()
        case ["rename", name]:
            (folder / name).rename(folder / "other")
    return _look(downloads)["export"].fingerprint != before.fingerprint


@pytest.mark.parametrize(
    "change",
    [
        "grow user.json",
        "grow deep/er/est/a.png",
        "grow new.png",
        "remove b.png",
        "touch b.png",
        "rename b.png",
    ],
)
def test_a_folder_changes_with_any_of_its_files(downloads: Path, change: str) -> None:
    """However deep."""
    assert _changed(downloads, change)


@pytest.mark.parametrize("change", ["read user.json", "grow .DS_Store"])
def test_a_folder_does_not_change_by_what_is_none_of_it(downloads: Path, change: str) -> None:
    """Reading, and what systems leave behind."""
    assert not _changed(downloads, change)


def test_a_folder_that_is_known_is_not_gone_through_again(
    downloads: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Unless it is outwardly another."""
    _make(downloads / "export" / "user.json")
    known = {each.path: each for each in observe(downloads, {})}
    with monkeypatch.context() as patch:
        patch.setattr(observing, "_below", lambda *_args: 1 / 0)
        assert _look(downloads, known) == _look(downloads, known)
    _make(downloads / "export" / "new.json")
    assert _look(downloads, known)["export"].fingerprint != known[downloads / "export"].fingerprint


def test_a_huge_folder_is_looked_through_only_so_far(
    downloads: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is added beyond still shows in its own time."""
    monkeypatch.setattr(observing, "_MOST", 50)
    folder = downloads / "export"
    for number in range(100):
        _make(folder / f"{number}.json")
    before = _look(downloads)["export"]
    os.utime(folder, (1, 1))
    assert before.fingerprint.size == 100
    assert _look(downloads)["export"].fingerprint != before.fingerprint


def test_what_is_only_in_the_cloud_is_seen_as_such(downloads: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the attributes Windows gives it."""
    _make(downloads / "a.zip")
    monkeypatch.setattr(observing, "_is_elsewhere", lambda state: state.st_size > 0)
    assert _look(downloads)["a.zip"].cloud


@pytest.mark.parametrize(("attributes", "cloud"), [(0x20, False), (0x400020, True), (0x1000, True)])
def test_the_attributes_of_the_cloud(attributes: int, *, cloud: bool) -> None:
    """FILE_ATTRIBUTE_RECALL_ON_DATA_ACCESS, and OFFLINE."""

    class State:
        st_file_attributes = attributes

    assert observing._is_elsewhere(State()) is cloud  # type: ignore[arg-type]


def test_a_folder_that_cannot_be_listed_is_an_error(downloads: Path) -> None:
    """For the caller."""
    with pytest.raises(FileNotFoundError):
        observe(downloads / "none", {})
