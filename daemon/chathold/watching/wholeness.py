"""Whether the content of a quiet file says that it is whole; what cannot be told is for the importer to say.

A ZIP is whole if its end record stands at its end; JSON, if every bracket is closed. A file that begins with
zeros was given its size before its content. Anything else (a web page called `.zip`, a picture) is whole.
"""

from __future__ import annotations

import os
from enum import Enum, auto
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from chathold.core.errors import ExportError
from chathold.exports.appearance import UTF8_BOM, begins_like_json
from chathold.exports.directory import END, LOCAL, entries, find_end
from chathold.exports.spans import Span
from chathold.watching.downloads import Fingerprint, Sighting
from chathold.watching.observing import json_files

_HEAD = 4 << 10
_TAIL = 64 << 10
_LARGEST_COUNTED = 64 << 20
_MOST_HEADERS = 500
_MOST_FILES = 500
_SPACE = b" \t\r\n"
_SPANNED = b"PK\x07\x08"
_CLOSING = {b"[": b"]", b"{": b"}"}


class Verdict(Enum):
    """What the content says."""

    WHOLE = auto()
    CUT = auto()
    CHANGED = auto()  # since it was seen


def judge(sighting: Sighting) -> Verdict:
    """Look into a quiet download. One that the system does not let us read is whole: the importer says why."""
    if sighting.outside is None:
        return _judge_file(sighting.path, sighting.fingerprint)
    files = islice(json_files(sighting.path), _MOST_FILES)
    cut = any(_judge_file(path, None) is Verdict.CUT for path in files)
    return Verdict.CUT if cut else Verdict.WHOLE


def _judge_file(path: Path, expected: Fingerprint | None) -> Verdict:
    try:
        with path.open("rb", buffering=0) as file:
            before = _state(file)
            if expected is not None and (before.size, before.mtime_ns) != (expected.size, expected.mtime_ns):
                return Verdict.CHANGED
            verdict = _by_content(Span(file, before.size, name=""))
            return verdict if _state(file) == before else Verdict.CHANGED
    except FileNotFoundError:
        return Verdict.CHANGED
    except (OSError, ExportError):
        return Verdict.WHOLE


def _state(file: BinaryIO) -> Fingerprint:
    return Fingerprint.of(os.fstat(file.fileno()))


def _by_content(span: Span) -> Verdict:
    head = span.read(0, _HEAD)
    if begins_like_json(head):
        whole = _json_is_whole(span, head)
    elif any(magic.startswith(head[:4]) or head.startswith(magic) for magic in (LOCAL, END, _SPANNED)):
        whole = _zip_is_whole(span)
    else:
        whole = bool(head.removeprefix(UTF8_BOM).strip(_SPACE + b"\0"))
    return Verdict.WHOLE if whole else Verdict.CUT


def _zip_is_whole(span: Span) -> bool:
    """Whether its end is there, and no member's header is still unwritten.

    Where something seems to stand in front of the ZIP, it may be that the very last bytes are still missing,
    which say where the directory is; then no header is where it should be.
    """
    end = find_end(span)
    if end is None:
        return False
    members = islice(entries(span, end), _MOST_HEADERS) if end.size else ()
    headers = (span.read(each.header, len(LOCAL)) for each in members if each)
    return all(header == LOCAL or (not end.shift and header.strip(b"\0")) for header in headers)


def _json_is_whole(span: Span, head: bytes) -> bool:
    """Whether the last bracket closes the first one; of a file of usual size, whether all are closed."""
    tail = span.read(max(0, span.size - _TAIL), _TAIL).rstrip(_SPACE)
    first = head.removeprefix(UTF8_BOM).lstrip(_SPACE)[:1]
    if tail[-1:] != _CLOSING[first]:
        return False
    return span.size > _LARGEST_COUNTED or _brackets_are_closed(span)


def _brackets_are_closed(span: Span) -> bool:
    r"""Whether as many are closed as opened, outside of strings.

    What is between quotes is dropped: without `\\` and `\"`, every second piece between `"` is a string.
    """
    open_, carried, in_string = 0, b"", False
    for step in span.steps():
        data = carried + step
        kept = data.rstrip(b"\\")
        carried = data[len(kept) :]
        pieces = (kept + carried[: len(carried) // 2 * 2]).replace(b"\\\\", b"").replace(b'\\"', b"")
        carried = carried[len(carried) // 2 * 2 :]
        parts = pieces.split(b'"')
        plain = b"".join(parts[in_string::2])
        open_ += plain.count(b"[") + plain.count(b"{") - plain.count(b"]") - plain.count(b"}")
        in_string ^= len(parts) % 2 == 0
    return open_ == 0 and not in_string
