"""An export of which something cannot be read never passes for a whole one."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from commands import chathold

OWNER = {"id": "user-drift", "email": "a@example.invalid"}


def _chat(number: int, **more: Any) -> dict[str, Any]:
    message = {
        "id": f"m{number}",
        "author": {"role": "user"},
        "create_time": 1.7e9 + number,
        "content": {"content_type": "text", "parts": [f"what was said in {number}"]},
    }
    node: dict[str, Any] = {"id": f"m{number}", "parent": None, "children": [], "message": message}
    return {
        "conversation_id": f"c{number}",
        "title": f"Chat {number}",
        "mapping": {f"m{number}": node},
        **more,
    }


def _export(folder: Path, month: int, **members: Any) -> Path:
    """An export of ChatGPT's as a ZIP of these members, `__` for a dash; bytes are taken as they are."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        for name, value in {"user": OWNER, **members}.items():
            data = value if isinstance(value, bytes) else json.dumps(value).encode()
            place = zipfile.ZipInfo(f"{name.replace('__', '-')}.json", (2026, month, 1, 12, 0, 0))
            packed.writestr(place, data)
    path = folder / f"{'f' * 64}-2026-{month:02}-01-12-00-00.zip"
    path.write_bytes(file.getvalue())
    return path


CHATS = [_chat(number) for number in range(8)]
UNREADABLE = [b"", b" \n", b"<html>gone</html>", b"null", b"window.x = []", "[1]".encode("utf-16")]


@pytest.mark.parametrize("data", [*UNREADABLE, {"version": 2, "threads": CHATS}])
def test_conversations_that_nobody_can_read_are_a_failure(tmp_path: Path, data: Any) -> None:
    """Whatever else could be read: it is told, and ends with 1."""
    path = _export(tmp_path, 3, conversations=data, message_feedback=[{"id": "f", "content": "good words"}])
    (receipt,) = chathold(tmp_path / "home", "import", str(path), expect=1)["imports"]
    assert receipt["outcome"] == "failed"
    assert {"where": "conversations.json", "what": _UNREAD} in receipt["problems"]


_UNREAD = "The chats in this file could not be read; it is kept as it is."
_NO_LIST = "No list of chats is in this export. They may be in this file, which is kept as it is."


@pytest.mark.spread(3)
@pytest.mark.parametrize(
    "shards",
    [
        *({"conversations__000": CHATS[:4], "conversations__001": data} for data in UNREADABLE),
        {"conversations__000": CHATS[:4], "conversations__001": {"v": 2, "items": CHATS[4:]}},
        {"conversations": json.dumps(CHATS[:4]).encode() + json.dumps(CHATS[4:]).encode()},
        {"conversations": [*CHATS[:6], {"renamed": "c6"}, {"renamed": "c7"}]},
        {"conversations": json.dumps(CHATS[:7]).encode()[:-1] + b",} garbage]"},
    ],
)
def test_what_is_there_and_cannot_be_read_is_not_gone(tmp_path: Path, shards: dict[str, Any]) -> None:
    """And `check` says that the newest export could not be read whole."""
    home = tmp_path / "home"
    chathold(home, "import", str(_export(tmp_path, 2, conversations=CHATS)))
    (before,) = chathold(home, "check")["accounts"]
    chathold(home, "import", str(_export(tmp_path, 4, **shards)), expect=None)
    found = chathold(home, "list")["conversations"]
    assert [each["gone_since"] for each in found if each["provider_id"] in {f"c{n}" for n in range(8)}] == [
        None
    ] * 8
    (after,) = chathold(home, "check")["accounts"]
    assert before["verdict"] == "all_here"
    assert after["verdict"] != "all_here"


@pytest.mark.parametrize("name", ["codex", "group_chats", "sora", "shopping", "message_feedback"])
def test_a_member_is_not_called_empty_by_its_beginning(tmp_path: Path, name: str) -> None:
    """What comes after many kilobytes counts, too."""
    late = {"chats": [], "padding": "x" * 100_000, "rooms": [{"said": "words that stand far behind"}]}
    path = _export(tmp_path, 3, conversations=CHATS, **{name: late})
    chathold(tmp_path / "home", "import", str(path))
    (document,) = chathold(tmp_path / "home", "list", "--documents")["documents"]
    assert "words that stand far behind" in json.dumps(chathold(tmp_path / "home", "show", document["id"]))


def test_a_file_of_which_no_message_can_be_read_is_a_failure(tmp_path: Path) -> None:
    """Every chat has its place, and none says a word."""
    chats = [{**_chat(number), "mapping": 7, "words": "of a shape that is new"} for number in range(3)]
    path = _export(tmp_path, 3, conversations=chats)
    (receipt,) = chathold(tmp_path / "home", "import", str(path), expect=1)["imports"]
    assert receipt["outcome"] == "failed"
    assert receipt["conversations"]["found"] == 3
    (found,) = chathold(tmp_path / "home", "check")["accounts"]
    assert (found["unreadable"], found["verdict"]) == (3, "here_except")


@pytest.mark.parametrize("more", [[], [{"id": "s1", "words": "a new thing"}], {"words": "a new thing"}])
def test_a_file_beside_the_chats_that_nobody_understands_is_kept_and_told(tmp_path: Path, more: Any) -> None:
    """It is no chat that was left out: the export is as whole as without it, and what it lacks is gone."""
    home = tmp_path / "home"
    chathold(home, "import", str(_export(tmp_path, 2, conversations=CHATS)))
    path = _export(tmp_path, 4, conversations=CHATS[:7], new_feature=more)
    (receipt,) = chathold(home, "import", str(path))["imports"]

    assert [each["what"] for each in receipt["problems"]] == [_UNKNOWN_FILE]
    assert (receipt["documents"]["new"], receipt["documents"]["failed"]) == (1, 0)
    (found,) = chathold(home, "check")["accounts"]
    assert (found["last_whole_export"], found["not_read_whole"]) == ("2026-04-01T12:00:00Z", None)
    gone = [each["title"] for each in chathold(home, "list")["conversations"] if each["gone_since"]]
    assert gone == ["Chat 7"]
    (paper,) = chathold(home, "list", "--documents")["documents"]
    assert json.loads(chathold(home, "show", paper["id"], "--verbatim")["verbatim"][0]) == more
    assert chathold(home, "verify")["ok"]


_UNKNOWN_FILE = "This part of the export is not understood yet; it is kept as it is."


REST = CHATS[4:]
MORE_CHATS = {
    "another list in the object": {"conversations": {"conversations": CHATS[:4], "archived": REST}},
    "before the list": {"conversations": {"archived": REST, "conversations": CHATS[:4]}},
    "a second list after the first": {
        "conversations": json.dumps(CHATS[:4]).encode() + b"\n" + json.dumps(REST).encode()
    },
    "a file that says so": {
        "conversations": CHATS[:4],
        "archived_conversations": json.dumps(REST).encode("utf-16"),
    },
    "a file of another shape": {"conversations": CHATS[:4], "put_away": {"items": {"list": REST}}},
}


@pytest.mark.parametrize("members", list(MORE_CHATS.values()), ids=list(MORE_CHATS))
def test_chats_beside_those_that_are_read_are_kept_and_told(tmp_path: Path, members: dict[str, Any]) -> None:
    """The export is not called whole, nothing is called gone, and every byte that was not read is kept."""
    home = tmp_path / "home"
    chathold(home, "import", str(_export(tmp_path, 2, conversations=CHATS)))
    path = _export(tmp_path, 4, **members)
    (receipt,) = chathold(home, "import", str(path), expect=None)["imports"]
    assert receipt["problems"]
    assert [each["gone_since"] for each in chathold(home, "list")["conversations"]] == [None] * 8
    (found,) = chathold(home, "check")["accounts"]
    assert (found["verdict"], found["not_read_whole"]) == ("not_yet", "2026-04-01T12:00:00Z")
    with zipfile.ZipFile(path) as packed:
        held = packed.read(packed.namelist()[-1])
    files = [each.read_bytes() for each in (home / "archive" / "assets").rglob("*") if each.is_file()]
    papers = [
        chathold(home, "show", each["id"], "--verbatim")["verbatim"][0].encode()
        for each in chathold(home, "list", "--documents")["documents"]
    ]
    assert held in (*files, *papers)


def test_an_export_whose_chats_lie_in_something_unknown_is_a_failure(tmp_path: Path) -> None:
    """Nothing in it was read: it is no import that went well."""
    path = tmp_path / f"{'f' * 64}-2026-03-01-12-00-00.zip"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("user.json", json.dumps(OWNER))
        packed.writestr("conversations.db", b"SQLite format 3\0 and so on")
    (receipt,) = chathold(tmp_path / "home", "import", str(path), expect=1)["imports"]
    assert receipt["outcome"] == "failed"
    assert receipt["problems"] == [{"where": "conversations.db", "what": _UNREAD}]


@pytest.mark.parametrize(
    ("name", "data", "what"),
    [
        ("chat.html", b"<script>var jsonData = [];</script>", _UNREAD),
        ("messages.csv", b"id,text", _NO_LIST),
        ("mine/one.md", b"# One", _NO_LIST),
    ],
)
def test_an_export_without_a_list_of_chats_is_a_failure(
    tmp_path: Path, name: str, data: bytes, what: str
) -> None:
    """Whatever else is in it may hold them, and is kept: that is no import that went well."""
    path = tmp_path / f"{'f' * 64}-2026-03-01-12-00-00.zip"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("user.json", json.dumps(OWNER))
        packed.writestr(name, data)
    home = tmp_path / "home"
    (receipt,) = chathold(home, "import", str(path), expect=1)["imports"]
    assert receipt["outcome"] == "failed"
    assert receipt["problems"] == [{"where": name, "what": what}]
    assert [each.read_bytes() for each in (home / "archive" / "assets").rglob("*") if each.is_file()] == [
        data
    ]


def test_an_export_without_a_list_of_chats_and_any_other_file_is_told_to_be_empty(tmp_path: Path) -> None:
    """A file of the user's, known by its name, holds no chats: it is kept."""
    path = tmp_path / f"{'f' * 64}-2026-03-01-12-00-00.zip"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("user.json", json.dumps(OWNER))
        packed.writestr("file-abcdefghijklmnop1234-a.png", b"picture")
    (receipt,) = chathold(tmp_path / "home", "import", str(path))["imports"]
    assert (receipt["outcome"], receipt["problems"]) == ("imported", [])
    assert receipt["advice"].startswith("There is no chat in this export.")


@pytest.mark.parametrize(
    ("name", "told"),
    [("more.zip", True), ("file-abcdefghijklmnop1234-my.zip", False), ("pictures.zip", False)],
)
def test_a_zip_in_an_export_that_names_chats_is_told_of(tmp_path: Path, name: str, *, told: bool) -> None:
    """It is kept and not opened: only the service's own containers are. What a person gave to a chat is theirs."""
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as packed:
        packed.writestr("a.png" if name == "pictures.zip" else "conversations.json", json.dumps(CHATS[4:]))
    path = tmp_path / f"{'f' * 64}-2026-03-01-12-00-00.zip"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("user.json", json.dumps(OWNER))
        packed.writestr("conversations.json", json.dumps(CHATS[:4]))
        packed.writestr(name, inner.getvalue())
    home = tmp_path / "home"
    (receipt,) = chathold(home, "import", str(path))["imports"]
    assert receipt["problems"] == ([{"where": name, "what": _UNREAD}] if told else [])
    (found,) = chathold(home, "check")["accounts"]
    assert found["verdict"] == ("not_yet" if told else "all_here")


def test_a_file_where_no_service_puts_any_is_told_of(tmp_path: Path) -> None:
    """Claude's exports hold no files of the user's: what lies in one is something new."""
    chat = {
        "uuid": "c1",
        "name": "A chat",
        "chat_messages": [{"uuid": "m1", "sender": "human", "text": "what was said"}],
    }
    path = tmp_path / "data-2026-03-01-12-00-00-batch-0000.zip"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr(
            "users.json", json.dumps([{"uuid": "u", "full_name": "A", "email_address": "a@example.invalid"}])
        )
        packed.writestr("conversations.json", json.dumps([chat]))
        packed.writestr("talks.csv", b"id,text")
    (receipt,) = chathold(tmp_path / "home", "import", str(path))["imports"]
    assert receipt["problems"] == [
        {"where": "talks.csv", "what": "This part of the export is not understood yet; it is kept as it is."}
    ]


def test_what_failed_fails_again(tmp_path: Path) -> None:
    """Nobody understands it any better: it is not called known."""
    path = _export(tmp_path, 3, conversations={"version": 2, "threads": CHATS})
    first, again = (
        chathold(tmp_path / "home", "import", str(path), expect=1)["imports"][0] for _time in "12"
    )
    assert (again["outcome"], again["advice"]) == (first["outcome"], first["advice"])
    assert again["problems"]


def test_an_empty_list_of_chats_beside_what_nobody_knows_is_a_failure(tmp_path: Path) -> None:
    """They may be there."""
    path = tmp_path / f"{'f' * 64}-2026-03-01-12-00-00.zip"
    with zipfile.ZipFile(path, "w") as packed:
        for name, data in {
            "user.json": json.dumps(OWNER),
            "conversations.json": "[]",
            "a.csv": "id,text",
        }.items():
            packed.writestr(name, data)
    (receipt,) = chathold(tmp_path / "home", "import", str(path), expect=1)["imports"]
    assert receipt["problems"] == [{"where": "a.csv", "what": _NO_LIST}]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("archived.json.gz", gzip.compress(json.dumps(CHATS[4:]).encode())),
        ("old.ndjson", b"packed"),
        ("messages/1.json", json.dumps([{"sender": "human", "text": "said"}]).encode()),
        ("messages/2.json", json.dumps([{"author": {"role": "user"}, "body": "said"}]).encode()),
    ],
)
def test_chats_beside_the_list_are_neither_gone_nor_all_here(tmp_path: Path, name: str, data: bytes) -> None:
    """Whatever they are packed in: an export with them is not known to be whole."""
    home = tmp_path / "home"
    chathold(home, "import", str(_export(tmp_path, 2, conversations=CHATS)))
    path = tmp_path / f"{'f' * 64}-2026-03-01-12-00-00.zip"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("user.json", json.dumps(OWNER))
        packed.writestr("conversations.json", json.dumps(CHATS[:7]))
        packed.writestr(name, data)
    (receipt,) = chathold(home, "import", str(path))["imports"]
    assert name in {each["where"] for each in receipt["problems"]}
    assert [each["gone_since"] for each in chathold(home, "list")["conversations"]] == [None] * 8
    (found,) = chathold(home, "check")["accounts"]
    assert found["verdict"] == "not_yet"


def test_unknown_files_of_one_name_are_several_documents(tmp_path: Path) -> None:
    """Each in its folder: none is a version of another."""
    home, path = tmp_path / "home", tmp_path / f"{'f' * 64}-2026-03-01-12-00-00.zip"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("user.json", json.dumps(OWNER))
        packed.writestr("conversations.json", json.dumps(CHATS))
        for each in ("a", "b"):
            packed.writestr(f"notes/{each}/notes.json", json.dumps({"note": f"words of {each}"}))
    chathold(home, "import", str(path))
    assert len(chathold(home, "list", "--documents")["documents"]) == 2
    for each in ("a", "b"):
        assert len(chathold(home, "search", f'"words of {each}"')["results"]) == 1


def test_an_export_of_an_impossible_date_makes_nothing_gone(tmp_path: Path) -> None:
    """Nor does it vouch for ever: what comes after it counts."""
    home, path = tmp_path / "home", tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w") as packed:
        for name, value in {"user.json": OWNER, "conversations.json": CHATS[:1]}.items():
            packed.writestr(zipfile.ZipInfo(name, (2062, 1, 1, 12, 0, 0)), json.dumps(value))
    (receipt,) = chathold(home, "import", str(path))["imports"]
    assert receipt["exported_at"] is None
    assert [each["what"].partition(":")[0] for each in receipt["problems"]] == ["Its date lies in the future"]
    chathold(home, "import", str(_export(tmp_path, 3, conversations=CHATS[:2])))
    assert [each["gone_since"] for each in chathold(home, "list")["conversations"]] == [None, None]
    (found,) = chathold(home, "check")["accounts"]
    assert (found["last_whole_export"], found["chats_in_it"]) == ("2026-03-01T12:00:00Z", 2)


def test_who_somebody_is_is_never_found(tmp_path: Path) -> None:
    """A list of users that nobody understands is kept as a file: an address is no text to be searched."""
    home = tmp_path / "home"
    chathold(home, "import", str(_export(tmp_path, 3, conversations=CHATS, user={"v": 2, "me": OWNER})))
    assert chathold(home, "search", "invalid")["results"] == []
    assert chathold(home, "list", "--documents")["documents"] == []


def test_bytes_that_are_no_unicode_are_told_for_what_they_are(tmp_path: Path) -> None:
    """No name is given twice in them."""
    said = json.dumps([_chat(1)]).encode().replace(b"what was said", b"caf\xe9")
    (receipt,) = chathold(tmp_path / "home", "import", str(_export(tmp_path, 3, conversations=said)))[
        "imports"
    ]
    assert [each["what"] for each in receipt["problems"]] == [
        "Some bytes are no Unicode; they are shown as �."
    ]


@pytest.mark.parametrize("name", ["group_conversations", "conversation_asset_file_names", "chat_settings"])
@pytest.mark.parametrize("value", [[], {}, [{"id": "x"}]])
def test_a_list_without_a_chat_makes_no_export_less_whole(tmp_path: Path, name: str, value: Any) -> None:
    """Whatever it is called: nothing in it tells of chats."""
    home = tmp_path / "home"
    chathold(home, "import", str(_export(tmp_path, 3, conversations=CHATS, **{name: value})))
    (found,) = chathold(home, "check")["accounts"]
    assert found["verdict"] == "all_here"


def test_who_forgets_a_chat_hears_of_files_that_may_hold_it_still(tmp_path: Path) -> None:
    """Those of which not all could be read; with the account they go."""
    home = tmp_path / "home"
    more = {"conversations": CHATS[:4], "archived": REST}
    chathold(home, "import", str(_export(tmp_path, 3, conversations=more)))
    chat = chathold(home, "list")["conversations"][0]["id"]
    assert chathold(home, "forget", chat, "--yes")["kept"] == ["conversations.json"]
    account = f"chatgpt/{OWNER['id']}"
    assert chathold(home, "forget", "--account", account, "--yes")["kept"] == []
    assert not [each for each in (home / "archive" / "assets").rglob("*") if each.is_file()]
