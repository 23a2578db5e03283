"""Which notes were written, and from what: a small file of its own for each folder of notes.

Without it nothing is lost: notes are found by their ids, and only those that a person deleted would come back.
"""

from __future__ import annotations

import json
import os
import tempfile
from hashlib import sha256
from pathlib import Path

from msgspec import Struct
from msgspec.structs import asdict


class Written(Struct, frozen=True):
    """A note that was written: its path in the folder, and what told its chat's state.

    `beside`: it was put beside one whose block a person had changed.
    """

    path: str
    mark: str
    beside: bool = False


class Memory:
    """What was written into one folder, by the chat's id."""

    def __init__(self, state: Path, folder: Path) -> None:
        self.path = state / f"mirror-{sha256(os.fsencode(folder)).hexdigest()[:16]}.json"
        self.notes: dict[str, Written] = {}
        try:
            held = json.loads(self.path.read_text("utf-8"))
            self.notes = {str(name): Written(**each) for name, each in held["notes"].items()}
        except (OSError, ValueError, TypeError, LookupError, AttributeError):
            self.notes = {}

    def save(self) -> None:
        """Write it whole, or leave it as it was."""
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        value = {"version": 1, "notes": {name: asdict(each) for name, each in self.notes.items()}}
        handle, building = tempfile.mkstemp(prefix=".mirror-", dir=self.path.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(value, file, ensure_ascii=True)
            Path(building).replace(self.path)
        except BaseException:
            Path(building).unlink(missing_ok=True)
            raise
