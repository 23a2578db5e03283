"""click's own texts that a person may meet, so that our catalogues hold them, too.

click asks gettext for them at the moment they are shown; `borrow` makes it look into our catalogues. What stands for
a value in a usage line ("DIR") it takes as it is: `placeholder` translates that.
"""

from __future__ import annotations

import gettext
import os
import re
import sys
import unicodedata
from typing import Any

import click

from chathold.core.texts import DOMAIN, LANGUAGES, LOCALES, N_, _, ngettext


def borrow() -> None:
    """Let click speak the language that `chathold.core.texts` has chosen."""
    if not LANGUAGES:
        return
    if sys.platform == "win32":  # nobody has told gettext there
        os.environ["LANGUAGE"] = ":".join(LANGUAGES)
    gettext.bindtextdomain(DOMAIN, LOCALES)
    gettext.textdomain(DOMAIN)
    vars(click.formatting)["term_len"] = _cells  # else what stands beside Chinese is not in line


def _cells(text: str) -> int:
    """As many columns as a text takes on a terminal."""
    return sum(1 + (unicodedata.east_asian_width(each) in "WF") for each in click.unstyle(text))


def placeholder(metavar: str) -> str:
    """What stands for a value, its words in capitals translated."""
    return re.sub(r"[A-Z]{2,}", lambda word: _(word[0]), metavar)


def with_placeholders(command: click.Command) -> click.Command:
    """The command with all its placeholders translated."""
    command.options_metavar = placeholder("[OPTIONS]")
    for each in command.params:
        if isinstance(each, click.Argument) and not each.metavar and not isinstance(each.type, click.Choice):
            name = (each.name or "").upper()
            each.metavar = (name if each.required else f"[{name}]") + ("…" if each.nargs != 1 else "")
        if each.metavar:
            each.metavar = placeholder(each.metavar)
    return command


class AtLeast(click.IntRange):
    """A whole number with a lower bound, which is said as people write it; beyond 63 bits all are the same."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The number, at most as large as a database counts."""
        return min(int(super().convert(value, param, ctx)), sys.maxsize)

    def _describe_range(self) -> str:
        return f"≥ {self.min}"


class Between(click.FloatRange):
    """A number between two bounds, likewise."""

    def _describe_range(self) -> str:
        return f"{self.min:g} – {self.max:g}"


PLACEHOLDERS = (
    N_("OPTIONS"),
    N_("COMMAND"),
    N_("ARGS"),
    N_("DIR"),
    N_("DEST"),
    N_("ID"),
    N_("IDS"),
    N_("PATHS"),
    N_("KEY"),
    N_("PROVIDER"),
    N_("ACCOUNT"),
    N_("NAME"),
    N_("ROLE"),
    N_("DAY"),
    N_("WORDS"),
    N_("WHAT"),
    N_("QUERY"),
    N_("FORMAT"),
)

TEXTS = (
    N_("required"),
    N_("default: {default}"),
    N_("Usage:"),
    N_("Options"),
    N_("Show the version and exit."),
    N_("Show this message and exit."),
    N_("%(prog)s, version %(version)s"),
    N_("Try '{command} {option}' for help."),
    N_("Error: {message}"),
    N_("Error: invalid input"),
    N_("Missing command."),
    N_("Missing argument"),
    N_("Missing option"),
    N_("Invalid value: {message}"),
    N_("Invalid value for {param_hint}: {message}"),
    N_("No such command {name!r}."),
    N_("No such option {name!r}."),
    N_("No such option: {name}"),
    N_("Option {name!r} does not take a value."),
    N_("{value!r} is not a valid {number_type}."),
    N_("{value} is not in the range {range}."),
    N_("{name} {filename!r} is a file."),
    N_("Directory"),
    N_("directory"),
    ngettext("Did you mean {possibility}?", "(Did you mean one of: {possibilities}?)", 1),
    ngettext("Got unexpected extra argument ({args})", "Got unexpected extra arguments ({args})", 1),
    ngettext("Option {name!r} requires an argument.", "Option {name!r} requires {nargs} arguments.", 1),
    ngettext("{value!r} is not {choice}.", "{value!r} is not one of {choices}.", 1),
)
"""They are listed for the catalogues; click itself never looks here."""
