"""Odd records and odd downloads, end to end: the bad one is told and kept, everything around it is imported.

Odd records lie between good ones in one export of each service, imported once; every test looks at one.
"""

from __future__ import annotations

import io
import json
import os
import random
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

from chathold.__main__ import main
from chathold.core import canonical
from commands import chathold
from law_bench import digests, imported, listed, shown, words
from test_zipped import deflated64
from zips import Piece, built, ordinary, zeros

NOON = 1_790_000_000.0
DEEP = "[" * 100_000 + "]" * 100_000
OWNERS = {
    "chatgpt": ("user.json", {"id": "user-Ada", "email": "ada@example.com"}),
    "claude": ("users.json", [{"uuid": "ada", "full_name": "Ada", "email_address": "ada@example.com"}]),
    "deepseek": ("user.json", {"user_id": "ada", "email": "ada@example.com", "mobile": None}),
}


def text(value: Any) -> str:
    """A value as JSON."""
    return json.dumps(value, ensure_ascii=False)


# Records of the three services, and how a test bends them.


def node(name: str, parent: str | None, content: Any, role: str = "user", **more: Any) -> dict[str, Any]:
    """A node of a ChatGPT conversation; a string is its text."""
    if isinstance(content, str):
        content = {"content_type": "text", "parts": [content]}
    message = {"id": name, "author": {"role": role}, "create_time": NOON, "content": content, "metadata": {}}
    return {"id": name, "parent": parent, "message": message | more}


def chatgpt(name: str, *nodes: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A ChatGPT conversation; without nodes, of one message."""
    given = nodes or (node("m", None, f"words of {name}"),)
    known = {"conversation_id": name, "id": name, "title": f"title of {name}", "create_time": NOON}
    return known | {"update_time": NOON, "mapping": {each["id"]: each for each in given}, **more}


def spoken(name: str, said: str, parent: str = "", **more: Any) -> dict[str, Any]:
    """A message of Claude's."""
    blocks = [{"type": "text", "text": said}]
    known = {"uuid": name, "text": said, "content": blocks, "sender": "human", "attachments": [], "files": []}
    times = {"created_at": "2026-09-01T10:00:00.000000Z", "updated_at": "2026-09-01T10:00:00.000000Z"}
    return known | times | ({"parent_message_uuid": parent} if parent else {}) | more


def claude(ref: str, *messages: Any, **more: Any) -> dict[str, Any]:
    """A Claude conversation; without messages, of one."""
    given = list(messages or (spoken("m", f"words of {ref}"),))
    known = {"uuid": ref, "name": f"title of {ref}", "summary": "", "account": {"uuid": "ada"}}
    times = {"created_at": "2026-09-01T10:00:00.000000Z", "updated_at": "2026-09-01T10:00:00.000000Z"}
    return known | times | {"chat_messages": given, **more}


def asked(said: str, parent: str = "root", kind: str = "REQUEST", **more: Any) -> dict[str, Any]:
    """A node of DeepSeek's, but for its id."""
    message = {"model": "deepseek-chat", "inserted_at": "2026-09-01T18:00:00.000000+08:00"}
    fragments = [{"type": kind, "content": said}]
    return {"parent": parent, "children": [], "message": message | {"fragments": fragments} | more}


def deepseek(name: str, nodes: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """A DeepSeek conversation; without nodes, of one message."""
    given = nodes if nodes is not None else {"root": ROOT, "1": asked(f"words of {name}")}
    times = {
        "inserted_at": "2026-09-01T18:00:00.000000+08:00",
        "updated_at": "2026-09-01T18:00:00.000000+08:00",
    }
    tree = {key: held if held is None else {"id": key, **held} for key, held in given.items()}
    return {"id": name, "title": f"title of {name}", **times, "mapping": tree, **more}


ROOT: dict[str, Any] = {"parent": None, "children": ["1"], "message": None}
RECORD: dict[str, Callable[..., dict[str, Any]]] = {
    "chatgpt": chatgpt,
    "claude": claude,
    "deepseek": deepseek,
}


@dataclass(frozen=True)
class Odd:
    """An odd record as it stands in an export, the texts that can be read in it, and whether it is told."""

    raw: str | bytes | dict[str, Any]
    texts: tuple[str, ...] = ("words of odd",)
    told: bool = False
    messages: int | None = None

    @property
    def data(self) -> bytes:
        """The record's bytes."""
        raw = text(self.raw) if isinstance(self.raw, dict) else self.raw
        return raw if isinstance(raw, bytes) else raw.encode()


def bent(old: str, new: str, record: dict[str, Any] | None = None) -> bytes:
    """A good record in which the bytes of `old` stand for others."""
    made = text(record or chatgpt("odd"))
    assert old in made
    return made.replace(old, new).encode("utf-8", "surrogatepass")


def replaced(old: str, new: bytes, record: dict[str, Any] | None = None) -> bytes:
    """The same with bytes that are no text."""
    return bent(old, "@@", record).replace(b"@@", new)


SAID = "words of odd"
TREE = chatgpt("odd")["mapping"]

CHATGPT: dict[str, Odd] = {
    "a root without message": Odd(
        chatgpt("odd", {"id": "r", "parent": None, "message": None}, node("m", "r", SAID)), messages=1
    ),
    "nodes that are none": Odd(
        chatgpt("odd", mapping=TREE | {"x": None, "y": 5, "z": [1]}), told=True, messages=1
    ),
    "content null": Odd(chatgpt("odd", node("m", None, SAID), node("n", "m", None)), messages=2, told=True),
    "content of other kinds": Odd(
        chatgpt(
            "odd",
            node("m", None, SAID),
            *(node(f"n{place}", "m", held) for place, held in enumerate([5, [1]])),
        ),
        told=True,
    ),
    "parts null": Odd(
        chatgpt("odd", node("m", None, SAID), node("n", "m", {"content_type": "text", "parts": None})),
        messages=2,
    ),
    "parts of all kinds": Odd(
        chatgpt(
            "odd", node("m", None, {"content_type": "text", "parts": [None, "", SAID, {"a": 1}, 5, ["b"]]})
        ),
        told=True,
    ),
    "no parts": Odd(
        chatgpt("odd", node("m", None, SAID), node("n", "m", {"content_type": "text", "parts": []}))
    ),
    "author null": Odd(chatgpt("odd", node("m", None, SAID, author=None)), told=True, messages=1),
    "no role": Odd(chatgpt("odd", node("m", None, SAID, author={"name": "x"})), told=True, messages=1),
    "a new role": Odd(chatgpt("odd", node("m", None, SAID, role="oracle")), told=True, messages=1),
    "a time as text": Odd(chatgpt("odd", node("m", None, SAID, create_time="2026-09-21T13:33:20Z"))),
    "no time": Odd(
        chatgpt("odd", node("m", None, SAID, create_time=None), create_time=None, update_time=None)
    ),
    "a time that is none": Odd(bent('"create_time": 1790000000.0', '"create_time": NaN'), told=True),
    "a time in words": Odd(chatgpt("odd", create_time="yesterday"), told=True),
    "a time to come": Odd(chatgpt("odd", update_time=NOON + 1e9), told=True),
    "a time without end": Odd(bent('"update_time": 1790000000.0', '"update_time": 1e999'), told=True),
    "title null": Odd(chatgpt("odd", title=None)),
    "title a number": Odd(chatgpt("odd", title=5), told=True),
    "no mapping": Odd(bent('"mapping"', '"nothing"'), texts=(), told=True, messages=0),
    "an empty mapping": Odd(chatgpt("odd", mapping={}), texts=(), messages=0),
    "current_node null": Odd(chatgpt("odd", current_node=None)),
    "current_node dangling": Odd(chatgpt("odd", current_node="gone"), told=True),
    "a ring": Odd(
        chatgpt("odd", node("a", "b", SAID), node("b", "a", "and back")), (SAID, "and back"), messages=2
    ),
    "its own parent": Odd(chatgpt("odd", node("m", "m", SAID)), told=True, messages=1),
    "orphans and several roots": Odd(
        chatgpt("odd", node("a", None, SAID), node("b", "gone", "two"), node("c", None, "three")),
        (SAID, "two", "three"),
    ),
    "children and parents disagree": Odd(
        chatgpt(
            "odd",
            mapping={"a": node("a", None, SAID) | {"children": ["b", "gone", 5]}, "b": node("b", None, "b")},
        )
    ),
    "no edges at all": Odd(
        chatgpt(
            "odd",
            mapping={
                name: {"message": node(name, None, said)["message"]}
                for name, said in (("a", SAID), ("b", "more"))
            },
        ),
        (SAID, "more"),
    ),
    "an unknown type of content": Odd(
        chatgpt("odd", node("m", None, {"content_type": "hologram", "text": SAID, "depth": 3}))
    ),
    "a cut answer": Odd(chatgpt("odd", node("m", None, SAID, status="in_progress"))),
    "CESU-8": Odd(replaced(SAID, SAID.encode() + b" \xed\xa0\xbd\xed\xb8\x82"), (f"{SAID} 😂",)),
    "half an emoji": Odd(bent(SAID, SAID + " \\ud83d!"), (f"{SAID} �!",), told=True),
    "half an emoji in a name": Odd(bent('"metadata": {}', '"metadata": {"\\ud83d": 1}'), told=True),
    "no UTF-8": Odd(replaced(SAID, SAID.encode() + b" \xff!"), (f"{SAID} �!",), told=True),
    "NUL": Odd(bent(SAID, SAID + " \\u0000!")),
    "a control character": Odd(bent(SAID, SAID + " \x01\x1b[2J!")),
    "NaN": Odd(bent('"metadata": {}', '"metadata": {"a": NaN, "b": -Infinity}'), told=True),
    "an integer of thirty digits": Odd(bent('"metadata": {}', '"metadata": {"a": %s}' % ("123" * 10))),
    "an integer of five thousand digits": Odd(bent('"metadata": {}', '"metadata": {"a": %s}' % ("1" * 5000))),
    "a long text": Odd(chatgpt("odd", node("m", None, SAID + "x" * 342_999))),
    "a deep chain": Odd(
        chatgpt("odd", *(node(f"{n}", f"{n - 1}" if n else None, SAID) for n in range(3000))), messages=3000
    ),
    "a title that no file can have": Odd(chatgpt("odd", title="../a\\b:c*?\x00" + "é" * 300 + ".. .")),
    "a name given twice": Odd(bent('"metadata": {}', '"metadata": {"a": "one", "a": "two"}')),
    "the same id twice": Odd(bent('"mapping": {', '"mapping": {"m": {"message": null}, ')),
    "nesting": Odd(bent('"metadata": {}', f'"metadata": {{"a": {DEEP}}}'), texts=(), told=True),
    "an object where a list should be": Odd(chatgpt("odd", safe_urls={"a": 1}, plugin_ids="x", voice=[])),
}

CLAUDE: dict[str, Odd] = {
    "no messages": Odd(claude("odd", chat_messages=[]), texts=(), messages=0),
    "messages null": Odd(claude("odd", chat_messages=None), texts=(), told=True, messages=0),
    "no message says anything": Odd(
        claude("odd", *(spoken(f"m{n}", "", content=[]) for n in range(4))), texts=(), messages=4
    ),
    "no name": Odd(claude("odd", name="")),
    "null among the messages": Odd(claude("odd", None, spoken("m", SAID), 5), told=True),
    "null among the blocks": Odd(
        claude("odd", spoken("m", "", content=[None, {"type": "text", "text": SAID}, 5])), told=True
    ),
    "content null": Odd(claude("odd", spoken("m", SAID, content=None))),
    "content a string": Odd(claude("odd", spoken("m", "", content=SAID))),
    "text null": Odd(claude("odd", spoken("m", SAID, text=None))),
    "text of spaces": Odd(claude("odd", spoken("m", SAID, text=" \n"))),
    "no sender": Odd(claude("odd", spoken("m", SAID, sender=None)), told=True),
    "a role for a sender": Odd(claude("odd", spoken("m", SAID, sender=None, role="assistant"))),
    "one id twice": Odd(
        claude("odd", spoken("m", SAID), spoken("m", "another")), (SAID, "another"), told=True
    ),
    "no id": Odd(claude("odd", spoken("", SAID), spoken("", "more")), (SAID, "more"), messages=2),
    "its own parent": Odd(claude("odd", spoken("m", SAID, "m")), messages=1, told=True),
    "a ring": Odd(
        claude("odd", spoken("a", SAID, "b"), spoken("b", "back", "a")), (SAID, "back"), messages=2, told=True
    ),
    "a parent that is not there": Odd(claude("odd", spoken("m", SAID, "gone")), messages=1, told=True),
    "answers before questions": Odd(
        claude("odd", spoken("a", SAID, created_at="2026-09-02T00:00:00Z"), spoken("b", "before", "a")),
        (SAID, "before"),
    ),
    "answers in a row": Odd(
        claude("odd", *(spoken(f"m{n}", SAID, sender="assistant") for n in range(3))), messages=3
    ),
    "an unknown block": Odd(
        claude(
            "odd", spoken("m", "", content=[{"type": "hologram", "depth": 3}, {"type": "text", "text": SAID}])
        ),
        told=True,
    ),
    "a tool's result as a string": Odd(
        claude("odd", spoken("m", "", content=[{"type": "tool_result", "name": "x", "content": SAID}]))
    ),
    "half an emoji": Odd(bent(SAID, SAID + " \\ud83d", claude("odd")), (f"{SAID} �",), told=True),
    "a design chat's content": Odd(
        {
            "uuid": "odd",
            "title": "t",
            "project": {},
            "messages": [{"uuid": "m", "role": "user", "content": {"content": SAID}}],
        }
    ),
    "another service's record": Odd({"uuid": "odd", "mapping": {}}, texts=(), told=True, messages=0),
    "nesting": Odd(bent('"summary": ""', f'"summary": {DEEP}', claude("odd")), texts=(), told=True),
}

DEEPSEEK: dict[str, Odd] = {
    "no root": Odd(deepseek("odd", {"1": asked(SAID)})),
    "only a root": Odd(deepseek("odd", {"root": ROOT | {"children": []}}), texts=(), messages=0),
    "children that are not there": Odd(
        deepseek("odd", {"root": ROOT, "1": asked(SAID) | {"children": ["7", None]}}), told=True
    ),
    "parents and children disagree": Odd(
        deepseek("odd", {"root": ROOT, "1": asked(SAID), "2": asked("two", "1") | {"children": ["1"]}}),
        (SAID, "two"),
        told=True,
    ),
    "a ring": Odd(
        deepseek("odd", {"1": asked(SAID, "2"), "2": asked("two", "1")}), (SAID, "two"), messages=2, told=True
    ),
    "a place without message": Odd(
        deepseek("odd", {"root": ROOT, "1": {"parent": "root", "message": None}, "4": asked(SAID, "1")}),
        messages=1,
    ),
    "a node null": Odd(deepseek("odd", {"root": ROOT, "1": asked(SAID), "2": None}), told=True),
    "no model": Odd(
        deepseek("odd", {"root": ROOT, "1": asked(SAID, model=None), "2": asked("b", "1", model="")})
    ),
    "an unknown fragment": Odd(
        deepseek("odd", {"root": ROOT, "1": asked(SAID), "2": asked("dreams", "1", "DREAM")}),
        (SAID, "dreams"),
        told=True,
    ),
    "content null": Odd(
        deepseek(
            "odd",
            {
                "root": ROOT,
                "1": asked(SAID),
                "2": asked("", "1", fragments=[{"type": "THINK", "content": None}]),
            },
        )
    ),
    "fragments null": Odd(
        deepseek("odd", {"root": ROOT, "1": asked(SAID), "2": asked("", "1", fragments=None)})
    ),
    "times without zone": Odd(
        deepseek("odd", {"1": asked(SAID, inserted_at="2026-09-01T18:00:00")}, updated_at="x"), told=True
    ),
    "title null": Odd(deepseek("odd", title=None)),
    "mapping null": Odd(deepseek("odd", mapping=None), texts=(), told=True, messages=0),
    "half an emoji": Odd(bent(SAID, SAID + " \\ud83d", deepseek("odd")), (f"{SAID} �",), told=True),
    "NaN": Odd(bent('"title"', '"x": NaN, "title"', deepseek("odd")), told=True),
    "nesting": Odd(bent('"title"', f'"x": {DEEP}, "title"', deepseek("odd")), texts=(), told=True),
}

ODD = {"chatgpt": CHATGPT, "claude": CLAUDE, "deepseek": DEEPSEEK}
EVERY = [(provider, name) for provider, records in ODD.items() for name in records]
UNREADABLE = {"nesting"}


def odd_bytes(provider: str, name: str) -> bytes:
    """An odd record under an id of its own."""
    number = list(ODD[provider]).index(name)
    return ODD[provider][name].data.replace(b'"odd"', b'"odd-%d"' % number)


def export(path: Path, provider: str, *records: bytes | str | dict[str, Any], **members: bytes) -> Path:
    """A whole export of these records, as a ZIP."""
    raw = [
        each if isinstance(each, bytes) else (each if isinstance(each, str) else text(each)).encode()
        for each in records
    ]
    name, owner = OWNERS[provider]
    files = {"conversations.json": b"[" + b",".join(raw) + b"]", name: text(owner).encode(), **members}
    path.write_bytes(ordinary(files.items()))
    return path


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


def test_a_bomb(home: Path, folder: Path) -> None:
    """What unpacks to more than a chat export can hold is stopped, whatever its directory says."""
    packed = zeros(4 * 1100)
    bomb = Piece(b"conversations.json", b"", 8, packed, size=100, crc=0)
    (folder / "export.zip").write_bytes(built(bomb, Piece(b"user.json", USER)))

    assert "disk" in refused(home, folder / "export.zip", "failed")["problems"][0]["what"]


# Cut downloads, and what is rescued of them.


def cut_zip(folder: Path, share: float) -> Path:
    """A ZIP that breaks off at a share of its length: users file, two shards of stored chats, a picture."""
    rest = random.Random(5).randbytes(3000)
    files = [
        ("user.json", USER),
        ("conversations-000.json", array("one", "two")),
        ("conversations-001.json", array("three", "four")),
        ("file-0123456789abcdef01.png", rest),
    ]
    data = ordinary(files, zipfile.ZIP_STORED)
    path = folder / "export.zip"
    path.write_bytes(data[: int(len(data) * share)])
    return path


@pytest.mark.parametrize(
    ("share", "names"),
    [(0.28, {"one", "two"}), (0.35, {"one", "two", "three"}), (0.6, {"one", "two", "three", "four"})],
)
def test_a_cut_zip_is_rescued_on_demand(share: float, names: set[str], home: Path, folder: Path) -> None:
    """A cut ZIP changes nothing by itself; with --rescue its whole records come in, and it vouches for nothing."""
    path = cut_zip(folder, share)
    assert "--rescue" in refused(home, path, "incomplete")["advice"]
    (receipt,) = imported(home, [path], "--rescue")

    assert receipt["outcome"] == "imported"
    assert set(listed(home)) == {"kept", *names}
    assert receipt["problems"]
    assert not any(conversation["gone_since"] for conversation in listed(home).values())
    digests(home)


def test_after_a_rescue_the_whole_file_is_read(home: Path, folder: Path) -> None:
    """A file that was rescued is no file that was read: it, and the whole one after it, are imported."""
    imported(home, [cut_zip(folder, 0.35)], "--rescue")
    (again,) = imported(home, [folder / "export.zip"], "--rescue")
    (receipt,) = imported(home, [cut_zip(folder, 1)])

    assert again["outcome"] == "unchanged"
    assert receipt["conversations"] | {"new": 1, "unchanged": 3} == receipt["conversations"]


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


def odd_zips() -> dict[str, bytes]:
    """ZIPs of one conversation, "one", as odd as they can be."""
    data, user = Piece(b"conversations.json", array("one")), Piece(b"user.json", USER)
    junk = [
        ("__MACOSX/._conversations.json", b"\0\5\x16"),
        ("._conversations.json", b"\0\5"),
        (".DS_Store", b"\0"),
    ]
    plain = [("conversations.json", array("one")), ("user.json", USER)]
    inner = ordinary([("conversations.json", array("hidden")), ("user.json", USER)])
    return {
        "a size that is a lie": built(replace(data, size=7), user),
        "sixty-four bit": built(data, user, wide=True),
        "Deflate64": built(replace(data, method=9, packed=deflated64(data.data)), user),
        "data descriptors": built(replace(data, method=8, descriptor=True), user),
        "backslashes": built(
            replace(data, name=b"export\\conversations.json"), replace(user, name=b"export\\user.json")
        ),
        "a folder around it": ordinary((f"my export/{name}", each) for name, each in plain),
        "junk of a Mac": ordinary(plain + junk),
        "names that climb": built(
            replace(data, name=b"../../conversations.json"), replace(user, name=b"/user.json")
        ),
        "something before it": b"MZ" + bytes(500) + built(data, user),
        "a comment": built(data, user, comment=b"hello"),
        "a BOM": ordinary(
            [("conversations.json", b"\xef\xbb\xbf" + array("one")), ("user.json", b"\xef\xbb\xbf" + USER)]
        ),
        "CRLF": ordinary(
            [
                (
                    "conversations.json",
                    json.dumps(json.loads(array("one")), indent=1).replace("\n", "\r\n").encode(),
                ),
                ("user.json", USER),
            ]
        ),
        "a wrapper": ordinary(
            [("conversations.json", b'{"conversations": ' + array("one") + b"}"), ("user.json", USER)]
        ),
        "trailing junk": ordinary(
            [("conversations.json", array("one") + b"\n<!-- -->"), ("user.json", USER)]
        ),
        "an invented manifest": ordinary(
            [
                *plain,
                (
                    "export_manifest.json",
                    b'{"version": 9, "logical_files": {"conversations.json": {"files": ["../gone.json"]}}}',
                ),
            ]
        ),
        "a manifest that is none": ordinary([*plain, ("export_manifest.json", b'["nonsense"]')]),
        "an attachment that is an export": ordinary(
            [
                *plain,
                ("file-0123456789abcdef01.zip", inner),
                ("file_0123456789abcdef.dat", inner),
                ("file-0123456789abcdef02.json", array("hidden")),
            ]
        ),
        "a ZIP that is no part of it": ordinary([*plain, ("old.zip", inner)]),
        "an upload that is a web page": ordinary(
            [*plain, ("chat.html", b"<html>" + array("hidden") + b"</html>")]
        ),
        "all of it twice": ordinary([*plain, ("copy/conversations.json", array("one"))]),
    }


@pytest.mark.parametrize("kind", list(odd_zips()))
def test_an_odd_zip_is_read(kind: str, home: Path, folder: Path) -> None:
    """However it was packed, what it holds is imported, and nothing that is the user's own file is opened."""
    path = folder / "export.zip"
    path.write_bytes(odd_zips()[kind])
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
    """Shards with gaps and without leading zeros are all read; a gap is told, and such an export vouches for nothing."""
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
    "no conversation first": (b"[null, 5, {}, " + array("one")[1:], ("one",)),
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


def test_a_manifest_alone(home: Path, folder: Path) -> None:
    """Claude's list of parts is imported for itself: it says what to wait for, and holds no chats."""
    path = folder / "manifest.json"
    parts = [
        {"filename": f"{name}-000.zip", "category": name, "part": 0, "export_url": "https://x"}
        for name in ("conversations", "projects")
    ]
    path.write_text(
        text({"version": "1.0", "created_at": "2026-09-10T00:00:00Z", "total_files": 2, "data_files": parts})
    )
    (receipt,) = imported(home, [path])

    assert receipt["provider"] == "claude"
    assert receipt["parts"] == {"seen": [], "missing": ["conversations-000.zip", "projects-000.zip"]}
    assert "conversations-000.zip" in receipt["advice"]
    assert list(listed(home)) == ["kept"]


PORTAL = "User Online Activity/Conversations__0f-chatgpt-0001"


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_the_portals_zip_in_zip(method: int, home: Path, folder: Path) -> None:
    """OpenAI's portal packs exports into an export: those, and no other ZIPs, are opened."""
    parts = [ordinary([("conversations.json", array(name)), ("user.json", USER)]) for name in ("one", "two")]
    files = [(f"{PORTAL}-part-000{number}.zip", part) for number, part in enumerate(parts, 1)]
    files += [
        ("report.html", b"<html>"),
        ("User Online Activity/mine.zip", ordinary([("conversations.json", array("hidden"))])),
    ]
    (folder / "OpenAI-export.zip").write_bytes(ordinary(files, method))
    taken(home, folder / "OpenAI-export.zip", "one", "two")


def test_no_other_zip_in_zip(home: Path, folder: Path) -> None:
    """A ZIP with nothing but another export in it is no export; what to do is said."""
    inner = ordinary([("conversations.json", array("hidden")), ("user.json", USER)])
    (folder / "outer.zip").write_bytes(ordinary([("export.zip", inner)]))
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


def test_parts_in_a_folder_are_parts(home: Path, folder: Path) -> None:
    """Claude's parts side by side are imported one by one, and found to belong together."""
    names = ("conversations-000.zip", "light_metadata-000.zip")
    (folder / names[0]).write_bytes(ordinary([("conversations.json", array("one", provider="claude"))]))
    (folder / names[1]).write_bytes(ordinary([("users.json", text(OWNERS["claude"][1]).encode())]))
    listing = {
        "version": "1.0",
        "created_at": "2026-11-23T12:00:00Z",
        "total_files": 2,
        "data_files": [{"filename": name} for name in names],
    }
    (folder / "manifest.json").write_text(text(listing))
    receipts = chathold(home, "import", str(folder))["imports"]

    assert [each["outcome"] for each in receipts] == ["imported"] * 3
    assert receipts[-1]["parts"]["missing"] == []


# Size.


def long_record(megabytes: int) -> bytes:
    """A conversation whose one message is a text of so many megabytes."""
    return (
        text(chatgpt("long", node("m", None, "@"))).encode().replace(b"@", b"word " * (megabytes * 200_000))
    )


def test_a_long_text(home: Path, folder: Path) -> None:
    """A message of 30 MB is imported, kept byte for byte, and so are its neighbours."""
    path = folder / "export.zip"
    path.write_bytes(
        ordinary(
            [
                ("conversations.json", b"[" + array("one")[1:-1] + b"," + long_record(30) + b"]"),
                ("user.json", USER),
            ]
        )
    )
    taken(home, path, "one", "long")

    assert verbatim(home, listed(home)["long"]["id"]) == long_record(30)


_MEASURED = """
import resource, subprocess, sys
done = subprocess.run([sys.executable, "-m", "chathold", *sys.argv[1:]], stdout=subprocess.DEVNULL)
print(done.returncode, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="memory is measured with getrusage")
@pytest.mark.parametrize("megabytes", [30, 300])
def test_the_memory_for_a_long_text(megabytes: int, folder: Path, tmp_path: Path) -> None:
    """An import takes no more than 160 MB and four times the largest record."""
    with zipfile.ZipFile(folder / "export.zip", "w", zipfile.ZIP_DEFLATED) as writer:
        writer.writestr("user.json", USER)
        writer.writestr(
            "conversations.json", b"[" + array("one")[1:-1] + b"," + long_record(megabytes) + b"]"
        )
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
