"""Odd records and odd downloads, end to end: the bad one is told and kept, everything around it is imported.

Odd records lie between good ones in one export of each service, imported once; every test looks at one.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from chathold import download
from chathold.__main__ import main
from chathold.core import canonical
from chathold.exports import zipped
from commands import chathold
from law_bench import digests, imported, listed, shown, words
from odd_records import ODD, OWNERS, RECORD, chatgpt, deepseek, export, node, odd_bytes, text
from test_zipped import deflated64
from zips import Piece, built, ordinary, zeros

EVERY = [(provider, name) for provider, records in ODD.items() for name in records]
UNREADABLE = {"nesting"}


def verbatim(home: Path, name: str) -> bytes:
    """What `show --verbatim` prints."""
    printed = io.BytesIO()
    with io.TextIOWrapper(printed, encoding="utf-8", write_through=True) as stdout, redirect_stdout(stdout):
        assert main(["--home", os.fspath(home), "show", name, "--verbatim"]) == 0
        stdout.flush()
        return printed.getvalue().removesuffix(b"\n")


@dataclass(frozen=True)
class Taken:
    """An archive of one export, with the export's receipt."""

    home: Path
    receipt: Any

    def chat(self, name: str) -> dict[str, Any]:
        """The messages of a conversation, by the service's id."""
        return shown(self.home, listed(self.home)[name]["id"])


@pytest.fixture(scope="module")
def archives(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Taken]:
    """For every service an archive of its odd records, each between two good ones."""
    made = {}
    for provider, odd in ODD.items():
        folder = tmp_path_factory.mktemp(provider)
        records: list[Any] = [RECORD[provider]("good-0")]
        for number, name in enumerate(odd, 1):
            records += [odd_bytes(provider, name), RECORD[provider](f"good-{number}")]
        (receipt,) = imported(folder / "home", [export(folder / "export.zip", provider, *records)])
        made[provider] = Taken(folder / "home", receipt)
    return made


@pytest.mark.parametrize("provider", list(ODD))
def test_the_good_ones_are_imported(provider: str, archives: dict[str, Taken]) -> None:
    """Between odd records every good one is read, the counts add up, and the archive keeps its laws."""
    taken = archives[provider]
    counts = taken.receipt["conversations"]
    good = [f"good-{number}" for number in range(len(ODD[provider]) + 1)]

    assert set(good) <= set(listed(taken.home))
    assert all(
        words(message).count(f"words of {name}")
        for name in good[::9]
        for message in taken.chat(name).values()
    )
    assert taken.receipt["outcome"] == "imported"
    assert counts["found"] == counts["new"] + counts["failed"] == len(good) + len(ODD[provider])
    assert counts["failed"] == len(UNREADABLE)
    digests(taken.home)


@pytest.mark.spread(3)
@pytest.mark.parametrize(("provider", "name"), [each for each in EVERY if each[1] not in UNREADABLE])
def test_an_odd_record_is_read_as_far_as_it_goes(
    provider: str, name: str, archives: dict[str, Taken]
) -> None:
    """Its texts can be read, it is kept byte for byte, and what was bent to read it is a problem."""
    taken, odd, raw = archives[provider], ODD[provider][name], odd_bytes(provider, name)
    place = f"odd-{list(ODD[provider]).index(name)}"
    conversation = listed(taken.home)[place]
    messages = shown(taken.home, conversation["id"])
    said = "\n".join(words(message) for message in messages.values())

    assert verbatim(taken.home, conversation["id"]) == raw
    assert [each for each in odd.texts if each not in said] == []
    assert odd.messages in (None, len(messages))
    told = [
        problem for problem in taken.receipt["problems"] if problem["where"].startswith(conversation["id"])
    ]
    assert bool(told) == odd.told


@pytest.mark.spread(3)
@pytest.mark.parametrize(("provider", "name"), [each for each in EVERY if each[1] in UNREADABLE])
def test_what_cannot_be_read_at_all_is_kept(
    provider: str, name: str, archives: dict[str, Taken], tmp_path: Path
) -> None:
    """A record that no reader takes is counted and told, and the digest vouches for every byte of it."""
    told = [
        problem
        for problem in archives[provider].receipt["problems"]
        if problem["what"] == canonical.UNREADABLE
    ]
    raw, good = odd_bytes(provider, name), RECORD[provider]("good")
    homes = [tmp_path / "one", tmp_path / "other"]
    for home, bad in zip(
        homes, (raw, raw.replace(b"words", b"Words").replace(b"title", b"Title", 1)), strict=True
    ):
        (receipt,) = imported(home, [export(tmp_path / f"{home.name}.zip", provider, good, bad)])
        assert (receipt["conversations"]["failed"], receipt["conversations"]["new"]) == (1, 1)

    assert told
    assert digests(homes[0])[0] != digests(homes[1])[0]


# Odd downloads. A good archive beside which they come; a failure changes nothing in it.


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of an archive of one ChatGPT conversation."""
    folder = tmp_path_factory.mktemp("kept")
    imported(folder / "home", [export(folder / "kept.zip", "chatgpt", chatgpt("kept"))])
    return folder / "home"


@pytest.fixture
def home(kept: Path, tmp_path: Path) -> Path:
    """A copy of that archive, to be written to."""
    return Path(shutil.copytree(kept, tmp_path / "home"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where downloads lie."""
    made = tmp_path / "Downloads"
    made.mkdir()
    return made


def refused(home: Path, path: Path, outcome: str, *options: str) -> Any:
    """The receipt of a download that cannot be imported: told with a way out, and nothing has changed."""
    before = digests(home)
    (receipt,) = imported(home, [path], *options, expect=1)

    assert receipt["outcome"] == outcome
    assert receipt["problems"][0]["what"]
    assert receipt["problems"][0]["where"]
    assert receipt["advice"]
    assert digests(home) == before
    assert list(listed(home)) == ["kept"]
    return receipt


def taken(home: Path, path: Path, *names: str, options: Sequence[str] = ()) -> Any:
    """The receipt of a download that is imported, with these conversations new in the archive."""
    (receipt,) = imported(home, [path], *options)
    counts = receipt["conversations"]

    assert receipt["outcome"] == "imported"
    assert counts["new"] == len(names)
    assert counts["found"] == counts["new"] + counts["updated"] + counts["unchanged"] + counts["failed"]
    assert set(listed(home)) == {"kept", *names}
    digests(home)
    return receipt


def array(*records: Any, provider: str = "chatgpt") -> bytes:
    """A conversations.json."""
    return text([each if isinstance(each, dict) else RECORD[provider](each) for each in records]).encode()


USER = text(OWNERS["chatgpt"][1]).encode()
GEMS = [
    ("Takeout/Gemini/gemini_gems_data.html", b"<html>Gems</html>"),
    ("Takeout/archive_browser.html", b"<html>"),
]
USAGE = [("amount-2026-09.csv", b"user_id,utc_date\n"), ("cost-2026-09.csv", b"user_id,utc_date\n")]
TWO = [("a/conversations.json", array("one")), ("b/conversations.json", array("two", provider="deepseek"))]
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
MANIFEST_ONLY = {"version": 1, "export_files": [{"path": "conversations.json"}], "logical_files": {}}
LOGIN = b"<!DOCTYPE html><html><title>Log in</title></html>"

REFUSED: dict[str, tuple[str, bytes, str, str]] = {
    "an empty file": ("export.zip", b"", "not_an_export", "empty"),
    "a file of zeros": ("export.zip", bytes(5000), "incomplete", "nothing yet"),
    "a picture called .zip": ("export.zip", PNG, "not_an_export", "picture"),
    "a web page called .zip": ("export.zip", LOGIN, "not_an_export", "web page"),
    "an empty list alone": ("conversations.json", b"[]", "not_an_export", ""),
    "an empty object": ("conversations.json", b"{}", "not_an_export", ""),
    "any other JSON": ("package.json", b'{"name": "x", "version": "1"}', "not_an_export", ""),
    "a Takeout with Gems only": ("takeout.zip", ordinary(GEMS), "not_an_export", "Gems"),
    "DeepSeek's list of API usage": ("usage.zip", ordinary(USAGE), "not_an_export", "usage"),
    "any other ZIP": ("photos.zip", ordinary([("a.png", PNG)]), "not_an_export", "a.png"),
    "an empty ZIP": ("export.zip", ordinary([]), "not_an_export", ""),
    "two services in one": ("both.zip", ordinary(TWO), "failed", "ChatGPT, DeepSeek"),
    "a password": (
        "export.zip",
        built(Piece(b"conversations.json", array("one"), flags=1)),
        "failed",
        "password",
    ),
    "a method nobody knows": ("export.zip", built(Piece(b"conversations.json", b"x", 98)), "failed", "PPMd"),
    "a wrong checksum": (
        "export.zip",
        built(Piece(b"conversations.json", array("one"), crc=5), Piece(b"user.json", USER)),
        "incomplete",
        "--rescue",
    ),
    "a list that ends in the middle": (
        "conversations.json",
        array("one", "two")[:-40],
        "incomplete",
        "--rescue",
    ),
    "a list without its end": ("conversations.json", array("one", "two")[:-1], "incomplete", "--rescue"),
    "UTF-16": ("conversations.json", array("one").decode().encode("utf-16"), "not_an_export", "UTF-16"),
    "packed otherwise": ("export.tar.gz", b"\x1f\x8b\x08" + bytes(50), "not_an_export", "no ZIP"),
    "a number": ("conversations.json", b"42", "not_an_export", ""),
}


@pytest.mark.spread(3)
@pytest.mark.parametrize("kind", list(REFUSED))
def test_what_is_no_whole_export_changes_nothing(kind: str, home: Path, folder: Path) -> None:
    """It is told for what it is, with a way out, the exit code is 1, and the archive is as it was."""
    name, data, outcome, said = REFUSED[kind]
    (folder / name).write_bytes(data)
    receipt = refused(home, folder / name, outcome)

    assert said in f"{receipt['problems'][0]['what']} {receipt['advice']}"


def test_a_file_that_is_not_there(home: Path, folder: Path) -> None:
    """A path that leads nowhere is told."""
    refused(home, folder / "gone.zip", "failed")


def test_a_name_that_no_file_can_have(home: Path, folder: Path) -> None:
    """A path that the system refuses is told, and the next one is still imported."""
    good = export(folder / "good.zip", "chatgpt", chatgpt("one"))
    paths = [folder / ("a" * 300), good]

    assert [each["outcome"] for each in imported(home, paths, expect=1)] == ["failed", "imported"]


def test_an_empty_folder(home: Path, folder: Path) -> None:
    """A folder with nothing in it is no export."""
    refused(home, folder, "not_an_export")


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="this user may read everything")
def test_what_may_not_be_read(home: Path, folder: Path) -> None:
    """A file or folder without rights is told as that."""
    path = export(folder / "export.zip", "chatgpt", chatgpt("one"))
    path.chmod(0)
    assert "not allowed" in refused(home, path, "failed")["problems"][0]["what"]
    folder.chmod(0)
    try:
        assert "not allowed" in refused(home, folder, "failed")["problems"][0]["what"]
    finally:
        folder.chmod(0o700)


def test_a_bomb(home: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What unpacks to more than a chat export can hold is stopped, whatever its directory says."""
    monkeypatch.setattr(zipped, "FREE_MEMBER", 1 << 20)
    bomb = Piece(b"conversations.json", b"", 8, zeros(64), size=100, crc=0)
    (folder / "export.zip").write_bytes(built(bomb, Piece(b"user.json", USER)))

    assert "disk" in refused(home, folder / "export.zip", "failed")["problems"][0]["what"]


# Cut downloads, and what is rescued of them.


def cut_zip(folder: Path, until: str) -> Path:
    """A ZIP that breaks off where these words stand first: a users file, two shards of chats, a picture."""
    files = [
        ("user.json", USER),
        ("conversations-000.json", array("one", "two")),
        ("conversations-001.json", array("three", "four")),
        ("file-0123456789abcdef01.png", PNG),
    ]
    data = ordinary(files, zipfile.ZIP_STORED)
    path = folder / "export.zip"
    path.write_bytes(data[: data.index(until.encode())])
    return path


@pytest.mark.parametrize(
    ("until", "names"),
    [
        ("title of two", {"one"}),
        ("conversations-001", {"one", "two"}),
        ("title of four", {"one", "two", "three"}),
        ("file-0123", {"one", "two", "three", "four"}),
        ("PK\1\2", {"one", "two", "three", "four"}),
    ],
    ids=["in the first shard", "before the second", "in the second", "in a picture", "before the directory"],
)
def test_a_cut_zip_is_rescued_on_demand(until: str, names: set[str], home: Path, folder: Path) -> None:
    """A cut ZIP changes nothing by itself; with --rescue its whole records come in, and nothing is gone."""
    path = cut_zip(folder, until)
    assert "--rescue" in refused(home, path, "incomplete")["advice"]
    (receipt,) = imported(home, [path], "--rescue")

    assert receipt["outcome"] == "imported"
    assert set(listed(home)) == {"kept", *names}
    assert receipt["problems"]
    assert not any(conversation["gone_since"] for conversation in listed(home).values())
    digests(home)


def test_after_a_rescue_the_whole_file_is_read(home: Path, folder: Path) -> None:
    """A file that was rescued is no file that was read: it, and the whole one after it, are imported."""
    path = cut_zip(folder, "title of four")
    imported(home, [path], "--rescue")
    (again,) = imported(home, [path], "--rescue")
    whole = [chatgpt(name) for name in ("one", "two", "three", "four")]
    (receipt,) = imported(home, [export(path, "chatgpt", *whole)])

    assert again["outcome"] == "unchanged"
    assert (receipt["conversations"]["new"], receipt["conversations"]["unchanged"]) == (1, 3)


@pytest.mark.parametrize("lost", [1, 2, 40, 300])
def test_a_cut_list_is_rescued_on_demand(lost: int, home: Path, folder: Path) -> None:
    """A JSON file that ends in the middle gives, on demand, the records that were whole."""
    path = folder / "conversations.json"
    path.write_bytes(array("one", "two", "three")[:-lost])
    refused(home, path, "incomplete")
    (receipt,) = imported(home, [path], "--rescue")

    assert set(listed(home)) == {"kept", "one", "two"} | ({"three"} if lost == 1 else set())
    assert receipt["problems"]
    digests(home)


# Odd, but whole.


CONVERSATIONS, USERS = "conversations.json", "user.json"
DATA, OWNER = Piece(b"conversations.json", array("one")), Piece(b"user.json", USER)
PLAIN = [(CONVERSATIONS, array("one")), (USERS, USER)]
HIDDEN = ordinary([(CONVERSATIONS, array("hidden")), (USERS, USER)])
JUNK = [("__MACOSX/._conversations.json", b"\0\5\x16"), ("._conversations.json", b"\0"), (".DS_Store", b"\0")]
UPLOADS = [
    ("file-0123456789abcdef01.zip", HIDDEN),
    ("file_0123456789abcdef.dat", HIDDEN),
    ("file-0123456789abcdef02.json", array("hidden")),
]
INVENTED = b'{"version": 9, "logical_files": {"conversations.json": {"files": ["../gone.json"]}}}'
LINES = json.dumps(json.loads(array("one")), indent=1).replace("\n", "\r\n").encode()
BOM = b"\xef\xbb\xbf"


def whole(conversations: bytes, *more: tuple[str, bytes]) -> bytes:
    """An ordinary export with this conversations.json."""
    return ordinary([(CONVERSATIONS, conversations), (USERS, USER), *more])


ODD_ZIPS: dict[str, bytes] = {
    "a size that is a lie": built(replace(DATA, size=7), OWNER),
    "sixty-four bit": built(DATA, OWNER, wide=True),
    "Deflate64": built(replace(DATA, method=9, packed=deflated64(DATA.data)), OWNER),
    "data descriptors": built(replace(DATA, method=8, descriptor=True), OWNER),
    "backslashes": built(replace(DATA, name=b"a\\conversations.json"), replace(OWNER, name=b"a\\user.json")),
    "a folder around it": ordinary((f"my export/{name}", data) for name, data in PLAIN),
    "junk of a Mac": ordinary(PLAIN + JUNK),
    "names that climb": built(
        replace(DATA, name=b"../../conversations.json"), replace(OWNER, name=b"/user.json")
    ),
    "something before it": b"MZ" + bytes(500) + built(DATA, OWNER),
    "a comment": built(DATA, OWNER, comment=b"hello"),
    "a BOM": ordinary((name, BOM + data) for name, data in PLAIN),
    "CRLF": whole(LINES),
    "a wrapper": whole(b'{"conversations": ' + array("one") + b"}"),
    "trailing junk": whole(array("one") + b"\n<!-- -->"),
    "an invented manifest": whole(array("one"), ("export_manifest.json", INVENTED)),
    "a manifest that is none": whole(array("one"), ("export_manifest.json", b'["nonsense"]')),
    "attachments that are exports": ordinary(PLAIN + UPLOADS),
    "a ZIP that is no part of it": whole(array("one"), ("old.zip", HIDDEN)),
    "a page of the same chats": whole(array("one"), ("chat.html", b"<html>" + array("hidden") + b"</html>")),
    "all of it twice": whole(array("one"), ("copy/conversations.json", array("one"))),
}


@pytest.mark.spread(3)
@pytest.mark.parametrize("kind", list(ODD_ZIPS))
def test_an_odd_zip_is_read(kind: str, home: Path, folder: Path) -> None:
    """However it was packed, what it holds is imported, and nothing that is the user's own file is opened."""
    path = folder / "export.zip"
    path.write_bytes(ODD_ZIPS[kind])
    taken(home, path, "one")


def test_a_member_name_that_stands_twice(home: Path, folder: Path) -> None:
    """Two members of one name are both read."""
    pieces = (Piece(b"conversations.json", array("one")), Piece(b"conversations.json", array("two")))
    (folder / "export.zip").write_bytes(built(*pieces, Piece(b"user.json", USER)))
    taken(home, folder / "export.zip", "one", "two")


def test_a_conversation_that_stands_twice(home: Path, folder: Path) -> None:
    """Of one id in two shards everything is kept, and it is counted once."""
    shards = {
        "conversations-000.json": array(chatgpt("one", node("a", None, "first"))),
        "conversations-001.json": array(chatgpt("one", node("b", None, "second"))),
    }
    (folder / "export.zip").write_bytes(ordinary([*shards.items(), ("user.json", USER)]))
    taken(home, folder / "export.zip", "one")

    assert set(shown(home, listed(home)["one"]["id"])) == {"a", "b"}


def test_shards_are_read_whatever_their_numbers(home: Path, folder: Path) -> None:
    """Shards with gaps and without leading zeros are all read; with a gap nothing is gone."""
    shards = [(f"conversations-{number}.json", array(f"c{number}")) for number in (10, 2, 0, 1)]
    (folder / "export.zip").write_bytes(ordinary([*shards, ("user.json", USER)]))
    taken(home, folder / "export.zip", "c10", "c2", "c0", "c1")

    assert listed(home)["kept"]["gone_since"] is None


@pytest.mark.parametrize(
    "name", ["export.dms", "export.ZIP", "export", "export (1).zip", "卒業.zip", "a" * 250]
)
def test_a_name_decides_nothing(name: str, home: Path, folder: Path) -> None:
    """A ZIP is known by its content, whatever the browser or the user called it."""
    taken(home, export(folder / name, "chatgpt", chatgpt("one")), "one")


def test_a_list_of_accounts_too_large_to_be_held(
    home: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is told of and left; the chats are imported."""
    monkeypatch.setattr(download, "_LARGEST_LIST", 1000)
    path = folder / "export.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(
            "user.json", json.dumps({"id": "user-a", "email": "a@example.invalid", "x": "y" * 2000})
        )
        packed.writestr(
            "conversations.json", json.dumps([{"conversation_id": "c", "title": "T", "mapping": {}}])
        )
    (receipt,) = chathold(home, "import", str(path))["imports"]
    assert receipt["conversations"]["new"] == 1
    assert [each["where"] for each in receipt["problems"]] == ["user.json"]


def test_lists_without_chats_are_unchanged(home: Path, folder: Path) -> None:
    """An export with an empty list is read, changes nothing, and comes with advice; no chat is gone."""
    path = export(folder / "export.zip", "chatgpt")
    (receipt,) = imported(home, [path])

    assert (receipt["outcome"], receipt["conversations"]["found"]) == ("unchanged", 0)
    assert receipt["advice"]


LOOSE: dict[str, tuple[bytes, tuple[str, ...]]] = {
    "a list": (array("one", "two"), ("one", "two")),
    "a BOM and CRLF": (b"\xef\xbb\xbf \r\n" + array("one") + b"\r\n", ("one",)),
    "one object of a userscript": (text(chatgpt("one")).encode(), ("one",)),
    "a wrapper": (b'{"exported_at": "now", "conversations": ' + array("one") + b"}", ("one",)),
    "no conversation first": (b"[null, 5, [], " + array("one")[1:], ("one",)),
    "a comma at the end": (array("one")[:-1] + b",]", ("one",)),
    "zeros behind": (array("one") + bytes(100), ("one",)),
}


@pytest.mark.parametrize("kind", list(LOOSE))
def test_loose_json(kind: str, home: Path, folder: Path) -> None:
    """conversations.json alone, as others write it too, is imported and vouches for nothing."""
    data, names = LOOSE[kind]
    (folder / "chats.json").write_bytes(data)
    (receipt,) = imported(home, [folder / "chats.json"])

    assert set(listed(home)) == {"kept", *names}
    assert receipt["conversations"]["found"] - receipt["conversations"]["failed"] >= len(names)
    assert not any(conversation["gone_since"] for conversation in listed(home).values())
    digests(home)


def parts_list(*names: str) -> str:
    """Claude's list of the parts of an export."""
    files = [
        {"filename": name, "category": name.rpartition("-")[0], "export_url": "https://x"} for name in names
    ]
    known = {"version": "1.0", "created_at": "2026-11-23T12:00:00Z", "total_files": len(files)}
    return text({**known, "data_files": files})


def test_a_manifest_alone(home: Path, folder: Path) -> None:
    """Claude's list of parts is imported for itself: it says what to wait for, and holds no chats."""
    path = folder / "manifest.json"
    names = ["conversations-000.zip", "projects-000.zip"]
    path.write_text(parts_list(*names))
    (receipt,) = imported(home, [path])

    assert receipt["provider"] == "claude"
    assert receipt["parts"] == {"seen": [], "missing": names}
    assert "conversations-000.zip" in receipt["advice"]
    assert list(listed(home)) == ["kept"]


PORTAL = "User Online Activity/Conversations__0f-chatgpt-0001"


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_the_portals_zip_in_zip(method: int, home: Path, folder: Path) -> None:
    """OpenAI's portal packs exports into an export: those, and no other ZIPs, are opened."""
    parts = [ordinary([("conversations.json", array(name)), ("user.json", USER)]) for name in ("one", "two")]
    files = [(f"{PORTAL}-part-000{number}.zip", part) for number, part in enumerate(parts, 1)]
    files += [("report.html", b"<html>"), ("User Online Activity/mine.zip", HIDDEN)]
    (folder / "OpenAI-export.zip").write_bytes(ordinary(files, method))
    taken(home, folder / "OpenAI-export.zip", "one", "two")


def test_no_other_zip_in_zip(home: Path, folder: Path) -> None:
    """A ZIP with nothing but another export in it is no export; what to do is said."""
    (folder / "outer.zip").write_bytes(ordinary([("export.zip", HIDDEN)]))
    refused(home, folder / "outer.zip", "not_an_export")


# Folders.


def unpacked(folder: Path, *names: str) -> Path:
    """An export that somebody unpacked."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "conversations.json").write_bytes(array(*names))
    (folder / "user.json").write_bytes(USER)
    return folder


def test_an_unpacked_folder_is_one_export(home: Path, folder: Path) -> None:
    """It is the same export as the ZIP, and junk in it is left out."""
    inside = unpacked(folder / "my export", "one", "two")
    (inside / "__MACOSX").mkdir()
    (inside / "__MACOSX" / "._conversations.json").write_bytes(b"\0\5")
    (inside / "file-0123456789abcdef01.png").write_bytes(PNG)
    receipt = taken(home, inside, "one", "two")

    assert receipt["assets"]["new"] == 1


def test_a_folder_of_downloads_is_many(home: Path, folder: Path) -> None:
    """In a folder that is no export itself each child is tried, and what is none is told without stopping the rest."""
    export(folder / "a.zip", "chatgpt", chatgpt("one"))
    export(folder / "b.zip", "deepseek", deepseek("two"))
    unpacked(folder / "c", "three")
    (folder / "conversations (1).json").write_bytes(array("four"))
    (folder / "conversations.json").write_bytes(array("five"))
    (folder / "cut.zip").write_bytes(export(folder / "x", "chatgpt", chatgpt("six")).read_bytes()[:-30])
    (folder / "x").unlink()
    (folder / "notes.txt").write_text("hello")
    receipts = chathold(home, "import", str(folder), expect=1)["imports"]
    outcomes = {Path(each["path"]).name: each["outcome"] for each in receipts}

    assert outcomes == {
        "a.zip": "imported",
        "b.zip": "imported",
        "c": "imported",
        "conversations (1).json": "imported",
        "conversations.json": "imported",
        "cut.zip": "incomplete",
    }
    assert set(listed(home)) == {"kept", "one", "two", "three", "four", "five"}
    digests(home)


WEB_PAGE = b"<!doctype html><title>This link has expired</title>"


@pytest.mark.parametrize("name", ["deepseek_data-2026-11-02.zip", "conversations.json"])
def test_what_promises_to_be_an_export_is_told_of_in_a_folder_too(
    home: Path, folder: Path, name: str
) -> None:
    """The page of an expired link is refused beside other downloads as it is alone."""
    export(folder / "a.zip", "chatgpt", chatgpt("one"))
    (folder / name).write_bytes(WEB_PAGE)
    receipts = chathold(home, "import", str(folder), expect=1)["imports"]

    assert [(each["outcome"], Path(each["path"]).name) for each in receipts] == [
        ("imported", "a.zip"),
        ("not_an_export", name),
    ]
    assert [receipts[1]] == chathold(home, "import", str(folder / name), expect=1)["imports"]


def test_what_promises_nothing_is_passed_over_in_a_folder(home: Path, folder: Path) -> None:
    """Other ZIPs, JSON files and folders are nobody's business; given alone, they are refused."""
    export(folder / "a.zip", "chatgpt", chatgpt("one"))
    (folder / "photos.zip").write_bytes(ordinary([("beach.png", PNG)]))
    (folder / "page.zip").write_bytes(WEB_PAGE)
    (folder / "settings.json").write_text('{"colour": "red"}')
    (folder / "holiday").mkdir()
    receipts = chathold(home, "import", str(folder))["imports"]

    assert [Path(each["path"]).name for each in receipts] == ["a.zip"]
    (alone,) = chathold(home, "import", str(folder / "photos.zip"), expect=1)["imports"]
    assert alone["outcome"] == "not_an_export"


def test_a_folder_with_nothing_to_import_is_refused(home: Path, folder: Path) -> None:
    """Once, as the folder, whatever else it holds."""
    (folder / "holiday").mkdir()
    (folder / "holiday" / "photos.zip").write_bytes(ordinary([("beach.png", PNG)]))
    refused(home, folder, "not_an_export")


def test_parts_in_a_folder_are_parts(home: Path, folder: Path) -> None:
    """Claude's parts side by side are imported one by one, and found to belong together."""
    names = ("conversations-000.zip", "light_metadata-000.zip")
    (folder / names[0]).write_bytes(ordinary([("conversations.json", array("one", provider="claude"))]))
    (folder / names[1]).write_bytes(ordinary([("users.json", text(OWNERS["claude"][1]).encode())]))
    (folder / "manifest.json").write_text(parts_list(*names))
    receipts = chathold(home, "import", str(folder))["imports"]

    assert [each["outcome"] for each in receipts] == ["imported"] * 3
    assert receipts[-1]["parts"]["missing"] == []


# Size.


def long_record(megabytes: int, word: bytes = b"word ") -> bytes:
    """A conversation whose one message is a text of so many megabytes."""
    said = word * (megabytes * 1_000_000 // len(word))
    return text(chatgpt("long", node("m", None, "@"))).encode().replace(b"@", said)


def long_chat(megabytes: int, end: str) -> bytes:
    """A conversation of so many megabytes in messages of 20 kB; the last one ends so."""
    count = megabytes * 50
    nodes = [node(f"m{place}", f"m{place - 1}" if place else None, "word " * 4000) for place in range(count)]
    last = node("last", f"m{count - 1}", "@")
    return text(chatgpt("long", *nodes, last)).encode().replace(b"@", end.encode())


LONG: dict[str, tuple[int, Callable[[], bytes]]] = {
    "a text of 30 MB": (30, lambda: long_record(30)),
    "a text of 300 MB": (300, lambda: long_record(300)),
    "an escaped text": (100, lambda: long_record(100, b"\\u4e2d ")),
    "many messages": (100, lambda: long_chat(100, "end")),
    "many messages and half an emoji": (100, lambda: long_chat(100, "end \\ud83d")),
}


@pytest.mark.slow
def test_a_long_text(home: Path, folder: Path) -> None:
    """A message of 30 MB is imported, kept byte for byte, and so are its neighbours."""
    path = export(folder / "export.zip", "chatgpt", chatgpt("one"), long_record(30))
    taken(home, path, "one", "long")

    assert verbatim(home, listed(home)["long"]["id"]) == long_record(30)


_MEASURED = """
import resource, subprocess, sys
done = subprocess.run([sys.executable, "-m", "chathold", *sys.argv[1:]], stdout=subprocess.DEVNULL)
print(done.returncode, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="memory is measured with getrusage")
@pytest.mark.parametrize("kind", list(LONG))
def test_the_memory_for_a_large_record(kind: str, folder: Path, tmp_path: Path) -> None:
    """An import takes no more than 160 MB and four times the largest record."""
    megabytes, made = LONG[kind]
    with zipfile.ZipFile(folder / "export.zip", "w", zipfile.ZIP_DEFLATED) as writer:
        writer.writestr("user.json", USER)
        writer.writestr("conversations.json", b"[" + array("one")[1:-1] + b"," + made() + b"]")
    root = Path(__file__).parents[1]
    command = ["--home", os.fspath(tmp_path / "home"), "import", os.fspath(folder / "export.zip")]
    done = subprocess.run(
        [sys.executable, "-c", _MEASURED, *command],
        capture_output=True,
        check=True,
        text=True,
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join(os.fspath(root / name) for name in ("daemon", "service")),
        },
    )
    code, used = map(int, done.stdout.split())

    assert code == 0
    assert used <= 160 + 4 * megabytes
