"""The program as its users meet it: its command line, run in this process or in one of its own."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).parents[1]


def chathold(home: Path, *args: str, expect: int | None = 0) -> Any:
    """Run a command on the archive in `home` within this process; the JSON document it printed.

    Asserts the exit code, unless `expect` is None. Fails if anything but one JSON document was printed.
    """
    from chathold.__main__ import main  # noqa: PLC0415 - tests of the worlds themselves need no program

    printed = io.BytesIO()
    with io.TextIOWrapper(printed, encoding="utf-8", write_through=True) as stdout, redirect_stdout(stdout):
        code = main(["--home", os.fspath(home), *args, "--json"])
        stdout.flush()
        text = printed.getvalue().decode("utf-8")
    return _answer(args, code, text, expect)


def process(home: Path, *args: str, expect: int | None = 0) -> Any:
    """The same in a process of its own, as a shell would start it."""
    paths = [os.fspath(_ROOT / "daemon"), os.fspath(_ROOT / "service"), os.environ.get("PYTHONPATH", "")]
    done = subprocess.run(
        [sys.executable, "-m", "chathold", "--home", os.fspath(home), *args, "--json"],
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))},
    )
    return _answer(
        args, done.returncode, done.stdout.decode("utf-8"), expect, done.stderr.decode("utf-8", "replace")
    )


def _answer(args: tuple[str, ...], code: int, text: str, expect: int | None, errors: str = "") -> Any:
    """The JSON in `text`, once the exit code is the expected one."""
    assert expect is None or code == expect, f"chathold {' '.join(args)} exited with {code}\n{text}\n{errors}"
    return json.loads(text) if text.strip() or expect == 0 else None
