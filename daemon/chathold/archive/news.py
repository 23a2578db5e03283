"""What imports brought since a moment, by account."""

from __future__ import annotations

import json

from chathold.archive.store import Archive
from chathold.archive.summary import Json


def since(archive: Archive, moment: float) -> dict[tuple[str, str], Json]:
    """By provider and account: how many conversations the imports after `moment` (Unix seconds) brought.

    `new` were not there before, `updated` went on. Imports that brought nothing are left out.
    """
    query = (
        "SELECT file.provider, file_state.account, json FROM file JOIN file_state ON file_state.file = file.id"
        " JOIN receipt ON receipt.file = file.id WHERE imported > ?"
    )
    found: dict[tuple[str, str], Json] = {}
    for provider, account, receipt in archive.database.execute(query, (moment,)):
        tally = json.loads(receipt).get("conversations") or {}
        brought = {name: int(tally.get(name) or 0) for name in ("new", "updated")}
        if any(brought.values()):
            known = found.setdefault((provider, account), dict.fromkeys(brought, 0))
            for name, number in brought.items():
                known[name] += number
    return found
