"""What the laws of DESIGN.md demand of an archive that was given these downloads.

Only what follows from the page is demanded; where the page leaves a choice, the answer here is "either".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from world_truth import CHATGPT, CLAUDE, DAY, Chat, Container, Document, Export, Kind, Turn
from worlds import Download

_SLACK = 2 * DAY
"""Names give local days, ZIPs local times: what lies closer together has no certain order."""


@dataclass(slots=True)
class TurnFacts:
    """What exports carried of one message: who spoke, and the words of each kind."""

    role: str
    words: dict[Kind, set[str]] = field(default_factory=lambda: defaultdict(set))


@dataclass(slots=True)
class ChatFacts:
    """What exports carried of one conversation. Messages without an id are known by their words."""

    id: str
    account: str
    titles: set[str] = field(default_factory=set)
    turns: dict[str, TurnFacts] = field(default_factory=dict)
    nameless: dict[float, TurnFacts] = field(default_factory=dict)
    sightings: list[tuple[Download, Chat]] = field(default_factory=list)


def carried(downloads: Iterable[Download]) -> dict[str, ChatFacts]:
    """The facts of every conversation of which there is a record on the disk."""
    facts: dict[str, ChatFacts] = {}
    for download in downloads:
        for chat in download.content.chats:
            known = facts.setdefault(chat.id, ChatFacts(chat.id, chat.account))
            known.sightings.append((download, chat))
            known.titles |= {chat.title} if chat.title else set()
            for turn in chat.turns:
                _note(known, turn)
    return facts


def _note(known: ChatFacts, turn: Turn) -> None:
    if turn.nameless:
        said = known.nameless.setdefault(turn.time, TurnFacts(turn.role))
    else:
        said = known.turns.setdefault(turn.id, TurnFacts(turn.role))
    for piece in turn.pieces:
        if piece.text:
            said.words[piece.kind].add(piece.text)


def whole_words(said: TurnFacts) -> Iterator[set[str]]:
    """The words of each kind that nothing may hide: the beginnings of cut answers give way to the whole."""
    for words in said.words.values():
        yield {text for text in words if not any(other != text and other.startswith(text) for other in words)}


def whole_titles(titles: set[str]) -> set[str]:
    """The titles that must be in the history; one that only begins another never replaces it."""
    return {text for text in titles if not any(other != text and other.startswith(text) for other in titles)}


def documents(downloads: Iterable[Download]) -> dict[str, set[Document]]:
    """The documents carried: all their states, by id."""
    facts: dict[str, set[Document]] = defaultdict(set)
    for download in downloads:
        for document in download.content.documents:
            facts[document.id].add(document)
    return facts


def contents(downloads: Iterable[Download]) -> set[bytes]:
    """The distinct files of the person's that were carried."""
    return {asset.data for download in downloads for asset in download.content.assets}


def accounts(downloads: Sequence[Download]) -> dict[str, set[str]]:
    """The accounts each conversation may be filed under (law 12).

    More than one where the page leaves it open: files of one set, or linked by a document that they share.
    """
    known: dict[str, str] = {}
    for download in downloads:
        known |= {
            chat.id: _owner(download, chat) for chat in download.content.chats if _owner(download, chat)
        }
    narrow, wide = (_linked(downloads, documents=too) for too in (False, True))
    sets = any(d.export.shape.container in {Container.PARTS, Container.BATCHES} for d in downloads)
    everyone = {download.export.account for download in downloads} if sets else set[str]()
    result: dict[str, set[str]] = {}
    for download in downloads:
        for chat in download.content.chats:
            if chat.id in known:
                result[chat.id] = {known[chat.id]}
            else:
                result[chat.id] = _one(narrow[chat.id]) | _one(wide[chat.id]) | everyone
                result[chat.id] |= {"unknown"} if everyone else set()
    return result


def _owner(download: Download, chat: Chat) -> str:
    """The account that a chat's own record, or the users file beside it, names; else ""."""
    export = download.export
    if export.provider == CLAUDE and export.shape.ids:
        return chat.account
    return export.account if download.content.users else ""


def _one(owners: set[str]) -> set[str]:
    return owners if len(owners) == 1 else {"unknown"}


def _linked(downloads: Sequence[Download], *, documents: bool) -> dict[str, set[str]]:
    """For each chat the accounts named in all files that shared chats, or documents, link to it."""
    groups: list[tuple[set[str], set[str]]] = []
    for download in downloads:
        content = download.content
        things = {chat.id for chat in content.chats}
        things |= {document.id for document in content.documents} if documents else set()
        owners = {_owner(download, chat) for chat in content.chats} - {""}
        owners |= {download.export.account} if content.users else set()
        for group in [group for group in groups if group[0] & things]:
            groups.remove(group)
            things, owners = things | group[0], owners | group[1]
        groups.append((things, owners))
    return {thing: owners for things, owners in groups for thing in things}


def dated(download: Download) -> bool:
    """Whether the page says exactly which time this download's export has."""
    return _dated(download.export)


def _dated(export: Export) -> bool:
    return export.shape.container in {Container.ZIP, Container.PORTAL, Container.BATCHES}


def gone(facts: ChatFacts, downloads: Sequence[Download], *, tidy: bool) -> bool | None:
    """Whether the conversation is gone (law 4); None where the page leaves it open."""
    sightings = facts.sightings
    latest = max(download.export.time for download, _ in sightings)
    at_least = max(
        download.export.time - DAY if dated(download) else chat.active for download, chat in sightings
    )
    exports = {download.export.number: download.export for download in downloads}
    lacking = [
        export
        for export in exports.values()
        if export.account == facts.account and not any(chat.id == facts.id for chat in export.chats)
    ]
    sure = all(dated(download) for download, _ in sightings) and _owned(facts)
    last = max((chat for _, chat in sightings), key=lambda chat: chat.active)
    later = [export for export in lacking if export.time > latest + _SLACK and _dates_itself(export)]
    verdicts = [_vouches(export, last, tidy=tidy) for export in later]
    if sure and True in verdicts:
        return True
    possible = [
        export
        for export in lacking
        if export.time >= at_least and _vouches(export, last, tidy=tidy) is not False
    ]
    return None if possible else False


def _dates_itself(export: Export) -> bool:
    return _dated(export) or export.shape.container is Container.PARTS


def _owned(facts: ChatFacts) -> bool:
    """Whether some record of the conversation surely belongs to its account."""
    return any(_owner(download, chat) for download, chat in facts.sightings)


def _vouches(export: Export, chat: Chat, *, tidy: bool) -> bool | None:
    """Whether an export that lacks `chat` says that it is gone; None where the page leaves it open."""
    shape = export.shape
    if shape.container is Container.LOOSE or export.lost:
        return False
    if export.provider == CLAUDE:
        return _claude_vouches(export, chat, tidy=tidy)
    if not shape.users:
        return None if shape.container is Container.PORTAL else False
    if not export.chats:
        return None
    if export.provider == CHATGPT and shape.container is not Container.PORTAL:
        single = shape.shards == 1 or len(export.chats) == 1
        return True if shape.listed or single else None
    return True


def _claude_vouches(export: Export, chat: Chat, *, tidy: bool) -> bool | None:
    """A Claude export speaks only for chats active within the span it shows."""
    if not export.chats:
        return None
    shown = [turn.time for other in export.chats for turn in other.turns]
    shown += [other.created for other in export.chats]
    if chat.active < min(shown):
        return False
    active = [other.active for other in export.chats]
    if export.shape.container is Container.PARTS and tidy and min(active) < chat.active < max(active):
        return True
    return None


def last_leaf(facts: ChatFacts) -> str:
    """The message that the newest record shows last, "" where the order of sightings (law 2) leaves it open."""

    def own(chat: Chat) -> float:
        newest = max((turn.time for turn in chat.turns), default=0.0)
        return chat.updated if chat.updated is not None else newest

    last = max(own(chat) for _, chat in facts.sightings)
    final = [(download, chat) for download, chat in facts.sightings if own(chat) == last]
    if all(dated(download) for download, _ in final):
        newest = max(download.export.time for download, _ in final)
        final = [(download, chat) for download, chat in final if download.export.time > newest - _SLACK]
    leaves = {chat.leaf for _, chat in final}
    return leaves.pop() if len(leaves) == 1 else ""
