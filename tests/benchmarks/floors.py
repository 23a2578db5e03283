"""The least any program could take: what the figures of the program are compared with.

    python tests/benchmarks/floors.py EXPORT.zip

prints the floors of one export. Each is a process of its own, measured as the program is: F inflates the
JSON with isal and hashes the inflated bytes with SHA-256; the other hashes the file as it lies on disk.
Beside them stands what it costs to start Python, and to start the program and have it do nothing.
"""

from __future__ import annotations

import os
import struct
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.processes import MB, Cost, measure

LEAST_WORK = Path(__file__).resolve().with_name("least_work.py")
LOCAL_HEADER = 30
"""Bytes of a ZIP member's local header before its name; the lengths of name and extra field end it."""

NOTHING = ("-c", "pass")
START_PROGRAM = ("-m", "chathold", "import", "--help")


def python() -> str:
    """The interpreter that runs the program: `CHATHOLD_PYTHON`, else this one."""
    return os.environ.get("CHATHOLD_PYTHON", sys.executable)


def deflated_spans(path: Path) -> list[int]:
    """Where the deflated conversations lie in a ZIP: offset and length of each, in turn."""
    spans = []
    with zipfile.ZipFile(path) as archive, path.open("rb") as file:
        for info in archive.infolist():
            if info.filename.startswith("conversations"):
                file.seek(info.header_offset)
                names = sum(struct.unpack("<HH", file.read(LOCAL_HEADER)[26:]))
                spans += [info.header_offset + LOCAL_HEADER + names, info.compress_size]
    return spans


def least(*arguments: str) -> Cost:
    """What a piece of the least work costs, in a process of its own. Raises RuntimeError when it fails."""
    cost = measure([python(), str(LEAST_WORK), *arguments])
    if cost.status:
        raise RuntimeError(f"{LEAST_WORK.name} failed: {cost.errors.decode()}")
    return cost


def inflating(path: Path) -> Cost:
    """Floor F of an export."""
    return least("inflate", str(path), *map(str, deflated_spans(path)))


def hashing(path: Path) -> Cost:
    """SHA-256 of an export as it lies on disk."""
    return least("hash", str(path))


def starting(arguments: Sequence[str]) -> Cost:
    """Python with little to do, and out again. The program may be missing: then the status says so."""
    return measure([python(), *arguments])


def tell(path: Path) -> None:
    """Print all floors of an export."""
    rows = {
        "F: inflate and SHA-256": inflating(path),
        "SHA-256 of the file": hashing(path),
        "start Python": starting(NOTHING),
        "start the program": starting(START_PROGRAM),
    }
    for name, cost in rows.items():
        failed = f", failed with {cost.status}" if cost.status else ""
        print(f"{name:24} {cost.cpu:8.3f} CPU-s {cost.wall:8.3f} s {cost.memory / MB:7.1f} MB{failed}")


def main(arguments: Sequence[str]) -> None:
    """The command line."""
    if len(arguments) != 1:
        raise SystemExit("usage: floors.py EXPORT.zip")
    tell(Path(arguments[0]))


if __name__ == "__main__":
    main(sys.argv[1:])
