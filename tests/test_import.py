"""Receipts, importing again, and a rich export of an account beside the slim one that came after it."""

from __future__ import annotations

import copy
import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from chathold import intake
from chathold.archive.receipts import recognised
from chathold.archive.store import Archive
from chathold.archive.taking import Taking
from chathold.core.errors import Incomplete
from chathold.core.receipt import Outcome
from chathold.download import Wishes
from chathold.exports import fingerprint
from chathold.intake import take_one
from chathold.providers import chatgpt
from commands import chathold
from law_bench import digests, imported, listed, shown, versions, words
from zips import ordinary

NOON = 1_770_000_000.0
ACCOUNT = "user-AdaLovelace"
RICH_NAME = f"{'ab' * 32}-2026-02-20-12-00-00-{'cd' * 16}.zip"
SLIM_NAME = f"{'ab' * 32}-2026-07-20-12-00-00-{'ef' * 16}.zip"
PICTURE = b"\x89PNG\r\n\x1a\n a photo"
VOLATILE = {"finished_duration_sec": 7, "reasoning_start_time": NOON, "reasoning_end_time": NOON + 7}


def node(name: str, parent: str | None, role: str, content: Any, **more: Any) -> dict[str, Any]:
    """A node as exports of early 2026 have it."""
    message = {
        "id": name,
        "author": {"role": role, "name": more.pop("author", None), "metadata": {}},
        "create_time": NOON + float(more.pop("at", 0)),
        "update_time": None,
        "content": content,
        "status": "finished_successfully",
        "end_turn": role == "assistant",
        "weight": 1.0,
        "metadata": more.pop("metadata", {}),
        "recipient": more.pop("recipient", "all"),
        "channel": None,
    }
    return {"id": name, "message": message, "parent": parent, "children": []}


def said(*parts: Any) -> dict[str, Any]:
    """Words."""
    kind = "text" if all(isinstance(each, str) for each in parts) else "multimodal_text"
    return {"content_type": kind, "parts": list(parts)}


def linked(*nodes: dict[str, Any]) -> dict[str, Any]:
    """A mapping, with the lists of children that rich exports have."""
    tree = {each["id"]: each for each in nodes}
    for each in nodes:
        if each["parent"]:
            tree[each["parent"]]["children"].append(each["id"])
    return tree


ROOT: dict[str, Any] = {"id": "root", "message": None, "parent": None, "children": []}
POINTER = {"content_type": "image_asset_pointer", "asset_pointer": "sediment://file_00000000aa11", "width": 8}
UPLOAD = {"id": "file_00000000aa11", "name": "receipt.png", "mime_type": "image/png", "size": len(PICTURE)}
CODE = {
    "content_type": "code",
    "language": "python",
    "response_format_name": None,
    "text": "import csv\nprint(sum(map(int, column)))",
}


def rich_chats() -> list[dict[str, Any]]:
    """Two conversations as a full export holds them: tools, code, thoughts, searches, an edited question."""
    thoughts = [
        {"summary": "Adding up", "content": "I should sum the column.", "chunks": [], "finished": True}
    ]
    found = {
        "content_type": "tether_quote",
        "url": "https://example.org/vat",
        "title": "VAT",
        "text": "VAT is 19 %.",
    }
    sums = linked(
        copy.deepcopy(ROOT),
        node("sys", "root", "system", said(""), metadata={"is_visually_hidden_from_conversation": True}),
        node(
            "q1",
            "sys",
            "user",
            said(POINTER, "Add these up, please."),
            at=1,
            metadata={"attachments": [UPLOAD]},
        ),
        node(
            "th",
            "q1",
            "assistant",
            {"content_type": "thoughts", "thoughts": thoughts, "source_analysis_msg_id": "q1"},
            at=2,
            metadata={**VOLATILE, "model_slug": "gpt-5"},
        ),
        node("call", "th", "assistant", CODE, at=3, recipient="python", metadata={"model_slug": "gpt-5"}),
        node(
            "run", "call", "tool", {"content_type": "execution_output", "text": "42"}, at=4, author="python"
        ),
        node("web", "run", "tool", found, at=5, author="web"),
        node(
            "a1",
            "web",
            "assistant",
            said("It is 42. \ue200cite\ue202turn0search0\ue201"),
            at=6,
            metadata={
                "model_slug": "gpt-5",
                "safe_urls": ["https://example.org/vat"],
                "message_type": "next",
            },
        ),
        node("q2", "a1", "user", said("And with VAT?"), at=7),
        node("q2b", "a1", "user", said("And with VAT, rounded?"), at=8),
        node("a2", "q2b", "assistant", said("50."), at=9, metadata={"model_slug": "gpt-5"}),
    )
    plain = linked(
        copy.deepcopy(ROOT),
        node("p1", "root", "user", said("Bonjour, 你好 😀"), at=20),
        node("p2", "p1", "assistant", said("Salut !"), at=21),
    )
    beside: dict[str, Any] = {
        "moderation_results": [],
        "safe_urls": [],
        "blocked_urls": [],
        "gizmo_id": None,
        "async_status": None,
    }
    return [
        conversation("c-sums", "Sums", sums, "a2", 9) | beside,
        conversation("c-plain", "Hello", plain, "p2", 21) | beside,
    ]


def conversation(name: str, title: str, tree: dict[str, Any], leaf: str, at: float) -> dict[str, Any]:
    """A conversation around a mapping."""
    return {
        "conversation_id": name,
        "id": name,
        "title": title,
        "create_time": NOON,
        "update_time": NOON + at,
        "mapping": tree,
        "current_node": leaf,
        "default_model_slug": "gpt-5",
        "is_archived": False,
        "plugin_ids": None,
    }


def slimmed(chat: dict[str, Any], *, husks: bool) -> dict[str, Any]:
    """The same conversation as a slim export holds it; with `husks`, places of tool messages stay, empty."""
    beside = {"moderation_results", "safe_urls", "blocked_urls", "gizmo_id", "async_status"}
    tree: dict[str, Any] = {}
    lost: dict[str, str] = {}
    for name, held in chat["mapping"].items():
        message = held["message"]
        role = message and message["author"]["role"]
        code = message and message["content"]["content_type"] == "code"
        if message and (role in ("tool", "system") or code):
            lost[name] = held["parent"]
        tree[name] = {"id": name, "parent": held["parent"], "message": slim_message(message)}
    for name in lost:
        tree[name]["message"] = None
        if not husks:
            del tree[name]
    for held in tree.values():
        while not husks and held["parent"] in lost:
            held["parent"] = lost[held["parent"]]
    return {name: held for name, held in chat.items() if name not in beside} | {
        "mapping": dict(reversed(tree.items()))
    }


def slim_message(message: dict[str, Any] | None) -> dict[str, Any] | None:
    """A message with what slim exports have of it."""
    if message is None:
        return None
    kept = {name: message[name] for name in ("id", "content", "create_time")}
    author = {name: message["author"][name] for name in ("role", "name")}
    known = ("attachments", "model_slug")
    metadata = {name: held for name, held in message["metadata"].items() if name in known}
    return kept | {"author": author, "metadata": metadata}


def rich(folder: Path, name: str = RICH_NAME) -> Path:
    """The full export of February, on the disk."""
    files = {
        "conversations.json": json.dumps(rich_chats(), ensure_ascii=False).encode(),
        "user.json": json.dumps({"id": ACCOUNT, "email": "ada@example.com"}).encode(),
        "file_00000000aa11-receipt.png": PICTURE,
        "chat.html": b"<html></html>",
    }
    return saved(folder / name, files)


def slim(folder: Path, name: str = SLIM_NAME, *, husks: bool = False) -> Path:
    """The slim export of July: shards, side-cars, a new chat, one renamed, one file that is named only."""
    chats = [slimmed(chat, husks=husks) for chat in rich_chats()]
    chats[1]["title"] = "Greetings"
    tree = {
        "n1": {
            "id": "n1",
            "parent": None,
            "message": slim_message(node("n1", None, "user", said("New"), at=900)["message"]),
        }
    }
    chats.append(conversation("c-new", "New one", tree, "n1", 900))
    names = {"file_00000000aa11.dat": "receipt.png", "file_00000000bb22.dat": "lost.csv"}
    manifest = {
        "version": 1,
        "manifest_file": "export_manifest.json",
        "export_files": [],
        "logical_files": {
            "conversations.json": {"files": ["conversations-000.json", "conversations-001.json"]}
        },
    }
    files = {
        "conversations-001.json": json.dumps(chats[2:]).encode(),
        "conversations-000.json": json.dumps(chats[:2]).encode(),
        "user.json": json.dumps({"id": ACCOUNT, "email": "ada@example.com"}).encode(),
        "conversation_asset_file_names.json": json.dumps(names).encode(),
        "export_manifest.json": json.dumps(manifest).encode(),
    }
    return saved(folder / name, files)


def saved(path: Path, files: dict[str, bytes]) -> Path:
    """The files as a ZIP."""
    path.write_bytes(ordinary(files.items()))
    return path


# Rich and slim.


@pytest.mark.parametrize("husks", [False, True], ids=["spliced", "husks"])
def test_a_slim_export_takes_nothing_away(tmp_path: Path, *, husks: bool) -> None:
    """Full and slim export of one account, in both orders: nothing is lost, and both archives are equal."""
    exports = [rich(tmp_path), slim(tmp_path, husks=husks)]
    imported(tmp_path / "there", exports)
    imported(tmp_path / "back", exports[::-1])
    chats = listed(tmp_path / "back")
    sums = shown(tmp_path / "back", chats["c-sums"]["id"])
    branch = [name for name, message in sums.items() if message["on_main_branch"]]

    assert digests(tmp_path / "there") == digests(tmp_path / "back")
    assert {name: chat["title"] for name, chat in chats.items()} == {
        "c-sums": "Sums",
        "c-plain": "Greetings",
        "c-new": "New one",
    }
    assert branch == ["sys", "q1", "th", "call", "run", "web", "a1", "q2b", "a2"]
    assert [sums[name]["parent"] for name in branch] == [None, *branch[:-1]]
    assert sums["q2"]["parent"] == "a1"
    assert not any(chat["gone_since"] for chat in chats.values())


def test_tools_code_and_fields_stay(tmp_path: Path) -> None:
    """After a slim export everything the full one said can still be read: code, results, pages, thoughts, files."""
    home = tmp_path / "home"
    imported(home, [slim(tmp_path), rich(tmp_path)])
    sums = shown(home, listed(home)["c-sums"]["id"])

    assert "print(sum(map(int, column)))" in words(sums["call"])
    assert [(part["kind"], part["text"]) for part in sums["run"]["parts"]] == [("tool_result", "42")]
    assert "VAT is 19 %." in words(sums["web"])
    assert "I should sum the column." in words(sums["th"])
    assert [each["name"] for each in sums["q1"]["attachments"]] == ["receipt.png"]
    assert all(each["in_archive"] for each in sums["q1"]["attachments"])
    assert (sums["run"]["role"], sums["run"]["author"], sums["a1"]["model"]) == ("tool", "python", "gpt-5")
    assert sums["a1"]["metadata"]["safe_urls"] == ["https://example.org/vat"]
    assert sums["run"]["last_seen"] == sums["run"]["first_seen"] == "2026-02-20T12:00:00Z"
    assert (sums["a2"]["first_seen"], sums["a2"]["last_seen"]) == (
        "2026-02-20T12:00:00Z",
        "2026-07-20T12:00:00Z",
    )


def test_what_a_slim_export_left_out_makes_no_version(tmp_path: Path) -> None:
    """A conversation of which nothing changed but what was left out has one version; a new title is a second."""
    home = tmp_path / "home"
    imported(home, [slim(tmp_path), rich(tmp_path)])
    chats = listed(home)

    assert len(versions(home, chats["c-sums"]["id"])) == 1
    assert [each["title"] for each in versions(home, chats["c-plain"]["id"])] == ["Hello", "Greetings"]


def test_the_receipt_of_a_slim_export_says_what_it_lacks(tmp_path: Path) -> None:
    """New, renamed and unchanged chats, the messages and files kept from before, and the file it only names."""
    home = tmp_path / "home"
    first, second = imported(home, [rich(tmp_path), slim(tmp_path)])

    assert first["conversations"] == counts(found=2, new=2)
    assert (first["messages"]["new"], first["assets"]) == (12, {"new": 1, "missing": 0})
    assert second["conversations"] == counts(found=3, new=1, updated=1, unchanged=1)
    assert second["messages"]["new"] == 1
    assert second["kept"] == {"conversations": 0, "messages": 4, "assets": 1}
    assert second["assets"] == {"new": 0, "missing": 1}
    assert second["covers"]["newest"] == "2026-02-02T02:55:00Z"


def counts(**given: int) -> dict[str, int]:
    """A tally with all its fields."""
    return dict.fromkeys(("found", "new", "updated", "unchanged", "failed", "forgotten"), 0) | given


# Receipts.


def test_a_receipt_has_all_its_fields(tmp_path: Path) -> None:
    """What `import --json` prints of an import is what the design promises, each field of its type."""
    (receipt,) = imported(tmp_path / "home", [rich(tmp_path)])

    assert shape(receipt) == {
        "path": "str",
        "sha256": "str",
        "outcome": "str",
        "provider": "str",
        "account": "str",
        "exported_at": "str",
        "covers": {"oldest": "str", "newest": "str"},
        "conversations": dict.fromkeys(counts(), "int"),
        "documents": dict.fromkeys(counts(), "int"),
        "messages": {"new": "int"},
        "kept": {"conversations": "int", "messages": "int", "assets": "int"},
        "assets": {"new": "int", "missing": "int"},
        "parts": {"seen": "list", "missing": "list"},
        "problems": "list",
        "advice": "str",
    }
    assert (receipt["outcome"], receipt["provider"], receipt["account"]) == ("imported", "chatgpt", ACCOUNT)
    assert receipt["exported_at"] == "2026-02-20T12:00:00Z"
    assert len(receipt["sha256"]) == 64


def shape(value: Any) -> Any:
    """The types of what the design promises; fields that were added are left out."""
    if isinstance(value, dict):
        return {name: shape(held) for name, held in value.items() if name != "cpu"}
    return type(value).__name__


@pytest.mark.parametrize("data", [b"", b"no export", b'[{"mapping": {}, "create_time": 1'])
def test_a_failure_has_the_same_fields(data: bytes, tmp_path: Path) -> None:
    """The receipt of what could not be imported can be read like any other; what is unknown is null."""
    (tmp_path / "download.json").write_bytes(data)
    (bad,) = imported(tmp_path / "home", [tmp_path / "download.json"], expect=1)
    (good,) = imported(tmp_path / "home", [rich(tmp_path)])

    assert bad.keys() == good.keys() - {"cpu"}
    assert (bad["sha256"], bad["provider"], bad["account"], bad["exported_at"]) == (None, None, None, None)
    assert bad["conversations"] == bad["documents"] == counts()


def test_one_failure_fails_the_command_and_stops_nothing(tmp_path: Path) -> None:
    """Several paths: each has its receipt in its place, and the exit code says that one failed."""
    (tmp_path / "bad.zip").write_bytes(b"<html>")
    receipts = imported(tmp_path / "home", [tmp_path / "bad.zip", rich(tmp_path)], expect=1)

    assert [each["outcome"] for each in receipts] == ["not_an_export", "imported"]


def test_folders_in_one_another_have_an_end(tmp_path: Path) -> None:
    """What lies too deep is told of by its folder, and stops nothing of what lies above it or comes after it."""
    folders = [tmp_path / "in" / "/".join(["d"] * depth) for depth in range(1200)]
    for folder in folders:
        folder.mkdir()
    saved_in = rich(folders[64])
    after = slim(folders[0], "z.zip")
    found = chathold(tmp_path / "home", "import", str(folders[0]), expect=1)["imports"]
    for each in (saved_in, after):
        each.unlink()
    for folder in reversed(folders):  # nobody else can remove that many
        folder.rmdir()

    assert [(each["path"], each["outcome"]) for each in found] == [
        (str(saved_in), "imported"),
        (str(folders[65]), "failed"),
        (str(after), "imported"),
    ]
    assert [each["where"] for each in found[1]["problems"]] == ["d"]


def test_what_an_export_covers(tmp_path: Path) -> None:
    """The oldest and the newest message; the newest does not come from a time that cannot be true."""
    (receipt,) = imported(tmp_path / "home", [rich(tmp_path)])

    assert receipt["covers"] == {"oldest": "2026-02-02T02:40:00Z", "newest": "2026-02-02T02:40:21Z"}


# Again.


@pytest.mark.parametrize(
    "other",
    [
        lambda path: path,
        lambda path: path.with_name("export (1).zip"),
        lambda path: path.with_name("卒業.dms"),
    ],
    ids=["as it is", "a second copy", "renamed"],
)
def test_again_is_free(
    other: Callable[[Path], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same bytes under any name are recognised before anything in them is read; nothing changes."""
    home, path = tmp_path / "home", rich(tmp_path)
    (first,) = imported(home, [path])
    before = digests(home)
    again = other(path)
    if again != path:
        shutil.copy(path, again)

    def never(*_: object) -> None:
        pytest.fail("it was read")

    monkeypatch.setattr(Taking, "__init__", never)
    (receipt,) = imported(home, [again])

    assert receipt["outcome"] == "already_imported"
    assert receipt["conversations"] == counts(found=2, unchanged=2)
    assert (receipt["sha256"], receipt["account"], receipt["covers"]) == tuple(
        first[name] for name in ("sha256", "account", "covers")
    )
    assert digests(home) == before


def test_the_same_records_packed_anew_are_unchanged(tmp_path: Path) -> None:
    """Other names, members backwards, keys in another order, other space and escapes: read, and nothing new."""
    home, path = tmp_path / "home", rich(tmp_path)
    imported(home, [path])
    before = digests(home)
    records = [dict(reversed(chat.items())) for chat in reversed(rich_chats())]
    files = {
        "file_00000000aa11-receipt.png": PICTURE,
        "user.json": json.dumps({"id": ACCOUNT, "email": "ada@example.com"}).encode(),
        "conversations.json": json.dumps(records, indent=2).encode(),
    }
    (receipt,) = imported(home, [saved(tmp_path / RICH_NAME.replace("12-00", "12-01"), files)])

    assert receipt["outcome"] == "unchanged"
    assert receipt["conversations"] == counts(found=2, unchanged=2)
    assert digests(home)[0] == before[0]


def test_durations_that_are_made_anew_are_no_news(tmp_path: Path) -> None:
    """An export that differs only in the service's own timings is unchanged and adds no bytes."""
    home = tmp_path / "home"
    imported(home, [rich(tmp_path)])
    before = digests(home)
    records = rich_chats()
    for name, held in VOLATILE.items():
        records[0]["mapping"]["th"]["message"]["metadata"][name] = held + 3.25
    files = {
        "conversations.json": json.dumps(records).encode(),
        "user.json": json.dumps({"id": ACCOUNT, "email": "ada@example.com"}).encode(),
    }
    (receipt,) = imported(home, [saved(tmp_path / RICH_NAME.replace("02-20", "02-21"), files)])

    assert receipt["outcome"] == "unchanged"
    assert digests(home)[0] == before[0]


def test_a_grown_chat_is_one_update(tmp_path: Path) -> None:
    """A chat that went on: one updated, the rest unchanged, as many new messages as were said, one version more."""
    home = tmp_path / "home"
    imported(home, [rich(tmp_path)])
    records = rich_chats()
    tree = records[1]["mapping"]
    tree["p3"] = node("p3", "p2", "user", said("Merci"), at=5000)
    tree["p4"] = node("p4", "p3", "assistant", said("De rien"), at=5001)
    records[1] |= {"current_node": "p4", "update_time": NOON + 5001}
    files = {
        "conversations.json": json.dumps(records).encode(),
        "user.json": json.dumps({"id": ACCOUNT, "email": "ada@example.com"}).encode(),
    }
    (receipt,) = imported(home, [saved(tmp_path / SLIM_NAME, files)])
    history = versions(home, listed(home)["c-plain"]["id"])

    assert receipt["conversations"] == counts(found=2, updated=1, unchanged=1)
    assert receipt["messages"]["new"] == 2
    assert [(each["messages"], each["added"], each["changed"]) for each in history] == [(2, 2, 0), (4, 2, 0)]


def test_a_forgotten_chat_is_not_brought_back(tmp_path: Path) -> None:
    """What the user had erased is counted as forgotten and does not come in again, in any form."""
    home = tmp_path / "home"
    imported(home, [rich(tmp_path)])
    chathold(home, "forget", listed(home)["c-sums"]["id"], "--yes")
    (receipt,) = imported(home, [slim(tmp_path)])

    assert receipt["conversations"] == counts(found=3, new=1, updated=1, forgotten=1)
    assert set(listed(home)) == {"c-plain", "c-new"}
    digests(home)


def test_files_that_only_lists_name_are_told_alike(tmp_path: Path) -> None:
    """What the receipt counts `check` lists: files of chats, and those that nothing but the export's lists names."""
    home, path = tmp_path / "home", tmp_path / RICH_NAME
    lists = {
        "conversation_asset_file_names.json": {"file_00000000bb22.dat": "b.png"},
        "library_files.json": [{"file_id": "file_00000000cc33", "file_name": "taxes.pdf"}],
    }
    files = {"user.json": {"id": ACCOUNT}, "conversations.json": rich_chats(), **lists}
    path.write_bytes(ordinary((name, json.dumps(value).encode()) for name, value in files.items()))
    (receipt,) = imported(home, [path])
    (found,) = chathold(home, "check")["accounts"]

    left_out = found["files_left_out"]
    assert receipt["assets"]["missing"] == left_out["files"] == len(left_out["list"]) == 3
    assert [(each["conversation"] is None, each["file"]) for each in left_out["list"]] == [
        (False, "receipt.png"),
        (True, "b.png"),
        (True, "taxes.pdf"),
    ]
    assert (left_out["chats"], found["verdict"]) == (1, "here_except")


@contextmanager
def new_archive(home: Path) -> Iterator[Archive]:
    """The archive in this home, made just now."""
    archive = Archive.open(home / "archive", create=True)
    assert archive is not None
    with closing(archive):
        yield archive


def test_a_file_that_another_takes_the_place_of_meanwhile_is_not_imported(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Between its hashing and its opening: else one would be known by the other's hash, and never be imported."""
    home, path, other = tmp_path / "home", rich(tmp_path), slim(tmp_path)

    def taken(place: Path) -> bytes:
        found = fingerprint(place)
        shutil.copy(path, tmp_path / "kept.zip")
        other.replace(place)
        return found

    with new_archive(home) as archive:
        with monkeypatch.context() as patched:
            patched.setattr(intake, "fingerprint", taken)
            with pytest.raises(Incomplete):
                take_one(archive, path, Wishes())
        assert take_one(archive, tmp_path / "kept.zip", Wishes()).outcome is Outcome.IMPORTED
        assert take_one(archive, path, Wishes()).outcome is Outcome.IMPORTED


def test_what_was_set_aside_is_no_document_once_it_is_understood(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A reader that knows more reads the same file again: what it was before is in no list, and nothing is amiss."""
    home, path = tmp_path / "home", rich(tmp_path)
    recognise = chatgpt.recognise
    with monkeypatch.context() as patched:
        patched.setattr(
            chatgpt,
            "recognise",
            lambda name, value: None if name == "conversations.json" else recognise(name, value),
        )
        chathold(home, "import", str(path), expect=None)
    assert "conversations.json" in {each["title"] or each["provider_id"] for each in documents(home)}
    monkeypatch.setattr(chatgpt, "READER", chatgpt.READER + 1)
    chathold(home, "import", str(path))
    assert len(listed(home)) == 2
    assert "conversations.json" not in {each["title"] or each["provider_id"] for each in documents(home)}
    assert chathold(home, "verify")["ok"]
    chathold(home, "rebuild")
    assert "conversations.json" not in {each["title"] or each["provider_id"] for each in documents(home)}
    assert chathold(home, "verify")["ok"]


def documents(home: Path) -> list[dict[str, Any]]:
    """The documents that `list` shows."""
    found: list[dict[str, Any]] = chathold(home, "list", "--documents")["documents"]
    return found


class Stopped(Exception):
    """The process is gone: what follows the visible commit was not done."""


@pytest.mark.parametrize("looks", [(), (False,)], ids=["before waiting", "after waiting"])
def test_a_file_that_another_process_has_just_added_is_known(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, looks: tuple[bool, ...]
) -> None:
    """It is visible, and nothing of it derived: whoever comes next does what is left, and tells of all it holds."""
    home, path, known, first = tmp_path / "home", rich(tmp_path), recognised, iter(looks)
    with new_archive(home) as archive:
        with monkeypatch.context() as patched:
            patched.setattr(intake, "derive", _stop)
            with pytest.raises(Stopped):
                take_one(archive, path, Wishes())
        monkeypatch.setattr(intake, "recognised", lambda *file: next(first, True) and known(*file))
        found = take_one(archive, path, Wishes())

    assert (found.outcome, found.account) == (Outcome.ALREADY_IMPORTED, ACCOUNT)
    assert found.exported is not None
    assert len(listed(home)) == found.conversations.found == 2


def _stop(*_archive: Any) -> None:
    raise Stopped
