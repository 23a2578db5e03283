"""Where Chathold keeps its things: one folder if `--home` or `CHATHOLD_HOME` says so, else the system's.

The archive may be elsewhere, if the settings say so.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import platformdirs


@dataclass(frozen=True)
class Home:
    """The four places, and the folder chosen for all of them, if one was. Nothing exists before somebody makes it."""

    configuration: Path
    usual_archive: Path
    state: Path
    logs: Path
    chosen: str = ""

    @classmethod
    def find(cls, chosen: str) -> Home:
        """The places below `chosen`, or those the system has for programs (local, never roaming)."""
        if chosen:
            root = Path(chosen).expanduser().absolute()
            return cls(root / "config.toml", root / "archive", root / "state", root / "logs", os.fspath(root))
        dirs = platformdirs.PlatformDirs("chathold", appauthor=False, roaming=False)
        return cls(
            dirs.user_config_path / "config.toml",
            dirs.user_data_path / "archive",
            dirs.user_state_path,
            dirs.user_log_path,
        )

    @property
    def arguments(self) -> list[str]:
        """What has another process of ours find the same places."""
        return ["--home", self.chosen] if self.chosen else []

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
