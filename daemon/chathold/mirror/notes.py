"""What of a note is ours: some names of its front matter, and a block between two marks.

    ---
    chathold_id: "9923a535c1d2e3f4"      ours: the names in `NAMES`
    tags: [bees]                         the person's
    ---
    Anything of the person's.
    <!-- chathold:begin 0123456789abcdef fedcba9876543210 -->
    …
    <!-- chathold:end -->
    Anything of the person's.

The first mark holds hashes of the block and of the facts, as they were written: so a note itself tells whether a
person has changed the block, and whether the chat has changed since. Where links to files lie is left out of the
hash, for programs mend them when a note is moved.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from hashlib import sha256

from msgspec import Struct

from chathold.takeout.front_matter import BORDER, front_matter

FILES = "chathold files"
"""The folder of the user's files that notes name."""

NAMES = (
    "chathold_id",
    "provider",
    "account",
    "title",
    "created",
    "updated",
    "gone_since",
    "url",
    "messages",
)
"""The names of the front matter that are ours."""

Facts = Mapping[str, str | int | None]

_BLOCK = re.compile(
    r"^<!-- chathold:begin ([0-9a-f]{16}) ([0-9a-f]{16}) -->[ \t]*\r?\n(.*?)\r?\n<!-- chathold:end -->",
    re.DOTALL | re.MULTILINE,
)
_HEAD = re.compile(r"\ufeff?---[ \t]*\r?\n(.*?)^(?:---|\.\.\.)[ \t]*\r?$", re.DOTALL | re.MULTILINE)
_ID = re.compile(r"^chathold_id:[ \t]*[\"']?([0-9a-f]{16})[\"']?[ \t]*\r?$", re.MULTILINE)
_ENTRY = re.compile(r"^([^\s#:\-][^:\r\n]*):.*(?:\r?\n(?:[ \t]+\S|-).*)*", re.MULTILINE)
_LINK = re.compile(r"\]\(<?[^()<>\r\n]*?chathold(?:%20| )files/([^()<>\r\n]*)>?\)")


class Note(Struct, frozen=True):
    """A note of ours. `block` and `facts` are the hashes in its mark ("": there is no block).

    `intact`: nobody changed the block since it was written.
    """

    id: str
    block: str
    facts: str
    intact: bool


def read_note(text: str) -> Note | None:
    """What of a note is ours; none if it has no `chathold_id`."""
    head = _HEAD.match(text)
    found = _ID.search(head[1]) if head else None
    if found is None:
        return None
    block = _BLOCK.search(text)
    if block is None:
        return Note(found[1], "", "", intact=False)
    return Note(found[1], block[1], block[2], intact=hash_of(block[3]) == block[1])


def hash_of(block: str) -> str:
    """The hash of a block as a note holds it, however its lines end and wherever its links lead."""
    text = _LINK.sub(r"](\1)", block.replace("\r\n", "\n"))
    return sha256(text.encode("utf-8", "replace")).hexdigest()[:16]


def hash_of_facts(facts: Facts) -> str:
    """The hash of the facts in a note's front matter."""
    return sha256(front_matter(facts).encode("utf-8", "replace")).hexdigest()[:16]


def fit(body: str) -> str:
    """A body that cannot be taken for one of our marks."""
    return body.strip("\n").replace("<!-- chathold:", "<!--\u200b chathold:")


def new_note(facts: Facts, body: str) -> str:
    """A whole note."""
    return f"{front_matter(facts)}\n\n{_marked(facts, fit(body))}\n"


def renewed(text: str, facts: Facts, body: str) -> str:
    """A note with its block and our names renewed; every other letter of it stays."""
    ending = "\r\n" if "\r\n" in text else "\n"
    block = _marked(facts, fit(body)).replace("\n", ending)
    text = _BLOCK.sub(lambda _old: block, text, count=1)
    head = _HEAD.match(text)
    if head is None:
        return text
    return text[: head.start(1)] + _renewed_head(head[1], facts, ending) + text[head.end(1) :]


def _marked(facts: Facts, block: str) -> str:
    return f"<!-- chathold:begin {hash_of(block)} {hash_of_facts(facts)} -->\n{block}\n<!-- chathold:end -->"


def _renewed_head(head: str, facts: Facts, ending: str) -> str:
    """The front matter with each of our names as it is now: in its place, or at the end; those of no value go."""
    lines = dict(_lines(facts))
    for entry in reversed(list(_ENTRY.finditer(head))):
        name = entry[1].strip()
        if name not in NAMES:
            continue
        line = lines.pop(name, None)
        if line is not None:
            head = _put(head, entry, line)
        else:
            head = head[: entry.start()] + re.sub(r"^\r?\n", "", head[entry.end() :])
    more = "".join(line + ending for name, line in _lines(facts) if name in lines)
    return head + more


def _put(head: str, entry: re.Match[str], line: str) -> str:
    end = entry.end() - 1 if entry[0].endswith("\r") else entry.end()
    return head[: entry.start()] + line + head[end:]


def _lines(facts: Facts) -> Iterator[tuple[str, str]]:
    for line in front_matter(facts).split("\n"):
        if line != BORDER:
            yield line.partition(":")[0], line
