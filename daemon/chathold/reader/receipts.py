"""What an import found, in plain words: from receipts as `import --json` prints them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from msgspec import Struct

from chathold.core.saying import listed
from chathold.core.texts import _, ngettext
from chathold.reader.wording import day, exact

Json = dict[str, Any]


class Told(Struct, frozen=True):
    """The words of one receipt: a headline, then what else there is to say, and the advice.

    `trouble` are the problems as (where, what); `left_out` how many files were named but not delivered.
    """

    headline: str
    lines: tuple[str, ...] = ()
    advice: str = ""
    trouble: tuple[tuple[str, str], ...] = ()
    left_out: int = 0


def told(receipt: Json) -> Told:
    """A receipt in words."""
    talks, documents = receipt["conversations"], receipt["documents"]
    alike = talks["found"] in (talks["new"], talks["updated"])  # then the headline has said it
    lines = [
        ""
        if alike
        else _counted(talks, "{n} chat found: {parts}", "{n} chats found: {parts}", _("{n} continued")),
        _counted(documents, "{n} document found: {parts}", "{n} documents found: {parts}", _("{n} changed")),
        _span(receipt["covers"]),
        _kept(receipt),
        _new_files(receipt["assets"]["new"]),
    ]
    return Told(
        _headline(receipt),
        tuple(filter(None, lines)),
        receipt["advice"],
        tuple(map(_problem, receipt["problems"])),
        receipt["assets"]["missing"],
    )


def _problem(problem: Json) -> tuple[str, str]:
    what = problem["what"]
    return problem["where"], _(what)


def _headline(receipt: Json) -> str:
    match receipt["outcome"]:
        case "already_imported":
            return _("In the archive already")
        case "unchanged":
            return _("Nothing new")
        case "failed":
            return _("Nothing in it could be read")
        case _:
            pass
    talks, parts = receipt["conversations"], receipt["parts"]
    new = ngettext("{n} new chat", "{n} new chats", talks["new"]).format(n=f"{talks['new']:,}")
    continued = _("{n} continued").format(n=f"{talks['updated']:,}")
    if said := _listed((talks["new"], new), (talks["updated"], continued)):
        return said
    together = len(parts["seen"]) + len(parts["missing"])
    if together and Path(receipt["path"]).suffix.lower() == ".json" and not receipt["documents"]["found"]:
        words = ngettext("The list of an export in {n} file", "The list of an export in {n} files", together)
        return words.format(n=together)
    if together and not receipt["documents"]["found"]:
        words = ngettext(
            "Belongs to an export in {n} file",
            "Belongs to an export in {n} files; {here} of them were here then",
            together,
        )
        return words.format(n=together, here=len(parts["seen"]))
    return _("Added to the archive")


def _listed(*counted: tuple[int, str]) -> str:
    """Those of which there are some, in a line."""
    return listed(words for number, words in counted if number)


def _counted(tally: Json, one: str, many: str, updated: str) -> str:
    """How many were found, and what became of them; what became of none is left out."""
    if not tally["found"]:
        return ""
    parts = (
        ("new", _("{n} new")),
        ("updated", updated),
        ("unchanged", _("{n} unchanged")),
        ("failed", _("{n} unreadable")),
        ("forgotten", _("{n} left out, as you had Chathold forget")),
    )
    said = _listed(*((tally[name], words.format(n=f"{tally[name]:,}")) for name, words in parts))
    return ngettext(one, many, tally["found"]).format(n=f"{tally['found']:,}", parts=said)


def _span(covers: Json) -> str:
    if not covers["newest"]:
        return ""
    return _("Oldest message {oldest}, newest {newest}").format(
        oldest=day(covers["oldest"]), newest=exact(covers["newest"])
    )


def _kept(receipt: Json) -> str:
    """What the archive has and this export lacks; of a part it is no news that the others are not in it."""
    kept = receipt["kept"]
    if not receipt["conversations"]["found"] or receipt["parts"]["seen"]:
        return ""
    chats = ngettext("{n} chat", "{n} chats", kept["conversations"]).format(n=f"{kept['conversations']:,}")
    messages = ngettext("{n} message", "{n} messages", kept["messages"]).format(n=f"{kept['messages']:,}")
    said = _listed((kept["conversations"], chats), (kept["messages"], messages))
    return _("Kept from other exports, not in this one: {kept}").format(kept=said) if said else ""


def _new_files(number: int) -> str:
    if not number:
        return ""
    return ngettext("{n} new file", "{n} new files", number).format(n=f"{number:,}")
