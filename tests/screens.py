"""The program as a person meets it: its words on standard output and standard error, or on a terminal."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import histories
from chathold.__main__ import main
from world_truth import DAY, Chat, Kind, Piece, Turn

ROOT = Path(__file__).parents[1]
_LANGUAGE = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")

HOSTILE = "\x1b[2J\x1b]0;owned\x07夜間\n\u202egnp.exe\r\x9b31m\u2028 end"
"""A title that would clear the screen, rename the window, break lines, and run backwards."""
HARMLESS = "夜間 gnp.exe"


@dataclass(frozen=True, slots=True)
class Said:
    """A finished run: its exit code and the bytes it wrote."""

    code: int
    output: bytes
    errors: bytes

    @property
    def out(self) -> str:
        """Standard output."""
        return self.output.decode()

    @property
    def err(self) -> str:
        """Standard error."""
        return self.errors.decode()


def said(home: Path, *args: str) -> Said:
    """Run a command in this process, on the archive in `home`."""
    out, err = io.BytesIO(), io.BytesIO()
    with (
        io.TextIOWrapper(out, encoding="utf-8", write_through=True) as stdout,
        io.TextIOWrapper(err, encoding="utf-8", write_through=True) as stderr,
        redirect_stdout(stdout),
        redirect_stderr(stderr),
    ):
        code = main(["--home", os.fspath(home), *args])
        stdout.flush()
        return Said(code, out.getvalue(), err.getvalue())


def environment(**named: str) -> dict[str, str]:
    """The environment of this process, with no language but the one named."""
    kept = {name: value for name, value in os.environ.items() if name not in {*_LANGUAGE, "PYTHONIOENCODING"}}
    return {**kept, "PYTHONPATH": os.fspath(ROOT / "daemon"), **named}


def command_line(home: Path, *args: str, python: Sequence[str] = ()) -> list[str]:
    """What a shell would start."""
    return [sys.executable, *python, "-m", "chathold", "--home", os.fspath(home), *args]


def started(home: Path, *args: str, python: Sequence[str] = (), **variables: str) -> Said:
    """Run a command in a process of its own, with these variables in its environment."""
    done = subprocess.run(
        command_line(home, *args, python=python),
        capture_output=True,
        check=False,
        stdin=subprocess.DEVNULL,
        env=environment(**variables),
    )
    return Said(done.returncode, done.stdout, done.stderr)


_SEVERAL = """
import sys
from chathold.__main__ import main
codes = [main(["--home", sys.argv[1], *line.split()]) for line in sys.argv[2:]]
sys.stdout.buffer.write(bytes(codes))
"""


def one_after_another(
    home: Path, *lines: str, python: Sequence[str] = (), **variables: str
) -> tuple[list[int], str]:
    """Run several command lines in one new process: their exit codes, and all that was written."""
    done = subprocess.run(
        [sys.executable, *python, "-c", _SEVERAL, os.fspath(home), *lines],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        stdin=subprocess.DEVNULL,
        env=environment(**variables),
    )
    return list(done.stdout[-len(lines) :]), done.stdout[: -len(lines)].decode()


def on_terminal(home: Path, *args: str, columns: int = 80) -> str:
    """All that a command writes to a terminal that is so many columns wide."""
    import pty  # noqa: PLC0415 - where there are no terminals of this kind, other tests still run

    ours, theirs = pty.openpty()
    variables = environment(TERM="xterm", COLUMNS=str(columns), LINES="24")
    with subprocess.Popen(
        command_line(home, *args), stdin=theirs, stdout=theirs, stderr=theirs, env=variables
    ):
        os.close(theirs)
        screen = b""
        try:
            while read := os.read(ours, 65536):
                screen += read
        except OSError:  # how Linux says that nobody is at the other end any more
            pass
        os.close(ours)
    return screen.decode()


def seen(written: str) -> list[str]:
    """The lines that stand on a terminal after all this was written to it."""
    lines, row, column = [""], 0, 0
    for piece in re.findall(r"\x1b\[[0-9;?]*[A-Za-z]|[\r\n]|[^\x1b\r\n]+", written):
        match piece:
            case "\n":
                row += 1
                lines += [""] * (row + 1 - len(lines))
            case "\r":
                column = 0
            case "\x1b[2K":
                lines[row] = ""
            case _ if piece.endswith("A") and piece.startswith("\x1b"):
                row -= int(piece[2:-1] or 1)
            case _ if not piece.startswith("\x1b"):
                lines[row] = lines[row][:column] + piece + lines[row][column + len(piece) :]
                column += len(piece)
    return [line.rstrip() for line in lines if line.strip()]


def hostile_chat() -> Chat:
    """A chat whose title, words and file's name would steer a terminal."""
    name = "00000000-0000-4000-8000-00000000dead"
    turn = Turn("dead-1", "", "user", histories.START, (Piece(Kind.TEXT, f"first{HOSTILE}\nlast"),))
    answer = Turn("dead-2", "dead-1", "assistant", histories.START + 9, (Piece(Kind.CODE, HOSTILE),))
    return Chat(name, histories.ADA, histories.START, histories.START + 9, HOSTILE, (turn, answer), "dead-2")


def branched_chat() -> Chat:
    """A chat with a question that got two answers."""
    name = "00000000-0000-4000-8000-00000000b0b0"
    texts = (("q", "", "user"), ("first", "q", "assistant"), ("second", "q", "assistant"))
    turns = tuple(
        Turn(
            f"b-{word}",
            parent and f"b-{parent}",
            role,
            histories.START + at,
            (Piece(Kind.TEXT, f"{word} one"),),
        )
        for at, (word, parent, role) in enumerate(texts)
    )
    updated = histories.START + 10 * DAY
    return Chat(name, histories.ADA, histories.START, updated, "Two answers", turns, "b-second")


def archive(folder: Path) -> Path:
    """A home with two exports of ChatGPT's in it: chats that went on, one that is gone, a hostile one."""
    home = folder / "home"
    earlier = [histories.chat(0), histories.chat(1), histories.chat(2, file=histories.file_id(2))]
    later = [histories.chat(1), histories.chat(2, turns=4), hostile_chat(), branched_chat()]
    for number, chats in enumerate((earlier, later)):
        path = histories.chatgpt(folder / str(number), number, chats)
        assert said(home, "import", os.fspath(path)).code == 0
    return home
