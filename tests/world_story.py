"""How talks go on over the months: questions, answers, edits, new titles, deletions, files and projects.

Every choice is a number drawn from `random.Random`, the smallest being the plainest, so that hypothesis can
draw them too and make a failing world simple.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from random import Random

from world_truth import (
    CHATGPT,
    CLAUDE,
    DAY,
    DEEPSEEK,
    Asset,
    Chat,
    Document,
    Kind,
    Piece,
    Turn,
    named,
)

MOST_CHATS = 5
MOST_TURNS = 8

_WORDS = (
    "How do I keep sourdough alive?",
    "Explain merge sort, slowly.",
    "请用三句话介绍一下苏轼的生平。",
    "繁體中文也要可以搜尋，謝謝！",
    "東京から京都まで新幹線で何時間？",
    "Emoji: 👩‍👩‍👧‍👦 🦊 🏳️‍🌈 done",
    "A list:\n- one\n- two\n\nand an end",
    "naïve café, Ωmega, «ёж»",
)
_TITLES = ("Sourdough", "排序算法", "旅行の計画", "🦊 notes", "Quarterly report", "苏轼")
_PIXEL = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"


@dataclass(slots=True)
class Story:
    """One account's chats as they stand. `live` lets something happen up to a moment."""

    rng: Random
    provider: str
    account: str
    clock: float
    chats: list[Chat] = field(default_factory=list)
    documents: list[Document] = field(default_factory=list)
    assets: list[Asset] = field(default_factory=list)
    opened: int = 0
    said: int = 0

    def live(self, until: float) -> None:
        """Let one to three things happen before `until`."""
        self.clock = max(self.clock, until - DAY)
        self._finish()
        self._rename_back()
        if self.opened == 0:
            self._open()
        for _ in range(self.rng.randint(1, 3)):
            if self.chats:
                self.rng.choice(self._acts())()
            else:
                self._open()

    def _acts(self) -> tuple[Callable[[], None], ...]:
        acts: list[Callable[[], None]] = [
            self._ask, self._open, self._rename, self._regenerate, self._edit, self._delete, self._delete,
        ]  # fmt: skip
        if self.provider == CHATGPT:
            acts += [self._write_task, self._rewrite]
        if self.provider == CLAUDE:
            acts += [self._write_project, self._remember]
        if self.provider == DEEPSEEK:
            acts += [self._rewrite]
        return tuple(acts)

    def _tick(self) -> float:
        self.clock += 61.5
        return self.clock

    def _words(self) -> str:
        self.said += 1
        return f"{self.said}: {self.rng.choice(_WORDS)} ({self.account[-2:]}{self.said})"

    def _open(self) -> None:
        """A new chat, rarely one in which nothing was said yet."""
        if self.opened == MOST_CHATS:
            return
        self.opened += 1
        name, now = named(self.account, self.opened), self._tick()
        title = f"{self.rng.choice(_TITLES)} {self.opened}"
        self.chats.append(Chat(name, self.account, now, now, title))
        if self.rng.randrange(8) < 7:
            self._talk(len(self.chats) - 1)

    def _ask(self) -> None:
        self._talk(self.rng.randrange(len(self.chats)))

    def _talk(self, at: int) -> None:
        """Question and answer at the end of the shown branch."""
        self._add(at, self._question(self.chats[at], self.chats[at].leaf))

    def _regenerate(self) -> None:
        """Another answer to a question that has one."""
        at = self.rng.randrange(len(self.chats))
        turns = {turn.id: turn for turn in self.chats[at].turns}
        question = turns.get(self.chats[at].leaf)
        while question is not None and question.role != "user":
            question = turns.get(question.parent)
        if question is not None:
            self._add(at, self._answer(self.chats[at], question.id, 0))

    def _edit(self) -> None:
        """A question asked anew, beside the old one, with an answer of its own."""
        at = self.rng.randrange(len(self.chats))
        if questions := [turn for turn in self.chats[at].turns if turn.role == "user"]:
            old = self.rng.choice(questions)
            self._add(at, self._question(self.chats[at], old.parent))

    def _question(self, chat: Chat, parent: str) -> list[Turn]:
        first = self._turn(chat, parent, "user", [Piece(Kind.TEXT, self._words())], 0)
        if self.provider == CLAUDE and self.rng.randrange(6) == 1:
            first = replace(first, pieces=(*first.pieces, Piece(Kind.PASTED, self._words())))
        if self.provider == CHATGPT and self.rng.randrange(4) == 1:
            first = replace(first, file=self._attach())
        return [first, *self._answer(chat, first.id, 1)]

    def _answer(self, chat: Chat, parent: str, offset: int) -> list[Turn]:
        if self.provider == CHATGPT:
            return self._chatgpt_answer(chat, parent, offset)
        used = (Kind.CODE, Kind.RESULT) if self.provider == CLAUDE else (Kind.PAGE,)
        extras = (Kind.REASONING, *used)
        kinds = [kind for kind in extras if self.rng.randrange(2) == 1]
        pieces = [Piece(kind, self._words()) for kind in kinds] + [Piece(Kind.TEXT, self._words())]
        answer = self._turn(chat, parent, "assistant", pieces, offset)
        return [replace(answer, nameless=self.provider == CLAUDE and self.rng.randrange(12) == 1)]

    def _chatgpt_answer(self, chat: Chat, parent: str, offset: int) -> list[Turn]:
        """ChatGPT gives every thought, tool call and tool result a message of its own."""
        turns: list[Turn] = []

        def say(role: str, kind: Kind) -> None:
            before = turns[-1].id if turns else parent
            turns.append(self._turn(chat, before, role, [Piece(kind, self._words())], offset + len(turns)))

        if self.rng.randrange(3) == 1:
            say("assistant", Kind.REASONING)
        if self.rng.randrange(2) == 1:
            say("assistant", Kind.CODE)
            say("tool", Kind.RESULT)
        say("assistant", Kind.TEXT)
        return turns

    def _turn(self, chat: Chat, parent: str, role: str, pieces: list[Piece], offset: int) -> Turn:
        """A message with an id as the service gives them: DeepSeek counts, the others draw."""
        number = len(chat.turns) + offset + 1
        name = str(number) if self.provider == DEEPSEEK else named(chat.id, number)
        return Turn(name, parent, role, self._tick(), tuple(pieces))

    def _add(self, at: int, turns: list[Turn]) -> None:
        chat = self.chats[at]
        if len(chat.turns) + len(turns) > MOST_TURNS or any(turn.nameless for turn in chat.turns[-1:]):
            return
        cut = frozenset({turns[-1].id}) if self.rng.randrange(5) == 1 else frozenset()
        updated = None if self.provider == CHATGPT and self.rng.randrange(10) == 1 else self.clock
        self.chats[at] = replace(
            chat, turns=(*chat.turns, *turns), leaf=turns[-1].id, cut=chat.cut | cut, updated=updated
        )

    def _finish(self) -> None:
        """Most answers that were cut are complete by now; the chat's own time may not say so."""
        for at, chat in enumerate(self.chats):
            if chat.cut and self.rng.randrange(4) < 3:
                self.chats[at] = replace(chat, cut=frozenset())

    def _rename(self) -> None:
        """A new title, or the first one again; the service may or may not call that an update."""
        at = self.rng.randrange(len(self.chats))
        chat = self.chats[at]
        old = chat.title or ""
        match self.rng.randrange(4):
            case 2:
                title = f"{self.said} {self.rng.choice(_TITLES)}"
            case 3:
                title = f"{old} & more"
            case _:
                title = old.removeprefix("renamed ") if old.startswith("renamed ") else f"renamed {old}"
        updated = self._tick() if self.rng.randrange(2) == 1 else chat.updated
        self.chats[at] = replace(chat, title=title, updated=updated)

    def _rename_back(self) -> None:
        """Some people regret a new title by the next month."""
        for at, chat in enumerate(self.chats):
            if (chat.title or "").startswith("renamed ") and self.rng.randrange(2) == 1:
                self.chats[at] = replace(chat, title=(chat.title or "").removeprefix("renamed "))

    def _rewrite(self) -> None:
        """The words of a message change under its id. Rare, but never to cost the older words."""
        at = self.rng.randrange(len(self.chats))
        chat = self.chats[at]
        if self.rng.randrange(3) < 2 or not chat.turns:
            return
        old = self.rng.choice(chat.turns)
        if old.id in chat.cut:
            return
        new = replace(old, pieces=(*old.pieces[:-1], replace(old.pieces[-1], text=self._words())))
        turns = tuple(new if turn.id == old.id else turn for turn in chat.turns)
        self.chats[at] = replace(chat, turns=turns, updated=self._tick())

    def _delete(self) -> None:
        """The person deletes a chat at the service."""
        if self.rng.randrange(2) == 1:
            del self.chats[self.rng.randrange(len(self.chats))]

    def _attach(self) -> str:
        number = len(self.assets) + 1
        name = f"file_{named(self.account, 'file', number).replace('-', '')}"
        if self.assets and self.rng.randrange(4) == 3:
            data = self.assets[0].data
        elif self.rng.randrange(4) == 1:
            data = f"notes {number} of {self.account}, 附件".encode()
        else:
            data = _PIXEL + name.encode()
        self.assets.append(Asset(name, f"写真 {number}.png" if number % 2 else f"photo-{number}.png", data))
        return name

    def _write_task(self) -> None:
        number = named(self.account, "task", len(self.documents))
        self._document("codex", f"task_e_{number.replace('-', '')}")

    def _write_project(self) -> None:
        self._document("project", named(self.account, "project", len(self.documents)))

    def _remember(self) -> None:
        self._document("memory", self.account)

    def _document(self, sort: str, name: str) -> None:
        """A new document, or new words in an old one."""
        known = [at for at, document in enumerate(self.documents) if document.sort == sort]
        if known and (sort == "memory" or self.rng.randrange(2) == 1):
            at = self.rng.choice(known)
            self.documents[at] = replace(self.documents[at], text=self._words(), updated=self._tick())
        elif len(self.documents) < 3:
            title = self.rng.choice(_TITLES)
            self.documents.append(Document(name, sort, self.account, title, self._words(), self._tick()))


def cut_short(text: str) -> str:
    """The beginning of an answer that is still being written."""
    return text[: max(1, len(text) // 2)]


def standing(chats: Iterable[Chat]) -> tuple[Chat, ...]:
    """The chats as an export at this moment would show them: cut answers with their beginning only."""
    return tuple(
        replace(chat, turns=tuple(_shortened(turn) if turn.id in chat.cut else turn for turn in chat.turns))
        for chat in chats
    )


def _shortened(turn: Turn) -> Turn:
    last = turn.pieces[-1]
    return replace(turn, pieces=(*turn.pieces[:-1], replace(last, text=cut_short(last.text))))
