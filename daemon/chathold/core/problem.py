"""What could not be read, told beside what could."""

from __future__ import annotations

from msgspec import Struct

from chathold.core.texts import N_

NO_MESSAGES = N_("No messages were found in this conversation.")
NO_MESSAGE = N_("This place in the conversation holds no message that can be read.")
NOT_SHOWN = frozenset({NO_MESSAGES, NO_MESSAGE})
"""Problems of a conversation that may say more than can be shown of it."""


class Problem(Struct, frozen=True):
    """One thing that could not be read: where it stands, and what it is (an untranslated English text)."""

    where: str
    what: str
