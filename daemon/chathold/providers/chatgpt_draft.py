"""A ChatGPT message while it is read: what `chatgpt_content` has found in it so far, and the problems met."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct, field

from chathold.core.model import Attachment, Part, PartKind, Role
from chathold.core.problem import Problem
from chathold.providers.chatgpt_text import best_text, shown
from chathold.providers.notes import NEW_TYPE
from chathold.providers.words import MISBUILT, NO_TEXT, fuller, other_words, told_by

# To ask an enum for a member takes as long as all else in `voice`.
_TOOL, _ASSISTANT = Role.TOOL, Role.ASSISTANT
_PLAIN = PartKind.TEXT, ""
_EVERYBODY = frozenset({"", "all", "assistant", "user"})
_BESIDE_TEXT = NO_TEXT | {"name", "file_name"}


class Draft(Struct):
    """A message being read: who speaks to whom, and what has been found so far."""

    node: str
    role: Role
    author: str
    recipient: str | None
    metadata: Mapping[str, Any]
    problems: list[Problem]
    parts: list[Part] = field(default_factory=list)
    attachments: dict[str, Attachment] = field(default_factory=dict)

    def problem(self, place: str, what: str) -> None:
        """Note what could not be read; `place` is inside the message."""
        self.problems.append(Problem(f"mapping.{self.node}.message.{place}", what))

    def say(self, kind: PartKind, value: str, *, type_: str, name: str = "", language: str = "") -> None:
        """Add a piece of text, unless it is empty."""
        if words := shown(value):
            self.parts.append(Part(kind, words, type_, name, language))

    def result(self, value: str, type_: str, *, name: str = "", url: str = "", ref: str = "") -> None:
        """Add a tool's answer, unless there is nothing in it."""
        words = shown(value)
        if words or url or ref:
            self.parts.append(
                Part(PartKind.TOOL_RESULT, words, type_, shown(name) or self.author, url=url, ref=ref)
            )

    def unknown(self, value: Mapping[str, Any], type_: str) -> None:
        """Add a piece of unknown type, and say so once."""
        self._problem_once(f"content[{type_}]", NEW_TYPE)
        self.parts.append(Part(PartKind.UNKNOWN, shown(best_text(value)), type_))

    def keep_words(self, value: Any, type_: str) -> None:
        """Add what reads like words in `value` and is not shown yet as a piece not understood, and say so once."""
        found = other_words((), value, _BESIDE_TEXT)
        if not found:
            return
        told = told_by(self.parts, self.attachments.values())
        found = [words for each in other_words(told, found) if (words := shown(each))]
        if words := "\n".join([each for each in found if not any(each in said for said in told)]):
            self._problem_once(f"content[{type_}]", MISBUILT)
            self.parts.append(Part(PartKind.UNKNOWN, words, type_))

    def _problem_once(self, place: str, what: str) -> None:
        place = f".message.{place}"
        if not any(each.what == what and each.where.endswith(place) for each in self.problems):
            self.problems.append(Problem(f"mapping.{self.node}{place}", what))

    def attach(self, value: Attachment) -> None:
        """Name a file, once, with all that is said of it anywhere."""
        name = value.id or value.name
        known = self.attachments.get(name)
        self.attachments[name] = value if known is None else fuller(known, value)

    @property
    def voice(self) -> tuple[PartKind, str]:
        """What plain words of this message are, and the tool they come from or go to."""
        if self.role is _TOOL:
            return PartKind.TOOL_RESULT, self.author
        if self.role is _ASSISTANT and self.recipient is not None and self.recipient not in _EVERYBODY:
            return PartKind.TOOL_CALL, self.recipient
        return _PLAIN
