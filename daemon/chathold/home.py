"""Where Chathold keeps its things: one folder if `--home` or `CHATHOLD_HOME` says so, else the system's."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import platformdirs


@dataclass(frozen=True, slots=True)
class Home:
    """The four places. Nothing here exists before somebody makes it."""

    configuration: Path
    archive: Path
    state: Path
    logs: Path

    @classmethod
    def find(cls, chosen: str) -> Home:
        """The places below `chosen`, or those the system has for programs (local, never roaming)."""
        if chosen:
            root = Path(chosen).expanduser().absolute()
            return cls(root / "config.toml", root / "archive", root / "state", root / "logs")
        dirs = platformdirs.PlatformDirs("chathold", appauthor=False, roaming=False)
        return cls(
            dirs.user_config_path / "config.toml",
            dirs.user_data_path / "archive",
            dirs.user_state_path,
            dirs.user_log_path,
        )
