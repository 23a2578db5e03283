"""A bench to try the laws on: downloads on the disk, an archive to put them in, and what it then shows."""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from hypothesis import currently_in_test_context, note

from commands import chathold
from worlds import AS_SAVED, Download, World, Wrap, outline, write


@dataclass(slots=True)
class Bench:
    """A folder of its own with any number of archives and sets of downloads."""

    folder: Path
    homes: int = 0
    sets: int = 0
    receipts: dict[Path, list[Any]] = field(default_factory=dict)

    def saved(self, made: World, wrap: Wrap = AS_SAVED) -> list[Download]:
        """The downloads of a world, written to the disk; a failing property prints the world."""
        self.sets += 1
        if currently_in_test_context():
            note(outline(made))
        return write(made, self.folder / f"downloads-{self.sets}", wrap)

    def archive(self, downloads: Sequence[Download], *, one_by_one: bool = False) -> Path:
        """A new archive that was given these downloads in this order; its home."""
        self.homes += 1
        home = self.folder / f"home-{self.homes}"
        self.receipts[home] = []
        batches = [[download] for download in downloads] if one_by_one else [list(downloads)]
        for batch in filter(None, batches):
            self.receipts[home] += imported(home, [download.path for download in batch])
        return home


def members(download: Download) -> Iterator[tuple[str, bytes]]:
    """Every member of a download, those of inner ZIPs too."""
    if download.path.is_dir():
        found = [(path.name, path.read_bytes()) for path in download.path.rglob("*") if path.is_file()]
    else:
        found = [(download.path.name, download.path.read_bytes())]
    while found:
        name, data = found.pop()
        if data.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                assert archive.testzip() is None
                found += [(member, archive.read(member)) for member in archive.namelist()]
        else:
            yield name, data


@contextmanager
def bench() -> Iterator[Bench]:
    """A bench that is swept when left; a fixture would be one for all examples of a property."""
    with tempfile.TemporaryDirectory(prefix="laws-", ignore_cleanup_errors=True) as folder:
        yield Bench(Path(folder))


def imported(home: Path, paths: Sequence[Path], *options: str, expect: int | None = 0) -> list[Any]:
    """The receipts of importing `paths`, one for each, in their order."""
    receipts = chathold(home, "import", *map(str, paths), *options, expect=expect)["imports"]
    assert [Path(receipt["path"]) for receipt in receipts] == list(paths)
    return list(receipts)


def shuffled(downloads: Sequence[Download], seed: int) -> list[Download]:
    """The downloads in another order."""
    return Random(seed).sample(list(downloads), len(downloads))


def listed(home: Path) -> dict[str, Any]:
    """What `list` says of each conversation, by the provider's id."""
    return _by_provider_id(chathold(home, "list")["conversations"])


def documents(home: Path) -> dict[str, Any]:
    """What `list --documents` says of each document, by the provider's id."""
    return _by_provider_id(chathold(home, "list", "--documents")["documents"])


def _by_provider_id(entries: list[Any]) -> dict[str, Any]:
    by_id = {entry["provider_id"]: entry for entry in entries}
    assert len(by_id) == len(entries)
    return by_id


def shown(home: Path, name: str, *options: str) -> dict[str, Any]:
    """The messages of a conversation, by the provider's id; parents come first."""
    messages = chathold(home, "show", name, *options)["messages"]
    seen: dict[str, Any] = {}
    for message in messages:
        assert not message["parent"] or message["parent"] in seen, "parents come first"
        assert message["id"] not in seen, "a message is shown once"
        seen[message["id"]] = message
    return seen


def versions(home: Path, name: str) -> list[Any]:
    """The versions of a conversation, oldest first."""
    history = chathold(home, "history", name)["versions"]
    assert [version["version"] for version in history] == sorted(version["version"] for version in history)
    return list(history)


def states(home: Path, name: str) -> list[dict[str, Any]]:
    """The messages of a conversation or document in each of its versions."""
    return [shown(home, name, "--version", str(version["version"])) for version in versions(home, name)]


def words(message: Any) -> str:
    """Everything a person can read in a message: its parts and what was attached to it."""
    return "\n".join(_strings([message["parts"], message["attachments"]]))


def _strings(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for item in value.values():
                yield from _strings(item)
        case list():
            for item in value:
                yield from _strings(item)


def digests(home: Path) -> tuple[str, str]:
    """The digest and the view digest, of an archive that keeps all laws."""
    found = chathold(home, "verify")
    assert (found["ok"], found["problems"]) == (True, [])
    return found["digest"], found["view_digest"]


def view(home: Path) -> dict[str, Any]:
    """All that `list`, `show` and `history` print, and the digests."""
    conversations = chathold(home, "list")["conversations"]
    papers = chathold(home, "list", "--documents")["documents"]
    names = [entry["id"] for entry in (*conversations, *papers)]
    return {
        "digests": digests(home),
        "list": [conversations, papers],
        "show": {name: chathold(home, "show", name) for name in names},
        "history": {name: chathold(home, "history", name) for name in names},
    }


def both_ways(table: Bench, downloads: Sequence[Download]) -> Path:
    """An archive of these downloads, which shows the same if they come the other way round; its home."""
    home, other = table.archive(downloads), table.archive(downloads[::-1])
    assert view(home) == view(other)
    return home


def only(conversations: dict[str, Any]) -> Any:
    """The one conversation there is."""
    (conversation,) = conversations.values()
    return conversation
