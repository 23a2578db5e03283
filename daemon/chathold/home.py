"""Where Chathold keeps its things: one folder if `--home` or `CHATHOLD_HOME` says so, else the system's.

The archive may be elsewhere, if the settings say so.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import platformdirs


@dataclass(frozen=True)
class Home:
    """The four places. Nothing here exists before somebody makes it."""

    configuration: Path
    usual_archive: Path
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

    @cached_property
    def archive(self) -> Path:
        """The archive's folder, the same for as long as this object lives. Raises `ConfigurationError`."""
        try:
            self.configuration.lstat()
        except (FileNotFoundError, NotADirectoryError):
            return self.usual_archive
        except OSError:
            pass  # then reading says what is wrong
        from chathold.configuration import load  # noqa: PLC0415 - most people have no settings to wait for

        return load(self.configuration).archive.folder or self.usual_archive
