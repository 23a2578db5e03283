"""The list of commands, and what they share: where home is, and whether JSON is wanted."""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable
from typing import Any

import click
from msgspec import Struct

from chathold import __version__
from chathold.cli.borrowed import borrow, placeholder, with_placeholders
from chathold.core.collecting import without_collection
from chathold.core.texts import N_, _
from chathold.home import Home

borrow()

COMMANDS = {
    "run": ("running", N_("Watch the Downloads folder, and add every export that lands there.")),
    "import": ("importing", N_("Add exports to the archive.")),
    "status": ("status", N_("Show what is archived, and what needs attention.")),
    "list": ("listing", N_("List chats, or documents.")),
    "search": ("searching", N_("Find messages by their words.")),
    "show": ("showing", N_("Read a chat.")),
    "history": ("showing", N_("List the versions of a chat.")),
    "diff": ("showing", N_("Show what changed between two versions.")),
    "export": ("exporting", N_("Take chats out: as Markdown, HTML, JSON, or in the service's own shape.")),
    "mirror": ("mirroring", N_("Show what a folder of notes would hold, or bring it up to date.")),
    "check": ("checking", N_("Before you delete chats at the service: see what is here, and what is not.")),
    "web": ("reading", N_("Open the reader, in your browser.")),
    "try": ("trying", N_("Look into exports without keeping anything.")),
    "verify": ("caring", N_("Read every stored byte back and check the archive.")),
    "rebuild": ("caring", N_("Work out again everything that follows from the stored records.")),
    "backup": ("caring", N_("Make or refresh a second copy.")),
    "restore": ("caring", N_("Bring a backup back, on this computer or a new one.")),
    "forget": ("forgetting", N_("Erase chats for good.")),
    "pause": ("running", N_("Have the running Chathold look at no new downloads.")),
    "resume": ("running", N_("Have it look at them again.")),
    "account": ("accounts", N_("List accounts, or give one a label.")),
    "remind": ("reminding", N_("List the reminders to export again, or answer them.")),
    "service": ("starting", N_("Start Chathold with the session, and see how it runs.")),
    "doctor": ("doctoring", N_("See what is wrong on this computer, and how to put it right.")),
}
"""Every command: the module it lives in, and what it is for."""


class Call(Struct, frozen=True):
    """What every command is given."""

    home: Home
    as_json: bool


class _Commands(click.Group):
    """Loads a command's module when it is called, so that a quick command stays quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in COMMANDS:
            return None
        with without_collection():
            module = importlib.import_module(f"chathold.cli.{COMMANDS[cmd_name][0]}")
        command: click.Command = getattr(module, f"{cmd_name}_command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without loading them."""
        del ctx
        with formatter.section(_("Commands")):
            formatter.write_dl([(name, _(purpose)) for name, (_module, purpose) in COMMANDS.items()])


@click.group(
    cls=_Commands,
    options_metavar=placeholder("[OPTIONS]"),
    subcommand_metavar=placeholder("COMMAND [ARGS]…"),
    help=_("Keep your own copy of your ChatGPT, Claude and DeepSeek chats."),
)
@click.option(
    "--home",
    envvar="CHATHOLD_HOME",
    default="",
    metavar=placeholder("DIR"),
    help=_("Keep everything under DIR."),
)
@click.version_option(__version__, prog_name="chathold")
@click.pass_context
def chathold(context: click.Context, home: str) -> None:
    """Remember where home is for the command that follows."""
    context.obj = Home.find(home)


def command(name: str) -> Callable[[Callable[..., int | None]], click.Command]:
    """Make a function the command `name`: it gets a `Call` first and returns its exit code, or nothing."""

    def wrap(function: Callable[..., int | None]) -> click.Command:
        def called(*, as_json: bool, **arguments: Any) -> int:
            home = click.get_current_context().find_object(Home) or Home.find("")
            return function(Call(home, as_json), **arguments) or 0

        functools.update_wrapper(called, function)
        as_command = click.command(name, help=_(COMMANDS[name][1]))(called)
        as_command.params.append(
            click.Option(["--json", "as_json"], is_flag=True, help=_("Answer with one JSON document."))
        )
        return with_placeholders(as_command)

    return wrap
