"""Every text a person sees, in their language.

`_` translates, `ngettext` counts, `N_` marks a text that is stored in English and translated when shown.
"""

from __future__ import annotations

import gettext
import os
from pathlib import Path

_LOCALES = Path(__file__).parents[1] / "locale"


def _translations() -> gettext.NullTranslations:
    """The user's language, by the variables that gettext itself goes by."""
    return gettext.translation("chathold", os.fspath(_LOCALES), fallback=True)


_chosen = _translations()
_ = _chosen.gettext
ngettext = _chosen.ngettext


def N_(text: str) -> str:  # noqa: N802 - the name gettext's tools look for
    """`text` itself; marked, so that it is in the catalogues."""
    return text
