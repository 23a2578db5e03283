"""What the content of a quiet file says."""

from __future__ import annotations

import json
import os
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import browsers
from chathold.exports.spans import Span
from chathold.watching import wholeness
from chathold.watching.downloads import Fingerprint, Kind, Sighting
from chathold.watching.wholeness import Verdict, judge

ZIP = browsers.zipped({"conversations.json": b"[1]", "user.json": b"{}"})
STORED = browsers.zipped({"inner.zip": ZIP, "last.bin": bytes(range(256)) * 9})


def _sighting(path: Path) -> Sighting:
    return Sighting(path, Kind.FILE, Fingerprint.of(path.stat()))


def _verdict(tmp_path: Path, data: bytes) -> Verdict:
    path = tmp_path / "download.zip"
    path.write_bytes(data)
    return judge(_sighting(path))


@pytest.mark.parametrize(
    "data",
    [
        ZIP,
        STORED,
        browsers.zipped({}),
        b"MZ a program in front" + ZIP,
        ZIP + b"some words behind",
        b"[]",
        b" \n{}\r\n\t ",
        b"\xef\xbb\xbf[1, 2]",
        b'{"a": "]}{["}',
        b'{"a": "\\"}"}',
        b'["\\\\"]',
        b"[]\n[]",
        b"<!DOCTYPE html><html></html>",
        b"\x89PNG",
        b"Rar!",
        b"no JSON at all",
        "[1]".encode("utf-16"),
    ],
)
def test_what_is_whole(tmp_path: Path, data: bytes) -> None:
    """What can be no export is for the import to name."""
    assert _verdict(tmp_path, data) is Verdict.WHOLE


@pytest.mark.parametrize(
    "data",
    [
        ZIP[:-1],
        ZIP[: len(ZIP) // 2],
        STORED[: STORED.index(b"last.bin")],
        b"P",
        b"PK\x03",
        ZIP[:30] + bytes(len(ZIP) - 30),
        bytes(5000),
        bytes(5000) + ZIP,
        b"   \n",
        b"\xef\xbb\xbf",
        b"[",
        b"[1, 2",
        b'{"a": {}',
        b'{"a": [}',
        b'["a]',
        b'["\\"]',
        b'{"a": "}',
        b"[1]" + bytes(100),
        b"{]",
    ],
)
def test_what_is_cut(tmp_path: Path, data: bytes) -> None:
    """Or not filled yet."""
    assert _verdict(tmp_path, data) is Verdict.CUT


def test_a_zip_with_a_hole_is_cut(tmp_path: Path) -> None:
    """Its end is there, and a member's beginning is not."""
    second = STORED.index(b"last.bin") - 30
    assert _verdict(tmp_path, STORED[:second] + bytes(40) + STORED[second + 40 :]) is Verdict.CUT


@pytest.mark.parametrize("missing", range(3, 30))
def test_a_zip_of_which_the_last_bytes_are_still_zeros_is_cut(tmp_path: Path, missing: int) -> None:
    """Even if only the place of its directory is not written yet; the last two are zeros anyway."""
    end = len(STORED) - missing
    expected = Verdict.CUT if STORED[end:].strip(b"\0") else Verdict.WHOLE
    assert _verdict(tmp_path, STORED[:end] + bytes(missing)) is expected


@given(st.integers(0, 2**40), st.sampled_from(["a.zip", "a.json"]), st.floats(0, 1))
def test_no_beginning_of_an_export_is_whole(
    tmp_path_factory: pytest.TempPathFactory, seed: int, name: str, where: float
) -> None:
    """Wherever it is cut."""
    data = browsers.export(Random(seed), name).rstrip()
    folder = tmp_path_factory.mktemp("cut")
    assert _verdict(folder, data) is Verdict.WHOLE
    assert _verdict(folder, data[: max(1, int(where * (len(data) - 1)))]) is Verdict.CUT


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.text('\\"[]{}'),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


documents = st.lists(json_values, max_size=4) | st.dictionaries(st.text(max_size=3), json_values, max_size=4)


@given(value=documents, step=st.integers(1, 40), where=st.floats(0, 1), ascii_only=st.booleans())
@example(value=["\\"], step=4, where=0.9, ascii_only=True)
@example(value=['\\"]'], step=3, where=0.9, ascii_only=True)
def test_brackets_are_counted_whatever_the_steps(
    value: Any, step: int, where: float, *, ascii_only: bool
) -> None:
    """A quote, or what takes its meaning, may stand on any border; no beginning is closed."""
    data = json.dumps(value, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")

    class Stepped(Span):
        def __init__(self, data: bytes) -> None:
            self.data = data

        def steps(self, *_args: Any, **_more: Any) -> Any:
            return (self.data[at : at + step] for at in range(0, len(self.data), step))

    assert wholeness._brackets_are_closed(Stepped(data))
    assert not wholeness._brackets_are_closed(Stepped(data[: max(1, int(where * (len(data) - 1)))]))


def test_of_a_giant_only_the_ends_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counting takes too long."""
    monkeypatch.setattr(wholeness, "_LARGEST_COUNTED", 10)
    assert _verdict(tmp_path, b'{"a": {}, "b": {}') is Verdict.WHOLE


def test_what_changed_since_it_was_seen_is_not_judged(tmp_path: Path) -> None:
    """Neither is what is gone."""
    path = tmp_path / "a.json"
    path.write_bytes(b"[]")
    seen = _sighting(path)
    path.write_bytes(b"[ ]")
    changed = judge(seen)
    path.unlink()
    assert (changed, judge(seen)) == (Verdict.CHANGED, Verdict.CHANGED)


def test_what_changes_while_it_is_read_is_not_judged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However whole it looked."""
    path = tmp_path / "a.json"
    path.write_bytes(b"[]")
    original = wholeness._by_content

    def meanwhile(span: Span) -> Verdict:
        os.utime(path, (1, 1))
        return original(span)

    monkeypatch.setattr(wholeness, "_by_content", meanwhile)
    assert judge(_sighting(path)) is Verdict.CHANGED


@pytest.mark.parametrize("error", [PermissionError(13, "no"), OSError(5, "EIO"), BlockingIOError(11, "busy")])
def test_what_cannot_be_read_is_handed_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: OSError
) -> None:
    """The daemon tries again; here it would only be silent."""
    path = tmp_path / "a.json"
    path.write_bytes(b"[")
    seen = _sighting(path)

    def refuse(*_args: Any, **_more: Any) -> Any:
        raise error

    monkeypatch.setattr(Path, "open", refuse)
    assert judge(seen) is Verdict.WHOLE


@pytest.mark.parametrize(("data", "verdict"), [(b"[1]", Verdict.WHOLE), (b"[1", Verdict.CUT)])
def test_a_folder_is_whole_if_its_json_is(tmp_path: Path, data: bytes, verdict: Verdict) -> None:
    """As far as two levels."""
    (tmp_path / "export" / "ChatGPT").mkdir(parents=True)
    (tmp_path / "export" / "ChatGPT" / "conversations.json").write_bytes(data)
    (tmp_path / "export" / "notes.txt").write_bytes(b"[")
    state = Fingerprint.of((tmp_path / "export").stat())
    assert judge(Sighting(tmp_path / "export", Kind.FOLDER, state, outside=state)) is verdict
