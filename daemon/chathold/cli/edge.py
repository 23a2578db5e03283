"""The edge of the process: every error ends here as words and an exit code."""

from __future__ import annotations

import contextlib
import io
import os
import sys

import click

from chathold.cli.commands import chathold
from chathold.cli.output import fail, said, write_json
from chathold.core.errors import ChatholdError, UsageError
from chathold.core.texts import _
from chathold.home import Home

DONE, FAILED, USAGE, BUG, INTERRUPTED = 0, 1, 2, 3, 130


def run(arguments: list[str]) -> int:
    """Run a command line; 0 done, 1 failed, 2 wrong usage, 3 a bug, 130 interrupted."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # help in Chinese, where the terminal knows none
    try:
        return _run(arguments, as_json="--json" in arguments)
    except (BrokenPipeError, SystemExit):  # click makes the one into the other
        _stop_writing()
        return DONE


def _run(arguments: list[str], *, as_json: bool) -> int:
    try:
        _check_text(arguments)
        result = chathold.main(args=arguments, prog_name="chathold", standalone_mode=False)
        return result if isinstance(result, int) else DONE
    except (click.exceptions.Abort, KeyboardInterrupt):
        fail(ChatholdError(_("Interrupted. Nothing half-done is left behind.")), as_json=as_json)
        return INTERRUPTED
    except click.ClickException as error:
        if as_json:
            write_json(said(UsageError(error.format_message())))
        error.show()
        return USAGE
    except UsageError as error:
        fail(error, as_json=as_json)
        return USAGE
    except ChatholdError as error:
        fail(error, as_json=as_json)
        return FAILED
    except BrokenPipeError:
        raise
    except Exception as error:  # noqa: BLE001 - the last edge: a bug is reported, not shown as a stack trace
        from chathold.bugs import report  # noqa: PLC0415 - needed for a bug only

        advice = _("What happened, without any chat text, stands in {path}.")
        advice = advice.format(path=report(error, Home.find(_home(arguments)).logs))
        fail(ChatholdError(_("This is a bug in Chathold."), advice=advice), as_json=as_json)
        return BUG


def _check_text(arguments: list[str]) -> None:
    """Refuse bytes that are no text, but for the names of files that are there: Linux lets those be anything."""
    for each in arguments:
        try:
            os.fsencode(each).decode()
        except UnicodeError:
            if not os.path.lexists(each):
                said = each.encode(errors="replace").decode()
                raise UsageError(_("This is no text: {argument}").format(argument=said)) from None


def _stop_writing() -> None:
    """Nobody reads on: let what is left in the buffer go nowhere, or Python complains of it at the end."""
    with contextlib.suppress(OSError):  # a test's standard output is no file
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def _home(arguments: list[str]) -> str:
    """What `--home` was given, as far as that can be told without the parser."""
    for number, each in enumerate(arguments):
        if each == "--home":
            return "".join(arguments[number + 1 : number + 2])
        if each.startswith("--home="):
            return each.removeprefix("--home=")
    return os.environ.get("CHATHOLD_HOME", "")
