"""What an archive shows, for comparing one with another that was filled from an export of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from commands import chathold

_OF_EXPORTS = ("first_seen", "last_seen")
"""Fields of a message that tell of the exports it was in."""

_OF_HISTORY = ("versions", "gone_since", "gone_unconfirmed")
"""Fields of a conversation that tell of several exports."""


def shown(home: Path) -> dict[str, tuple[dict[str, Any], dict[str, Any]]]:
    """Every conversation and document: its line of `list`, and its messages by id."""
    lines = [
        *chathold(home, "list")["conversations"],
        *chathold(home, "list", "--documents")["documents"],
    ]
    return {line["id"]: (_line(line), _messages(home, line["id"])) for line in lines}


def _line(line: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in line.items() if name not in _OF_HISTORY}


def _messages(home: Path, name: str) -> dict[str, Any]:
    return {
        message["id"]: {
            **{key: value for key, value in message.items() if key not in (*_OF_EXPORTS, "metadata")},
            "attachments": sorted(message["attachments"], key=lambda each: (each["id"], each["name"])),
        }
        for message in chathold(home, "show", name)["messages"]
    }


def skeleton(messages: dict[str, Any]) -> dict[str, Any]:
    """The tree alone: who speaks, after what, and whether it is shown."""
    return {
        name: (message["role"], message["parent"], message["on_main_branch"])
        for name, message in messages.items()
    }


def exports(folder: Path) -> list[Path]:
    """The exports in what `export --format original` wrote, one for each account."""
    return sorted(path for path in folder.iterdir() if path.is_dir())
