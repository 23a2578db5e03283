"""The log stays small, says when in UTC, and holds nothing that somebody told a machine."""

from __future__ import annotations

import io
import logging
import os
import re
import stat
import sys
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import IO

import pytest

from chathold import logs
from chathold.logs import LOG, NAME, is_journal, logging_to, set_level

SECRET = "what somebody told a machine"  # noqa: S105 - chat text that must not get out


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the log is, once it is."""
    return tmp_path / "state" / "log"


@pytest.fixture(autouse=True)
def no_journal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests may run under systemd."""
    monkeypatch.delenv("JOURNAL_STREAM", raising=False)


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def _lines(folder: Path) -> list[str]:
    return (folder / NAME).read_text("utf-8").splitlines()


def test_a_line_is_a_time_in_utc_and_words(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever zone the computer is in."""
    monkeypatch.setattr("time.localtime", lambda *_args: pytest.fail("not in UTC"))
    with logging_to(folder):
        LOG.handle(
            logging.makeLogRecord({"levelno": 20, "levelname": "INFO", "msg": "%s", "args": ("ready",)})
        )
        logging.getLogger("chathold.deep.er").warning("a %s", "warning")
    first, second = _lines(folder)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ WARNING a warning", second)
    assert first.endswith("Z INFO    ready")


def test_the_time_is_that_of_the_event() -> None:
    """To the second."""
    record = logging.makeLogRecord({"created": 1_800_000_000.9, "levelname": "INFO", "msg": "x"})
    assert logs._Plain().format(record) == "2027-01-15T08:00:00Z INFO    x"


def test_debug_is_logged_only_if_wanted(folder: Path) -> None:
    """And can be turned on while the daemon runs; of libraries, warnings are enough."""
    with logging_to(folder):
        LOG.debug("no")
        set_level("debug")
        LOG.debug("yes")
        logging.getLogger("watchdog").debug("no")
        logging.getLogger("watchdog").warning("overflow")
        set_level("info")
        LOG.debug("no")
    assert [line.split(" ", 1)[1].strip() for line in _lines(folder)] == ["DEBUG   yes", "WARNING overflow"]


def test_what_an_error_says_is_left_out(folder: Path) -> None:
    """Its kind and the places in the code are not: they say no word of a chat."""
    with logging_to(folder):
        try:
            int(SECRET)
        except ValueError:
            LOG.exception("an import failed")
    text = (folder / NAME).read_text("utf-8")
    assert SECRET not in text
    assert "  builtins.ValueError\n" in text
    assert f"{__file__}:" in text


def test_a_name_cannot_make_a_line_or_steer_a_terminal(folder: Path) -> None:
    """Whatever a file is called, it is one line."""
    terminal = _Terminal()
    with logging_to(folder, stderr=terminal):
        LOG.info("found %s", "a\n2027-01-15T08:00:00Z ERROR b\x1b[2J\u2028夜")
    (line,) = _lines(folder)
    assert line.endswith(r"found a\n2027-01-15T08:00:00Z ERROR b\x1b[2J\u2028夜")
    assert terminal.getvalue() == line + "\n"


def test_a_name_that_is_no_text_is_written_as_it_can_be() -> None:
    """Names of files may be any bytes."""
    record = logging.makeLogRecord({"levelname": "INFO", "msg": "found %s", "args": ("a\udcff",)})
    assert logs._Plain().format(record).endswith(r"INFO    found a\udcff")


def test_the_log_is_for_its_owner_alone(folder: Path) -> None:
    """Folder and file."""
    old = os.umask(0)
    try:
        with logging_to(folder):
            LOG.info("x")
    finally:
        os.umask(old)
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (folder, folder / NAME)]
    assert modes == [0o700, 0o600]


def test_the_log_is_bounded(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file and two older ones; the newest line is in the file, the one before a turn in the next."""
    monkeypatch.setattr(logs, "LARGEST", 2000)
    with logging_to(folder):
        for number in range(500):
            LOG.info("line %d", number)
    files = sorted(folder.iterdir())
    assert [file.name for file in files] == [NAME, f"{NAME}.1", f"{NAME}.2"]
    assert max(file.stat().st_size for file in files) <= 2000
    numbers = [
        int(line.rsplit(" ", 1)[1]) for file in reversed(files) for line in file.read_text().splitlines()
    ]
    assert numbers == list(range(numbers[0], 500))
    assert len(numbers) > 50


def test_three_files_of_a_megabyte_are_all() -> None:
    """The bounds that hold outside of tests."""
    assert logs.LARGEST * (1 + logs.OLDER) <= 3_000_000


def test_a_file_that_cannot_be_renamed_is_bounded_too(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On Windows, as long as somebody looks at it."""

    def in_use(*_args: object) -> None:
        raise PermissionError(13, "in use")

    monkeypatch.setattr(logs, "LARGEST", 2000)
    monkeypatch.setattr(RotatingFileHandler, "rotate", in_use)
    with logging_to(folder):
        for number in range(500):
            LOG.info("line %d", number)
    assert [file.name for file in folder.iterdir()] == [NAME]
    assert (folder / NAME).stat().st_size <= 2000
    assert _lines(folder)[-1].endswith("line 499")


def test_it_goes_on_where_it_ended(folder: Path) -> None:
    """Stopping loses nothing, and leaves nothing open."""
    before = logging.getLogger().handlers[:], LOG.level
    for number in range(3):
        with logging_to(folder):
            LOG.info("start %d", number)
    assert [line[-1] for line in _lines(folder)] == ["0", "1", "2"]
    assert (logging.getLogger().handlers, LOG.level) == before


def test_a_full_disk_does_not_stop_anything(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A line that cannot be written is lost without a word; once there is room, lines are written again."""
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("this system has no /dev/full")
    folder.mkdir(parents=True)
    (folder / NAME).symlink_to(full)
    with logging_to(folder):
        LOG.info("lost")
        (folder / NAME).unlink()
        LOG.info("written")
        (folder / NAME).rename(folder / "kept")
        (folder / NAME).symlink_to(full)
    assert capsys.readouterr() == ("", "")
    assert (folder / "kept").read_text().splitlines()[-1].endswith("written")


def test_a_folder_that_cannot_be_made_is_told_of(tmp_path: Path) -> None:
    """Where somebody can read it; the daemon runs on."""
    (tmp_path / "log").write_text("in the way")
    terminal = _Terminal()
    with logging_to(tmp_path / "log", stderr=terminal):
        LOG.info("running")
    first, second = terminal.getvalue().splitlines()
    assert f"No log can be kept in {tmp_path / 'log'}: " in first
    assert second.endswith("running")


def test_without_a_file_no_word_of_an_error_gets_out_either(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Python would write what nobody handles to standard error, with all that an error says."""
    (tmp_path / "log").write_text("in the way")
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    for stderr in (sys.stderr, None):
        monkeypatch.setattr(sys, "stderr", stderr)
        with logging_to(tmp_path / "log"):
            try:
                int(SECRET)
            except ValueError:
                LOG.exception("failed")
    written = capsys.readouterr().err
    assert SECRET not in written
    assert [line.split(" ERROR ")[-1].strip() for line in written.splitlines()[1:3]] == [
        "failed",
        "builtins.ValueError",
    ]


# --- beside the file


def test_a_terminal_shows_what_is_logged(folder: Path) -> None:
    """The same lines."""
    terminal = _Terminal()
    with logging_to(folder, stderr=terminal):
        LOG.info("ready")
    assert terminal.getvalue().splitlines() == _lines(folder)


def test_a_pipe_does_not(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The file is enough; a desktop would keep such lines without a bound."""
    with logging_to(folder):
        LOG.info("ready")
    assert capsys.readouterr().err == ""
    assert len(_lines(folder)) == 1


def test_a_program_without_standard_error_logs_all_the_same(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As under Windows' `pythonw`."""
    monkeypatch.setattr(sys, "stderr", None)
    with logging_to(folder):
        LOG.info("ready")
    assert len(_lines(folder)) == 1


@pytest.fixture
def journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> IO[str]:
    """A stream that is said to be the journal's."""
    file = (tmp_path / "journal").open("w+", encoding="utf-8")
    status = os.fstat(file.fileno())
    monkeypatch.setenv("JOURNAL_STREAM", f"{status.st_dev}:{status.st_ino}")
    return file


def test_the_journal_gets_priorities_and_no_times(folder: Path, journal: IO[str]) -> None:
    """It has a clock of its own; each line of an error has the priority."""
    with journal, logging_to(folder, stderr=journal):  # type: ignore[arg-type]
        LOG.info("ready")
        LOG.warning("slow")
        try:
            int(SECRET)
        except ValueError:
            LOG.exception("failed")
        journal.seek(0)
        lines = journal.read().splitlines()
    assert lines[:4] == ["<6>ready", "<4>slow", "<3>failed", "<3>  builtins.ValueError"]
    assert [line for line in lines[4:] if not line.startswith("<3>    ")] == []


def test_a_stream_that_went_elsewhere_is_not_the_journal(journal: IO[str], tmp_path: Path) -> None:
    """The variable stays when standard error is sent to a file."""
    with journal, (tmp_path / "other").open("w", encoding="utf-8") as other:
        assert is_journal(journal)  # type: ignore[arg-type]
        assert not is_journal(other)
    assert not is_journal(io.StringIO())
