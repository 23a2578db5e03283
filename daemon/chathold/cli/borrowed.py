"""click's own texts that a person may meet, so that our catalogues hold them, too.

click asks gettext for them at the moment they are shown; `borrow` makes it look into our catalogues.
"""

from __future__ import annotations

import gettext
import os
import sys

from chathold.core.texts import DOMAIN, LANGUAGES, LOCALES, N_, ngettext


def borrow() -> None:
    """Let click speak the language that `chathold.core.texts` has chosen."""
    if not LANGUAGES:
        return
    if sys.platform == "win32":  # nobody has told gettext there
        os.environ["LANGUAGE"] = ":".join(LANGUAGES)
    gettext.bindtextdomain(DOMAIN, LOCALES)
    gettext.textdomain(DOMAIN)


TEXTS = (
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
