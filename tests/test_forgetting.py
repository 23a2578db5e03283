"""What a person has forgotten is gone from every file of the archive and never comes back."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest

import histories
from commands import chathold
from screens import said
from traces import found_in, traces
from world_truth import Shape

_ZERO, _SHARED, _GROWN = (histories.chat(number).id for number in (0, 1, 6))


def _named(number: int, **beyond: Any) -> Any:
    """A chat whose title is found in no other."""
    return histories.renamed(
        histories.chat(number, **beyond), f"Title {histories.noise('title', number, size=30)}"
    )


def _first(folder: Path) -> Path:
    """Eight chats; the first has a file of its own, the second and third share one."""
    files = {0: histories.file_id(0), 1: histories.file_id(1), 2: histories.file_id(1)}
    chats = [_named(n, file=files.get(n, "")) for n in range(8)]
    return histories.chatgpt(
        folder, 0, chats, documents=(histories.task(0),), assets=(histories.asset(0), histories.asset(1))
    )


def _second(folder: Path) -> Path:
    """The same a month on: the chats from the fifth on are continued, so that their forms are differences."""
    chats = [_named(n, turns=3 if n > 4 else 2, file=histories.file_id(n) if n < 2 else "") for n in range(8)]
    return histories.chatgpt(folder, 1, chats, assets=(histories.asset(0),))


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """Two exports of ChatGPT's."""
    folder = tmp_path_factory.mktemp("exports")
    return str(_first(folder)), str(_second(folder))


@pytest.fixture(scope="module")
def archived(tmp_path_factory: pytest.TempPathFactory, exports: tuple[str, str]) -> Path:
    """A home into which both were imported, and an export of Claude's."""
    home = tmp_path_factory.mktemp("forgetting") / "home"
    chathold(home, "import", *exports)
    chathold(
        home, "import", str(histories.claude_earlier(home.parent)), str(histories.artifacts(home.parent))
    )
    return home


@pytest.fixture
def home(archived: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return shutil.copytree(archived, tmp_path / "home")


def _whole(home: Path) -> Any:
    found = chathold(home, "verify")
    assert (found["ok"], found["problems"]) == (True, [])
    return found


def _assets(home: Path) -> set[bytes]:
    """The files of the user's that the archive has."""
    return {path.read_bytes() for path in (home / "archive" / "assets").glob("*/*") if path.is_file()}


@pytest.mark.parametrize("ref", [_ZERO, _SHARED, _GROWN])
def test_nothing_of_it_is_in_any_file(home: Path, ref: str) -> None:
    """Neither its bytes, nor its title, nor its id, in database, log or leftovers."""
    wanted = traces(home, ref)
    assert len(wanted) > 5
    assert found_in(home / "archive", wanted) == set(wanted)
    chathold(home, "forget", ref)
    assert found_in(home / "archive", wanted) == set()
    _whole(home)


def test_nothing_of_an_account_is_in_any_file(home: Path, exports: tuple[str, str]) -> None:
    """Nor of any of its chats, nor its files, its own id, and the names of the files it came in."""
    wanted = {"account": histories.ADA.encode(), "name of a file": Path(exports[0]).name.encode()}
    assert found_in(home / "archive", wanted) == set(wanted)
    for number in range(8):
        chat = histories.chat(number).id
        wanted |= {f"{number} {name}": piece for name, piece in traces(home, chat).items()}
    kept = _assets(home) - {histories.asset(0).data, histories.asset(1).data}
    chathold(home, "forget", "--account", f"chatgpt/{histories.ADA}")
    assert found_in(home / "archive", wanted) == set()
    assert _assets(home) == kept
    assert {each["provider"] for each in chathold(home, "list")["conversations"]} == {"claude"}
    _whole(home)


def test_only_its_own_files_go(home: Path) -> None:
    """A file that another chat shows, too, stays."""
    before = _assets(home)
    chathold(home, "forget", _SHARED)
    assert _assets(home) == before
    chathold(home, "forget", _ZERO)
    assert _assets(home) == before - {histories.asset(0).data}
    assert chathold(home, "show", histories.chat(2).id)["messages"][0]["attachments"][0]["in_archive"]


def test_pages_of_an_artifact_go_with_it(home: Path) -> None:
    """Claude's published artifact is a document; its pages are files beside it."""
    documents = chathold(home, "list", "--documents", "--provider", "claude")["documents"]
    published = next(
        each["id"] for each in documents if each["kind"] == "artifact" and "extracted" not in each
    )
    pages = {histories.noise(version).encode() for version in ("v1", "v2")}
    assert {page for page in _assets(home) for each in pages if each in page} != set()
    chathold(home, "forget", published)
    assert {page for page in _assets(home) for each in pages if each in page} == set()
    _whole(home)


def test_it_does_not_come_back(home: Path, exports: tuple[str, str], tmp_path: Path) -> None:
    """Neither with the same files, nor with an export that continues it; law 6 counts it as forgotten."""
    chathold(home, "forget", _GROWN)
    gone = _whole(home)
    chats = [
        _named(n, turns=5 if n == 6 else 2, file=histories.file_id(n) if n < 2 else "") for n in range(8)
    ]
    later = histories.chatgpt(tmp_path, 2, chats)
    counts = chathold(home, "import", str(later))["imports"][0]["conversations"]
    assert counts == {"found": 8, "new": 0, "updated": 0, "unchanged": 7, "failed": 0, "forgotten": 1}
    chathold(home, "import", *exports)
    assert _whole(home)["digest"] == gone["digest"]
    assert _GROWN not in {each["provider_id"] for each in chathold(home, "list")["conversations"]}


def test_what_was_forgotten_is_told_before_one_deletes(home: Path, exports: tuple[str, str]) -> None:
    """No export is all here any more; and a file of which nothing is left is not called archived."""
    assert not any(each["forgotten"] for each in chathold(home, "check")["accounts"])
    chathold(home, "forget", _GROWN)
    (found,) = (each for each in chathold(home, "check")["accounts"] if each["provider"] == "chatgpt")
    assert (found["forgotten"], found["verdict"] in ("here_except", "not_yet")) == (True, True)
    chathold(home, "forget", "--account", f"chatgpt/{histories.ADA}")
    (receipt,) = chathold(home, "import", exports[0])["imports"]
    assert (receipt["outcome"], receipt["conversations"]["found"]) == ("already_imported", 0)
    assert receipt["advice"] == "What it held you had Chathold forget: nothing of it is in the archive."


def test_what_still_holds_it_is_named(home: Path) -> None:
    """Chathold reaches neither the backups nor the exports."""
    told = said(home, "forget", _ZERO, "--yes").out
    assert "Backups made earlier still hold it" in told
    assert "So do the exports that you downloaded" in told


def test_its_files_do_not_come_back(home: Path, tmp_path: Path) -> None:
    """A later export still holds them and names them; neither is kept."""
    chathold(home, "forget", _ZERO)
    wanted = {"content": histories.asset(0).data, "name": b"photo-0.png", "id": histories.file_id(0).encode()}
    assert found_in(home / "archive", wanted) == set()
    chats = [_named(n, file=histories.file_id(n) if n < 2 else "") for n in range(8)]
    files = (histories.asset(0), histories.asset(1))
    for number, rich in ((2, True), (3, False)):
        later = histories.chatgpt(tmp_path, number, chats, assets=files, shape=Shape(rich=rich))
        receipt = chathold(home, "import", str(later))["imports"][0]
        assert (receipt["conversations"]["forgotten"], receipt["assets"]) == (1, {"new": 0, "missing": 0})
    assert found_in(home / "archive", wanted) == set()
    _whole(home)


def test_an_account_does_not_come_back(home: Path, tmp_path: Path) -> None:
    """A later export of it is read, and nothing of it is kept: no chat, no file, no name."""
    chathold(home, "forget", "--account", f"chatgpt/{histories.ADA}")
    before, files = _whole(home), _assets(home)
    later = histories.chatgpt(tmp_path, 2, [_named(n) for n in range(6, 12)], assets=(histories.asset(7),))
    receipt = chathold(home, "import", str(later))["imports"][0]
    counts = {"found": 6, "new": 0, "updated": 0, "unchanged": 0, "failed": 0, "forgotten": 6}
    assert (receipt["conversations"], receipt["assets"]["new"]) == (counts, 0)
    assert receipt["advice"]
    assert (_whole(home), _assets(home)) == (before, files)


def test_others_keep_every_byte(home: Path) -> None:
    """What is stored of other chats as a difference to their own earlier form can still be read."""
    others = [histories.chat(number).id for number in (5, 7)]
    before = [_verbatim(home, ref) for ref in others]
    chathold(home, "forget", _GROWN)
    assert [_verbatim(home, ref) for ref in others] == before
    for ref in others:
        assert len(chathold(home, "history", ref)["versions"]) == 2
        assert chathold(home, "show", ref, "--version", "1")["messages"]


def _verbatim(home: Path, ref: str) -> Any:
    return chathold(home, "show", ref, "--verbatim")


def test_a_picture_that_came_in_anothers_export_stays(tmp_path: Path) -> None:
    """A chat that has come to be another account's keeps its files when the first account is forgotten."""
    home = tmp_path / "home"
    shared = _named(0, file=histories.file_id(0))
    picture = (histories.asset(0),)
    first = histories.chatgpt(tmp_path, 0, [shared, _named(1)], assets=picture, account="user-first")
    second = histories.chatgpt(tmp_path, 1, [shared, _named(2)], account="user-second")
    chathold(home, "import", str(first), str(second))
    chathold(home, "forget", "--account", "chatgpt/user-first", "--yes")
    files = [
        file for message in chathold(home, "show", shared.id)["messages"] for file in message["attachments"]
    ]
    assert [each["in_archive"] for each in files] == [True]


def test_a_document_can_be_forgotten(home: Path) -> None:
    """By its id, as a chat can."""
    document = chathold(home, "list", "--documents", "--provider", "chatgpt")["documents"][0]
    chathold(home, "forget", document["id"])
    assert chathold(home, "list", "--documents", "--provider", "chatgpt")["documents"] == []
    _whole(home)


def test_forgetting_changes_no_one_elses_standing(
    home: Path, exports: tuple[str, str], tmp_path: Path
) -> None:
    """What is left is what an archive would be that never had it: same views, in either order."""
    chathold(home, "forget", _ZERO, _GROWN)
    chathold(home, "rebuild")
    left = _whole(home)
    fresh = tmp_path / "fresh"
    chathold(fresh, "import", exports[0])
    chathold(fresh, "forget", _GROWN)
    chathold(fresh, "forget", _ZERO)
    chathold(fresh, "import", exports[1])
    chathold(fresh, "import", str(histories.claude_earlier(tmp_path)), str(histories.artifacts(tmp_path)))
    now = _whole(fresh)
    assert (now["digest"], now["conversations"]) == (left["digest"], left["conversations"])
    assert now["view_digest"] == left["view_digest"]


def test_an_older_formats_copy_goes_too(home: Path) -> None:
    """The copy that was made before the format changed holds what was forgotten."""
    copy = home / "archive" / "before-format-1.db"
    shutil.copyfile(home / "archive" / "archive.db", copy)
    chathold(home, "forget", _ZERO)
    assert not copy.exists()


def test_what_is_not_there_cannot_be_forgotten(home: Path) -> None:
    """A wrong id or account is told, and nothing is forgotten, not even what else was named."""
    before = _whole(home)
    chathold(home, "forget", _ZERO, "ffffffffffff", expect=1)
    chathold(home, "forget", "--account", "chatgpt/nobody", expect=1)
    assert _whole(home) == before


@pytest.mark.slow
def test_while_somebody_reads_it_is_out_of_sight_and_goes_later(home: Path) -> None:
    """A reader keeps the log from being emptied; whoever writes next erases what is left in it."""
    wanted = traces(home, _GROWN)
    with contextlib.closing(sqlite3.connect(home / "archive" / "archive.db", isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM state").fetchone()
        chathold(home, "forget", _GROWN)
        assert _GROWN not in {each["provider_id"] for each in chathold(home, "list")["conversations"]}
        reader.execute("COMMIT")
    _whole(home)
    assert found_in(home / "archive", wanted) == set()
