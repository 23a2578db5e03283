"""What every test gets: no way to touch the real home, and switches of our own."""

from __future__ import annotations

import os
import sys
from collections import Counter
from pathlib import Path

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--regenerate` writes golden expectations that are missing."""
    parser.addoption("--regenerate", action="store_true", help="write missing golden expectations")


def pytest_configure(config: pytest.Config) -> None:
    """Where Python is to leave no `__pycache__`, every process that is started would compile the program anew.

    Bytecode goes to pytest's own cache instead, if there is one.
    """
    if sys.dont_write_bytecode and config.pluginmanager.has_plugin("cacheprovider"):
        folder = os.fspath(config.cache.mkdir("bytecode"))
        sys.dont_write_bytecode, sys.pycache_prefix = False, folder
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ["PYTHONPYCACHEPREFIX"] = folder


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Of the cases of a test that is marked `spread(n)`, every n-th stays in the fast suite; the rest are slow."""
    met: Counter[str] = Counter()
    for item in items:
        spread = item.get_closest_marker("spread")
        if spread is not None:
            test = item.nodeid.partition("[")[0]
            if met[test] % spread.args[0]:
                item.add_marker(pytest.mark.slow)
            met[test] += 1


@pytest.fixture
def regenerate(request: pytest.FixtureRequest) -> bool:
    """Whether missing golden expectations are to be written."""
    return bool(request.config.getoption("--regenerate"))


@pytest.fixture(autouse=True)
def no_real_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test has a home of its own; the real one, and its session, cannot be reached by any default."""
    home = tmp_path / "a-home-of-its-own"
    home.mkdir()
    for name in ("HOME", "USERPROFILE", "CHATHOLD_HOME"):
        monkeypatch.setenv(name, str(home))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(home))
    for name in (
        "XDG_DATA_HOME",
        "XDG_CONFIG_HOME",
        "XDG_STATE_HOME",
        "XDG_CACHE_HOME",
        "DBUS_SESSION_BUS_ADDRESS",
        "DISPLAY",
        "WAYLAND_DISPLAY",
    ):
        monkeypatch.delenv(name, raising=False)
