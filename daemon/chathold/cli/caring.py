"""`chathold verify`, `rebuild`, `backup` and `restore`."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import click

from chathold.archive.backups import Copied, back_up, damage, note_copy, restore
from chathold.archive.damage import names, noted
from chathold.archive.deriving import derive, forget_derived, pending
from chathold.archive.verifying import verify, ways_out
from chathold.cli.commands import Call, command
from chathold.cli.counts import chats, damaged, documents, files, joined, messages, versions
from chathold.cli.opening import archive_of, waiting
from chathold.cli.output import answer, write
from chathold.configuration import examine
from chathold.core.plain import clean
from chathold.core.saying import amount
from chathold.core.texts import _
from chathold.daemon.last_seen import remember
from chathold.filesystems import on_same_disk
from chathold.places import check_copy
from chathold.search import catch_up


@command("verify")
def verify_command(call: Call) -> int:
    """Check the archive; 1 if anything is wrong."""
    with archive_of(call.home) as archive, archive.writing(waiting=waiting):
        if pending(archive):
            derive(archive)
        result = verify(archive)
    advice = ways_out(result["problems"])
    for problem in result["problems"]:
        what: str = problem["what"]
        problem["what"] = _(what)
    answer(result, as_json=call.as_json, words=lambda: _say_verified(result, advice))
    return 0 if result["ok"] else 1


def _say_verified(result: dict[str, Any], advice: list[str]) -> None:
    if result["ok"]:
        write(_("Everything was read back and is as it was stored."))
    for problem in result["problems"]:
        write(f"✗ {clean(problem['where'])}: {clean(problem['what'])}")
    for each in advice:
        write(f"  {each}")
    write(
        joined(
            chats(result["conversations"]),
            documents(result["documents"]),
            messages(result["messages"]),
            versions(result["versions"]),
            files(result["assets"]),
        )
    )
    if result["digest"]:
        write(_("Digest: {digest}").format(digest=result["digest"]))


@command("rebuild")
def rebuild_command(call: Call) -> int:
    """Derive everything again from the stored records; 1 if some are damaged."""
    with archive_of(call.home) as archive, archive.writing(waiting=waiting):
        forget_derived(archive)
        derive(archive)
        archive.checkpoint()
        catch_up(archive, anew=True)
        found = names(archive.database, set(noted(archive.database).values()))

    def words() -> None:
        write(_("Done: all was worked out again."))
        if found:
            write(f"✗ {damaged(found)}")

    answer({"rebuilt": True, "damaged": found}, as_json=call.as_json, words=words)
    return int(bool(found))


_FOLDER = click.Path(path_type=Path, file_okay=False)


@command("backup")
@click.argument("folder", type=_FOLDER, metavar="DIR")
def backup_command(call: Call, folder: Path) -> int:
    """Make or refresh the copy in DIR."""
    target = folder.expanduser().absolute()
    check_copy(target, examine(call.home.configuration)[0])
    with archive_of(call.home) as archive, archive.writing(waiting=waiting) as ledger:
        copied = back_up(archive, target)
        note_copy(archive, ledger, target, time.time())
    words = _("The copy in {folder} now holds all that the archive holds.")
    if not copied.whole:
        words = _("The copy in {folder} now holds all that is whole in the archive.")
    return _say_copied(call, copied, words, beside=on_same_disk(call.home.archive, target))


@command("restore")
@click.argument("folder", type=_FOLDER, metavar="DIR")
def restore_command(call: Call, folder: Path) -> int:
    """Open the copy in DIR as this computer's archive."""
    copied = restore(folder.expanduser().absolute(), call.home.archive)
    with archive_of(call.home) as archive:
        remember(call.home.state, call.home.archive, str(archive.meta("id")))
    return _say_copied(call, copied, _("The archive is back, in {folder}."))


def _say_copied(call: Call, copied: Copied, said: str, *, beside: bool = False) -> int:
    """What was copied; `beside`: to the disk that the archive is on."""
    value = {
        "folder": str(copied.folder),
        "files": copied.files,
        "new_files": copied.new_files,
        "bytes": copied.bytes,
        "mended": copied.mended,
        "damaged": copied.damaged,
        "lacking": list(copied.lacking),
        "same_disk": beside,
    }

    def words() -> None:
        write(said.format(folder=copied.folder))
        new = _("copied now, beside the database: {files}").format(files=files(copied.new_files))
        write(joined(_("{size} in all").format(size=amount(copied.bytes)), new if copied.new_files else ""))
        if beside:
            write("! " + _("But it is on the same disk as the archive: if that fails, both are lost."))
        for line in damage(copied):
            write(line)

    answer(value, as_json=call.as_json, words=words)
    return 0 if copied.whole else 1
