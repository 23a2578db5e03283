"""Odd records of the three services as they stand in exports, and exports to put them in."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zips import ordinary

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
        chatgpt("odd", node("m", None, {"content_type": "hologram", "text": SAID, "depth": 3})), told=True
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
    "a name given twice": Odd(bent('"metadata": {}', '"metadata": {"a": "one", "a": "two"}'), told=True),
    "the same id twice": Odd(bent('"mapping": {', '"mapping": {"m": {"message": null}, '), told=True),
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
