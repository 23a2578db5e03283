"""Newer code is noticed once it lies still."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import chathold
from chathold.daemon.renewal import Renewal, Stamp, restart, stamp

OLD, HALF, NEW = (1, 100), (2, 50), (3, 110)
STILL = 10.0


@pytest.mark.parametrize("running", [OLD, None])
def test_the_running_code_is_no_news(running: Stamp | None) -> None:
    """However long it runs; code that cannot be looked at is none, either."""
    renewal = Renewal(running)
    assert not any(renewal.due(running, now) for now in (0.0, 5.0, STILL, 1e9))


def test_newer_code_is_started_once_it_has_lain_still() -> None:
    """Half-replaced code must not be."""
    renewal = Renewal(OLD)
    seen = [(OLD, 0), (HALF, 100), (HALF, 109), (None, 109.5), (NEW, 110), (NEW, 119.9), (NEW, 120)]
    assert [renewal.due(installed, now) for installed, now in seen] == [False] * 6 + [True]


def test_code_that_is_put_back_is_not_started() -> None:
    """An installation that failed leaves what runs already."""
    renewal = Renewal(OLD)
    seen = [(NEW, 0), (OLD, 5), (OLD, 500)]
    assert not any(renewal.due(installed, now) for installed, now in seen)


def test_code_that_is_away_is_not_started() -> None:
    """It was uninstalled, and what runs goes on."""
    renewal = Renewal(OLD)
    assert not any(renewal.due(None, now) for now in (0.0, 500.0))


@given(
    st.lists(st.tuples(st.sampled_from((OLD, HALF, NEW, None)), st.floats(0, 60)), min_size=1, max_size=20)
)
def test_nothing_is_started_that_changed_within_the_time(steps: list[tuple[Stamp | None, float]]) -> None:
    """Due is what has been seen unchanged for as long as that, and differs from what runs."""
    renewal, now = Renewal(OLD), 0.0
    newest: Stamp | None = OLD
    since = 0.0
    for installed, pause in steps:
        now += pause
        if installed != newest:
            newest, since = installed, now
        assert renewal.due(installed, now) == (installed not in (None, OLD) and now - since >= STILL)


def test_an_installation_changes_the_stamp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of another size, or written at another time, or gone."""
    package = tmp_path / "__init__.py"
    shutil.copy2(chathold.__file__, package)
    monkeypatch.setattr(chathold, "__file__", os.fspath(package))
    before = stamp()
    assert before == stamp()
    os.utime(package, ns=(0, 5))
    later = stamp()
    package.write_bytes(b"")
    os.utime(package, ns=(0, 5))
    smaller = stamp()
    package.unlink()
    assert len({before, later, smaller, stamp()}) == 4
    assert stamp() is None


def test_the_newer_program_is_called_as_this_one_was(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the same Python and the same arguments."""
    called: list[tuple[str, list[str]]] = []
    monkeypatch.setattr("sys.argv", ["chathold", "--home", "/h", "run", "--no-tray"])
    monkeypatch.setattr("sys.executable", "/venv/bin/python")
    monkeypatch.setattr(os, "execv", lambda *args: called.append(args))
    restart()
    arguments = ["-m", "chathold", "--home", "/h", "run", "--no-tray"]
    assert called == [("/venv/bin/python", ["/venv/bin/python", *arguments])]
