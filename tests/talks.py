"""Chats with everything in them that the reader can show, as an export of ChatGPT's."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zipfile import ZipFile, ZipInfo

START = 1_779_000_000.0
"""17 May 2026."""
FILE = "file_00000000aaaa1111"
LOST = "file_00000000bbbb2222"


@dataclass(slots=True)
class Talk:
    """A conversation while it is written down, node by node."""

    id: str
    title: str
    begun: float = START
    nodes: dict[str, dict[str, Any]] = field(default_factory=dict)
    last: str = ""

    def __post_init__(self) -> None:
        self.nodes["root"] = {"id": "root", "parent": None, "children": [], "message": None}
        self.last = "root"

    def say(self, role: str, content: Any, *, name: str = "", after: str = "", **more: Any) -> str:
        """Add a message below the last one, or below `after`; its id."""
        node = name or f"{self.id[:8]}-{len(self.nodes)}"
        parent = after or self.last
        body = {"content_type": "text", "parts": [content]} if isinstance(content, str) else content
        author = {"role": role, "name": more.pop("author", None), "metadata": {}}
        self.nodes[node] = {
            "id": node,
            "parent": parent,
            "children": [],
            "message": {
                "id": node,
                "author": author,
                "create_time": self.begun + 60 * len(self.nodes),
                "content": body,
                "status": "finished_successfully",
                "recipient": more.pop("recipient", "all"),
                "metadata": more.pop("metadata", {}),
            }
            | more,
        }
        self.nodes[parent]["children"].append(node)
        self.last = node
        return node

    def json(self) -> dict[str, Any]:
        """The conversation as ChatGPT exports it."""
        return {
            "id": self.id,
            "conversation_id": self.id,
            "title": self.title,
            "create_time": self.begun,
            "update_time": self.begun + 60 * len(self.nodes),
            "current_node": self.last,
            "mapping": self.nodes,
        }


MARKDOWN = """## Three ways to sort

A **stable** sort keeps *equal* elements in order; see [the article](https://example.org/sorting "Sorting").

| way | time | stable |
|:---|---:|:---:|
| merge sort | $O(n \\log n)$ | yes |
| quicksort | $O(n \\log n)$ on average | no |
| insertion sort | $O(n^2)$ | yes |

```python
def merge(left: list[int], right: list[int]) -> list[int]:
    # Takes the smaller head each time.
    merged = []
    while left and right:
        merged.append((left if left[0] <= right[0] else right).pop(0))
    return merged + left + right
```

1. Divide the list in halves.
2. Sort each half.
   - with the same procedure,
   - or by hand when it is short.
3. Merge.

> Premature optimisation is the root of all evil.

$$\\sum_{k=1}^{n} k = \\frac{n(n+1)}{2}$$

Inline code such as `sorted(key=len)`, 日本語のテキスト、中文也一样，한국어도, and a wide emoji 👩‍👩‍👧.
"""


def picture(width: int = 320, height: int = 180) -> bytes:
    """A small PNG: a gradient."""
    rows = b"".join(
        b"\x00" + b"".join(bytes((40 + x * 160 // width, 110 + y * 90 // height, 120)) for x in range(width))
        for y in range(height)
    )
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pieces = ((b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in pieces
    )


def rich() -> Talk:
    """Markdown, a picture and a missing one, reasoning, a tool, a citation, hidden messages, and two forks."""
    talk = Talk("11111111-0000-4000-8000-000000000001", "Sorting, and a picture of a gradient")
    talk.say(
        "system", "You are a helpful assistant.", metadata={"is_visually_hidden_from_conversation": True}
    )
    image = {
        "content_type": "multimodal_text",
        "parts": [
            {"content_type": "image_asset_pointer", "asset_pointer": f"file-service://{FILE}", "width": 320,
             "height": 180, "size_bytes": len(picture())},
            {"content_type": "image_asset_pointer", "asset_pointer": f"file-service://{LOST}", "width": 10,
             "height": 10, "size_bytes": 4},
            "What is in this picture? And how do I sort a list?",
        ],
    }  # fmt: skip
    question = talk.say("user", image, name="question")
    talk.say("assistant", "It is a gradient.", name="first-answer", metadata={"model_slug": "gpt-4o"})
    thoughts = {
        "content_type": "thoughts",
        "thoughts": [{"summary": "Looking", "content": "The colours run from left to right."}],
    }
    talk.say("assistant", thoughts, name="thinking", after=question)
    talk.say("assistant", {"content_type": "code", "language": "python", "text": "print(sorted([3, 1, 2]))"},
             recipient="python")  # fmt: skip
    talk.say("tool", {"content_type": "execution_output", "text": "[1, 2, 3]"}, author="python")
    talk.say("assistant", MARKDOWN, name="second-answer", metadata={"model_slug": "gpt-5"})
    talk.say("user", "Thank you. And in Rust?\n\n    vec.sort();\n\nis that stable?")
    talk.say("assistant", "Yes: `sort` is stable, `sort_unstable` is not.", name="third-answer")
    return talk


def long(number: int = 2000) -> Talk:
    """A chat of very many messages."""
    talk = Talk("22222222-0000-4000-8000-000000000002", f"A talk of {number} messages", START - 86_400 * 9)
    for at in range(number):
        talk.say(
            "assistant" if at % 2 else "user",
            f"Message {at}, with a few words and a `{at}`.",
            name=f"long-{at}",
        )
    return talk


def write(path: Path, talks: Sequence[Talk], *, month: int = 6) -> Path:
    """An export with these talks and the picture, taken on the first of `month` of 2026."""
    stamp = (2026, month, 1, 12, 0, 0)
    members = {
        "conversations.json": json.dumps([talk.json() for talk in talks]).encode(),
        "user.json": json.dumps({"id": "user-Reader01", "email": "ada@example.org"}).encode(),
        f"{FILE}-gradient.png": picture(),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    with ZipFile(path, "w") as packed:
        for name, data in members.items():
            packed.writestr(ZipInfo(name, stamp), data)
    return path
