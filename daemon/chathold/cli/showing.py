"""`chathold show`, `history` and `diff`."""

from __future__ import annotations

import sys
from typing import Any

import click

from chathold.archive import views
from chathold.cli.commands import Call, command
from chathold.cli.counts import messages
from chathold.cli.opening import archive_of
from chathold.cli.output import answer, day, table, titled, write
from chathold.core.plain import clean, safe
from chathold.core.texts import _, ngettext
from chathold.takeout.facts import begins

_ROLES = {
    "user": _("You"),
    "assistant": _("Assistant"),
    "system": _("System"),
    "tool": _("Tool"),
    "document": _("Document"),
}
_FOLDED = 400


@command("show")
@click.argument("id")
@click.option(
    "--version", default="", metavar="N|KEY", help=_("As it was: a number or key that history shows.")
)
@click.option("--verbatim", is_flag=True, help=_("The service's own JSON, byte for byte."))
@click.option(
    "--all", "everything", is_flag=True, help=_("Other branches, hidden messages and tool output in full.")
)
def show_command(call: Call, version: str, *, verbatim: bool, everything: bool, **named: str) -> None:
    """Print one chat."""
    with archive_of(call.home) as archive, archive.reading():
        if verbatim:
            _write_verbatim(views.verbatim(archive, named["id"], version), as_json=call.as_json)
            return
        shown = views.show(archive, named["id"], version)
    answer(shown, as_json=call.as_json, words=lambda: _say_conversation(shown, everything=everything))


def _write_verbatim(found: list[bytes], *, as_json: bool) -> None:
    """The bytes as they are; as JSON a string each."""
    if as_json:
        answer({"verbatim": [each.decode("utf-8", "replace") for each in found]}, as_json=True, words=write)
        return
    for each in found:
        sys.stdout.flush()
        sys.stdout.buffer.write(each)
        sys.stdout.buffer.write(b"\n")
        sys.stdout.buffer.flush()


def _say_conversation(shown: dict[str, Any], *, everything: bool) -> None:
    line = shown["conversation"]
    write(titled(line))
    facts = [line["provider"], day(line["created"]), messages(line["messages"])]
    if line["gone_since"]:
        facts.append(_("not in the export of {day}; your copy stays").format(day=day(line["gone_since"])))
    write(" · ".join(facts))
    if everything:
        _say_branches(shown["messages"])
    else:
        _say_main_branch(shown["messages"])


def _say_branches(messages: list[dict[str, Any]]) -> None:
    """Every message: the main branch in reading order, then each of the others under words for where it begins."""
    from chathold.rendering.branches import Branches  # noqa: PLC0415 - only here are all branches told

    tree = Branches(messages)
    others = tree.others()
    if others:
        write("\n══ " + _("Main branch"))
    for step in tree.path():
        _say_message(step.message, everything=True)
    known = {each["id"]: each for each in messages}
    for branch in others:
        write("\n══ " + clean(begins(branch, known)))
        for message in branch:
            _say_message(message, everything=True)


def _say_main_branch(messages: list[dict[str, Any]]) -> None:
    """What the service showed, and how much more there is."""
    left_out = 0
    for message in messages:
        if (message["hidden"] or not message["on_main_branch"]) and message["role"] != "document":
            left_out += 1
            continue
        _say_message(message, everything=False)
    if left_out:
        write()
        write(
            ngettext(
                "{n} more message is hidden or on another branch: --all shows it.",
                "{n} more messages are hidden or on other branches: --all shows them.",
                left_out,
            ).format(n=left_out)
        )


def _say_message(message: dict[str, Any], *, everything: bool) -> None:
    who = _ROLES[message["role"]]
    head = " · ".join(each for each in (who, clean(message["author"]), clean(message["model"])) if each)
    write()
    write(f"── {head} · {day(message['time'])}" if message["time"] else f"── {head}")
    for part in message["parts"]:
        _say_part(part, everything=everything)
    for each in message["attachments"]:
        if not (each["name"] or each["id"]):  # it was pasted: its text is all there is of it
            continue
        state = "" if each["in_archive"] else " · " + _("not in the export")
        kind = _("file")
        write(f"  [{kind}: {clean(each['name'] or each['id'])}{state}]")
        said = each.get("text", "")
        if everything and said and not any(said in part["text"] for part in message["parts"]):
            write(_folded(safe(said), everything=True))
    if not message["attachments"] and not any(part["text"] or part.get("name") for part in message["parts"]):
        write("  " + _("(empty)"))


def _say_part(part: dict[str, Any], *, everything: bool) -> None:
    text = safe(part["text"])
    name = clean(part.get("name", ""))
    match part["kind"]:
        case "text":
            write(text)
        case "code":
            write(f"```{clean(part.get('language', ''))}\n{text}\n```")
        case "citation":
            ref, address = clean(part.get("ref", "")), clean(part.get("url", ""))
            head = " ".join(filter(None, (f"[{ref}]" if ref else "", name, address)))
            write("  " + (head or text))
            if everything and head and text:
                write(_folded(text, everything=True))
        case "attachment":
            if text:
                called = name or _("pasted text")
                write(f"  [{called}]\n{_folded(text, everything=everything)}")
        case kind:
            labels = {
                "reasoning": _("reasoning"),
                "tool_call": _("tool call"),
                "tool_result": _("tool result"),
            }
            label = labels.get(kind, part.get("type", kind))
            write(f"  [{label}{': ' + name if name else ''}]")
            if text:
                write(_folded(text, everything=everything))


def _folded(text: str, *, everything: bool) -> str:
    """Long by-work is shown by its beginning."""
    lines = "\n".join("  │ " + line for line in (text if everything else text[:_FOLDED]).split("\n"))
    return lines if everything or len(text) <= _FOLDED else lines + " …"


@command("history")
@click.argument("id")
def history_command(call: Call, **named: str) -> None:
    """List the versions of a chat."""
    with archive_of(call.home) as archive, archive.reading():
        found = views.history(archive, named["id"])

    def words() -> None:
        write(titled(found["conversation"]))
        table(
            [_("Version"), _("Key"), _("Export of"), _("Messages"), _("Added"), _("Changed"), _("Title")],
            [
                [
                    str(each["version"]),
                    each["key"],
                    day(each["exported_at"]),
                    str(each["messages"]),
                    str(each["added"]),
                    str(each["changed"]),
                    each["title"],
                ]
                for each in found["versions"]
            ],
            right=(0, 3, 4, 5),
        )

    answer(found, as_json=call.as_json, words=words)


@command("diff")
@click.argument("id")
@click.argument("a")
@click.argument("b")
def diff_command(call: Call, a: str, b: str, **named: str) -> None:
    """Print what changed between two versions."""
    with archive_of(call.home) as archive, archive.reading():
        found = views.diff(archive, named["id"], a, b)

    def words() -> None:
        if found["title"]:
            write(f"- {clean(found['title']['old'])}\n+ {clean(found['title']['new'])}")
        for message in found["removed"]:
            _say_marked("-", message)
        for change in found["changed"]:
            _say_marked("-", change["old"])
            _say_marked("+", change["new"])
        for message in found["added"]:
            _say_marked("+", message)
        if len(set(found["versions"])) == 1:
            write(_("This is one and the same version."))
        elif not (found["title"] or found["added"] or found["changed"] or found["removed"]):
            write(_("Title and messages are the same; something else differs, such as the branch shown."))

    answer(found, as_json=call.as_json, words=words)


def _say_marked(mark: str, message: dict[str, Any]) -> None:
    write(f"{mark} ── {_ROLES[message['role']]}")
    for part in message["parts"]:
        for line in safe(part["text"]).split("\n"):
            write(f"{mark} {line}")
