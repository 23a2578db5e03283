"""Worlds: one or two accounts at a service, what they said over months, and the exports taken of it.

`worlds()` is the hypothesis strategy, `world(Random(seed))` the same for a seed. `write` puts the exports on
the disk as a browser would leave them, `Wrap` says how else the same records could be packed.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

from hypothesis import strategies as st

import world_chatgpt
import world_claude
import world_deepseek
from world_story import Story, standing
from world_truth import (
    CHATGPT,
    CLAUDE,
    DAY,
    PROVIDERS,
    Blank,
    Chat,
    Container,
    Export,
    Piece,
    Shape,
    Turn,
    Written,
    named,
    stamp,
)

_START = 1_767_225_600.0
_GAPS = (30 * DAY, 31 * DAY, 90 * DAY, 0.0, 7 * DAY)
_RENDER = {
    "chatgpt": world_chatgpt.downloads,
    "claude": world_claude.downloads,
    "deepseek": world_deepseek.downloads,
}
_CONTAINERS = {
    "chatgpt": (Container.ZIP, Container.ZIP, Container.LOOSE, Container.FOLDER, Container.PORTAL),
    "claude": (Container.ZIP, Container.PARTS, Container.LOOSE, Container.BATCHES, Container.FOLDER),
    "deepseek": (Container.ZIP, Container.ZIP, Container.LOOSE, Container.FOLDER),
}
_BLANKS = (Blank.EMPTY, Blank.NULL, Blank.LIST, Blank.PLACEHOLDER)


@dataclass(frozen=True, slots=True)
class World:
    """Exports in the order they were taken, and the message that every message truly follows, by chat.

    `copies` are places of downloads that were saved twice. `tidy` people keep a folder for every export.
    """

    provider: str
    exports: tuple[Export, ...]
    parents: Mapping[str, Mapping[str, str]]
    copies: frozenset[int] = frozenset()
    tidy: bool = False


@dataclass(frozen=True, slots=True)
class Wrap:
    """Another packing of the same records: new names, no compression, members backwards, other shards."""

    renamed: bool = False
    stored: bool = False
    backwards: bool = False
    shards: int | None = None


@dataclass(frozen=True, slots=True)
class Download:
    """What lies on the disk at `path`, of which export, and what of the truth is in it."""

    path: Path
    export: Export
    content: Written
    copy: bool = False


AS_SAVED = Wrap()


def worlds(*providers: str) -> st.SearchStrategy[World]:
    """Worlds of these services, or of any."""
    return st.randoms(use_true_random=False).map(lambda rng: world(rng, *providers))


def world(rng: Random, *providers: str) -> World:
    """The world that these random numbers make."""
    provider = rng.choice(providers or PROVIDERS)
    stories = [Story(rng, provider, account, _START - 2 * DAY) for account in _accounts(provider)]
    stories = stories[: 1 + (rng.randrange(4) == 1)]
    parents: dict[str, dict[str, str]] = {}
    exports: list[Export] = []
    moment = _START
    for number in range(rng.choice((1, 3, 4, 5, 4, 5))):
        gap = rng.choice(_GAPS) if exports else DAY
        moment += gap
        for story in stories:
            if gap:
                story.live(moment)
            for chat in story.chats:
                parents.setdefault(chat.id, {}).update({turn.id: turn.parent for turn in chat.turns})
        exports.append(_export(rng, rng.choice(stories), moment, number))
    copies = frozenset({rng.randrange(6)}) if rng.randrange(4) == 1 else frozenset()
    return World(provider, tuple(exports), parents, copies, tidy=rng.randrange(2) == 0)


def _accounts(provider: str) -> tuple[str, str]:
    if provider == CHATGPT:
        return "user-Ada0001", "user-Bob0002"
    return named(provider, "Ada"), named(provider, "Bob")


def _export(rng: Random, story: Story, moment: float, number: int) -> Export:
    """An export of an account at a moment, and what it leaves out."""
    shape = _shape(rng, story.provider)
    chats = standing(story.chats)
    export = Export(number, story.provider, story.account, moment, chats, shape=shape)
    if shape.container is not Container.LOOSE:
        documents = tuple(document for document in story.documents if rng.randrange(4) < 3)
        export = replace(export, documents=documents)
        export = replace(export, assets=tuple(asset for asset in story.assets if rng.randrange(3) < 2))
    export = _recognisable(_poorer(rng, _partial(rng, export)))
    linear = all(_linear(chat) for chat in export.chats)
    links = export.shape.links or not linear
    return replace(export, shape=replace(export.shape, links=links, ids=export.shape.ids or links))


def _shape(rng: Random, provider: str) -> Shape:
    container = rng.choice(_CONTAINERS[provider])
    return Shape(
        container=container,
        rich=container is not Container.PORTAL and rng.randrange(2) == 0,
        shards=rng.randint(1, 3),
        listed=rng.randrange(3) < 2,
        users=rng.randrange(6) < 5,
        dated=rng.randrange(4) < 3,
        spaced=rng.randrange(4) == 1,
        escaped=rng.randrange(2) == 1,
        repeats=rng.randrange(5) == 1,
        ids=rng.randrange(4) < 3,
        links=rng.randrange(3) < 2,
        seed=rng.randrange(3),
    )


def _partial(rng: Random, export: Export) -> Export:
    """Exports that do not show all chats: windows, single files, a shard that was not fetched, empty ones."""
    container, chats = export.shape.container, export.chats
    fate = rng.randrange(6)
    if not chats or fate <= 1:
        return export
    some = tuple(chat for chat in chats if rng.randrange(2) == 1)
    sharded = container is not Container.LOOSE and (
        export.provider == CHATGPT or container in (Container.PARTS, Container.BATCHES)
    )
    if fate in (2, 3) and export.provider == CLAUDE:
        recent = tuple(chat for chat in chats if chat.active >= export.time - 30 * DAY)
        return replace(export, chats=recent, whole=len(recent) == len(chats), windowed=True)
    if fate in (2, 3, 4) and sharded and 0 < len(some) < len(chats):
        return replace(export, lost=frozenset(chat.id for chat in some), whole=False)
    if fate == 5 and container is Container.LOOSE and some:
        return replace(export, chats=some, whole=len(some) == len(chats))
    if fate == 5 and container is Container.ZIP and rng.randrange(3) == 1:
        return replace(export, chats=(), documents=(), assets=(), whole=False)
    return export


def _recognisable(export: Export) -> Export:
    """Without a single chat, only a users file can say which service an export is of."""
    if export.chats:
        return export
    return replace(export, shape=replace(export.shape, container=Container.ZIP, users=True))


def _poorer(rng: Random, export: Export) -> Export:
    """Chats as this export shows them: slim or flat, with titles or words missing."""
    husks = rng.randrange(2) == 1
    chats = export.chats
    if export.provider == CHATGPT and not export.shape.rich:
        chats = tuple(world_chatgpt.slimmed(chat, husks=husks) for chat in chats)
    if export.provider == CLAUDE and not export.shape.rich:
        chats = tuple(
            replace(chat, turns=tuple(replace(t, pieces=world_claude.flattened(t)) for t in chat.turns))
            for chat in chats
        )
    if rng.randrange(4) == 1:
        chats = tuple(_blanked(rng, chat) for chat in chats)
    if rng.randrange(5) == 1:
        nothing = None if export.provider == CHATGPT else ""
        chats = tuple(replace(chat, title=nothing) if rng.randrange(2) == 1 else chat for chat in chats)
    return replace(export, chats=chats)


def _blanked(rng: Random, chat: Chat) -> Chat:
    """The chat with the words of one message gone."""
    if not chat.turns:
        return chat
    lost = rng.choice(chat.turns)
    return replace(
        chat, turns=tuple(_emptied(rng, t) if t is lost and not t.nameless else t for t in chat.turns)
    )


def _emptied(rng: Random, turn: Turn) -> Turn:
    pieces = tuple(Piece(piece.kind, "") for piece in turn.pieces)
    return replace(turn, pieces=pieces, blank=rng.choice(_BLANKS))


def _linear(chat: Chat) -> bool:
    """Whether every message follows the one written before it."""
    before = ["", *(turn.id for turn in chat.turns)]
    return all(turn.parent == previous for turn, previous in zip(chat.turns, before, strict=False))


def outline(made: World) -> str:
    """A world for people to read: every export with what it shows, and in which shape."""
    lines = [f"{made.provider}, {'tidy' if made.tidy else 'all in one folder'}"]
    for export in made.exports:
        lines.append(f"{stamp(export.time):%Y-%m-%d} {export.account[-4:]} {export.shape}")
        for chat in export.chats:
            lost = " (its file is lost)" if chat.id in export.lost else ""
            lines.append(
                f"  {chat.id[:4]}{lost} {chat.title!r} updated {chat.updated}, shows {chat.leaf[:4]!r}"
            )
            lines += [
                f"    {turn.id[:4]} after {turn.parent[:4]!r}, {turn.role}: {_said(turn)}"
                for turn in chat.turns
            ]
        lines += [f"  {document}" for document in export.documents]
        lines += [f"  {asset.id[:9]} {asset.name}" for asset in export.assets]
    return "\n".join(lines)


def _said(turn: Turn) -> str:
    said = " | ".join(f"{piece.kind} {piece.text!r}" for piece in turn.pieces)
    return said + (f" left out: {turn.blank}" if turn.blank else "") + (" no id" if turn.nameless else "")


def write(made: World, folder: Path, wrap: Wrap = AS_SAVED) -> list[Download]:
    """Write all exports of a world into `folder`, as downloads in the order they were taken."""
    found: list[Download] = []
    taken: Counter[Path] = Counter()
    for export in made.exports:
        shape = export.shape
        packed = replace(export, shape=replace(shape, shards=wrap.shards or shape.shards))
        for content in _RENDER[made.provider](packed):
            place = folder / f"{export.number}" if made.tidy else folder
            times = 2 if len(found) in made.copies and not content.folder else 1
            name = _renamed(content, len(found)) if wrap.renamed else content.name
            for again in range(times):
                path = _put(_free(place / name, taken), content, export, wrap)
                found.append(Download(path, export, content, copy=again == 1))
    return found


def _renamed(content: Written, number: int) -> str:
    return f"kept {number}{Path(content.name).suffix}"


def _free(path: Path, taken: Counter[Path]) -> Path:
    """The name that a browser chooses: it appends a number where the name is taken."""
    taken[path] += 1
    return path if taken[path] == 1 else path.with_name(f"{path.stem} ({taken[path] - 1}){path.suffix}")


def _put(path: Path, content: Written, export: Export, wrap: Wrap) -> Path:
    """Write a download; where it lies (a folder is called like the ZIP it was, without `.zip`)."""
    members = list(content.members)
    if export.shape.seed:
        Random(f"{export.shape.seed}/{export.number}").shuffle(members)
    if wrap.backwards:
        members.reverse()
    if content.folder:
        for name, data in members:
            _file(path.with_suffix("") / name, data, export.time)
        return path.with_suffix("")
    data = content.data or b""
    if content.data is None:
        data = world_chatgpt.zipped(members, export.time, deflate=not wrap.stored)
    _file(path, data, export.time)
    return path


def _file(path: Path, data: bytes, time: float) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    os.utime(path, (time, time))


def without_turn(made: World, chat: str, turn: str) -> World:
    """The same world, had this message never been; what followed it follows what it followed."""
    return replace(made, exports=tuple(_less(export, chat, turn) for export in made.exports))


def without_document(made: World, name: str) -> World:
    """The same world without one document."""
    return replace(
        made,
        exports=tuple(
            replace(export, documents=tuple(d for d in export.documents if d.id != name))
            for export in made.exports
        ),
    )


def without_asset(made: World, data: bytes) -> World:
    """The same world without the files of this content."""
    return replace(
        made,
        exports=tuple(
            replace(export, assets=tuple(a for a in export.assets if a.data != data))
            for export in made.exports
        ),
    )


def _less(export: Export, name: str, gone: str) -> Export:
    return replace(
        export, chats=tuple(_pruned(chat, gone) if chat.id == name else chat for chat in export.chats)
    )


def _pruned(chat: Chat, gone: str) -> Chat:
    above = {turn.id: turn.parent for turn in chat.turns}.get(gone, "")
    return replace(
        chat,
        turns=tuple(
            replace(turn, parent=above if turn.parent == gone else turn.parent)
            for turn in chat.turns
            if turn.id != gone
        ),
        husks=tuple((node, above if parent == gone else parent) for node, parent in chat.husks),
        leaf=above if chat.leaf == gone else chat.leaf,
    )
