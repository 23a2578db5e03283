"""Looking at the program itself: what it runs on, and what it is made of. This is what a bug report needs."""

from __future__ import annotations

import contextlib
import importlib.metadata
import platform
import re
import sqlite3
import sys
from collections.abc import Iterator

from chathold import __version__
from chathold.core.saying import listed
from chathold.core.texts import _
from chathold.doctor.findings import Finding, Patient, State

_NEEDED = (3, 37, 0)
"""The first SQLite with STRICT tables."""
_NAME = re.compile(r"[A-Za-z0-9._-]+")


def database(patient: Patient) -> Iterator[Finding]:
    """Whether Python's SQLite is new enough, and can search."""
    del patient
    version, fix = sqlite3.sqlite_version, _("Install a newer Python, which brings its own SQLite.")
    if sqlite3.sqlite_version_info < _NEEDED:
        needed = ".".join(map(str, _NEEDED))
        what = _("SQLite {version} is too old; Chathold needs {needed}.").format(
            version=version, needed=needed
        )
        yield Finding("database", State.FAULT, what, fix)
    elif not _can_search():
        what = _("SQLite {version} was built without full-text search (FTS5).").format(version=version)
        yield Finding("database", State.FAULT, what, fix)
    else:
        what = _("SQLite {version}, with full-text search").format(version=version)
        yield Finding("database", State.OK, what)


def _can_search() -> bool:
    with contextlib.closing(sqlite3.connect(":memory:")) as memory:
        try:
            memory.execute("CREATE VIRTUAL TABLE words USING fts5(word)")
        except sqlite3.OperationalError:
            return False
        return True


def program(patient: Patient) -> Iterator[Finding]:
    """Which Chathold, Python and system."""
    del patient
    what = f"Chathold {__version__}, Python {platform.python_version()}, {platform.platform()}"
    yield Finding("program", State.OK, what)


def packages(patient: Patient) -> Iterator[Finding]:
    """Which packages, and whether one is missing."""
    del patient
    versions = {name: _version(name) for name in _required()}
    missing = [name for name, version in versions.items() if not version]
    if missing:
        what = _("These packages are missing: {names}").format(names=listed(missing))
        command = f"{sys.executable} -m pip install {' '.join(missing)}"
        yield Finding("packages", State.FAULT, what, command)
    yield Finding(
        "packages", State.OK, ", ".join(f"{name} {versions[name]}" for name in versions if versions[name])
    )


def _required() -> list[str]:
    """The packages that Chathold needs on this system; those for others are named only if they are there."""
    try:
        wanted = importlib.metadata.requires("chathold") or []
    except importlib.metadata.PackageNotFoundError:  # run from its sources
        return []
    names = [(found[0], ";" in each) for each in wanted if (found := _NAME.match(each))]
    return sorted(name for name, conditional in names if not conditional or _version(name))


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return ""
