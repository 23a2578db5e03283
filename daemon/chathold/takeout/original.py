"""An export in the provider's own shape, so that tools made for the official export read it.

    DEST/chatgpt/conversations.json, user.json, library_files.json, file-…, textdocs/, codex.json, …
    DEST/claude/conversations.json, users.json, projects/, memories/, artifacts/, …
    DEST/deepseek/conversations.json, user.json

One folder for each account; where a provider has several, `-` and the account's id follow. The account's id is the
only personal field beside the chats. Records are written one at a time.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import orjson

from chathold.archive import views
from chathold.archive.kept_files import held_files, kept_files, names_of_files
from chathold.archive.reading import Record, provider_of
from chathold.archive.store import Archive
from chathold.archive.summary import Filters
from chathold.core.canonical import parse
from chathold.core.errors import Damaged
from chathold.core.identity import OTHER, UNKNOWN
from chathold.core.texts import N_
from chathold.providers.base import Provider, Stand
from chathold.takeout.combining import Combined, combined
from chathold.takeout.destination import Destination
from chathold.takeout.files import path_in
from chathold.takeout.names import Names, safe_name, safe_stem

if TYPE_CHECKING:
    from chathold.takeout.taking_out import Taken

Json = dict[str, Any]
Progress = Callable[[int, int], None]

UNSAID = N_(
    "Not everything the archive shows of this can be said in the service's own shape; JSON has it all."
)
NO_PLACE = N_("This is kept, but has no place in an export of this service; JSON has it.")

_INNER_ZIP = re.compile(r"^.*\.zip/", re.IGNORECASE | re.DOTALL)


def original_of(archive: Archive, line: Json) -> bytes:
    """One record alone, as the provider would write it."""
    return combined(archive, _record(archive, line)).raw


def take_out_original(
    archive: Archive,
    lines: list[Json],
    into: Destination,
    taken: Taken,
    progress: Progress,
    whole: Filters | None,
) -> None:
    """Write the records of these lines, an export for each account; of accounts that are `whole` all files, too.

    What stands in pieces inside conversations is written with them.
    """
    records = [line for line in lines if not line.get("extracted")]
    order = sorted(records, key=lambda line: (line["provider"], line["account"], line.get("kind", "")))
    groups = [
        (key, list(group))
        for key, group in itertools.groupby(order, key=lambda line: (line["provider"], line["account"]))
    ]
    done = itertools.count(1)
    for (provider, account), group in groups:
        several = sum(each[0] == provider for each, _group in groups) > 1
        folder = f"{provider}-{safe_stem(account)}" if several else provider
        export = _Export(archive, provider_of(provider), folder, into, taken)
        for _kind, alike in itertools.groupby(group, key=lambda line: line.get("kind", "")):
            export.write_records(alike, lambda: progress(next(done), len(records)))
        if account != UNKNOWN or export.begun:  # files alone are nobody's export
            export.write_beside(account, everything=whole is not None)
    if whole is not None:
        written = frozenset(into.files.values())
        missing = [each for each in held_files(archive, whole) if each.hash not in written]
        taken.problems += [(f"{each.provider}/{each.member}", NO_PLACE) for each in missing]


class _Export:
    """The export of one account while it is written."""

    def __init__(
        self, archive: Archive, provider: Provider, folder: str, into: Destination, taken: Taken
    ) -> None:
        self._archive = archive
        self._provider = provider
        self._folder = folder
        self._into = into
        self._taken = taken
        self._names = Names()
        self._refs: set[str] = set()
        self._records: set[str] = set()

    @property
    def begun(self) -> bool:
        """Whether any record was written."""
        return any(path.startswith(f"{self._folder}/") for path in self._into.files)

    def write_records(self, lines: Iterable[Json], done: Callable[[], None]) -> None:
        """All records of one kind: as one list, or each as a member of its own."""
        kept: Iterator[tuple[Record, Combined]] = self._combined(lines, done)
        first = next(kept, None)
        if first is None:
            return
        stand = self._stand(first[0])
        if stand is not None and stand.listed:
            with self._into.opened(f"{self._folder}/{stand.name}") as write:
                write(b"[")
                write(first[1].raw)
                for _, each in kept:
                    write(b",\n")
                    write(each.raw)
                write(b"]")
            return
        for record, each in itertools.chain([first], kept):
            self._write_alone(record, each)

    def _write_alone(self, record: Record, each: Combined) -> None:
        stand = self._stand(record)
        if stand is None or (record.kind == OTHER and self._would_be_misread(record, each)):
            self._taken.problems.append((f"{record.provider}/{record.ref}", NO_PLACE))
            return
        place = PurePosixPath(*(safe_name(part) for part in stand.name.split("/")))
        name = self._names.give(str(place.with_suffix("")), safe_stem(record.ref)[:8], place.suffix)
        self._into.write(f"{self._folder}/{name}{place.suffix}", each.raw)

    def _would_be_misread(self, record: Record, each: Combined) -> bool:
        """Whether a file that nobody understood would be taken for another, or for none of the service's, by itself."""
        value = parse(each.raw).value
        return not isinstance(value, dict) or self._provider.recognise(record.ref, value) is not None

    def _stand(self, record: Record) -> Stand | None:
        if record.kind == OTHER:
            return Stand(record.ref, listed=False)
        return self._provider.stand(record.kind, record.ref)

    def _combined(self, lines: Iterable[Json], done: Callable[[], None]) -> Iterator[tuple[Record, Combined]]:
        for line in lines:
            record = _record(self._archive, line)
            try:
                result = combined(self._archive, record)
                shown = views.show(self._archive, line["id"])
            except Damaged as error:
                self._taken.leave_out(line, error)
                done()
                continue
            if not result.complete:
                self._taken.problems.append((line["id"], UNSAID))
            self._refs |= {
                each["id"] for message in shown["messages"] for each in message["attachments"] if each["id"]
            }
            self._records.add(line["provider_id"])
            self._taken.count(line, result.messages)
            done()
            yield record, result

    def write_beside(self, account: str, *, everything: bool) -> None:
        """Whose export it is, the user's files, and what names them."""
        if account != UNKNOWN:
            name, value = self._provider.users(account)
            self._into.write(f"{self._folder}/{name}", orjson.dumps(value))
        refs: set[str] = set()
        for kept in kept_files(self._archive, self._provider.NAME, account):
            if not (kept.ref in self._refs or (everything and kept.its_own)):
                continue
            path = f"{self._folder}/{self._place(kept.member, kept.ref)}"
            if path not in self._into.files and self._into.copy(path_in(self._archive, kept.hash), path):
                self._taken.files += 1
                refs.add(kept.ref)
        named = names_of_files(self._archive, self._provider.NAME)
        ours = [each for each in named if not each.conversation or each.conversation in self._records]
        listed = self._provider.asset_list([each for each in ours if each.id in self._refs | refs])
        if listed is not None:
            self._into.write(f"{self._folder}/{listed[0]}", orjson.dumps(listed[1]))

    def _place(self, member: str, ref: str) -> str:
        """Where a file stands: the shortest end of its old path that still tells the id by which it is named.

        One without an id lies in a folder: beside the records it would make the export look like a folder of
        downloads.
        """
        parts = [safe_name(part) for part in _INNER_ZIP.sub("", member).split("/")]
        for length in range(1, len(parts) + 1):
            path = "/".join(parts[-length:])
            if ref and self._provider.asset_id(path) == ref:
                return path
        return "/".join(["files", *parts] if len(parts) == 1 else parts)


def _record(archive: Archive, line: Json) -> Record:
    return views.find(archive, line["id"])[0]
