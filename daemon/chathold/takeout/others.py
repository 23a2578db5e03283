"""The user's files that none of the chats taken out names: in a folder of their own, under names the archive knows.

chatgpt/files/ada@example.org/receipt.pdf   by account, as people know it
assets/3d7d…                                in JSON, where `index.json` says what it is
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping

from msgspec import Struct

from chathold.archive.kept_files import HeldFile, held_files, names_of_files
from chathold.archive.store import Archive
from chathold.archive.summary import Filters
from chathold.rendering.files import is_picture
from chathold.rendering.pictures import SUFFIXES
from chathold.takeout.files import picture_in, split_name
from chathold.takeout.names import Names, safe_name, safe_stem

Labels = Mapping[tuple[str, str], str]

FOLDER = "files"
"""No chat's own folder is called so: the title stands before it there."""


class Other(Struct, frozen=True):
    """One such file: what the archive holds, the name of it, and its path in a folder of chats."""

    held: HeldFile
    name: str
    path: str


def others(archive: Archive, filters: Filters, named: Collection[str], labels: Labels) -> Iterator[Other]:
    """The files of these accounts that are not among those that chats name, given by their hashes."""
    found = [each for each in held_files(archive, filters) if each.hash not in named]
    said = {
        (provider, each.id): each.name
        for provider in {each.provider for each in found}
        for each in names_of_files(archive, provider)
        if each.id and each.name
    }
    places = _Places(labels)
    for held in found:
        name = said.get((held.provider, held.ref)) or _name(archive, held)
        yield Other(held, name, places.give(held, name))


class _Places:
    """Gives paths, no two of which are one to any system."""

    def __init__(self, labels: Labels) -> None:
        self._labels = labels
        self._folders: defaultdict[str, Names] = defaultdict(Names)
        self._of_account: dict[tuple[str, str], tuple[str, Names]] = {}

    def give(self, held: HeldFile, name: str) -> str:
        """The path of a file of this name."""
        whose = (held.provider, held.account)
        if whose not in self._of_account:
            label = safe_stem(self._labels.get(whose, held.account))
            folder = self._folders[held.provider].give(label, safe_stem(held.account)[:8])
            self._of_account[whose] = (f"{held.provider}/{FOLDER}/{folder}", Names())
        folder, names = self._of_account[whose]
        stem, suffix = split_name(safe_name(name))
        return f"{folder}/{names.give(stem, held.hash[:8], suffix)}{suffix}"


def _name(archive: Archive, held: HeldFile) -> str:
    """The name the export gave a file; that of a picture ends as programs know pictures by."""
    name = held.member.replace("\\", "/").rpartition("/")[2]
    kind = "" if is_picture({"mime": "", "name": name}) else picture_in(archive, held.hash)
    return split_name(name)[0] + SUFFIXES[kind] if kind else name
