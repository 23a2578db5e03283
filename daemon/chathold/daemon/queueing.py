"""The downloads between being whole and being done with: which is imported next, and what becomes of it."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from chathold.core.saying import sentences
from chathold.core.texts import _, ngettext
from chathold.daemon.answers import Answer, Verdict
from chathold.daemon.retrying import due, wanted
from chathold.daemon.telling import Event, Kind, Stream
from chathold.state import Pending, Stage, State
from chathold.state.downloads import mark
from chathold.watching import Download
from chathold.watching.downloads import Fingerprint

_ASKED_AGAIN_AFTER = 60.0
_NOT_PUT_AWAY = "not_put_away"


class Queue(Struct):
    """Whole downloads, the oldest first, one of which is imported at a time. Times are Unix seconds, passed in.

    `readers` names the versions of what reads exports: a newer one looks at everything again.
    """

    state: State
    stream: Stream
    readers: str
    importing: Download | None = None
    share: float | None = None
    _waiting: list[Download] = field(default_factory=list)
    _asked: dict[Path, float] = field(default_factory=dict)
    _chosen: set[Path] = field(default_factory=set)

    def add(self, download: Download, now: float) -> None:
        """Have a download imported in its turn, unless it is done with, has to wait, or is being imported."""
        if download == self.importing:
            return
        seen = self._mark(download)
        if self.state.downloads.looked_at(seen, now):
            self.state.downloads.drop(download.path)
            return
        before = self._pending(download.path)
        if before and before.mark == seen and not self._may_try(before, now):
            return
        self._waiting = [each for each in self._waiting if each.path != download.path]
        self._waiting.append(download)
        self._waiting.sort(key=lambda each: (each.fingerprint.mtime_ns, each.path))

    def take(self, path: Path) -> None:
        """Have a file imported next that somebody chose by hand, whatever is known of it; they are told of the end."""
        try:
            download = Download(path, Fingerprint.of(path.stat()), is_folder=False)
        except OSError as error:
            words = _("The file cannot be read: {reason}").format(reason=error.strerror or error)
            self.stream.tell(Event(Kind.FAILED, words, path, cause=Verdict.UNREADABLE.value, chosen=True))
            return
        self._chosen.add(path)
        self._waiting = [download, *(each for each in self._waiting if each.path != path)]

    def is_chosen(self, path: Path) -> bool:
        """Whether somebody chose this file by hand."""
        return path in self._chosen

    def has_chosen(self) -> bool:
        """Whether a file waits that somebody chose by hand."""
        return any(each.path in self._chosen for each in self._waiting)

    def next(self) -> Download | None:
        """The download to import now; none while one is imported, or none is there."""
        if self.importing is None and self._waiting:
            self.importing = self._waiting.pop(0)
            self.share = None
            return self.importing
        return None

    def __len__(self) -> int:
        return len(self._waiting) + (self.importing is not None)

    def clear(self) -> list[Path]:
        """Let those go that wait; they are returned, for the watcher hands them out again only if asked to.

        What somebody chose by hand stays.
        """
        waiting = [each for each in self._waiting if each.path not in self._chosen]
        self._waiting = [each for each in self._waiting if each.path in self._chosen]
        return [each.path for each in waiting]

    def answered(self, answer: Answer, now: float) -> None:
        """What became of the download that was imported."""
        download = self.importing
        if download is None or os.fspath(download.path) != answer.path:
            return
        self.importing = None
        self._asked.pop(download.path, None)
        chosen = download.path in self._chosen
        self._chosen.discard(download.path)
        match answer.verdict:
            case Verdict.IMPORTED:
                self.state.downloads.done(download.path, self._mark(download), now)
                keep_links(self.state, answer, now)
                self._tell_imported(download, answer, chosen=chosen)
            case Verdict.NOT_AN_EXPORT:
                self.state.downloads.done(download.path, self._mark(download), now)
                if chosen:
                    self._tell_chosen(download, answer, _("This is no export that Chathold can read."))
            case Verdict.GONE:
                self.state.downloads.drop(download.path)
                if chosen:
                    self._tell_chosen(download, answer, _("The file is no longer there."))
            case _:
                self._tell_trouble(download, answer, now, chosen=chosen)

    def due(self, now: float, free: int) -> list[Path]:
        """The downloads that are to be tried again now, each asked for once in a while."""
        paths = [
            each.path
            for each in self.state.downloads.pending()
            if due(each, now, free) and abs(now - self._asked.get(each.path, 0)) >= _ASKED_AGAIN_AFTER
        ]
        self._asked |= dict.fromkeys(paths, now)
        return paths

    def tidy(self) -> None:
        """Forget downloads that somebody has removed; where their whole folder is away, they may come back."""
        for each in self.state.downloads.pending():
            folder_is_there = os.path.isdir(each.path.parent)  # noqa: PTH112 - `Path.is_dir` may raise
            if folder_is_there and not os.path.lexists(each.path):
                self.state.downloads.drop(each.path)

    def under_way(self) -> list[dict[str, str]]:
        """The downloads in the queue, as `status` prints them."""
        lines = []
        if self.importing is not None:
            lines.append(_line(self.importing.path, "importing", _share(self.share)))
        return lines + [_line(each.path, "queued", _("its turn comes")) for each in self._waiting]

    def _mark(self, download: Download) -> bytes:
        return mark(download.path, download.fingerprint, self.readers)

    def _pending(self, path: Path) -> Pending | None:
        return next((each for each in self.state.downloads.pending() if each.path == path), None)

    def _may_try(self, before: Pending, now: float) -> bool:
        """Whether a download that is as it was may be tried: its time has come, or it was asked for by hand."""
        return before.path in self._asked or (before.next_try is not None and before.next_try <= now)

    def _tell_imported(self, download: Download, answer: Answer, *, chosen: bool) -> None:
        receipt = answer.receipt or {}
        self.stream.tell(Event(Kind.IMPORTED, said_of(receipt), download.path, receipt, chosen=chosen))
        if answer.title:
            words = sentences(answer.title, answer.advice)
            self.stream.tell(Event(Kind.TROUBLE, words, download.path, cause=_NOT_PUT_AWAY))
        for provider, account, label in answer.accounts:
            words = _(
                "This is the first export of {provider}, {label}."
                " Not yours? “chathold forget --account {provider}/{account}” removes it."
            )
            self.stream.tell(
                Event(Kind.NEW_ACCOUNT, words.format(provider=provider, account=account, label=label))
            )
        if receipt.get("parts", {}).get("missing"):
            self.stream.tell(Event(Kind.PARTS_MISSING, receipt["advice"], download.path, receipt))

    def _tell_chosen(self, download: Download, answer: Answer, words: str) -> None:
        self.stream.tell(Event(Kind.FAILED, words, download.path, cause=answer.verdict.value, chosen=True))

    def _tell_trouble(self, download: Download, answer: Answer, now: float, *, chosen: bool) -> None:
        """Remember what stands in the way; tell it once for this state of the download, or once a day.

        What somebody chose is told each time.
        """
        changed = download.fingerprint.mtime_ns / 1e9
        fresh = Pending(download.path, self._mark(download), Stage.FAILED, "", "", min(changed, now))
        pending = wanted(self._pending(download.path), fresh, answer, now)
        self.state.downloads.put(pending)
        if not chosen and (pending.stage is Stage.WAITING or not answer.promising):
            return
        failed = pending.stage is Stage.FAILED
        day = "" if failed else datetime.fromtimestamp(now, UTC).date().isoformat()
        target = pending.mark.hex() if failed else ""
        if self.state.downloads.tell_once(answer.verdict.value, [target], day) or chosen:
            words = sentences(answer.title, answer.advice)
            kind = Kind.FAILED if failed else Kind.TROUBLE
            self.stream.tell(Event(kind, words, download.path, cause=answer.verdict.value, chosen=chosen))


def keep_links(state: State, answer: Answer, now: float) -> None:
    """Keep the links of a manifest that was imported, and forget those of sets that are whole."""
    if answer.links and answer.receipt:
        state.links.keep(answer.receipt["sha256"], answer.links, now)
    if answer.whole:
        state.links.drop(answer.whole)


def _line(path: Path, state: str, reason: str) -> dict[str, str]:
    return {"path": os.fspath(path), "state": state, "reason": reason}


def _share(share: float | None) -> str:
    return "" if share is None else _("done: {percent} %").format(percent=int(share * 100))


def said_of(receipt: dict[str, Any]) -> str:
    """An import in a few words: the service, how many chats and documents, and nothing that stands in them."""
    match receipt:
        case {"outcome": "already_imported"}:
            return _("This export is in the archive already.")
        case {"conversations": talks, "provider": provider}:
            documents = receipt.get("documents", {}).get("found", 0)
            parts = [_chats_of(talks)] if talks["found"] or not documents else []
            parts += [_documents_of(receipt["documents"])] if documents else []
            return f"{provider}: {'; '.join(parts)}."
        case _:
            return ""


def _chats_of(tally: dict[str, int]) -> str:
    words = ngettext(
        "{n} chat found, {new} new, {updated} continued",
        "{n} chats found, {new} new, {updated} continued",
        tally["found"],
    )
    return words.format(n=tally["found"], new=tally["new"], updated=tally["updated"])


def _documents_of(tally: dict[str, int]) -> str:
    words = ngettext(
        "{n} document found, {new} new, {updated} changed",
        "{n} documents found, {new} new, {updated} changed",
        tally["found"],
    )
    return words.format(n=tally["found"], new=tally["new"], updated=tally["updated"])
