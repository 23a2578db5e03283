"""The collected samples of exports, where they lie beside the project: real ones, and lookalikes that are none."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest

from commands import chathold

SAMPLES = Path(__file__).parents[2] / "shared" / "samples"
NONE = ("browser-capture", "simple-invalid")
CUT = ("truncated-download",)

pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason="no samples lie beside the project")


def files(folder: str) -> list[Path]:
    """Every sample below a folder, less its index."""
    found = (SAMPLES / folder).rglob("*") if SAMPLES.is_dir() else ()
    return sorted(path for path in found if path.is_file() and path.suffix != ".tsv")


ALL = files(".")


def digests(home: Path, paths: list[Path]) -> tuple[str, str]:
    """The digests of an archive made of these files, in this order."""
    for path in paths:
        chathold(home, "import", str(path))
    verified = chathold(home, "verify")
    return verified["digest"], verified["view_digest"]


def adds_up(tally: dict[str, int]) -> bool:
    """Law 6."""
    return tally["found"] == sum(tally.values()) - tally["found"]


@pytest.mark.parametrize("path", ALL, ids=[path.name for path in ALL])
def test_a_sample_is_imported_or_says_why_not(path: Path, tmp_path: Path) -> None:
    """An export's counts add up and hold something; what is none or cut says so."""
    receipt: dict[str, Any] = chathold(tmp_path, "import", str(path), expect=None)["imports"][0]

    assert adds_up(receipt["conversations"])
    assert adds_up(receipt["documents"])
    if any(mark in path.name for mark in NONE):
        assert receipt["outcome"] == "not_an_export"
        assert receipt["advice"]
    elif any(mark in path.name for mark in CUT):
        assert receipt["outcome"] == "incomplete"
        assert receipt["advice"]
    else:
        assert receipt["outcome"] == "imported"


def test_all_samples_together_are_a_sound_archive(tmp_path: Path) -> None:
    """Imported as one folder, everything verifies."""
    chathold(tmp_path, "import", str(SAMPLES), expect=1)

    assert chathold(tmp_path, "verify")["ok"]


def test_two_exports_of_one_account_in_both_orders(tmp_path: Path) -> None:
    """DeepSeek's two exports give the same archive, whichever comes first."""
    both = files("deepseek/synthetic")

    assert digests(tmp_path / "a", both) == digests(tmp_path / "b", both[::-1])


def test_parts_in_every_order(tmp_path: Path) -> None:
    """Claude's manifest and parts give the same archive in every order (each part in every place)."""
    parts = [path for path in files("claude/synthetic") if not path.name.startswith("data-")]
    turned = [parts[n:] + parts[:n] for n in range(len(parts))]
    orders = [*turned, *(order[::-1] for order in turned)]

    assert len({digests(tmp_path / str(number), order) for number, order in enumerate(orders)}) == 1


@pytest.mark.slow
def test_five_parts_in_all_orders(tmp_path: Path) -> None:
    """Of the manifest and four parts, all 120 orders."""
    parts = [
        path
        for path in files("claude/synthetic")
        if path.name[:4] in ("mani", "conv", "proj", "memo", "ligh")
    ]
    orders = itertools.permutations(parts)

    assert len({digests(tmp_path / str(number), list(order)) for number, order in enumerate(orders)}) == 1
