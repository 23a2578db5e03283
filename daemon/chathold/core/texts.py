"""Every text a person sees, in their language.

`_` translates, `ngettext` counts, `N_` marks a text that is stored in English and translated when shown. The
language is chosen once, at start: by gettext's own variables, and on Windows, which has none, by its menus.
"""

from __future__ import annotations

import gettext
import os
import sys
from itertools import takewhile
from pathlib import Path

DOMAIN = "chathold"
LOCALES = os.fspath(Path(__file__).parents[1] / "locale")

_VARIABLES = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")


def _wanted() -> list[str]:
    """The languages a person wants, the dearest first, as far as English: that needs no catalogue."""
    named = next(filter(None, map(os.environ.get, _VARIABLES)), "") or _of_windows()
    return list(takewhile(lambda each: not each.startswith("en"), named.split(":")))


def _of_windows() -> str:
    """The language of Windows' menus, as `zh_CN`; nothing on other systems."""
    if sys.platform != "win32":
        return ""
    import ctypes  # noqa: PLC0415 - only there
    import locale  # noqa: PLC0415

    return locale.windows_locale.get(ctypes.windll.kernel32.GetUserDefaultUILanguage(), "")


LANGUAGES = _wanted()
_chosen = gettext.translation(DOMAIN, LOCALES, LANGUAGES, fallback=True)


def speak(language: str) -> None:
    """Speak this language from now on, as the settings name it; the desktop's if that is none."""
    global _chosen  # noqa: PLW0603 - a process speaks one language
    wanted = [language] if language else LANGUAGES
    _chosen = gettext.translation(DOMAIN, LOCALES, wanted, fallback=True)


def language() -> str:
    """The language spoken now, as `en` or `zh_CN`."""
    return _chosen.info().get("language", "en")


def _(text: str) -> str:
    """`text` in the language of the person."""
    return _chosen.gettext(text)


def ngettext(one: str, many: str, number: int) -> str:
    """`one` or `many`, as the language has it for that number."""
    return _chosen.ngettext(one, many, number)


def N_(text: str) -> str:  # noqa: N802 - the name gettext's tools look for
    """`text` itself; marked, so that it is in the catalogues."""
    return text


def in_every_language(text: str) -> dict[str, str]:
    """`text` as marked with `N_`, by the language it is in; English is always there."""
    names = sorted(each.name for each in Path(LOCALES).iterdir())
    return {"en": text} | {name: gettext.translation(DOMAIN, LOCALES, [name]).gettext(text) for name in names}
