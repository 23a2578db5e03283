"""Names of services as people write them."""

from __future__ import annotations

from chathold.core.errors import UsageError
from chathold.core.saying import listed
from chathold.core.texts import _
from chathold.services import SERVICES


def service_named(name: str) -> str:
    """The service that a name means, in any case, as the archive has it; "" for none.

    Raises `UsageError` if there is no such service.
    """
    known = ["", *(each.name for each in SERVICES)]
    if name.lower() in known:
        return name.lower()
    raise UsageError(
        _("There is no service of this name."),
        place=name,
        advice=_("Use one of: {values}.").format(values=listed(known[1:])),
    )
